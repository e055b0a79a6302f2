"""The console's HTTP front, on the API's own port: the page at `/`, its parts and its actions below `/_console/`.

A web page of another site must neither read nor do anything here: a request that comes to another host name than this
machine's (DNS rebinding) is refused, and so is one that another site's page sends (its Origin says so).
"""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from local.console.actions import Refused
from local.http_server import Answer, Request, message
from pipeline.values.json_objects import json_object

PREFIX = "/_console/"
_FOLDER = Path(__file__).resolve().parent
# What the page shares with that of `relay console`, which is installed without this folder.
_SHARED = Path(__file__).resolve().parents[2] / "relay" / "page"
_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
_HEADERS = [
    ("content-security-policy", _POLICY),
    ("cache-control", "no-store"),
    ("cross-origin-resource-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
]

Get = Callable[[Mapping[str, str]], Any]
Post = Callable[[Mapping[str, Any]], Any]


class Front:
    """Answers the console's requests; None for all that is not the console's."""

    def __init__(
        self, gets: Mapping[str, Get], posts: Mapping[str, Post], stream: Callable[[], Iterator[bytes]]
    ) -> None:
        """`gets` take the query and `posts` the JSON object of the body; both give JSON values, or raise Refused."""
        self._gets = gets
        self._posts = posts
        self._stream = stream
        self._files = {
            path.name: path for folder in (_SHARED, _FOLDER) for path in folder.iterdir() if path.suffix in _TYPES
        }

    def answer(self, request: Request, port: int) -> Answer | None:
        """The answer to a request that came to `port`."""
        if request.path != "/" and not request.path.startswith(PREFIX):
            return None
        if foreign(request, port):
            return message(403, "The console answers this machine's own pages only.")
        name = request.path.removeprefix(PREFIX) if request.path != "/" else ""
        if request.method == "GET" and name not in self._posts:
            return self._get(name, request.target.partition("?")[2])
        if request.method == "POST" and name in self._posts:
            return self._post(name, request.body)
        return message(405 if name in (*self._gets, *self._posts, "") else 404, "Not here")

    def _get(self, name: str, query: str) -> Answer:
        if name == "":
            return _file(_FOLDER / "page.html", "text/html; charset=utf-8")
        if name == "stream":
            return Answer(200, [("content-type", "text/event-stream"), *_HEADERS], b"", self._stream())
        if path := self._files.get(name):
            return _file(path, _TYPES[path.suffix])
        if handler := self._gets.get(name):
            return _done(lambda: handler({key: values[0] for key, values in parse_qs(query).items()}))
        return message(404, "Not Found")

    def _post(self, name: str, body: bytes) -> Answer:
        asked = json_object(body)
        if asked is None:
            return message(400, "the body must be a JSON object")
        return _done(lambda: self._posts[name](asked))


def foreign(request: Request, port: int) -> bool:
    """Whether a request came to a name that is not this machine's, or from another site's page."""
    headers = request.headers
    own = {f"127.0.0.1:{port}", f"localhost:{port}"}
    if port == 80:
        own |= {"127.0.0.1", "localhost"}
    host = headers.get("host", "").lower()
    if host not in own:
        return True
    origin = headers.get("origin")
    if origin is not None and origin.lower() != f"http://{host}":
        return True
    # Sent by every current browser; "none" is the address bar, which another site's page cannot use to post.
    site = headers.get("sec-fetch-site", "none")
    return request.method != "GET" and site not in ("same-origin", "none")


def _done(act: Callable[[], Any]) -> Answer:
    try:
        return Answer(200, [("content-type", "application/json"), *_HEADERS], json.dumps(act()).encode())
    except Refused as refusal:
        return message(400, str(refusal))


def _file(path: Path, kind: str) -> Answer:
    return Answer(200, [("content-type", kind), *_HEADERS], path.read_bytes())
