"""Start-, List- and CancelMessageMoveTask for the local AWS endpoint: moto has none of them.

AWS's rules: the source must be some queue's dead-letter queue, and a source has one active task at a time. The error
texts are those that AWS answers with.
"""

# ruff: noqa: SLF001 - moto has no public name for the parameters of a call

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from moto.core.responses import ActionResult
from moto.sqs.exceptions import InvalidParameterValue, MissingParameter, SQSException
from moto.sqs.models import Queue, SQSBackend
from moto.sqs.responses import SQSResponse

from local.move_task import MoveTask, queue_with_arn

MAX_PER_SECOND = 500
MAX_LISTED = 10


class MoveTasks:
    """The move tasks of one endpoint, newest first for each source."""

    def __init__(self) -> None:
        """No task has been started yet."""
        self._lock = threading.Lock()
        self._tasks: dict[str, list[MoveTask]] = {}

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Within it, moto's SQS answers the three operations; tasks still running at the end are cancelled."""
        with ExitStack() as patches:
            for name, operation in (
                ("start_message_move_task", self._start),
                ("list_message_move_tasks", self._list),
                ("cancel_message_move_task", self._cancel),
            ):
                # Not the bound method itself: moto calls what it finds on the class with the response as only argument.
                patches.enter_context(patch.object(SQSResponse, name, _as_method(operation), create=True))
            yield
        for tasks in self._tasks.values():
            for task in tasks:
                task.cancelled.set()

    def _start(self, response: SQSResponse) -> dict[str, Any]:
        backend = response.sqs_backend
        source = _dead_letter_queue(backend, response._get_param("SourceArn"))
        destination_arn = response._get_param("DestinationArn")
        if destination_arn is not None:
            destination = _existing(backend, destination_arn, "DestinationArn")
            if destination is source:
                raise InvalidParameterValue("Source queue arn and destination queue arn cannot be the same.")
        per_second = response._get_param("MaxNumberOfMessagesPerSecond")
        if per_second is not None and not 1 <= int(per_second) <= MAX_PER_SECOND:
            raise InvalidParameterValue(
                "Value for parameter MaxNumberOfMessagesPerSecond is invalid. "
                f"Reason: You must enter a number that's between 1 and {MAX_PER_SECOND}."
            )
        with self._lock:
            tasks = self._tasks.setdefault(source.queue_arn, [])
            if any(task.status == "RUNNING" for task in tasks):
                raise InvalidParameterValue(
                    "There is already a task running. "
                    "Only one active task is allowed for a source queue arn at a given time."
                )
            task = MoveTask(
                source=source,
                destination_arn=destination_arn,
                per_second=None if per_second is None else int(per_second),
                to_move=len(source.messages),
            )
            tasks.insert(0, task)
        threading.Thread(target=task.run, args=(backend,), name="move-task", daemon=True).start()
        return {"TaskHandle": task.handle}

    def _list(self, response: SQSResponse) -> dict[str, Any]:
        source = _existing(response.sqs_backend, response._get_param("SourceArn"), "SourceArn")
        limit = int(response._get_param("MaxResults", 1))
        if not 1 <= limit <= MAX_LISTED:
            raise InvalidParameterValue(f"Value for parameter MaxResults is invalid: between 1 and {MAX_LISTED}.")
        with self._lock:
            return {"Results": [task.described() for task in self._tasks.get(source.queue_arn, [])[:limit]]}

    def _cancel(self, response: SQSResponse) -> dict[str, Any]:
        try:
            handle = json.loads(base64.b64decode(response._get_param("TaskHandle") or "", validate=True))
            source_arn, task_id = str(handle["sourceArn"]), str(handle["taskId"])
        except (ValueError, KeyError, TypeError):
            raise InvalidParameterValue("Value for parameter TaskHandle is invalid.") from None
        source = _existing(response.sqs_backend, source_arn, "SourceArn")
        with self._lock:
            for task in self._tasks.get(source.queue_arn, []):
                if task.task_id == task_id:
                    if task.status != "RUNNING":
                        raise InvalidParameterValue("Only active tasks can be cancelled.")
                    task.cancelled.set()
                    return {"ApproximateNumberOfMessagesMoved": task.moved}
        raise SQSException("ResourceNotFoundException", "Task does not exist.")


def _as_method(operation: Any) -> Any:
    return lambda response: ActionResult(operation(response))


def _existing(backend: SQSBackend, arn: str | None, parameter: str) -> Queue:
    if not arn:
        raise MissingParameter(parameter)
    if not arn.startswith("arn:"):
        raise InvalidParameterValue(
            f"You must use this format to specify the {parameter}: "
            "arn:<partition>:<service>:<region>:<account-id>:<resource-id>"
        )
    if queue := queue_with_arn(backend, arn):
        return queue
    raise SQSException(
        "ResourceNotFoundException",
        f"The resource that you specified for the {parameter} parameter doesn't exist.",
    )


def _dead_letter_queue(backend: SQSBackend, arn: str | None) -> Queue:
    queue = _existing(backend, arn, "SourceArn")
    if not backend.list_dead_letter_source_queues(queue.name):
        raise InvalidParameterValue("Source queue must be configured as a Dead Letter Queue.")
    return queue
