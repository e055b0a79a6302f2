"""One batch from the queue, delivered: every event ends delivered, rejected or back in the queue, and is counted.

The order is what keeps the promise: dead letters and remainders are written before their message is acknowledged, and a
message is acknowledged only by not being named in the report.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from pipeline.destination import Destination, Routing
from pipeline.messages import QueuedEvent, Unreadable, decode, encode
from pipeline.outcome import Outcome, Rejected, Retry, is_exhausted, wait
from pipeline.personal import safe_reason
from pipeline.sending import send
from pipeline.sqs import Outgoing


class Sink(Protocol):
    """A queue to send to; `pipeline.sqs.Queue` is one."""

    def send(self, messages: Sequence[Outgoing]) -> list[bool]:
        """Send the messages and return for each whether it was taken."""

    def postpone(self, receipts: Sequence[tuple[str, int]]) -> int:
        """Make each received message (receipt handle, seconds) visible again then; return how many calls failed."""


@dataclass(frozen=True, slots=True)
class Record:
    """One received message. `sent_at` is epoch seconds, `receives` counts this one."""

    message_id: str
    receipt: str
    body: str
    receives: int
    sent_at: float


@dataclass(slots=True)
class Report:
    """What became of a batch: messages to receive again, events by outcome, and why (safe reasons)."""

    failures: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[tuple[str, int | None, str]] = field(default_factory=Counter)


@dataclass(slots=True)
class _Message:
    record: Record
    routing: Routing
    events: list[QueuedEvent]
    outcomes: list[Outcome] = field(default_factory=list)
    dead: list[tuple[QueuedEvent, Outgoing]] = field(default_factory=list)


def deliver(
    records: Sequence[Record],
    destination: Destination,
    *,
    queue: Sink,
    dead_letters: Sink,
    now: Callable[[], float],
    time_left: Callable[[], float],
    jitter: Callable[[], float],
    executor: Executor,
) -> Report:
    """Deliver the batch and report. `now` is epoch seconds, `time_left` seconds, `jitter` draws from 0..1."""
    report = Report()
    messages: list[_Message] = []
    unreadable: list[tuple[Record, Outgoing]] = []
    for record in records:
        try:
            routing, events = decode(record.body)
        except Unreadable as error:
            unreadable.append((record, _dead_letter(record.body, None, str(error), None, now())))
        else:
            messages.append(_Message(record, routing, events))
    _send_once(messages, destination, report, time_left, executor)

    postponed: list[tuple[str, int]] = []
    _bury_unreadable(unreadable, dead_letters, report, postponed, jitter)
    for message in messages:
        _mark_dead(message, report, now())
    _bury(messages, dead_letters, report)
    remainders: list[tuple[_Message, list[Outgoing]]] = []
    for message in messages:
        retries = [
            (event, outcome)
            for event, outcome in zip(message.events, message.outcomes, strict=True)
            if isinstance(outcome, Retry)
        ]
        if not retries:
            continue
        for _, outcome in retries:
            report.counts["Retried"] += 1
            report.counts["KeyRefused"] += outcome.setup
            report.reasons["retried", outcome.status, outcome.reason] += 1
        parts = sorted({outcome.part or 0 for _, outcome in retries})
        if len(retries) == len(message.events) and len(parts) == 1:
            report.failures.append(message.record.message_id)
            postponed.append((message.record.receipt, _soonest(retries, message.record, jitter)))
        else:
            # Some events are settled, or the request was split: what is left goes back in messages of its own.
            left = [[pair for pair in retries if (pair[1].part or 0) == part] for part in parts]
            remainders.append((message, [_remainder(message.routing, pairs, message.record, jitter) for pairs in left]))
    outgoing = [body for _, bodies in remainders for body in bodies]
    taken = iter(queue.send(outgoing))
    for message, bodies in remainders:
        results = [next(taken) for _ in bodies]
        if not all(results):
            # The message comes back whole: better an event twice within Roku's window than none.
            report.failures.append(message.record.message_id)
            postponed.append((message.record.receipt, wait(Retry(""), message.record.receives, jitter())))
    if postponed:
        queue.postpone(postponed)
    return report


def _send_once(
    messages: Sequence[_Message],
    destination: Destination,
    report: Report,
    time_left: Callable[[], float],
    executor: Executor,
) -> None:
    """Send each event once, however many copies of it are in the batch; the copies share its outcome."""
    first: dict[tuple[str, str, str], tuple[int, int]] = {}
    unique: list[list[QueuedEvent]] = []
    owners: list[list[tuple[int, int]]] = []
    for place, message in enumerate(messages):
        unique.append([])
        owners.append([])
        for event in message.events:
            key = (message.routing.event_group_id, event.event_name, event.event_id)
            owner = first.setdefault(key, (place, len(unique[place])))
            if owner == (place, len(unique[place])):
                unique[place].append(event)
            else:
                report.counts["Deduplicated"] += 1
            owners[place].append(owner)
    sent = [place for place, events in enumerate(unique) if events]
    outcomes = dict(
        zip(
            sent,
            send(
                [(messages[place].routing, unique[place]) for place in sent],
                destination,
                time_left=time_left,
                executor=executor,
            ),
            strict=True,
        )
    )
    for message, places in zip(messages, owners, strict=True):
        message.outcomes = [outcomes[place][index] for place, index in places]
    report.counts["Delivered"] += sum(
        not isinstance(outcome, Rejected | Retry) for results in outcomes.values() for outcome in results
    )


def _mark_dead(message: _Message, report: Report, now: float) -> None:
    """Write the dead letters of a message: what was rejected, and what has waited long enough."""
    exhausted = is_exhausted(now - message.record.sent_at, message.record.receives)
    for event, outcome in zip(message.events, message.outcomes, strict=True):
        if isinstance(outcome, Rejected):
            report.counts["Rejected"] += 1
            report.reasons["rejected", outcome.status, outcome.reason] += 1
        elif not (isinstance(outcome, Retry) and exhausted and not outcome.at_once):
            continue
        reason = outcome.reason if isinstance(outcome, Rejected) else f"waited too long: {outcome.reason}"
        body = encode(message.routing, [event.line])
        message.dead.append((event, _dead_letter(body, message.routing, reason, outcome.status, now)))


def _bury(messages: Sequence[_Message], dead_letters: Sink, report: Report) -> None:
    """Put dead letters on their queue; an event whose letter was not taken is tried again with its message."""
    letters = [letter for message in messages for _, letter in message.dead]
    taken = iter(dead_letters.send(letters))
    for message in messages:
        buried = {id(event): next(taken) for event, _ in message.dead}
        for place, event in enumerate(message.events):
            if id(event) not in buried:
                continue
            if buried[id(event)]:
                report.counts["DeadLettered"] += 1
                message.outcomes[place] = Rejected("", None)
            else:
                message.outcomes[place] = Retry("the dead-letter queue is out of reach")


def _bury_unreadable(
    unreadable: Sequence[tuple[Record, Outgoing]],
    dead_letters: Sink,
    report: Report,
    postponed: list[tuple[str, int]],
    jitter: Callable[[], float],
) -> None:
    for (record, letter), taken in zip(
        unreadable, dead_letters.send([letter for _, letter in unreadable]), strict=True
    ):
        report.counts["Unreadable"] += 1
        report.reasons["unreadable", None, letter.attributes["reason"]] += 1
        if taken:
            report.counts["DeadLettered"] += 1
        else:
            report.failures.append(record.message_id)
            postponed.append((record.receipt, wait(Retry(""), record.receives, jitter())))


def _dead_letter(body: str, routing: Routing | None, reason: str, status: int | None, now: float) -> Outgoing:
    attributes = {
        "reason": reason,
        "status": str(status or "none"),
        "rejected_at": datetime.fromtimestamp(now, UTC).isoformat(timespec="seconds"),
    }
    if routing is not None:
        attributes["event_group_id"] = safe_reason(routing.event_group_id)
    return Outgoing(body, {name: value for name, value in attributes.items() if value})


def _soonest(retries: Sequence[tuple[QueuedEvent, Retry]], record: Record, jitter: Callable[[], float]) -> int:
    return min(wait(outcome, record.receives, jitter()) for outcome in {outcome for _, outcome in retries})


def _remainder(
    routing: Routing, pairs: Sequence[tuple[QueuedEvent, Retry]], record: Record, jitter: Callable[[], float]
) -> Outgoing:
    delay = min(_soonest(pairs, record, jitter), 900)  # SQS delays at most 900 s
    return Outgoing(encode(routing, [event.line for event, _ in pairs]), delay=delay)
