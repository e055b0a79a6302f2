"""Roku as a destination: the only file here that does I/O."""

import email.utils
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, Protocol

import requests
from requests.adapters import HTTPAdapter
from requests.cookies import RequestsCookieJar
from urllib3.exceptions import HTTPError, NewConnectionError

from pipeline.destination import Answer, Limits, Routing
from pipeline.outcome import Outcome
from pipeline.secrets import SecretUnavailable
from roku import answer, request
from roku.event import identify
from roku.keys import NoKey, key_for

USER_AGENT = "roku-conversions-relay/0.1.0"
# Seconds to connect and seconds of one read. No read begins later than both together after the start, so that an answer
# that drips ends within LIMITS.seconds too: 3 + 8 + 8.
TIMEOUT = (3.05, 8.0)
# An answer that names 1,000 events with all their fields has 1.5 MB; past this it is not one of Roku's.
LONGEST_ANSWER = 8_000_000
_PIECE = 65_536
_CONNECTIONS = 20  # as many as sending.WORKERS

Path = Literal["/v1/events", "/v1/test_events"]


class KeySecret(Protocol):
    """Where the Roku keys lie."""

    def text(self) -> str:
        """The secret's text, maybe remembered. Raises SecretUnavailable."""

    def reread(self) -> str:
        """The secret's text, read again. Raises SecretUnavailable."""


class _NoCookies(RequestsCookieJar):
    """Keeps none: what a load balancer sets in one answer has no place in the next request."""

    def set_cookie(self, *_: object, **__: object) -> None:
        """Forget it."""


def open_session() -> requests.Session:
    """One session for the life of the process: its connections and TLS context are made once."""
    made = requests.Session()
    made.trust_env = False  # no proxy, no .netrc: neither exists in Lambda, and looking for them costs 0.1 ms a request
    adapter = HTTPAdapter(pool_connections=1, pool_maxsize=_CONNECTIONS, max_retries=0)
    made.mount("https://", adapter)
    made.mount("http://", adapter)
    made.cookies = _NoCookies()
    made.headers.clear()
    made.headers.update({"Accept": "application/json", "Content-Type": "application/json", "User-Agent": USER_AGENT})
    return made


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
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Post to `url` + `path` over `session` with the key of each event group.

        `now` is epoch seconds, `clock` seconds since whenever; `timeout` is for connecting and for each read.
        """
        self._endpoint = url.rstrip("/") + path
        self._keys = keys
        self._session = session
        self._now = now
        self._timeout = timeout
        self._clock = clock

    @property
    def limits(self) -> Limits:
        """1,000 events, 1,000,000 bytes."""
        return request.LIMITS

    def identify(self, event: Mapping[str, Any]) -> tuple[str, str] | None:
        """The event id and event name of one finished event."""
        return identify(event)

    def overhead(self, routing: Routing) -> int:
        """Bytes of a request besides its events and the commas between them."""
        return request.overhead(routing.event_group_id)

    def assemble(self, routing: Routing, lines: Sequence[str]) -> bytes:
        """The body of one request."""
        return request.assemble(routing, lines)

    def read(self, answer_: Answer, lines: Sequence[str]) -> list[Outcome]:
        """One outcome for each event of the request, in its order."""
        return answer.read(answer_, lines)

    def post(self, routing: Routing, body: bytes) -> Answer:
        """Send one request; if Roku refuses the key and the secret holds another by now, once more with that."""
        try:
            key = key_for(routing.event_group_id, self._keys.text())
            first = self._post(key, body)
            if first.status not in (401, 403):
                return first
            rotated = key_for(routing.event_group_id, self._keys.reread())
            return first if rotated == key else self._post(rotated, body)
        except (NoKey, SecretUnavailable) as error:
            return Answer(failure=str(error), setup=True)

    def _post(self, key: str, body: bytes) -> Answer:
        ends = self._clock() + sum(self._timeout)
        try:
            with self._session.post(
                self._endpoint,
                data=body,
                headers={"Authorization": f"Bearer {key}"},
                timeout=self._timeout,
                allow_redirects=False,
                stream=True,
            ) as response:
                text = self._whole(response, ends)
                if text is None:
                    return Answer(failure="Roku's answer did not end in time", ambiguous=True)
                return Answer(response.status_code, text, self._retry_after(response.headers.get("Retry-After")))
        # The error's text may hold the address and the headers: only its kind is told.
        except requests.exceptions.ConnectTimeout:
            return Answer(failure="Roku did not answer the connection in time")
        except requests.exceptions.SSLError:  # in the handshake, but perhaps only once the request was sent
            return Answer(failure="the TLS connection to Roku failed", ambiguous=True)
        except requests.exceptions.ConnectionError as error:
            reason = getattr(error.args[0], "reason", None) if error.args else None
            unsent = isinstance(reason, NewConnectionError)
            return Answer(failure="the connection to Roku failed", ambiguous=not unsent)
        except (requests.exceptions.RequestException, HTTPError, OSError, ValueError) as error:
            return Answer(failure=f"the request to Roku failed: {type(error).__name__}", ambiguous=True)

    def _whole(self, response: requests.Response, ends: float) -> bytes | None:
        """The body, as far as LONGEST_ANSWER; None if it has not ended when the clock says `ends`."""
        text = b""
        while len(text) < LONGEST_ANSWER and (piece := response.raw.read1(_PIECE, decode_content=True)):
            text += piece
            if self._clock() > ends:
                return None
        return text[:LONGEST_ANSWER]

    def _retry_after(self, value: str | None) -> float | None:
        """Seconds, from the header's seconds or HTTP date."""
        value = (value or "").strip()
        if value.isascii() and value.isdigit():
            return float(value[:9])
        try:
            return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - self._now())
        except (TypeError, ValueError, OverflowError):
            return None
