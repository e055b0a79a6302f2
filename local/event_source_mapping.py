"""Emulates Lambda's poller of an SQS queue: collects a batch, invokes the function, deletes what it has done.

Rules: "Using Lambda with Amazon SQS" and "partial batch responses" of the Lambda developer guide.
"""

import base64
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from local.functions import EventSource
from local.runtime import MAX_PAYLOAD_BYTES, FunctionError, PayloadTooLarge
from local.template import REGION

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

_RECEIVE_AT_ONCE = 10  # SQS's limit for one receive
_LONG_POLL_SECONDS = 1  # so that the thread ends within a second of stop()
_PAUSE_SECONDS = 0.05  # between receives while a batch waits for its window to close
_ENVELOPE_BYTES = len('{"Records":[]}')


class EventSourceMapping:
    """One queue's poller, a thread of its own; an invocation at a time, as with a single execution environment."""

    def __init__(
        self, source: EventSource, queue_url: str, sqs: "SQSClient", invoke: Callable[[dict[str, Any]], Any]
    ) -> None:
        """`invoke` takes an SQS event and gives the function's answer, or raises FunctionError."""
        self._source = source
        self._queue_url = queue_url
        self._sqs = sqs
        self._invoke = invoke
        self._stopping = threading.Event()
        self._invoking = threading.Lock()
        self._thread = threading.Thread(target=self._run, name=f"poller of {source.function}", daemon=True)
        self._held_over: MessageTypeDef | None = None  # did not fit into the batch before
        self.invocations = 0

    def start(self) -> None:
        """Begins to poll."""
        self._thread.start()

    def stop(self) -> None:
        """Stops polling, after at most two seconds for an invocation under way.

        A receive under way ends by itself within a second and gives its messages back.
        """
        self._stopping.set()
        if self._invoking.acquire(timeout=2):
            self._invoking.release()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                batch = self._collect()
                with self._invoking:
                    if self._stopping.is_set():
                        self._give_back(batch)
                    elif batch:
                        self._process(batch)
            except (BotoCoreError, ClientError) as error:
                # The messages stay in the queue; their visibility timeout brings them back.
                if not self._stopping.wait(_PAUSE_SECONDS):
                    print(f"polling {self._queue_url}: {error}", flush=True)

    def _collect(self) -> "list[MessageTypeDef]":
        """The messages of one batch: full, or 6 MB, or as many as came within the window from the first one on."""
        batch: list[MessageTypeDef] = []
        size = _ENVELOPE_BYTES
        closes = 0.0
        while not self._stopping.is_set() and len(batch) < self._source.batch_size:
            left = closes - time.monotonic() if batch else _LONG_POLL_SECONDS
            if left <= 0:
                break
            received = self._receive(self._source.batch_size - len(batch), wait=int(min(left, _LONG_POLL_SECONDS)))
            if received and not batch:
                closes = time.monotonic() + self._source.window_seconds
            for position, message in enumerate(received):
                size += len(json.dumps(self._record(message), separators=(",", ":"))) + 1
                if batch and size > MAX_PAYLOAD_BYTES:
                    self._held_over = message
                    self._give_back(received[position + 1 :])
                    return batch
                batch.append(message)
            if batch and not received:
                self._stopping.wait(min(_PAUSE_SECONDS, max(left, 0)))
        return batch

    def _receive(self, room: int, *, wait: int) -> "list[MessageTypeDef]":
        if self._held_over is not None:
            held, self._held_over = self._held_over, None
            return [held]
        answer = self._sqs.receive_message(
            QueueUrl=self._queue_url,
            MaxNumberOfMessages=min(_RECEIVE_AT_ONCE, room),
            WaitTimeSeconds=wait,
            MessageSystemAttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        return answer.get("Messages", [])

    def _give_back(self, messages: "Sequence[MessageTypeDef]") -> None:
        for message in messages:
            self._sqs.change_message_visibility(
                QueueUrl=self._queue_url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
            )

    def _process(self, batch: "Sequence[MessageTypeDef]") -> None:
        self.invocations += 1
        ids = {message["MessageId"] for message in batch}
        try:
            answer = self._invoke({"Records": [self._record(message) for message in batch]})
        except (FunctionError, PayloadTooLarge) as error:
            print(f"{error}: {len(batch)} messages stay in the queue", flush=True)
            return
        failed = failed_items(answer, ids) if self._source.reports_item_failures else set()
        for entries in _tens([message for message in batch if message["MessageId"] not in failed]):
            self._sqs.delete_message_batch(
                QueueUrl=self._queue_url,
                Entries=[
                    {"Id": str(number), "ReceiptHandle": message["ReceiptHandle"]}
                    for number, message in enumerate(entries)
                ],
            )

    def _record(self, message: "MessageTypeDef") -> dict[str, Any]:
        record: dict[str, Any] = {
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "attributes": dict(message.get("Attributes", {})),
            "messageAttributes": {
                name: _message_attribute(value) for name, value in message.get("MessageAttributes", {}).items()
            },
            "md5OfBody": message["MD5OfBody"],
            "eventSource": "aws:sqs",
            "eventSourceARN": self._source.queue_arn,
            "awsRegion": REGION,
        }
        if "MD5OfMessageAttributes" in message:
            record["md5OfMessageAttributes"] = message["MD5OfMessageAttributes"]
        return record


def failed_items(answer: Any, message_ids: set[str]) -> set[str]:
    """The ids of the messages that stay in the queue, as Lambda reads a partial batch response.

    An empty answer or list means that all succeeded. Whatever cannot be read, an id that is empty or none of the
    batch's included, fails the whole batch.
    """
    if answer is None:
        return set()
    failures = answer.get("batchItemFailures") if isinstance(answer, Mapping) else False
    if failures is None:
        return set()
    if not isinstance(failures, list):
        return message_ids
    failed = [item.get("itemIdentifier") if isinstance(item, Mapping) else None for item in failures]
    named = {item for item in failed if isinstance(item, str)}
    return named if len(failed) == len([item for item in failed if item in message_ids]) else message_ids


def _message_attribute(value: Mapping[str, Any]) -> dict[str, Any]:
    attribute: dict[str, Any] = {"stringListValues": [], "binaryListValues": [], "dataType": value["DataType"]}
    if "StringValue" in value:
        attribute["stringValue"] = value["StringValue"]
    if "BinaryValue" in value:
        attribute["binaryValue"] = base64.b64encode(value["BinaryValue"]).decode()
    return attribute


def _tens(messages: "Sequence[MessageTypeDef]") -> "Iterator[Sequence[MessageTypeDef]]":
    for start in range(0, len(messages), _RECEIVE_AT_ONCE):
        yield messages[start : start + _RECEIVE_AT_ONCE]
