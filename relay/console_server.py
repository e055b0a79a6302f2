"""The HTTP side of `relay console`: one page, its parts, and answers of verbs, for the person who started it alone.

It listens on 127.0.0.1. Another site's page must neither read nor do anything here: a request to another host name
(DNS rebinding) is refused, so is one that another site's page sends (its Origin says so), and every one without the
token, which the address that the command prints puts into a cookie that no script and no other site can use.
"""

import hmac
import json
import sys
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from relay.errors import Trouble
from relay.verbs import failure

HOST = "127.0.0.1"
_FOLDER = Path(__file__).resolve().parent / "page"
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_LONGEST_BODY = 10_000  # bytes: a request names what is meant, and nothing else

Ask = Callable[[Mapping[str, str]], Any]


def server(token: str, gets: Mapping[str, Ask], posts: Mapping[str, Ask], port: int = 0) -> ThreadingHTTPServer:
    """A server of the page and these answers, by the names below /api/; `port` 0 is any free one."""
    return _Server((HOST, port), type("Handler", (_Handler,), {"token": token, "gets": gets, "posts": posts}))


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Report what went wrong, unless the page was only closed before it had its answer."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def own(headers: Any, port: int, *, posting: bool) -> bool:
    """Whether a request came to this machine's name, and not from another site's page."""
    host = (headers.get("Host") or "").lower()
    if host not in (f"{HOST}:{port}", f"localhost:{port}"):
        return False
    origin = headers.get("Origin")
    if origin is not None and origin.lower() != f"http://{host}":
        return False
    return not posting or (origin is not None and headers.get("Sec-Fetch-Site", "same-origin") == "same-origin")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    token = ""
    gets: Mapping[str, Ask] = {}
    posts: Mapping[str, Ask] = {}

    def do_GET(self) -> None:
        """The page, one of its parts, or an answer."""
        url = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        if not own(self.headers, self._port(), posting=False):
            return self._say(403, {"message": "this console answers its own page only"})
        if url.path == "/" and self._is_token(query.get("token", "")):
            cookie = f"{self._cookie()}={self.token}; HttpOnly; SameSite=Strict; Path=/"
            return self._send(303, b"", "text/plain", {"Location": "/", "Set-Cookie": cookie})
        if not self._admitted():
            return self._say(401, {"message": "open the address that relay console printed: it has the token"})
        if url.path.startswith("/api/") and (ask := self.gets.get(url.path.removeprefix("/api/"))):
            return self._answer(ask, query)
        return self._file("console.html" if url.path == "/" else url.path.removeprefix("/"))

    def do_POST(self) -> None:
        """An action."""
        length = int(self.headers.get("Content-Length") or 0)
        if length > _LONGEST_BODY:
            self.close_connection = True
            return self._say(413, {"message": "too long"})
        body = self.rfile.read(length)
        if not own(self.headers, self._port(), posting=True) or not self._admitted():
            return self._say(403, {"message": "this console answers its own page only"})
        ask = self.posts.get(self.path.removeprefix("/api/"))
        try:
            asked = json.loads(body)
        except ValueError:
            asked = None
        if ask is None or not isinstance(asked, dict):
            return self._say(404 if ask is None else 400, {"message": "not here"})
        return self._answer(ask, {str(name): str(value) for name, value in asked.items() if value is not None})

    def log_message(self, *_: Any) -> None:
        """Requests are nobody's news."""

    def _port(self) -> int:
        port: int = self.server.server_address[1]  # type: ignore[index,assignment]  # of an internet address
        return port

    def _cookie(self) -> str:
        return f"relay_console_{self._port()}"  # cookies of 127.0.0.1 are shared by all its ports

    def _is_token(self, given: str) -> bool:
        return hmac.compare_digest(given.encode(), self.token.encode())

    def _admitted(self) -> bool:
        try:
            found = SimpleCookie(self.headers.get("Cookie", "")).get(self._cookie())
        except CookieError:
            return False
        return found is not None and self._is_token(found.value)

    def _answer(self, ask: Ask, asked: Mapping[str, str]) -> None:
        try:
            self._say(200, ask(asked))
        except Exception as error:  # noqa: BLE001 - the page shows it in a line, as the command line does
            self._say(400 if isinstance(error, Trouble) else 502, {"message": failure(error)[1]})

    def _file(self, name: str) -> None:
        path = _FOLDER / name
        if "/" in name or path.suffix not in _TYPES or not path.is_file():
            return self._say(404, {"message": "not here"})
        return self._send(200, path.read_bytes(), _TYPES[path.suffix])

    def _say(self, status: int, answer: Any) -> None:
        self._send(status, json.dumps(answer, ensure_ascii=False).encode(), "application/json")

    def _send(self, status: int, body: bytes, kind: str, more: Mapping[str, str] | None = None) -> None:
        self.send_response(status, HTTPStatus(status).phrase)
        for name, value in {**_HEADERS, "Content-Type": kind, "Content-Length": str(len(body)), **(more or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
