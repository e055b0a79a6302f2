"""The sandbox over HTTP: Roku's documented answers to Roku's documented requests, and every fault it can be told."""

import http.client
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests

from local.roku_sandbox import RokuSandbox
from tests.bounds import BOUND
from tests.unit import test_vendor_examples as vendors
from tests.unit.test_vendor_examples import EM

KEY, GROUP = "key-of-tests", "example_website_123"
NOW = 1_767_225_600
# The first two requests of Roku's page, word for word; both answers there are "all events were processed".
PURCHASE: dict[str, Any] = json.loads(vendors.PURCHASE)["events"][0]
ADD_TO_CART: dict[str, Any] = json.loads(vendors.ADD_TO_CART)["events"][0]
# The page quotes of its two refusals only what failed; what these events need besides is filled in.
NAMELESS = {"event_id": "error_event_id", "event_type": "conversion", "event_time": 1621436800, "user_data": {}}
MISNAMED = {
    "event_name": "INVALID_EVENT",
    "event_type": "conversion",
    "event_time": 1621436800,
    "user_data": {"is_hashed": True, "em": EM},
}
OK = {"code": 200, "description": "all events were processed", "events_received": 1, "failed_events": []}


class Clock:
    """Time that passes only when a test says so, in epoch seconds."""

    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


class Client:
    """One connection to a sandbox that stays open from call to call."""

    def __init__(self, sandbox: RokuSandbox) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", sandbox.port, timeout=BOUND)

    def send(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, bytes, http.client.HTTPMessage]:
        self.connection.request(method, path, body, headers or {})
        response = self.connection.getresponse()
        return response.status, response.read(), response.headers

    def post(self, content: object, path: str = "/v1/events", **headers: str | None) -> tuple[int, Any]:
        named = {
            "authorization": f"Bearer {KEY}",
            "accept": "application/json",
            "content-type": "application/json; charset=utf-8",
        } | {name.replace("_", "-"): value for name, value in headers.items()}
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        status, text, _ = self.send("POST", path, body, {k: v for k, v in named.items() if v is not None})
        return status, json.loads(text)

    def events(self, *events: object, group: str = GROUP, path: str = "/v1/events") -> tuple[int, Any]:
        return self.post({"event_group_id": group, "events": list(events)}, path)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sandbox(clock: Clock) -> Iterator[RokuSandbox]:
    with RokuSandbox(keys={KEY: [GROUP, "second"], "all": ["*"]}, clock=clock) as running:
        yield running


@contextmanager
def connected(sandbox: RokuSandbox) -> Iterator[Client]:
    client = Client(sandbox)
    try:
        yield client
    finally:
        client.connection.close()


@pytest.fixture
def client(sandbox: RokuSandbox) -> Iterator[Client]:
    with connected(sandbox) as client:
        yield client


def event(event_id: str, **fields: object) -> dict[str, Any]:
    return ADD_TO_CART | {"event_id": event_id} | fields


