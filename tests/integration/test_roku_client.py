"""The client over real sockets: Roku's sandbox for what it documents, bare sockets for what it does not."""

import email.utils
import gzip
import json
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
import requests
from requests.adapters import BaseAdapter

from local.roku_sandbox import RokuSandbox
from pipeline.aws.http import LONGEST_ANSWER, TIMEOUT, open_session
from pipeline.contract.destination import Answer, Destination, Routing
from pipeline.contract.outcome import Delivered, Outcome, Rejected, Retry
from pipeline.delivery.ask import send
from pipeline.delivery.unsent import Load
from pipeline.values.version import USER_AGENT
from roku.client import Roku
from roku.destination import DESTINATION
from roku.groups import REMEMBERED, Groups
from roku.request import LIMITS
from roku.settings import Path
from tests.bounds import BOUND
from tests.integration.keys import Keys
from tests.integration.wire import Step, answer, wire

KEY, GROUP = "key-canary", Routing("g")
EM = "f660ab912ec121d1b1e928a0bb4bc61b15f5ad44d5efdc4e1c92a25e99b8e44a"  # the vendor page's example
NOW = 1_767_225_600.0  # 2026-01-01T00:00:00Z
OK = b'{"code":200,"description":"all events were processed","events_received":1,"failed_events":[]}'


def line(event_id: str, **fields: object) -> str:
    """A finished event that Roku takes."""
    event = {"event_id": event_id, "event_name": "LEAD", "event_type": "conversion", "event_time": int(NOW)}
    return json.dumps(event | {"user_data": {"is_hashed": True, "em": EM}} | fields, separators=(",", ":"))


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with open_session() as opened:
        yield opened


@pytest.fixture
def sandbox() -> Iterator[RokuSandbox]:
    with RokuSandbox(keys={KEY: ["*"]}, clock=lambda: NOW) as running:
        yield running


def roku(url: str, session: requests.Session, keys: Keys | None = None, **options: Any) -> Destination:
    """The client under test; no test waits for its real time-outs."""
    path: Path = options.pop("path", "/v1/events")
    timeout = options.pop("timeout", (BOUND, BOUND))
    client = Roku(
        url=url, path=path, keys=keys or Keys(KEY, KEY), session=session, now=lambda: NOW, timeout=timeout, **options
    )
    return replace(DESTINATION, post=client.post)


def post(client: Destination, *lines: str, routing: Routing = GROUP) -> Answer:
    """One request with these events."""
    return client.post(routing, client.assemble(routing, lines or [line("1")]))


def is_lost(given: Answer, *, ambiguous: bool) -> bool:
    """Whether there was no answer, and the reason gives neither key nor address away."""
    assert given.failure
    assert "canary" not in given.failure
    assert "127.0.0.1" not in given.failure
    return given.status is None and given.ambiguous is ambiguous and not given.setup


# --- the request ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/v1/events", "/v1/test_events"])
def test_the_request_has_the_documented_headers_and_the_bytes_it_was_given(
    path: Path, session: requests.Session
) -> None:
    with wire(Step(answer(OK))) as server:
        client = roku(server.url + "/", session, path=path)
        body = client.assemble(GROUP, [line("1", referrer_url="https://example.com/é")])
        client.post(GROUP, body)
        ((head, sent),) = server.requests
    first, *rest = head.decode("ascii").splitlines()
    assert first == f"POST {path} HTTP/1.1"
    assert dict(header.split(": ", 1) for header in rest) == {
        "Host": server.url.removeprefix("http://"),
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "Authorization": f"Bearer {KEY}",
        "Content-Length": str(len(body)),
        "Content-Type": "application/json",
        "User-Agent": USER_AGENT,
    }
    assert USER_AGENT.startswith("roku-conversions-relay/")
    assert sent == body


