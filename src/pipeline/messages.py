"""The body of a queue message: one line of routing, then one finished event a line.

The body alone says all that delivery needs: no document promises that message attributes survive a redrive.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json, to_json

from pipeline.destination import Routing

# SQS: 1 MiB a message and a batch, 10 messages a batch.
MESSAGE_BYTES = 1_048_576

# An event -> its id and its name, or None: only the destination knows where they stand.
Identify = Callable[[Mapping[str, Any]], tuple[str, str] | None]


class Unreadable(ValueError):
    """A message that nobody can deliver; the text says why and quotes nothing."""


@dataclass(frozen=True, slots=True)
class QueuedEvent:
    """A finished event as it lies in a message: its line, unchanged, and the two words that name it."""

    line: str
    event_id: str
    event_name: str


def encode(routing: Routing, lines: Sequence[str]) -> str:
    """The body of a message with these events."""
    head = {"event_group_id": routing.event_group_id}
    if routing.partner_name is not None:
        head["partner_name"] = routing.partner_name
    return "\n".join((to_json(head).decode(), *lines))


def decode(body: str, identify: Identify) -> tuple[Routing, list[QueuedEvent]]:
    """The routing and the events of a message, named by their destination's `identify`. Raises Unreadable."""
    head, _, rest = body.partition("\n")
    lines = rest.split("\n") if rest else []
    try:
        routing = from_json(head)
        # One parse for all: a line that is not a whole JSON value changes the count or breaks the array.
        events = from_json("[" + ",".join(lines) + "]")
    except ValueError:
        raise Unreadable(
            "the message is not in this relay's form: a line of routing, then one JSON event a line"
        ) from None
    if not isinstance(routing, dict) or not isinstance(routing.get("event_group_id"), str):
        raise Unreadable("the message's first line names no event_group_id")
    if not lines or len(events) != len(lines):
        raise Unreadable("the message holds no event, or one that is not a line of JSON")
    queued = []
    for line, event in zip(lines, events, strict=True):
        if not isinstance(event, dict):
            raise Unreadable("an event of the message is not a JSON object")
        named = identify(event)
        if named is None:
            raise Unreadable("an event of the message has no id or no name that this destination knows")
        queued.append(QueuedEvent(line, *named))
    partner = routing.get("partner_name")
    return Routing(routing["event_group_id"], partner if isinstance(partner, str) else None), queued
