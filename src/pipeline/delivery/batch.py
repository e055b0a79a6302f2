"""What a run of delivery works on: the messages of a batch, and one value for each event with its outcome."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from pipeline.contract.messages import Head, QueuedEvent
from pipeline.contract.outcome import Outcome, Retry
from pipeline.delivery.table import Key
from pipeline.delivery.windows import Tried
from pipeline.intake.sampling import Followed

_PENDING = Retry("not sent")


@dataclass(frozen=True, slots=True)
class Record:
    """One received message. `sent_at` and `first_received` are epoch seconds, `receives` counts this one."""

    message_id: str
    receipt: str
    body: str
    receives: int
    sent_at: float
    first_received: float


@dataclass(eq=False)
class Event:
    """One event of a message, and what becomes of it.

    `key`: what it is to the ledger. `sent_as`: it goes out under this id, because another conversion has its own.
    `tried`: the windows it has used, before this run and then after it; `perhaps`: more, if a run died with it.
    `copy_of`: another event of the batch is sent in its place. `letter`: the reason of its dead letter; `buried`:
    whether the dead-letter queue took that. `refused_from`: since when (epoch s) it is refused with words that say that
    this passes. `wait`: seconds until its next try.
    """

    queued: QueuedEvent
    key: Key
    tried: Tried
    refused_from: int | None = None
    # Kept by the class until they change: most events are delivered, and then only the first of them does.
    outcome: Outcome = field(default=_PENDING, init=False)
    sent_as: str = field(default="", init=False)
    perhaps: Tried | None = field(default=None, init=False)
    copy_of: "Event | None" = field(default=None, init=False)
    letter: str = field(default="", init=False)
    buried: bool = field(default=False, init=False)
    wait: int = field(default=0, init=False)

    @property
    def name(self) -> str:
        """What names it in one destination."""
        return "\n".join(self.key)

    @property
    def used(self) -> Tried:
        """The windows that it has used at most."""
        return self.perhaps or self.tried

    @property
    def retry(self) -> Retry | None:
        """Why it goes back to the queue, if it does."""
        return self.outcome if isinstance(self.outcome, Retry) and not self.buried else None


@dataclass(slots=True, eq=False)
class Message:
    """One message: its first line, its events; or why nobody can deliver it, and whether that was buried.

    `stays`: it is not acknowledged.
    """

    record: Record
    head: Head
    events: list[Event] = field(default_factory=list)
    unreadable: str = ""
    buried: bool = False
    stays: bool = False

    @property
    def age_from(self) -> float:
        """Since when its events wait (epoch seconds): the conversions' acceptance, or a redrive."""
        return self.record.sent_at if self.head.waits_from is None else float(self.head.waits_from)

    @property
    def windows(self) -> int:
        """The windows that its events have used, as they came: the same for all."""
        return self.events[0].used.windows if self.events else 0

    @property
    def was_redriven(self) -> bool:
        """Whether its events, or messages that held them before, were dead letters."""
        return self.head.waits_from is None or self.head.waits_from != self.head.accepted_at


@dataclass(slots=True)
class Report:
    """What became of a batch: messages to receive again, events by outcome, and why (safe reasons).

    `delays`, in seconds, has one entry for each message with a delivered event: from when it was accepted or redriven
    to when the answers were in.
    """

    failures: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[tuple[str, int | None, str]] = field(default_factory=Counter)
    delays: list[float] = field(default_factory=list)
    followed: list[Followed] = field(default_factory=list)


def events_of(messages: Iterable[Message]) -> Iterable[Event]:
    """All events of the batch, in order."""
    return (event for message in messages for event in message.events)


def groups_of(messages: Iterable[Message]) -> list[str]:
    """The event groups of the batch's events, each once, in order."""
    return list(dict.fromkeys(message.head.routing.event_group_id for message in messages if message.events))
