"""Canaries in values and in names, through every door: after ingest they are found nowhere in clear.

Doors: each post of `events/`, which are all the routes and all the sources, with canaries planted in each of its
objects, addresses and rows; besides the query, the path, the headers, event names and what Roku says of an event.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from sources import registry
from tests.integration.deployed import Deployed, deploy
from tests.integration.test_door import kept, make_table
from tests.integration.test_handlers_ingest import post

EVENTS = Path(__file__).parents[2] / "events"
POSTS = [json.loads(path.read_text(encoding="utf-8"))["post"] for path in sorted(EVENTS.glob("*/*.json"))]
# A person whom no sample knows: as a name of a field each of these says who it is. The last are keys.
NAMES: dict[str, Any] = {
    "jane.canary@example.com": "em",
    "+15550100177": "ph",
    "(555) 010-0177": 1,
    "Canary_Doe": "+1 555 010 0177",
    "nested": {"jane.canary@example.com": "x", "canary": "call me at 5550100177"},
    "contact[phone]": "5550100177",
    "write_key_canary": "jane.canary@example.com",
}
PARAMETERS = (
    "billing_phone=5550100177&guest_name=Canary+Doe&contact%5Bphone%5D=5550100177&key=canary-key&accessToken=canary-key"
    "&p=%2B15550100177&birth_date=1971-04-06&cc=4111111111111111&next=%2Fa%3Fuser_phone%3D5550100177"
)
TRACES = ["canary", "5550100177", "010-0177", "010 0177", "1971-04-06", "4111111111111111"]
ROKT = {
    "ROKT_API": "conversions",
    "ROKT_HASHED": "email,first_name,last_name,mobile,billing_zip",
    "ROKT_SEND_BIRTH_DATE": "false",
    "ROKT_COPY_RTID": "true",
    "ROKT_HASHED_NAMES": "lower_case",
    "ROKT_CONVERSION_TYPE": "own",
    "ROKT_ACCOUNT_ID": "",
    "ROKT_URL": "https://rokt.example",
}
LEAD = {"event_name": "LEAD", "event_time": 1767225600, "user_data": {"em": "somebody@example.org"}}


@pytest.fixture
def relay(monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployed]:
    """A stack for both destinations that samples each event; Rokt's queue is there to be looked into."""
    senders = {
        "server": {"key": "server-key", "default_event_group": "g1"},
        "page": {"key": "browser-canary-key", "browser": True, "origins": ["https://shop.example"]},
    }
    settings = {"LOG_SAMPLE_RATE": "1", "POWERTOOLS_LOG_LEVEL": "DEBUG", "LEDGER_TABLE": "ledger"}
    with deploy(monkeypatch, senders, **settings, **ROKT) as stack:
        make_table()
        monkeypatch.setenv("ROKT_QUEUE_URL", boto3.client("sqs").create_queue(QueueName="rokt")["QueueUrl"])
        yield stack


def planted(value: Any) -> Any:
    """The JSON value with canaries in each object and each address."""
    if isinstance(value, dict):
        return {name: planted(inner) for name, inner in value.items()} | NAMES
    if isinstance(value, list):
        return [planted(inner) for inner in value]
    if isinstance(value, str) and value.startswith("http") and "#" not in value:
        return f"{value}{'&' if '?' in value else '?'}{PARAMETERS}#/thanks/+15550100177"
    return value


def planted_text(text: str) -> str:
    """The same for a body as it is written: JSON, JSON Lines, or a file with a header row."""
    try:
        return json.dumps(planted(json.loads(text)))
    except ValueError:
        pass
    lines = text.splitlines()
    try:
        return "\n".join(json.dumps(planted(json.loads(line))) for line in lines)
    except ValueError:
        separator = max(",;\t", key=lines[0].count)
        return "\n".join([separator.join([line, "jane.canary@example.com", "+15550100177"]) for line in lines])


def planted_posts() -> Iterator[dict[str, Any]]:
    """Every post of the samples, with a key that opens all doors."""
    for one in POSTS:
        text = one["text"] if "text" in one else json.dumps(one["body"])
        headers = {name.lower(): value for name, value in one.get("headers", {}).items()}
        yield post(planted_text(text), path=one.get("path", "/v1/events").partition("?")[0], headers=headers | {
            "authorization": "Bearer server-key", "user-agent": "canary/1", "referer": f"https://x.example/?{PARAMETERS}",
            "x-jane.canary@example.com": "+15550100177",
        }, queryStringParameters={"jane.canary@example.com": "+15550100177"})  # fmt: skip


