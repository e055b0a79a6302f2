"""POST /v1/sources/SOURCE and GET /v1/relay.js, called as API Gateway calls them."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

from tests.integration.deployed import Deployed, deploy
from tests.integration.test_handlers_ingest import post

SECRET = "signing-secret"
CALL = {"resource_id": "CAL1", "customer_phone_number": "+15550100123", "answered": True, "duration": "95"} | {
    "start_time": "2026-01-05T10:00:00.000-05:00"
}
SENDERS = {
    "tracker": {
        "key": "tracker-key",
        "default_event_group": "g1",
        "sources": {"callrail": {"signature_secret": SECRET}},
    },
    "shop": {"key": "shop-key-1", "default_event_group": "g1"},
    "narrow": {"key": "narrow-key", "event_groups": ["g2"], "sources": {"callrail": {"event_group": "g1"}}},
}


@pytest.fixture
def relay(monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployed]:
    with deploy(monkeypatch, SENDERS) as relay:
        yield relay


def signed(body: object, secret: str = SECRET) -> dict[str, Any]:
    text = json.dumps(body)
    digest = base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha1).digest()).decode()
    return post(text, path="/v1/sources/callrail", key="tracker-key", headers={"signature": digest})


def metrics(text: str) -> list[dict[str, Any]]:
    """The embedded metrics among what a function printed."""
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    return [line for line in lines if "_aws" in line]


def body_of(answer: dict[str, Any]) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(answer["body"])
    return content


def test_a_signed_call_is_queued_with_its_number_hashed(relay: Deployed) -> None:
    answer = relay.ingest(signed(CALL))
    assert answer["statusCode"] == 202
    (message,) = relay.bodies(relay.queue)
    event = json.loads(message.split("\n")[1])
    # SHA-256 of 15550100123, the vendor page's rule
    digest = hashlib.sha256(b"15550100123").hexdigest()
    assert (event["event_id"], event["event_time"], event["user_data"]["ph"]) == ("CAL1", 1767625200, digest)
    assert "+15550100123" not in message


@pytest.mark.parametrize(
    "event", [signed(CALL, "other-secret"), post(CALL, path="/v1/sources/callrail", key="tracker-key")]
)
def test_a_wrong_or_missing_signature_is_401_and_nothing_is_queued(relay: Deployed, event: dict[str, Any]) -> None:
    answer = relay.ingest(event)
    assert (answer["statusCode"], body_of(answer)["code"]) == (401, 401)
    assert relay.bodies(relay.queue) == []


def test_what_is_no_conversion_is_answered_200_with_the_reason_and_counted(
    relay: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = relay.ingest(signed(CALL | {"answered": False, "voicemail": False}))
    body = body_of(answer)
    assert (answer["statusCode"], body["code"], body["events_received"], body["failed_events"]) == (200, 200, 1, [])
    ((ignored),) = body["ignored"]
    assert ignored["index"] == 0
    assert ignored["code"]
    assert "answered" in ignored["reason"]
    assert relay.bodies(relay.queue) == []
    (metric,) = metrics(capsys.readouterr().out)
    assert (metric["Ignored"], metric["source"], metric["sender"]) == ([1.0], "callrail", "tracker")
    assert metric["ignored"] == ignored["code"]
    assert "Accepted" not in metric


def test_a_call_that_names_nobody_is_refused_by_the_same_rules(relay: Deployed) -> None:
    answer = relay.ingest(signed(CALL | {"customer_phone_number": "anonymous"}))
    assert answer["statusCode"] == 400
    ((failed),) = body_of(answer)["failed_events"]
    assert (failed["event_id"], "user_data" in failed["errors"]) == ("CAL1", True)


def test_a_source_that_takes_any_other_status_for_a_failure_gets_200(relay: Deployed) -> None:
    order = {"id": 1, "processed_at": "2026-01-05T10:00:00-05:00", "total_price": "10.00", "currency": "USD"}
    for event, code in ((order, 400), (order | {"email": "jane@example.com"}, 202)):
        answer = relay.ingest(
            post(event, path="/v1/sources/shopify", key="shop-key-1", headers={"x-shopify-topic": "orders/paid"})
        )
        assert (answer["statusCode"], body_of(answer)["code"]) == (200, code)
    assert len(relay.bodies(relay.queue)) == 1


def test_that_platform_too_is_told_when_nothing_was_taken(relay: Deployed) -> None:
    order = {"id": 1, "processed_at": "2026-01-05T10:00:00-05:00", "email": "jane@example.com", "total_price": "10.00"}
    relay.sqs.delete_queue(QueueUrl=relay.queue)
    event = post(order, path="/v1/sources/shopify", key="shop-key-1", headers={"x-shopify-topic": "orders/paid"})
    answer = relay.ingest(event)
    assert answer["statusCode"] == 503


@pytest.mark.parametrize("path", ["/v1/events", "/v1/sources/ringba", "/v1/sources/shopify"])
def test_the_key_of_a_platform_that_signs_opens_nothing_that_needs_no_signature(relay: Deployed, path: str) -> None:
    forged = {"event_id": "f", "event_name": "PURCHASE", "event_time": 1767607200, "user_data": {"em": "j@example.com"}}
    answer = relay.ingest(post(forged, path=path, key="tracker-key"))
    assert (answer["statusCode"], relay.bodies(relay.queue)) == (403, [])


def test_a_sender_with_wrong_settings_is_told_to_come_again_and_counted(
    relay: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = {"key": "wrong-key-1", "default_event_group": "g1", "sources": {"callrail": {"minimum_duration": "1 min"}}}
    relay.put_senders({"wrong": wrong, "first": "another-key"})
    answer = relay.ingest(post(CALL, path="/v1/sources/callrail", key="wrong-key-1"))
    assert answer["statusCode"] == 503
    assert "callrail" in body_of(answer)["description"]
    printed = capsys.readouterr().out
    assert [blob["SenderKeysUnreadable"] for blob in metrics(printed)] == [[1.0]]
    assert "minimum_duration" in printed
    assert relay.bodies(relay.queue) == []


def test_a_source_may_be_written_in_any_case(relay: Deployed) -> None:
    assert relay.ingest(post(CALL, path="/v1/sources/CallRail", key="shop-key-1"))["statusCode"] == 202


def test_settings_cannot_open_a_group_that_the_key_does_not(relay: Deployed) -> None:
    answer = relay.ingest(post(CALL, path="/v1/sources/callrail", key="narrow-key"))
    assert (answer["statusCode"], relay.bodies(relay.queue)) == (403, [])


@pytest.mark.parametrize(
    "path", ["/v1/sources/", "/v1/sources/nobody", "/v1/sources/callrail/x", "/v1/sources/__init__"]
)
def test_a_source_that_nobody_knows_is_404(relay: Deployed, path: str) -> None:
    assert relay.ingest(post(CALL, path=path, key="shop-key-1"))["statusCode"] == 404


def test_a_key_may_stand_in_the_query(relay: Deployed) -> None:
    event = post(CALL, path="/v1/sources/callrail", key=None, queryStringParameters={"key": "shop-key-1"})
    assert relay.ingest(event)["statusCode"] == 202


def test_a_broken_row_of_a_file_fails_alone_and_is_named_by_its_line(relay: Deployed) -> None:
    file = "event_name,event_time,event_id,email\nLEAD,1767225600,row-1,jane@example.com\nLEAD\n"
    answer = relay.ingest(post(file, path="/v1/sources/csv", key="shop-key-1", headers={"content-type": "text/csv"}))
    assert answer["statusCode"] == 210
    ((failed),) = body_of(answer)["failed_events"]
    assert (failed["index"], list(failed["errors"])) == (1, ["line 3"])
    assert len(relay.bodies(relay.queue)) == 1


def test_where_one_queue_took_nothing_a_platform_is_made_to_post_again(monkeypatch: pytest.MonkeyPatch) -> None:
    rokt = {
        "ROKT_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/123456789012/nowhere",
        "ROKT_API": "conversions",
        "ROKT_URL": "",
        "ROKT_ACCOUNT_ID": "",
        "ROKT_HASHED": "email,first_name,last_name,mobile,billing_zip",
        "ROKT_COPY_RTID": "true",
        "ROKT_HASHED_NAMES": "lower_case",
        "ROKT_CONVERSION_TYPE": "own",
        "ROKT_SEND_BIRTH_DATE": "false",
    }
    order = {"id": 1, "processed_at": "2026-01-05T10:00:00-05:00", "total_price": "10.00", "email": "jane@example.com"}
    with deploy(monkeypatch, SENDERS, **rokt) as relay:
        event = post(order, path="/v1/sources/shopify", key="shop-key-1", headers={"x-shopify-topic": "orders/paid"})
        answer = relay.ingest(event)
        assert (answer["statusCode"], body_of(answer)["code"]) == (503, 503)
        assert len(relay.bodies(relay.queue)) == 1  # the repeat is the same event, which the ledger knows


# --- the script -------------------------------------------------------------------------------------------------------


def get(query: dict[str, str] | None = None, **headers: str) -> dict[str, Any]:
    return post("", path="/v1/relay.js", key=None, method="GET", headers=headers, queryStringParameters=query)


def test_the_script_is_served_for_an_hour_and_needs_no_key(relay: Deployed) -> None:
    answer = relay.ingest(get())
    assert (answer["statusCode"], answer["isBase64Encoded"]) == (200, False)
    assert answer["headers"]["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer["headers"]["Cache-Control"] == "public, max-age=3600"
    assert answer["headers"]["Access-Control-Allow-Origin"] == "*"
    assert 0 < len(answer["body"].encode()) <= 2048
    assert "sendBeacon" in answer["body"]


def test_a_browser_that_has_it_is_told_so(relay: Deployed) -> None:
    tag = relay.ingest(get())["headers"]["ETag"]
    for given in (tag, f'"other", W/{tag}'):
        answer = relay.ingest(get(None, **{"If-None-Match": given}))
        assert (answer["statusCode"], answer["body"]) == (304, "")
    assert relay.ingest(get(None, **{"If-None-Match": '"other"'}))["statusCode"] == 200


def test_only_its_own_version_is_kept_for_a_year(relay: Deployed) -> None:
    version = relay.ingest(get())["headers"]["ETag"].strip('"')
    kept = {v: relay.ingest(get({"v": v}))["headers"]["Cache-Control"] for v in (version, "0", "")}
    assert kept == {
        version: "public, max-age=31536000, immutable",
        "0": "public, max-age=3600",
        "": "public, max-age=3600",
    }


def test_it_can_only_be_read(relay: Deployed) -> None:
    answer = relay.ingest(post("", path="/v1/relay.js", key=None))
    assert (answer["statusCode"], answer["headers"]["Allow"]) == (405, "GET, HEAD")


def pixel(query: str, *, method: str = "GET") -> dict[str, Any]:
    """A pixel as API Gateway passes it on: no body, everything in the address."""
    given = dict(parse_qsl(query))
    event = post("", path="/v1/sources/webhook/retreaver", key=None, method=method)
    return event | {"rawQueryString": query, "queryStringParameters": given}


def test_a_pixel_by_get_is_queued_and_a_head_stores_nothing(relay: Deployed) -> None:
    query = "key=shop-key-1&call_uuid=c1&caller_number=%2B15550100123&started=2026-01-05T10:00:00Z&revenue=5"
    head = relay.ingest(pixel(query, method="HEAD"))
    assert (head["statusCode"], head["body"], relay.bodies(relay.queue)) == (200, "", [])
    answer = relay.ingest(pixel(query))
    assert (answer["statusCode"], answer["headers"]["Cache-Control"]) == (202, "no-store")
    (message,) = relay.bodies(relay.queue)
    assert json.loads(message.split("\n")[1])["event_id"] == "c1"
    assert "shop-key-1" not in message


def test_other_methods_are_405_and_name_those_that_are_read(relay: Deployed) -> None:
    answer = relay.ingest(pixel("key=shop-key-1", method="PUT"))
    assert (answer["statusCode"], answer["headers"]["Allow"]) == (405, "POST, OPTIONS, GET, HEAD")
    other = relay.ingest(post("", path="/v1/sources/shopify", key="shop-key-1", method="GET"))
    assert other["statusCode"] == 405


def test_a_wrong_mapping_is_503_for_its_sender_and_no_word_of_it_is_in_the_log(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    entry = {"key": "mapped-key", "sources": {"webhook": {"map": {"set": {"janes-field": "a"}}}}}
    with deploy(monkeypatch, {"mapped": entry}) as relay:
        answer = relay.ingest(post({"a": 1}, path="/v1/sources/webhook", key="mapped-key"))
    assert answer["statusCode"] == 503
    printed = capsys.readouterr().out
    assert "has a wrong map" in printed
    assert "janes-field" not in printed


def test_a_platform_that_signs_opens_its_webhook_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = {"key": "mapped-key", "default_event_group": "g1",
             "sources": {"webhook/woocommerce": {"signature_secret": SECRET}}}  # fmt: skip
    order = json.dumps({"id": 5, "status": "processing", "total": "9.00", "currency": "USD",
                        "date_paid_gmt": "2026-01-05T10:00:00", "billing": {"email": "jane@example.com"}})  # fmt: skip
    given = base64.b64encode(hmac.new(SECRET.encode(), order.encode(), hashlib.sha256).digest()).decode()
    headers = {"x-wc-webhook-signature": given}
    path = "/v1/sources/webhook/woocommerce"
    with deploy(monkeypatch, {"mapped": entry}) as relay:
        signed_post = relay.ingest(post(order, path=path, key="mapped-key", headers=headers))
        forged = relay.ingest(post(order.replace("9.00", "99.00"), path=path, key="mapped-key", headers=headers))
        ping = relay.ingest(post("webhook_id=5", path=path, key="mapped-key"))
        elsewhere = relay.ingest(post(order, path="/v1/sources/webhook/zapier", key="mapped-key"))
    # WooCommerce takes the webhook away after a few other answers than 2xx, and its ping must get 200.
    assert [one["statusCode"] for one in (signed_post, forged, ping, elsewhere)] == [200, 401, 200, 403]
    assert body_of(signed_post)["code"] == 202


def test_a_platforms_post_can_be_tried_without_counting_it(relay: Deployed, capsys: pytest.CaptureFixture[str]) -> None:
    def tried(event: dict[str, Any], source: str = "callrail") -> tuple[int, dict[str, Any]]:
        answer = relay.test(event | {"rawPath": "/v1/test_events", "queryStringParameters": {"source": source}})
        return answer["statusCode"], body_of(answer)

    status, said = tried(signed(CALL))
    assert status == 200
    assert said["passed"] == [{"index": 0, "event_id": "CAL1", "event_name": "CONTACT"}]
    assert [one["event_ids"] for one in relay.sandbox.requests()] == [["CAL1"]]
    # The door is that of the source: its signature, its settings, and posts that are not conversions.
    assert tried(signed(CALL, "another secret"))[0] == 401
    ignored = tried(signed(CALL | {"answered": False}))[1]
    assert ([one["code"] for one in ignored["ignored"]], ignored["passed"]) == (["not_answered"], [])
    assert tried(signed(CALL), "ringbo")[0] == 404
    assert relay.test(signed(CALL) | {"rawPath": "/v1/test_events"})["statusCode"] == 403
    relay.sandbox.set_faults({"refuse": {"CAL1": {"event_time": "is too old"}}})
    status, said = tried(signed(CALL))
    assert (status, said["passed"]) == (400, [])
    assert said["failed_events"][0]["errors"] == {"roku": "event_time: is too old"}
    assert relay.bodies(relay.queue) == []
    assert relay.sandbox.events() == []
    assert [
        name for line in metrics(capsys.readouterr().out) for name in ("Accepted", "Delivered") if name in line
    ] == []


def test_salesforces_outbound_message_gets_its_acknowledgement_alone(relay: Deployed) -> None:
    cases = json.loads((Path(__file__).parents[1] / "unit/ready_mappings/salesforce.json").read_text(encoding="utf-8"))
    (message,) = [case["post"]["text"] for case in cases if case["about"] == "one with two records"]
    event = post(message, path="/v1/sources/webhook/salesforce", key="shop-key-1", headers={"content-type": "text/xml"})
    answer = relay.ingest(event)
    assert (answer["statusCode"], answer["headers"]["Content-Type"]) == (200, "text/xml")
    assert "<Ack>true</Ack>" in answer["body"]
    assert len(relay.bodies(relay.queue)) == 1
    relay.sqs.delete_queue(QueueUrl=relay.queue)
    assert relay.ingest(event)["statusCode"] == 503  # it comes again