def until(holds: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(int(BOUND * 100)):
        if holds():
            return
        pause.wait(0.01)
    pytest.fail("what was waited for did not come")


@pytest.mark.parametrize("path", ["/v1/events", "/v1/test_events"])
@pytest.mark.parametrize(
    ("given", "answer"),
    [
        (PURCHASE, OK),
        (ADD_TO_CART, OK),
        (
            NAMELESS,
            {
                "event_name": "event_name is required",
                "user_data": "At least one user identifier is required",
            },
        ),
        (
            MISNAMED,
            {"event_name": "Invalid event name: INVALID_EVENT. Event name must be one of the supported values."},
        ),
    ],
)
def test_the_examples_of_the_page_get_the_answers_of_the_page(
    path: str, given: dict[str, Any], answer: dict[str, Any]
) -> None:
    with RokuSandbox(keys={KEY: [GROUP]}, profile="page") as sandbox, connected(sandbox) as client:
        refused = {
            "code": 400,
            "description": "all events failed",
            "events_received": 1,
            "failed_events": [given | {"errors": answer}],
        }
        expected = OK if answer is OK else refused
        assert client.events(given, path=path) == (expected["code"], expected)


def test_the_phone_of_the_page_is_the_digest_of_null_and_refused_when_strict(client: Client) -> None:
    status, answer = client.events(PURCHASE)
    assert status == 400
    assert list(answer["failed_events"][0]["errors"]) == ["user_data.ph"]


def test_partial_success_takes_the_valid_and_echoes_the_invalid(sandbox: RokuSandbox, client: Client) -> None:
    wrong = event("b", opt_out=True)
    status, answer = client.events(event("a"), wrong, event("c"))
    assert status == answer["code"] == 210
    assert answer["description"] == "some events could not be processed"
    assert answer["events_received"] == 3
    assert [failed | {"errors": None} for failed in answer["failed_events"]] == [wrong | {"errors": None}]
    assert list(answer["failed_events"][0]["errors"]) == ["opt_out"]
    assert [taken["event_id"] for taken in sandbox.events()] == ["a", "c"]
    assert sandbox.counts() == {"requests": 1, "received": 3, "refused": 1, "duplicates": 0, "conversions": 2}


@pytest.mark.parametrize(
    ("thin", "kept"), [("id", {"event_id": "b"}), ("name", {"event_name": "ADD_TO_CART"}), ("none", {})]
)
def test_failed_events_can_be_as_thin_as_in_the_examples(
    sandbox: RokuSandbox, client: Client, thin: str, kept: dict[str, str]
) -> None:
    sandbox.set_faults({"thin": thin, "refuse": {"b": {"event_id": "no"}}})
    _, answer = client.events(event("a"), event("b"))
    assert answer["failed_events"] == [kept | {"errors": {"event_id": "no"}}]


@pytest.mark.parametrize(
    ("authorization", "group", "status"),
    [
        (None, GROUP, 401),
        ("Bearer ", GROUP, 401),
        ("Bearer unknown", GROUP, 401),
        (f"Basic {KEY}", GROUP, 401),
        (KEY, GROUP, 401),
        (f"Bearer {KEY}", "not-its-own", 403),
        (f"Bearer {KEY}", "second", 200),
        ("Bearer all", "anything", 200),
    ],
)
def test_a_key_opens_its_own_event_groups(
    sandbox: RokuSandbox, client: Client, authorization: str | None, group: str, status: int
) -> None:
    body = {"event_group_id": group, "events": [ADD_TO_CART]}
    given, answer = client.post(body, authorization=authorization)
    assert (given, answer["code"], answer["failed_events"]) == (status, status, [])
    assert len(sandbox.events()) == (status == 200)
    assert sandbox.requests()[0]["key_ok"] is (status != 401)


def test_keys_can_be_replaced_while_it_runs(sandbox: RokuSandbox, client: Client) -> None:
    sandbox.set_keys({"new": [GROUP]})
    assert client.events(ADD_TO_CART)[0] == 401
    assert client.post({"event_group_id": GROUP, "events": [ADD_TO_CART]}, authorization="Bearer new")[0] == 200


@pytest.mark.parametrize("path", ["/", "/v1/events/", "/v2/events", "/v1/event"])
def test_other_paths_are_not_found(client: Client, path: str) -> None:
    assert client.events(ADD_TO_CART, path=path)[0] == 404


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_other_methods_are_not_allowed_and_the_connection_stays_open(client: Client, method: str) -> None:
    status, _, headers = client.send(method, "/v1/events")
    assert (status, headers["Allow"]) == (405, "POST")
    assert client.events(ADD_TO_CART)[0] == 200


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b'{"event_group_id": "example_website_123", "events": [NaN]}',
        {"event_group_id": GROUP, "events": []},
        {"event_group_id": GROUP, "events": [ADD_TO_CART] * 1001},
        {"event_group_id": GROUP, "events": [ADD_TO_CART], "is_hashed": True},
        {"events": [ADD_TO_CART]},
    ],
)
def test_a_wrong_body_is_refused_whole_and_nobody_is_named(sandbox: RokuSandbox, client: Client, content: Any) -> None:
    status, answer = client.post(content)
    assert (status, answer["code"], answer["failed_events"]) == (400, 400, [])
    assert answer["description"].startswith("Bad Request: ")
    assert sandbox.events() == []


@pytest.mark.parametrize("header", ["accept", "content_type"])
def test_both_headers_of_the_page_are_required(client: Client, header: str) -> None:
    status, answer = client.post({"event_group_id": GROUP, "events": [ADD_TO_CART]}, **{header: "text/plain"})
    assert status == 400
    assert "application/json is required" in answer["description"]


@pytest.mark.parametrize(("size", "status"), [(1_000_000, 200), (1_000_001, 413), (3_000_000, 413)])
def test_a_request_may_have_a_million_bytes(sandbox: RokuSandbox, client: Client, size: int, status: int) -> None:
    body = json.dumps({"event_group_id": GROUP, "events": [ADD_TO_CART]}).encode()
    assert client.post(body + b" " * (size - len(body)))[0] == status
    assert sandbox.requests()[0]["bytes"] == size
    assert client.events(event("next"))[0] == 200  # on the same connection


def test_a_body_of_unknown_length_is_not_taken(sandbox: RokuSandbox, client: Client) -> None:
    body = json.dumps({"event_group_id": GROUP, "events": [ADD_TO_CART]}).encode()
    client.connection.request("POST", "/v1/events", iter([body]))
    assert client.connection.getresponse().status == 411
    assert sandbox.events() == []


