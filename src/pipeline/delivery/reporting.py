"""What a run says of itself, derived from the outcomes of its events: notes for the ledger, counts, reasons."""

import re
from collections.abc import Sequence
from functools import partial

from pydantic_core import from_json

from pipeline.contract.outcome import COUNTED_TWICE, Delivered, Rejected, Repeated, Retry
from pipeline.delivery.batch import Event, Message, Report, events_of
from pipeline.delivery.burying import status_of
from pipeline.delivery.settling import Settled
from pipeline.delivery.table import Entry, PutOff
from pipeline.intake.sampling import Followed, event_digest, is_sampled
from pipeline.values.personal import storable

# Roku's name for it, that of Rokt's Conversions API and that of its Event API, as they are written: in compact JSON.
_ORDER_ID = re.compile(
    r'"(?:(?:order_id|confirmationref)"|name":"transactionid","value"):("(?:[^"\\]|\\.){1,1000}+")'
).search


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
    queued = event.queued
    noted = partial(Entry, event.key, refused_by=queued.refused_by, post_id=message.head.post_id)
    whose = partial(noted, sender=message.head.sender, fingerprint=queued.fingerprint)
    if isinstance(event.outcome, Delivered):
        return whose("delivered", order_id=_order_id(event))
    if event.buried:
        return noted("rejected", event.letter, status_of(event.outcome), order_id=_order_id(event))
    if event.retry and event.used.windows:
        # Also what a run that died may have used: other messages may hold the same event.
        return whose("unread", tried=event.used, order_id=_order_id(event))
    return None


def _order_id(event: Event) -> str:
    """The id of the event's order, where it is not the event's."""
    found = _ORDER_ID(event.queued.line)
    order_id = str(from_json(found[1])) if found else ""
    return "" if order_id in (event.queued.event_id, event.key.event_id) else order_id


def marks(messages: Sequence[Message], began: float) -> list[PutOff]:
    """What the ledger is to remember of messages that come back: that their run, begun then, has not died."""
    marks = []
    for message in messages:
        used = {event.used for event in message.events if event.retry}
        if message.stays and message.head.window_from is None and len(used) == 1:
            marks.append(PutOff(message.record.message_id, message.record.receives, int(began), used.pop()))
    return marks


def tell(messages: Sequence[Message], settled: Settled, report: Report, sample_rate: float) -> None:
    """Name the messages that stay, count what became of each event, and say why."""
    report.failures = [message.record.message_id for message in messages if message.stays]
    counts, reasons = report.counts, report.reasons
    counts["LedgerUnavailable"] = int(not settled.is_complete)
    counts["CircuitOpen"] = settled.open_circuits
    report.delays = [settled.answered - message.age_from for message in messages if _has_delivery(message)]
    report.delays = [max(0.0, delay) for delay in report.delays]
    for message in messages:
        if message.unreadable:
            counts["Unreadable"] += 1
            counts["DeadLettered"] += message.buried
            reasons["unreadable", None, message.unreadable] += 1
    for event in events_of(messages):
        _tell_of(event, report)
        if sample_rate and is_sampled(event.queued.event_id, sample_rate):
            report.followed.append(_followed(event))


def _has_delivery(message: Message) -> bool:
    return any(isinstance(event.outcome, Delivered) for event in message.events)


def _tell_of(event: Event, report: Report) -> None:
    counts, outcome = report.counts, event.outcome
    counts["DeadLettered"] += event.buried
    counts["MayBeCountedTwice"] += event.buried and event.letter.startswith(COUNTED_TWICE)
    if isinstance(outcome, Delivered):
        counts["Delivered"] += 1
        counts["AnswerUnfamiliar"] += outcome.unfamiliar
        counts["IdCollisions"] += bool(event.sent_as)
    elif isinstance(outcome, Repeated):
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
