"""One HTTP request: who may post it, what a browser's connection adds, and what becomes of each conversion."""

import json
from functools import partial
from typing import Any

import pytest

from pipeline import body as bodies
from pipeline.body import Refusal
from pipeline.destination import Prepared, Withheld
from pipeline.reception import Reception, Request, authenticate, cors, presented_key, receive
from pipeline.senders import Sender, Senders
from pipeline.words import Word
from roku.event import prepare
from roku.normalise import Settings
from tests.unit.conversions import ABSENT, DEVICE, NOW, conversion, sha

SHOP = Sender(name="shop", key="shop-key-1")
PAGE = Sender(name="page", key="page-key-1", browser=True, origins=("https://shop.example.com",))
OTHER = Sender(name="other", key="page-key-2", browser=True)

STACK = ["https://www.example.com"]
KNOWN = Senders.of([SHOP, PAGE, OTHER], STACK)


def request(
    body: object = b"",
    *,
    headers: dict[str, str] | None = None,
    query: dict[str, str] | None = None,
    source_ip: str | None = "203.0.113.9",
    user_agent: str | None = "Mozilla/5.0",
) -> Request:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Request("POST", "/v1/events", headers or {}, query or {}, raw, source_ip, user_agent)


def admitted(asked: Request) -> Sender:
    key = presented_key(asked)
    return authenticate(asked, KNOWN.recognise(key) if key else None, STACK)


def take(body: object, sender: Sender = SHOP, *, default: str | None = None, **parts: Any) -> Reception:
    transform = partial(prepare, settings=Settings())
    made = request(body, **parts)
    return receive(made, sender, bodies.read(made.body), transform, default_event_group=default, now=NOW)


def sent(reception: Reception) -> list[dict[str, Any]]:
    assert reception.failed == {}
    return [json.loads(reception.events[index].line) for index in range(reception.received)]


@pytest.mark.parametrize(
    ("headers", "query"),
    [
        ({"authorization": "Bearer shop-key-1"}, {}),
        ({"authorization": "bearer shop-key-1"}, {}),
        ({"authorization": "  Bearer   shop-key-1  "}, {}),
        ({"authorization": "shop-key-1"}, {}),
        ({"authentication": "Bearer shop-key-1"}, {}),  # the header of Ringba's guide
        ({"authentication": "shop-key-1"}, {}),
        ({"x-api-key": " shop-key-1 "}, {}),
        ({}, {"key": "shop-key-1"}),
        ({"authorization": "Basic dXNlcjpwYXNz"}, {"key": "shop-key-1"}),
        ({"authorization": "Basic dXNlcjpwYXNz", "authentication": "Bearer shop-key-1"}, {}),
        ({"authorization": "", "x-api-key": "shop-key-1"}, {}),
        ({"authorization": "Bearer "}, {"key": "shop-key-1"}),
        ({"authorization": "Bearer shop-key-1", "x-api-key": "wrong-key"}, {"key": "wrong-key"}),
    ],
)
def test_the_key_is_found_wherever_a_sender_can_put_it(headers: dict[str, str], query: dict[str, str]) -> None:
    assert presented_key(request(headers=headers, query=query)) == "shop-key-1"
    assert admitted(request(headers=headers, query=query)) is SHOP


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": ""},
        {"authorization": "Bearer"},
        {"authorization": "Bearer "},
        {"authorization": "Basic a b"},
    ],
)
def test_without_a_key_it_is_401_and_says_where_to_put_one(headers: dict[str, str]) -> None:
    with pytest.raises(Refusal, match="Authorization: Bearer") as caught:
        admitted(request(headers=headers))
    assert caught.value.status == 401


@pytest.mark.parametrize("key", ["wrong-key", "shop-key-1x", "SHOP-KEY-1", "Bearer"])
def test_an_unknown_key_is_401_and_is_not_quoted(key: str) -> None:
    with pytest.raises(Refusal, match="not known") as caught:
        admitted(request(headers={"x-api-key": key}))
    assert caught.value.status == 401
    assert key not in caught.value.description or key == "Bearer"


@pytest.mark.parametrize(
    ("key", "origin", "sender"),
    [
        ("page-key-1", "https://shop.example.com", PAGE),
        ("page-key-1", "https://www.example.com", None),  # its own list replaces the stack's
        ("page-key-2", "https://www.example.com", OTHER),
        ("page-key-2", "https://shop.example.com", None),
        ("page-key-2", None, None),
        ("shop-key-1", "https://evil.example", SHOP),  # a server's key is not bound to an origin
    ],
)
def test_a_browser_key_is_good_on_its_pages_only(key: str, origin: str | None, sender: Sender | None) -> None:
    asked = request(headers={"origin": origin} if origin else {}, query={"key": key})
    if sender is not None:
        assert admitted(asked) is sender
        return
    with pytest.raises(Refusal) as caught:
        admitted(asked)
    assert caught.value.status == 403


