"""Who posts, and what the key opens: the request's key, its sender, the door and the page it is used from. Pure."""

import base64
import binascii
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from pipeline.intake.body import BadRequest
from pipeline.intake.senders import Sender, Senders
from pipeline.values.cleaning import clean
from pipeline.values.placeholders import is_placeholder

EVENTS, BEACON, SOURCES = "/v1/events", "/v1/beacon", "/v1/sources/"
_FOR_PAGES = f"post to {BEACON} (Segment's analytics.js: /v1/t, /v1/p, /v1/i, /v1/b)"


class Door(NamedTuple):
    """A path of another system's own API: the source that reads its posts, and whether web pages post there.

    `form` names the answers of a system that has its own, though it posts as the source's does.
    """

    source: str
    of_pages: bool = False
    form: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request. Header names are lower-case; `source_ip` and `user_agent` are the connection's.

    `url` is the address that was called, with its query as it came. `door` is what the path is of another system's API.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes
    source_ip: str | None
    user_agent: str | None
    url: str = ""
    door: Door | None = None

    @property
    def of_pages(self) -> bool:
        """Whether web pages post to this path, with keys that everybody can read, and nobody else does."""
        return self.path == BEACON or (self.door is not None and self.door.of_pages)

    @property
    def source(self) -> str | None:
        """The source that the path belongs to, in lower case; None for the paths that are no source's."""
        if self.door is not None:
            return self.door.source
        return self.path.removeprefix(SOURCES).lower() if self.path.startswith(SOURCES) else None


def presented_key(request: Request) -> str | None:
    """The key as the sender presents it, wherever it puts it."""
    for name in ("authorization", "authentication"):
        scheme, _, key = request.headers.get(name, "").strip().partition(" ")
        if key and scheme.lower() == "bearer":
            return key.strip()
        if scheme and not key and scheme.lower() != "bearer":
            return scheme
    given = request.headers.get("x-api-key", "").strip() or request.query.get("key", "").strip()
    return given or _of_basic(request.headers.get("authorization", ""))


def _of_basic(header: str) -> str | None:
    """The user name of HTTP's Basic scheme, where libraries put a key alone; the password if there is no name."""
    scheme, _, token = header.strip().partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, _, password = base64.b64decode(token, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return None
    return name.strip() or password.strip() or None


def cors(request: Request, senders: Senders) -> dict[str, str]:
    """Headers that let the page of a browser key read the answer; none for an origin that no browser key allows."""
    origin = request.headers.get("origin")
    if not senders.open_to(origin):
        return {}
    return {
        "Access-Control-Allow-Origin": str(origin),
        "Access-Control-Allow-Methods": "POST, OPTIONS",
        "Access-Control-Allow-Headers": "authorization, content-type, x-api-key, x-retry-count",
        "Access-Control-Max-Age": "7200",  # the longest that Chromium keeps
        "Vary": "Origin",
    }


def authenticate(request: Request, key: str | None, sender: Sender | None, allowed_origins: Collection[str]) -> Sender:
    """The sender whose key this is, if the key may be used from where the request is.

    Raises BadRequest: 401 without a known key, 403 for a browser key from elsewhere.
    """
    if key is None:
        raise BadRequest(401, "no key: send the header Authorization: Bearer KEY (a browser: ?key=KEY)")
    if sender is None:
        raise BadRequest(401, "the key is not known: it was mistyped, revoked, or belongs to another stack")
    if sender.browser and not sender.allows(request.headers.get("origin"), allowed_origins):
        raise BadRequest(
            403, "this browser key may not be used from this origin: add the origin to the key, or use its own"
        )
    return sender


def admit(sender: Sender, request: Request) -> None:
    """Check that the sender's key opens this path.

    Raises BadRequest: 403 if it does not, 503 if the sender's settings of the source cannot be used.
    """
    if sender.browser and not request.of_pages:
        raise BadRequest(403, f"this is a browser key, which opens nothing else: {_FOR_PAGES}")
    if request.of_pages and not sender.browser:
        raise BadRequest(
            403,
            f"this is a server's key, and whoever reads a page could use it: a server posts to {EVENTS}, a page needs"
            " a browser key",
        )
    if request.source is not None and sender.unread:
        raise BadRequest(503, f"the settings of this sender cannot be used ({', '.join(sender.unread)}): fix its entry")
    if not sender.opens(request.source):
        raise BadRequest(403, "this sender's platform signs, so its key opens only the sources whose posts are signed")


def with_connection(conversion: object, request: Request) -> object:
    """Of a browser the connection is the visitor's own: what the page left out is filled from it."""
    if not isinstance(conversion, dict):
        return conversion
    whole = dict(conversion)
    user = whole.get("user_data")
    if isinstance(user, dict) or user is None:
        connection = {"client_ip_address": request.source_ip, "client_user_agent": request.user_agent}
        given = {name: value for name, value in (user or {}).items() if not _is_absent(value)}
        whole["user_data"] = {name: value for name, value in connection.items() if value} | given
    if _is_absent(whole.get("event_source_url")) and "referer" in request.headers:
        whole["event_source_url"] = request.headers["referer"]
    return whole


def _is_absent(value: object) -> bool:
    return value is None or (isinstance(value, str) and is_placeholder(clean(value)))
