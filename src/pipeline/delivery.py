"""One batch from the queue, delivered: every event ends delivered, rejected or back in the queue, and is counted.

The order is what keeps the promise: dead letters and remainders are written before their message is acknowledged, and a
message is acknowledged only by not being named in the report.
"""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from pipeline.destination import Destination, Routing
from pipeline.ledger import Entry, Key
from pipeline.messages import QueuedEvent, Unreadable, decode, encode
from pipeline.outcome import Delivered, Outcome, Rejected, Retry, is_exhausted, wait
from pipeline.personal import storable
from pipeline.sampling import Followed, event_digest, is_sampled
from pipeline.sending import send
from pipeline.sqs import Outgoing

_ALREADY = Delivered()  # told apart by identity: the event was delivered before, or another copy of it now
_OTHER_COPY = Retry("not sent: an event of the same name and id, but other content, was rejected")


class Sink(Protocol):
    """A queue to send to; `pipeline.sqs.Queue` is one."""

    def send(self, messages: Sequence[Outgoing]) -> list[bool]:
        """Send the messages and return for each whether it was taken."""

    def postpone(self, receipts: Sequence[tuple[str, int]]) -> int:
        """Make each received message (receipt handle, seconds) visible again then; return how many calls failed."""


class Memory(Protocol):
    """What was delivered before; `pipeline.ledger.Ledger` is one."""

    def delivered(self, keys: Collection[Key]) -> tuple[set[Key], bool]:
        """Those of the keys that were delivered already, and whether the whole answer was to be had."""

    def note(self, entries: Sequence[Entry]) -> bool:
        """Remember the outcomes, and return whether all of them were written."""


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
    """What became of a batch: messages to receive again, events by outcome, and why (safe reasons).

    `delays`, in seconds, has one for each message of which events were delivered: from when SQS took the message, which
    for a redriven one is the redrive and for the rest of a divided one the division, to when Roku's answers were in.
    """

    failures: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[tuple[str, int | None, str]] = field(default_factory=Counter)
    delays: list[float] = field(default_factory=list)
    followed: list[Followed] = field(default_factory=list)


@dataclass(slots=True)
class _Message:
    record: Record
    routing: Routing
    events: list[QueuedEvent]
    outcomes: list[Outcome] = field(default_factory=list)
    dead: list[tuple[int, Outgoing, Entry]] = field(default_factory=list)  # place of the event, its letter, its note

    def key(self, event: QueuedEvent) -> Key:
        """What the event is to the ledger."""
        return Key(self.routing.event_group_id, event.event_name, event.event_id)


def deliver(  # noqa: PLR0913 - each is another collaborator, named at the call
    records: Sequence[Record],
    destination: Destination,
    *,
    queue: Sink,
    dead_letters: Sink,
    ledger: Memory | None = None,
    now: Callable[[], float],
    time_left: Callable[[], float],
    jitter: Callable[[], float],
    executor: Executor,
    sample_rate: float = 0.0,
) -> Report:
    """Deliver the batch and report. `now` is epoch seconds, `time_left` seconds, `jitter` draws from 0..1.

    `sample_rate` is the share of events, from 0 to 1, that the report follows one by one.

    The ledger is read before sending and written after it, never claimed in between: a crash can cause a repeat, which
    Roku drops within 10 minutes, and never a loss. Without its answer delivery goes on.
    """
    report = Report()
    messages: list[_Message] = []
    unreadable: list[tuple[Record, Outgoing]] = []
    for record in records:
        try:
            routing, events = decode(record.body, destination.identify)
        except Unreadable as error:
            unreadable.append((record, _dead_letter(record.body, None, str(error), None, now())))
        else:
            messages.append(_Message(record, routing, events))
    _send_once(messages, destination, ledger, report, now, time_left, executor)

    postponed: list[tuple[str, int]] = []
    _bury_unreadable(unreadable, dead_letters, report, postponed, jitter)
    for message in messages:
        _mark_dead(message, report, now())
    _bury(messages, dead_letters, ledger, report)
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
            again = Retry("", ambiguous=True)
            postponed.append((message.record.receipt, wait(again, message.record.receives, jitter())))
    if postponed:
        queue.postpone(postponed)
    report.followed = _followed(messages, sample_rate)
    return report


