"""Roku as a destination: the only file here that does I/O."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Literal

import requests

from pipeline.destination import Answer, Limits, Routing
from pipeline.http import LAST_START, TIMEOUT, Connection, KeySecret, open_session, with_key
from pipeline.outcome import Outcome
from roku import answer, request
from roku.event import identify, renamed
from roku.groups import Groups
from roku.keys import key_for

__all__ = ["Path", "Roku", "open_session"]

Path = Literal["/v1/events", "/v1/test_events"]


class Roku:
    """Roku's Events API at one base URL. Implements `pipeline.destination.Destination`."""

    name = "roku"

    def __init__(
        self,
        *,
        url: str,
        path: Path,
        keys: KeySecret,
        session: requests.Session,
        now: Callable[[], float] = time.time,
        timeout: tuple[float, float] = TIMEOUT,
        accepts_empty: bool = False,
    ) -> None:
        """Post to `url` + `path` over `session` with the key of each event group.

        `accepts_empty`: a success without a body counts as delivered; it may be set anew for each run. `now` is epoch
        seconds; `timeout` is for connecting and for the whole answer.
        """
        self.accepts_empty = accepts_empty
        self._url = url.rstrip("/")
        self._path = path
        self._keys = keys
        self._now = now
        self._connection = Connection(session, "Roku", now=now, timeout=timeout)
        self._groups = Groups(now)

    @property
    def limits(self) -> Limits:
        """1,000 events, 1,000,000 bytes."""
        return request.LIMITS

    def identify(self, event: Mapping[str, Any]) -> tuple[str, str] | None:
        """The event id and event name of one finished event."""
        return identify(event)

    def renamed(self, line: str, event_id: str) -> str:
        """The event under another event id."""
        return renamed(line, event_id)

    def overhead(self, routing: Routing) -> int:
        """Bytes of a request besides its events and the commas between them."""
        return request.overhead(routing.event_group_id)

    def assemble(self, routing: Routing, lines: Sequence[str]) -> bytes:
        """The body of one request."""
        return request.assemble(routing, lines)

    def read(self, answer_: Answer, lines: Sequence[str]) -> list[Outcome]:
        """One outcome for each event of the request, in its order."""
        return answer.read(answer_, lines, empty_is_delivered=self.accepts_empty)

    def post(self, routing: Routing, body: bytes) -> Answer:
        """Send one request; if Roku refuses the key and the secret holds another by now, once more with that.

        If it is still refused with 403, the partner's name may be why: then the answer says so.
        """
        began = self._now()
        given = self._send(self._path, routing, body)
        if given.status != 403 or routing.partner_name is None or self._now() - began > LAST_START:
            return given
        group = Routing(routing.event_group_id)
        if self._groups.is_open(group, lambda: self._send("/v1/test_events", group, request.without_partner(body))):
            return replace(given, partner_refused=True)
        return given

    def _send(self, path: Path, routing: Routing, body: bytes) -> Answer:
        def send(key: str) -> Answer:
            return self._connection.post(self._url + path, body, {"Authorization": f"Bearer {key}"})

        return with_key(self._keys, partial(key_for, routing.event_group_id), send, now=self._now)
