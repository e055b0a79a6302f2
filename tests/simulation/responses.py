"""What any destination may do for a while, and what an answer is."""

import json
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any, Literal

import requests

from tests.simulation.conversions import Posted
from tests.simulation.world import World

# What any destination may do for a while. `lost` modes take the events, and the relay does not learn of it. A number
# after `>` says: only to requests of more events (to others as it says after `;`), a name after `@`: only to those of
# this event group; the others are answered as always. Of several with `|` between them each request gets any. After a
# `~` the answer takes its time.
COMMON_MODES = (
    "ok",
    "unavailable",  # 503, nothing taken
    "broken",  # 500 after taking everything
    "overloaded",  # 503 with Retry-After, after taking everything
    "throttled",  # 429 with Retry-After
    "absurd",  # 429 with a Retry-After of years
    "unreachable",  # no connection
    "unconnected",  # no connection within the time-out for that
    "narrow>3",  # 413 to what is too large for it, nothing taken
    "slow",  # no answer within the time-out, nothing taken
    "lost",  # taken, then the connection breaks
    "late",  # taken, then no answer within the time-out
    "late>1",
    "late>20",
    "broken>5",
    "broken>1;throttled",
    "drips",  # taken, then an answer that goes on for longer than a request has time
)

# Of a request that is answered in time, at the latest.
TARDY = 6.5
# Successes that say nothing: not only perhaps, but certainly taken.
CERTAIN = ("silent", "textual", "malformed", "strange", "miscounted")
# What an answer tells about the events that were taken: not even that they were; that some were; which.
Clarity = Literal["nothing", "open", "all"]


class Response:
    """What `Session.post` gives."""

    def __init__(self, status: int, body: bytes = b"", headers: Mapping[str, str] | None = None) -> None:
        """The whole of an answer."""
        self.status_code = self.code = status  # what HTTP says, and what the body may say instead
        self.headers = dict(headers or {})
        pieces = iter([body])
        self.raw = SimpleNamespace(read1=lambda *_, **__: next(pieces, b""))

    def __enter__(self) -> "Response":
        """As requests' own."""
        return self

    def __exit__(self, *_: object) -> None:
        """As requests' own."""


def told(status: int, content: Any) -> Response:
    """An answer with JSON."""
    return Response(status, json.dumps(content).encode())


def mode_for(mode: str, posted: Sequence[Posted], world: World) -> tuple[str, float]:
    """How a destination behaves to this request, and how much longer (s) it takes.

    Some modes mean large requests only, some events break all they are in.
    """
    mode = world.random.choice(mode.split("|")) if "|" in mode else mode
    mode, tilde, _ = mode.partition("~")
    mode, _, group = mode.partition("@")
    mode, _, small = mode.partition(";")
    mode, _, limit = mode.partition(">")
    if limit and len(posted) <= int(limit):
        mode = small or "ok"
    if group and group != posted[0].variant.conversion.group:
        mode = "ok"
    poison = [one.variant.poison for one in posted if one.variant.poison]
    return poison[0] if poison and mode == "ok" else mode, TARDY if tilde else 0.0


def nothing_taken(mode: str, world: World, timeout: float) -> Response | None:
    """The answer of modes that take nothing, whatever the request is. Raises what requests would."""
    if mode == "slow":
        world.pause(timeout)
        raise requests.exceptions.ReadTimeout
    if mode == "unavailable":
        return Response(503)
    if mode == "narrow":
        return Response(413)
    if mode in ("throttled", "absurd"):
        after = world.random.randint(1, 1_200) if mode == "throttled" else 99_999_999
        return Response(429, headers={"Retry-After": str(after)})
    return None


def all_taken(mode: str, world: World, timeout: float) -> Response | None:
    """The answer of modes that take everything and do not say so. Raises what requests would."""
    if mode == "lost":
        raise requests.exceptions.ConnectionError("broken")
    if mode in ("late", "drips"):
        world.pause(timeout + (20.0 if mode == "drips" else 0.0))
        raise requests.exceptions.ReadTimeout
    if mode == "broken":
        return Response(500, b"oops")
    return Response(503, headers={"Retry-After": "600"}) if mode == "overloaded" else None
