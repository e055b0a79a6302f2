"""The Rokt sandbox over HTTP: the documents' answers to the documents' requests, and its control API."""

import base64
import http.client
import json
from collections.abc import Iterator
from typing import Any

import pytest

from local.rokt_sandbox import RoktSandbox
from tests.bounds import BOUND
from tests.unit.test_rokt_sandbox_rules import EVENT, NOW, OBJECT, changed

PAIR = "key:secret"
JSON = "application/json"


def call(
    sandbox: RoktSandbox, method: str, path: str, content: object = None, **headers: str | None
) -> tuple[int, Any]:
    """One request on a connection of its own; headers that are None are left out."""
    named: dict[str, str | None] = {
        "authorization": "Basic " + base64.b64encode(PAIR.encode()).decode(),
        "content-type": JSON,
        "charset": "utf-8",
        "rokt-version": "2020-05-21",
    }
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    connection = http.client.HTTPConnection("127.0.0.1", sandbox.port, timeout=BOUND)
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    try:
        connection.request(method, path, body, {name: value for name, value in named.items() if value is not None})
        response = connection.getresponse()
        text = response.read()
    finally:
        connection.close()
    return response.status, json.loads(text) if text else None


@pytest.fixture
def conversions() -> Iterator[RoktSandbox]:
    with RoktSandbox(pairs=[PAIR], clock=lambda: float(NOW)) as running:
        yield running


@pytest.fixture
def events() -> Iterator[RoktSandbox]:
    with RoktSandbox(pairs=[PAIR], clock=lambda: float(NOW), api="events", account_id="12345") as running:
        yield running


def batch(*items: object) -> dict[str, Any]:
    """A body of the Event API."""
    return {"accountId": "12345", "events": list(items)}


def test_objects_that_are_right_get_202_and_an_empty_body(conversions: RoktSandbox) -> None:
    assert call(conversions, "POST", "/v2/events", OBJECT) == (202, None)
    second = changed(OBJECT, "source_request_id", "2")
    assert call(conversions, "POST", "/v2/bulkevents", [OBJECT, second]) == (202, None)
    assert conversions.counts() == {"requests": 2, "received": 3, "refused": 0, "duplicates": 1, "conversions": 2}


def test_some_wrong_objects_get_202_with_errors_and_the_others_are_taken(conversions: RoktSandbox) -> None:
    wrong = changed(OBJECT, "ip", "x")
    status, content = call(conversions, "POST", "/v2/bulkevents", [OBJECT, wrong])
    assert (status, len(content["errors"])) == (202, 1)
    assert "Path '[1].ip'" in content["errors"][0]["message"]
    assert conversions.counts()["conversions"] == 1


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v2/events", changed(OBJECT, "ip", "x")),
        ("/v2/events", [OBJECT]),
        ("/v2/bulkevents", OBJECT),
        ("/v2/bulkevents", []),
        ("/v2/bulkevents", [OBJECT] * 101),
        ("/v2/bulkevents", [changed(OBJECT, "ip", "x")]),
        ("/v2/events", b"{"),
    ],
)
def test_what_is_all_wrong_gets_400(path: str, body: object, conversions: RoktSandbox) -> None:
    assert call(conversions, "POST", path, body)[0] == 400
    assert conversions.counts()["conversions"] == 0


def test_an_event_of_the_event_api_is_taken_once_for_its_reference(events: RoktSandbox) -> None:
    def event(client_id: str, reference: str) -> dict[str, Any]:
        pairs = [*EVENT["objectData"], {"name": "confirmationref", "value": reference}]
        return changed(changed(EVENT, "objectData", pairs), "clientEventId", client_id)

    ok: dict[str, Any] = {"data": {"unprocessedRecords": []}}
    assert call(events, "POST", "/v2/events", batch(event("1", "A"))) == (200, ok)
    assert call(events, "POST", "/v2/events", batch(event("2", "A"))) == (409, None)
    assert call(events, "POST", "/v2/events", batch(event("3", "A"), event("4", "B"))) == (200, ok)
    assert events.counts()["conversions"] == 2


