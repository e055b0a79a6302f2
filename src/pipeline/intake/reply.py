"""Our answer to a sender, in the shape of Roku's Events API, with `warnings` and the event's `index` added.

`failed_events` names an event by index, id and name instead of echoing it whole: an echo would put the personal data of
the request into the sender's logs.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.intake.body import Ignored

# Warnings that are alike are told once, with the first events they concern: an answer must fit into 6 MB.
MOST_WARNINGS, MOST_INDEXES = 100, 20
# Of one event's errors so many are told, each in so many characters: 1,000 events x (5 x 560 + 400 + names) have 3.3 MB
# and 5 MB once Lambda has escaped them; it answers with 6 MB at most.
MOST_ERRORS, LONGEST_ERROR, LONGEST_NAME = 5, 500, 60

_DESCRIPTIONS = {
    202: "all events were accepted",
    200: "all events were processed",
    210: "some events could not be processed",
    400: "all events failed",
    503: "no event was queued: send the request again",
}


def reply(
    status: int,
    received: int,
    failed: Sequence[dict[str, Any]] = (),
    warnings: Sequence[dict[str, Any]] = (),
    description: str | None = None,
    ignored: Mapping[int, Ignored] | None = None,
) -> dict[str, Any]:
    """The answer's body; `ignored`, by place in the request, is told only where something was."""
    answer = {
        "code": status,
        "description": description or _DESCRIPTIONS.get(status, "the request was refused"),
        "events_received": received,
        "failed_events": list(failed),
        "warnings": list(warnings),
    }
    if ignored:
        answer["ignored"] = [
            {"index": index, "code": one.code, "reason": one.text} for index, one in sorted(ignored.items())
        ]
    return answer


def failed_event(index: int, conversion: object, errors: Mapping[str, str]) -> dict[str, Any]:
    """One entry of `failed_events`: the event's place in the request, what names it, its errors by field."""
    entry: dict[str, Any] = {"index": index}
    if isinstance(conversion, dict):
        for name in ("event_id", "event_name"):
            value = conversion.get(name)
            if isinstance(value, str | int) and not isinstance(value, bool):
                entry[name] = str(value)[:200]
    told = {name[:LONGEST_NAME]: text[:LONGEST_ERROR] for name, text in list(errors.items())[:MOST_ERRORS]}
    return without_further(entry | {"errors": told}, len(errors) - len(told))


def without_further(entry: dict[str, Any], left_out: int) -> dict[str, Any]:
    """The entry, saying how many of its errors are not listed in it."""
    left_out += entry.get("errors_left_out", 0)
    return entry | {"errors_left_out": left_out} if left_out else entry


def gather(warnings: Sequence[tuple[int | None, str, str]]) -> list[dict[str, Any]]:
    """Warnings of (event index or None for the body, field, text), those that are alike told once."""
    gathered: dict[tuple[str, str], dict[str, Any]] = {}
    left_out = 0
    for index, field, text in warnings:
        entry = gathered.get((field, text))
        if entry is None:
            if len(gathered) == MOST_WARNINGS:
                left_out += 1
                continue
            entry = gathered[field, text] = {"field": field, "warning": text, "count": 0, "events": []}
        entry["count"] += 1
        if index is not None and len(entry["events"]) < MOST_INDEXES:
            entry["events"].append(index)
    told = list(gathered.values())
    if left_out:
        told.append({"field": "", "warning": "further warnings were left out", "count": left_out, "events": []})
    return told
