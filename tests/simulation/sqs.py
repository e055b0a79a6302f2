"""A model of SQS's standard queues: at least once, in any order, with visibility, receive counts and redrive policy."""

from dataclasses import dataclass, field
from typing import Any, Protocol

from botocore.exceptions import ClientError, EndpointConnectionError

from tests.simulation.world import World

IN_FLIGHT = 120_000  # SQS's limit


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


class Watcher(Protocol):
    """Who is told what happens to a queue."""

    def names(self, body: str) -> tuple[str, ...]:
        """The conversions that a message holds."""

    def put(self, message: Message, queue: "ModelQueue") -> None:
        """A message came onto the queue."""

    def gone(self, message: Message, why: str) -> None:
        """A message left the queue for good."""

    def arrived(self, queue: "ModelQueue") -> None:
        """A message can be received."""


@dataclass(eq=False)
class ModelQueue:
    """One queue. While it is `reliable` no call of it fails, and nothing is received twice."""

    name: str
    watcher: Watcher
    retention: float
    visibility: float
    max_receives: int | None = None
    dead_letters: "ModelQueue | None" = None
    reliable: bool = False
    messages: list[Message] = field(default_factory=list)


@dataclass
class SqsFaults:
    """Chances for each call or message: refused, taken without an answer, one entry refused, received twice."""

    refuse: float = 0.0
    lose_answer: float = 0.0
    refuse_entry: float = 0.0
    twice: float = 0.0


class ModelSqs:
    """The SQS client that the handlers are given, and what the event source mapping and operators do to queues."""

    def __init__(self, world: World, faults: SqsFaults) -> None:
        """Without a queue yet."""
        self._world, self.faults = world, faults
        self.queues: dict[str, ModelQueue] = {}
        self._names = 0

    def put(self, queue: ModelQueue, body: str, attributes: dict[str, Any], delay: float = 0.0) -> Message:
        """A new message on a queue."""
        self._names += 1
        now = self._world.now
        message = Message(body, attributes, now, now + delay, f"m{self._names}", queue.watcher.names(body))
        queue.messages.append(message)
        queue.watcher.put(message, queue)
        self._world.at(delay, lambda: queue.watcher.arrived(queue))
        return message

    def _call(self, queue: ModelQueue) -> bool:
        """Time and chance of one call; whether its answer gets lost. Raises what botocore would."""
        world = self._world
        world.pause(world.random.uniform(0.002, 0.05))
        if queue.reliable:
            return False
        if world.chance(self.faults.refuse):
            world.say(f"SQS refuses a call for {queue.name}")
            raise ClientError({"Error": {"Code": "ServiceUnavailable", "Message": ""}}, "SendMessageBatch")
        return world.chance(self.faults.lose_answer)

    def _answer(self, lost: bool) -> None:
        self._world.pause(self._world.random.uniform(0.002, 0.02))
        if lost:
            self._world.say("SQS's answer is lost")
            raise EndpointConnectionError(endpoint_url="sqs")

    def send_message_batch(self, *, QueueUrl: str, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        """AWS's call."""
        assert len(Entries) <= 10
        assert sum(len(entry["MessageBody"].encode()) for entry in Entries) <= 1_048_576
        queue = self.queues[QueueUrl]
        lost = self._call(queue)
        done: list[dict[str, str]] = []
        failed: list[dict[str, str]] = []
        for entry in Entries:
            if not queue.reliable and self._world.chance(self.faults.refuse_entry):
                failed.append({"Id": entry["Id"], "Code": "InternalError"})
                continue
            assert 0 <= entry.get("DelaySeconds", 0) <= 900
            self.put(queue, entry["MessageBody"], entry.get("MessageAttributes", {}), entry.get("DelaySeconds", 0))
            done.append({"Id": entry["Id"]})
        self._answer(lost)
        return {"Successful": done, "Failed": failed}

    def change_message_visibility_batch(self, *, QueueUrl: str, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        """AWS's call."""
        assert len(Entries) <= 10
        queue = self.queues[QueueUrl]
        lost = self._call(queue)
        for entry in Entries:
            assert 0 <= entry["VisibilityTimeout"] <= 43_200
            for message in queue.messages:
                if f"{message.name}/{message.receives}" == entry["ReceiptHandle"]:
                    message.visible_at = self._world.now + entry["VisibilityTimeout"]
                    self._world.at(entry["VisibilityTimeout"], lambda: queue.watcher.arrived(queue))
        self._answer(lost)
        return {"Successful": [], "Failed": []}

    def receive(self, queue: ModelQueue, most: int) -> list[tuple[str, Message]]:
        """Up to `most` visible messages with their receipts; what was received too often goes to the dead letters."""
        world = self._world
        self.expire(queue)
        visible = [message for message in queue.messages if message.visible_at <= world.now]
        world.random.shuffle(visible)
        in_flight = len(queue.messages) - len(visible)
        received = []
        for message in visible[: max(0, min(most, IN_FLIGHT - in_flight))]:
            if queue.max_receives is not None and message.receives >= queue.max_receives:
                queue.messages.remove(message)
                assert queue.dead_letters is not None
                message.visible_at, message.receives = world.now, 0
                queue.dead_letters.messages.append(message)
                queue.watcher.gone(message, "receives exhausted")
                continue
            message.receives += 1
            received.append((f"{message.name}/{message.receives}", message))
            if not queue.reliable and world.chance(self.faults.twice):
                world.say(f"SQS will give {message.name} twice")
                world.at(world.random.uniform(0.5, 5.0), lambda: queue.watcher.arrived(queue))
                message.visible_at = world.now + 0.5
            else:
                message.visible_at = world.now + queue.visibility
                world.at(queue.visibility, lambda: queue.watcher.arrived(queue))
        return received

    def expire(self, queue: ModelQueue) -> None:
        """Forget what is older than the queue's retention."""
        for message in [m for m in queue.messages if m.sent_at + queue.retention <= self._world.now]:
            queue.messages.remove(message)
            queue.watcher.gone(message, "retention over")

    def delete(self, queue: ModelQueue, message: Message) -> None:
        """Acknowledge."""
        if message in queue.messages:
            queue.messages.remove(message)
            queue.watcher.gone(message, "acknowledged")