def test_test_events_are_judged_and_not_taken(sandbox: RokuSandbox, client: Client) -> None:
    assert client.events(ADD_TO_CART, path="/v1/test_events") == (200, OK)
    assert sandbox.events() == []
    assert sandbox.counts()["received"] == 0
    assert sandbox.requests()[0]["path"] == "/v1/test_events"


def test_an_event_counts_once_in_ten_minutes(sandbox: RokuSandbox, client: Client, clock: Clock) -> None:
    begin = clock.now
    client.events(event("a"), event("a"))
    client.events(event("a"), group="second")
    clock.now = begin + 600
    client.events(event("a"))
    clock.now = begin + 601
    client.events(event("a"))
    seen = [(taken["event_group_id"], taken["at"] - begin, taken["received"]) for taken in sandbox.events()]
    assert seen == [(GROUP, 0, 3), ("second", 0, 1), (GROUP, 601, 1)]
    assert sandbox.counts() == {"requests": 4, "received": 5, "refused": 0, "duplicates": 2, "conversions": 3}


def test_an_event_without_id_always_counts(sandbox: RokuSandbox, client: Client) -> None:
    nameless = {field: value for field, value in ADD_TO_CART.items() if field != "event_id"}
    client.events(nameless, nameless)
    assert [taken["event_id"] for taken in sandbox.events()] == [None, None]


def test_a_status_is_answered_as_often_as_told(sandbox: RokuSandbox, client: Client) -> None:
    sandbox.set_faults({"status": 503, "times": 2, "headers": {"Retry-After": "2"}})
    body = json.dumps({"event_group_id": GROUP, "events": [ADD_TO_CART]}).encode()
    for _ in range(2):
        status, _, headers = client.send("POST", "/v1/events", body)
        assert (status, headers["Retry-After"]) == (503, "2")
    assert sandbox.events() == []
    assert client.events(ADD_TO_CART) == (200, OK)
    assert [request["status"] for request in sandbox.requests()] == [503, 503, 200]


@pytest.mark.parametrize(("drop", "taken"), [("before", 0), ("after", 1)])
def test_a_dropped_connection_gives_no_answer(sandbox: RokuSandbox, client: Client, drop: str, taken: int) -> None:
    sandbox.set_faults({"drop": drop, "times": 1})
    with pytest.raises(http.client.RemoteDisconnected):
        client.events(ADD_TO_CART)
    assert len(sandbox.events()) == taken
    client.connection.close()
    assert client.events(ADD_TO_CART)[0] == 200
    assert [request["status"] for request in sandbox.requests()] == [None, 200]
    assert sandbox.counts()["conversions"] == 1


def test_a_malformed_answer_says_200_and_takes_the_events(sandbox: RokuSandbox, client: Client) -> None:
    sandbox.set_faults({"malformed": True})
    with pytest.raises(json.JSONDecodeError):
        client.events(ADD_TO_CART)
    assert sandbox.requests()[0]["status"] == 200
    assert len(sandbox.events()) == 1


def test_a_late_failure_says_500_and_takes_the_events(sandbox: RokuSandbox, client: Client) -> None:
    sandbox.set_faults({"failing": True, "times": 1})
    assert client.events(ADD_TO_CART)[0] == 500
    assert sandbox.requests()[0]["status"] == 500
    assert len(sandbox.events()) == 1
    assert client.events(ADD_TO_CART)[0] == 200


def test_only_requests_with_a_refused_event_use_up_the_times(sandbox: RokuSandbox, client: Client) -> None:
    sandbox.set_faults({"refuse": {"bad": {"custom_data.value": "too much"}}, "times": 2})
    assert client.events(event("good"))[0] == 200
    status, answer = client.events(event("good"), event("bad"))
    assert (status, answer["failed_events"]) == (210, [event("bad") | {"errors": {"custom_data.value": "too much"}}])
    assert sandbox.faults().times == 1
    assert client.events(event("bad"))[0] == 400
    assert client.events(event("bad"))[0] == 200


def test_a_key_can_be_revoked_and_a_partner_forbidden(sandbox: RokuSandbox, client: Client) -> None:
    sandbox.set_faults({"revoked": True})
    assert client.events(ADD_TO_CART)[0] == 401
    sandbox.set_faults({"forbidden_partners": ["Nobody"]})
    assert client.events(event("a"), event("b", partner_name="Nobody"))[0] == 403
    assert client.events(event("a"), event("b", partner_name="Somebody"))[0] == 200


def test_a_delay_ends_when_the_sandbox_stops(sandbox: RokuSandbox) -> None:
    sandbox.set_faults({"delay": 3600, "times": 1})
    ended = threading.Event()
    before = set(threading.enumerate())

    def wait_for_the_answer() -> None:
        with connected(sandbox) as waiting, pytest.raises((http.client.HTTPException, OSError)):
            waiting.events(ADD_TO_CART)
        ended.set()

    thread = threading.Thread(target=wait_for_the_answer)
    thread.start()
    until(lambda: sandbox.faults().times is None)
    assert not ended.is_set()
    sandbox.stop()
    assert ended.wait(BOUND)
    thread.join(BOUND)
    until(lambda: before.issuperset(threading.enumerate()))  # nor does a thread wait on
    assert sandbox.events() == []


