"""What a message says of its events must go with them into each message that is made of what is left of it."""

import json
from collections.abc import Sequence
from typing import Any

from tests.simulation.conversions import Variant
from tests.simulation.queues import Message

# A try that counts nothing comes within so much (s) of the window's beginning; a run is so much longer at most.
WINDOW = 480.0 + 60.0
MOST = 2
INGEST = 31  # seconds that an invocation of ingest takes at most
_COLUMNS = ("ids", "names", "fingerprints", "refused_by")


def fault_of(message: Message, origins: Sequence[Message], *, dead: bool) -> str | None:
    """What a message says otherwise than each of those that it may be made of; None if nothing."""
    faults = [_difference(message, origin, dead=dead) for origin in origins]
    return None if None in faults else faults[0] if faults else "of no message"


def fault_of_new(message: Message, variant: Variant) -> str | None:
    """What a message of ingest says otherwise than the sender of one of its events; None if nothing."""
    head = _head(message)
    said = head["event_group_id"], head.get("partner_name"), head.get("sender", "server")
    if said != (variant.conversion.group, variant.partner, variant.sender):
        return f"{said}, not {(variant.conversion.group, variant.partner, variant.sender)}"
    since = {head["accepted_at"], head["waits_from"]}
    return None if since <= {int(message.sent_at) - back for back in range(INGEST)} else f"that it waits since {since}"


def less_tried(message: Message, origins: Sequence[Message]) -> str | None:
    """Of copies to the byte the one goes on that was tried most; None if it does."""
    most = max(map(used, origins), default=0)
    return f"windows: {used(message)}, not {most} as another copy" if used(message) < most else None


def is_nameless(message: Message, name: str) -> bool:
    """Whether it has no fingerprint of this event."""
    return not _column("fingerprints", message, _head(message))[name]


def used(message: Message) -> int:
    """The windows that its events have used."""
    return int(_head(message).get("windows", 0))


def unmarked(message: Message, lost: Sequence[float]) -> str | None:
    """What a message says otherwise of windows, if answers to requests that began then were lost; None if nothing."""
    head = _head(message)
    if not lost or (head.get("windows", 0) == MOST and "window_from" not in head):
        return None
    if not head.get("windows", 0):
        return "no windows, and an answer was lost"
    since = head.get("window_from", 0)
    return None if since - 1 <= min(lost) and max(lost) <= since + WINDOW else f"a window since {since}, of {lost[:3]}"


def _difference(message: Message, origin: Message, *, dead: bool) -> str | None:
    new, old = _head(message), _head(origin)
    since = old.get("waits_from", int(origin.sent_at))
    fixed = {name: old.get(name) for name in ("event_group_id", "partner_name", "sender", "accepted_at", "post_id")}
    if not dead:
        fixed |= {"waits_from": since, "generation": old.get("generation", 0) + 1}
    for name, value in fixed.items():
        if new.get(name) != value:
            return f"{name}: {new.get(name)}, not {value}"
    if not dead and new.get("windows", 0) < old.get("windows", 0):
        return f"windows: {new.get('windows', 0)}, not {old['windows']}"
    for column in _COLUMNS:
        known = _column(column, origin, old)
        if any(known.get(name, text) != text for name, text in _column(column, message, new).items()):
            return column
    return None


def _head(message: Message) -> dict[str, Any]:
    head: dict[str, Any] = json.loads(message.body[: message.body.index("\n")])
    return head


def _column(name: str, message: Message, head: dict[str, Any]) -> dict[str, str]:
    """What the first line says of each event there; nothing where it does not have the column."""
    return dict(zip(message.conversions, head.get(name) or [""] * len(message.conversions), strict=True))
