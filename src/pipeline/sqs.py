"""SQS: sending messages and putting off their next delivery, in as few calls as the limits allow."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from pipeline import packing
from pipeline.messages import MESSAGE_BYTES

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

BATCH = 10
# Calls under way at once: 10,000 visibility timeouts are 1,000 calls, 2 s of them at 20 ms.
_WORKERS = 10


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

    def __init__(self, client: "SQSClient", url: str) -> None:
        """Use the queue at `url` through `client`, which may be shared between threads."""
        self._client = client
        self._url = url

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

        _each(send_batch, batches)
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

        _each(postpone_batch, [receipts[start : start + BATCH] for start in range(0, len(receipts), BATCH)])
        return failed


def _entry(index: int, message: Outgoing) -> dict[str, Any]:
    entry: dict[str, Any] = {"Id": str(index), "MessageBody": message.body}
    if message.attributes:
        entry["MessageAttributes"] = {
            name: {"DataType": "String", "StringValue": value} for name, value in message.attributes.items() if value
        }
    if message.delay:
        entry["DelaySeconds"] = message.delay
    return entry


def _each(call: Any, batches: Sequence[Any]) -> None:
    """Call with each batch: in this thread if there is only one, otherwise some at once."""
    if len(batches) == 1:
        call(batches[0])
    elif batches:
        with ThreadPoolExecutor(min(_WORKERS, len(batches))) as pool:
            list(pool.map(call, batches))
