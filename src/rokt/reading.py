"""What the answers of one of Rokt's APIs say, and where. `rokt.readings` lists them. Pure."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

# Attributes whose values are words of ours.
FIXED = ("conversiontype", "currency")


class Reading(NamedTuple):
    """The form of one API's answers.

    `documented`: the statuses of a success. `seen`: the status that says that an event was seen before. `errors`: the
    errors that a body names; None if it cannot be read, which is not a success. `detail`: where an error has its
    code and message. `said`: the error of a whole request. `meant`: of each error the places of the events that it
    means, none if that cannot be told. `values`: what of a finished event may be a person's.
    """

    documented: tuple[int, ...]
    seen: int | None
    errors: Callable[[bytes], list[Any] | None]
    detail: Callable[[object], object]
    said: Callable[[bytes], Mapping[str, Any] | None]
    meant: Callable[[Sequence[Any], Sequence[str]], list[Sequence[int]]]
    values: Callable[[Mapping[str, Any]], list[Any]]


def members(whole: object, name: str) -> Mapping[str, Any]:
    """The object of this name; empty if there is none."""
    part = whole.get(name) if isinstance(whole, Mapping) else None
    return part if isinstance(part, dict) else {}


def listed(said: Any, place: str) -> list[Any] | None:
    """The errors at this place of an answer; None if they cannot be read."""
    if not isinstance(said, dict) or (said and place not in said):
        return None
    errors = said.get(place)
    return [] if errors is None else errors if isinstance(errors, list) else None
