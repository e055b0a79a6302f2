"""The functions behind the API, called as API Gateway calls them, with SQS and Secrets Manager of moto."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from pipeline.intake.senders import Sender, Senders
from sources import registry
from tests.integration.deployed import Deployed, deploy
from tests.unit.conversions import CANARIES

EM = "f660ab912ec121d1b1e928a0bb4bc61b15f5ad44d5efdc4e1c92a25e99b8e44a"  # the vendor page's example
LEAD = {"event_id": "1", "event_name": "LEAD", "event_time": 1767225600, "user_data": {"em": EM}}
BODY = {"event_group_id": "g1", "events": [LEAD]}


def post(body: object, *, path: str = "/v1/events", key: str | None = "server-key", **changes: Any) -> dict[str, Any]:
    """An event of API Gateway's HTTP API, payload format 2.0."""
    headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {key}"} if key else {})
    return {
        "version": "2.0",
        "routeKey": "ANY " + path,
        "rawPath": path,
        "rawQueryString": "",
        "headers": headers | changes.pop("headers", {}),
        "requestContext": {
            "http": {
                "method": changes.pop("method", "POST"),
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "198.51.100.7",
                "userAgent": "agent/1",
            },
            "requestId": "r-1",
            "stage": "$default",
        },
        "body": body if isinstance(body, str) else json.dumps(body),
        "isBase64Encoded": False,
    } | changes


