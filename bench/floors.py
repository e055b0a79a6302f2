"""The least that carries events from a POST to a destination: with boto3 and requests, and without either."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import boto3
import orjson

from bench import core, rokt_core
from bench.boundary import Taker, World, watch
from bench.conversions import GROUP
from pipeline.aws.http import open_session
from pipeline.contract.destination import Limits
from pipeline.contract.messages import MESSAGE_BYTES
from rokt.request import LIMITS as ROKT_LIMITS
from roku.request import LIMITS as ROKU_LIMITS

_QUEUE = "https://sqs.us-east-1.amazonaws.com/1/q"


@dataclass(frozen=True, slots=True)
class Wire:
    """What the floor knows of a destination: hashed fields, what stands around the events, limits, where to."""

    hashed: Sequence[str]
    head: bytes
    tail: bytes
    limits: Limits
    url: str


WIRES = {
    "roku": Wire(
        core.HASHED,
        b'{"event_group_id":"' + GROUP.encode() + b'","events":[',
        b"]}",
        ROKU_LIMITS,
        "https://roku.invalid/v1/events",
    ),
    "rokt": Wire(rokt_core.HASHED, b"[", b"]", ROKT_LIMITS, "https://rokt.invalid/v2/bulkevents"),
}


class Floor:
    """The least that carries events from a POST to a destination, through the same stand-ins."""

    def __init__(self, wire: Wire) -> None:
        """Open its own clients."""
        self.world = World()
        self._wire = wire
        self._sqs = boto3.client("sqs")
        watch(self._sqs, self.world)
        self._session = open_session()
        self._session.mount("https://", Taker(self.world))

    def ingest(self, event: dict[str, Any]) -> None:
        """Hash, and queue in messages as large as a request, in as few calls as SQS allows."""
        lines = core.floor_orjson(event["body"].encode(), self._wire.hashed)
        bodies = [b"\n".join(chunk) for chunk in _chunks(lines, self._room(), self._wire.limits.events)]
        for chunk in _chunks(bodies, MESSAGE_BYTES, 10):
            self._send([{"Id": str(number), "MessageBody": body.decode()} for number, body in enumerate(chunk)])

    def deliver(self, event: dict[str, Any]) -> None:
        """Join and post."""
        lines = [line for record in event["Records"] for line in record["body"].encode().split(b"\n")]
        for chunk in _chunks(lines, self._room(), self._wire.limits.events):
            self._post(self._wire.head + b",".join(chunk) + self._wire.tail)

    def _send(self, entries: list[Any]) -> None:
        self._sqs.send_message_batch(QueueUrl=_QUEUE, Entries=entries)

    def _post(self, body: bytes) -> None:
        self._session.post(self._wire.url, data=body, headers={"Authorization": "Bearer bench"}, timeout=10)

    def _room(self) -> int:
        return self._wire.limits.bytes - 100


class BareFloor(Floor):
    """The same without boto3 and requests: the call's JSON, and the five HMACs of a signature of AWS."""

    def _send(self, entries: list[Any]) -> None:
        body = orjson.dumps({"QueueUrl": _QUEUE, "Entries": entries})
        key = b"AWS4secret"
        for part in (b"20260101", b"us-east-1", b"sqs", b"aws4_request", sha256(body).hexdigest().encode()):
            key = hmac.digest(key, part, "sha256")
        self.world.answer("AmazonSQS.SendMessageBatch", body)

    def _post(self, body: bytes) -> None:
        self.world.requests.append(len(body))


def _chunks(parts: Sequence[bytes], capacity: int, most: int) -> list[list[bytes]]:
    chunks: list[list[bytes]] = [[]]
    room = capacity
    for part in parts:
        if chunks[-1] and (len(part) + 1 > room or len(chunks[-1]) == most):
            chunks.append([])
            room = capacity
        chunks[-1].append(part)
        room -= len(part) + 1
    return chunks
