"""What SQS refuses and moto takes: sizes in bytes with attributes, characters outside XML's, attributes beyond ten.

Source: the SendMessage and SendMessageBatch pages of the SQS API reference.
"""

import re
from collections.abc import Mapping
from typing import Any

from moto.sqs.exceptions import BatchRequestTooLong, InvalidParameterValue, SQSException
from moto.sqs.models import Message, SQSBackend

MAX_BYTES = 1_048_576  # of one message and of one batch, message attributes included
MAX_ATTRIBUTES = 10

_FORBIDDEN = re.compile("[^\u0009\u000a\u000d\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_send_message = SQSBackend.send_message
_send_message_batch = SQSBackend.send_message_batch


def send_message(
    backend: SQSBackend,
    queue_name: str,
    message_body: str,
    message_attributes: dict[str, Any] | None = None,
    **others: Any,
) -> Message:
    """As moto's own, but refusing (SQSException) what AWS refuses."""
    if fault := _fault(message_body, message_attributes or {}):
        raise fault
    size = _size(message_body, message_attributes or {})
    limit = min(MAX_BYTES, int(getattr(backend.get_queue(queue_name), "maximum_message_size", MAX_BYTES)))
    if size > limit:
        raise InvalidParameterValue(
            f"One or more parameters are invalid. Reason: Message must be shorter than {limit} bytes."
        )
    return _send_message(backend, queue_name, message_body, message_attributes, **others)


def send_message_batch(
    backend: SQSBackend, queue_name: str, entries: dict[str, dict[str, Any]]
) -> tuple[list[Message], list[dict[str, Any]]]:
    """As moto's own, but with the size counted as AWS does, and faulty entries reported singly as failed."""
    total = sum(_size(entry["MessageBody"], entry["MessageAttributes"]) for entry in entries.values())
    if total > MAX_BYTES:
        raise BatchRequestTooLong(total)
    faults = {
        number: fault
        for number, entry in entries.items()
        if (fault := _fault(entry["MessageBody"], entry["MessageAttributes"]))
    }
    sound = {number: entry for number, entry in entries.items() if number not in faults}
    sent, failed = _send_message_batch(backend, queue_name, sound)
    refused = [
        {"Id": entries[number]["Id"], "SenderFault": True, "Code": fault.code, "Message": fault.message}
        for number, fault in faults.items()
    ]
    return sent, failed + refused


def _fault(body: str, attributes: Mapping[str, Mapping[str, Any]]) -> SQSException | None:
    texts = [str(value.get("StringValue", "")) for value in attributes.values()]
    if not body:
        return SQSException("MissingParameter", "The request must contain the parameter MessageBody.")
    if any(_FORBIDDEN.search(text) for text in [body, *texts]):
        return SQSException("InvalidMessageContents", "Invalid binary character was found in the message.")
    if len(attributes) > MAX_ATTRIBUTES:
        return InvalidParameterValue(
            f"Number of message attributes [{len(attributes)}] exceeds the allowed maximum [{MAX_ATTRIBUTES}]."
        )
    for name, value in attributes.items():
        if not value.get("StringValue") and not value.get("BinaryValue"):
            return InvalidParameterValue(f"Message attribute '{name}' must contain a non-empty value.")
    return None


def _size(body: str, attributes: Mapping[str, Mapping[str, Any]]) -> int:
    size = len(body.encode("utf-8", "surrogatepass"))
    for name, value in attributes.items():
        content = value.get("StringValue") or value.get("BinaryValue") or b""
        size += len(name) + len(value["DataType"])
        size += len(content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content)
    return size