def _send_once(
    messages: Sequence[_Message],
    destination: Destination,
    ledger: Memory | None,
    report: Report,
    now: Callable[[], float],
    time_left: Callable[[], float],
    executor: Executor,
) -> None:
    """Send each event once, however many copies of it there are and were; the copies share its outcome.

    One exception: what a rejected event says of a copy with other content, perhaps the mended one, is nothing.
    """
    first: dict[Key, QueuedEvent] = {}
    for message in messages:
        for event in message.events:
            first.setdefault(message.key(event), event)
    known: Collection[Key] = ()
    if ledger is not None and first:
        known, complete = ledger.delivered(first)
        report.counts["LedgerUnavailable"] += not complete
    left = [
        [event for event in message.events if first[key := message.key(event)] is event and key not in known]
        for message in messages
    ]
    sent = [(message, events) for message, events in zip(messages, left, strict=True) if events]
    results = send(
        [(message.routing, events) for message, events in sent], destination, time_left=time_left, executor=executor
    )
    answered = now()
    outcomes: dict[Key, Outcome] = dict.fromkeys(known, _ALREADY)
    for (message, events), settled in zip(sent, results, strict=True):
        if any(isinstance(outcome, Delivered) for outcome in settled):
            report.delays.append(max(0.0, answered - message.record.sent_at))
        outcomes.update((message.key(event), outcome) for event, outcome in zip(events, settled, strict=True))
    delivered = [key for key, outcome in outcomes.items() if isinstance(outcome, Delivered) and key not in known]
    if ledger is not None and delivered:
        report.counts["LedgerUnavailable"] += not ledger.note([Entry(key, "delivered") for key in delivered])
    report.counts["Delivered"] += len(delivered)
    for message in messages:
        for event in message.events:
            key = message.key(event)
            outcome = outcomes[key]
            if isinstance(outcome, Delivered) and (key in known or event is not first[key]):
                report.counts["Deduplicated"] += 1
                outcome = _ALREADY
            elif isinstance(outcome, Rejected) and event.line != first[key].line:
                outcome = _OTHER_COPY
            message.outcomes.append(outcome)


def _mark_dead(message: _Message, report: Report, now: float) -> None:
    """Write the dead letters of a message: what was rejected, and what has waited long enough."""
    exhausted = is_exhausted(now - message.record.sent_at, message.record.receives)
    for place, (event, outcome) in enumerate(zip(message.events, message.outcomes, strict=True)):
        if isinstance(outcome, Rejected):
            report.counts["Rejected"] += 1
            report.reasons["rejected", outcome.status, outcome.reason] += 1
        elif not (isinstance(outcome, Retry) and exhausted and not outcome.at_once):
            continue
        reason = outcome.reason if isinstance(outcome, Rejected) else f"waited too long: {outcome.reason}"
        letter = _dead_letter(encode(message.routing, [event.line]), message.routing, reason, outcome.status, now)
        message.dead.append((place, letter, Entry(message.key(event), "rejected", reason, outcome.status)))


def _bury(messages: Sequence[_Message], dead_letters: Sink, ledger: Memory | None, report: Report) -> None:
    """Put dead letters on their queue; an event whose letter was not taken is tried again with its message."""
    dead = [(message, *one) for message in messages for one in message.dead]
    notes = []
    for (message, place, _, note), taken in zip(
        dead, dead_letters.send([letter for _, _, letter, _ in dead]), strict=True
    ):
        if taken:
            report.counts["DeadLettered"] += 1
            message.outcomes[place] = Rejected(note.reason, note.status)
            notes.append(note)
        else:
            message.outcomes[place] = Retry("the dead-letter queue is out of reach")
    if ledger is not None and notes:
        report.counts["LedgerUnavailable"] += not ledger.note(notes)


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


def _followed(messages: Sequence[_Message], rate: float) -> list[Followed]:
    """What became of the sampled events."""
    if not rate:
        return []
    found = []
    for message in messages:
        for event, outcome in zip(message.events, message.outcomes, strict=True):
            if is_sampled(event.event_id, rate):
                reason, status = ("", None) if isinstance(outcome, Delivered) else (outcome.reason, outcome.status)
                name = storable(event.event_name, 40)
                found.append(Followed(event_digest(event.event_id), _named(outcome), name, reason, status))
    return found


def _named(outcome: Outcome) -> str:
    if isinstance(outcome, Delivered):
        return "deduplicated" if outcome is _ALREADY else "delivered"
    return "rejected" if isinstance(outcome, Rejected) else "retried"


def _dead_letter(body: str, routing: Routing | None, reason: str, status: int | None, now: float) -> Outgoing:
    attributes = {
        "reason": reason,
        "status": str(status or "none"),
        "rejected_at": datetime.fromtimestamp(now, UTC).isoformat(timespec="seconds"),
    }
    if routing is not None:
        attributes["event_group_id"] = storable(routing.event_group_id)
    return Outgoing(body, {name: value for name, value in attributes.items() if value})


def _soonest(retries: Sequence[tuple[QueuedEvent, Retry]], record: Record, jitter: Callable[[], float]) -> int:
    return min(wait(outcome, record.receives, jitter()) for outcome in dict.fromkeys(o for _, o in retries))


def _remainder(
    routing: Routing, pairs: Sequence[tuple[QueuedEvent, Retry]], record: Record, jitter: Callable[[], float]
) -> Outgoing:
    delay = min(_soonest(pairs, record, jitter), 900)  # SQS delays at most 900 s
    return Outgoing(encode(routing, [event.line for event, _ in pairs]), delay=delay)
