"""`python -m bench.matching`: of people who are written in thirty ways, how many fields reach the person's digest."""

import argparse
import os
import sys
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor

from bench.matching import doors, peers
from bench.matching.counting import Count, count
from bench.matching.people import Person, population
from bench.matching.ways import WAYS

RELAY = "this relay"
GOAL = 0.99
_SOME = 2_000  # people that one process works on


def main() -> int:
    """Count and print; the exit code is 1 below the goal."""
    parser = argparse.ArgumentParser(prog="python -m bench.matching", description=__doc__)
    parser.add_argument("--people", type=int, default=100_000, help="how many (default 100,000)")
    parser.add_argument(
        "--peers-people", type=int, default=2_000, help="how many of them the peers get (default 2,000)"
    )
    given = parser.parse_args()
    everybody = list(population(given.people))
    found = {RELAY: _in_parts(everybody)}
    notices: list[str] = []
    with peers.peers(notices) as others:
        for name, make in others.items():
            found[name] = count(WAYS, everybody[: given.peers_people], peers.sent_by(make))
    _print(found, len(everybody))
    for notice in notices:
        print(f"\n{notice}")
    return 0 if found[RELAY].share() >= GOAL else 1


def _in_parts(everybody: Sequence[Person]) -> Count:
    """The relay's count, on all processors."""
    whole = Count(Counter(), Counter(), {})
    parts = [everybody[first : first + _SOME] for first in range(0, len(everybody), _SOME)]
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for done, part in enumerate(pool.map(_counted, parts), 1):
            whole.held.update(part.held)
            whole.right.update(part.right)
            whole.missed.update({key: text for key, text in part.missed.items() if key not in whole.missed})
            print(f"{done} of {len(parts)} parts", file=sys.stderr)
    return whole


def _counted(people: Sequence[Person]) -> Count:
    return count(WAYS, people, doors.sent)


def _print(found: dict[str, Count], people: int) -> None:
    fields = sum(found[RELAY].held.values())
    print(f"{people:,} people, each written in {len(WAYS)} ways: {fields:,} fields that could be matched\n")
    for place, title in ((0, "way"), (1, "field")):
        shares = {name: one.by(place) for name, one in found.items()}
        print(f"| {title} | " + " | ".join(found) + " |\n|---|" + "---|" * len(found))
        for row in shares[RELAY]:
            print(f"| {row} | " + " | ".join(f"{share.get(row, 0):.2%}" for share in shares.values()) + " |")
        print()
    print("| all | " + " | ".join(f"{one.share():.2%}" for one in found.values()) + " |")
    for (way, field), text in found[RELAY].missed.items():
        print(f"missed, for one: {way}: {field}: {text}")


if __name__ == "__main__":
    raise SystemExit(main())
