"""Segment's calls as Rokt gets them: each statement of Segment's page on its Rokt destination."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.contract.destination import Invalid, Prepared, Withheld
from pipeline.intake.body import Ignored
from pipeline.intake.senders import SourceSettings
from rokt.event import prepare
from rokt.settings import Settings
from roku.event import prepare as prepare_for_roku
from roku.normalise import Settings as RokuSettings
from sources.inbound import Inbound
from sources.web import segment
from tests.unit.arbitrary import JSON, either, with_names
from tests.unit.conversions import DEVICE, GROUP, NOW, sha, unwarned
from tests.unit.rokt_conversions import CLEAR, EVENT_API, SETTINGS

RTID = "1bc29b36f623ba82aaf6724fd3b16718"
# The times of the case are those of the destination's own sample: 2024-01-18T12:00:00Z.
ORDER: dict[str, Any] = {
    "type": "track",
    "event": "Order Completed",
    "messageId": "msg-1",
    "timestamp": "2024-01-18T12:00:00.000Z",
    "userId": "user-123",
    "properties": {"order_id": "order-123", "revenue": 99.99, "currency": "USD"},
    "context": {"traits": {"email": "Jane@Example.com"}, "ip": "203.0.113.9"},
}
# "Using Engage Data", "Audience generated events", with an address.
ENTERED: dict[str, Any] = {
    "type": "identify",
    "messageId": "personas_1",
    "timestamp": "2024-01-18T12:00:00.000Z",
    "userId": "u123",
    "context": {"personas": {"computation_class": "audience", "computation_key": "first_time_shopper"}},
    "traits": {"first_time_shopper": True, "email": "jane@example.com"},
}
IDENTIFY = ENTERED | {"context": {}, "traits": {"email": "jane@example.com"}}


def read(call: dict[str, Any], **settings: Any) -> dict[str, Any] | Ignored:
    body = json.dumps(call).encode()
    (one,) = segment.read(Inbound(body, {}, SourceSettings(**settings), NOW)).conversions
    assert isinstance(one, dict | Ignored)
    return one


def outcome(call: dict[str, Any], settings: Settings = SETTINGS) -> Prepared | Invalid | Withheld:
    return prepare(read(call), group=GROUP, now=NOW, settings=settings)


def finished(call: dict[str, Any], settings: Settings = SETTINGS) -> dict[str, Any]:
    return unwarned(outcome(call, settings))


def events(call: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """The name and the attributes of each event of the object."""
    return [(one["data"]["event_name"], one["data"]["custom_attributes"]) for one in finished(call)["events"]]


def test_order_completed_is_a_conversion() -> None:
    event = finished(ORDER)
    assert event["user_identities"] == {"other": sha("jane@example.com"), "customerid": "user-123"}
    assert event["ip"] == "203.0.113.9"
    (only,) = event["events"]
    assert (only["data"]["event_name"], only["data"]["timestamp_unixtime_ms"]) == ("conversion", 1705579200000)
    assert only["data"]["custom_attributes"] == {
        "conversiontype": "Order Completed",
        "confirmationref": "order-123",
        "amount": 99.99,
        "currency": "USD",
        "event_id": "msg-1",
    }


def test_its_fields_have_their_places_with_hashing_off_as_the_page_has_it() -> None:
    traits = {
        "email": " Jane@Example.com",
        "firstName": "Jane",
        "lastName": "Smith",
        "phone": "+1 (323) 867-5309",
        "birthday": "1985-10-20",
        "gender": "f",
        "address": {"postal_code": "54321", "city": "Boston"},
    }
    device = {"type": "ios", "advertisingId": DEVICE, "id": DEVICE.upper()}
    context = {"traits": traits, "device": device, "userAgent": "Mozilla/5.0 (iPhone)"}
    event = finished(ORDER | {"context": context}, Settings(send_birth_date=True, **CLEAR))
    assert event["user_identities"] == {"email": "jane@example.com", "customerid": "user-123"}
    assert event["user_attributes"] == {
        "firstname": "Jane",
        "lastname": "Smith",
        "mobile": "3238675309",
        "billingzipcode": "54321",
        "dob": "19851020",
        "gender": "f",
        "city": "Boston",
    }
    assert event["device_info"] == {
        "http_header_user_agent": "Mozilla/5.0 (iPhone)",
        "ios_advertising_id": DEVICE,
        "ios_idfv": DEVICE.upper(),
    }


def test_what_the_traits_do_not_tell_the_properties_may() -> None:
    properties = {"firstName": "Jane", "birthday": "1985-10-20", "gender": "f", "address": {"postal_code": "54321"}}
    event = finished(ORDER | {"properties": properties}, Settings(send_birth_date=True, **CLEAR))
    assert event["user_attributes"] == {
        "firstname": "Jane",
        "billingzipcode": "54321",
        "dob": "19851020",
        "gender": "f",
    }


def test_a_digest_is_not_hashed_again() -> None:
    context = {"traits": {"email": sha("jane@example.com"), "phone": sha("3238675309").upper()}}
    event = finished(ORDER | {"context": context})
    assert event["user_identities"]["other"] == sha("jane@example.com")
    assert event["user_attributes"]["mobilesha256"] == sha("3238675309")


def test_further_properties_that_are_scalars_are_attributes() -> None:
    further = {"coupon": "SPRING", "tax": 2, "gift": False, "Loyalty Tier": "gold", "list": [1, 2], "deep": {"a": 1}}
    empty = {"affiliation": "", "shipping": None, "discount": "null"}
    person = {"username": "jsmith", "email": "jane@example.com", "phone": "+13238675309", "last_name": "Smith"}
    called = ORDER | {"properties": ORDER["properties"] | further | empty | person}
    ((_, attributes),) = events(called)
    ours = {"conversiontype", "confirmationref", "amount", "currency", "event_id"}
    assert {name: value for name, value in attributes.items() if name not in ours} == {
        "coupon": "SPRING",
        "tax": 2,
        "gift": False,
        "Loyalty Tier": "gold",
    }


# --- rtid -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {"integrations": {"Rokt Conversions API": {"rtid": RTID}}},  # where the browser plugin writes it
        {"integrations": {"All": True, "Rokt Conversions API (Actions)": {"rtid": RTID}}},
        {"context": {"integrations": {"Rokt Conversions API": {"rtid": RTID}}}},
        {"context": {"page": {"url": f"https://shop.example/thanks?rtid={RTID}"}}},
        {"context": {"page": {"url": f"https://shop.example/thanks?rclid={RTID}"}}},
        {"context": {"page": {"url": "https://shop.example/thanks", "search": f"?utm_source=x&rtid={RTID}&a=b"}}},
        {"context": {"page": {"search": f"?rtid={RTID}"}}},
        {"properties": {"rtid": RTID}},
        {"properties": {"rclid": RTID}},
        {
            "integrations": {"Rokt Conversions API": {"rtid": RTID}},
            "context": {"page": {"search": "?rtid=an-older-one"}},
        },
        {
            "integrations": {"Rokt Conversions API": True},
            "context": {"integrations": "x", "page": {"search": f"?rtid={RTID}"}},
        },
    ],
)
def test_the_click_id_is_found_and_is_identifier_enough(changes: dict[str, Any]) -> None:
    event = finished(ORDER | {"userId": None, "context": {}} | changes)
    assert event["integration_attributes"] == {"1277": {"passbackconversiontrackingid": RTID}}
    assert event["user_identities"] == {"other2": RTID}


# --- audiences --------------------------------------------------------------------------------------------------------

VIP = {"audience_name": "vip", "audience_membership": True}


@pytest.mark.parametrize(("joins", "status"), [(True, "add"), (False, "drop"), ("true", "add"), ("false", "drop")])
@pytest.mark.parametrize(
    "call",
    [
        {"type": "identify", "traits": {"email": "jane@example.com"}},
        {"type": "identify", "properties": {}},
        {"type": "track", "event": "Audience Changed", "properties": {}},
        {"type": "track", "event": "Audience Changed", "traits": {}},
    ],
)
def test_a_track_or_identify_call_with_both_fields_updates_the_audience(
    call: dict[str, Any], joins: object, status: str
) -> None:
    place = "traits" if "traits" in call else "properties"
    fields = {"audience_name": "vip", "audience_membership": joins}
    called = IDENTIFY | {"traits": None} | call | {place: call[place] | fields}
    assert events(called) == [
        ("audiencemembershipupdate", {"audience_name": "vip", "status": status, "event_id": "personas_1"})
    ]


def test_an_identify_call_is_of_the_person_in_its_traits() -> None:
    traits = {"email": "jane@example.com", "firstName": "Jane", "address": {"postalCode": "54321"}} | VIP
    event = finished(IDENTIFY | {"traits": traits}, Settings(**CLEAR))
    assert event["user_identities"] == {"email": "jane@example.com", "customerid": "u123"}
    assert event["user_attributes"] == {"firstname": "Jane", "billingzipcode": "54321", "segment_vip": True}


def test_a_conversion_with_both_fields_is_a_conversion_and_an_update() -> None:
    called = ORDER | {"properties": ORDER["properties"] | VIP}
    (update, told), (conversion, said) = events(called)
    assert (conversion, said["confirmationref"]) == ("conversion", "order-123")
    assert (update, told) == ("audiencemembershipupdate", {"audience_name": "vip", "status": "add"})


@pytest.mark.parametrize(
    "traits",
    [
        {},
        {"audience_name": "vip"},
        {"audience_membership": True},
        {"audience_name": "", "audience_membership": True},
        {"audience_name": "vip", "audience_membership": None},
        {"order_completed_last_30days": True},  # without Engage's word for it, a trait as any other
    ],
)
def test_an_identify_call_without_both_stays_ignored(traits: dict[str, Any]) -> None:
    one = read(IDENTIFY | {"traits": {"email": "jane@example.com"} | traits})
    assert isinstance(one, Ignored)
    assert one.code == "not_a_track_call"


@pytest.mark.parametrize("kind", ["page", "screen", "group", "alias"])
def test_other_calls_update_no_audience(kind: str) -> None:
    assert isinstance(read(IDENTIFY | {"type": kind, "traits": VIP}), Ignored)


def test_a_membership_that_is_neither_yes_nor_no_is_refused_by_its_name() -> None:
    made = outcome(IDENTIFY | {"traits": VIP | {"audience_membership": "perhaps"}})
    assert isinstance(made, Invalid)
    assert list(made.errors) == ["audience_name"]


@pytest.mark.parametrize(
    ("call", "name", "status"),
    [
        (ENTERED, "first_time_shopper", "add"),
        (ENTERED | {"traits": {"first_time_shopper": False}}, "first_time_shopper", "drop"),
        (
            ENTERED
            | {
                "type": "track",
                "event": "Audience Entered",
                "traits": None,
                "properties": {"audience_key": "first_time_shopper", "first_time_shopper": True},
            },
            "first_time_shopper",
            "add",
        ),
        (
            ENTERED
            | {
                "type": "track",
                "event": "Audience Exited",
                "traits": None,
                "properties": {"audience_key": "recent_buyer", "recent_buyer": False},
                "context": {"personas": {"computation_class": "journey_step", "computation_key": "j_o_1"}},
            },
            "recent_buyer",
            "drop",
        ),
        (ENTERED | {"traits": ENTERED["traits"] | VIP}, "first_time_shopper", "add"),
    ],
)
def test_an_audience_of_engage_is_the_trait_that_is_named_like_it(call: dict[str, Any], name: str, status: str) -> None:
    assert events(call) == [
        ("audiencemembershipupdate", {"audience_name": name, "status": status, "event_id": "personas_1"})
    ]


@pytest.mark.parametrize(
    ("personas", "traits"),
    [
        ({"computation_class": "trait", "computation_key": "big"}, {"small": True}),
        ({"computation_class": "trait", "computation_key": "big"}, {"big": None}),
        ({"computation_class": "audience", "computation_key": "big"}, {"big": 450.0}),
        ({"computation_class": "audience", "computation_key": "big"}, {"small": True}),
        ({"computation_class": "audience", "computation_key": ["big", "small"]}, {"big": True}),
        ({"computation_class": ["audience", "trait"], "computation_key": "big"}, {"big": True}),
        ({"computation_class": "audience"}, {"big": True}),
    ],
)
def test_what_is_no_membership_makes_nobody_a_member(personas: dict[str, Any], traits: dict[str, Any]) -> None:
    assert isinstance(read(ENTERED | {"context": {"personas": personas}, "traits": traits}), Ignored)


@pytest.mark.parametrize("value", [True, 0, 450.5, "high"])
@pytest.mark.parametrize("place", ["traits", "properties"])
def test_a_computed_trait_is_an_attribute_of_the_person_and_no_conversion(place: str, value: object) -> None:
    personas = {"computation_class": "trait", "computation_key": "total_ltv"}
    call = ENTERED | {"context": {"personas": personas}, "traits": {}, place: {"total_ltv": value}}
    event = finished(call)
    assert event["user_attributes"] == {"total_ltv": value}
    assert "events" not in event
    update = read(call)
    made = prepare_for_roku(update, group=GROUP, now=NOW, settings=RokuSettings(), context={})
    assert isinstance(made, Withheld)
    assert isinstance(outcome(call, EVENT_API), Withheld)


def test_further_traits_are_attributes_of_the_person() -> None:
    traits = {"loyalty_tier": "gold", "age": 42, "tags": ["a"], "company": {"name": "x"}, "username": "jane", "id": "7"}
    event = finished(ORDER | {"context": {"traits": traits}})
    assert event["user_attributes"] == {"loyalty_tier": "gold", "age": 42, "tags": ["a"]}


def test_quantity_and_price_of_no_product_go_along() -> None:
    called = ORDER | {"properties": ORDER["properties"] | {"quantity": 3, "price": 9.5}}
    ((_, said),) = events(called)
    assert (said["quantity"], said["price"]) == (3, 9.5)


def test_the_first_place_of_a_person_is_the_traits_then_the_properties() -> None:
    places = {"traits": {"email": "t@example.com"}, "properties": {"email": "p@example.com"}}
    kept = {"context": {"traits": {"email": "c@example.com"}}}
    one, other = finished(ORDER | places | kept), finished(ORDER | kept | {"properties": places["properties"]})
    assert one["user_identities"]["other"] == sha("t@example.com")
    assert other["user_identities"]["other"] == sha("p@example.com")


@pytest.mark.parametrize("event", ["Seat Upgraded", "ticketpurchase"])
def test_an_event_of_any_name_is_a_conversion_of_that_type(event: str) -> None:
    ((name, said),) = events(ORDER | {"event": event})
    assert (name, said["conversiontype"]) == ("conversion", event)


def test_null_in_event_names_takes_audiences_out() -> None:
    assert isinstance(read(ENTERED, event_names={"identify": None}), Ignored)
    entered = ENTERED | {"type": "track", "event": "Audience Entered"}
    assert isinstance(read(entered, event_names={"audience entered": None}), Ignored)
    assert isinstance(read(entered, event_names={"identify": None}), dict)


def test_who_opted_out_in_the_traits_is_withheld() -> None:
    assert isinstance(outcome(ENTERED | {"traits": ENTERED["traits"] | {"opt_out": True}}), Withheld)


def test_roku_and_rokts_event_api_take_no_update_and_do_not_call_it_wrong() -> None:
    update = read(ENTERED)
    assert isinstance(update, dict)
    made = prepare_for_roku(update, group=GROUP, now=NOW, settings=RokuSettings(), context={})
    assert isinstance(made, Withheld)
    assert isinstance(outcome(ENTERED, EVENT_API), Withheld)


_KEYS = either("a", "first_time_shopper")
_CALL = st.fixed_dictionaries(
    {"type": either("track", "identify"), "event": either(*segment.EVENT_NAMES, "Audience Entered")},
    optional={
        "timestamp": either("2024-01-18T12:00:00.000Z"),
        "integrations": with_names("All", **{"Rokt Conversions API": with_names("rtid") | JSON}),
        "properties": with_names("audience_name audience_membership audience_key a rtid coupon tax email address"),
        "traits": with_names("audience_name audience_membership a email opt_out address"),
        "context": with_names(
            "ip userAgent integrations",
            personas=with_names("namespace", computation_class=either("audience"), computation_key=_KEYS),
            page=with_names("url search"),
            device=with_names("id advertisingId", type=either("ios", "android")),
        ),
    },
)


@given(_CALL, st.sampled_from([Settings(), EVENT_API]))
def test_no_call_raises_and_rokt_answers_each(call: dict[str, Any], settings: Settings) -> None:
    one = read(call)
    if not isinstance(one, Ignored):
        made = prepare(one, group=GROUP, now=NOW, settings=settings)
        assert isinstance(made, Prepared | Invalid | Withheld)
