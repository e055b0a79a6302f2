"""HTTP: one request to a destination, whose every fault is an answer too. Knows no destination."""

import email.utils
import time
from collections.abc import Callable, Mapping
from typing import Protocol, TypeVar

import requests
from requests.adapters import HTTPAdapter
from requests.cookies import RequestsCookieJar
from urllib3.exceptions import HTTPError, NewConnectionError

from pipeline.destination import Answer
from pipeline.faults import NoKey
from pipeline.secrets import SecretUnavailable

USER_AGENT = "roku-conversions-relay/0.1.0"
# Seconds to connect and seconds of one read. No read begins later than both together after the start, so that an answer
# that drips ends within its destination's Limits.seconds (20) too: 3 + 8 + 8.
TIMEOUT = (3.05, 8.0)
# An answer that names 1,000 events with all their fields has 1.5 MB; past this it is no destination's.
LONGEST_ANSWER = 8_000_000
_PIECE = 65_536
_CONNECTIONS = 20  # as many as sending.WORKERS

Key = TypeVar("Key")


class KeySecret(Protocol):
    """Where the keys of a destination lie."""

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


def with_key(secret: KeySecret, key_in: Callable[[str], Key], send: Callable[[Key], Answer]) -> Answer:
    """Send with the key in the secret; if it is refused and the secret holds another by now, once more with that.

    `key_in` finds the key in the secret's text and raises NoKey.
    """
    try:
        key = key_in(secret.text())
        first = send(key)
        if first.status not in (401, 403):
            return first
        rotated = key_in(secret.reread())
        return first if rotated == key else send(rotated)
    except (NoKey, SecretUnavailable) as error:
        return Answer(failure=str(error), setup=True)


class Connection:
    """POSTs to one destination over one session."""

    def __init__(
        self,
        session: requests.Session,
        destination: str,
        *,
        now: Callable[[], float] = time.time,
        timeout: tuple[float, float] = TIMEOUT,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Say `destination` in failures. `now` is epoch seconds, `clock` seconds since whenever.

        `timeout` is for connecting and for each read.
        """
        self._session = session
        self._destination = destination
        self._now = now
        self._timeout = timeout
        self._clock = clock

    def post(self, endpoint: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send one request. Raises nothing of the transport's."""
        who = self._destination
        ends = self._clock() + sum(self._timeout)
        try:
            with self._session.post(
                endpoint,
                data=body,
                headers=headers,
                timeout=self._timeout,
                allow_redirects=False,
                stream=True,
            ) as response:
                text = self._whole(response, ends)
                if text is None:
                    return Answer(failure=f"{who}'s answer did not end in time", ambiguous=True)
                return Answer(response.status_code, text, self._retry_after(response.headers.get("Retry-After")))
        # The error's text may hold the address and the headers: only its kind is told.
        except requests.exceptions.ConnectTimeout:
            return Answer(failure=f"{who} did not answer the connection in time")
        except requests.exceptions.SSLError:  # in the handshake, but perhaps only once the request was sent
            return Answer(failure=f"the TLS connection to {who} failed", ambiguous=True)
        except requests.exceptions.ConnectionError as error:
            reason = getattr(error.args[0], "reason", None) if error.args else None
            unsent = isinstance(reason, NewConnectionError)
            return Answer(failure=f"the connection to {who} failed", ambiguous=not unsent)
        except (requests.exceptions.RequestException, HTTPError, OSError, ValueError) as error:
            return Answer(failure=f"the request to {who} failed: {type(error).__name__}", ambiguous=True)

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
