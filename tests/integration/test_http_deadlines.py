"""Each part of an exchange has its time and no more: an answer that drips, a peer that never reads. Real sockets."""

import datetime
import ipaddress
import socket
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from urllib3.connection import HTTPConnection
from urllib3.exceptions import ConnectTimeoutError

from pipeline.aws import sockets
from pipeline.aws.http import LAST_START, TIMEOUT, Connection, open_session, with_key
from pipeline.contract.destination import Answer
from pipeline.values.faults import NoKey
from rokt.request import LIMITS as ROKT
from roku.request import LIMITS as ROKU
from tests.bounds import BOUND
from tests.integration.wire import Step, answer, wire

SHORT = 0.2  # seconds that an answer may take; the drips below would take 20 s and more, and then be whole
LONG = 1_000
OK = b'{"code":200,"description":"all events were processed","events_received":1,"failed_events":[]}'


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with open_session() as opened:
        yield opened


def post(session: requests.Session, url: str, *, body: bytes = b"{}", timeout: tuple[float, float]) -> Answer:
    """One request."""
    return Connection(session, "Roku", timeout=timeout).post(url, body, {})


def length(count: int) -> str:
    """The header that announces so many bytes."""
    return f"Content-Length: {count}"


DRIPS = {
    "status line": Step(drip=b"HTTP/1.1 200 " + b"x" * LONG + b"\r\n\r\n"),
    "header": Step(b"HTTP/1.1 200 OK\r\nX: ", drip=b"x" * LONG + b"\r\nContent-Length: 0\r\n\r\n"),
    "headers": Step(b"HTTP/1.1 200 OK\r\n", drip=b"X:1\r\n" * (LONG // 5) + b"\r\n"),
    "100 Continue": Step(drip=b"HTTP/1.1 100 Continue\r\n\r\n" * (LONG // 25) + answer(OK)),
    "body": Step(answer(b"", length(LONG)), drip=b" " * LONG),
    "body without length": Step(b"HTTP/1.1 200 OK\r\n\r\n", drip=b" " * LONG, then="close"),
    "chunks": Step(answer(b"", "Transfer-Encoding: chunked"), drip=b"1\r\n \r\n" * (LONG // 6) + b"0\r\n\r\n"),
    "length of a chunk": Step(answer(b"", "Transfer-Encoding: chunked"), drip=b"0" * LONG + b"1\r\n \r\n0\r\n\r\n"),
    "trailers": Step(answer(b"0\r\n", "Transfer-Encoding: chunked"), drip=b"X: 1\r\n" * (LONG // 6) + b"\r\n"),
    "gzip": Step(answer(b"", "Content-Encoding: gzip", length(LONG)), drip=b"\x1f\x8b\x08\x08" + b"n" * (LONG - 4)),
}


@pytest.mark.parametrize("part", DRIPS)
def test_an_answer_that_drips_ends_with_its_time_and_frees_its_thread(part: str, session: requests.Session) -> None:
    with wire(DRIPS[part]) as server:
        given = post(session, server.url, timeout=(BOUND, SHORT))
        assert server.closed.wait(BOUND)  # our side hung up long before the drip was over
    assert (given.status, given.ambiguous, given.setup) == (None, True, False)
    assert "127.0.0.1" not in given.failure


def test_twenty_drips_leave_all_threads_to_the_requests_after_them(session: requests.Session) -> None:
    steps = [DRIPS["header"]] * 20 + [Step(answer(OK))] * 20
    with wire(*steps) as server, ThreadPoolExecutor(20) as pool:
        first = list(pool.map(lambda _: post(session, server.url, timeout=(BOUND, SHORT)).status, range(20)))
        after = list(pool.map(lambda _: post(session, server.url, timeout=(BOUND, BOUND)).status, range(20)))
    assert (first, after) == ([None] * 20, [200] * 20)


def test_a_kept_connection_has_the_whole_time_for_each_answer(
    session: requests.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks = iter(range(0, 1_000_000, 1))  # each look at the clock is a second later
    monkeypatch.setattr(sockets, "monotonic", lambda: float(next(ticks)))
    monkeypatch.setattr(sockets, "SENDING", BOUND)
    with wire(*[Step(answer(OK))] * 10) as server:
        assert [post(session, server.url, timeout=(BOUND, BOUND)).status for _ in range(10)] == [200] * 10
        assert server.connections == 1


@pytest.mark.parametrize("count", [1, 20, 60, len(OK) + 50])
@pytest.mark.parametrize("kind", ["plain", "chunked"])
def test_a_connection_reset_after_some_bytes_means_perhaps_taken(
    count: int, kind: str, session: requests.Session
) -> None:
    chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (len(OK), OK)
    whole = answer(OK) if kind == "plain" else answer(chunks, "Transfer-Encoding: chunked")
    assert count < len(whole)
    with wire(Step(whole[:count], then="reset")) as server:
        given = post(session, server.url, timeout=(BOUND, BOUND))
    assert (given.status, given.ambiguous) == (None, True)


def test_a_header_without_end_is_given_up_by_its_length(session: requests.Session) -> None:
    with wire(Step(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 5_000_000, then="close")) as server:
        given = post(session, server.url, timeout=(BOUND, BOUND))
    assert (given.status, given.ambiguous) == (None, True)


def test_a_peer_that_does_not_read_gets_no_more_time_than_sending_has(
    session: requests.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "SENDING", SHORT)
    with socket.create_server(("127.0.0.1", 0)) as listener:  # connections are made, and nobody reads
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        given = post(session, url, body=b" " * 50_000_000, timeout=(BOUND, 10 * BOUND))
    assert (given.status, given.ambiguous) == (None, True)


def test_all_addresses_of_a_host_share_the_time_for_connecting(
    session: requests.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [0.0]
    tried: list[tuple[str, float]] = []

    def silent(connection: Any) -> socket.socket:
        tried.append((connection._dns_host, connection.timeout))
        clock[0] += connection.timeout if len(tried) == 3 else 1.0
        raise ConnectTimeoutError(connection, "silent")

    hosts = [f"192.0.2.{n}" for n in range(1, 9)]
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, 443)) for host in hosts]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    monkeypatch.setattr(sockets, "monotonic", lambda: clock[0])
    monkeypatch.setattr(HTTPConnection, "_new_conn", silent)
    given = post(session, "https://roku.test", timeout=(3.0, 8.0))
    assert tried == [("192.0.2.1", 3.0), ("192.0.2.2", 2.0), ("192.0.2.3", 1.0)]
    assert (given.status, given.ambiguous) == (None, False)  # nothing was sent


def test_an_address_that_refuses_is_followed_by_the_next(
    session: requests.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    with wire(Step(answer(OK))) as server:
        port = int(server.url.rsplit(":", 1)[1])
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port)) for host in ("127.0.0.2", "127.0.0.1")]
        right = socket.getaddrinfo
        named = lambda host, *a, **o: found if host == "roku.test" else right(host, *a, **o)  # noqa: E731
        monkeypatch.setattr(socket, "getaddrinfo", named)
        assert post(session, f"http://roku.test:{port}", timeout=(BOUND, BOUND)).status == 200
        assert f"Host: roku.test:{port}".encode() in server.requests[0][0]


def test_a_request_ends_within_what_the_destinations_allow_it() -> None:
    assert sum(TIMEOUT) + sockets.SENDING <= min(ROKU.seconds, ROKT.seconds)
    assert LAST_START > 1


@pytest.mark.parametrize(("took", "asked"), [(LAST_START, ["old", "new"]), (LAST_START + 0.1, ["old"])])
def test_a_key_that_was_replaced_is_tried_at_once_only_if_the_refusal_left_time(took: float, asked: list[str]) -> None:
    class Keys:
        def text(self) -> str:
            return "old"

        def reread(self) -> str:
            return "new"

    times, sent = iter([0.0, took]), []

    def send(key: str) -> Answer:
        sent.append(key)
        return Answer(status=401)

    assert with_key(Keys(), str, send, now=lambda: next(times)) == Answer(status=401)
    assert sent == asked


def test_a_key_that_was_put_in_where_there_was_none_is_used_at_the_next_try() -> None:
    def key_in(text: str) -> str:
        if not text:
            raise NoKey("the secret holds no usable key")
        return text

    class Keys:
        def text(self) -> str:
            return ""

        def reread(self) -> str:
            return "new"

    sent: list[str] = []

    def send(key: str) -> Answer:
        sent.append(key)
        return Answer(status=200)

    assert with_key(Keys(), key_in, send, now=lambda: 0.0) == Answer(status=200)
    assert sent == ["new"]


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A key and a certificate for 127.0.0.1 that vouches for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    begins = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(begins)
        .not_valid_after(begins + datetime.timedelta(days=36_500))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, words = serialization.Encoding.PEM, serialization.NoEncryption()
    path = tmp_path / "server.pem"
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, words)
    path.write_bytes(private + made.public_bytes(pem))
    return path


@pytest.mark.parametrize("part", ["header", "body", "chunks"])
def test_an_answer_that_drips_over_tls_ends_too(part: str, certificate: Path, session: requests.Session) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    session.verify = str(certificate)
    with wire(Step(answer(OK)), DRIPS[part], tls=tls) as server:
        assert post(session, server.url, body=b" " * 1_000_000, timeout=(BOUND, BOUND)).body == OK
        given = post(session, server.url, timeout=(BOUND, SHORT))
        assert (server.connections, len(server.requests)) == (1, 2)
        assert server.closed.wait(BOUND)
    assert (given.status, given.ambiguous) == (None, True)
