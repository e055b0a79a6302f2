"""HTTP/1.1 on 127.0.0.1 with connections that stay open: the transport of every sandbox, which knows no destination."""

import base64
import contextlib
import http.client
import socket
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any, Final

_MAX_KEPT: Final = 1_048_576  # bytes; a longer body is only counted
_MAX_READ: Final = 16_000_000  # bytes read of a body that is too long, so that its sender hears the answer
_CHUNK: Final = 65_536  # bytes
_IDLE: Final = 75.0  # seconds until a silent connection is closed


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One HTTP request: `headers` by lower-case name, `size` of the body in bytes, `body` empty if it was too long."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    size: int

    def key(self) -> str | None:
        """Give the bearer key of the Authorization header, if there is one."""
        scheme, _, key = self.headers.get("authorization", "").partition(" ")
        return key.strip() or None if scheme.lower() == "bearer" else None

    def basic(self) -> str | None:
        """Give the `user:password` of the Authorization header (RFC 7617), if it has them."""
        scheme, _, word = self.headers.get("authorization", "").partition(" ")
        try:
            pair = base64.b64decode(word.strip(), validate=True).decode()
        except ValueError:
            return None
        return pair if scheme.lower() == "basic" and ":" in pair else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One HTTP answer with a JSON body."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class Server(ThreadingHTTPServer):
    """Serves one function, one thread a connection; the function answers None to drop the connection."""

    daemon_threads = True
    request_queue_size = 128  # connections waiting; the default of 5 refuses a burst

    def __init__(self, port: int, respond: Callable[[Call], Reply | None]) -> None:
        self.respond = respond
        self._connections: set[Any] = set()
        self._lock = threading.Lock()
        super().__init__(("127.0.0.1", port), _Handler)

    def server_bind(self) -> None:
        """Bind without asking the resolver for this host's name, which can take seconds."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", int(self.server_address[1])

    def start(self) -> None:
        """Serve in the background."""
        threading.Thread(target=self.serve_forever, args=(0.05,), name="sandbox", daemon=True).start()

    def stop(self) -> None:
        """Stop listening and close every connection, also one that is kept open."""
        self.shutdown()
        self.server_close()
        with self._lock:
            for connection in self._connections:
                with contextlib.suppress(OSError):  # its other end may be quicker
                    connection.shutdown(socket.SHUT_RDWR)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember the connection while it lives."""
        with self._lock:
            self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget the connection."""
        with self._lock:
            self._connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Report what went wrong, unless it is only a client that went away."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body of an answer leave together
    timeout = _IDLE

    def _serve(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not (length.isascii() and length.isdigit()):
            self.close_connection = True
            return self._write(Reply(status=411, body=b'{"description": "Length Required"}'))
        size = int(length)
        body = self._read(size)
        if body is None:
            return None
        path = self.path.partition("?")[0]
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply = self.server.respond(Call(method=self.command, path=path, headers=headers, body=body, size=size))
        if reply is None:
            self.close_connection = True
            return None
        return self._write(reply)

    def _read(self, size: int) -> bytes | None:
        left = min(size, _MAX_READ)
        self.close_connection = self.close_connection or left < size
        kept = bytearray()
        while left:
            chunk = self.rfile.read(min(left, _CHUNK))
            if not chunk:  # the client went away in the middle of its request
                self.close_connection = True
                return None
            left -= len(chunk)
            if size <= _MAX_KEPT:
                kept += chunk
        return bytes(kept)

    def _write(self, reply: Reply) -> None:
        self.send_response(reply.status, http.client.responses.get(reply.status, "Partial Success"))
        for name, value in {**reply.headers, "Content-Type": "application/json"}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _serve

    def handle_expect_100(self) -> bool:
        """Let the client send its body at once: what is buffered would make it wait."""
        go_on = super().handle_expect_100()
        self.wfile.flush()
        return go_on

    def log_message(self, *_: Any, **__: Any) -> None:
        """Stay quiet: the requests are in `/_requests`."""
