"""The sandbox: what it knows, what it does with one request, and its control API on the same port.

POST /v1/events, POST /v1/test_events   as Roku; only the first takes the events
PUT, GET, DELETE /_control              replace, show, remove the faults (see `faults`)
GET /_requests                          the last requests, oldest first
GET /_events                            {"counts": {...}, "events": [...]}: the conversions that were taken
"""

import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from local.roku_sandbox.answers import LIVE, MAX_BYTES, TEST, Answer, Batch, answer, read_batch
from local.roku_sandbox.faults import NO_FAULTS, Faults, FaultSwitch, read_faults
from local.roku_sandbox.records import LAST, Records, Request
from local.roku_sandbox.server import Call, Reply, Server


class RokuSandbox:
    """Roku's Events API for tests and for the local stack; also a context manager.

    `keys` gives the event groups of each bearer key, `["*"]` meaning all. `clock` gives epoch seconds. Port 0 takes
    a free port, which is kept over `stop` and `start`. `strict=False` lets digests of nothing through (see `rules`).
    """

    def __init__(
        self,
        port: int = 0,
        keys: Mapping[str, Sequence[str]] | None = None,
        clock: Callable[[], float] = time.time,
        *,
        strict: bool = True,
    ) -> None:
        self.port = port
        self._keys = dict(keys or {})
        self._clock = clock
        self._strict = strict
        self._switch = FaultSwitch()
        self._records = Records()
        self._stopping = threading.Event()
        self._server: Server | None = None

    @property
    def url(self) -> str:
        """The base URL, without a slash at its end; known once the sandbox was started."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> Self:
        """Listen and serve in the background; OSError if the port is taken, RuntimeError if already started."""
        if self._server is not None:
            raise RuntimeError("the sandbox is already started")
        self._stopping.clear()
        self._server = Server(self.port, self._respond)
        self.port = self._server.server_port
        self._server.start()
        return self

    def stop(self) -> None:
        """Stop listening, end delays and close all connections; what was recorded stays readable."""
        server, self._server = self._server, None
        self._stopping.set()
        if server is not None:
            server.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def set_keys(self, keys: Mapping[str, Sequence[str]]) -> None:
        """Replace the keys, as an operator does who revokes one and makes another."""
        self._keys = dict(keys)

    def set_faults(self, faults: Mapping[str, object]) -> None:
        """Replace the faults, `{}` removing them; ValueError names the one that is unknown or wrong."""
        self._switch.put(read_faults(dict(faults)))

    def faults(self) -> Faults:
        """Give the faults in force, `times` being what is left of it."""
        return self._switch.get()

    def requests(self, last: int = LAST) -> list[dict[str, Any]]:
        """Give the last requests, oldest first, in the form of `GET /_requests`."""
        return self._records.requests(last)

    def events(self) -> list[dict[str, Any]]:
        """Give the last events that count as conversions, oldest first, each with how often it was `received`."""
        return self._records.events()

    def counts(self) -> dict[str, int]:
        """Give the counts since the sandbox was made."""
        return self._records.counts()

    def _respond(self, call: Call) -> Reply | None:
        if call.path.startswith("/_"):
            status, content = self._control(call)
            return Reply(status=status, body=json.dumps(content).encode())
        batch = read_batch(call.body) if call.size <= MAX_BYTES else Batch()
        faults = NO_FAULTS
        if call.path in (LIVE, TEST):
            faults = self._switch.take(batch.texts("event_id"), batch.texts("partner_name"))
        if faults.delay and self._stopping.wait(faults.delay):
            return None
        now = self._clock()
        groups = None if faults.revoked else self._keys.get(call.key() or "")
        if faults.drop == "before":
            self._note(call, batch, status=None, key_ok=groups is not None, now=now)
            return None
        given = answer(call, batch, faults=faults, groups=groups, strict=self._strict, now=now)
        if call.path == LIVE and batch.group:
            self._records.ingest(batch.group, given.accepted, refused=given.refused, now=now)
        reply = _reply(given, faults)
        self._note(call, batch, status=reply.status if reply else None, key_ok=groups is not None, now=now)
        return reply

    def _note(self, call: Call, batch: Batch, *, status: int | None, key_ok: bool, now: float) -> None:
        ids = [event.get("event_id") if isinstance(event, dict) else None for event in batch.events]
        self._records.note(
            Request(
                path=call.path,
                status=status,
                key_ok=key_ok,
                event_group_id=batch.group,
                count=len(batch.events),
                bytes=call.size,
                event_ids=[event_id if isinstance(event_id, str) else None for event_id in ids],
                at=now,
            )
        )

    def _control(self, call: Call) -> tuple[int, object]:
        match call.method, call.path:
            case "GET", "/_requests":
                return 200, self.requests()
            case "GET", "/_events":
                return 200, {"counts": self.counts(), "events": self.events()}
            case "GET", "/_control":
                pass
            case "DELETE", "/_control":
                self._switch.put(NO_FAULTS)
            case "PUT", "/_control":
                try:
                    self._switch.put(read_faults(json.loads(call.body)))
                except (ValueError, RecursionError) as error:
                    return 400, {"description": str(error)}
            case _, "/_requests" | "/_events" | "/_control":
                return 405, {"description": "Method Not Allowed"}
            case _:
                return 404, {"description": "Not Found"}
        return 200, self._switch.get().as_json()


def _reply(given: Answer, faults: Faults) -> Reply | None:
    if faults.drop == "after":
        return None
    body = json.dumps(given.content).encode()
    headers = {**given.headers, **faults.headers}
    if faults.malformed:
        return Reply(status=200, body=body[: len(body) // 2], headers=headers)
    return Reply(status=given.status, body=body, headers=headers)
