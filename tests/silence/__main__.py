"""`python -m tests.silence`: how soon a silence is noticed, and how often wrongly.

`--thresholds` shows the shops by which the thresholds are fixed, which are none of those that are measured.
Shops are drawn by number, so that `--from` and `--shops` measure a part of them, which `--keep` adds to a file.
"""

import argparse
import pickle
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path as File
from random import Random

from pipeline.silence.falls import FALL_SURPRISE, SHARE_SURPRISE, SILENCE_SURPRISE
from tests.silence import figures, measuring, shops
from tests.silence.measuring import Seen


def seen(seed: str, number: int) -> Seen:
    """The shop of this number, of the second world."""
    random = Random(f"{seed}/{number}")
    return measuring.see(shops.for_measures(random, measuring.DAYS, shops.size(random)), random)


def suspicions(seed: str, number: int) -> dict[str, list[measuring.Path]]:
    """What the detector thinks of a shop of the first world in a month without a fault."""
    random = Random(f"{seed}/{number}")
    return measuring.highest(shops.for_thresholds(random, measuring.DAYS, shops.size(random)), random)


def _fixed(found: Sequence[dict[str, list[measuring.Path]]]) -> list[str]:
    def rung(what: str, least: float) -> float:
        return figures.false_alarms((path for one in found for path in one[what]), least) / len(found)

    in_force = {"silence": SILENCE_SURPRISE, "falls": FALL_SURPRISE, "shares": SHARE_SURPRISE}
    lines = ["| Surprise | False alarms a shop and month: silence | falls | shares |", "|---:|---:|---:|---:|"]
    for least in (8.0, 8.5, 9.0, 9.5, 10.0, 10.5, 11.0, 11.5, 12.0, 13.0):
        lines.append(f"| {least:g} | {' | '.join(f'{rung(what, least):.3f}' for what in in_force)} |")
    told = ", ".join(f"{least:g} for {what}" for what, least in in_force.items())
    return [*lines, f"in force: {told}; together {sum(rung(*one) for one in in_force.items()):.3f} a shop and month"]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.silence", description=__doc__)
    parser.add_argument("--shops", type=int, default=1_000, help="how many (default 1000)")
    parser.add_argument("--from", type=int, default=0, dest="first", help="the number of the first one (default 0)")
    parser.add_argument("--seed", default="autumn", help="of all draws (default autumn)")
    parser.add_argument("--processes", type=int, default=2, help="at once (default 2)")
    parser.add_argument("--keep", type=File, help="a file of measured shops to add to; the figures are of all of them")
    parser.add_argument("--thresholds", action="store_true", help="the shops by which thresholds are fixed instead")
    given = parser.parse_args()
    numbers = range(given.first, given.first + given.shops)
    with ProcessPoolExecutor(given.processes) as pool:
        if given.thresholds:
            found = list(pool.map(partial(suspicions, "thresholds"), numbers, chunksize=5))
            sys.stdout.write("\n".join([*_fixed(found), ""]))
            return
        measured = list(pool.map(partial(seen, given.seed), numbers, chunksize=5))
    if given.keep:
        kept = pickle.loads(given.keep.read_bytes()) if given.keep.exists() else []
        measured = kept + measured
        given.keep.write_bytes(pickle.dumps(measured))
    sys.stdout.write("\n".join([*figures.summary(measured), "", *figures.table(measured), ""]))


if __name__ == "__main__":
    main()