def written(relay: Deployed, capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    """What is anywhere after ingest and delivery."""
    queued = relay.bodies(relay.queue)
    relay.deliver(queued)
    logged = capsys.readouterr()
    return {
        "queue": json.dumps(queued),
        "Rokt's queue": json.dumps(relay.bodies(relay.sqs.get_queue_url(QueueName="rokt")["QueueUrl"])),
        "dead letters": json.dumps(relay.letters()),
        "what Roku has": json.dumps(relay.sandbox.events()),
        "table": json.dumps(kept()),
        "log": logged.out + logged.err,
    }


def found(places: dict[str, str]) -> list[tuple[str, str]]:
    """Where there is which trace."""
    return [(place, trace) for place, text in places.items() for trace in TRACES if trace in text.lower()]


def test_in_names_and_values_through_every_door(relay: Deployed, capsys: pytest.CaptureFixture[str]) -> None:
    posts = list(planted_posts())
    doors = {one["rawPath"].rpartition("/")[2] for one in posts}
    assert doors >= {*registry.SOURCES, "events"}
    answers = [relay.ingest(one)["statusCode"] for one in posts]
    assert {200, 202} <= set(answers)
    assert max(answers) < 500
    places = written(relay, capsys)
    # So that there is something to search: of most samples an event is on its way to both.
    assert len(json.loads(places["what Roku has"])) > 20
    assert len(json.loads(places["Rokt's queue"])) > 20
    assert found(places) == []


def test_in_ids_texts_and_the_names_of_what_is_refused(relay: Deployed, capsys: pytest.CaptureFixture[str]) -> None:
    ids = ["+15550100177", "jane.canary@example.com", "order (555) 010-0177", "5550100177"]
    person = {"ph": "+1 (555) 010-0177", "em": "jane.canary@example.com", "fn": "Canary", "db": "1971-04-06"}
    good = [
        LEAD
        | {"event_id": one, "partner_name": f"agency {one}", "attributes": {"note": one, "transactionid": one, one: 1}}
        | {"user_data": person | {"external_id": one, "subscription_id": one, "aFC": one}}
        | {"custom_data": {"order_id": one, "search_string": one, "content_name": one, "content_ids": [one]}}
        for one in ids
    ]
    bad = [
        LEAD | {"event_id": f"bad {number}", "user_data": {one: "x", "Canary_Doe": "fn"}, "event_time": "x", one: 1}
        for number, one in enumerate(ids)
    ]
    named = [LEAD | {"event_id": f"named {number}", "event_name": one} for number, one in enumerate(ids[:3])]
    refused = LEAD | {"event_id": "refuse-me", "user_data": person}
    relay.sandbox.set_faults({"refuse": {"refuse-me": {"jane.canary@example.com": "call +1 555 010 0177, Canary"}}})
    answer = relay.ingest(post({"event_group_id": "g1", "events": [*good, *bad, *named, refused]}))
    assert answer["statusCode"] == 210
    places = written(relay, capsys)
    assert len(json.loads(places["what Roku has"])) == len(good)
    assert len(json.loads(places["dead letters"])) == 1
    assert "unknown_field" in places["log"]
    assert "bad 3" in places["table"]
    # The name that Roku quotes without saying whose it is, is the one thing that a reason can keep.
    assert set(found(places)) == {("dead letters", "canary"), ("table", "canary")}


def test_a_key_and_a_refusal_are_in_no_log(relay: Deployed, capsys: pytest.CaptureFixture[str]) -> None:
    query = {"key": "browser-canary-key", "access_token": "canary", "jane.canary@example.com": "x"}
    origin = {"origin": "https://shop.example", "referer": f"https://shop.example/t?{PARAMETERS}"}
    for method in ("POST", "GET", "OPTIONS", "jane.canary@example.com"):
        for path in ("/v1/events", "/v1/relay.js", "/v1/sources/jane.canary@example.com", "/canary/+15550100177"):
            one = post({"events": [LEAD], "event_group_id": "g1"}, path=path, key=None, method=method, headers=origin)
            relay.ingest(one | {"queryStringParameters": query, "rawQueryString": "key=browser-canary-key"})
    for group in ("jane.canary@example.com", "+15550100177"):
        assert relay.ingest(post({"events": [LEAD], "event_group_id": group}))["statusCode"] == 400
    assert relay.ingest(post("jane.canary@example.com"))["statusCode"] == 400
    assert relay.test(post({"events": [LEAD | {"event_name": "canary"}]}, path="/v1/test_events"))["statusCode"] == 400
    places = written(relay, capsys)
    assert "answered" in places["log"]
    assert found(places) == []
