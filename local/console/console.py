"""The console of one running stack: observer, state, actions and HTTP front put together."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from local.aws import Deployment
from local.console.actions import Actions, Refused
from local.console.destinations import lanes
from local.console.http import Front
from local.console.observer import Observer
from local.console.samples import samples
from local.console.state import State
from local.console.stream import stream
from local.http_server import Answer, Request
from local.sandbox import Sandbox

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient

_UNQUEUED = "/v1/test_events"  # what is asked there is queued nowhere


class Console:
    """Stands around the API's requests; observes while `observing` is entered."""

    def __init__(
        self,
        deployment: Deployment,
        *,
        sandboxes: Mapping[str, Sandbox[Any]],
        urls: Mapping[str, str],
        sqs: "SQSClient",
        secrets: "SecretsManagerClient",
        dynamodb: "DynamoDBClient",
        port: Callable[[], int],
        events: Path,
    ) -> None:
        """Sandboxes and URLs by the destinations' names; `port` is the API's, `events` holds the sample posts."""
        self.observer = Observer(lanes(deployment, sandboxes, urls))
        self._port = port
        self._closed = threading.Event()
        self._events = events
        self._secrets = secrets
        self._sender_keys = deployment.names.get("SenderKeysSecret", "")
        table = deployment.names.get("LedgerTable", "")
        self._state = State(self.observer, table)
        actions = Actions(self.observer, sqs, dynamodb, table, port, self._keys)
        self._front = Front(
            {"setup": self._setup, "conversion": self._conversion, "post": self._post},
            {
                "send": actions.send,
                "faults": actions.set_faults,
                "redrive": actions.redrive,
                "try-now": actions.try_now,
            },
            lambda: stream(self.observer, self._state, self._closed),
        )

    @contextmanager
    def observing(self) -> Iterator[None]:
        """Within it, the stack is observed; at its end the pages' streams end."""
        with self.observer.observing():
            try:
                yield
            finally:
                self._closed.set()

    def around(self, request: Request, respond: Callable[[Request], Answer]) -> Answer:
        """Answer a request of the page, or let the API answer and see what becomes of it."""
        if (answer := self._front.answer(request, self._port())) is not None:
            return answer
        path = request.path
        if request.method == "POST" and path.startswith("/v1/") and path != _UNQUEUED:
            return self.observer.post(request, respond)
        return respond(request)

    def _keys(self) -> dict[str, str]:
        """The sender keys that are there in the clear, by their senders' names."""
        text = self._secrets.get_secret_value(SecretId=self._sender_keys)["SecretString"]
        keys = {}
        for name, entry in json.loads(text).items():
            key = entry.get("key") if isinstance(entry, dict) else entry
            if isinstance(key, str):
                keys[name] = key
        return keys

    def _setup(self, _: Mapping[str, str]) -> dict[str, Any]:
        # The stack's own generated key is nobody's: the composer offers those that the local stack made up.
        senders = [name for name in self._keys() if name != "first"]
        return {"senders": senders, "samples": samples(self._events)}

    def _conversion(self, query: Mapping[str, str]) -> dict[str, Any]:
        number = query.get("number", "")
        with self.observer.changed:
            found = self.observer.conversions.get(int(number)) if number.isdecimal() else None
            if found is None:
                raise Refused("this conversion is no longer remembered")
            return found.detail()

    def _post(self, query: Mapping[str, str]) -> list[dict[str, Any]]:
        with self.observer.changed:
            return [found.detail() for found in self.observer.conversions.of_post(query.get("post", "-"))]
