"""Rokt as a destination: the only file here that does I/O."""

import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import requests

from pipeline.destination import Answer, Limits, Routing
from pipeline.http import TIMEOUT, Connection, KeySecret, with_key
from pipeline.outcome import Outcome
from rokt import answer, request
from rokt.event import identify, renamed
from rokt.keys import Pair, pair_in
from rokt.settings import Settings

# The Event API's page asks for both; a version that is not said would be whatever is newest.
_EVENT_API_HEADERS = {"Charset": "utf-8", "Rokt-Version": "2020-05-21"}


class Rokt:
    """One of Rokt's APIs, for one account. Implements `pipeline.destination.Destination`."""

    name = "rokt"
    accepts_empty = False  # its documented success has no body anyway

    def __init__(
        self,
        *,
        settings: Settings,
        keys: KeySecret,
        session: requests.Session,
        now: Callable[[], float] = time.time,
        timeout: tuple[float, float] = TIMEOUT,
        accepts_empty: bool = False,
    ) -> None:
        """Post over `session` to the API that `settings` name, with the pair in `keys`.

        `accepts_empty`: any success without a body counts as delivered; it may be set anew for each run. `now` is epoch
        seconds; `timeout` is for connecting and for the whole answer.
        """
        self.accepts_empty = accepts_empty
        self._settings = settings
        self._keys = keys
        self._now = now
        self._connection = Connection(session, "Rokt", now=now, timeout=timeout)

    @property
    def limits(self) -> Limits:
        """100 events, 256,000 bytes."""
        return request.LIMITS

    def identify(self, event: Mapping[str, Any]) -> tuple[str, str] | None:
        """The event id and event name of one finished event."""
        return identify(event)

    def renamed(self, line: str, event_id: str) -> str:
        """The event under another event id."""
        return renamed(line, event_id)

    def overhead(self, routing: Routing) -> int:  # noqa: ARG002 - a request does not say the event group
        """Bytes of a request besides its events and the commas between them."""
        return request.overhead(self._settings)

    def assemble(self, routing: Routing, lines: Sequence[str]) -> bytes:  # noqa: ARG002 - as above
        """The body of one request."""
        return request.assemble(lines, self._settings)

    def read(self, answer_: Answer, lines: Sequence[str]) -> list[Outcome]:
        """One outcome for each event of the request, in its order."""
        return answer.read(answer_, lines, self._settings.api, empty_is_delivered=self.accepts_empty)

    def post(self, routing: Routing, body: bytes) -> Answer:  # noqa: ARG002 - one pair for all event groups
        """Send one request; if Rokt refuses the pair and the secret holds another by now, once more with that."""
        endpoint = self._settings.url + request.path(body)
        own = _EVENT_API_HEADERS if self._settings.api == "events" else {}

        def send(pair: Pair) -> Answer:
            return self._connection.post(endpoint, body, {"Authorization": pair.authorization(), **own})

        return with_key(self._keys, partial(pair_in, api=self._settings.api), send, now=self._now)
