"""The HTTP/1.1 server of the API, the console and the sandboxes, on 127.0.0.1: connections are kept, a thread for each.

It is the standard library's. Werkzeug's, on which moto runs, closes each connection after one answer.
"""

import contextlib
import json
import socket
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from itertools import chain
from socketserver import ThreadingTCPServer
from typing import Any

HOST = "127.0.0.1"
MAX_BODY_BYTES = 10 * 1024 * 1024  # API Gateway's limit
_MAX_READ = 4 * MAX_BODY_BYTES  # bytes read of a body that is too long: its sender can still hear the answer
_PIECE_BYTES = 65_536
_IDLE_SECONDS = 75


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request; header names are in lower case, and headers of one name are joined with a comma."""

    method: str
    target: str  # path and query string, as on the request line
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        """The target without its query string, as it was sent."""
        return self.target.partition("?")[0]


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer. `pieces` follow the body as they come, and the end of the connection is then the answer's."""

    status: int
    headers: Iterable[tuple[str, str]]
    body: bytes
    pieces: Iterator[bytes] | None = None


def message(status: int, text: str) -> Answer:
    """An answer in API Gateway's own words: a JSON object with one message."""
    body = json.dumps({"message": text}, separators=(",", ":")).encode()
    return Answer(status, [("content-type", "application/json")], body)


def joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The values by name, those of one name with a comma between."""
    together: dict[str, str] = {}
    for name, value in pairs:
        together[name] = f"{together[name]},{value}" if name in together else value
    return together


class Server(ThreadingTCPServer):
    """Serves what `respond` answers; None closes the connection without an answer. A body above 10 MiB gets 413."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128  # connections waiting; the default of 5 refuses a burst

    def __init__(self, port: int, respond: Callable[[Request], Answer | None]) -> None:
        """Binds 127.0.0.1:`port` (0: any free one); OSError if it is taken."""
        super().__init__((HOST, port), _Connection)
        self.port = int(self.server_address[1])
        self.respond = respond
        self._connections: set[Any] = set()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), name=f"port {self.port}", daemon=True)

    def start(self) -> None:
        """Begins to serve."""
        self._thread.start()

    def stop(self) -> None:
        """Frees the port and ends every connection, also one that waits for its next request."""
        if self._thread.is_alive():
            self.shutdown()
        self.server_close()
        for connection in list(self._connections):
            with contextlib.suppress(OSError):  # its other end may be quicker
                connection.shutdown(socket.SHUT_RDWR)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remembers the connection while it lives."""
        self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forgets the connection."""
        self._connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Reports what went wrong, unless it is only a client that went away."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class _Connection(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    timeout = _IDLE_SECONDS
    disable_nagle_algorithm = True
    wbufsize = -1  # buffered: head and body of an answer leave together
    server_version, sys_version = "local", ""

    def __getattr__(self, name: str) -> Callable[[], None]:
        """The base looks for a `do_METHOD`: every method is served, and `respond` says which it takes."""
        if name.startswith("do_"):
            return self._serve
        raise AttributeError(name)

    def _serve(self) -> None:
        body = bytearray()
        size = 0
        try:
            for piece in self._pieces():
                size += len(piece)
                if size <= MAX_BODY_BYTES:
                    body += piece
                elif size > _MAX_READ:
                    self.close_connection = True
                    break
        except EOFError:  # the client went away in the middle of its request
            self.close_connection = True
            return
        except ValueError:
            self.close_connection = True
            self._send(message(400, "Bad Request"))
            return
        headers = joined((name.lower(), value) for name, value in self.headers.items())
        request = Request(self.command, self.path, headers, bytes(body))
        too_large = size > MAX_BODY_BYTES
        self._send(message(413, "Request Entity Too Large") if too_large else self.server.respond(request))

    def _pieces(self) -> Iterator[bytes]:
        """The body in pieces; ValueError if its length cannot be read, EOFError if its end never comes."""
        if "chunked" in self.headers.get("transfer-encoding", "").lower():
            while size := int(self.rfile.readline(_PIECE_BYTES).partition(b";")[0], 16):
                yield from self._read(size)
                self.rfile.readline(_PIECE_BYTES)
            while self.rfile.readline(_PIECE_BYTES).strip():  # trailers
                pass
            return
        length = self.headers.get("content-length", "0")
        if not (length.isascii() and length.isdigit()):
            raise ValueError
        yield from self._read(int(length))

    def _read(self, size: int) -> Iterator[bytes]:
        while size > 0:
            piece = self.rfile.read(min(size, _PIECE_BYTES))
            if not piece:
                raise EOFError
            size -= len(piece)
            yield piece

    def _send(self, answer: Answer | None) -> None:
        if answer is None or answer.pieces is not None:
            self.close_connection = True
        if answer is None:
            return
        self.send_response(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("connection", "close")
        if answer.pieces is None:
            self.send_header("content-length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            for piece in chain([answer.body], answer.pieces or ()):
                self.wfile.write(piece)
                self.wfile.flush()

    def handle_expect_100(self) -> bool:
        """Lets the client send its body at once: what is buffered would make it wait."""
        go_on = super().handle_expect_100()
        self.wfile.flush()
        return go_on

    def log_message(self, *_: Any, **__: Any) -> None:
        """Says nothing: functions and sandboxes remember what they were asked."""
