"""Dead letters: what one is, as read from a message, and which are meant. Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from destinations import load
from pipeline.contract.messages import QueuedEvent, Unreadable, decode
from pipeline.contract.outcome import COUNTED_TWICE

_COUNTED_TWICE = "counted twice"  # what an operator writes to mean them
_UNKNOWN = "SQS moved it after too many receives: no run of the function ever finished it"


@dataclass(frozen=True, slots=True)
class Letter:
    """One dead letter. `at` is when it became one, or was first queued if that is not known (epoch seconds).

    `events` is empty if nobody can read it; `group` is then what its attributes say.
    """

    destination: str
    message_id: str
    receipt: str
    body: str
    attributes: dict[str, Any]
    group: str
    events: tuple[QueuedEvent, ...]
    reason: str
    status: str
    at: float

    def may_be_counted_twice(self) -> bool:
        """Whether the destination may have counted it twice already: somebody must look at it before a redrive."""
        return self.reason.startswith(COUNTED_TWICE)

    def event_names(self) -> list[str]:
        """The names of its events, without repeats."""
        return sorted({event.event_name for event in self.events}) or ["(unreadable)"]


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which dead letters are meant; None means any. `older_than` is in seconds, `reason` a part of the text."""

    reason: str | None = None
    event_name: str | None = None
    group: str | None = None
    older_than: float | None = None
    message_id: str | None = None

    def everything(self) -> bool:
        """Whether it excludes none."""
        return self == Chosen()

    def names_counted_twice(self) -> bool:
        """Whether the reason that is asked for is that events may have been counted twice."""
        return self.reason is not None and _COUNTED_TWICE in self.reason.lower()

    def takes(self, letter: Letter, now: float) -> bool:
        """Whether this one is meant; `now` is epoch seconds."""
        return (
            (self.reason is None or self.reason.lower() in letter.reason.lower())
            and (self.event_name is None or any(event.event_name == self.event_name for event in letter.events))
            and (self.group is None or letter.group == self.group)
            and (self.older_than is None or now - letter.at >= self.older_than)
            and (self.message_id is None or letter.message_id == self.message_id)
        )


def read(destination: str, message: Any) -> Letter:
    """The dead letter of a received message."""
    attributes = message.get("MessageAttributes", {})
    said = {name: str(value.get("StringValue", "")) for name, value in attributes.items()}
    try:
        head, events = decode(message["Body"], load(destination).identify)
        group = head.routing.event_group_id
    except Unreadable:
        events, group = [], said.get("event_group_id", "")
    return Letter(
        destination=destination,
        message_id=message["MessageId"],
        receipt=message["ReceiptHandle"],
        body=message["Body"],
        attributes=attributes,
        group=group,
        events=tuple(events),
        reason=said.get("reason") or _UNKNOWN,
        status=said.get("status", ""),
        at=_moment(said.get("rejected_at"), int(message["Attributes"]["SentTimestamp"]) / 1000),
    )


def _moment(text: str | None, otherwise: float) -> float:
    try:
        return datetime.fromisoformat(text or "").timestamp()
    except ValueError:
        return otherwise
