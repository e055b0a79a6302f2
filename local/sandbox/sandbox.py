"""What the sandboxes of all destinations share: a server that can be started and stopped, and its control API.

PUT, GET, DELETE /_control   replace, show, remove the faults
GET /_requests               the last requests, oldest first
GET /_events                 {"counts": {...}, "events": [...]}: the conversions that were taken
"""

import json
import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from types import TracebackType
from typing import Any, Generic, Self

from local.http_server import HOST, Answer, Request, Server
from local.sandbox.faults import F, FaultSwitch
from local.sandbox.profiles import Profile
from local.sandbox.records import LAST, Records


class Sandbox(ABC, Generic[F]):
    """A destination's API on 127.0.0.1; also a context manager.

    Port 0 takes a free port, which is kept over `stop` and `start`.
    """

    def __init__(self, port: int, none: F, window: float, profile: Profile = "relay") -> None:
        """Start with the faults `none`; repeats of an event do not count for `window` seconds.

        `profile` is the usual one, until the control API is told another.
        """
        self._usual: Profile = profile
        self.port = port
        self._none = none
        self._switch = FaultSwitch(none)
        self._records = Records(window)
        self._stopping = threading.Event()
        self._server: Server | None = None

    def refusal(self, text: str) -> object:
        """Why an event is refused, in the form that the fault `refuse` takes."""
        return text

    @abstractmethod
    def _serve(self, request: Request) -> Answer | None:
        """Answer one request that is not for the control API; None drops the connection."""

    @property
    def profile(self) -> Profile:
        """By which rules events are judged now."""
        return self._switch.get().profile or self._usual

    @property
    def url(self) -> str:
        """The base URL, without a slash at its end; known once the sandbox was started."""
        return f"http://{HOST}:{self.port}"

    def start(self) -> Self:
        """Listen and serve in the background; OSError if the port is taken, RuntimeError if already started."""
        if self._server is not None:
            raise RuntimeError("the sandbox is already started")
        self._stopping.clear()
        self._server = Server(self.port, self._respond)
        self.port = self._server.port
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

    def set_faults(self, faults: Mapping[str, object]) -> None:
        """Replace the faults, `{}` removing them; ValueError names the one that is unknown or wrong."""
        self._switch.put(self._none.read(dict(faults)))

    def faults(self) -> F:
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

    def _waits(self, faults: F) -> bool:
        """Wait out the delay; true if the sandbox was stopped meanwhile."""
        return bool(faults.delay) and self._stopping.wait(faults.delay)

    def _respond(self, request: Request) -> Answer | None:
        if "transfer-encoding" in request.headers:
            answer: Answer | None = _said(411, {"description": "Length Required"})
        elif request.path.startswith("/_"):
            answer = _said(*self._control(request))
        else:
            answer = self._serve(request)
        return answer and replace(answer, headers=[*answer.headers, ("content-type", "application/json")])

    def _control(self, request: Request) -> tuple[int, object]:
        match request.method, request.path:
            case "GET", "/_requests":
                return 200, self.requests()
            case "GET", "/_events":
                return 200, {"counts": self.counts(), "events": self.events()}
            case "GET", "/_control":
                pass
            case "DELETE", "/_control":
                self._switch.put(self._none)
            case "PUT", "/_control":
                try:
                    self._switch.put(self._none.read(json.loads(request.body)))
                except (ValueError, RecursionError) as error:
                    return 400, {"description": str(error)}
            case _, "/_requests" | "/_events" | "/_control":
                return 405, {"description": "Method Not Allowed"}
            case _:
                return 404, {"description": "Not Found"}
        return 200, self._switch.get().as_json()


def reply(status: int, body: bytes, headers: Mapping[str, str], faults: F, success: int = 200) -> Answer | None:
    """Word an answer as the faults have it; None drops the connection."""
    if faults.drop == "after":
        return None
    if faults.failing:
        return _said(500, {"description": "Internal Server Error"}, faults.headers)
    if faults.wording:
        status, body = success, b"" if faults.wording == "empty" else b'{"status": "ok"}'
    elif faults.malformed:
        status, body = success, body[: len(body) // 2]
    return Answer(status, {**headers, **faults.headers}.items(), body)


def _said(status: int, content: object, headers: Mapping[str, str] | None = None) -> Answer:
    return Answer(status, (headers or {}).items(), json.dumps(content).encode())
