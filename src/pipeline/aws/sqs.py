"""SQS: sending messages and putting off their next delivery, in as few calls as the limits allow.

Nothing here raises what SQS raises. No call waits longer than the `seconds` that it is given: what was not answered by
then counts as not done.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from pipeline.aws import waiting
from pipeline.contract import packing
from pipeline.contract.messages import MESSAGE_BYTES

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

BATCH = 10

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to send: body, text attributes, seconds until it can be received (0 to 900)."""

    body: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    delay: int = 0

    def size(self) -> int:
        """Bytes that SQS counts towards its limits."""
        attributes = sum(len(name) + len("String") + packing.in_bytes(value) for name, value in self.attributes.items())
        return packing.in_bytes(self.body) + attributes


class Queue:
    """One SQS queue."""

    def __init__(self, client: "SQSClient", url: str, executor: Executor) -> None:
        """Use the queue at `url` through `client`, which may be shared between threads; `executor` has the threads."""
        self._client = client
        self._url = url
        self._executor = executor

    def send(self, messages: Sequence[Outgoing], seconds: float = float("inf")) -> list[bool]:
        """Send the messages and return for each whether SQS took it."""
        batches = packing.fill([message.size() for message in messages], capacity=MESSAGE_BYTES, most=BATCH)

        def send_batch(indexes: list[int]) -> list[int]:
            entries: list[Any] = [_entry(index, messages[index]) for index in indexes]
            try:
                answer = self._client.send_message_batch(QueueUrl=self._url, Entries=entries)
            except (BotoCoreError, ClientError):
                return []
            return [int(done["Id"]) for done in answer.get("Successful", [])]

        taken = [False] * len(messages)
        for done in self._each(send_batch, batches, seconds):
            for index in done or []:
                taken[index] = True
        return taken

    def postpone(self, receipts: Sequence[tuple[str, int]], seconds: float = float("inf")) -> list[tuple[str, int]]:
        """Make each received message (receipt handle, seconds) visible again then; return those that were not put off.

        They come back after the queue's own visibility timeout.
        """

        def postpone_batch(batch: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
            entries: list[Any] = [
                {"Id": str(place), "ReceiptHandle": receipt, "VisibilityTimeout": wait}
                for place, (receipt, wait) in enumerate(batch)
            ]
            try:
                answer = self._client.change_message_visibility_batch(QueueUrl=self._url, Entries=entries)
            except (BotoCoreError, ClientError):
                return list(batch)
            done = {one["Id"] for one in answer.get("Successful", [])}
            return [one for place, one in enumerate(batch) if str(place) not in done]

        batches = [receipts[start : start + BATCH] for start in range(0, len(receipts), BATCH)]
        answers = zip(batches, self._each(postpone_batch, batches, seconds), strict=True)
        return [one for batch, left in answers for one in (batch if left is None else left)]

    def _each(self, call: Callable[[Any], Result], batches: Sequence[Any], seconds: float) -> list[Result | None]:
        """Call with each batch: in this thread if there is only one and no bound, otherwise several at once."""
        if len(batches) == 1 and seconds == float("inf"):
            return [call(batches[0])]
        return waiting.each(self._executor, call, batches, seconds)


def _entry(index: int, message: Outgoing) -> dict[str, Any]:
    entry: dict[str, Any] = {"Id": str(index), "MessageBody": message.body}
    if message.attributes:
        entry["MessageAttributes"] = {
            name: {"DataType": "String", "StringValue": value} for name, value in message.attributes.items() if value
        }
    if message.delay:
        entry["DelaySeconds"] = message.delay
    return entry
