"""The HTTP server of the local stack: what it does with connections, and which faults a sandbox can play on it."""

import contextlib
import http.client
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from local.http_server import Answer, Request, Server
from tests.bounds import BOUND

OK = Answer(200, [], b"ok")


class Site:
    """A server that notes its requests and answers what it is told to."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.answer: Callable[[], Answer | None] = lambda: OK
        self.server = Server(0, self._respond)
        self.server.start()

    def _respond(self, request: Request) -> Answer | None:
        self.requests.append(request)
        return self.answer()

    def connect(self) -> closing[http.client.HTTPConnection]:
        return closing(http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=BOUND))

    def raw(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.server.port), timeout=BOUND)


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.server.stop()


def test_it_listens_on_the_loopback_interface_alone(site: Site) -> None:
    assert site.server.socket.getsockname() == ("127.0.0.1", site.server.port)
    assert site.server.address_family == socket.AF_INET


def test_a_taken_port_is_an_error(site: Site) -> None:
    with pytest.raises(OSError, match="in use"):
        Server(site.server.port, lambda _: OK)


def test_no_answer_closes_the_connection(site: Site) -> None:
    site.answer = lambda: None
    with site.connect() as connection:
        connection.request("POST", "/")
        with pytest.raises(http.client.RemoteDisconnected):
            connection.getresponse()


def test_an_answer_can_come_in_pieces_and_end_before_its_length(site: Site) -> None:
    go_on = threading.Event()

    def pieces() -> Iterator[bytes]:
        yield b"drip"
        assert go_on.wait(BOUND)
        yield b"drop"

    site.answer = lambda: Answer(200, [("content-length", "100")], b"", pieces())
    with site.connect() as connection:
        connection.request("GET", "/")
        answer = connection.getresponse()
        assert answer.read(4) == b"drip"  # while the server still waits for the next piece
        go_on.set()
        with pytest.raises(http.client.IncompleteRead) as broken:
            answer.read()
    assert broken.value.partial == b"drop"


def test_pieces_without_a_length_end_with_the_connection(site: Site) -> None:
    site.answer = lambda: Answer(200, [], b"a", iter([b"b", b"c"]))
    with site.connect() as connection:
        connection.request("GET", "/")
        answer = connection.getresponse()
        assert (answer.getheader("connection"), answer.read()) == ("close", b"abc")


@pytest.mark.parametrize(
    "head", [b"Content-Length: 9\r\n\r\nhalf", b"Transfer-Encoding: chunked\r\n\r\n9\r\nhalf"], ids=["whole", "chunked"]
)
def test_a_request_that_breaks_off_is_not_served(site: Site, head: bytes) -> None:
    with site.raw() as connection:
        connection.sendall(b"POST / HTTP/1.1\r\n" + head)
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(100) == b""
    assert site.requests == []


def test_a_client_that_asks_first_may_send_its_body_at_once(site: Site) -> None:
    with site.raw() as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 100 ")
        connection.sendall(b"{}")
        assert connection.recv(100).startswith(b"HTTP/1.1 200 ")
    assert [request.body for request in site.requests] == [b"{}"]


def test_its_end_ends_connections_that_wait_for_their_next_request(site: Site) -> None:
    with site.connect() as connection:
        connection.request("GET", "/")
        connection.getresponse().read()
        site.server.stop()
        with contextlib.suppress(ConnectionError):
            assert connection.sock.recv(1) == b""
    with pytest.raises(ConnectionRefusedError):
        site.raw()
