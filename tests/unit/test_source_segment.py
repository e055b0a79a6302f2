"""Segment's webhooks, by the examples of Segment's specification and of its Webhooks destination."""

import hashlib
import hmac
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.intake.body import BadRequest, Body, Ignored
from pipeline.intake.senders import SourceSettings
from roku.event import prepare
from roku.normalise import Settings
from sources.inbound import Inbound
from sources.web import segment
from tests.unit.arbitrary import FUZZ, JSON, check_judged, check_spoiled, either, with_names
from tests.unit.call_posts import only
from tests.unit.conversions import GROUP, NOW, sha, unwarned

# "Spec: V2 Ecommerce Events", Order Completed.
ORDER = {
    "checkout_id": "fksdjfsdjfisjf9sdfjsd9f",
    "order_id": "50314b8e9bcf000000000000",
    "affiliation": "Google Store",
    "total": 27.50,
    "subtotal": 22.50,
    "revenue": 25.00,
    "shipping": 3,
    "tax": 2,
    "discount": 2.5,
    "coupon": "hasbros",
    "currency": "USD",
    "products": [
        {
            "product_id": "507f1f77bcf86cd799439011",
            "sku": "45790-32",
            "name": "Monopoly: 3rd Edition",
            "price": 19,
            "quantity": 1,
            "category": "Games",
        },
        {
            "product_id": "505bd76785ebb509fc183733",
            "sku": "46493-32",
            "name": "Uno Card Game",
            "price": 3,
            "quantity": 2,
            "category": "Games",
        },
    ],
}
# The same, Product Added.
PRODUCT = {
    "cart_id": "skdjsidjsdkdj29j",
    "product_id": "507f1f77bcf86cd799439011",
    "sku": "G-32",
    "category": "Games",
    "name": "Monopoly: 3rd Edition",
    "brand": "Hasbro",
    "variant": "200 pieces",
    "price": 18.99,
    "quantity": 1,
    "coupon": "MAYDEALS",
    "position": 3,
}
# "Spec: Common Fields", with an address that is nobody's.
CONTEXT = {
    "campaign": {
        "name": "TPS Innovation Newsletter",
        "source": "Newsletter",
        "medium": "email",
        "term": "tps reports",
        "content": "image link",
    },
    "ip": "203.0.113.9",
    "page": {
        "path": "/academy/",
        "referrer": "https://www.example.com/",
        "search": "?gclid=abc&rtid=r-1",
        "title": "Analytics Academy",
        "url": "https://segment.com/academy/?gclid=abc&rtid=r-1",
    },
    "userAgent": "Mozilla/5.0 (iPhone; CPU iPhone OS 9_1 like Mac OS X) AppleWebKit/601.1.46 (KHTML, like Gecko)",
}
SECRET = "local-signing-secret"


def call(event: str = "Order Completed", **changes: Any) -> dict[str, Any]:
    return {
        "type": "track",
        "event": event,
        "messageId": "022bb90c-bbac-11e4-8dfc-aa07a5b093db",
        "timestamp": "2015-12-10T04:08:31.905Z",
        "userId": "97980cfea0067",
        "context": CONTEXT,
        "properties": ORDER,
    } | changes


def post(data: Any, *, headers: dict[str, str] | None = None, **settings: Any) -> Body:
    body = data if isinstance(data, bytes) else json.dumps(data).encode()
    return segment.read(Inbound(body, headers or {}, SourceSettings(**settings), NOW))


def conversion(data: dict[str, Any], **settings: Any) -> dict[str, Any]:
    return only(post(data, **settings))


def finished(data: dict[str, Any]) -> dict[str, Any]:
    return unwarned(prepare(conversion(data), group=GROUP, now=NOW, settings=Settings(), context={}))