def test_proxies_and_netrc_of_the_environment_are_ignored(
    session: requests.Session, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login a password b")
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with wire(Step(answer(OK))) as server:
        assert post(roku(server.url, session)).status == 200
        assert b"Authorization: Bearer" in server.requests[0][0]


def test_cookies_are_not_sent_back(session: requests.Session) -> None:
    with wire(Step(answer(OK, "Set-Cookie: AWSALB=1; Path=/")), Step(answer(OK))) as server:
        client = roku(server.url, session)
        post(client)
        post(client)
        assert not any(b"cookie" in head.lower() for head, _ in server.requests)


def test_the_time_outs_are_explicit_and_within_what_a_request_may_take() -> None:
    connect, read = TIMEOUT
    assert 0 < connect < read
    assert connect + read <= LIMITS.seconds


def test_a_request_of_exactly_the_limit_is_taken_and_one_byte_more_is_refused_whole(
    sandbox: RokuSandbox, session: requests.Session
) -> None:
    client = roku(sandbox.url, session)
    filler = "x" * 960
    lines = [line(str(n), referrer_url=f"https://e.example/{filler}") for n in range(800)]
    rest = LIMITS.bytes - len(client.assemble(GROUP, lines)) - 1
    last = line("last", referrer_url="https://e.example/")
    lines.append(line("last", referrer_url="https://e.example/" + "x" * (rest - len(last))))
    assert len(client.assemble(GROUP, lines)) == 1_000_000
    assert client.read(post(client, *lines), lines) == [Delivered()] * 801
    lines[0] = lines[0].replace("https://e.example/x", "https://e.example/xx")
    assert post(client, *lines).status == 413


# --- connections ------------------------------------------------------------------------------------------------------


def chunked(body: bytes) -> bytes:
    """The body in two chunks."""
    half = len(body) // 2
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:half], body[half:], b""))


@pytest.mark.parametrize(
    "first",
    [
        answer(OK),
        answer(chunked(OK), "Transfer-Encoding: chunked"),
        answer(gzip.compress(OK), "Content-Encoding: gzip"),
        answer(b"", status="503 Service Unavailable"),
        answer(b'{"code":401}', status="401 Unauthorized"),
    ],
)
def test_one_connection_serves_request_after_request(first: bytes, session: requests.Session) -> None:
    with wire(Step(first), Step(answer(OK)), Step(answer(OK))) as server:
        client = roku(server.url, session)
        post(client)
        assert [post(client).status, post(client).status] == [200, 200]
        assert (server.connections, len(server.requests)) == (1, 3)


def test_a_connection_that_was_closed_in_between_is_replaced(session: requests.Session) -> None:
    with wire(Step(answer(OK), then="close"), Step(answer(OK))) as server:
        client = roku(server.url, session)
        assert post(client).status == 200
        assert server.closed.wait(BOUND)
        assert post(client).status == 200
        assert server.connections == 2


def test_twenty_requests_at_once_share_the_session(sandbox: RokuSandbox, session: requests.Session) -> None:
    client = roku(sandbox.url, session)
    with ThreadPoolExecutor(20) as pool:
        statuses = list(pool.map(lambda n: post(client, line(str(n))).status, range(100)))
    assert statuses == [200] * 100
    assert sandbox.counts()["conversions"] == 100


# --- the answer -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "raw",
    [
        answer(OK),
        answer(chunked(OK), "Transfer-Encoding: chunked"),
        answer(gzip.compress(OK), "Content-Encoding: gzip"),
        answer(chunked(gzip.compress(OK)), "Content-Encoding: gzip", "Transfer-Encoding: chunked"),
        b"HTTP/1.1 100 Continue\r\n\r\n" + answer(OK),
    ],
)
def test_the_body_is_read_whole_and_decoded(raw: bytes, session: requests.Session) -> None:
    with wire(Step(raw)) as server:
        assert post(roku(server.url, session)) == Answer(status=200, body=OK)


def test_an_answer_that_ends_with_its_connection_is_whole(session: requests.Session) -> None:
    with wire(Step(b"HTTP/1.1 200 OK\r\n\r\n" + OK, then="close")) as server:
        assert post(roku(server.url, session)) == Answer(status=200, body=OK)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"HTTP/1.1 20",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        answer(OK[:50], f"Content-Length: {len(OK)}"),
        answer(gzip.compress(OK)[:50], "Content-Encoding: gzip", f"Content-Length: {len(gzip.compress(OK))}"),
        answer(chunked(OK)[:-5], "Transfer-Encoding: chunked"),
        answer(chunked(OK)[:20], "Transfer-Encoding: chunked"),
        answer(b"zz\r\nno chunk", "Transfer-Encoding: chunked"),
        answer(b"no gzip", "Content-Encoding: gzip"),
        b"220 mail.example ESMTP\r\n",
        answer(OK, *(f"X-{n}: 1" for n in range(200))),
        answer(OK, "X-Long: " + "x" * 70_000),
    ],
)
@pytest.mark.parametrize("then", ["close", "reset"])
def test_a_broken_answer_means_perhaps_taken(raw: bytes, then: Any, session: requests.Session) -> None:
    with wire(Step(raw, then)) as server:
        client = roku(server.url, session)
        given = post(client)
        assert len(server.requests) == 1  # nothing is sent twice behind our back
    assert given.failure or given.body == b""
    assert "127.0.0.1" not in given.failure
    (outcome,) = client.read(given, [line("1")])
    assert isinstance(outcome, Retry)
    assert outcome.ambiguous


