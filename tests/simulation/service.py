"""What the models of all destinations share: what is taken, counted, dropped as a repeat; and how a service fails."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, Literal

import requests
from urllib3.connection import HTTPConnection
from urllib3.exceptions import NewConnectionError

from tests.simulation.world import Killed, World

# What any destination may do for a while. `lost` modes take the events, and the relay does not learn of it.
COMMON_MODES = (
    "ok",
    "unavailable",  # 503, nothing taken
    "broken",  # 500 after taking everything
    "throttled",  # 429 with Retry-After
    "unreachable",  # no connection
    "slow",  # no answer within the time-out, nothing taken
    "lost",  # taken, then the connection breaks
    "late",  # taken, then no answer within the time-out
)

# What an answer tells of the events that were taken: not even that they were; that some were; which.
Clarity = Literal["nothing", "open", "all"]


@dataclass(slots=True)
class Conversion:
    """One conversion of a sender, and what became of it at one destination."""

    name: str
    bad_until: float = 0.0
    counted: list[float] = field(default_factory=list)
    tries: list[float] = field(default_factory=list)  # when a request with it was sent


@dataclass(slots=True, eq=False)
class Acceptance:
    """One request that the destination took, as far as the relay learned of it."""

    at: float
    process: str
    answered: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Posted:
    """One event of a request: as it was sent, what it is here, and by what the destination knows repeats."""

    content: Mapping[str, Any]
    conversion: Conversion
    identity: str


class Response:
    """What `Session.post` gives."""

    def __init__(self, status: int, body: bytes = b"", headers: Mapping[str, str] | None = None) -> None:
        """The whole of an answer."""
        self.status_code, self.headers = status, dict(headers or {})
        pieces = iter([body])
        self.raw = SimpleNamespace(read1=lambda *_, **__: next(pieces, b""))

    def __enter__(self) -> "Response":
        """As requests' own."""
        return self

    def __exit__(self, *_: object) -> None:
        """As requests' own."""


