"""An HTTP/1.1 server on the loopback interface with API Gateway's limit on bodies; a thread for each connection."""

import contextlib
import threading
import uuid
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

from local import http_event
from local.http_event import Answer, Request, Stream

HOST = "127.0.0.1"
MAX_BODY_BYTES = 10 * 1024 * 1024  # API Gateway's limit
_IDLE_SECONDS = 30
_PIECE_BYTES = 65_536


class Server(ThreadingHTTPServer):
    """Serves `respond`'s answers; a body above 10 MiB is answered 413 and never reaches it."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, respond: Callable[[Request], Answer | Stream]) -> None:
        """Binds 127.0.0.1:`port` (0: any free one); OSError if it is taken."""
        super().__init__((HOST, port), _Connection)
        self.respond = respond
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), name="local API", daemon=True)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self.server_address[1])

    def start(self) -> None:
        """Begins to serve."""
        self._thread.start()

    def stop(self) -> None:
        """Stops serving and frees the port; connections still open end with their thread."""
        if self._thread.is_alive():
            self.shutdown()
            self._thread.join(timeout=2)
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news."""


class _TooLarge(Exception):
    pass


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = _IDLE_SECONDS
    disable_nagle_algorithm = True
    wbufsize = -1  # buffered: an answer leaves in one piece
    server_version, sys_version = "local", ""

    def _serve(self) -> None:
        try:
            body = self._chunked() if self._is_chunked() else self._whole()
        except _TooLarge:
            self._refuse(413, "Request Entity Too Large")
        except ValueError:
            self._refuse(400, "Bad Request")
        else:
            request = Request(self.command, self.path, self.headers.items(), body, str(self.client_address[0]))
            answer = cast(Server, self.server).respond(request)
            if isinstance(answer, Stream):
                self._send_pieces(answer)
            else:
                self._send(answer)

    def __getattr__(self, name: str) -> Callable[[], None]:
        """The base looks for a `do_METHOD`: every method is served, and the routes say which they take."""
        if name.startswith("do_"):
            return self._serve
        raise AttributeError(name)

    def _is_chunked(self) -> bool:
        return "chunked" in self.headers.get("Transfer-Encoding", "").lower()

    def _whole(self) -> bytes:
        text = self.headers.get("Content-Length", "0")
        if not (text.isascii() and text.isdigit()):
            raise ValueError
        if int(text) > MAX_BODY_BYTES:
            self._discard(int(text))
            raise _TooLarge
        return self.rfile.read(int(text))

    def _chunked(self) -> bytes:
        body = bytearray()
        while size := int(self.rfile.readline(_PIECE_BYTES).partition(b";")[0], 16):
            if size < 0 or len(body) + size > MAX_BODY_BYTES:
                raise _TooLarge
            body += self.rfile.read(size)
            self.rfile.readline(_PIECE_BYTES)
        while self.rfile.readline(_PIECE_BYTES).strip():  # trailers
            pass
        return bytes(body)

    def _discard(self, length: int) -> None:
        # Closing on unread data resets the connection, and the client never sees the answer.
        left = min(length, 4 * MAX_BODY_BYTES)
        while left > 0 and (read := len(self.rfile.read(min(left, _PIECE_BYTES)))):
            left -= read

    def _refuse(self, status: int, text: str) -> None:
        self.close_connection = True
        self._send(http_event.message(status, text))

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        self.send_header("apigw-requestid", uuid.uuid4().hex[:15])
        if self.close_connection:
            self.send_header("connection", "close")
        self.send_header("content-length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)
        self.wfile.flush()

    def _send_pieces(self, answer: Stream) -> None:
        self.close_connection = True  # the end of the connection is the end of the answer
        self.send_response(200)
        for name, value in [*answer.headers, ("connection", "close")]:
            self.send_header(name, value)
        self.end_headers()
        with contextlib.suppress(OSError):  # the client went away: its way to end it
            for piece in answer.pieces:
                self.wfile.write(piece)
                self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's name
        """Says nothing: the functions keep the log."""