def answered(answer: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """The status and the body; whatever happens, the body has our five words and its code is the status."""
    body = json.loads(answer["body"])
    assert (body["code"], body["request_id"]) == (answer["statusCode"], "r-1")
    words = {"code", "description", "events_received", "failed_events", "warnings", "request_id"}
    # limited: there only where a person refused; event_ids: where ids are not the sender's own.
    assert set(body) - {"limited", "event_ids"} == words
    return answer["statusCode"], body


def test_an_accepted_event_is_on_the_queue_as_it_will_be_sent(relay: Deployed) -> None:
    status, body = answered(relay.ingest(post(BODY)))
    assert (status, body["events_received"], body["failed_events"], body["warnings"]) == (202, 1, [], [])
    (queued,) = relay.bodies(relay.queue)
    first, line = queued.split("\n")
    head, event = json.loads(first), json.loads(line)
    assert event.pop("user_data") == {"is_hashed": True, "em": EM}
    assert event == {"event_id": "1", "event_name": "LEAD", "event_type": "conversion", "event_time": 1767225600}
    assert " " not in line  # as few bytes as JSON can have
    assert head.pop("accepted_at") == head.pop("waits_from") == pytest.approx(time.time(), abs=600)
    assert len(head.pop("fingerprints")) == 1
    digest = hashlib.sha256(line.encode()).hexdigest()[:32]
    assert head == {"event_group_id": "g1", "post_id": "r-1", "ids": ["1"], "names": ["LEAD"], "digest": digest}


def test_a_message_says_who_sent_it_and_of_whom_it_is(relay: Deployed) -> None:
    before = int(time.time())
    relay.ingest(post(BODY))
    relay.ingest(beacon(BODY))
    server, page = heads(relay)
    assert ("sender" in server, page["sender"]) == (False, "browser")  # a server's is the one that needs no word
    assert all(before <= head["accepted_at"] == head["waits_from"] <= time.time() for head in (server, page))
    # HMAC-SHA256 of kind and value with the stack's key, its first 64 bits.
    made = hmac.new(b"fingerprint-key", f"em:{EM}".encode(), "sha256").digest()[:8]
    assert server["fingerprints"] == ["em:" + base64.b64encode(made).decode().rstrip("=")]
    assert page["fingerprints"] == server["fingerprints"]


def test_a_key_is_recognised_once(relay: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    recognise = Senders.recognise

    def counted(senders: Senders, key: str) -> Sender | None:
        asked.append(key)
        return recognise(senders, key)

    monkeypatch.setattr(Senders, "recognise", counted)
    relay.ingest(post(BODY))
    relay.ingest(post(LEAD | {"id": "1"}, path="/v1/sources/ga4"))
    assert asked == ["server-key"] * 2


def heads(relay: Deployed) -> list[dict[str, Any]]:
    """The first lines of the messages on the queue, servers' first."""
    found = [json.loads(body.split("\n")[0]) for body in relay.bodies(relay.queue)]
    return sorted(found, key=lambda head: head.get("sender", ""))


def test_without_the_key_of_fingerprints_events_are_taken_without_any(
    relay: Deployed, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FINGERPRINT_SECRET", "no-such-secret")
    two = [LEAD | {"custom_data": {"value": value, "currency": "USD"}} for value in (1, 2)]
    two[1] = two[1] | {"user_data": {"em": "0" * 64}}
    for _ in range(2):
        status, body = answered(relay.ingest(post({"event_group_id": "g1", "events": two})))
        assert status == 202
        # Delivery cannot tell them apart then, and nothing else is promised.
        assert "they count once" in body["warnings"][0]["warning"]
    assert all("fingerprints" not in head for head in heads(relay))
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["FingerprintKeyUnavailable"] for line in lines if "FingerprintKeyUnavailable" in line] == [[1.0]] * 2


def test_the_key_of_fingerprints_is_read_once_for_a_process(relay: Deployed) -> None:
    relay.ingest(post(BODY))
    relay.secrets.put_secret_value(SecretId="fingerprints", SecretString="another")
    relay.advance(3_600)
    relay.ingest(post(BODY))
    first, second = heads(relay)
    assert first["fingerprints"] == second["fingerprints"]


def test_a_stack_without_a_ledger_has_no_fingerprints_and_says_nothing_of_it(
    relay: Deployed, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FINGERPRINT_SECRET", "")
    assert answered(relay.ingest(post(BODY)))[0] == 202
    (head,) = heads(relay)
    assert "fingerprints" not in head
    assert "ingerprint" not in capsys.readouterr().out


def test_two_different_conversions_of_one_id_are_told(relay: Deployed) -> None:
    jane = LEAD | {"custom_data": {"value": 10, "currency": "USD"}}
    john = jane | {"user_data": {"em": "0" * 64}, "custom_data": {"value": 99, "currency": "USD"}}
    body = {"event_group_id": "g1", "events": [jane, john]}
    for call, path in ((relay.ingest, "/v1/events"), (relay.test, "/v1/test_events")):
        _, answer = answered(call(post(body, path=path)))
        ((warning),) = answer["warnings"]
        assert (warning["field"], warning["events"]) == ("event_id", [0, 1])
        assert "under an event_id of their own" in warning["warning"]


def test_a_base64_body_is_the_same_body(relay: Deployed) -> None:
    encoded = base64.b64encode(json.dumps(BODY).encode()).decode()
    status, _ = answered(relay.ingest(post(encoded, isBase64Encoded=True)))
    assert status == 202
    assert len(relay.bodies(relay.queue)) == 1


def test_a_thousand_events_take_two_calls_and_travel_in_messages_that_fit_a_request(relay: Deployed) -> None:
    # 1,000 ordinary purchases have about 1.15 MB, so two messages; SQS takes 1 MiB a call, so two calls.
    filler = "x" * 970
    events = [LEAD | {"event_id": str(n), "referrer_url": f"https://e.example/{filler}"} for n in range(1, 1_001)]
    calls = relay.count_calls("SendMessageBatch")
    status, _ = answered(relay.ingest(post({"event_group_id": "g1", "events": events})))
    bodies = relay.bodies(relay.queue)
    assert (status, calls(), len(bodies)) == (202, 2, 2)
    assert all(len(body.partition("\n")[2].encode()) <= 1_000_000 for body in bodies)
    ids = [json.loads(line)["event_id"] for body in bodies for line in body.split("\n")[1:]]
    assert sorted(ids, key=int) == [str(n) for n in range(1, 1_001)]


def test_partners_do_not_share_a_message(relay: Deployed) -> None:
    events = [LEAD | {"event_id": str(n), "partner_name": f"p{n % 2}"} for n in range(1, 5)]
    answered(relay.ingest(post({"event_group_id": "g1", "events": events})))
    found = {head["partner_name"]: head["ids"] for head in heads(relay)}
    assert found == {"p1": ["1", "3"], "p0": ["2", "4"]}


def test_a_bad_event_is_named_and_its_neighbour_is_queued(relay: Deployed) -> None:
    bad = {"event_id": "2", "event_name": "NOPE", "event_time": 1767225600, "user_data": {"fn": "x"}}
    status, body = answered(relay.ingest(post({"event_group_id": "g1", "events": [bad, LEAD]})))
    assert status == 210
    [failed] = body["failed_events"]
    assert (failed["index"], failed["event_id"], set(failed["errors"])) == (0, "2", {"event_name", "user_data"})
    assert len(relay.bodies(relay.queue)) == 1


@pytest.mark.parametrize(
    ("event", "status", "says"),
    [
        (post("{"), 400, "not JSON"),
        (post(""), 400, "empty"),
        (post("[]"), 400, "empty"),
        (post('{"event_group_id":"g1","events":[' + "[" * 5_000 + "]}"), 400, "recursion"),
        (post({"events": [LEAD]}, key="no-default-key"), 202, "accepted"),
        (post(BODY, key=None), 401, "Authorization"),
        (post(BODY, key="wrong"), 401, "not known"),
        (post(BODY, key="g2-only-key"), 403, "event_group_id"),
        (post(BODY, method="GET"), 405, "POST"),
        (post(BODY, path="/v1/beacon", method="GET"), 405, "POST"),
        (post(BODY, path="/v1/beacon", key="wrong"), 401, "not known"),
        (post(BODY, path="/v2/events"), 404, "/v1/events"),
        (post(BODY, path="/"), 404, "/v1/events"),
        (post(BODY, path="/wp-login.php"), 404, "/v1/events"),
        (post("%%%", isBase64Encoded=True), 400, "decoded"),
        (post({"event_group_id": "g1", "events": [LEAD] * 1_001}), 400, "1000"),
        (post("x" * 6_000_001), 413, "6000000"),
    ],
)
def test_each_fault_of_a_request_has_its_status_and_says_the_fix(
    relay: Deployed, event: dict[str, Any], status: int, says: str
) -> None:
    got, body = answered(relay.ingest(event))
    assert (got, says in body["description"]) == (status, True), body


def test_the_sender_key_is_taken_from_each_of_its_places(relay: Deployed) -> None:
    for headers, query in [
        ({"authentication": "Bearer server-key"}, {}),
        ({"authorization": "bearer server-key"}, {}),
        ({"x-api-key": "server-key"}, {}),
        ({}, {"key": "server-key"}),
    ]:
        status, _ = answered(relay.ingest(post(BODY, key=None, headers=headers, queryStringParameters=query)))
        assert status == 202


def test_a_browser_key_opens_only_from_its_origins_and_is_filled_from_the_connection(relay: Deployed) -> None:
    flat = {"event_group_id": "g1", "event_id": "b1", "event_name": "PAGE_VIEW", "event_time": 1767225600}
    page = {"origin": "https://shop.example", "referer": "https://shop.example/thanks", "sec-gpc": "1"}
    answer = relay.ingest(beacon(flat, **page))
    assert answered(answer)[0] == 202
    assert answer["headers"]["Access-Control-Allow-Origin"] == "https://shop.example"
    [event] = [json.loads(body.split("\n")[1]) for body in relay.bodies(relay.queue)]
    assert event["user_data"]["client_ip_address"] == "198.51.100.7"
    assert event["user_data"]["client_user_agent"] == "agent/1"
    assert event["event_source_url"] == "https://shop.example/thanks"
    assert event["opt_out"] == "true"
    stolen = relay.ingest(beacon(flat, origin="https://evil.example"))
    assert answered(stolen)[0] == 403
    assert "Access-Control-Allow-Origin" not in stolen["headers"]


def beacon(body: object, *, path: str = "/v1/beacon", method: str = "POST", **headers: str) -> dict[str, Any]:
    """What a page of the browser key posts."""
    said = {"origin": "https://shop.example"} | headers
    return post(body, path=path, key=None, method=method, headers=said, queryStringParameters={"key": "browser-key"})


def test_a_browser_key_opens_the_beacon_route_and_nothing_else(relay: Deployed) -> None:
    assert answered(relay.ingest(beacon(BODY)))[0] == 202
    paths = ["/v1/events", *(f"/v1/sources/{source}" for source in registry.SOURCES)]
    answers = [relay.ingest(beacon(BODY, path=path)) for path in paths]
    answers.append(relay.test(beacon(BODY, path="/v1/test_events")))
    for answer in answers:
        status, body = answered(answer)
        assert status == 403
        assert "this is a browser key, which opens nothing else: post to /v1/beacon" in body["description"]
        assert (
            answer["headers"]["Access-Control-Allow-Origin"] == "https://shop.example"
        )  # so that the page can read it
    assert len(relay.bodies(relay.queue)) == 1
    assert relay.sandbox.requests() == []


def test_a_servers_key_has_no_place_in_a_page(relay: Deployed) -> None:
    status, body = answered(relay.ingest(post(BODY, path="/v1/beacon", headers={"origin": "https://shop.example"})))
    assert (status, "/v1/events" in body["description"], "browser key" in body["description"]) == (403, True, True)
    assert relay.bodies(relay.queue) == []


def test_a_page_that_reads_no_body_posts_again_what_was_queued_in_part(
    relay: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = relay.sqs_of_handlers().send_message_batch

    def take_the_first(**asked: Any) -> Any:
        answer = taken(QueueUrl=asked["QueueUrl"], Entries=asked["Entries"][:1])
        return answer | {"Failed": [{"Id": entry["Id"], "SenderFault": False} for entry in asked["Entries"][1:]]}

    monkeypatch.setattr(relay.sqs_of_handlers(), "send_message_batch", take_the_first)
    events = [LEAD | {"event_id": str(n), "partner_name": f"p{n}"} for n in range(2)]
    body = {"event_group_id": "g1", "events": events}
    assert answered(relay.ingest(beacon(body)))[0] == 503
    assert answered(relay.ingest(post(body)))[0] == 210  # a server reads which of them to send again


def test_a_server_key_is_never_filled_from_the_connection(relay: Deployed) -> None:
    answered(relay.ingest(post(BODY, headers={"sec-gpc": "1", "referer": "https://proxy.example/"})))
    [event] = [json.loads(body.split("\n")[1]) for body in relay.bodies(relay.queue)]
    assert event["user_data"] == {"is_hashed": True, "em": EM}
    assert "event_source_url" not in event
    assert event["opt_out"] == "true"  # a proxy passes the visitor's Global Privacy Control on


def test_a_preflight_is_answered_for_known_origins_only(relay: Deployed) -> None:
    known = relay.ingest(
        post("", path="/v1/beacon", key=None, method="OPTIONS", headers={"origin": "https://shop.example"})
    )
    assert known["statusCode"] == 204
    assert "content-type" in known["headers"]["Access-Control-Allow-Headers"]
    other = relay.ingest(post("", key=None, method="OPTIONS", headers={"origin": "https://evil.example"}))
    assert other["statusCode"] == 403


def test_a_new_key_works_at_once(relay: Deployed) -> None:
    assert answered(relay.ingest(post(BODY, key="brand-new-key")))[0] == 401
    relay.advance(3)  # an unknown key makes us read the secret again, but not more often than every 2 s
    relay.put_senders({"new": "brand-new-key"})
    assert answered(relay.ingest(post(BODY, key="brand-new-key")))[0] == 202


def test_what_sqs_did_not_take_is_named_and_nothing_taken_is_a_503(
    relay: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: object) -> None:
        raise EndpointConnectionError(endpoint_url="https://sqs.example")

    monkeypatch.setattr(relay.sqs_of_handlers(), "send_message_batch", refuse)
    answer = relay.ingest(post(BODY))
    status, body = answered(answer)
    assert status == 503
    assert answer["headers"]["Retry-After"]
    assert "send this event again" in body["failed_events"][0]["errors"]["event"]


def test_a_fault_of_ours_is_a_503_without_data_in_the_log(
    relay: Deployed, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def break_down(**_: object) -> None:
        raise RuntimeError("canary@example.com")

    monkeypatch.setattr(relay.sqs_of_handlers(), "send_message_batch", break_down)
    assert answered(relay.ingest(post(BODY)))[0] == 503
    logged = capsys.readouterr().out
    assert "RuntimeError" in logged
    assert "canary" not in logged


def test_test_events_merges_our_verdict_with_rokus_and_queues_nothing(relay: Deployed) -> None:
    relay.sandbox.set_faults({"refuse": {"2": {"custom_data.value": "too high"}}})
    bad = LEAD | {"event_id": "3", "event_name": "NOPE"}
    events = [LEAD, LEAD | {"event_id": "2"}, bad]
    status, body = answered(relay.test(post({"event_group_id": "g1", "events": events}, path="/v1/test_events")))
    assert status == 210
    told = {failed["event_id"]: failed["errors"] for failed in body["failed_events"]}
    assert set(told) == {"2", "3"}
    assert told["2"] == {"roku": "custom_data.value: too high"}
    assert set(told["3"]) == {"event_name"}
    assert relay.bodies(relay.queue) == []
    assert relay.sandbox.events() == []


@pytest.mark.parametrize("partners", [1, 20])
def test_one_post_to_test_events_makes_a_few_requests_and_says_what_was_not_asked(
    relay: Deployed, partners: int
) -> None:
    relay.sandbox.set_faults({"status": 400})  # which names no event: each half is asked about again
    events = [LEAD | {"event_id": str(place), "partner_name": f"p{place % partners}"} for place in range(300)]
    status, body = answered(relay.test(post({"event_group_id": "g1", "events": events}, path="/v1/test_events")))
    assert status in (210, 400, 424)
    assert len(relay.sandbox.requests()) == 20
    assert len(body["failed_events"]) == 300
    unasked = [failed for failed in body["failed_events"] if "was not asked" in failed["errors"]["roku"]]
    assert len(unasked) >= 280
    assert {failed["errors"]["roku"] for failed in unasked} == {
        (
            "was not asked about: a post makes at most 20 requests to Roku, and Roku's answers to them did not name the"
            " events that they meant: send fewer events in one post"
        )
    }
    relay.sandbox.set_faults({})
    assert answered(relay.test(post(BODY, path="/v1/test_events")))[0] == 200  # the budget is each post's own


def test_test_events_says_when_roku_refuses_our_key(relay: Deployed) -> None:
    relay.sandbox.set_faults({"revoked": True})
    status, body = answered(relay.test(post(BODY, path="/v1/test_events")))
    assert status == 424
    assert "key" in body["description"]


def test_a_slip_in_the_sender_keys_secret_locks_nobody_out(relay: Deployed, capsys: pytest.CaptureFixture[str]) -> None:
    assert answered(relay.ingest(post(BODY)))[0] == 202
    relay.secrets.put_secret_value(SecretId="senders", SecretString='{"server": "server-key",}')
    relay.advance(61)
    assert answered(relay.ingest(post(BODY)))[0] == 202
    logged = capsys.readouterr().out
    assert "SenderKeysUnreadable" in logged
    assert "server-key" not in logged


@pytest.mark.parametrize("key", ["server-key", "no-such-key"])
def test_an_invocation_writes_one_blob_of_metrics_whatever_the_secret_holds(
    relay: Deployed, key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    relay.ingest(post(BODY))
    relay.secrets.put_secret_value(SecretId="senders", SecretString='{"server": "server-key",}')
    relay.advance(61)
    capsys.readouterr()
    relay.ingest(post(BODY, key=key))
    blobs = [entry for text in capsys.readouterr().out.splitlines() if "_aws" in (entry := json.loads(text))]
    assert len(blobs) == 1
    # With a key that nobody knows the secret is read twice, and found wrong twice.
    assert blobs[0]["SenderKeysUnreadable"] == [1.0 if key == "server-key" else 2.0]
    assert "Accepted" in blobs[0] or key == "no-such-key"


def test_an_invocation_says_in_one_line_who_sent_how_much_and_what_was_wrong(
    relay: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = [LEAD | {"event_id": "2", "event_time": "x"}, LEAD | {"event_id": "3", "event_name": "NOPE"}]
    relay.ingest(post({"event_group_id": "g1", "events": [LEAD, *bad]}))
    (line,) = (json.loads(text) for text in capsys.readouterr().out.splitlines())
    assert (line["request_id"], line["sender"]) == ("r-1", "server")
    assert (line["Accepted"], line["Invalid"], line["invalid"]) == ([1.0], [2.0], "event_name, event_time")
    assert isinstance(line["ms"], int)


def test_the_wrong_lines_of_a_file_are_one_word_of_the_line(
    relay: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    good = json.dumps({"event_id": "1", "event_name": "LEAD", "event_time": 1767225600, "em": EM})
    file = "\n".join([good, "{", '["canary@example.com"', "{"])
    relay.ingest(post(file, path="/v1/sources/jsonl", key="no-default-key"))
    (line,) = (json.loads(text) for text in capsys.readouterr().out.splitlines())
    assert (line["Invalid"], line["invalid"], line["source"]) == ([3.0], "line", "jsonl")


def test_a_refusal_is_logged_with_its_sender_and_not_at_all_for_nobody(
    relay: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    relay.ingest(post("canary@example.com"))
    (line,) = (json.loads(text) for text in capsys.readouterr().out.splitlines())
    assert (line["message"], line["sender"], line["status"], line["request_id"]) == ("answered", "server", 400, "r-1")
    assert "canary" not in str(line)
    relay.ingest(post(BODY, key="no-such-key"))
    assert capsys.readouterr().out == ""  # anybody can post that, any number of times


def test_a_sampled_conversion_can_be_followed_through_both_functions(
    relay: Deployed, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LOG_SAMPLE_RATE", "0.3")
    events = [LEAD | {"event_id": f"order-{number}"} for number in range(100)]
    relay.ingest(post({"event_group_id": "g1", "events": events}))
    accepted = followed(capsys)
    relay.deliver(relay.bodies(relay.queue))
    delivered = followed(capsys)
    expected = {name for number in range(100) if int(digest(name := f"order-{number}")[:8], 16) < 0.3 * 2**32}
    assert 10 < len(expected) < 50
    assert accepted == {(digest(name)[:16], "accepted", "LEAD") for name in expected}
    assert delivered == {(digest(name)[:16], "delivered", "LEAD") for name in expected}


def followed(capsys: pytest.CaptureFixture[str]) -> set[tuple[str, str, str]]:
    """Digest, outcome and name of each event that has a line of its own."""
    lines = [json.loads(text) for text in capsys.readouterr().out.splitlines()]
    assert {line["request_id"] for line in lines} == {"r-1"}
    return {(line["event_digest"], line["message"], line["event_name"]) for line in lines if "event_digest" in line}


def digest(text: str) -> str:
    """SHA-256 in hex."""
    return sha256(text.encode()).hexdigest()


def test_a_sender_keys_secret_that_never_was_one_is_a_503(relay: Deployed) -> None:
    relay.secrets.put_secret_value(SecretId="senders", SecretString="just-a-key")
    assert answered(relay.ingest(post(BODY)))[0] == 503


def test_the_longest_answer_fits_into_lambdas_6_mb(relay: Deployed) -> None:
    stranger = "useragent" + "~" * 82
    wrong = {
        "event_id": '"' * 200,
        "event_name": '"' * 200,
        "event_time": "no",
        "user_data": {stranger + f"{n:02}": 1 for n in range(40)},
    }
    answer = relay.ingest(post({"event_group_id": "g1", "events": [wrong] * 1_000}))
    assert answered(answer)[0] == 400
    assert len(json.dumps(answer)) < 6_291_456


TRACES = [
    "canary.em", "example.com", "5550100142", "010-0142", "canaryfirst", "canarylast", "1971-04-05", "female",
    "canary.url", "canary.unknown", "canary.id",
]  # fmt: skip


@pytest.mark.parametrize("sample_rate", ["0", "1"])
def test_planted_personal_data_is_found_nowhere_after_ingest(
    relay: Deployed, sample_rate: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LOG_SAMPLE_RATE", sample_rate)
    good = LEAD | {
        "event_id": "canary.id@example.com",
        "user_data": CANARIES | {"email": "canary.unknown@example.com", "external_id": "canary.unknown@example.com"},
        "event_source_url": "https://shop.test/thanks?email=canary.url%40example.com&x=1",
        "custom_data": {"search_string": "canary.unknown@example.com", "status": "paid"},
    }
    refused = good | {"event_id": "refuse-me"}
    # As long as a digest, which it must not be taken for.
    address = "canary.em" + "a" * 43 + "@example.com"
    assert len(address) == 64
    long = LEAD | {"event_id": "long", "user_data": {"em": address}}
    bad = {"event_id": CANARIES["ph"], "event_name": CANARIES["em"], "event_time": "x", "user_data": CANARIES}
    relay.sandbox.set_faults({"refuse": {"refuse-me": {"user_data.em": "canary.em@example.com is on a list"}}})
    answered(relay.ingest(post({"event_group_id": "g1", "events": [good, refused, bad, long]})))
    queued = relay.bodies(relay.queue)
    relay.deliver(queued)
    letters = relay.letters()
    other = relay.ingest(post({"event_group_id": "g1", "events": [LEAD]}, key="no-default-key"))
    logged = capsys.readouterr()
    sent = relay.sandbox.events()
    assert len(queued) == 1
    assert len(letters) == 1  # so that there is something to search
    assert len(sent) == 2
    assert '"Accepted"' in logged.out
    haystack = json.dumps([queued, letters, sent, other, logged.out, logged.err]).lower()
    assert [trace for trace in TRACES if trace in haystack] == []


@pytest.fixture
def relay(monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployed]:
    """Queues, secrets and the handlers, with a Roku sandbox behind them."""
    senders = {
        "server": "server-key",
        "other": {"key": "no-default-key", "default_event_group": "g1"},
        "narrow": {"key": "g2-only-key", "event_groups": ["g2"]},
        "page": {"key": "browser-key", "browser": True, "origins": ["https://shop.example"]},
    }
    with deploy(monkeypatch, senders) as deployed:
        yield deployed
