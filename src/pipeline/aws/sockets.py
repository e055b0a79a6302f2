"""Connections on which each part of an exchange has its time and no more, however slowly the other side goes.

A time-out of requests' or urllib3's is for one read or write: a peer that sends a byte now and then keeps its thread
busy for as long as it likes. Here there is one time for connecting (all addresses of the host and the TLS handshake),
one for sending the whole request, and one for the whole answer: status line, headers and body.
"""

import http.client
import io
import socket
import time
from typing import Any, cast

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError

# Seconds for sending one request: 1 MB at 1.4 Mbit/s. With pipeline.aws.http.TIMEOUT (3.05 + 8) a request ends within
# 18 s.
SENDING = 6.0

_OVER = "the time for this exchange is over"
monotonic = time.monotonic


class _Bounded(io.RawIOBase):
    """What comes in on a socket, until the clock says `ends`."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, ends: float) -> None:
        self._raw, self._sock, self._ends = raw, sock, ends

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int | None:
        self._sock.settimeout(_left(self._ends))
        return cast("int | None", self._raw.readinto(buffer))

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Response(http.client.HTTPResponse):
    """An answer that is over when its socket's time-out, as it is now, has passed."""

    def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        ends = monotonic() + (sock.gettimeout() or 0.0)
        self.fp = io.BufferedReader(_Bounded(self.fp.detach(), sock, ends))


class _Timed(HTTPConnection):
    response_class = _Response

    def _new_conn(self) -> socket.socket:
        """Try one address of the host after the other; urllib3 would give each of them the whole time."""
        name, limit = self._dns_host, cast("float", self.timeout)
        ends = monotonic() + limit
        try:
            found = socket.getaddrinfo(name.strip("[]"), self.port, type=socket.SOCK_STREAM)
        except socket.gaierror as error:
            raise NameResolutionError(self.host, self, error) from error
        failure: Exception = ConnectTimeoutError(self, _OVER)
        try:
            for *_, address in found:
                self._dns_host, self.timeout = str(address[0]), _left(ends)
                try:
                    made = super()._new_conn()
                except ConnectTimeoutError as error:  # a refused connection is one too
                    failure = error
                else:
                    made.settimeout(_left(ends))  # what is left is for the handshake
                    return made
        except TimeoutError:
            pass
        finally:
            self._dns_host, self.timeout = name, limit
        raise failure

    def request(self, *args: Any, **options: Any) -> None:
        """Send a whole request within SENDING seconds, which begin when the connection is there."""
        if self.sock is None:
            self.connect()
        self._sent_by = monotonic() + SENDING
        super().request(*args, **options)

    def send(self, data: Any) -> None:
        """Send these bytes; sendall would give each record of TLS the whole time."""
        rest = memoryview(data)
        while rest:
            self.sock.settimeout(_left(self._sent_by))
            rest = rest[self.sock.send(rest) :]


class _TimedTLS(_Timed, HTTPSConnection):
    """The same with TLS."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Timed


class _PoolTLS(HTTPSConnectionPool):
    ConnectionCls = _TimedTLS


class Adapter(HTTPAdapter):
    """What a session mounts to have its exchanges bounded."""

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """Make the pools, of such connections."""
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _PoolTLS}


def _left(ends: float) -> float:
    left = ends - monotonic()
    if left <= 0:
        raise TimeoutError(_OVER)
    return left
