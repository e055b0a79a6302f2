"""A model of SQS as a client that the handlers are given, and what the event source mapping and operators do."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError, EndpointConnectionError

from tests.simulation.queues import IN_FLIGHT, Message, ModelQueue
from tests.simulation.world import World

# What SQS may do for a while, besides what it does by chance; of the calls that send, and of those that put off.
DONE, LONGEST_WAIT = 1_000, 3_600  # calls; seconds, whatever a destination asks for
MODES = ("", "hang", "hang-send", "hang-visibility", "slow", "down")


@dataclass
class SqsFaults:
    """Chances for each call or message: refused, taken without an answer, one entry refused, received twice."""

    refuse: float = 0.0
    lose_answer: float = 0.0
    refuse_entry: float = 0.0
    twice: float = 0.0


class ModelSqs:
    """SQS: queues by their URLs."""

    def __init__(self, world: World, faults: SqsFaults, mode: Callable[[], str]) -> None:
        """Without a queue yet. `mode` says how it behaves now."""
        self._world, self.faults, self._mode = world, faults, mode
        self.queues: dict[str, ModelQueue] = {}
        self._names = 0
        self._asked: dict[str, Counter[str]] = {}  # by run: how often each receipt was to be put off, until it was

    def put(self, queue: ModelQueue, body: str, attributes: dict[str, Any], delay: float = 0.0) -> Message:
        """A new message on a queue."""
        self._names += 1
        now = self._world.now
        message = Message(body, attributes, now, now + delay, f"m{self._names}", queue.watcher.names(body))
        queue.add(message)
        queue.watcher.put(message, queue)
        return message

    def _call(self, queue: ModelQueue, call: str) -> bool:
        """Time and chance of one call; whether its answer gets lost. Raises what botocore would."""
        world, mode = self._world, self._mode()
        world.pause(world.random.uniform(0.002, 0.05))
        if queue.reliable:
            return False
        if mode in ("hang", f"hang-{call}"):
            hang(world)
        if mode == "slow":
            world.pause(world.random.uniform(0.5, 5.0))
        if mode == "down" or world.chance(self.faults.refuse):
            raise ClientError({"Error": {"Code": "ServiceUnavailable", "Message": ""}}, call)
        return world.chance(self.faults.lose_answer)

    def _answer(self, lost: bool) -> None:
        self._world.pause(self._world.random.uniform(0.002, 0.02))
        if lost:
            self._world.say("SQS's answer is lost")
            raise EndpointConnectionError(endpoint_url="sqs")

    def _refuses(self, queue: ModelQueue) -> bool:
        return not queue.reliable and self._world.chance(self.faults.refuse_entry)

    def send_message_batch(self, *, QueueUrl: str, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        """AWS's call."""
        queue = self.queues[QueueUrl]
        assert 1 <= len(Entries) <= 10
        assert len({entry["Id"] for entry in Entries}) == len(Entries)
        assert sum(map(_size, Entries)) <= 1_048_576
        try:
            lost = self._call(queue, "send")
        except ClientError:
            for entry in Entries:
                queue.watcher.refused(entry["MessageBody"])
            raise
        done, failed = [], []
        for entry in Entries:
            assert 0 <= entry.get("DelaySeconds", 0) <= 900
            if self._refuses(queue):
                queue.watcher.refused(entry["MessageBody"])
                failed.append({"Id": entry["Id"], "SenderFault": False, "Code": "InternalError"})
                continue
            attributes = entry.get("MessageAttributes", {})
            message = self.put(queue, entry["MessageBody"], attributes, entry.get("DelaySeconds", 0))
            if lost:  # its sender will send it again
                queue.watcher.doubled(message)
            done.append({"Id": entry["Id"]})
        self._answer(lost)
        return {"Successful": done, "Failed": failed}

    def change_message_visibility_batch(self, *, QueueUrl: str, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        """AWS's call."""
        assert 1 <= len(Entries) <= 10
        queue = self.queues[QueueUrl]
        named = [queue.messages.get(entry["ReceiptHandle"].split("/")[0]) for entry in Entries]
        asked = self._asked.setdefault(self._world.process().name, Counter())
        asked.update(entry["ReceiptHandle"] for entry in Entries)
        for message in named:  # until it is done: it may come back after the queue's own time, as after a death
            if message is not None:
                queue.watcher.doubled(message)
        lost = self._call(queue, "visibility")
        done, failed = [], []
        for entry in Entries:
            assert isinstance(entry["VisibilityTimeout"], int)
            assert 0 <= entry["VisibilityTimeout"] <= LONGEST_WAIT
            name, receives = entry["ReceiptHandle"].split("/")
            message = queue.messages.get(name)
            if message is None or message.receives != int(receives) or self._refuses(queue):
                failed.append({"Id": entry["Id"], "SenderFault": False, "Code": "InternalError"})
                continue
            # SQS keeps no message invisible for longer than 12 hours from its receipt.
            queue.hide(message, self._world.now + entry["VisibilityTimeout"])
            queue.watcher.put_off(message)
            asked[entry["ReceiptHandle"]] += DONE
            done.append({"Id": entry["Id"]})
        self._answer(lost)
        return {"Successful": done, "Failed": failed}

    def given_up(self, process: str) -> list[str]:
        """What this run wanted to put off, was refused once, and never asked for again."""
        return [receipt for receipt, times in self._asked.pop(process, Counter()).items() if times == 1]

    def batches(self, queue: ModelQueue, most: int, is_free: Callable[[], bool]) -> Iterator[list[tuple[str, Message]]]:
        """Visible messages, up to `most` at once, as long as the function is free for more; then the queue wakes."""
        while is_free():
            received = self.receive(queue, most)
            if not received:
                queue.wake()
                return
            yield received

    def receive(self, queue: ModelQueue, most: int, most_bytes: float = 6_000_000) -> list[tuple[str, Message]]:
        """Up to `most` visible messages with their receipts; what was received too often goes to the dead letters."""
        world, room = self._world, most_bytes
        self.expire(queue)
        received: list[tuple[str, Message]] = []
        for message in queue.visible():
            room -= len(message.body)
            if queue.in_flight >= IN_FLIGHT or len(received) >= most or (room < 0 and received):
                queue.give_back(message)
                break
            if queue.max_receives is not None and message.receives >= queue.max_receives:
                self._move(queue, message)
                continue
            received.append(self._given(queue, message))
            if not queue.reliable and world.chance(self.faults.twice):
                queue.watcher.doubled(message)
                if world.chance(0.3) and len(received) < most:
                    world.say(f"SQS gives {message.name} twice in one batch")
                    received.append(received[-1])
                else:
                    world.say(f"SQS will give {message.name} twice")
                    queue.hide(message, world.now + world.random.uniform(0.5, 5.0))
        return received

    def _given(self, queue: ModelQueue, message: Message) -> tuple[str, Message]:
        message.receives += 1
        message.first_received_at = message.first_received_at or self._world.now
        queue.received(message)
        queue.hide(message, self._world.now + queue.visibility)
        return f"{message.name}/{message.receives}", message

    def _move(self, queue: ModelQueue, message: Message) -> None:
        queue.remove(message)
        assert queue.dead_letters is not None
        message.receives, message.visible_at, message.is_gone = 0, self._world.now, False
        queue.dead_letters.add(message)
        queue.watcher.gone(message, "receives exhausted")

    def expire(self, queue: ModelQueue) -> None:
        """Forget what is older than the queue's retention."""
        for message in queue.expired():
            queue.remove(message)
            queue.watcher.gone(message, "retention over")

    def delete(self, queue: ModelQueue, message: Message) -> None:
        """Acknowledge."""
        if queue.remove(message):
            queue.watcher.gone(message, "acknowledged")


def hang(world: World) -> None:
    """A call that never comes back. Where a person waits for the answer botocore gives up after its tries: 21 s."""
    if world.process().name.startswith("ingest"):
        world.pause(21.0)
        raise EndpointConnectionError(endpoint_url="aws")
    world.hang()


def _size(entry: dict[str, Any]) -> int:
    """What SQS counts of a message: its body, and names, types and values of its attributes."""
    attributes = entry.get("MessageAttributes", {})
    said = sum(len(name) + len(one["DataType"]) + len(one["StringValue"].encode()) for name, one in attributes.items())
    return said + len(entry["MessageBody"].encode())
