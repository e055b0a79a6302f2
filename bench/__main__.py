"""`python -m bench`: every row in one run; a table on stdout and the same in bench/results.json."""

import argparse
import os
import platform
import sys
from collections.abc import Callable
from pathlib import Path

from bench import cost_table, figures
from bench.figures import Figure, Results

FOLDER = Path(__file__).parent
RESULTS = FOLDER / "results.json"


def main() -> None:
    """Measure, print, keep, draw."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--turns", type=int, default=15, help="how often everything runs in turn (default 15)")
    parser.add_argument("--only", nargs="*", metavar="ROW", help="core, end_to_end, counts, ...; writes nothing")
    given = parser.parse_args()
    notices: list[str] = []
    found: list[Figure] = []
    for name, measure in _rows(given.turns, notices).items():
        if not given.only or name in given.only:
            print(f"measuring {name}", file=sys.stderr)
            found += measure()
    if not given.only:
        found += cost_table.figures(found)
    results = Results(_machine(), notices, found)
    print(figures.table(results))
    for notice in notices:
        print(f"\n{notice}")
    for figure in figures.missed(found):
        print(f"\nmissed: {figure.row}, {figure.case}: {figure.ratio:.2f} × instead of {figure.goal:.2f} ×")
    if not given.only:
        figures.write(results, RESULTS)
        from bench import plot

        plot.draw(results, FOLDER.parent / "docs" / "bench.svg")


def _rows(turns: int, notices: list[str]) -> dict[str, Callable[[], list[Figure]]]:
    from bench import cold_start, concurrency, core, counts, end_to_end, memory, rokt_core

    return {
        "core": lambda: core.measure(turns, notices),
        "rokt_core": lambda: rokt_core.measure(turns, notices),
        "end_to_end": lambda: end_to_end.measure(turns),
        "counts": counts.measure,
        "concurrency": lambda: concurrency.measure(turns),
        "memory": memory.measure,
        "cold_start": lambda: cold_start.measure(turns),
    }


def _machine() -> dict[str, str]:
    """What the figures depend on; ratios much less than times."""
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "processors": str(os.cpu_count()),
    }


if __name__ == "__main__":
    main()
