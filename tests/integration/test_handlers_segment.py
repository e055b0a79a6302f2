"""The doors of Segment's libraries, called as API Gateway calls them."""

import base64
import gzip
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.deployed import Deployed, deploy
from tests.integration.test_handlers_ingest import post
from tests.integration.test_handlers_sources import metrics

ORDER = {
    "type": "track",
    "event": "Order Completed",
    "messageId": "msg-1",
    "timestamp": "2026-01-05T10:00:00.250Z",
    "properties": {"total": 12, "currency": "USD", "email": "kim@example.net"},
}
PAGE = {"type": "page", "userId": "u", "messageId": "page-1"}
NOBODY = {"type": "track", "event": "Signed Up", "messageId": "msg-2", "timestamp": "2026-01-05T10:00:00Z"}
OK = {"success": True}
SENDERS = {
    "shop": {"key": "shop-key-1", "default_event_group": "g1"},
    "page": {"key": "page-key-1", "default_event_group": "g1", "browser": True, "origins": ["https://shop.example"]},
}


@pytest.fixture
def relay(monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployed]:
    with deploy(monkeypatch, SENDERS) as relay:
        yield relay


def basic(key: str = "shop-key-1") -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"{key}:".encode()).decode()}


def batch(*calls: object, path: str = "/v1/batch", key: str = "shop-key-1", **changes: Any) -> dict[str, Any]:
    """What a server's library posts."""
    return post({"batch": calls, "sentAt": "2026-01-05T10:00:01Z"}, path=path, key=None, headers=basic(key), **changes)


def said(answer: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    return answer["statusCode"], json.loads(answer["body"])


def ids(relay: Deployed) -> list[str]:
    """Of the queued events."""
    return [one for body in relay.bodies(relay.queue) for one in json.loads(body.split("\n")[0])["ids"]]


def test_a_batch_gets_exactly_200_and_one_bad_call_costs_no_other(
    relay: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said(relay.ingest(batch(PAGE, ORDER, NOBODY, "no call", PAGE))) == (200, OK)
    assert ids(relay) == ["msg-1"]
    (metric,) = metrics(capsys.readouterr().out)
    counted = [metric[name] for name in ("Accepted", "Invalid", "Ignored", "source", "sender")]
    assert counted == [[1.0], [2.0], [2.0], "segment", "shop"]


@pytest.mark.parametrize("calls", [[NOBODY], [PAGE], [], [NOBODY, "no call"]])
def test_what_holds_no_conversion_gets_200_too(relay: Deployed, calls: list[object]) -> None:
    assert said(relay.ingest(batch(*calls))) == (200, OK)
    assert ids(relay) == []


def test_a_wrong_key_gets_401_and_a_body_without_any_too(relay: Deployed) -> None:
    for event in (batch(ORDER, key="wrong"), post({"batch": [ORDER]}, path="/v1/batch", key=None)):
        status, body = said(relay.ingest(event))
        # RudderStack's library for Python reads `code` and `message` of an error.
        assert (status, body["success"], body["code"], body["message"]) == (401, False, 401, body["description"])
    assert ids(relay) == []


def test_the_key_may_be_in_the_body_and_gzip_has_any_content_type(relay: Deployed) -> None:
    packed = gzip.compress(json.dumps({"batch": [ORDER], "writeKey": "shop-key-1"}).encode())
    form = {"content-type": "application/x-www-form-urlencoded", "content-encoding": "gzip"}
    event = post(base64.b64encode(packed).decode(), path="/v1/batch", key=None, headers=form, isBase64Encoded=True)
    assert said(relay.ingest(event)) == (200, OK)
    assert ids(relay) == ["msg-1"]


def test_what_was_queued_in_part_gets_503_so_that_the_library_repeats_it(
    relay: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: Any) -> Any:
        raise RuntimeError

    monkeypatch.setattr(relay.sqs_of_handlers(), "send_message_batch", refuse)
    monkeypatch.setattr(relay.sqs_of_handlers(), "send_message", refuse)
    status, body = said(relay.ingest(batch(ORDER, NOBODY)))
    assert (status, body["success"]) == (503, False)


def test_analytics_js_posts_with_a_browser_key_from_its_page_alone(relay: Deployed) -> None:
    call = json.dumps(ORDER | {"writeKey": "page-key-1", "properties": {"total": 5, "currency": "USD"}})
    shop = {"origin": "https://shop.example", "content-type": "text/plain"}
    answer = relay.ingest(post(call, path="/v1/t", key=None, headers=shop | basic("page-key-1")))
    assert said(answer) == (200, OK)
    assert answer["headers"]["Access-Control-Allow-Origin"] == "https://shop.example"
    (queued,) = relay.bodies(relay.queue)
    head, event = map(json.loads, queued.split("\n"))
    assert (head["sender"], event["event_id"]) == ("browser", "msg-1")
    assert event["user_data"]["client_ip_address"] == "198.51.100.7"  # the connection's
    for path, headers, status in [
        ("/v1/t", shop, 200),  # the key is in the body
        ("/v1/t", {"origin": "https://evil.example"}, 403),
        ("/v1/track", shop, 403),
        ("/v1/events", shop | {"x-api-key": "page-key-1"}, 403),
    ]:
        assert relay.ingest(post(call, path=path, key=None, headers=headers))["statusCode"] == status
    assert said(relay.ingest(post(ORDER, path="/v1/t", key="shop-key-1", headers=shop)))[0] == 403


def test_a_page_may_send_the_headers_that_analytics_js_sends(relay: Deployed) -> None:
    asked = {"origin": "https://shop.example", "access-control-request-headers": "authorization,x-retry-count"}
    answer = relay.ingest(post("", path="/v1/b", method="OPTIONS", key=None, headers=asked))
    assert answer["statusCode"] == 204
    allowed = answer["headers"]["Access-Control-Allow-Headers"].split(", ")
    assert {"authorization", "content-type", "x-retry-count"} <= set(allowed)


def test_a_wrong_path_gets_a_404_that_names_the_right_ones(relay: Deployed) -> None:
    status, body = said(relay.ingest(post(ORDER, path="/v1/batches")))
    assert (status, body["code"]) == (404, 404)
    assert "/v1/batch " in body["description"]
    assert "/v1/events" in body["description"]