def test_the_specifications_order_becomes_a_purchase() -> None:
    event = finished(call(context=CONTEXT | {"traits": {"email": "Jane@Example.com"}}))
    assert event == {
        "event_id": "022bb90c-bbac-11e4-8dfc-aa07a5b093db",
        "event_name": "PURCHASE",
        "event_type": "conversion",
        "event_time": 1449720511,  # 2015-12-10T04:08:31Z
        "event_source": "website",
        "event_source_url": "https://segment.com/academy/?gclid=abc&rtid=r-1",
        "referrer_url": "https://www.example.com/",
        "user_data": {
            "is_hashed": True,
            "em": sha("jane@example.com"),
            "external_id": "97980cfea0067",
            "client_ip_address": "203.0.113.9",
            "client_user_agent": CONTEXT["userAgent"],
        },
        "custom_data": {
            "value": 27.5,
            "currency": "USD",
            "order_id": "50314b8e9bcf000000000000",
            "contents": [
                {"id": "507f1f77bcf86cd799439011", "quantity": "1", "price": 19},
                {"id": "505bd76785ebb509fc183733", "quantity": "2", "price": 3},
            ],
            "content_type": "product",
            "num_items": 3,
            "utm_campaign": "TPS Innovation Newsletter",
            "utm_source": "Newsletter",
            "utm_medium": "email",
            "utm_term": "tps reports",
            "utm_content": "image link",
        },
    }


def test_click_ids_come_from_the_pages_address() -> None:
    assert conversion(call())["click_ids"] == {"gclid": "abc", "rtid": "r-1"}
    elsewhere = call(context={"page": {"search": "?gclid=abc"}})
    assert conversion(elsewhere)["click_ids"] == {"gclid": "abc"}


def test_the_pages_address_fills_in_for_a_missing_campaign() -> None:
    page = {"url": "https://example.com/?utm_source=roku&utm_medium=ctv"}
    custom = conversion(call(context={"page": page, "campaign": {"medium": "tv"}}))["custom_data"]
    assert (custom["utm_source"], custom["utm_medium"]) == ("roku", "tv")


@pytest.mark.parametrize(
    ("event", "name"),
    [
        ("Order Completed", "PURCHASE"),
        ("Product Added", "ADD_TO_CART"),
        ("Checkout Started", "INITIATE_CHECKOUT"),
        ("Signed Up", "SIGN_UP"),
        ("Product Viewed", "VIEW_CONTENT"),
        ("Products Searched", "SEARCH"),
        ("Payment Info Entered", "ADD_PAYMENT_INFO"),
    ],
)
def test_the_specifications_events_have_rokus_names(event: str, name: str) -> None:
    assert conversion(call(event))["event_name"] == name


def test_a_single_product_is_the_contents() -> None:
    custom = conversion(call("Product Added", properties=PRODUCT, context={}))["custom_data"]
    assert custom == {
        "content_name": "Monopoly: 3rd Edition",
        "content_category": "Games",
        "contents": [{"id": "507f1f77bcf86cd799439011", "quantity": 1, "price": 18.99}],
        "content_type": "product",
        "num_items": 1,
    }


def test_the_products_outweigh_the_first_ones_name() -> None:
    custom = conversion(call(properties=ORDER | {"product_id": "1", "price": 5}))["custom_data"]
    assert [item["id"] for item in custom["contents"]] == ["507f1f77bcf86cd799439011", "505bd76785ebb509fc183733"]


def test_a_search_has_its_words_and_not_its_filters() -> None:
    searched = call("Products Searched", properties={"query": "blue roses"}, context={})
    assert conversion(searched)["custom_data"] == {"search_string": "blue roses"}
    assert "custom_data" not in conversion(
        call("Products Searched", properties={"query": {"colour": "blue"}}, context={})
    )


def test_who_signed_up_stands_in_the_properties() -> None:
    # "Spec: B2B SaaS", Signed Up, with an address and a number that are nobody's.
    properties = {
        "type": "organic",
        "first_name": "Peter",
        "last_name": "Gibbons",
        "email": "pgibbons@example.com",
        "phone": "555-010-9412",
        "username": "pgibbons",
        "title": "Mr",
    }
    user = conversion(call("Signed Up", properties=properties, context={"groupId": "acct_123"}))["user_data"]
    assert user == {
        "em": "pgibbons@example.com",
        "ph": "555-010-9412",
        "fn": "Peter",
        "ln": "Gibbons",
        "external_id": "97980cfea0067",
    }


