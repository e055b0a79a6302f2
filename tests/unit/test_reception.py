"""One HTTP request: who may post it, what a browser's connection adds, and what becomes of each conversion."""

import json
from typing import Any

import pytest

from pipeline.contract.destination import Prepared, Shared, Withheld
from pipeline.intake import body as bodies
from pipeline.intake.access import Request, authenticate, cors, presented_key
from pipeline.intake.body import BadRequest
from pipeline.intake.received import Received
from pipeline.intake.reception import receive
from pipeline.intake.senders import Sender, Senders
from pipeline.values.words import Word
from roku.destination import DESTINATION
from tests.unit.conversions import ABSENT, DEVICE, NOW, conversion, sha
from tests.unit.doubles import destination

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
    return authenticate(asked, key, KNOWN.recognise(key) if key else None, STACK)


def take(body: object, sender: Sender = SHOP, *, default: str = "", **parts: Any) -> Received:
    made = request(body, **parts)
    return receive(made, sender, bodies.read(made.body), [DESTINATION], default=default, now=NOW)["roku"]


def sent(reception: Received) -> list[dict[str, Any]]:
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
    with pytest.raises(BadRequest, match="Authorization: Bearer") as caught:
        admitted(request(headers=headers))
    assert caught.value.status == 401


@pytest.mark.parametrize("key", ["wrong-key", "shop-key-1x", "SHOP-KEY-1", "Bearer"])
def test_an_unknown_key_is_401_and_is_not_quoted(key: str) -> None:
    with pytest.raises(BadRequest, match="not known") as caught:
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
    with pytest.raises(BadRequest) as caught:
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
    named: str | None, of_key: str | None, of_stack: str, group: str
) -> None:
    sender = Sender(name="s", key="some-key-1", default_event_group=of_key)
    assert take({"event_group_id": named, "events": [conversion()]}, sender, default=of_stack).event_group_id == group


def test_without_any_group_the_body_is_refused() -> None:
    with pytest.raises(BadRequest, match="event_group_id is required") as caught:
        take({"events": [conversion()]})
    assert caught.value.status == 400


def test_a_key_that_may_not_post_to_the_group_is_403() -> None:
    sender = Sender(name="s", key="some-key-1", event_groups=("a",), default_event_group="a")
    assert take({"events": [conversion()]}, sender).event_group_id == "a"
    with pytest.raises(BadRequest) as caught:
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
    bad_too = bad | {"event_id": "order-2"}
    reception = take({"event_group_id": "g", "colour": "red", "events": [conversion(event_id="order-0"), bad, bad_too]})
    assert {entry["field"]: entry["events"] for entry in reception.warnings} == {
        "colour": [],
        "opt_out": [1, 2],
        "custom_data.value": [0, 1, 2],
    }


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
    assert event["opt_out"] == "true"  # this header a proxy passes on from the visitor: limiting wrongly costs little


@pytest.mark.parametrize("said", [ABSENT, "false", False, "true"])
def test_global_privacy_control_outweighs_the_page(said: object) -> None:
    body = {"event_group_id": "g", "events": [conversion(opt_out=said)] * 2}
    assert [event["opt_out"] for event in sent(take(body, PAGE, headers=beacon(**{"sec-gpc": "1"})))] == ["true"] * 2


LEADS_ONLY = Sender(name="leads", key="page-key-3", browser=True, event_names=("PAGE_VIEW", "LEAD"))


@pytest.mark.parametrize("name", ["PURCHASE", "purchase", "Pur-chase", "SEARCH"])
def test_an_event_that_the_key_may_not_send_is_invalid_however_it_is_spelt(name: str) -> None:
    events = [conversion(event_id="a", event_name=name), conversion(event_id="b", event_name="LEAD")]
    reception = take({"event_group_id": "g", "events": events}, LEADS_ONLY)
    assert list(reception.events) == [1]
    assert reception.failed[0]["errors"]["event_name"] == (
        "this key may send PAGE_VIEW, LEAD only: use another key, or add the name to event_names in this key's entry"
    )


@pytest.mark.parametrize("name", ["LEAD", "lead", "page view", "Page-View"])
def test_an_event_that_the_key_may_send_is_taken_however_it_is_spelt(name: str) -> None:
    assert sent(take({"event_group_id": "g", "events": [conversion(event_name=name)]}, LEADS_ONLY))


def test_the_list_of_names_holds_for_what_a_destination_names_freely() -> None:
    def transform(conversion: object, _: Shared) -> Prepared:
        assert isinstance(conversion, dict)
        return Prepared(b"{}", conversion["event_id"], None, [], conversion["event_name"])

    names = ["Lead", "Lead ", "lead\u200b", "Newsletter"]
    body = json.dumps({"events": [{"event_id": str(n), "event_name": name} for n, name in enumerate(names)]}).encode()
    posting = bodies.read(body)
    made = destination(transform=transform)
    taken = receive(request(body), LEADS_ONLY, posting, [made], default="g", now=NOW)[made.name]
    assert list(taken.events) == [0, 1]


def test_without_any_name_a_key_sends_nothing() -> None:
    nobody = Sender(name="nobody", key="page-key-4", event_names=())
    reception = take({"event_group_id": "g", "events": [conversion()]}, nobody)
    assert "no event only" in reception.failed[0]["errors"]["event_name"]


# --- events of one post that have one id ------------------------------------------------------------------------------

JANE, JOHN = {"em": "jane@example.com"}, {"em": "john@example.com"}
CUSTOM_25, CUSTOM_30 = {"value": 25, "currency": "USD"}, {"value": 30, "currency": "USD"}


