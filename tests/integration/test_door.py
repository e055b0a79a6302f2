"""What ends at the door is written down in the table, within bounds, and never at the cost of an answer."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError

from tests.bounds import BOUND
from tests.integration.deployed import Deployed, deploy
from tests.integration.test_handlers_ingest import LEAD, post

BAD = LEAD | {"event_id": "bad", "event_time": "yesterday"}


@pytest.fixture
def relay(monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployed]:
    with deploy(monkeypatch, {"shop": "server-key", "other": "other-key"}, LEDGER_TABLE="ledger") as stack:
        make_table()
        # A busy machine takes longer than the half second that an answer waits.
        monkeypatch.setattr("handlers.door._LONGEST", BOUND)
        yield stack


def make_table() -> None:
    """The ledger's table as the template has it."""
    keys = (("event_id", "HASH"), ("what", "RANGE"))
    boto3.client("dynamodb").create_table(
        TableName="ledger",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name, _ in keys],
        KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in keys],  # type: ignore[typeddict-item]
    )


def kept() -> list[dict[str, Any]]:
    """All items, events first."""
    items = boto3.client("dynamodb").scan(TableName="ledger")["Items"]
    told = [{name: next(iter(value.values())) for name, value in item.items()} for item in items]
    return sorted(told, key=lambda item: (item["event_id"].startswith("door#"), item["event_id"]))


def posted(relay: Deployed, *events: Mapping[str, Any], key: str = "server-key") -> dict[str, Any]:
    answer = relay.ingest(post({"event_group_id": "g1", "events": list(events)}, key=key))
    body: dict[str, Any] = json.loads(answer["body"])
    return body


def said(capsys: pytest.CaptureFixture[str], name: str) -> float:
    """The sum of a number in the lines of the log."""
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    numbers = [line.get(name, 0) for line in lines]
    return float(sum(sum(number) if isinstance(number, list) else number for number in numbers))


def test_a_post_that_succeeds_asks_the_table_nothing(relay: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEDGER_TABLE", "no-such-table")
    monkeypatch.setattr("handlers.clients.dynamodb", _never)
    assert posted(relay, LEAD)["code"] == 202


def _never() -> Any:
    raise AssertionError


def test_one_write_keeps_what_ended_and_a_post_that_was_refused_whole(relay: Deployed) -> None:
    calls: list[int] = []
    relay.ingest(post({"event_group_id": "g1", "events": [LEAD]}))
    client = __import__("handlers.clients").clients.dynamodb()
    client.meta.events.register("before-call.dynamodb.*", lambda **_: calls.append(1))
    body = posted(relay, LEAD, BAD, {"event_name": "LEAD"})
    assert (body["code"], body["request_id"], len(calls)) == (210, "r-1", 1)
    event, whole = kept()
    assert (event["event_id"], event["what"]) == ("bad", "invalid#roku#g1#1")
    assert (event["sender_name"], event["source"], event["fields"]) == ("shop", "events", "event_time")
    assert [one["index"] for one in json.loads(whole["events"])] == [1, 2]
    relay.ingest(post("{", key="server-key"))
    (refused,) = [item for item in kept() if '"refused"' in item.get("events", "")]
    assert "the body is not JSON" in refused["events"]


@pytest.mark.parametrize("key", [None, "nobodys-key"])
def test_of_a_post_without_a_known_key_nothing_is_kept(relay: Deployed, key: str | None) -> None:
    assert relay.ingest(post({"events": [BAD]}, key=key))["statusCode"] == 401
    assert kept() == []


def test_a_table_that_fails_or_hangs_is_counted_and_changes_no_answer(
    relay: Deployed, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(**_: object) -> None:
        raise EndpointConnectionError(endpoint_url="https://dynamodb")

    client = __import__("handlers.clients").clients.dynamodb()
    client.meta.events.register("before-send.dynamodb.BatchWriteItem", fail)
    assert posted(relay, LEAD, BAD)["code"] == 210
    assert said(capsys, "LedgerUnavailable") == 1
    monkeypatch.setattr("handlers.door._LONGEST", 0.0)  # so long a call that hangs is waited for
    assert posted(relay, LEAD, BAD)["code"] == 210
    assert said(capsys, "LedgerUnavailable") == 1


def test_what_one_sender_can_have_written_is_bounded_and_leaves_others_theirs(
    relay: Deployed, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = clock(monkeypatch)
    posted(relay, *(BAD | {"event_id": f"b{number}"} for number in range(30)))
    assert (len(kept()), said(capsys, "unrecorded")) == (24 + 1, 6)
    for _ in range(4):
        posted(relay, *(BAD | {"event_id": f"c{number}"} for number in range(24)))
    assert said(capsys, "unrecorded") == 5 * 24 - 100
    posted(relay, BAD, key="other-key")
    assert said(capsys, "unrecorded") == 0
    now(3)
    posted(relay, *(BAD | {"event_id": f"d{number}"} for number in range(24)))
    assert said(capsys, "unrecorded") == 24 - 3


def test_thousands_of_calls_that_are_no_conversions_hide_no_fault(
    relay: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock(monkeypatch)
    monkeypatch.setenv("DEFAULT_EVENT_GROUP", "g1")
    pages = [{"type": "page", "messageId": f"page-{number}"} for number in range(60)]
    for post_number in range(9):
        nobody = {"event": "Signed Up", "messageId": f"nobody-{post_number}", "timestamp": "2026-01-05T10:00:00Z"}
        body = {"batch": [*pages, nobody], "context": {}}
        assert relay.ingest(post(body, path="/v1/batch", key="server-key"))["statusCode"] == 200
    found = [item["event_id"] for item in kept() if item["what"].startswith("invalid")]
    assert found == [f"nobody-{post_number}" for post_number in range(9)]


def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """The functions' clock stands still, and goes on by so many seconds when it is told to."""
    at = [1_767_300_000.0]
    monkeypatch.setattr("handlers.clients.now", lambda: at[0])

    def forward(seconds: float) -> None:
        at[0] += seconds

    return forward


def test_accepted_events_whose_id_is_not_the_senders_are_named(relay: Deployed) -> None:
    nameless = {name: value for name, value in LEAD.items() if name != "event_id"}
    body = posted(relay, LEAD, nameless, BAD, LEAD | {"event_id": "jane@example.com"})
    assert [one["index"] for one in body["event_ids"]] == [1, 3]
    queued = [json.loads(line) for text in relay.bodies(relay.queue) for line in text.split("\n")[1:]]
    assert {one["event_id"] for one in body["event_ids"]} == {one["event_id"] for one in queued} - {"1"}
