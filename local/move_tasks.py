"""StartMessageMoveTask and ListMessageMoveTasks for the local AWS endpoint: moto has neither.

AWS's rules: the source must be some queue's dead-letter queue, and a source has one active task at a time. Without a
destination each message goes back to the queue whose redrive policy moved it; a message that was sent to the
dead-letter queue directly has no such queue, and the task then ends FAILED with CouldNotDetermineMessageSource. A moved
message keeps body and attributes; it gets a new id, a new sent timestamp and a receive count of zero. The error texts
are those that AWS answers with. Nothing here cancels a task or limits its pace, so those two are left out.
"""

# ruff: noqa: SLF001 - moto has no public name for the parameters of a call and the lock of a queue

import base64
import json
import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from moto.core.responses import ActionResult
from moto.sqs.exceptions import InvalidParameterValue, MissingParameter, SQSException
from moto.sqs.models import Message, Queue, SQSBackend
from moto.sqs.responses import SQSResponse

from local.moto_repairs import source_of, take

MAX_LISTED = 10
THREAD = "move-task"  # the name of the threads that move messages


@dataclass(slots=True)
class _Task:
    source: Queue
    destination_arn: str | None
    to_move: int
    task_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    started_ms: int = field(default_factory=lambda: int(time.time() * 1000))
    moved: int = 0
    status: str = "RUNNING"
    failure: str | None = None

    @property
    def handle(self) -> str:
        """The opaque TaskHandle: as AWS's, base64 of the task's id and its source."""
        told = {"taskId": self.task_id, "sourceArn": self.source.queue_arn}
        return base64.b64encode(json.dumps(told).encode()).decode()

    def described(self) -> dict[str, Any]:
        """Its entry in ListMessageMoveTasks; the handle is given for running tasks only."""
        entry = {
            "TaskHandle": self.handle if self.status == "RUNNING" else None,
            "Status": self.status,
            "SourceArn": self.source.queue_arn,
            "DestinationArn": self.destination_arn,
            "ApproximateNumberOfMessagesMoved": self.moved,
            "ApproximateNumberOfMessagesToMove": self.to_move,
            "FailureReason": self.failure,
            "StartedTimestamp": self.started_ms,
        }
        return {name: value for name, value in entry.items() if value is not None}

    def run(self, backend: SQSBackend, ended: threading.Event) -> None:
        """Moves every visible message of the source, or fails at the first that cannot be moved."""
        while self.status == "RUNNING" and not ended.is_set():
            self.status = self._move_one(backend)

    def _move_one(self, backend: SQSBackend) -> str:
        with self.source._messages_lock:
            message = next(iter(self.source.messages), None)
            if message is None:
                return "COMPLETED"
            arn = self.destination_arn or source_of(message)
            destination = _queue(backend, arn)
            if destination is None:
                self.failure = "AWS.SimpleQueueService.NonExistentQueue" if arn else "CouldNotDetermineMessageSource"
                return "FAILED"
            take(self.source, message)
        try:
            _send_again(backend, destination, message)
        except SQSException as refusal:
            self.source.add_message(message)
            self.failure = refusal.code
            return "FAILED"
        self.moved += 1
        return "RUNNING"


@contextmanager
def installed() -> Iterator[None]:
    """Within it, moto's SQS answers both operations; tasks that still run at the end stop before their next message."""
    lock, ended = threading.Lock(), threading.Event()
    known: defaultdict[str, list[_Task]] = defaultdict(list)  # the newest first, by source

    def start(response: SQSResponse) -> ActionResult:
        backend = response.sqs_backend
        source = _existing(backend, response._get_param("SourceArn"), "SourceArn")
        if not backend.list_dead_letter_source_queues(source.name):
            raise InvalidParameterValue("Source queue must be configured as a Dead Letter Queue.")
        destination_arn = response._get_param("DestinationArn")
        if destination_arn is not None and _existing(backend, destination_arn, "DestinationArn") is source:
            raise InvalidParameterValue("Source queue arn and destination queue arn cannot be the same.")
        with lock:
            if any(task.status == "RUNNING" for task in known[source.queue_arn]):
                raise InvalidParameterValue(
                    "There is already a task running. "
                    "Only one active task is allowed for a source queue arn at a given time."
                )
            task = _Task(source, destination_arn, to_move=len(source.messages))
            known[source.queue_arn].insert(0, task)
        threading.Thread(target=task.run, args=(backend, ended), name=THREAD, daemon=True).start()
        return ActionResult({"TaskHandle": task.handle})

    def list_(response: SQSResponse) -> ActionResult:
        source = _existing(response.sqs_backend, response._get_param("SourceArn"), "SourceArn")
        limit = int(response._get_param("MaxResults", 1))
        if not 1 <= limit <= MAX_LISTED:
            raise InvalidParameterValue(f"Value for parameter MaxResults is invalid: between 1 and {MAX_LISTED}.")
        with lock:
            return ActionResult({"Results": [task.described() for task in known[source.queue_arn][:limit]]})

    with (
        patch.object(SQSResponse, "start_message_move_task", start, create=True),
        patch.object(SQSResponse, "list_message_move_tasks", list_, create=True),
    ):
        yield
    ended.set()


def _send_again(backend: SQSBackend, destination: Queue, message: Message) -> None:
    trace = {name: value for name, value in message.system_attributes.items() if name == "AWSTraceHeader"}
    backend.send_message(
        destination.name, message.body, message_attributes=message.message_attributes, system_attributes=trace
    )


def _existing(backend: SQSBackend, arn: str | None, parameter: str) -> Queue:
    if not arn:
        raise MissingParameter(parameter)
    if not arn.startswith("arn:"):
        raise InvalidParameterValue(
            f"You must use this format to specify the {parameter}: "
            "arn:<partition>:<service>:<region>:<account-id>:<resource-id>"
        )
    if queue := _queue(backend, arn):
        return queue
    raise SQSException(
        "ResourceNotFoundException",
        f"The resource that you specified for the {parameter} parameter doesn't exist.",
    )


def _queue(backend: SQSBackend, arn: str | None) -> Queue | None:
    return next((queue for queue in list(backend.queues.values()) if queue.queue_arn == arn), None)
