"""Dead letters: one event a message, with the reason, the HTTP status and the time."""

from collections.abc import Sequence
from datetime import UTC, datetime

from pipeline.aws.sqs import Outgoing
from pipeline.contract.messages import Head, encode
from pipeline.contract.outcome import COUNTED_TWICE, Outcome, Rejected, Retry, is_exhausted
from pipeline.delivery.batch import Event, Message
from pipeline.delivery.surroundings import Sink
from pipeline.values.personal import storable

# Seconds until a dead letter that was not taken is tried again.
_RETRY = 60
NO_LETTER = Retry("the dead-letter queue is out of reach")


def bury(messages: Sequence[Message], dead_letters: Sink, *, now: float, seconds: float) -> None:
    """Put dead letters on their queue; an event whose letter was not taken is tried again with its message.

    `now` is epoch seconds; `seconds` is the longest that this may wait.
    """
    unreadable = [message for message in messages if message.unreadable]
    dead = [(message, event) for message in messages for event in message.events if _must_die(message, event, now)]
    letters = [_letter(message.record.body, "", message.unreadable, None, now) for message in unreadable]
    letters += [_of_event(message, event, now) for message, event in dead]
    taken = iter(dead_letters.send(letters, seconds) if letters else ())
    for message in unreadable:
        message.buried = next(taken)
    for _, event in dead:
        event.buried = next(taken)
        if not event.buried:
            event.outcome, event.letter, event.wait = NO_LETTER, "", _RETRY


def status_of(outcome: Outcome) -> int | None:
    """The HTTP status that led to it, if one did."""
    return getattr(outcome, "status", None)


def _must_die(message: Message, event: Event, now: float) -> bool:
    """Whether the event is tried no more, with the reason in its `letter`."""
    outcome = event.outcome
    if isinstance(outcome, Rejected):
        event.letter = event.letter or outcome.reason
    elif isinstance(outcome, Retry) and not event.letter and not outcome.at_once:
        age = now - message.age_from
        refused = now - event.refused_from if outcome.passing and event.refused_from is not None else 0.0
        if is_exhausted(age, message.record.receives, refused):
            counted = ", and may have been counted" if event.used.windows else ""
            event.letter = f"waited too long{counted}: {outcome.reason}"
    return bool(event.letter)


def counted_twice(reason: str) -> str:
    """The reason of an event whose second window ended without an answer that could be read."""
    return f"{COUNTED_TWICE}: no answer to it could be read ({reason}); look at what was counted before a redrive"


def _of_event(message: Message, event: Event, now: float) -> Outgoing:
    head = Head(message.head.routing, message.head.sender, message.head.post_id, message.head.accepted_at)
    group = message.head.routing.event_group_id
    return _letter(encode(head, [event.queued]), group, event.letter, status_of(event.outcome), now)


def _letter(body: str, group: str, reason: str, status: int | None, now: float) -> Outgoing:
    attributes = {
        "reason": storable(reason),
        "status": str(status or "none"),
        "rejected_at": datetime.fromtimestamp(now, UTC).isoformat(timespec="seconds"),
        "event_group_id": storable(group),
    }
    return Outgoing(body, {name: value for name, value in attributes.items() if value})
