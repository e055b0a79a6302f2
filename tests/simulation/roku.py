"""A model of Roku behind `requests.Session`: what it takes, counts, drops as a repeat, refuses; and how it fails."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import requests
from urllib3.connection import HTTPConnection
from urllib3.exceptions import NewConnectionError

from tests.simulation.world import Killed, World

WINDOW = 600.0  # Roku drops a repeat of an event id within 10 minutes

# What Roku may do for a while. `lost` modes take the events, and the relay does not learn of it.
MODES = (
    "ok",
    "unavailable",  # 503, nothing taken
    "broken",  # 500 after taking everything
    "throttled",  # 429 with Retry-After
    "unreachable",  # no connection
    "slow",  # no answer within the time-out, nothing taken
    "lost",  # taken, then the connection breaks
    "late",  # taken, then no answer within the time-out
    "malformed",  # taken, then 200 with broken JSON
    "silent",  # taken, then 200 that says nothing
    "miscounted",  # taken, then 200 with another number of events
    "whole",  # 400 that names nobody if one event is bad, nothing taken
    "thin-id",  # failed_events with ids only
    "thin-name",  # failed_events with event names only
    "thin-none",  # failed_events with reasons only
    "double",  # failed_events names each twice
    "anonymous",  # 210 without failed_events
    "unknown-key",  # 401 although the key is right
    "forbidden",  # 403 for the partner p0
)


@dataclass(slots=True)
class Conversion:
    """One conversion of a sender, and what became of it at Roku."""

    name: str
    bad_until: float = 0.0
    counted: list[float] = field(default_factory=list)
    tries: list[float] = field(default_factory=list)  # when a request with it was sent


@dataclass(slots=True, eq=False)
class Acceptance:
    """One request that Roku took, as far as the relay learned of it."""

    at: float
    process: str
    answered: bool = False


class ModelRoku:
    """The session that the handlers are given."""

    def __init__(
        self, world: World, mode: Callable[[], str], conversion: Callable[[str], Conversion], key: Callable[[], str]
    ) -> None:
        """`mode` says how Roku behaves now, `conversion` finds one by event id, `key` is the valid key now."""
        self._world, self._mode, self._conversion, self._key = world, mode, conversion, key
        self.requests = 0
        self.asked_by: dict[str, int] = {}  # requests of each run
        self.accepted: dict[str, list[Acceptance]] = {}
        self.on_request: Callable[[str, set[str]], None] = lambda *_: None
        self.on_repeat: Callable[[str, Acceptance], None] = lambda *_: None

    def post(self, url: str, *, data: bytes, headers: dict[str, str], timeout: tuple[float, float], **_: Any) -> Any:
        """What `Session.post` does."""
        assert url.endswith("/v1/events")
        assert len(data) <= 1_000_000
        body = json.loads(data)
        events = body["events"]
        assert 1 <= len(events) <= 1_000
        self.requests += 1
        world = self._world
        self.asked_by[world.process().name] = self.asked_by.get(world.process().name, 0) + 1
        for event in events:
            self._conversion(event["event_id"]).tries.append(world.now)
        self.on_request(world.process().name, {event["event_id"] for event in events})
        mode = self._mode()
        world.pause(world.random.uniform(0.02, 0.4))
        if mode == "unreachable":
            reason = NewConnectionError(HTTPConnection("roku"), "refused")
            raise requests.exceptions.ConnectionError(SimpleNamespace(reason=reason))
        if mode == "slow":
            world.pause(timeout[1])
            raise requests.exceptions.ReadTimeout
        if mode == "unavailable":
            return _response(503, b"")
        if mode == "throttled":
            return _response(429, b"", {"Retry-After": str(world.random.randint(1, 1_200))})
        if mode == "unknown-key" or headers["Authorization"] != f"Bearer {self._key()}":
            return _answer(401, "unauthorized", 0, [])
        if mode == "forbidden" and any(event.get("partner_name") == "p0" for event in events):
            return _answer(403, "invalid partner", 0, [])
        bad = [event for event in events if self._conversion(event["event_id"]).bad_until > world.now]
        if mode == "whole" and bad:
            return _answer(400, "all events failed", len(events), [])
        taken = self._take([event for event in events if event not in bad])
        try:
            return self._told(mode, events, bad, taken, timeout)
        except Killed:
            world.say(f"{world.process().name} dies before it hears what Roku took")
            raise

    def _take(self, events: list[dict[str, Any]]) -> list[Acceptance]:
        now = self._world.now
        taken = []
        for event in events:
            acceptance = Acceptance(now, self._world.process().name)
            earlier = self.accepted.setdefault(event["event_id"], [])
            conversion = self._conversion(event["event_id"])
            if conversion.counted and now - conversion.counted[-1] <= WINDOW:
                pass  # Roku drops the repeat
            else:
                if conversion.counted:
                    self.on_repeat(event["event_id"], acceptance)
                conversion.counted.append(now)
            earlier.append(acceptance)
            taken.append(acceptance)
        return taken

    def _told(
        self,
        mode: str,
        events: list[dict[str, Any]],
        bad: list[dict[str, Any]],
        taken: list[Acceptance],
        timeout: tuple[float, float],
    ) -> Any:
        world = self._world
        world.pause(world.random.uniform(0.01, 0.2))
        if mode == "lost":
            raise requests.exceptions.ConnectionError("broken")
        if mode == "late":
            world.pause(timeout[1])
            raise requests.exceptions.ReadTimeout
        if mode == "broken":
            return _response(500, b"oops")
        if mode == "malformed":
            return _response(200, b'{"code": 200, "failed_ev')
        if mode == "silent":
            return _response(200, b"{}")
        if mode == "miscounted":
            return _answer(200, "all events were processed", len(events) + 1, [])
        if mode == "anonymous" and bad:
            return _answer(210, "some events could not be processed", len(events), [])
        for acceptance in taken:
            acceptance.answered = True
        failed = [_echo(mode, event) for event in bad] * (2 if mode == "double" else 1)
        status = 200 if not bad else 210 if taken else 400
        return _answer(status, "see failed_events", len(events), failed)


def _echo(mode: str, event: dict[str, Any]) -> dict[str, Any]:
    errors = {"errors": {"custom_data.value": "is not plausible"}}
    if mode == "thin-id":
        return {"event_id": event["event_id"]} | errors
    if mode == "thin-name":
        return {"event_name": event["event_name"]} | errors
    return errors if mode == "thin-none" else event | errors


def _answer(code: int, description: str, received: int, failed: list[dict[str, Any]]) -> Any:
    body = {"code": code, "description": description, "events_received": received, "failed_events": failed}
    return _response(code, json.dumps(body).encode())


class _Response:
    def __init__(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.status_code, self.headers = status, headers
        pieces = iter([body])
        self.raw = SimpleNamespace(read1=lambda *_, **__: next(pieces, b""))

    def __enter__(self) -> "_Response":
        return self

    def __exit__(self, *_: object) -> None:
        return None


def _response(status: int, body: bytes, headers: dict[str, str] | None = None) -> _Response:
    return _Response(status, body, headers or {})