class Service:
    """One destination: a subclass knows its requests and its answers, and what else it may do (`modes`)."""

    name: str
    window: float  # seconds in which it drops a repeat
    modes: tuple[str, ...]

    def __init__(
        self, world: World, mode: Callable[[], str], conversion: Callable[[Mapping[str, Any]], Conversion]
    ) -> None:
        """`mode` says how it behaves now, `conversion` finds the one that an event as it is sent stands for."""
        self.world, self._mode, self._conversion = world, mode, conversion
        self.version = 0  # of the valid key
        self.requests = self.dropped = 0
        self.asked_by: dict[str, int] = {}  # requests of each run
        self.accepted: dict[str, list[Acceptance]] = {}
        self.settled: dict[str, set[str]] = {}  # names of which a run knows all since an answer that left nothing open
        self.on_request: Callable[[str, set[str]], None] = lambda *_: None
        self.on_repeat: Callable[[Conversion, Acceptance], None] = lambda *_: None
        self._seen: dict[str, float] = {}

    def secret(self, version: int) -> str:
        """The text of the secret that holds this version of the key."""
        raise NotImplementedError

    def events(self, url: str, data: bytes, headers: Mapping[str, str]) -> Sequence[Mapping[str, Any]]:
        """The events of a request, once its form is checked."""
        raise NotImplementedError

    def key(self, event: Mapping[str, Any]) -> tuple[str, str]:
        """The sender's event id and event name of an event, as it is sent."""
        raise NotImplementedError

    def identity(self, event: Mapping[str, Any]) -> str:
        """By what it knows a repeat."""
        raise NotImplementedError

    def refusal(self, mode: str, posted: Sequence[Posted], headers: Mapping[str, str]) -> Response | None:
        """The answer to a request that is refused for its key or sender."""
        raise NotImplementedError

    def verdict(self, mode: str, posted: Sequence[Posted], bad: Sequence[Posted]) -> tuple[Response, Clarity]:
        """The answer once all but `bad` were taken, and how much it tells."""
        raise NotImplementedError

    def refused_whole(self, mode: str, posted: Sequence[Posted], bad: Sequence[Posted]) -> Response | None:
        """The answer of a mode that takes nothing of such a request."""
        raise NotImplementedError

    def passed_over(self, mode: str, posted: Sequence[Posted]) -> list[Posted]:  # noqa: ARG002 - a subclass uses them
        """Good events that this mode does not take now."""
        return []

    def post(self, url: str, *, data: bytes, headers: dict[str, str], timeout: tuple[float, float], **_: Any) -> Any:
        """What `Session.post` does."""
        world, process = self.world, self.world.process().name
        events = self.events(url, data, headers)
        posted = [Posted(event, self._conversion(event), self.identity(event)) for event in events]
        self.requests += 1
        self.asked_by[process] = self.asked_by.get(process, 0) + 1
        for one in posted:
            one.conversion.tries.append(world.now)
        self.on_request(process, {one.conversion.name for one in posted})
        mode = self._mode()
        world.pause(world.random.uniform(0.02, 0.4))
        self._fail(mode, timeout)
        if mode == "unavailable":
            return Response(503)
        if mode == "throttled":
            return Response(429, headers={"Retry-After": str(world.random.randint(1, 1_200))})
        refusal = self.refusal(mode, posted, headers)
        if refusal is not None:
            return refusal
        bad = [one for one in posted if one.conversion.bad_until > world.now]
        whole = self.refused_whole(mode, posted, bad)
        if whole is not None:
            return whole
        bad += self.passed_over(mode, [one for one in posted if one not in bad])
        taken = self._take([one for one in posted if one not in bad])
        try:
            return self._told(mode, posted, bad, taken, timeout)
        except Killed:
            world.say(f"{process} dies before it hears what {self.name} took")
            raise

    def _fail(self, mode: str, timeout: tuple[float, float]) -> None:
        if mode == "unreachable":
            reason = NewConnectionError(HTTPConnection(self.name), "refused")
            raise requests.exceptions.ConnectionError(SimpleNamespace(reason=reason))
        if mode == "slow":
            self.world.pause(timeout[1])
            raise requests.exceptions.ReadTimeout

    def _take(self, posted: Sequence[Posted]) -> list[Acceptance]:
        now = self.world.now
        taken = []
        for one in posted:
            acceptance = Acceptance(now, self.world.process().name)
            before = self._seen.get(one.identity)
            if before is not None and now - before <= self.window:
                self.dropped += 1
            else:
                if one.conversion.counted:
                    self.on_repeat(one.conversion, acceptance)
                one.conversion.counted.append(now)
                self._seen[one.identity] = now
            self.accepted.setdefault(one.conversion.name, []).append(acceptance)
            taken.append(acceptance)
        return taken

    def _told(
        self,
        mode: str,
        posted: Sequence[Posted],
        bad: Sequence[Posted],
        taken: Sequence[Acceptance],
        timeout: tuple[float, float],
    ) -> Response:
        world = self.world
        world.pause(world.random.uniform(0.01, 0.2))
        if mode == "lost":
            raise requests.exceptions.ConnectionError("broken")
        if mode == "late":
            world.pause(timeout[1])
            raise requests.exceptions.ReadTimeout
        if mode == "broken":
            return Response(500, b"oops")
        answer, clarity = self.verdict(mode, posted, bad)
        for acceptance in taken:
            acceptance.answered = clarity != "nothing"
        if clarity == "all":
            self.settled.setdefault(world.process().name, set()).update(one.conversion.name for one in posted)
        return answer

    def seen(self, posted: Posted) -> bool:
        """Whether it would drop this as a repeat."""
        return posted.identity in self._seen


def told(status: int, content: Any) -> Response:
    """An answer with JSON."""
    return Response(status, json.dumps(content).encode())
