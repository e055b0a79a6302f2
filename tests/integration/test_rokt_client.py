"""The Rokt client over real sockets: the sandbox for what the documents say, bare sockets for the request itself.

What the transport can do to an answer is `pipeline.aws.http`'s, and tested with the Roku client.
"""

import base64
import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
import requests

from local.rokt_sandbox import RoktSandbox
from pipeline.aws.http import TIMEOUT, open_session
from pipeline.contract.destination import Answer, Destination, Prepared, Routing
from pipeline.contract.outcome import Delivered, Outcome, Rejected, Retry
from pipeline.delivery.ask import send
from pipeline.delivery.unsent import Load
from pipeline.values.version import USER_AGENT
from rokt.client import Rokt
from rokt.destination import declared
from rokt.event import prepare
from rokt.request import LIMITS
from rokt.settings import Api, Settings
from tests.bounds import BOUND
from tests.integration.keys import Keys
from tests.integration.wire import Step, answer, wire

NOW = 1_767_225_600.0  # 2026-01-01T00:00:00Z
GROUP = Routing("shop_us")
PAIRS: dict[Api, str] = {"conversions": "key-canary:secret-canary", "events": "rpub-canary:rsec-canary"}
APIS: list[Api] = ["conversions", "events"]


def settings(api: Api, url: str = "") -> Settings:
    """The settings of one API, with personal data hashed."""
    return Settings(api=api, account_id="12345" if api == "events" else "", base_url=url)


def line(api: Api, event_id: str, event_name: str = "LEAD", **fields: Any) -> str:
    """A finished event."""
    posted = {"event_id": event_id, "event_name": event_name, "event_time": int(NOW), "user_data": {"em": "a@b.co"}}
    made = prepare(posted | fields, group=GROUP.event_group_id, now=NOW, settings=settings(api))
    assert isinstance(made, Prepared)
    return made.line.decode()


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with open_session() as opened:
        yield opened


@pytest.fixture(params=APIS)
def sandbox(request: pytest.FixtureRequest) -> Iterator[tuple[Api, RoktSandbox]]:
    api: Api = request.param
    with RoktSandbox(pairs=[PAIRS[api]], clock=lambda: NOW, api=api, account_id="12345") as running:
        yield api, running


def rokt(api: Api, url: str, session: requests.Session, keys: Keys | None = None, **options: Any) -> Destination:
    """The client under test; no test waits for its real time-outs."""
    timeout = options.pop("timeout", (BOUND, BOUND))
    pair = keys or Keys(PAIRS[api], PAIRS[api])
    client = Rokt(settings=settings(api, url), keys=pair, session=session, now=lambda: NOW, timeout=timeout, **options)
    return replace(declared(settings(api, url)), post=client.post)


def post(client: Destination, *lines: str) -> Answer:
    """One request with these events."""
    return client.post(GROUP, client.assemble(GROUP, lines))


def sent(client: Destination, api: Api, *ids: str) -> list[Outcome]:
    """The outcomes of these events, sent in one message."""
    load = Load(GROUP, [line(api, event_id) for event_id in ids])
    with ThreadPoolExecutor(4) as pool:
        (outcomes,) = send([load], client, now=time.time, time_left=lambda: 60.0, executor=pool)
    return outcomes


# --- the request ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("api", "count", "path"),
    [("conversions", 1, "/v2/events"), ("conversions", 2, "/v2/bulkevents"), ("events", 2, "/v2/events")],
)
def test_the_request_has_the_documented_headers_and_the_bytes_it_was_given(
    api: Api, count: int, path: str, session: requests.Session
) -> None:
    with wire(Step(answer(b"", status="202 Accepted"))) as server:
        client = rokt(api, server.url + "/", session)
        body = client.assemble(GROUP, [line(api, str(n), custom_data={"content_name": "é"}) for n in range(count)])
        client.post(GROUP, body)
        ((head, received),) = server.requests
    first, *rest = head.decode("ascii").splitlines()
    own = {"Charset": "utf-8", "Rokt-Version": "2020-05-21"} if api == "events" else {}
    assert first == f"POST {path} HTTP/1.1"
    assert dict(header.split(": ", 1) for header in rest) == own | {
        "Host": server.url.removeprefix("http://"),
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "Authorization": "Basic " + base64.b64encode(PAIRS[api].encode()).decode(),
        "Content-Length": str(len(body)),
        "Content-Type": "application/json",
        "User-Agent": USER_AGENT,
    }
    assert received == body


