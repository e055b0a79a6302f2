"""One SQS message move task (redrive): what it moves, where to, and how it ends.

Without a destination each message goes back to the queue whose redrive policy moved it. A message that was sent to
the dead-letter queue directly has no such queue: the task then ends FAILED with CouldNotDetermineMessageSource. A
moved message keeps body and attributes; it gets a new id, a new sent timestamp and a receive count of zero.
"""

# ruff: noqa: SLF001 - moto has no public name for the lock of a queue

import base64
import json
import threading
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from moto.sqs.exceptions import SQSException
from moto.sqs.models import Message, Queue, SQSBackend

from local.moto_repairs import source_of, take


@dataclass(slots=True)
class MoveTask:
    """One task: what was asked, how far it is; `cancelled` stops it before its next message."""

    source: Queue
    destination_arn: str | None
    per_second: int | None
    to_move: int
    task_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    started_ms: int = field(default_factory=lambda: int(time.time() * 1000))
    moved: int = 0
    status: str = "RUNNING"
    failure: str | None = None
    cancelled: threading.Event = field(default_factory=threading.Event)

    @property
    def handle(self) -> str:
        """The opaque TaskHandle: as AWS's, base64 of the task's id and its source."""
        return base64.b64encode(
            json.dumps({"taskId": self.task_id, "sourceArn": self.source.queue_arn}).encode()
        ).decode()

    def described(self) -> dict[str, Any]:
        """Its entry in ListMessageMoveTasks; the handle is given for running tasks only."""
        entry = {
            "TaskHandle": self.handle if self.status == "RUNNING" else None,
            "Status": self.status,
            "SourceArn": self.source.queue_arn,
            "DestinationArn": self.destination_arn,
            "MaxNumberOfMessagesPerSecond": self.per_second,
            "ApproximateNumberOfMessagesMoved": self.moved,
            "ApproximateNumberOfMessagesToMove": self.to_move,
            "FailureReason": self.failure,
            "StartedTimestamp": self.started_ms,
        }
        return {name: value for name, value in entry.items() if value is not None}

    def run(self, backend: SQSBackend) -> None:
        """Moves every visible message of the source, or fails at the first that cannot be moved."""
        while not self.cancelled.is_set():
            outcome = self._move_one(backend)
            if outcome != "RUNNING":
                self.status = outcome
                return
            if self.per_second is not None:
                self.cancelled.wait(1 / self.per_second)
        self.status = "CANCELLED"

    def _move_one(self, backend: SQSBackend) -> str:
        with self.source._messages_lock:
            message = next(iter(self.source.messages), None)
            if message is None:
                return "COMPLETED"
            arn = self.destination_arn or source_of(message)
            destination = None if arn is None else queue_with_arn(backend, arn)
            if destination is None:
                self.failure = (
                    "CouldNotDetermineMessageSource" if arn is None else "AWS.SimpleQueueService.NonExistentQueue"
                )
                return "FAILED"
            take(self.source, message)
        try:
            _send_anew(backend, destination, message)
        except SQSException as refusal:
            self.source.add_message(message)
            self.failure = refusal.code
            return "FAILED"
        self.moved += 1
        return "RUNNING"


def _send_anew(backend: SQSBackend, destination: Queue, message: Message) -> None:
    trace = {name: value for name, value in message.system_attributes.items() if name == "AWSTraceHeader"}
    backend.send_message(
        destination.name, message.body, message_attributes=message.message_attributes, system_attributes=trace
    )


def queue_with_arn(backend: SQSBackend, arn: str) -> Queue | None:
    """The queue of that ARN, None if there is none."""
    return next((queue for queue in list(backend.queues.values()) if queue.queue_arn == arn), None)
