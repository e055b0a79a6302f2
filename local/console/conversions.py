"""The console's memory of conversions: the last 500 for each destination they go to, in memory only.

It holds finished events as they were queued, with digests in the place of personal data, never a posted body.
"""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from local.finished import named
from pipeline.values.json_objects import json_object

MOST = 500  # conversions remembered for each destination
_MOST_MESSAGES = 5_000  # messages whose conversions are remembered
_MOST_STEPS = 50  # of one conversion's history
_MOST_SHOWN = 20_000  # characters of an event that the page is given

Outcome = Literal[
    "accepted",
    "delivering",
    "waiting",
    "delivered",
    "repeated",
    "rejected",
    "withheld",
    "invalid",
    "ignored",
    "refused",
]


@dataclass(slots=True)
class Conversion:
    """One conversion on its way to one destination; `number` counts up, `line` is the event as queued."""

    number: int
    at: float  # epoch seconds
    outcome: Outcome
    destination: str = ""  # empty: it never got that far
    path: str = ""  # empty: it was put on the queue by somebody else
    post: str = ""  # the composer's name for its post
    event_id: str = ""
    event_name: str = ""
    group: str = ""
    reason: str = ""
    status: int | None = None
    tries: int = 0
    line: str = ""
    warnings: Sequence[Mapping[str, Any]] = ()
    errors: Mapping[str, str] = field(default_factory=dict)
    history: list[dict[str, Any]] = field(default_factory=list)
    changed: int = 0  # the store's revision when it last changed

    def row(self) -> dict[str, Any]:
        """What the table shows of it."""
        return {
            "number": self.number,
            "at": self.at,
            "outcome": self.outcome,
            "destination": self.destination,
            "event_id": self.event_id,
            "event_name": self.event_name,
            "reason": self.reason,
            "status": self.status,
            "tries": self.tries,
            "warnings": [str(warning.get("field", "")) for warning in self.warnings],
        }

    def detail(self) -> dict[str, Any]:
        """All that is known of it."""
        return {
            **self.row(),
            "path": self.path,
            "group": self.group,
            "warnings": [
                {"field": item.get("field", ""), "warning": item.get("warning", "")} for item in self.warnings
            ],
            "errors": self.errors,
            "history": self.history,
            "event": json_object(self.line) if 0 < len(self.line) <= _MOST_SHOWN else None,
        }


class Conversions:
    """The store; its user holds a lock."""

    def __init__(self, most: int = MOST) -> None:
        """Remembers the last `most` conversions of each destination."""
        self._most = most
        self._all: dict[int, Conversion] = {}
        self._of: dict[str, deque[int]] = {}  # their numbers by destination
        self._messages: dict[str, list[int]] = {}
        self._last = 0
        self.revision = 0

    def add(self, at: float, outcome: Outcome, **fields: Any) -> Conversion:
        """Remember a conversion, and forget the oldest of its destination for it."""
        self._last += 1
        made = self._all[self._last] = Conversion(self._last, at, outcome, **fields)
        numbers = self._of.setdefault(made.destination, deque())
        numbers.append(made.number)
        while len(numbers) > self._most:
            del self._all[numbers.popleft()]
        self.note(made, at, outcome, reason=made.reason, status=made.status)
        return made

    def note(
        self, conversion: Conversion, at: float, outcome: Outcome, *, reason: str = "", status: int | None = None
    ) -> None:
        """Write down what became of a conversion at that time (epoch seconds)."""
        conversion.outcome, conversion.reason, conversion.status = outcome, reason, status
        step = {"at": at, "outcome": outcome, "reason": reason, "status": status}
        conversion.history = [*conversion.history, step][-_MOST_STEPS:]
        self.touch(conversion)

    def touch(self, conversion: Conversion) -> None:
        """The conversion has changed: whoever asks for changes is given it."""
        self.revision += 1
        conversion.changed = self.revision

    def put_message(self, message_id: str, conversions: Iterable[Conversion]) -> None:
        """These conversions travel in that message, in this order."""
        self._messages[message_id] = [conversion.number for conversion in conversions]
        while len(self._messages) > _MOST_MESSAGES:
            del self._messages[next(iter(self._messages))]

    def in_message(self, message_id: str) -> list[Conversion]:
        """The conversions that travel in that message, as far as they are remembered."""
        return [self._all[number] for number in self._messages.get(message_id, ()) if number in self._all]

    def forget_message(self, message_id: str) -> None:
        """The message is no more."""
        self._messages.pop(message_id, None)

    def get(self, number: int) -> Conversion | None:
        """The conversion of that number."""
        return self._all.get(number)

    def of_post(self, post: str) -> list[Conversion]:
        """The conversions of one of the composer's posts."""
        return [conversion for conversion in self._all.values() if conversion.post == post]

    def newest_with_line(self, line: str, outcome: Outcome) -> Conversion | None:
        """The newest conversion with that outcome that was queued as this line."""
        return next((c for c in reversed(self._all.values()) if c.line == line and c.outcome == outcome), None)

    def changed_since(self, revision: int) -> list[Conversion]:
        """The conversions that have changed since that revision, oldest first."""
        return [conversion for conversion in self._all.values() if conversion.changed > revision]


def split_body(body: str) -> tuple[str, list[str]]:
    """The event group and the last 500 event lines of a queue message; nothing if it is in nobody's form."""
    head, _, rest = body.partition("\n")
    group = (json_object(head) or {}).get("event_group_id", "")
    return str(group), rest.split("\n")[-MOST:] if rest else []


def names(line: str) -> dict[str, str]:
    """Id and name of a queued event."""
    event_id, event_name = named(json_object(line) or {})
    return {"event_id": event_id, "event_name": event_name}
