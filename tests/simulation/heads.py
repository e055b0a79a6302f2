"""What a message says of its events must go with them into each message that is made of what is left of it."""

import json
from collections.abc import Sequence
from typing import Any

from tests.simulation.queues import Message

# A try that counts nothing comes within so much (s) of the window's beginning; a run is so much longer at the most.
WINDOW = 480.0 + 60.0
MOST = 2


def fault_of(message: Message, origins: Sequence[Message], *, dead: bool) -> str | None:
    """What a message says otherwise than each of those that it may be made of; None if nothing."""
    faults = [_difference(message, origin, dead=dead) for origin in origins]
    return None if None in faults else faults[0] if faults else "of no message"


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
    fixed = {name: old.get(name) for name in ("event_group_id", "partner_name", "sender", "accepted_at")}
    if not dead:
        fixed |= {"waits_from": since, "generation": old.get("generation", 0) + 1}
    for name, value in fixed.items():
        if new.get(name) != value:
            return f"{name}: {new.get(name)}, not {value}"
    if not dead and new.get("windows", 0) < old.get("windows", 0):
        return f"windows: {new.get('windows', 0)}, not {old['windows']}"
    known = _prints(origin, old)
    if any(known.get(name, text) != text for name, text in _prints(message, new).items()):
        return "fingerprints"
    return None


def _head(message: Message) -> dict[str, Any]:
    head: dict[str, Any] = json.loads(message.body[: message.body.index("\n")])
    return head


def _prints(message: Message, head: dict[str, Any]) -> dict[str, str]:
    return dict(zip(message.conversions, head.get("fingerprints", []), strict=False))
