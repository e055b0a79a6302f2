"""Where moto's SQS differs from AWS's: it loses messages in a race, forgets their source queue and accepts too much.

Its Secrets Manager goes on answering with the version from which AWSCURRENT was moved away. Its DynamoDB looks at a
condition and writes later, so that two writers may both win. Each repair states what AWS does. They hold while
`repaired()` is entered and are undone after it.
"""

# ruff: noqa: SLF001 - moto has no public names for what is fixed here

import copy
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, cast
from unittest.mock import patch

from moto.core.responses import ActionResult
from moto.dynamodb.models import DynamoDBBackend
from moto.secretsmanager.models import FakeSecret, SecretsManagerBackend
from moto.sqs import models
from moto.sqs.models import Message, Queue, SQSBackend
from moto.sqs.responses import SQSResponse
from werkzeug.serving import BaseWSGIServer

from local import sqs_limits

SOURCE_ATTRIBUTE = "DeadLetterQueueSourceArn"
# How often a waiting receive looks for messages whose visibility timeout ran out: nothing announces those.
_LOOK_AGAIN_SECONDS = 0.1

_delete_message = Queue.delete_message
_receive_response = SQSResponse.receive_message
_update_stage = SecretsManagerBackend.update_secret_version_stage
_serve_forever = BaseWSGIServer.serve_forever
_put_item, _update_item = DynamoDBBackend.put_item, DynamoDBBackend.update_item
_writing = threading.RLock()  # an update of what is not there puts it


@contextmanager
def repaired() -> Iterator[None]:
    """Within it, moto's queues lose nothing under concurrency, remember sources and refuse what AWS refuses."""
    with ExitStack() as patches:
        for target, name, replacement in (
            # moto reads the clock through datetime arithmetic, for every message at every receive: 126 ms a receive
            # on a queue of 1,000, an eighth of that with the clock read directly. Nothing here freezes time.
            (models, "unix_time", time.time),
            (models, "unix_time_millis", _milliseconds),
            (Queue, "delete_message", _delete_alone),
            (SQSBackend, "receive_message", _receive),
            (SQSResponse, "receive_message", _receive_with_source),
            (SQSBackend, "send_message", sqs_limits.send_message),
            (SQSBackend, "send_message_batch", sqs_limits.send_message_batch),
            (SecretsManagerBackend, "update_secret_version_stage", _update_current),
            (DynamoDBBackend, "put_item", _put_alone),
            (DynamoDBBackend, "update_item", _update_alone),
            (BaseWSGIServer, "serve_forever", _serve),
        ):
            patches.enter_context(patch.object(target, name, replacement))
        yield


def source_of(message: Message) -> str | None:
    """The ARN of the queue from which the redrive policy moved this message, None if it was sent here directly."""
    recorded = message.system_attributes.get(SOURCE_ATTRIBUTE)
    return None if recorded is None else str(recorded["StringValue"])


def take(queue: Queue, message: Message) -> None:
    """Removes one message from its queue; its lock must be held."""
    queue._messages.remove(message)
    queue._pending_messages.discard(message)


def _update_current(
    backend: SecretsManagerBackend,
    secret_id: str,
    version_stage: str,
    remove_from_version_id: str,
    move_to_version_id: str,
) -> tuple[str, str]:
    answer = _update_stage(backend, secret_id, version_stage, remove_from_version_id, move_to_version_id)
    secret = backend.secrets[secret_id]
    if version_stage == "AWSCURRENT" and move_to_version_id and isinstance(secret, FakeSecret):
        secret.set_default_version_id(move_to_version_id)
    return answer


def _milliseconds() -> float:
    return time.time() * 1000


def _serve(server: BaseWSGIServer) -> None:
    _serve_forever(server, poll_interval=0.05)  # seconds until it sees its end, which would be half of one


def _put_alone(backend: DynamoDBBackend, *arguments: Any, **named: Any) -> Any:
    with _writing:
        return _put_item(backend, *arguments, **named)


def _update_alone(backend: DynamoDBBackend, *arguments: Any, **named: Any) -> Any:
    with _writing:
        return _update_item(backend, *arguments, **named)


def _delete_alone(queue: Queue, receipt_handle: str) -> None:
    # moto builds a new list of messages and then swaps it in: a message sent meanwhile went into the old one.
    with queue._messages_lock:
        _delete_message(queue, receipt_handle)


def _receive(
    backend: SQSBackend,
    queue_name: str,
    count: int,
    wait_seconds_timeout: int,
    visibility_timeout: int,
    message_attribute_names: list[str] | None = None,
) -> list[Message]:
    queue = backend.get_queue(queue_name)
    deadline = time.monotonic() + wait_seconds_timeout
    with queue._messages_lock:
        while not (found := _receive_visible(queue, count, visibility_timeout)):
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                break
            queue._messages_lock.wait(min(remaining, _LOOK_AGAIN_SECONDS))
    for message in found:
        models._filter_message_attributes(message, message_attribute_names or [])
    return found


def _receive_visible(queue: Queue, count: int, visibility_timeout: int) -> list[Message]:
    now = _milliseconds()
    found: list[Message] = []
    exhausted: list[Message] = []
    for message in queue._messages:
        if message.visible_at >= now or message.delayed_until > now:
            continue
        if _receives_are_exhausted(queue, message):
            exhausted.append(message)
            continue
        queue._pending_messages.add(message)
        message.mark_received(visibility_timeout=visibility_timeout)
        found.append(copy.copy(message))  # a copy: the receive count of this receive stays what it was
        if len(found) == count:
            break
    for message in exhausted:
        take(queue, message)
        message.system_attributes[SOURCE_ATTRIBUTE] = {"DataType": "String", "StringValue": queue.queue_arn}
        if queue.dead_letter_queue is not None:
            queue.dead_letter_queue.add_message(message)
    return found


def _receives_are_exhausted(queue: Queue, message: Message) -> bool:
    policy: dict[str, Any] | None = getattr(queue, "redrive_policy", None)
    if queue.dead_letter_queue is None or not policy:
        return False
    return message.approximate_receive_count >= int(policy["maxReceiveCount"])


def _receive_with_source(response: SQSResponse) -> ActionResult:
    answer: ActionResult = _receive_response(response)
    asked = set(response._get_param("AttributeNames", []) + response._get_param("MessageSystemAttributeNames", []))
    if asked & {"All", SOURCE_ATTRIBUTE}:
        queue = response.sqs_backend.get_queue(response._get_queue_name())
        with queue._messages_lock:
            sources = {message.id: source_of(message) for message in queue._messages}
        result = cast(dict[str, Any], answer.result)
        for item in result.get("Messages", []):
            if source := sources.get(item["MessageId"]):
                item.setdefault("Attributes", {})[SOURCE_ATTRIBUTE] = source
    return answer
