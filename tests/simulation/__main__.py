"""python -m tests.simulation: as many histories as one likes; a failing one is shrunk and printed, to be replayed."""

import argparse
import os
import sys
import time
from pathlib import Path

from tests.simulation.draws import make
from tests.simulation.faults import FAULTS
from tests.simulation.plan import Plan
from tests.simulation.search import Findings, look, played, search, shrink
from tests.simulation.stage import Result


def main() -> int:
    """Run, replay, or show that each deliberate fault is found; 1 if a promise was broken or a fault went unseen."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--histories", type=int, default=2_000, help="how many (default 2000)")
    parser.add_argument("--seed", type=int, default=0, help="the first one's seed (default 0)")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes (default: all processors)")
    parser.add_argument("--fault", choices=sorted(FAULTS), help="switch one deliberate fault on")
    parser.add_argument("--faults", action="store_true", help="show that every deliberate fault is found")
    parser.add_argument("--replay", metavar="FILE", help="the plan of a failure, as it was printed")
    choice = parser.parse_args()
    if choice.faults:
        return _faults(choice.seed, choice.histories)
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
    print(f"repeats that were counted, by the only causes there may be: {sum(found.repeats.values())}")
    for cause, number in found.repeats.most_common():
        print(f"  {number:6} {cause}")
    print(f"{time.monotonic() - began:.0f} s")
    return 0


def _faults(seed: int, histories: int) -> int:
    unseen = 0
    for name in FAULTS:
        findings = look(range(seed, seed + histories), name)
        unseen += not findings.failing
        print(f"{'found' if findings.failing else 'NOT SEEN'} after {findings.histories:4} histories: {name}")
    return min(unseen, 1)


def _tell(plan: Plan, result: Result) -> int:
    print("\n".join(result.log))
    print("\nthe plan, to be replayed with --replay FILE:")
    print(plan.to_json())
    print(f"\n{result.violation or 'no promise broken'}")
    return int(result.violation is not None)


if __name__ == "__main__":
    sys.exit(main())
