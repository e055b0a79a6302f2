"""Looks at dead letters without taking them, and redrives them, as an operator does with the console or the CLI."""

# ruff: noqa: SLF001 - moto has no public names for a queue's messages and their lock

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from moto.sqs.models import Message, Queue, sqs_backends

from local.finished import named
from local.template import ACCOUNT, REGION
from pipeline.values.json_objects import json_object

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

_TASK_SECONDS = 300


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One dead letter: the message's id, body, and the texts among its attributes."""

    message_id: str
    body: str
    attributes: dict[str, str]

    @property
    def reason(self) -> str:
        """Why it was given up, empty if SQS moved it by itself."""
        return self.attributes.get("reason", "")

    @property
    def event(self) -> dict[str, Any]:
        """Its first event, empty if it cannot be read: a message that nobody can read is a dead letter too."""
        return json_object(self.body.partition("\n")[2].partition("\n")[0]) or {}

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


def find(arn: str) -> Queue:
    """The queue of that ARN in the local account."""
    return sqs_backends[ACCOUNT][REGION].queues[arn.rsplit(":", 1)[-1]]


def peek(arn: str) -> list[DeadLetter]:
    """Every message of that queue, the oldest first; they are read where moto keeps them, so no receive counts."""
    return [letter(message) for message in messages(arn)]


def messages(arn: str) -> list[Message]:
    """The queue's messages as moto has them, the oldest first."""
    queue = find(arn)
    with queue._messages_lock:
        return list(queue._messages)


def letter(message: Message) -> DeadLetter:
    """What is to be seen of a message."""
    return DeadLetter(message.id, message.body, attributes(message))


def attributes(message: Message) -> dict[str, str]:
    """The texts among a message's attributes."""
    return {name: str(value.get("StringValue", "")) for name, value in message.message_attributes.items()}


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