def test_traits_tell_what_the_properties_do_not() -> None:
    traits = {
        "email": "jane@example.com",
        "phone": "+1 555 010 0199",
        "firstName": "Jane",
        "lastName": "Doe",
        "birthday": "1990-05-01T00:00:00.000Z",
        "gender": "female",
        "address": {
            "city": "San Francisco",
            "state": "CA",
            "postalCode": "94103",
            "country": "USA",
            "street": "6th St",
        },
    }
    event = finished(call(context={"traits": traits}, userId=None, properties={}))
    assert event["user_data"] == {
        "is_hashed": True,
        "em": sha("jane@example.com"),
        "ph": sha("15550100199"),
        "fn": sha("jane"),
        "ln": sha("doe"),
        "ge": sha("female"),
        "db": sha("1990-05-01"),
        "ct": "San Francisco",
        "st": "California",
        "zp": "94103",
        "country": "US",
    }
    both = call(context={"traits": traits}, properties={"email": "at-checkout@example.com"})
    assert conversion(both)["user_data"]["em"] == "at-checkout@example.com"


def test_an_address_as_user_id_is_the_email_and_no_clear_id() -> None:
    user = conversion(call(userId="jane@example.com", context={}))["user_data"]
    assert user == {"em": "jane@example.com"}


@pytest.mark.parametrize(
    ("device", "field"),
    [
        ({"type": "ios", "advertisingId": "7A3CBEA0-BDF5-11E4-8DFC-AA07A5B093DB"}, "aID"),
        ({"type": "android", "advertisingId": "7A3CBEA0-BDF5-11E4-8DFC-AA07A5B093DB"}, "aGA"),
        ({"type": "ios", "advertisingId": "7A3CBEA0-BDF5-11E4-8DFC-AA07A5B093DB", "adTrackingEnabled": False}, None),
        ({"type": "webos", "advertisingId": "7A3CBEA0-BDF5-11E4-8DFC-AA07A5B093DB"}, None),
        ({"type": ["ios", "tv"], "advertisingId": "7A3CBEA0-BDF5-11E4-8DFC-AA07A5B093DB"}, None),
    ],
)
def test_an_apps_advertising_id_is_sent_unless_tracking_is_off(device: dict[str, Any], field: str | None) -> None:
    one = conversion(call(userId=None, context={"device": device}))
    assert list(one["user_data"]) == ([field] if field else [])
    assert one.get("event_source") == ("mobile_app" if device["type"] in ("ios", "android") else None)


@pytest.mark.parametrize(
    ("properties", "settings", "value"),
    [
        ({"total": 27.5, "revenue": 25, "value": 30}, {}, 27.5),
        ({"total": None, "revenue": 25, "value": 30}, {}, 25),
        ({"value": 30}, {}, 30),
        ({"total": 0, "revenue": 25}, {}, 0),
        ({"revenue": "39.95"}, {}, "39.95"),  # the Webhooks destination's own example
        ({"total": 27.5, "subtotal": 22.5}, {"value_field": "subtotal"}, 22.5),
        ({"total": 27.5}, {"value_field": "subtotal"}, None),
    ],
)
def test_which_amount_is_the_value(properties: dict[str, Any], settings: dict[str, Any], value: Any) -> None:
    assert conversion(call(properties=properties), **settings)["custom_data"].get("value") == value


def test_the_senders_currency_stands_in_for_a_missing_one() -> None:
    assert conversion(call(properties={"total": 5}), currency="EUR")["custom_data"]["currency"] == "EUR"
    assert conversion(call(), currency="EUR")["custom_data"]["currency"] == "USD"


@pytest.mark.parametrize(
    ("changes", "event_id"),
    [
        ({}, "022bb90c-bbac-11e4-8dfc-aa07a5b093db"),
        ({"properties": {"event_id": "pixel-1", "order_id": "1"}}, "pixel-1"),
        ({"properties": {"event_id": "", "order_id": "1"}}, "022bb90c-bbac-11e4-8dfc-aa07a5b093db"),
        ({"messageId": None}, None),
    ],
)
def test_the_event_id_is_the_pixels_or_segments(changes: dict[str, Any], event_id: str | None) -> None:
    assert conversion(call(**changes)).get("event_id") == event_id


@pytest.mark.parametrize(
    ("changes", "time"),
    [
        ({}, "2015-12-10T04:08:31.905Z"),
        (
            {"timestamp": None, "originalTimestamp": "2015-12-10T04:08:30Z", "receivedAt": "2015-12-10T04:08:32Z"},
            "2015-12-10T04:08:30Z",
        ),
        ({"timestamp": None, "receivedAt": "2015-12-10T04:08:32Z"}, "2015-12-10T04:08:32Z"),
    ],
)
def test_the_time_is_segments_corrected_one(changes: dict[str, Any], time: str) -> None:
    assert conversion(call(**changes))["event_time"] == time