def test_a_wrong_event_comes_back_in_unprocessed_records(events: RoktSandbox) -> None:
    wrong = changed(EVENT, "objectData", [{"name": "firstname", "value": "john"}])
    status, content = call(events, "POST", "/v2/events", batch(EVENT, wrong))
    (record,) = content["data"]["unprocessedRecords"]
    assert (status, record["record"], record["error"]["code"]) == (200, wrong, "ValidationError")


def test_one_event_of_the_future_refuses_the_whole_request(events: RoktSandbox) -> None:
    late = changed(EVENT, "eventTime", "2026-01-01T00:05:01Z")
    status, content = call(events, "POST", "/v2/events", batch(EVENT, late))
    assert (status, content["data"]["code"]) == (400, "RequestValidationError")
    assert events.counts()["conversions"] == 0


@pytest.mark.parametrize("header", ["charset", "rokt_version"])
def test_the_event_api_asks_for_its_headers(header: str, events: RoktSandbox) -> None:
    headers: dict[str, str | None] = {header: None}
    assert call(events, "POST", "/v2/events", batch(EVENT), **headers)[0] == 400


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"authorization": None}, 401),
        ({"authorization": "Bearer key:secret"}, 401),
        ({"authorization": "Basic !"}, 401),
        ({"authorization": "Basic " + base64.b64encode(b"key:other").decode()}, 403),
        ({"content_type": "text/plain"}, 400),
    ],
)
def test_key_and_headers_come_before_the_events(
    headers: dict[str, str | None], status: int, conversions: RoktSandbox
) -> None:
    assert call(conversions, "POST", "/v2/events", OBJECT, **headers)[0] == status


def test_other_paths_and_methods_are_not_served(conversions: RoktSandbox, events: RoktSandbox) -> None:
    assert call(conversions, "POST", "/v1/events", OBJECT)[0] == 404
    assert call(events, "POST", "/v2/bulkevents", [OBJECT])[0] == 404
    assert call(conversions, "GET", "/v2/events")[0] == 405


def test_a_body_of_more_than_256_kb_is_refused(conversions: RoktSandbox) -> None:
    large = changed(OBJECT, "user_attributes/own", "x" * 60_000)
    assert call(conversions, "POST", "/v2/bulkevents", [large] * 5)[0] == 413


def test_the_control_api_sets_shows_and_removes_faults(conversions: RoktSandbox) -> None:
    told = {"status": 503, "times": 2}
    assert call(conversions, "PUT", "/_control", told) == (200, told)
    assert call(conversions, "POST", "/v2/events", OBJECT)[0] == 503
    assert call(conversions, "GET", "/_control") == (200, {"status": 503, "times": 1})
    assert call(conversions, "DELETE", "/_control") == (200, {})
    assert call(conversions, "PUT", "/_control", {"thin": "id"})[0] == 400
    assert call(conversions, "POST", "/v2/events", OBJECT)[0] == 202
    assert [request["status"] for request in call(conversions, "GET", "/_requests")[1]] == [503, 202]
    assert call(conversions, "GET", "/_events")[1]["counts"]["conversions"] == 1
    assert call(conversions, "POST", "/_events")[0] == 405
    assert call(conversions, "GET", "/_surprise")[0] == 404


def test_a_revoked_pair_and_another_one(conversions: RoktSandbox) -> None:
    conversions.set_faults({"revoked": True, "times": 1})
    assert call(conversions, "POST", "/v2/events", OBJECT)[0] == 403
    conversions.set_pairs(["other:pair"])
    assert call(conversions, "POST", "/v2/events", OBJECT)[0] == 403
    assert [request["key_ok"] for request in conversions.requests()] == [False, False]
