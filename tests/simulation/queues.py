"""A model of SQS's standard queues: at least once, in any order, with visibility, receive counts and redrive policy."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from tests.simulation.world import World

IN_FLIGHT = 120_000  # SQS's limit of messages that were received and are not visible yet


@dataclass(slots=True, eq=False)
class Message:
    """One message on a queue, and the conversions that it holds. Times are the world's seconds."""

    body: str
    attributes: dict[str, Any]
    sent_at: float
    visible_at: float
    name: str
    conversions: tuple[str, ...] = ()
    receives: int = 0
    first_received_at: float = 0.0
    is_in_flight: bool = False
    is_gone: bool = False

    def record(self, receipt: str) -> dict[str, Any]:
        """The message as the function is given it, once it was received."""
        return {
            "messageId": self.name,
            "receiptHandle": receipt,
            "body": self.body,
            "attributes": {
                "ApproximateReceiveCount": str(self.receives),
                "SentTimestamp": str(int(self.sent_at * 1000)),
                "ApproximateFirstReceiveTimestamp": str(int(self.first_received_at * 1000)),
            },
        }


class Watcher(Protocol):
    """Who is told what happens to a queue."""

    def names(self, body: str) -> tuple[str, ...]:
        """The conversions that a message holds."""

    def put(self, message: Message, queue: "ModelQueue") -> None:
        """A message came onto the queue."""

    def gone(self, message: Message, why: str) -> None:
        """A message left the queue for good."""

    def doubled(self, message: Message) -> None:
        """A message will be received twice, or was sent though nobody knows."""

    def put_off(self, message: Message) -> None:
        """A message that was to be put off will not come back sooner: it is not doubled after all."""

    def refused(self, body: str) -> None:
        """A message was not taken: what it holds comes back with the one before, as if a run had died."""

    def arrived(self, queue: "ModelQueue") -> None:
        """A message can be received."""


@dataclass(eq=False)
class ModelQueue:
    """One queue. While it is `reliable` no call of it fails, and nothing is received twice.

    What is not visible yet is in a heap by time, what is visible in a list in any order: no call looks at every
    message. Entries of both that time has passed over are dropped when they are met.
    """

    world: World
    name: str
    watcher: Watcher
    retention: float
    visibility: float
    max_receives: int | None = None
    dead_letters: "ModelQueue | None" = None
    reliable: bool = False
    messages: dict[str, Message] = field(default_factory=dict)
    in_flight: int = 0
    _hidden: list[tuple[float, int, Message]] = field(default_factory=list)
    _visible: list[Message] = field(default_factory=list)
    _oldest: list[tuple[float, int, Message]] = field(default_factory=list)
    _count: int = 0
    _alarm: float = float("inf")

    def add(self, message: Message) -> None:
        """A new message, or one that comes from another queue."""
        self.messages[message.name] = message
        self._count += 1
        heapq.heappush(self._oldest, (message.sent_at, self._count, message))
        self.hide(message, message.visible_at)

    def remove(self, message: Message) -> bool:
        """Take it away; whether it was still there."""
        if self.messages.pop(message.name, None) is None:
            return False
        message.is_gone = True
        self._landed(message)
        return True

    def hide(self, message: Message, until: float) -> None:
        """Make it visible again then."""
        message.visible_at = until
        self._count += 1
        heapq.heappush(self._hidden, (until, self._count, message))
        self.wake()

    def wake(self) -> None:
        """Tell the watcher when the next message becomes visible: one alarm, however many messages wait."""
        if self._hidden and self._hidden[0][0] < self._alarm:
            self._alarm = self._hidden[0][0]
            self.world.at(self._alarm - self.world.now, self._ring)

    def _ring(self) -> None:
        if self.world.now >= self._alarm:
            self._alarm = float("inf")
            self.watcher.arrived(self)

    def received(self, message: Message) -> None:
        """Count it among those in flight."""
        self.in_flight += not message.is_in_flight
        message.is_in_flight = True

    def visible(self) -> Iterator[Message]:
        """What may be received now, in any order; whoever takes one hides or removes it."""
        now = self.world.now
        while self._hidden and self._hidden[0][0] <= now:
            until, _, message = heapq.heappop(self._hidden)
            if not message.is_gone and message.visible_at == until:
                self._landed(message)
                self._visible.append(message)
        waiting, draw = self._visible, self.world.random
        while waiting:
            place = int(draw.random() * len(waiting))
            waiting[place], waiting[-1] = waiting[-1], waiting[place]
            message = waiting.pop()
            if not message.is_gone and message.visible_at <= now:
                yield message

    def give_back(self, message: Message) -> None:
        """One that `visible` gave and nobody took."""
        self._visible.append(message)

    def expired(self) -> Iterator[Message]:
        """Those that are older than the queue's retention."""
        while self._oldest and self._oldest[0][0] + self.retention <= self.world.now:
            _, _, message = heapq.heappop(self._oldest)
            if message.name in self.messages:
                yield message

    def _landed(self, message: Message) -> None:
        self.in_flight -= message.is_in_flight
        message.is_in_flight = False
