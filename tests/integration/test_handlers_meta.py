"""The paths of Meta's, Snap's and Pinterest's conversion APIs, called as API Gateway calls them."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.integration.deployed import Deployed, deploy
from tests.integration.test_handlers_ingest import post
from tests.unit.test_source_meta import EVENT

SENDERS = {
    "servers": {"key": "servers-write-key", "default_event_group": "g1"},
    "pages": {
        "key": "pages-write-key",
        "default_event_group": "g1",
        "browser": True,
        "origins": ["https://shop.example"],
    },
}
BEARER = {"authorization": "Bearer servers-write-key"}


@pytest.fixture
def relay(monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployed]:
    with deploy(monkeypatch, SENDERS) as relay:
        yield relay


def asked(relay: Deployed, path: str, body: Any, headers: Any = BEARER, **changes: Any) -> tuple[int, dict[str, Any]]:
    answer = relay.ingest(post(body, path=path, key=None, headers=headers, **changes))
    return answer["statusCode"], json.loads(answer["body"] or "{}")


def ids(relay: Deployed) -> list[str]:
    return [json.loads(line)["event_id"] for body in relay.bodies(relay.queue) for line in body.split("\n")[1:]]


def test_a_queue_that_is_down_is_503_with_an_error(relay: Deployed) -> None:
    relay.sqs.delete_queue(QueueUrl=relay.queue)
    status, said = asked(relay, "/v25.0/1/events", {"data": [EVENT], "access_token": "servers-write-key"}, {})
    assert (status, said["error"]["is_transient"]) == (503, True)


def test_a_browser_key_does_not_open_it(relay: Deployed) -> None:
    body, headers = {"data": [EVENT], "access_token": "pages-write-key"}, {"origin": "https://shop.example"}
    status, said = asked(relay, "/v25.0/1/events", body, headers)
    assert (status, said["error"]["code"]) == (403, 100)
    assert ids(relay) == []


def test_a_refusal_is_heard(relay: Deployed) -> None:
    events = [EVENT | {"opt_out": True}, EVENT | {"event_id": "2", "data_processing_options": ["LDU"]}]
    assert asked(relay, "/v25.0/1/events", {"data": events})[0] == 200
    lines = [line for body in relay.bodies(relay.queue) for line in body.split("\n")[1:]]
    assert [json.loads(line)["opt_out"] for line in lines] == ["true", "true"]


@pytest.mark.parametrize("path", ["/v25.0/1234/events", "/v3/pixel/events"])
def test_metas_answer_counts_what_was_queued_and_says_why_the_rest_was_not(relay: Deployed, path: str) -> None:
    events = [EVENT, EVENT | {"event_name": "Own", "event_id": "2"}, EVENT | {"event_time": "soon", "event_id": "3"}]
    form = urlencode({"data": json.dumps([json.dumps(event) for event in events])})
    query = {"access_token": "servers-write-key"}
    said = asked(relay, path, form, {"content-type": "application/x-www-form-urlencoded"}, queryStringParameters=query)
    status, body = said
    assert (status, body["events_received"], body["fbtrace_id"]) == (200, 1, "r-1")
    assert [text.split()[0] for text in body["messages"]] == ["data[1]", "data[2]"]
    assert ids(relay) == ["order-77"]
    assert asked(relay, path, {"data": [EVENT]}, {"authorization": "Bearer servers-write-key"})[1]["messages"] == []


def test_metas_errors_have_error(relay: Deployed) -> None:
    status, said = asked(relay, "/v25.0/1/events", {"data": [EVENT], "access_token": "wrong-key-1"}, {})
    assert (status, said["error"]["code"]) == (401, 190)
    status, said = asked(relay, "/v25.0/1/events", {"events": []}, BEARER)
    assert (status, said["error"]["code"]) == (400, 100)
    assert "data is missing" in said["error"]["message"]


def test_an_event_for_a_test_never_counts(relay: Deployed) -> None:
    status, said = asked(relay, "/v25.0/1/events", {"data": [EVENT], "test_event_code": "T"}, BEARER)
    assert (status, said["events_received"], len(said["messages"])) == (200, 0, 1)
    assert ids(relay) == []


def test_pinterests_answer_names_each_event(relay: Deployed) -> None:
    events = [EVENT | {"event_name": "checkout", "opt_out": False}, EVENT | {"event_name": "own", "event_id": "2"}]
    status, said = asked(relay, "/v5/ad_accounts/5491/events", {"data": events}, BEARER)
    assert (status, said["num_events_received"], said["num_events_processed"]) == (200, 2, 1)
    assert [event["status"] for event in said["events"]] == ["processed", "failed"]


@pytest.mark.parametrize("path", ["/x/1/events", "/v1/1/events", "/v5/ad_accounts/1/2/events"])
def test_other_paths_are_nobodys(relay: Deployed, path: str) -> None:
    assert asked(relay, path, {"data": [EVENT]})[0] == 404


def test_no_key_is_in_the_log(relay: Deployed, capsys: pytest.CaptureFixture[str]) -> None:
    query = {"access_token": "servers-write-key"}
    asked(relay, "/v25.0/1/events", {"data": [EVENT]}, {}, queryStringParameters=query)
    asked(relay, "/v25.0/1/events", {"data": [EVENT], "access_token": "servers-write-key"}, {})
    printed = capsys.readouterr()
    assert "servers-write-key" not in printed.out + printed.err
    assert '"source":"meta"' in printed.out.replace(" ", "")
