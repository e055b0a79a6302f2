"""How many fields of written people reach the digest, or the form, of the person."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from bench.matching.parts import Fields
from bench.matching.people import Person
from bench.matching.ways import Way

Sent = Callable[[Way, Sequence[Person]], list[dict[str, Any]]]


class Count(NamedTuple):
    """Of how many fields that a way holds how many arrived as they must, by way and field; and the first misses."""

    held: Counter[tuple[str, str]]
    right: Counter[tuple[str, str]]
    missed: dict[tuple[str, str], str]

    def share(self) -> float:
        """Of all fields."""
        return sum(self.right.values()) / sum(self.held.values())

    def by(self, place: int) -> dict[str, float]:
        """The share of each way (0) or field (1)."""
        held, right = Counter[str](), Counter[str]()
        for key, count in self.held.items():
            held[key[place]] += count
            right[key[place]] += self.right[key]
        return {name: right[name] / count for name, count in held.items()}


def count(ways: Sequence[Way], people: Sequence[Person], sent: Sent, batch: int = 500) -> Count:
    """Count what arrives by `sent` of these people, written in these ways, against who they are."""
    found = Count(Counter(), Counter(), {})
    for way in ways:
        for some in _batches(people, batch):
            arrived = sent(way, some)
            assert len(arrived) == len(some), way.name
            for person, user in zip(some, arrived, strict=True):
                _compare(way.name, way.write(person), person.canonical(), user, found)
    return found


def _compare(way: str, written: Fields, person: dict[str, str], user: dict[str, Any], found: Count) -> None:
    for name, value in written.items():
        key = way, name
        found.held[key] += 1
        if user.get(name) == person[name]:
            found.right[key] += 1
        else:
            found.missed.setdefault(key, f"{value!r} -> {user.get(name)!r}")


def _batches(people: Sequence[Person], batch: int) -> Iterator[Sequence[Person]]:
    for first in range(0, len(people), batch):
        yield people[first : first + batch]