def repeats(*events: dict[str, Any], apart: bool = True) -> list[tuple[str, list[int]]]:
    """What is said of event ids, and of which events."""
    body = json.dumps({"event_group_id": "g", "events": events}).encode()
    posting, to = bodies.read(body), [DESTINATION]
    taken = receive(request(body), SHOP, posting, to, default="", now=NOW, apart=apart)["roku"]
    assert len(taken.events) == len(events)
    return [(one["warning"], one["events"]) for one in taken.warnings if one["field"] == "event_id"]


def test_different_events_of_one_id_are_warned_of() -> None:
    jane, again = (conversion(user_data=JANE, custom_data=custom) for custom in (CUSTOM_25, CUSTOM_30))
    other = conversion(event_id="order-2", user_data=JANE)
    ((text, events),) = repeats(jane, other, again)
    assert (text.partition(";")[0], events) == ("events 0 and 2 have one event_id: they count once", [0, 2])
    assert "an event_id of its own" in text


def test_equal_events_are_said_to_be_equal_also_with_derived_ids() -> None:
    for event_id in ("order-1", ABSENT):
        ((text, events),) = repeats(*[conversion(event_id=event_id, user_data=JANE)] * 3)
        assert (text.partition(";")[0], events) == ("events 0, 1 and 2 are equal: they count once", [0, 1, 2])


def test_so_are_those_whose_fields_have_another_order() -> None:
    one = conversion(user_data=JANE, custom_data=CUSTOM_25)
    ((text, _),) = repeats(one, dict(reversed(one.items())))
    assert text.partition(";")[0] == "events 0 and 1 are equal: they count once"


def test_one_id_under_two_names_is_two_events() -> None:
    assert repeats(conversion(event_name="LEAD"), conversion(event_name="CONTACT")) == []


@pytest.mark.parametrize(
    ("first", "second", "two"),
    [
        ((JANE, CUSTOM_25), (JOHN, CUSTOM_30), True),
        ((JANE, CUSTOM_25), (JOHN, CUSTOM_25), False),  # one amount: perhaps a corrected address
        ((JANE, CUSTOM_25), (JANE, CUSTOM_30), False),
        ((JANE, CUSTOM_25), (JOHN, None), False),
        ((JANE | {"ph": "+15550100123"}, CUSTOM_25), (JOHN | {"ph": "+15550100123"}, CUSTOM_30), False),
        ((JANE, CUSTOM_25), ({"ph": "+15550100123"}, CUSTOM_30), False),  # nothing that both have
        (({"aGA": DEVICE}, CUSTOM_25), ({"aGA": DEVICE.upper()}, CUSTOM_30), False),
        (
            (JANE | {"client_ip_address": "203.0.113.1"}, CUSTOM_25),
            (JOHN | {"client_ip_address": "203.0.113.1"}, CUSTOM_30),
            True,
        ),
    ],
)
def test_plainly_different_conversions_of_one_id_are_said_to_be_delivered_both(
    first: tuple[Any, Any], second: tuple[Any, Any], two: bool
) -> None:
    events = [
        conversion(user_data=user, custom_data=ABSENT if custom is None else custom) for user, custom in (first, second)
    ]
    ((text, places),) = repeats(*events)
    assert ("under an event_id of their own" in text, "count once" in text) == (two, not two)
    assert places == [0, 1]
    # Without fingerprints delivery cannot tell them apart, and nothing else is promised.
    ((text, _),) = repeats(*events, apart=False)
    assert "they count once" in text


def test_a_thousand_copies_are_one_short_warning() -> None:
    ((text, events),) = repeats(*[conversion(user_data=JANE)] * 1_000)
    assert text.startswith("events 0, 1, 2, 3 and 996 more are equal")
    assert len(events) == 20


def test_only_the_value_1_is_global_privacy_control() -> None:
    (event,) = sent(take({"event_group_id": "g", "events": [conversion()]}, PAGE, headers=beacon(**{"sec-gpc": "0"})))
    assert "opt_out" not in event


@pytest.mark.parametrize("user_data", [[1, 2], "text", 7, True])
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
    def transform(conversion: object, _: Shared) -> Prepared | Withheld:
        if conversion == {"event_name": "LEAD"}:
            return Withheld(Word("opted out"), [("opt_out", "was read as true")])
        return Prepared(b"{}", "1", None, [])

    body = b'{"event_group_id":"g","events":[{"event_name":"SEARCH"},{"event_name":"LEAD"}]}'
    made = destination(transform=transform)
    posting = bodies.read(body)
    reception = receive(request(body), SHOP, posting, [made], default="", now=NOW)[made.name]
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


def test_many_shared_ids_leave_room_for_what_else_is_wrong() -> None:
    events = [conversion(event_id=f"order-{number // 2}", opt_out=f"perhaps {number}") for number in range(400)]
    taken = take({"event_group_id": "g", "events": events})
    of_ids = [one for one in taken.warnings if one["field"] == "event_id"]
    assert [one["count"] for one in of_ids] == [2] * 20 + [360]
    assert of_ids[-1]["warning"].startswith("180 further ids are each shared")
    assert any(one["field"] == "opt_out" for one in taken.warnings)


def test_a_senders_habits_decide_its_times() -> None:
    american = Sender(name="shop", key="shop-key-1", time_zone="America/Chicago", date_order="mdy")
    given = conversion(event_time="02/03/2025 08:30")
    (event,) = sent(take({"event_group_id": "g", "events": [given]}, american))
    assert event["event_time"] == 1_738_593_000
    assert set(take({"event_group_id": "g", "events": [given]}).failed[0]["errors"]) == {"event_time"}


def test_a_refund_is_ignored_and_counted() -> None:
    reception = take({"event_group_id": "g", "events": [conversion(event_name="PURCHASE", custom_data={"value": -3})]})
    assert reception.ignored[0].code == "refund"
    assert reception.counts()["Ignored"] == 1