@pytest.mark.parametrize("origin", ["https://shop.example.com", "https://www.example.com"])
def test_a_page_of_a_browser_key_may_read_the_answer(origin: str) -> None:
    headers = cors(request(headers={"origin": origin}), KNOWN)
    assert headers["Access-Control-Allow-Origin"] == origin
    assert headers["Vary"] == "Origin"
    assert "POST" in headers["Access-Control-Allow-Methods"]
    allowed = headers["Access-Control-Allow-Headers"].lower().split(", ")
    assert {"authorization", "content-type"} <= set(allowed)
    assert "Access-Control-Allow-Credentials" not in headers


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "", "*", None])
def test_another_page_may_not(origin: str | None) -> None:
    assert cors(request(headers={"origin": origin} if origin is not None else {}), KNOWN) == {}


def test_without_a_browser_key_no_page_may() -> None:
    assert cors(request(headers={"origin": "https://www.example.com"}), Senders.of([SHOP], STACK)) == {}


@pytest.mark.parametrize(
    ("named", "of_key", "of_stack", "group"),
    [
        ("a", "b", "c", "a"),
        (None, "b", "c", "b"),
        (None, None, "c", "c"),
        ("[group]", "b", "c", "b"),
        ("", None, "c", "c"),
    ],
)
def test_the_group_is_the_bodys_then_the_keys_then_the_stacks(
    named: str | None, of_key: str | None, of_stack: str | None, group: str
) -> None:
    sender = Sender(name="s", key="some-key-1", default_event_group=of_key)
    assert take({"event_group_id": named, "events": [conversion()]}, sender, default=of_stack).event_group_id == group


def test_without_any_group_the_body_is_refused() -> None:
    with pytest.raises(Refusal, match="event_group_id is required") as caught:
        take({"events": [conversion()]})
    assert caught.value.status == 400


def test_a_key_that_may_not_post_to_the_group_is_403() -> None:
    sender = Sender(name="s", key="some-key-1", event_groups=("a",), default_event_group="a")
    assert take({"events": [conversion()]}, sender).event_group_id == "a"
    with pytest.raises(Refusal) as caught:
        take({"event_group_id": "b", "events": [conversion()]}, sender)
    assert caught.value.status == 403


def test_each_conversion_has_its_own_verdict_in_its_own_place() -> None:
    bad = conversion(event_id="bad", event_name="PURCHASED ITEM")
    reception = take({"event_group_id": "g", "events": [conversion(event_id="a"), bad, 7, conversion(event_id="b")]})
    assert reception.received == 4
    assert {index: made.event_id for index, made in reception.events.items()} == {0: "a", 3: "b"}
    assert {index: sorted(entry["errors"]) for index, entry in reception.failed.items()} == {
        1: ["event_name"],
        2: ["events"],
    }
    assert reception.failed[1]["event_id"] == "bad"


def test_warnings_name_the_events_they_concern() -> None:
    bad = conversion(opt_out="perhaps")
    reception = take({"event_group_id": "g", "colour": "red", "events": [conversion(), bad, bad]})
    assert {entry["field"]: entry["events"] for entry in reception.warnings} == {"colour": [], "opt_out": [1, 2]}


def beacon(**headers: str) -> dict[str, str]:
    return {"origin": "https://shop.example.com", "content-type": "text/plain;charset=UTF-8"} | headers


def test_of_a_browser_the_connection_is_the_visitors() -> None:
    (event,) = sent(
        take(
            {"event_group_id": "g", "events": [conversion(user_data=ABSENT)]},
            PAGE,
            headers=beacon(referer="https://shop.example.com/thanks"),
        )
    )
    assert event["user_data"] == {
        "is_hashed": True,
        "client_ip_address": "203.0.113.9",
        "client_user_agent": "Mozilla/5.0",
    }
    assert event["event_source_url"] == "https://shop.example.com/thanks"
    assert "opt_out" not in event


def test_what_the_page_says_outweighs_the_connection() -> None:
    said = {"client_ip_address": "2001:db8::1", "client_user_agent": "App/1"}
    given = conversion(user_data=said, event_source_url="https://shop.example.com/a")
    (event,) = sent(
        take({"event_group_id": "g", "events": [given]}, PAGE, headers=beacon(referer="https://b.example/"))
    )
    assert event["user_data"] == {"is_hashed": True} | said
    assert event["event_source_url"] == "https://shop.example.com/a"