# The bodies of the Webhooks destination's page, and the calls of the specification that are no conversions.
@pytest.mark.parametrize(
    ("data", "code"),
    [
        (
            {"version": 1, "type": "page", "properties": {"path": "/pricing"}},
            "not_a_track_call",
        ),
        ({"version": 1, "type": "screen", "userId": "019mr8mf4r", "name": "Main Screen"}, "not_a_track_call"),
        ({"version": 1, "type": "identify", "traits": {"email": "achilles@example.com"}}, "not_a_track_call"),
        ({"version": 1, "type": "alias", "previousId": "a", "userId": "b"}, "not_a_track_call"),
        ({"version": 1, "type": "group", "groupId": "0e8c78ea9d97a7b8185e8632"}, "not_a_track_call"),
        ({"type": "delete", "userId": "019mr8mf4r"}, "not_a_track_call"),
        ({"type": 5}, "not_a_track_call"),
        ({"type": "track", "event": "jane@example.com"}, "unmapped_event"),
        ({"type": "track", "event": " "}, "unmapped_event"),
        ({"type": "track", "event": "x" * 129}, "unmapped_event"),
        ({"type": "track", "event": "Order Refunded", "properties": {"order_id": "1"}}, "unmapped_event"),
        ({"type": "track", "event": None}, "unmapped_event"),
        ({}, "unmapped_event"),
    ],
)
def test_what_is_no_conversion_is_ignored(data: dict[str, Any], code: str) -> None:
    (one,) = post(data).conversions
    assert isinstance(one, Ignored)
    assert one.code == code


def test_an_event_that_nobody_mapped_counts_only_where_any_name_is_taken() -> None:
    data = {"type": "track", "event": "Purchased an Item", "properties": {"revenue": "39.95"}}
    body = post([data, call(), data])
    assert [(one["event_name"], one["conversion_type"]) for one in body.conversions] == [
        ("Purchased an Item", "Purchased an Item"),
        ("PURCHASE", "Order Completed"),
        ("Purchased an Item", "Purchased an Item"),
    ]
    assert [(index, why.code) for index, why in body.unmapped.items()] == [(0, "unmapped_event"), (2, "unmapped_event")]
    assert body.warnings == []


@pytest.mark.parametrize(("word", "name"), [("ticketpurchase", "ticketpurchase"), (" seatupgrade ", "seatupgrade")])
def test_a_name_of_event_names_that_no_list_has_keeps_its_letters(word: str, name: str) -> None:
    body = post(call("Ticket Bought"), event_names={"Ticket Bought": word})
    (one,) = body.conversions
    assert (one["event_name"], one["conversion_type"]) == (name, name)
    assert list(body.unmapped) == [0]


def test_a_slip_of_a_listed_name_stays_wrong_everywhere() -> None:
    body = post(call("Ticket Bought"), event_names={"Ticket Bought": "PURCHSE"})
    assert body.conversions[0]["event_name"] == "PURCHSE"
    assert body.unmapped == {}


def test_event_names_maps_further_events_and_takes_some_out() -> None:
    names = {"Purchased an Item": "PURCHASE", "Product Viewed": None}
    assert conversion(call("Purchased an Item"), event_names=names)["event_name"] == "PURCHASE"
    assert conversion(call("Signed Up"), event_names=names)["event_name"] == "SIGN_UP"
    (one,) = post(call("Product Viewed"), event_names=names).conversions
    assert isinstance(one, Ignored)
    assert "event_names" in one.text


@pytest.mark.parametrize("field", ["type", "event"])
def test_an_ignored_call_quotes_no_person(field: str) -> None:
    (one,) = post({"type": "track", "event": "x"} | {field: "jane@example.com called +15550100199"}).conversions
    assert isinstance(one, Ignored)
    assert "jane" not in one.text
    assert "0100199" not in one.text


def test_a_batch_is_read_call_by_call() -> None:
    batch = [call(), {"type": "page"}, call("Signed Up", messageId="2")]
    purchase, page, sign_up = post(batch).conversions
    assert (purchase["event_name"], sign_up["event_name"], sign_up["event_id"]) == ("PURCHASE", "SIGN_UP", "2")
    assert isinstance(page, Ignored)


