"""What a run of delivery has of the world: two queues, what is shared between runs, time and chance."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Protocol

from pipeline.aws.sqs import Outgoing
from pipeline.delivery.circuit import Circuit
from pipeline.delivery.gate import Store
from pipeline.delivery.table import Entry, Found, Key, PutOff, Unread


class Sink(Protocol):
    """A queue to send to; `pipeline.aws.sqs.Queue` is one. All `seconds` are the longest that a call may wait."""

    def send(self, messages: Sequence[Outgoing], seconds: float) -> list[bool]:
        """Send the messages and return for each whether it was taken."""

    def postpone(self, receipts: Sequence[tuple[str, int]], seconds: float) -> list[tuple[str, int]]:
        """Make each received message (receipt handle, seconds) visible again then; return those left as they were."""


class Memory(Store, Protocol):
    """What runs share; `pipeline.delivery.ledger.Ledger` is one. All `seconds` are the longest that a call may wait."""

    def look_up(
        self, keys: Sequence[Key], groups: Sequence[str], seconds: float, messages: Sequence[str] = ()
    ) -> Found:
        """Which of the events were delivered, the circuits of the event groups, and which messages were put off."""

    def unread(self, keys: Sequence[Key], seconds: float) -> dict[Key, Unread]:
        """The windows that events have used."""

    def note(self, entries: Sequence[Entry | PutOff], seconds: float) -> bool:
        """Remember the outcomes and what was put off, and return whether all of them were written."""


@dataclass(slots=True)
class Remembered:
    """What a process remembers of a destination from run to run, for when the table does not answer.

    `accepts_empty`: an operator says that a success without a body means delivered.
    """

    circuits: dict[str, Circuit] = field(default_factory=dict)
    accepts_empty: bool = False


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a run has of the world.

    `ledger` is None where the stack has no table; then all that is known of circuits is `remembered`. `now` is epoch
    seconds, `time_left` seconds until the run is killed, `jitter` draws from 0..1. `sample_rate` is the share of
    events, from 0 to 1, that the report follows one by one.
    """

    queue: Sink
    dead_letters: Sink
    ledger: Memory | None
    remembered: Remembered
    now: Callable[[], float]
    time_left: Callable[[], float]
    jitter: Callable[[], float]
    executor: Executor
    sample_rate: float = 0.0
