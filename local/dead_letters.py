"""Looks at dead letters without taking them, and redrives them, as an operator does with the console or the CLI."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local.finished import named

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

_LOOK_SECONDS = 30  # how long messages are out of sight at most while they are looked at
_TASK_SECONDS = 300


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One dead letter: its event, why it was given up, and all its attributes."""

    event: dict[str, Any]
    reason: str
    attributes: dict[str, str]

    @property
    def event_id(self) -> str:
        """The event's id, empty if it cannot be read."""
        return named(self.event)[0]

    @property
    def event_name(self) -> str:
        """The event's name, empty if it cannot be read."""
        return named(self.event)[1]


class RedriveError(Exception):
    """A move task did not end well; the message is SQS's reason."""


def peek(sqs: "SQSClient", queue_url: str) -> list[DeadLetter]:
    """Every dead letter that is visible now; all of them are visible again afterwards, with one more receive."""
    with _looking(sqs, queue_url) as messages:
        return [_letter(message) for message in messages]


def redrive(
    sqs: "SQSClient", source_arn: str, destination_arn: str, tell: Callable[[int, int], None] = lambda _, __: None
) -> int:
    """Moves all dead letters to the destination and gives their number; RedriveError if SQS could not within 5 minutes.

    The destination is always named: letters that the relay wrote itself have no source that SQS could know. `tell`
    hears now and then how many are moved, and of how many.
    """
    sqs.start_message_move_task(SourceArn=source_arn, DestinationArn=destination_arn)
    deadline = time.monotonic() + _TASK_SECONDS
    while True:
        (task,) = sqs.list_message_move_tasks(SourceArn=source_arn, MaxResults=1)["Results"]
        tell(task["ApproximateNumberOfMessagesMoved"], task["ApproximateNumberOfMessagesToMove"])
        if task["Status"] == "COMPLETED":
            return task["ApproximateNumberOfMessagesMoved"]
        if task["Status"] != "RUNNING" or time.monotonic() > deadline:
            raise RedriveError(task.get("FailureReason", task["Status"]))
        time.sleep(0.02)


@contextmanager
def _looking(sqs: "SQSClient", queue_url: str) -> "Iterator[list[MessageTypeDef]]":
    messages: list[MessageTypeDef] = []
    while received := sqs.receive_message(
        QueueUrl=queue_url,
        MaxNumberOfMessages=10,
        VisibilityTimeout=_LOOK_SECONDS,
        WaitTimeSeconds=0,
        MessageAttributeNames=["All"],
    ).get("Messages", []):
        messages += received
    try:
        yield messages
    finally:
        for message in messages:
            sqs.change_message_visibility(
                QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
            )


def _letter(message: "MessageTypeDef") -> DeadLetter:
    attributes = {name: value.get("StringValue", "") for name, value in message.get("MessageAttributes", {}).items()}
    try:
        event = json.loads(message["Body"].split("\n")[1])
    except (ValueError, IndexError):  # a message that nobody can read is a dead letter too
        event = {}
    return DeadLetter(event if isinstance(event, dict) else {}, attributes.get("reason", ""), attributes)