def test_an_answer_without_end_is_cut_off(session: requests.Session) -> None:
    bomb = gzip.compress(b" " * (LONGEST_ANSWER + 1_000_000))
    with wire(Step(answer(bomb, "Content-Encoding: gzip")), Step(answer(OK))) as server:
        client = roku(server.url, session)
        given = post(client)
        assert len(given.body) == LONGEST_ANSWER
        (outcome,) = client.read(given, [line("1")])
        assert isinstance(outcome, Retry)
        assert outcome.ambiguous
        assert post(client).status == 200


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("location", ["/elsewhere", "http://127.0.0.1:9/", "http://[", "", "ftp://\xff"])
def test_redirects_are_not_followed(status: int, location: str, session: requests.Session) -> None:
    with wire(Step(answer(b"moved", f"Location: {location}", status=f"{status} Moved"))) as server:
        client = roku(server.url, session)
        (outcome,) = client.read(post(client), [line("1")])
        assert len(server.requests) == 1
    assert isinstance(outcome, Retry)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_reported_as_a_wrong_address(status: int, session: requests.Session) -> None:
    with wire(Step(answer(b"moved", "Location: /elsewhere", status=f"{status} Moved"))) as server:
        given = post(roku(server.url, session))
    assert given.status == status


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        (" 120 ", 120.0),
        ("0", 0.0),
        ("9" * 400, 999_999_999.0),
        (email.utils.formatdate(NOW + 90, usegmt=True), 90.0),
        (email.utils.formatdate(NOW - 90, usegmt=True), 0.0),
        ("Thu, 01 Jan 2026 01:00:00 +0100", 0.0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("Fri, 99 Foo 2026 00:00:00 GMT", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(
    value: str, seconds: float | None, session: requests.Session
) -> None:
    with wire(Step(answer(b"", f"Retry-After: {value}", status="429 Too Many Requests"))) as server:
        given = post(roku(server.url, session))
    assert (given.status, given.failure) == (429, "")
    assert given.retry_after == seconds


# --- no answer --------------------------------------------------------------------------------------------------------


def test_a_refused_connection_took_nothing(session: requests.Session) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert is_lost(post(roku(f"http://127.0.0.1:{port}", session)), ambiguous=False)


@pytest.mark.parametrize(("drop", "taken"), [("before", 0), ("after", 1)])
def test_a_connection_that_breaks_may_have_brought_the_event(
    drop: str, taken: int, sandbox: RokuSandbox, session: requests.Session
) -> None:
    sandbox.set_faults({"drop": drop, "times": 1})
    client = roku(sandbox.url, session)
    assert is_lost(post(client), ambiguous=True)
    assert len(sandbox.events()) == taken
    assert post(client).status == 200
    assert len(sandbox.requests()) == 2


def test_no_answer_in_time_means_perhaps_taken(sandbox: RokuSandbox, session: requests.Session) -> None:
    sandbox.set_faults({"delay": 3_600})
    client = roku(sandbox.url, session, timeout=(BOUND, 0.05))
    assert is_lost(post(client), ambiguous=True)


@pytest.mark.parametrize("begun", [b"HTTP/1.1 200", answer(OK[:10], f"Content-Length: {len(OK)}")])
def test_an_answer_that_stops_coming_means_perhaps_taken(begun: bytes, session: requests.Session) -> None:
    with wire(Step(begun, then="silent")) as server:
        assert is_lost(post(roku(server.url, session, timeout=(BOUND, 0.05))), ambiguous=True)


@pytest.mark.parametrize(
    ("error", "ambiguous"),
    [
        (requests.exceptions.ConnectTimeout("canary"), False),
        (requests.exceptions.ReadTimeout("canary"), True),
        (requests.exceptions.SSLError("canary"), True),  # perhaps only after the request was sent
        (requests.exceptions.ConnectionError("canary"), True),
        (requests.exceptions.ConnectionError(), True),
        (requests.exceptions.ChunkedEncodingError("canary"), True),
        (requests.exceptions.InvalidHeader("canary"), True),
        (OSError("canary"), True),
        (UnicodeError("canary"), True),
    ],
)
def test_every_fault_of_the_transport_is_an_answer(
    error: Exception, ambiguous: bool, session: requests.Session
) -> None:
    class Failing(BaseAdapter):
        def send(self, *_: Any, **__: Any) -> requests.Response:
            raise error

        def close(self) -> None:
            """Hold nothing."""

    session.mount("http://", Failing())
    assert is_lost(post(roku("http://127.0.0.1:9", session)), ambiguous=ambiguous)


# --- partners ---------------------------------------------------------------------------------------------------------

PARTNER = Routing("g", "p")


def asked(sandbox: RokuSandbox) -> list[tuple[object, object]]:
    """The path and the status of each request."""
    return [(request["path"], request["status"]) for request in sandbox.requests()]


@pytest.mark.parametrize("path", ["/v1/events", "/v1/test_events"])
def test_403_is_the_partners_if_roku_takes_the_group_without_it(
    path: Path, sandbox: RokuSandbox, session: requests.Session
) -> None:
    sandbox.set_faults({"forbidden_partners": ["p"]})
    client = roku(sandbox.url, session, path=path)
    lines = [line("1", partner_name="p"), line("2", partner_name="p")]
    for _ in range(2):
        for outcome in client.read(post(client, *lines, routing=PARTNER), lines):
            assert isinstance(outcome, Rejected)
            assert outcome.status == 403
            assert "partner_name" in outcome.reason
    # Asked once, with one event; nothing of it counts.
    assert asked(sandbox) == [(path, 403), ("/v1/test_events", 200), (path, 403)]
    assert [request["count"] for request in sandbox.requests()] == [2, 1, 2]
    assert sandbox.events() == []
    assert post(client, line("3")).status == 200


def test_403_is_the_keys_if_roku_refuses_the_group_without_the_partner_too(
    sandbox: RokuSandbox, session: requests.Session
) -> None:
    sandbox.set_keys({KEY: ["other"]})
    client = roku(sandbox.url, session)
    (outcome,) = client.read(post(client, line("1", partner_name="p"), routing=PARTNER), [line("1")])
    assert isinstance(outcome, Retry)
    assert (outcome.setup, outcome.status) == (True, 403)
    assert asked(sandbox) == [("/v1/events", 403), ("/v1/test_events", 403)]


@pytest.mark.parametrize(
    "second",
    [
        Step(answer(b"", status="500 Oops")),
        Step(answer(b"", status="404 Not Found")),
        Step(answer(b"", status="429 Slow down")),
        Step(answer(b"", status="301 Moved")),
        Step(b"", then="close"),
    ],
)
def test_without_a_clear_answer_nothing_is_said_against_the_partner(second: Step, session: requests.Session) -> None:
    with wire(Step(answer(b"", status="403 Forbidden")), second) as server:
        given = post(roku(server.url, session), line("1", partner_name="p"), routing=PARTNER)
        assert len(server.requests) == 2
    assert (given.status, given.partner_refused) == (403, False)


@pytest.mark.parametrize("status", ["200 OK", "210 Partial", "400 Bad Request"])
def test_an_answer_about_the_event_means_that_the_group_is_taken(status: str, session: requests.Session) -> None:
    with wire(Step(answer(b"", status="403 Forbidden")), Step(answer(b"", status=status))) as server:
        given = post(roku(server.url, session), line("1", partner_name="p"), line("2"), routing=PARTNER)
        sent = json.loads(server.requests[1][1])
    assert given.partner_refused
    assert sent == {"event_group_id": "g", "events": [json.loads(line("1"))]}


def test_nothing_is_asked_without_a_partner_or_after_another_refusal(session: requests.Session) -> None:
    steps = [Step(answer(b"", status=status)) for status in ("403 Forbidden", "401 Unauthorized", "404 Not Found")]
    with wire(*steps) as server:
        client = roku(server.url, session)
        post(client)
        post(client, routing=PARTNER)
        post(client, routing=PARTNER)
        assert len(server.requests) == 3


def test_each_group_is_asked_about_once_in_five_minutes_however_many_partners_are_refused() -> None:
    clock, questions = [NOW], []

    def ask() -> Answer:
        questions.append(clock[0])
        return Answer(status=200)

    groups = Groups(lambda: clock[0])
    with ThreadPoolExecutor(20) as pool:
        assert all(pool.map(lambda _: groups.is_open(GROUP, ask), range(50)))
    assert questions == [NOW]
    clock[0] += REMEMBERED
    assert groups.is_open(GROUP, ask)
    assert groups.is_open(Routing("h"), ask)
    assert len(questions) == 3


@pytest.mark.parametrize(
    ("wording", "expected"),
    [
        ("unfamiliar", Delivered(unfamiliar=True)),
        ("empty", Retry("Roku answered 200 with a body that cannot be read", 200, ambiguous=True)),
    ],
)
def test_a_success_in_another_form_is_one_and_an_empty_one_is_none(
    wording: str, expected: Outcome, sandbox: RokuSandbox, session: requests.Session
) -> None:
    sandbox.set_faults({"wording": wording})
    client = roku(sandbox.url, session)
    assert client.read(post(client), [line("1")]) == [expected]
    assert len(sandbox.events()) == 1


def test_a_success_without_a_body_counts_if_an_operator_says_so(session: requests.Session) -> None:
    client = roku("http://127.0.0.1:9", session)
    empty = Answer(status=200)
    (outcome,) = client.read(empty, ["{}"])
    assert outcome == Retry("Roku answered 200 with a body that cannot be read", 200, ambiguous=True)
    assert client.read(empty, ["{}"], empty_is_delivered=True) == [Delivered()]


# --- keys -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("faults", [{}, {"thin": "id"}])
def test_a_rotated_key_heals_within_the_call(
    faults: dict[str, str], sandbox: RokuSandbox, session: requests.Session
) -> None:
    sandbox.set_faults(faults)
    keys = Keys(now="old-canary", then=KEY)
    client = roku(sandbox.url, session, keys)
    assert post(client).status == 200
    assert [request["status"] for request in sandbox.requests()] == [401, 200]
    assert post(client).status == 200
    assert keys.rereads == 1


def test_a_key_of_another_account_heals_too(sandbox: RokuSandbox, session: requests.Session) -> None:
    sandbox.set_keys({"of-another": ["other"], KEY: ["g"]})
    assert post(roku(sandbox.url, session, Keys('{"g": "of-another"}', json.dumps({"g": KEY})))).status == 200
    assert [request["status"] for request in sandbox.requests()] == [403, 200]


@pytest.mark.parametrize(("faults", "status"), [({"revoked": True}, 401), ({"forbidden_partners": ["p"]}, 403)])
def test_a_key_that_is_still_the_same_is_not_tried_again(
    faults: dict[str, object], status: int, sandbox: RokuSandbox, session: requests.Session
) -> None:
    sandbox.set_faults(faults)
    keys = Keys(KEY, KEY)
    assert post(roku(sandbox.url, session, keys), line("1", partner_name="p")).status == status
    assert len(sandbox.requests()) == 1
    assert keys.rereads == 1


@pytest.mark.parametrize(
    ("now", "then", "asked"),
    [(None, None, 0), ("", "", 0), ('{"other": "canary"}', "", 0), ("old", None, 1), ("old", "{}", 1)],
)
def test_without_a_key_nothing_is_sent_and_the_operator_is_told(
    now: str | None, then: str | None, asked: int, sandbox: RokuSandbox, session: requests.Session
) -> None:
    client = roku(sandbox.url, session, Keys(now, then))
    given = post(client)
    assert (given.status, given.setup, given.ambiguous) == (None, True, False)
    assert "secret" in given.failure
    assert "canary" not in given.failure
    assert len(sandbox.requests()) == asked
    assert client.read(given, ["{}"]) == [Retry(given.failure, setup=True)]


# --- client, answer and splitting together ----------------------------------------------------------------------------


@pytest.mark.parametrize("thin", [None, "id", "name", "none"])
@pytest.mark.parametrize("refused", [(), (3,), (0, 1, 6), tuple(range(7))])
def test_the_sandbox_and_we_agree_on_every_event_however_thin_its_answers(
    thin: str | None, refused: tuple[int, ...], sandbox: RokuSandbox, session: requests.Session
) -> None:
    refuse = {str(n): {"custom_data.value": f"refused {n}"} for n in refused}
    sandbox.set_faults({"refuse": refuse} | ({"thin": thin} if thin else {}))
    load = Load(GROUP, [line(str(n)) for n in range(7)])
    client = roku(sandbox.url, session)
    with ThreadPoolExecutor(4) as pool:
        (outcomes,) = send([load], client, now=time.time, time_left=lambda: 60.0, executor=pool)
    status = [getattr(outcome, "status", None) for outcome in outcomes]
    expected: list[Outcome] = [
        Rejected(f"custom_data.value: refused {n}", status[n]) if n in refused else Delivered() for n in range(7)
    ]
    assert outcomes == expected
    assert {event["event_id"] for event in sandbox.events()} == {str(n) for n in range(7) if n not in refused}
    assert len(sandbox.requests()) <= 2 * 7 - 1


def test_an_answer_that_breaks_off_after_the_events_were_taken_is_repeated_soon(
    sandbox: RokuSandbox, session: requests.Session
) -> None:
    sandbox.set_faults({"malformed": True})
    client = roku(sandbox.url, session)
    (outcome,) = client.read(post(client), [line("1")])
    assert isinstance(outcome, Retry)
    assert outcome.ambiguous
    assert len(sandbox.events()) == 1
