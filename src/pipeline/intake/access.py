"""Who posts, and what the key opens: the request's key, its sender, the door and the page it is used from. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from pipeline.intake.body import BadRequest
from pipeline.intake.senders import Sender, Senders

EVENTS, BEACON, SOURCES = "/v1/events", "/v1/beacon", "/v1/sources/"


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request. Header names are lower-case; `source_ip` and `user_agent` are the connection's.

    `url` is the address that was called, with its query as it came.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes
    source_ip: str | None
    user_agent: str | None
    url: str = ""

    @property
    def source(self) -> str | None:
        """The source that the path belongs to, in lower case; None for the paths that are no source's."""
        return self.path.removeprefix(SOURCES).lower() if self.path.startswith(SOURCES) else None


def presented_key(request: Request) -> str | None:
    """The key as the sender presents it, wherever it puts it."""
    for name in ("authorization", "authentication"):
        scheme, _, key = request.headers.get(name, "").strip().partition(" ")
        if key and scheme.lower() == "bearer":
            return key.strip()
        if scheme and not key and scheme.lower() != "bearer":
            return scheme
    return request.headers.get("x-api-key", "").strip() or request.query.get("key", "").strip() or None


def cors(request: Request, senders: Senders) -> dict[str, str]:
    """Headers that let the page of a browser key read the answer; none for an origin that no browser key allows."""
    origin = request.headers.get("origin")
    if not senders.open_to(origin):
        return {}
    return {
        "Access-Control-Allow-Origin": str(origin),
        "Access-Control-Allow-Methods": "POST, OPTIONS",
        "Access-Control-Allow-Headers": "authorization, content-type, x-api-key",
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
    if sender.browser and request.path != BEACON:
        raise BadRequest(403, f"this is a browser key, which opens nothing else: post to {BEACON}")
    if request.path == BEACON and not sender.browser:
        raise BadRequest(
            403,
            f"this is a server's key, and whoever reads a page could use it: a server posts to {EVENTS}, a page needs"
            " a browser key",
        )
    if request.source is not None and sender.unread:
        raise BadRequest(503, f"the settings of this sender cannot be used ({', '.join(sender.unread)}): fix its entry")
    if not sender.opens(request.source):
        raise BadRequest(403, "this sender's platform signs, so its key opens only the sources whose posts are signed")