@pytest.mark.parametrize("data", [[], [5], [call(), None], "text", 5, None])
def test_what_is_no_call_is_refused(data: Any) -> None:
    with pytest.raises(BadRequest) as refused:
        post(data)
    assert refused.value.status == 400


def test_a_batch_beyond_the_limit_is_refused_with_the_fix() -> None:
    assert len(post([{}] * 1_000).conversions) == 1_000
    with pytest.raises(BadRequest, match="batch size"):
        post([{}] * 1_001)


def signed(body: bytes) -> dict[str, str]:
    """The Webhooks page: hex, HMAC with SHA-1, of the JSON text of the body."""
    return {"x-signature": hmac.new(SECRET.encode(), body, hashlib.sha1).hexdigest()}


def test_segments_signature_opens_and_another_does_not() -> None:
    body = json.dumps(call()).encode()
    assert post(body, headers=signed(body), signature_secret=SECRET).conversions
    for headers in (signed(body + b" "), {}, {"x-signature": ""}):
        with pytest.raises(BadRequest) as refused:
            post(body, headers=headers, signature_secret=SECRET)
        assert refused.value.status == 401


def test_a_batch_of_which_only_the_first_call_is_signed_is_refused_with_the_fix() -> None:
    # Segment's code and help centre: with batching the signature is that of the first call alone.
    first = json.dumps(call()).encode()
    body = b"[" + first + b"," + json.dumps(call(messageId="2")).encode() + b"]"
    with pytest.raises(BadRequest, match="turn batching off") as refused:
        post(body, headers=signed(first), signature_secret=SECRET)
    assert refused.value.status == 401
    assert len(post(body, headers=signed(body), signature_secret=SECRET).conversions) == 2


def test_the_senders_event_group_is_used() -> None:
    assert post(call(), event_group="shop_us").event_group_id == "shop_us"
    assert post(call()).event_group_id is None


_PROPERTIES = with_names(
    "event_id order_id total revenue value currency email phone first_name query name product_id price opt_out",
    products=JSON | st.lists(with_names("product_id sku price quantity"), max_size=3),
)
_CONTEXT = with_names(
    "ip userAgent",
    page=with_names("url referrer search"),
    campaign=with_names("name source medium"),
    traits=with_names("email phone firstName birthday gender", address=with_names("city state postalCode country")),
    device=with_names("advertisingId adTrackingEnabled", type=either("ios", "android")),
)
_CALL = st.fixed_dictionaries(
    {"event": either(*segment.EVENT_NAMES)},
    optional={
        "type": either("track", "page"),
        "messageId": JSON,
        "timestamp": JSON,
        "userId": JSON,
        "properties": _PROPERTIES,
        "context": _CONTEXT,
    },
)


@FUZZ
@given(st.lists(_CALL, min_size=1, max_size=3))
def test_no_call_raises_and_the_destination_answers_each(calls: list[dict[str, Any]]) -> None:
    check_judged(post(calls))


def test_a_value_field_that_is_not_there_is_told_where_there_is_a_value() -> None:
    paid, none = call(properties={"total": 5}), call(event="Signed Up", properties={})
    posting = post([paid, paid, none], value_field="profit")
    assert [field for field, _ in posting.warnings] == ["value_field"]
    assert post([none], value_field="profit").warnings == []


def test_junk_in_any_one_place_is_read_or_refused() -> None:
    traits = dict.fromkeys("email phone firstName first_name lastName last_name gender birthday".split(), "x")
    address = dict.fromkeys("city state postalCode postal_code country".split(), "x")
    context = CONTEXT | {
        "ip": "203.0.113.9",
        "page": {"url": "https://example.com/?utm_source=x", "search": "?a=b", "referrer": "x"},
        "campaign": {"name": "x", "source": "x"},
        "device": {"type": "ios", "advertisingId": "x", "adTrackingEnabled": True},
        "traits": traits | {"address": address},
    }
    properties = dict.fromkeys("event_id value email phone first_name name category query sku opt_out".split(), "x")
    whole = call(
        context=context, properties=properties | ORDER | {"products": [{"sku": "A", "price": 1, "quantity": 1}]}
    )
    check_spoiled([whole], lambda body: post(body, currency="USD"))
    check_spoiled(whole | {"properties": properties | {"product_id": "x"}}, post)
