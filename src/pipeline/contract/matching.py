"""What a finished event has by which a person can be found, or a purchase be counted: kinds, never values. Pure.

A destination answers that it took an event, not that it found the person. So each finished event says which kinds of
data it has, as a sum of the numbers below, and the log line of a post counts them.
"""

from collections.abc import Hashable, Iterable, Mapping
from typing import TypeVar

Thing = TypeVar("Thing", bound=Hashable)

EMAIL, PHONE, DEVICE, EXTERNAL_ID, IP_AND_AGENT, VALUE, PRICED, PERSON = (1 << place for place in range(8))

# How the log line calls each kind. `person`: anything that the destination can find one person by, which an address of
# the internet alone is not.
NAMES: Mapping[str, int] = {
    "em": EMAIL,
    "ph": PHONE,
    "device_id": DEVICE,
    "external_id": EXTERNAL_ID,
    "ip_agent": IP_AND_AGENT,
    "value": VALUE,
    "currency": PRICED,
    "person": PERSON,
}


def kinds_of(identifiers: Iterable[str], known: Mapping[str, int], *, seen: bool) -> int:
    """The kinds of an event: what its destination takes its identifiers for, and whether it has address and agent."""
    kinds = IP_AND_AGENT if seen else 0
    for name in identifiers:
        kinds |= known.get(name, 0)
    return kinds


def tallied(things: Iterable[Thing]) -> dict[Thing, int]:
    """How often each is there; to begin a Counter takes 5 µs more, which a post of one event would notice."""
    found: dict[Thing, int] = {}
    for one in things:
        found[one] = found.get(one, 0) + 1
    return found


def counted(kinds: Iterable[int]) -> dict[str, int]:
    """How many of the events have each kind, without the kinds that none has."""
    found = dict.fromkeys(NAMES, 0)
    for has, number in tallied(kinds).items():  # most events of a post have the same
        for name, kind in NAMES.items():
            if has & kind:
                found[name] += number
    return {name: number for name, number in found.items() if number}