@pytest.mark.parametrize("nothing", [None, "", "undefined", "{{ip}}"])
def test_a_placeholder_of_the_page_does_not_hide_the_connection(nothing: str | None) -> None:
    given = conversion(user_data={"client_ip_address": nothing, "client_user_agent": nothing}, event_source_url=nothing)
    (event,) = sent(
        take({"event_group_id": "g", "events": [given]}, PAGE, headers=beacon(referer="https://b.example/"))
    )
    assert event["user_data"]["client_ip_address"] == "203.0.113.9"
    assert event["user_data"]["client_user_agent"] == "Mozilla/5.0"
    assert event["event_source_url"] == "https://b.example/"


def test_a_connection_that_is_not_known_adds_nothing() -> None:
    body = {"event_group_id": "g", "events": [conversion()]}
    (event,) = sent(take(body, PAGE, headers=beacon(), source_ip=None, user_agent=None))
    assert event["user_data"] == {"is_hashed": True, "aGA": DEVICE}


def test_of_a_server_or_a_call_tracker_the_connection_is_somebodys_proxy() -> None:
    headers = {"referer": "https://proxy.example/", "sec-gpc": "1"}
    (event,) = sent(take({"event_group_id": "g", "events": [conversion()]}, SHOP, headers=headers))
    assert event["user_data"] == {"is_hashed": True, "aGA": DEVICE}
    assert "event_source_url" not in event
    assert "opt_out" not in event


@pytest.mark.parametrize("said", [ABSENT, "false", False, "true"])
def test_global_privacy_control_outweighs_the_page(said: object) -> None:
    body = {"event_group_id": "g", "events": [conversion(opt_out=said)] * 2}
    assert [event["opt_out"] for event in sent(take(body, PAGE, headers=beacon(**{"sec-gpc": "1"})))] == ["true"] * 2


def test_only_the_value_1_is_global_privacy_control() -> None:
    (event,) = sent(take({"event_group_id": "g", "events": [conversion()]}, PAGE, headers=beacon(**{"sec-gpc": "0"})))
    assert "opt_out" not in event


@pytest.mark.parametrize("user_data", [[], "text", 7, True])
def test_a_user_data_that_is_no_object_is_not_replaced(user_data: object) -> None:
    reception = take({"event_group_id": "g", "events": [conversion(user_data=user_data)]}, PAGE, headers=beacon())
    assert set(reception.failed[0]["errors"]) == {"user_data"}


def test_what_stands_beside_the_events_reaches_each_of_them() -> None:
    given = conversion(user_data={"ph": "+15550100123"})
    (event,) = sent(take({"event_group_id": "g", "is_hashed": True, "events": [given]}))
    assert event["user_data"] == {"is_hashed": True, "ph": sha("15550100123")}


def test_the_same_request_makes_the_same_events() -> None:
    body = {
        "event_group_id": "g",
        "events": [conversion(event_id=ABSENT), conversion(event_id=ABSENT, event_name="LEAD")],
    }
    first, second = (take(body, PAGE, headers=beacon()).events for _ in range(2))
    assert {index: made.line for index, made in first.items()} == {index: made.line for index, made in second.items()}
    assert first[0].event_id != first[1].event_id


def test_a_withheld_conversion_is_neither_queued_nor_failed_and_its_reason_and_warnings_are_kept() -> None:
    def transform(conversion: object, **_: Any) -> Prepared | Withheld:
        if conversion == {"event_name": "LEAD"}:
            return Withheld(Word("opted out"), [("opt_out", "was read as true")])
        return Prepared(b"{}", "1", None, [])

    body = b'{"event_group_id":"g","events":[{"event_name":"SEARCH"},{"event_name":"LEAD"}]}'
    reception = receive(request(body), SHOP, bodies.read(body), transform, default_event_group=None, now=NOW)
    assert (list(reception.events), reception.withheld, reception.failed) == ([0], {1: "opted out"}, {})
    assert reception.warnings == [{"field": "opt_out", "warning": "was read as true", "count": 1, "events": [1]}]


def test_a_post_may_name_20_partners_and_the_events_of_others_are_named() -> None:
    names = [f"partner {place % 25}" for place in range(100)]
    events = [conversion(event_id=f"e{place}", partner_name=name) for place, name in enumerate(names)]
    received = take({"event_group_id": "g", "events": [*events, conversion(event_id="none")]})
    kept = {f"partner {place}" for place in range(20)}
    assert {event.partner_name for event in received.events.values()} == kept | {None}
    assert len(received.events) == 81
    assert sorted(received.failed) == [place for place, name in enumerate(names) if name not in kept]
    assert received.failed[20]["errors"] == {
        "partner_name": "is another name after 20 different ones, the most of one post: send this event in another post"
    }
    assert received.counts()["Invalid"] == 20
