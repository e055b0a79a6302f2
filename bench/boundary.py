"""The world outside the functions, answered at the HTTP boundary: all that boto3 and requests do themselves is real."""

import io
import json
import os
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import requests
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from requests.adapters import BaseAdapter
from urllib3 import HTTPResponse

import destinations
from bench.environment import ENVIRONMENT, QUEUES, ROKT_ENVIRONMENT
from bench.invocations import CONTEXT, KEY

TABLE = "ledger"
ROKU_ANSWER = b'{"code":200,"failed_events":[]}'
_SECRETS = {
    "sender-keys": json.dumps({"bench": KEY}),
    "fingerprint-key": "bench-fingerprint-key",
    "roku-keys": "bench-roku-key",
    "rokt-keys": json.dumps({"key": "bench", "secret": "bench-secret"}),
}


@dataclass(slots=True)
class World:
    """What was asked of the outside: AWS calls by operation, messages sent, bytes of each request to a destination."""

    calls: Counter[str] = field(default_factory=Counter)
    requests: list[int] = field(default_factory=list)
    _unread: list[bytes] = field(default_factory=list)

    def aws(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        """Answer a call of AWS, before it is sent, as if all went well."""
        target: Any = request.headers["X-Amz-Target"]  # typed as text, and bytes anyway
        sent: Any = request.body
        body = self.answer(target.decode(), sent)
        headers: Any = {"content-type": "application/x-amz-json-1.0", "content-length": str(len(body))}
        return AWSResponse(request.url, 200, headers, HTTPResponse(io.BytesIO(body), preload_content=False))

    def answer(self, target: str, body: bytes) -> bytes:
        """The JSON that AWS answers to the call of this X-Amz-Target."""
        operation = target.rpartition(".")[2]
        self.calls[operation] += 1
        make: Callable[[bytes], dict[str, Any]] = getattr(self, "_" + operation)
        return json.dumps(make(body)).encode()

    def messages(self) -> list[str]:
        """The bodies of the messages sent, to whichever queue, and forget them."""
        bodies = [entry["MessageBody"] for raw in self._unread for entry in json.loads(raw)["Entries"]]
        self.forget()
        return bodies

    def forget(self) -> None:
        """Forget everything, so that nothing piles up between two measurements."""
        self.calls.clear()
        self.requests.clear()
        self._unread.clear()

    def _SendMessageBatch(self, body: bytes) -> dict[str, Any]:  # noqa: N802 - AWS's name
        self._unread.append(body)
        done, at = [], 0
        # Reading 1 MB of JSON would cost more than what is measured: the ids are found in the text.
        mark = b'{"Id": "' if body.startswith(b'{"QueueUrl": ') else b'{"Id":"'
        while (at := body.find(mark, at) + len(mark)) >= len(mark):
            number = body[at : body.index(b'"', at)].decode()
            done.append({"Id": number, "MessageId": number, "MD5OfMessageBody": "0"})
        return {"Successful": done}

    def _GetSecretValue(self, body: bytes) -> dict[str, Any]:  # noqa: N802 - AWS's name
        return {"Name": "bench", "VersionId": str(uuid.uuid4()), "SecretString": _SECRETS[json.loads(body)["SecretId"]]}

    def _BatchGetItem(self, _: bytes) -> dict[str, Any]:  # noqa: N802 - AWS's name
        return {"Responses": {TABLE: []}, "UnprocessedKeys": {}}

    def _BatchWriteItem(self, _: bytes) -> dict[str, Any]:  # noqa: N802 - AWS's name
        return {"UnprocessedItems": {}}

    def _PutItem(self, _: bytes) -> dict[str, Any]:  # noqa: N802 - AWS's name
        return {}


class Taker(BaseAdapter):
    """In the place of the connection to Roku or Rokt: everything is taken."""

    def __init__(self, world: World) -> None:
        """Tell `world` of each request."""
        super().__init__()
        self._world = world

    def send(self, request: requests.PreparedRequest, **_: Any) -> requests.Response:  # type: ignore[override]
        """Take a request."""
        assert isinstance(request.body, bytes)
        self._world.requests.append(len(request.body))
        answer = requests.Response()
        is_rokt = str(request.url).startswith(ROKT_ENVIRONMENT["ROKT_URL"])
        answer.status_code, body = (202, b"") if is_rokt else (200, ROKU_ANSWER)
        answer.raw = HTTPResponse(io.BytesIO(body), preload_content=False)
        return answer

    def close(self) -> None:
        """Nothing is open."""


def watch(client: Any, world: World) -> None:
    """Have `world` answer the calls of this AWS client."""
    client.meta.events.register("before-send", world.aws)


class Relay:
    """Both functions as Lambda calls them, with their real handlers, clients and settings."""

    def __init__(self, world: World) -> None:
        """Put the boundary into the functions' own clients."""
        # Not at the top: a test has fresh handlers of its own.
        from handlers import clients, deliver, ingest

        self.world = world
        self._ingest = ingest.handler
        self._deliver = deliver.run
        for client in (clients.sqs(), clients.secrets_manager(), clients.dynamodb()):
            watch(client, world)
        clients.session().mount("https://", Taker(world))

    def use(self, *names: str, ledger: bool = True) -> None:
        """Deliver to these destinations from now on; only a stack with the ledger has fingerprints."""
        from handlers import ingest

        for name in destinations.NAMES:
            os.environ[f"{name.upper()}_QUEUE_URL"] = QUEUES + name if name in names else ""
        os.environ["FINGERPRINT_SECRET"] = ENVIRONMENT["FINGERPRINT_SECRET"] if ledger else ""
        ingest.destinations_on.cache_clear()
        ingest.destinations_on()

    def ingest(self, event: dict[str, Any]) -> int:
        """One POST; return the status."""
        return int(self._ingest(event, CONTEXT)["statusCode"])

    def deliver(self, event: dict[str, Any], *, to: str = "roku", ledger: bool = False) -> None:
        """One batch, which must go through as a whole."""
        os.environ["LEDGER_TABLE"] = TABLE if ledger else ""
        report = self._deliver(event, CONTEXT, to)
        if failed := report["batchItemFailures"]:
            raise RuntimeError(f"{len(failed)} messages were not delivered")

    @classmethod
    @contextmanager
    def running(cls) -> Iterator[Self]:
        """A relay in this process; what it logs is thrown away."""
        before = dict(os.environ)
        os.environ.update(ENVIRONMENT | ROKT_ENVIRONMENT)
        try:
            with Path(os.devnull).open("w", encoding="utf-8") as nowhere, redirect_stdout(nowhere):
                relay = cls(World())
                relay.use("roku")
                yield relay
        finally:
            os.environ.clear()
            os.environ.update(before)
