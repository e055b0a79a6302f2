"""What a request became for each destination -> its one answer. Pure.

With one destination the answer is in the shape of Roku's Events API. With several, whatever is not the same for all of
them names its `destination`, and `destinations` says how many conversions each took.
"""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic_core import to_json

from pipeline.intake.received import Received
from pipeline.intake.reply import reply, without_further

Entries = list[dict[str, Any]]

_MOST_ERRORS = 2
_WORDS = {"Accepted": "accepted", "Invalid": "invalid", "Withheld": "withheld", "NotQueued": "not_queued"}


def code_of(received: Mapping[str, Received]) -> int:
    """202 or 210 if any destination took anything, 503 if only a queue is to blame, 400, or 200: nothing to deliver."""
    counts = [reception.counts() for reception in received.values()]
    failed = any(reception.failed for reception in received.values())
    if any(one["Accepted"] for one in counts):
        return 210 if failed else 202
    if any(one["NotQueued"] for one in counts):
        return 503
    return 400 if failed else 200


def answer(received: Mapping[str, Received]) -> tuple[int, dict[str, Any]]:
    """The status and the body, once the finished events were queued or not; by name of the destination."""
    code = code_of(received)
    one = next(iter(received.values()))
    body = reply(
        code,
        one.received,
        _together(received, lambda reception: [reception.failed[index] for index in sorted(reception.failed)]),
        _together(received, lambda reception: reception.warnings),
        ignored=one.ignored,
    )
    body |= told(received)
    ends = {name: reception.counts() for name, reception in received.items()}
    if any(counts != one.counts() for counts in ends.values()):
        if code in (210, 400):
            body["description"] = _by_destination(ends)
        body["destinations"] = {
            name: {word: counts[count] for count, word in _WORDS.items()} for name, counts in ends.items()
        }
    return code, body


def _by_destination(ends: Mapping[str, Mapping[str, int]]) -> str:
    """How the conversions ended, in words: what failed for one destination only has not failed for all."""
    return "; ".join(
        f"{name.capitalize()}: "
        + ", ".join(f"{counts[count]} {word.replace('_', ' ')}" for count, word in _WORDS.items() if counts[count])
        for name, counts in ends.items()
    )


def told(received: Mapping[str, Received], *names: str) -> dict[str, Entries]:
    """What the answer says of single conversions beside their faults, by its field (all of them); {} for nothing.

    `limited`: those whose use is limited, and by which signals. `withheld`: those that are right and that a destination
    does not take. `event_ids`: the ids of accepted ones that came without one, or with another.
    """
    found = {name: _together(received, _TOLD[name]) for name in names or _TOLD}
    return {name: entries for name, entries in found.items() if entries}


def _limited(reception: Received) -> Entries:
    return [{"index": index, "signals": list(signals)} for index, signals in sorted(reception.limited().items())]


def _withheld(reception: Received) -> Entries:
    return [
        {"index": index, "reason": reason}
        | ({"signals": list(reception.refusals[index])} if index in reception.refusals else {})
        for index, reason in sorted(reception.withheld.items())
    ]


def _event_ids(reception: Received) -> Entries:
    return [
        {"index": index, "event_id": event.event_id}
        for index, event in reception.events.items()
        if index not in reception.not_queued and reception.conversions[index].get("event_id") != event.event_id
    ]


_TOLD: Mapping[str, Callable[[Received], Entries]] = {
    "limited": _limited,
    "withheld": _withheld,
    "event_ids": _event_ids,
}


def _together(received: Mapping[str, Received], entries: Callable[[Received], Entries]) -> Entries:
    """The entries of all destinations: once where all have the same, else each with its destination."""
    if len(received) == 1:
        return [entry for reception in received.values() for entry in entries(reception)]
    by_name = {name: {to_json(entry): entry for entry in entries(reception)} for name, reception in received.items()}
    first, *others = by_name.values()
    alike = set(first).intersection(*others)
    listed = [entry for key, entry in first.items() if key in alike]
    for name, own in by_name.items():
        listed += [_brief(entry) | {"destination": name} for key, entry in own.items() if key not in alike]
    return sorted(listed, key=lambda entry: entry.get("index", 0))


def _brief(entry: dict[str, Any]) -> dict[str, Any]:
    """Fewer of its errors: what two destinations say of 1,000 events must fit into one answer of 6 MB."""
    errors = entry.get("errors")
    if not isinstance(errors, dict) or len(errors) <= _MOST_ERRORS:
        return entry
    told = dict(list(errors.items())[:_MOST_ERRORS])
    return without_further(entry | {"errors": told}, len(errors) - len(told))