def test_a_request_ends_within_what_its_limits_say() -> None:
    connect, read = TIMEOUT
    assert connect + read + read <= LIMITS.seconds


def test_the_client_says_of_itself_what_the_pipeline_asks(session: requests.Session) -> None:
    client = rokt("conversions", "http://127.0.0.1:9", session)
    assert (client.name, client.limits.events, client.overhead(GROUP)) == ("rokt", 100, 2)
    assert client.identify(json.loads(line("conversions", "7"))) == ("7", "LEAD")


def test_a_hundred_events_are_taken_and_one_more_or_more_bytes_are_refused(
    sandbox: tuple[Api, RoktSandbox], session: requests.Session
) -> None:
    api, running = sandbox
    client = rokt(api, running.url, session)
    lines = [line(api, str(n)) for n in range(101)]
    assert client.read(post(client, *lines[:100]), lines[:100]) == [Delivered()] * 100
    assert post(client, *lines).status == 400
    large = [line(api, f"large-{n}", attributes={"note": "x" * 4_000}) for n in range(60)]
    assert post(client, *large).status == 413


# --- answers ----------------------------------------------------------------------------------------------------------


def test_what_is_delivered_counts_once_however_often_it_is_sent(
    sandbox: tuple[Api, RoktSandbox], session: requests.Session
) -> None:
    api, running = sandbox
    client = rokt(api, running.url, session)
    assert sent(client, api, "a", "b", "c") == [Delivered()] * 3
    assert sent(client, api, "a", "b", "c") == [Delivered()] * 3
    assert sent(client, api, "c", "d") == [Delivered()] * 2
    assert sorted(str(event["event_id"]) for event in running.events()) == ["a", "b", "c", "d"]


def test_contact_and_lead_of_one_call_both_count(sandbox: tuple[Api, RoktSandbox], session: requests.Session) -> None:
    api, running = sandbox
    client = rokt(api, running.url, session)
    lines = [line(api, "call-1", "CONTACT"), line(api, "call-1", "LEAD")]
    for one in lines:
        assert client.read(post(client, one), [one]) == [Delivered()]
    assert running.counts()["conversions"] == 2


@pytest.mark.parametrize("naming", [None, "position", "none"])
@pytest.mark.parametrize("echo", [False, True])
@pytest.mark.parametrize("refused", [(), (3,), (0, 1, 6), tuple(range(7))])
def test_the_sandbox_and_we_agree_on_every_event_however_its_errors_name_it(
    naming: str | None,
    echo: bool,
    refused: tuple[int, ...],
    sandbox: tuple[Api, RoktSandbox],
    session: requests.Session,
) -> None:
    api, running = sandbox
    faults: dict[str, object] = {"refuse": {f"e{n}": "is not plausible" for n in refused}, "echo": echo}
    running.set_faults(faults | ({"naming": naming} if naming else {}))
    outcomes = sent(rokt(api, running.url, session), api, *(f"e{n}" for n in range(7)))
    assert [isinstance(outcome, Rejected) for outcome in outcomes] == [n in refused for n in range(7)]
    for outcome in outcomes:
        if isinstance(outcome, Rejected):
            assert "is not plausible" in outcome.reason
            assert "[redacted]" not in outcome.reason
            assert "a@b" not in outcome.reason
        else:
            assert outcome == Delivered()
    assert {event["event_id"] for event in running.events()} == {f"e{n}" for n in range(7) if n not in refused}
    assert len(running.requests()) <= 2 * 7 - 1


