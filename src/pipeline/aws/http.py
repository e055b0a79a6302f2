"""HTTP: one request to a destination, whose every fault is an answer too. Knows no destination."""

import email.utils
import time
from collections.abc import Callable, Mapping
from typing import TypeVar

import requests
from requests.cookies import RequestsCookieJar
from urllib3.exceptions import HTTPError, NewConnectionError

from pipeline.answers.statuses import Meaning, meaning
from pipeline.aws.secrets import SecretUnavailable
from pipeline.aws.sockets import SENDING, Adapter
from pipeline.contract.destination import Answer, KeySecret
from pipeline.values.faults import NoKey
from pipeline.values.version import USER_AGENT

# Seconds to connect, and seconds for the whole answer; between them are those for sending (see `sockets`).
TIMEOUT = (3.05, 8.0)
# Seconds after which the refusal of a key is not followed by another request: the first may have taken 17, and a
# destination's Limits.seconds are 20.
LAST_START = 20.0 - sum(TIMEOUT) - SENDING
# An answer that names 1,000 events with all their fields has 1.5 MB; past this it is not a destination's.
LONGEST_ANSWER = 8_000_000
_PIECE = 65_536
_CONNECTIONS = 20  # as many as pipeline.delivery.ask.WORKERS

Key = TypeVar("Key")


class _NoCookies(RequestsCookieJar):
    """Keeps none: what a load balancer sets in one answer has no place in the next request."""

    def set_cookie(self, *_: object, **__: object) -> None:
        """Forget it."""


def open_session() -> requests.Session:
    """One session for the life of the process: its connections and TLS context are made once."""
    made = requests.Session()
    made.trust_env = False  # no proxy, no .netrc: neither exists in Lambda, and looking for them costs 0.1 ms a request
    adapter = Adapter(pool_connections=1, pool_maxsize=_CONNECTIONS, max_retries=0)
    made.mount("https://", adapter)
    made.mount("http://", adapter)
    made.cookies = _NoCookies()
    made.headers.clear()
    made.headers.update({"Accept": "application/json", "Content-Type": "application/json", "User-Agent": USER_AGENT})
    return made


def with_key(
    secret: KeySecret, key_in: Callable[[str], Key], send: Callable[[Key], Answer], *, now: Callable[[], float]
) -> Answer:
    """Send with the key in the secret; if it is refused and the secret holds another by now, once more with that.

    `key_in` finds the key in the secret's text and raises NoKey. `now` is in seconds.
    """
    began = now()
    try:
        key = _key(secret, key_in)
        first = send(key)
        if first.status is None or meaning(first.status) is not Meaning.KEY:
            return first
        rotated = key_in(secret.reread())
        return first if rotated == key or now() - began > LAST_START else send(rotated)
    except (NoKey, SecretUnavailable) as error:
        return Answer(failure=str(error), setup=True)


def _key(secret: KeySecret, key_in: Callable[[str], Key]) -> Key:
    try:
        return key_in(secret.text())
    except NoKey:  # the operator may have put it in since the text was read
        return key_in(secret.reread())


class Connection:
    """POSTs to one destination over one session."""

    def __init__(
        self,
        session: requests.Session,
        destination: str,
        *,
        now: Callable[[], float] = time.time,
        timeout: tuple[float, float] = TIMEOUT,
    ) -> None:
        """Say `destination` in failures. `now` is epoch seconds; `timeout` is for connecting and for the answer."""
        self._session = session
        self._destination = destination
        self._now = now
        self._timeout = timeout

    def post(self, endpoint: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send one request. Raises nothing of the transport's."""
        who = self._destination
        try:
            with self._session.post(
                endpoint,
                data=body,
                headers=headers,
                timeout=self._timeout,
                allow_redirects=False,
                stream=True,
            ) as response:
                after = self._retry_after(response.headers.get("Retry-After"))
                return Answer(response.status_code, _whole(response), after)
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

    def _retry_after(self, value: str | None) -> float | None:
        """Seconds, from the header's seconds or HTTP date."""
        value = (value or "").strip()
        if value.isascii() and value.isdigit():
            return float(value[:9])
        try:
            return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - self._now())
        except (TypeError, ValueError, OverflowError):
            return None


def _whole(response: requests.Response) -> bytes:
    """The body, as far as LONGEST_ANSWER."""
    text = bytearray()
    while len(text) < LONGEST_ANSWER and (piece := response.raw.read1(_PIECE, decode_content=True)):
        text += piece
    return bytes(text[:LONGEST_ANSWER])
