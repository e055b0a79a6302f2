"""What a run says of itself, derived from the outcomes of its events: notes for the ledger, counts, reasons."""

import json
from collections import Counter
from collections.abc import Sequence

from pipeline.contract.outcome import COUNTED_TWICE, Delivered, Rejected, Repeated, Retry
from pipeline.delivery.batch import Event, Message, Report, events_of
from pipeline.delivery.burying import status_of
from pipeline.delivery.settling import Settled
from pipeline.delivery.table import Entry, PutOff
from pipeline.intake.sampling import Followed, event_digest, is_sampled
from pipeline.values.personal import storable

# Before an order's id, in compact JSON: Roku's name for it, that of Rokt's Conversions API and that of its Event API.
_BEFORE_ORDER_ID = ('"order_id":', '"confirmationref":', '"name":"transactionid","value":')
_LONGEST_ORDER_ID = 1_000  # characters: DynamoDB refuses a batch with an item of 400 kB
_value_at = json.JSONDecoder().raw_decode


def notes(messages: Sequence[Message]) -> list[Entry]:
    """What the ledger is to remember of events."""
    entries = []
    for message in messages:
        for event in message.events:
            entry = _note(message, event)
            if entry is not None:
                entries.append(entry)
            if event.sent_as and isinstance(event.outcome, Delivered):
                # Under the id that its sender knows too.
                known = event.key._replace(event_id=event.queued.event_id)
                why = f"another conversion has this id: sent as {event.sent_as}"
                entries.append(Entry(known, "collided", why, post_id=message.head.post_id))
    return entries


def _note(message: Message, event: Event) -> Entry | None:
    if isinstance(event.outcome, Delivered):
        outcome = "delivered"
    elif event.buried:
        outcome = "rejected"
    elif event.retry and event.used.windows:
        # Also what a run that died may have used: other messages may hold the same event.
        outcome = "unread"
    else:
        return None
    return Entry(
        event.key,
        outcome,
        reason=event.letter,
        status=status_of(event.outcome) if event.buried else None,
        sender=message.head.sender,
        fingerprint=event.queued.fingerprint,
        tried=event.used if outcome == "unread" else None,
        refused_by=event.queued.refused_by,
        order_id=_order_id(event),
        post_id=message.head.post_id,
    )


def _order_id(event: Event) -> str:
    """The id of the event's order, where it is not the event's."""
    line = event.queued.line
    at = next((at + len(name) for name in _BEFORE_ORDER_ID if (at := line.find(name)) >= 0), None)
    try:
        order_id = "" if at is None else _value_at(line, at)[0]
    except ValueError:  # in a line that somebody wrote by hand
        return ""
    is_anothers = isinstance(order_id, str) and order_id not in (event.queued.event_id, event.key.event_id)
    return order_id[:_LONGEST_ORDER_ID] if is_anothers else ""


def marks(messages: Sequence[Message], began: float) -> list[PutOff]:
    """What the ledger is to remember of messages that come back: that their run, begun then, has not died."""
    marks = []
    for message in messages:
        used = {event.used for event in message.events if event.retry}
        if message.stays and message.head.window_from is None and len(used) == 1:
            marks.append(PutOff(message.record.message_id, message.record.receives, int(began), used.pop()))
    return marks


def tell(messages: Sequence[Message], settled: Settled, sample_rate: float) -> Report:
    """Name the messages that stay, count what became of each event, and say why."""
    report = Report()
    report.failures = [message.record.message_id for message in messages if message.stays]
    report.delays = [max(0.0, settled.answered - message.age_from) for message in messages if _has_delivery(message)]
    report.counts["LedgerUnavailable"] = int(not settled.is_complete)
    report.counts["CircuitOpen"] = settled.open_circuits
    for message in messages:
        if message.unreadable:
            report.counts["Unreadable"] += 1
            report.counts["DeadLettered"] += message.buried
            report.reasons["unreadable", None, message.unreadable] += 1
    events = list(events_of(messages))
    _count_delivered(events, report.counts)
    for event in events:
        if not isinstance(event.outcome, Delivered):
            _tell_of(event, report)
    if sample_rate:
        report.followed = [_followed(event) for event in events if is_sampled(event.queued.event_id, sample_rate)]
    return report


def _has_delivery(message: Message) -> bool:
    return any(isinstance(event.outcome, Delivered) for event in message.events)


def _count_delivered(events: Sequence[Event], counts: Counter[str]) -> None:
    """Count them all at once: nearly every event is one of them."""
    delivered = [event.outcome for event in events if isinstance(event.outcome, Delivered)]
    counts["Delivered"] = len(delivered)
    counts["AnswerUnfamiliar"] = sum(outcome.unfamiliar for outcome in delivered)
    counts["IdCollisions"] = sum(event.sent_as != "" and isinstance(event.outcome, Delivered) for event in events)


def _tell_of(event: Event, report: Report) -> None:
    """Count an event that was not delivered, and say why."""
    counts, outcome = report.counts, event.outcome
    counts["DeadLettered"] += event.buried
    counts["MayBeCountedTwice"] += event.buried and event.letter.startswith(COUNTED_TWICE)
    if isinstance(outcome, Repeated):
        counts["Repeated"] += 1
    elif isinstance(outcome, Rejected):
        counts["Rejected"] += 1
        report.reasons["rejected", outcome.status, outcome.reason] += 1
    elif isinstance(outcome, Retry):
        counts["AnswerUnreadable"] += outcome.ambiguous
        if not event.buried:
            counts["Retried"] += 1
            counts["KeyRefused"] += outcome.setup
            report.reasons["retried", outcome.status, outcome.reason] += 1


def _followed(event: Event) -> Followed:
    """What became of a sampled event."""
    outcome, reason = event.outcome, event.letter
    if isinstance(outcome, Delivered | Repeated):
        word = "delivered" if isinstance(outcome, Delivered) else "repeated"
    else:
        word = "rejected" if event.buried else "retried"
        reason = reason or outcome.reason
    name = storable(event.queued.event_name, 40)
    return Followed(event_digest(event.queued.event_id), word, name, reason, status_of(outcome))
