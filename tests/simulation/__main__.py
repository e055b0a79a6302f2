"""python -m tests.simulation: as many histories as one likes; a failing one is shrunk and printed, to be replayed."""

import argparse
import os
import re
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import partial
from pathlib import Path

from tests.simulation.draws import make
from tests.simulation.faults import FAULTS
from tests.simulation.plan import Plan
from tests.simulation.search import Findings, look, played, search, shrink
from tests.simulation.stage import Result
from tests.simulation.traffic import MODES, play
from tests.simulation.traffics import TRAFFICS


def main() -> int:
    """Run, replay, or show that each deliberate fault is found; 1 if a promise was broken or a fault went unseen."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--histories", type=int, default=2_000, help="how many (default 2000)")
    parser.add_argument("--seed", type=int, default=0, help="the first one's seed (default 0)")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes (default: all processors)")
    parser.add_argument("--fault", choices=sorted(FAULTS), help="switch one deliberate fault on")
    parser.add_argument("--faults", action="store_true", help="show that every deliberate fault is found")
    parser.add_argument("--traffic", action="store_true", help="outages under the traffic of an advertiser")
    parser.add_argument("--hours", type=float, default=24.0, help="how long such an outage lasts (default 24)")
    parser.add_argument("--only", metavar="PATTERN", default="", help="faults or traffics whose names fit this")
    parser.add_argument("--replay", metavar="FILE", help="the plan of a failure, as it was printed")
    choice = parser.parse_args()
    if choice.faults:
        return _faults(choice)
    if choice.traffic:
        return _traffic(choice)
    if choice.replay:
        plan = Plan.from_json(Path(choice.replay).read_text(encoding="utf-8"))
        return _tell(plan, played(plan, choice.fault))
    return _search(choice)


def _search(choice: argparse.Namespace) -> int:
    began, found = time.monotonic(), Findings()
    for findings in search(choice.seed, choice.histories, choice.workers, choice.fault):
        found.add(findings)
        if found.failing:
            return _tell(*shrink(make(found.failing[0]), choice.fault))
    counts = found.counts
    last = choice.seed + choice.histories - 1
    print(f"{found.histories} histories, seeds {choice.seed} to {last}: no promise broken")
    kinds = [f"{counts[f'histories of {names}']} of {names}" for names in ("roku", "rokt", "roku,rokt")]
    print(f"{'; '.join(kinds)}; {counts['conversions']} conversions, {counts['runs']} runs of the functions")
    print(f"{counts['requests to roku']} requests to Roku, {counts['requests to rokt']} to Rokt")
    print(f"repeats that Rokt dropped by its ids: {counts['repeats that rokt dropped']}")
    print(f"the most counts of one conversion between two redrives: {found.greatest}")
    print(f"repeats that were counted, by the only causes there may be: {sum(found.repeats.values())}")
    for cause, number in found.repeats.most_common():
        print(f"  {number:6} {cause}")
    print(f"{time.monotonic() - began:.0f} s")
    return 0


def _faults(choice: argparse.Namespace) -> int:
    names = [name for name in FAULTS if re.search(choice.only, name)]
    seeds = range(choice.seed, choice.seed + choice.histories)
    seen = 0
    with ProcessPoolExecutor(choice.workers) as pool:
        for future in as_completed([pool.submit(_seen, seeds, name) for name in names]):
            seen += future.result().startswith("found")
            print(future.result(), flush=True)
    print(f"{seen} of {len(names)} deliberate faults are found")
    return int(seen < len(names))


def _seen(seeds: range, name: str) -> str:
    try:
        findings = look(seeds, name)
    except LookupError as error:
        return f"DOES NOT FIT the source any more: {name} ({error})"
    if not findings.failing:
        return f"NOT SEEN after {findings.histories:4} histories: {name}"
    return f"found after {findings.histories:4} histories: {name}: {findings.violation[:90]}"


def _traffic(choice: argparse.Namespace) -> int:
    every = [(traffic, mode) for traffic in TRAFFICS for mode in MODES]
    plays = [one for one in every if re.search(choice.only, f"{one[0].name}, {one[1]}")]
    broken = 0
    print(
        f"{choice.hours:g} h in which Roku takes events and no answer can be read:"
        " the most counts of one conversion, extra counts"
    )
    lasting = partial(play, hours=choice.hours)
    with ProcessPoolExecutor(choice.workers) as pool:
        for (traffic, mode), shown in zip(plays, pool.map(lasting, *zip(*plays, strict=True)), strict=True):
            faults = "; ".join(shown.faults())
            broken += bool(faults)
            name = f"{traffic.name}, {mode}"
            print(
                f"{name:40} {shown.greatest} {shown.extra:6} of {shown.conversions:9,} conversions,"
                f" {shown.worst_group} in one group, {shown.requests} requests, at rest after {shown.rested:.1f} h,"
                f" chains of {shown.deepest}{' BROKEN: ' + faults if faults else ''}",
                flush=True,
            )
    return int(broken > 0)


def _tell(plan: Plan, result: Result) -> int:
    print("\n".join(result.log))
    print("\nthe plan, to be replayed with --replay FILE:")
    print(plan.to_json())
    print(f"\n{result.violation or 'no promise broken'}")
    return int(result.violation is not None)


if __name__ == "__main__":
    sys.exit(main())
