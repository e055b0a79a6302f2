"""SQS: sending messages and putting off their next delivery, in as few calls as the limits allow."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from pipeline import packing
from pipeline.messages import MESSAGE_BYTES

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

BATCH = 10


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to send: body, text attributes, seconds until it can be received (0 to 900)."""

    body: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    delay: int = 0

    def size(self) -> int:
        """Bytes that SQS counts towards its limits."""
        attributes = sum(len(name) + len("String") + len(value.encode()) for name, value in self.attributes.items())
        return len(self.body.encode()) + attributes


class Queue:
    """One SQS queue."""

    def __init__(self, client: "SQSClient", url: str, executor: Executor) -> None:
        """Use the queue at `url` through `client`, which may be shared between threads; `executor` has the threads."""
        self._client = client
        self._url = url
        self._executor = executor

    def send(self, messages: Sequence[Outgoing]) -> list[bool]:
        """Send the messages and return for each whether SQS took it. Raises nothing of theirs."""
        batches = packing.fill([message.size() for message in messages], capacity=MESSAGE_BYTES, most=BATCH)
        taken = [False] * len(messages)

        def send_batch(indexes: list[int]) -> None:
            entries: list[Any] = [_entry(index, messages[index]) for index in indexes]
            try:
                answer = self._client.send_message_batch(QueueUrl=self._url, Entries=entries)
            except (BotoCoreError, ClientError):
                return
            for done in answer.get("Successful", []):
                taken[int(done["Id"])] = True

        self._each(send_batch, batches)
        return taken

    def postpone(self, receipts: Sequence[tuple[str, int]]) -> int:
        """Make each received message (receipt handle, seconds) visible again then; return how many calls failed.

        A message whose call failed comes back after the queue's own visibility timeout.
        """
        failed = 0

        def postpone_batch(batch: Sequence[tuple[str, int]]) -> None:
            nonlocal failed
            entries: list[Any] = [
                {"Id": str(place), "ReceiptHandle": receipt, "VisibilityTimeout": seconds}
                for place, (receipt, seconds) in enumerate(batch)
            ]
            try:
                self._client.change_message_visibility_batch(QueueUrl=self._url, Entries=entries)
            except (BotoCoreError, ClientError):
                failed += 1

        self._each(postpone_batch, [receipts[start : start + BATCH] for start in range(0, len(receipts), BATCH)])
        return failed

    def _each(self, call: Callable[[Any], None], batches: Sequence[Any]) -> None:
        """Call with each batch: in this thread if there is only one, otherwise several at once."""
        if len(batches) == 1:
            call(batches[0])
        else:
            list(self._executor.map(call, batches))


def _entry(index: int, message: Outgoing) -> dict[str, Any]:
    entry: dict[str, Any] = {"Id": str(index), "MessageBody": message.body}
    if message.attributes:
        entry["MessageAttributes"] = {
            name: {"DataType": "String", "StringValue": value} for name, value in message.attributes.items() if value
        }
    if message.delay:
        entry["DelaySeconds"] = message.delay
    return entry
