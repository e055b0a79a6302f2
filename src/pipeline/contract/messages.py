"""The body of a queue message: a first line with what delivery needs, then one finished event a line.

The body alone says everything: no document promises that message attributes survive a redrive. The first line is a JSON
object: routing, `ids` and `names` of the events, the sender's class, `fingerprints`, `refused_by`, which post brought
the events and when it was accepted, the windows that they have used (`pipeline.delivery.windows`), and a digest of the
lines below it. While the digest fits, no line has to be read. Messages of the version before, and edited ones, have no
digest that fits: each of their lines is read.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, NamedTuple

from pydantic_core import from_json, to_json

from pipeline.contract import packing
from pipeline.contract.destination import Routing
from pipeline.values.json_objects import json_object

# SQS: 1 MiB a message and a batch, 10 messages a batch.
MESSAGE_BYTES = 1_048_576
# Bytes left free for attributes and for what a later first line says more.
ATTRIBUTE_BYTES = 4_096
_MOST_BYTES = MESSAGE_BYTES - ATTRIBUTE_BYTES
# The classes of senders: whoever holds a secret key, and anybody who reads a page.
SERVER, BROWSER = "server", "browser"

# An event -> its id and its name, or None: only the destination knows where they are.
Identify = Callable[[Mapping[str, Any]], tuple[str, str] | None]


class Unreadable(ValueError):
    """A message that nobody can deliver; the text says why and quotes nothing."""


class QueuedEvent(NamedTuple):
    """A finished event in a message: its line, unchanged, what names it, and the fingerprint of its person.

    `refused_by` are the signals of consent, closed words with commas between them, by which its use is limited.
    """

    line: str
    event_id: str
    event_name: str
    fingerprint: str = ""
    refused_by: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """The first line of a message, without what it says of each event. Times are epoch seconds.

    `sender` is the sender's class. Patience counts from `waits_from`, or without it from when SQS took the message.
    `post_id` is the `request_id` of the answer to the post that brought the events; empty if that is not known.
    `windows` counts the windows in which the events may have been taken; the last one began at `window_from`, None if
    nothing was sent in it yet. `refused_from`: since when the destination refuses the events with words that say that
    this passes. `generation` counts the messages that held these events before.
    """

    routing: Routing
    sender: str = SERVER
    post_id: str = ""
    accepted_at: int | None = None
    waits_from: int | None = None
    windows: int = 0
    window_from: int | None = None
    refused_from: int | None = None
    generation: int = 0


# Columns that are left out where no event has any text in them.
_OPTIONAL = {"fingerprints": "fingerprint", "refused_by": "refused_by"}
_NUMBERS = ("accepted_at", "waits_from", "windows", "window_from", "refused_from", "generation")


def encode(head: Head, events: Sequence[QueuedEvent]) -> str:
    """The body of a message with these events."""
    lines = "\n".join([event.line for event in events])
    first: dict[str, Any] = {"event_group_id": head.routing.event_group_id}
    if head.routing.partner_name is not None:
        first["partner_name"] = head.routing.partner_name
    if head.sender != SERVER:
        first["sender"] = head.sender
    if head.post_id:
        first["post_id"] = head.post_id
    first |= {name: number for name in _NUMBERS if (number := getattr(head, name))}
    first["ids"] = [event.event_id for event in events]
    first["names"] = [event.event_name for event in events]
    for name, of_event in _OPTIONAL.items():
        if any(column := [getattr(event, of_event) for event in events]):
            first[name] = column
    first["digest"] = _digest(lines)
    return f"{to_json(first).decode()}\n{lines}"


def decode(body: str, identify: Identify) -> tuple[Head, list[QueuedEvent]]:
    """What a message says and its events; `identify` names those whose first line does not. Raises Unreadable."""
    first, _, rest = body.partition("\n")
    lines = rest.split("\n") if rest else []
    said = json_object(first)
    if said is None:
        raise _strange()
    if not isinstance(said.get("event_group_id"), str):
        raise Unreadable("the message's first line names no event_group_id")
    head = _head(said)
    columns = [said.get("ids"), said.get("names"), *(said.get(name, [""] * len(lines)) for name in _OPTIONAL)]
    if said.get("digest") == _digest(rest) and all(_are_texts(column, len(lines)) for column in columns):
        return head, list(map(QueuedEvent._make, zip(lines, *columns, strict=True)))
    return head, _identified(lines, identify)


def _head(said: Mapping[str, Any]) -> Head:
    partner = said.get("partner_name")
    routing = Routing(said["event_group_id"], partner if isinstance(partner, str) else None)
    numbers = {name: number for name in _NUMBERS if type(number := said.get(name)) is int}
    post = said.get("post_id")
    post_id = post if isinstance(post, str) else ""
    return Head(routing, BROWSER if said.get("sender") == BROWSER else SERVER, post_id, **numbers)


def _are_texts(column: object, count: int) -> bool:
    return isinstance(column, list) and len(column) == count and set(map(type, column)) <= {str}


def _identified(lines: Sequence[str], identify: Identify) -> list[QueuedEvent]:
    """The events of lines that nobody vouches for."""
    try:
        # One parse for all: a line that is not a whole JSON value changes the count or breaks the array.
        events = from_json("[" + ",".join(lines) + "]")
    except ValueError:
        raise _strange() from None
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
    return queued


def within(head: Head, events: Sequence[QueuedEvent]) -> list[str]:
    """The bodies of as few messages as SQS takes, by halves."""
    # Most of what is too large is known to be without writing it: its lines and names alone are.
    if (
        len(events) == 1
        or sum(len(one.line) + len(one.event_id) + len(one.fingerprint) for one in events) <= _MOST_BYTES
    ):
        body = encode(head, events)
        if len(events) == 1 or packing.in_bytes(body) <= _MOST_BYTES:
            return [body]
    middle = (len(events) + 1) // 2
    return within(head, events[:middle]) + within(head, events[middle:])


def _strange() -> Unreadable:
    return Unreadable("the message is not in this relay's form: a line of routing, then one JSON event a line")


def _digest(lines: str) -> str:
    """The first 128 bits of SHA-256: nobody attacks it, for whoever can write to the queue can write the lines too."""
    return sha256(lines.encode()).hexdigest()[:32]