def test_a_short_delay_only_delays(sandbox: RokuSandbox, client: Client) -> None:
    sandbox.set_faults({"delay": 0.01})
    assert client.events(ADD_TO_CART) == (200, OK)


def test_the_control_api_tells_and_asks_on_the_same_port(sandbox: RokuSandbox, client: Client) -> None:
    told = {"status": 500, "times": 3}
    status, text, _ = client.send("PUT", "/_control", json.dumps(told).encode())
    assert (status, json.loads(text)) == (200, told)
    assert client.events(ADD_TO_CART)[0] == 500
    assert json.loads(client.send("GET", "/_control")[1]) == {"status": 500, "times": 2}
    assert json.loads(client.send("DELETE", "/_control")[1]) == {}
    client.events(ADD_TO_CART)
    requests = json.loads(client.send("GET", "/_requests")[1])
    assert requests == sandbox.requests()
    assert [request["status"] for request in requests] == [500, 200]  # and none of the control API
    assert requests[1]["event_ids"] == ["test_event_id_456"]
    taken = json.loads(client.send("GET", "/_events")[1])
    assert taken == {"counts": sandbox.counts(), "events": sandbox.events()}
    assert taken["events"][0]["event"] == ADD_TO_CART


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("PUT", "/_control", b"{", 400),
        ("PUT", "/_control", b'{"surprise": 1}', 400),
        ("POST", "/_control", b"{}", 405),
        ("PUT", "/_events", b"{}", 405),
        ("GET", "/_else", None, 404),
    ],
)
def test_the_control_api_refuses_what_it_does_not_know(
    sandbox: RokuSandbox, client: Client, method: str, path: str, body: bytes | None, status: int
) -> None:
    sandbox.set_faults({"status": 503})
    assert client.send(method, path, body)[0] == status
    assert sandbox.faults().status == 503  # as it was


def test_many_at_once_are_counted_once(sandbox: RokuSandbox) -> None:
    statuses: list[int] = []

    def post_all() -> None:
        with connected(sandbox) as client:
            statuses.extend(client.events(event(str(number)))[0] for number in range(25))

    threads = [threading.Thread(target=post_all) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(BOUND)
    assert statuses == [200] * 200
    assert sandbox.counts() == {"requests": 200, "received": 200, "refused": 0, "duplicates": 175, "conversions": 25}
    assert {taken["received"] for taken in sandbox.events()} == {8}


def test_it_stops_for_open_connections_too_and_starts_again_where_it_was(sandbox: RokuSandbox, client: Client) -> None:
    assert client.events(event("a"))[0] == 200
    url = sandbox.url
    sandbox.stop()
    with pytest.raises((http.client.HTTPException, OSError)):
        client.events(event("b"))
    client.connection.close()
    with pytest.raises(ConnectionRefusedError):
        client.events(event("b"))
    sandbox.start()
    assert sandbox.url == url
    with pytest.raises(RuntimeError):
        sandbox.start()
    client.connection.close()
    assert client.events(event("c"))[0] == 200
    assert [taken["event_id"] for taken in sandbox.events()] == ["a", "c"]


def test_ringbas_printed_post_can_be_rehearsed_once_the_sandbox_is_told_to_be_lenient() -> None:
    event = {"event_name": "CONTACT", "event_type": "conversion", "event_time": NOW, "event_source": "phone_call"}
    event |= {"event_id": "RGB1", "partner_name": "Ringba", "user_data": {"ph": "5550100142"}}
    body = {"event_group_id": GROUP, "is_hashed": False, "events": [[event]]}
    # Ringba's guide calls the header Authentication.
    headers = {"Accept": "application/json", "Content-Type": "application/json", "Authentication": f"Bearer {KEY}"}
    with RokuSandbox(keys={KEY: [GROUP]}, clock=lambda: float(NOW)) as sandbox:
        url = f"{sandbox.url}/v1/events"
        assert requests.post(url, json=body, headers=headers, timeout=BOUND).status_code == 401
        told = requests.put(f"{sandbox.url}/_control", json={"profile": "lenient"}, timeout=BOUND)
        assert told.json() == {"profile": "lenient"}
        assert requests.post(url, json=body, headers=headers, timeout=BOUND).status_code == 200
        assert [one["event_id"] for one in sandbox.events()] == ["RGB1"]
        assert requests.put(f"{sandbox.url}/_control", json={"profile": "kind"}, timeout=BOUND).status_code == 400
