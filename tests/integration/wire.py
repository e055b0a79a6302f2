"""A server that speaks no HTTP: it reads whole requests and answers each with the bytes and the ending it is told."""

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, Literal

from tests.bounds import BOUND


@dataclass(frozen=True, slots=True)
class Step:
    """What to answer to one request, and how to go on: keep the connection, close or reset it, or say nothing more.

    `drip` comes after the answer, a byte every 20 ms, as long as somebody listens.
    """

    answer: bytes = b""
    then: Literal["keep", "close", "reset", "silent"] = "keep"
    drip: bytes = b""


DROP = 0.02  # seconds between two bytes of a drip


def answer(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    """An HTTP/1.1 answer with this body; its length is given unless a header says otherwise."""
    lines = [f"HTTP/1.1 {status}", "Content-Type: application/json", *headers]
    if not any(header.lower().startswith(("content-length", "transfer-encoding")) for header in headers):
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


class Wire:
    """Listens on 127.0.0.1. `requests` holds (head, body) of each request, `connections` their number."""

    def __init__(self, steps: Sequence[Step], tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[tuple[bytes, bytes]] = []
        self.connections = 0
        self.closed = threading.Event()  # a connection was closed from this side
        self._steps = list(steps)
        self._stop = threading.Event()
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._open: list[socket.socket] = []
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self._listener.getsockname()[1]}"
        self._threads[0].start()

    def stop(self) -> None:
        """Close all connections."""
        self._stop.set()
        for opened in (self._listener, *self._open):
            with contextlib.suppress(OSError):
                opened.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(BOUND)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            connection.settimeout(BOUND)
            self._open.append(connection)
            self._threads.append(threading.Thread(target=self._serve, args=(connection,), daemon=True))
            self._threads[-1].start()

    def _serve(self, plain: socket.socket) -> None:
        connection = self._tls.wrap_socket(plain, server_side=True) if self._tls else plain
        with connection, contextlib.suppress(OSError), connection.makefile("rb") as reader:
            while head := self._head(reader):
                length = next(
                    int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")
                )
                self.requests.append((head, reader.read(length)))
                step = self._steps.pop(0)
                connection.sendall(step.answer)
                for place in range(len(step.drip)):
                    connection.sendall(step.drip[place : place + 1])
                    self._stop.wait(DROP)
                if step.then == "silent":
                    self._stop.wait(BOUND)
                if step.then == "reset":
                    # Closing with nothing lingering sends RST instead of FIN.
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                if step.then != "keep":
                    break
        self.closed.set()

    @staticmethod
    def _head(reader: BinaryIO) -> bytes:
        lines = []
        for line in iter(reader.readline, b""):
            if line == b"\r\n":
                break
            lines.append(line)
        return b"".join(lines)


@contextmanager
def wire(*steps: Step, tls: ssl.SSLContext | None = None) -> Iterator[Wire]:
    """A running server that takes one step for each request."""
    running = Wire(steps, tls)
    try:
        yield running
    finally:
        running.stop()
