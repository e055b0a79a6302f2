"""Events of one post that have one id: what the sender is told about them, since delivery counts them once. Pure."""

from collections.abc import Mapping, Sequence

from pydantic_core import from_json

from pipeline.contract import fingerprints
from pipeline.contract.destination import Prepared

Warnings = list[tuple[int | None, str, str]]

_FIELD = "event_id"
_MOST_NAMED = 5  # events that a sentence names; all count
_MOST_IDS = 20  # ids that have sentences of their own: an answer holds 100 warnings, of other faults too
_TWO = "if they are different conversions, give each an event_id of its own"


def told(events: Mapping[int, Prepared], *, apart: bool) -> Warnings:
    """Warnings (index, field, text) of the events, by place in the post, that have the id and name of an earlier one.

    `apart`: whether delivery can tell two conversions of one id apart, by their fingerprints.
    """
    places: dict[tuple[str, str], list[int]] = {}
    for index, event in events.items():
        places.setdefault((event.event_name, event.event_id), []).append(index)
    if len(places) == len(events):
        return []
    shared = [indexes for indexes in places.values() if len(indexes) > 1]
    warnings: Warnings = []
    for indexes in shared[:_MOST_IDS]:
        warnings += _of_one_id(indexes, events, apart=apart)
    further = f"{len(shared) - _MOST_IDS} further ids are each shared by events of this post: {_TWO}"
    return warnings + [(index, _FIELD, further) for indexes in shared[_MOST_IDS:] for index in indexes]


def _of_one_id(indexes: Sequence[int], events: Mapping[int, Prepared], *, apart: bool) -> Warnings:
    """What is said of the later ones depends on how they differ from the first."""
    first, *later = indexes
    equal, other, two = [first], [first], [first]
    for index in later:
        if _are_equal(events[first], events[index]):
            equal.append(index)
        elif apart and _are_plainly_two(events[first], events[index]):
            two.append(index)
        else:
            other.append(index)
    return [
        *_said(equal, f"are equal: they count once; {_TWO}"),
        *_said(other, f"have one event_id: they count once; {_TWO}"),
        *_said(
            two,
            "have one event_id but are plainly different conversions (another person, another amount): all but the"
            " first are delivered under an event_id of their own; give each its own",
        ),
    ]


def _said(indexes: Sequence[int], what: str) -> Warnings:
    if len(indexes) == 1:
        return []
    named = [str(index) for index in indexes]
    if len(named) > _MOST_NAMED:
        named = [*named[: _MOST_NAMED - 1], f"{len(named) - _MOST_NAMED + 1} more"]
    text = f"events {', '.join(named[:-1])} and {named[-1]} {what}"
    return [(index, _FIELD, text) for index in indexes]


def _are_equal(one: Prepared, other: Prepared) -> bool:
    """Whether both say the same, in whatever order: fields are in that of the post, or in ours where it needed care."""
    if one.line == other.line:
        return True
    return len(one.line) == len(other.line) and from_json(one.line) == from_json(other.line)


def _are_plainly_two(one: Prepared, other: Prepared) -> bool:
    # Equal values have equal fingerprints and others have others, whatever the key.
    return fingerprints.are_plainly_two(*(fingerprints.make(event.identifiers, b"") for event in (one, other)))