def test_a_request_of_which_all_events_are_wrong_names_them(session: requests.Session) -> None:
    with RoktSandbox(pairs=[PAIRS["conversions"]], clock=lambda: NOW) as running:
        running.set_faults({"refuse": {"1": "bad", "2": "bad"}})
        outcomes = sent(rokt("conversions", running.url, session), "conversions", "1", "2")
        assert [type(outcome) for outcome in outcomes] == [Rejected, Rejected]
        assert [request["status"] for request in running.requests()] == [400]


@pytest.mark.parametrize(
    ("faults", "taken", "expected"),
    [
        ({"status": 429, "headers": {"Retry-After": "7"}}, 0, {"after": 7.0, "ambiguous": False}),
        ({"status": 500}, 0, {"after": None, "ambiguous": True}),
        ({"malformed": True}, 1, {"after": None, "ambiguous": True}),
        ({"drop": "before"}, 0, {"after": None, "ambiguous": True}),
        ({"drop": "after"}, 1, {"after": None, "ambiguous": True}),
        ({"revoked": True}, 0, {"after": None, "ambiguous": False}),
    ],
)
def test_what_passes_is_tried_again_and_counts_once(
    faults: dict[str, object],
    taken: int,
    expected: dict[str, object],
    sandbox: tuple[Api, RoktSandbox],
    session: requests.Session,
) -> None:
    api, running = sandbox
    running.set_faults(faults | {"times": 1})
    client = rokt(api, running.url, session)
    (outcome,) = sent(client, api, "a")
    assert isinstance(outcome, Retry)
    assert {"after": outcome.after, "ambiguous": outcome.ambiguous} == expected
    assert "canary" not in outcome.reason
    assert "127.0.0.1" not in outcome.reason
    assert len(running.events()) == taken
    assert sent(client, api, "a") == [Delivered()]
    assert len(running.events()) == 1


def test_no_answer_in_time_means_perhaps_taken(sandbox: tuple[Api, RoktSandbox], session: requests.Session) -> None:
    api, running = sandbox
    running.set_faults({"delay": 3_600})
    (outcome,) = sent(rokt(api, running.url, session, timeout=(BOUND, 0.05)), api, "a")
    assert isinstance(outcome, Retry)
    assert outcome.ambiguous


# --- keys -------------------------------------------------------------------------------------------------------------


def test_a_rotated_pair_heals_within_the_call(sandbox: tuple[Api, RoktSandbox], session: requests.Session) -> None:
    api, running = sandbox
    key, _, secret = PAIRS[api].partition(":")
    keys = Keys(f"{key}-old:{secret}", json.dumps({"key": key, "secret": secret}))
    client = rokt(api, running.url, session, keys)
    assert sent(client, api, "a") == [Delivered()]
    assert [request["status"] for request in running.requests()] == [403, 200 if api == "events" else 202]
    assert keys.rereads == 1


@pytest.mark.parametrize("now", [None, "", "canary", '{"key": "canary"}'])
def test_without_a_pair_nothing_is_sent_and_the_operator_is_told(
    now: str | None, sandbox: tuple[Api, RoktSandbox], session: requests.Session
) -> None:
    api, running = sandbox
    client = rokt(api, running.url, session, Keys(now, now))
    (outcome,) = sent(client, api, "a")
    assert isinstance(outcome, Retry)
    assert outcome.setup
    assert "secret" in outcome.reason
    assert "canary" not in outcome.reason
    assert running.requests() == []


def test_an_account_that_is_not_the_keys_is_a_matter_for_the_operator(session: requests.Session) -> None:
    with RoktSandbox(pairs=[PAIRS["events"]], clock=lambda: NOW, api="events", account_id="other") as running:
        (outcome,) = sent(rokt("events", running.url, session), "events", "a")
    assert isinstance(outcome, Retry)
    assert (outcome.setup, outcome.status) == (True, 403)
