"""Events in GA4's words, by the examples of Google's documents."""

import json
import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.consent.settings import Consent
from pipeline.contract.destination import Prepared
from pipeline.intake.body import BadRequest, Body, Ignored
from pipeline.intake.hearing import hear
from pipeline.intake.senders import SourceSettings
from roku.event import prepare
from roku.normalise import Settings
from sources.inbound import Inbound
from sources.web import ga4
from tests.unit.arbitrary import FUZZ, JSON, check_judged, check_spoiled, either, with_names
from tests.unit.call_posts import only
from tests.unit.conversions import GROUP, NOW, sha

# "Measure ecommerce", the purchase of the Google Merchandise Store.
ECOMMERCE = {
    "transaction_id": "T_12345_1",
    "value": 30.03,
    "tax": 4.9,
    "shipping": 5.99,
    "currency": "USD",
    "coupon": "SUMMER_SALE",
    "items": [
        {
            "item_id": "SKU_12345",
            "item_name": "Stan and Friends Tee",
            "affiliation": "Google Merchandise Store",
            "coupon": "SUMMER_FUN",
            "discount": 2.22,
            "index": 0,
            "item_brand": "Google",
            "item_category": "Apparel",
            "item_list_id": "related_products",
            "item_variant": "green",
            "location_id": "ChIJIQBpAG2ahYAR_6128GcTUEo",
            "price": 10.01,
            "quantity": 3,
        }
    ],
}
CUSTOM = {
    "value": 30.03,
    "currency": "USD",
    "order_id": "T_12345_1",
    "contents": [{"id": "SKU_12345", "quantity": 3, "price": 10.01}],
    "content_type": "product",
    "num_items": 3,
}
# "Set up enhanced conversions": user data in the clear, of a person who is nobody.
USER = {
    "email": "Jane@Example.com",
    "phone_number": "+15550100199",
    "address": {
        "first_name": "Jane",
        "last_name": "Doe",
        "street": "123 Lemon",
        "city": "Some city",
        "region": "CA",
        "country": "US",
        "postal_code": "12345",
    },
}


def post(data: Any, **settings: Any) -> Body:
    body = data if isinstance(data, bytes) else json.dumps(data).encode()
    return ga4.read(Inbound(body, {}, SourceSettings(**settings), NOW + 0.9))


def conversion(data: dict[str, Any], **settings: Any) -> dict[str, Any]:
    return only(post(data, **settings))


@pytest.mark.parametrize(
    "pushed",
    [
        {"event": "purchase", "ecommerce": ECOMMERCE},
        {"event": "purchase", **ECOMMERCE},
        {"event": "purchase", "eventModel": ECOMMERCE, "gtm.uniqueEventId": 7},
        {"event": "purchase", "eventModel": {"ecommerce": ECOMMERCE}},
        {"event_name": "purchase", "client_id": "ABC_123", **ECOMMERCE},
        {"client_id": "ABC_123", "events": [{"name": "purchase", "params": ECOMMERCE}]},
    ],
    ids=["dataLayer", "flat", "eventModel", "both", "server-side", "Measurement Protocol"],
)
def test_googles_purchase_becomes_one_in_each_of_its_shapes(pushed: dict[str, Any]) -> None:
    one = conversion(pushed)
    assert one == {
        "event_name": "PURCHASE",
        "event_id": "T_12345_1",
        "event_time": NOW,
        "custom_data": CUSTOM,
        "user_data": {},
    }


def test_a_pushed_purchase_is_finished_without_a_warning() -> None:
    pushed = {"event": "purchase", "ecommerce": ECOMMERCE, "user_data": USER, "user_id": "u-7"}
    made = prepare(conversion(pushed), group=GROUP, now=NOW, settings=Settings(), context={})
    assert isinstance(made, Prepared), made
    assert made.warnings == []
    assert json.loads(made.line)["user_data"] == {
        "is_hashed": True,
        "em": sha("jane@example.com"),
        "ph": sha("15550100199"),
        "fn": sha("jane"),
        "ln": sha("doe"),
        "ct": "Some city",
        "st": "California",
        "zp": "12345",
        "country": "US",
        "external_id": "u-7",
    }


@pytest.mark.parametrize(
    ("user_data", "expected"),
    [
        ({"sha256_email_address": sha("jane@example.com")}, {"em": sha("jane@example.com")}),
        # "Send user-provided data": arrays, and an array of addresses.
        (
            {
                "sha256_email_address": [sha("a@example.com"), sha("b@example.com")],
                "sha256_phone_number": [sha("+15550100199")],
                "address": [{"sha256_first_name": sha("jane"), "sha256_last_name": sha("doe"), "city": "Some city"}],
            },
            {
                "em": sha("a@example.com"),
                "sha256_phone_number": sha("+15550100199"),
                "fn": sha("jane"),
                "ln": sha("doe"),
                "ct": "Some city",
            },
        ),
        ({"email": ["", "b@example.com"]}, {"em": "b@example.com"}),
        # "Common event data" of server-side Tag Manager.
        ({"email_address": "a@example.com"}, {"em": "a@example.com"}),
        # Clear text is hashed by Roku's rules, which are not Google's.
        ({"sha256_email_address": sha("x"), "email": "a@example.com"}, {"em": "a@example.com"}),
        ({"sha256_phone_number": sha("x"), "phone_number": "+15550100199"}, {"ph": "+15550100199"}),
        ({"address": {"sha256_first_name": sha("x"), "first_name": "Jane"}}, {"fn": "Jane"}),
        # Names beside the address instead of in it.
        ({"first_name": "Jane", "address": {"city": "Some city"}}, {"fn": "Jane", "ct": "Some city"}),
        ({"email": "undefined", "phone_number": "{{phone}}"}, {}),
        ([], {}),
        ("jane@example.com", {}),
    ],
)
def test_googles_user_data(user_data: Any, expected: dict[str, Any]) -> None:
    assert conversion({"event": "sign_up", "event_id": "1", "user_data": user_data})["user_data"] == expected


def test_user_data_may_stand_in_the_event_model() -> None:
    pushed = {"event": "sign_up", "event_id": "1", "eventModel": {"user_data": {"email": "a@example.com"}}}
    assert conversion(pushed)["user_data"] == {"em": "a@example.com"}


# Of "Recommended events", those for which Roku has a name.
@pytest.mark.parametrize(
    ("event", "name"),
    [
        ("purchase", "PURCHASE"),
        ("begin_checkout", "INITIATE_CHECKOUT"),
        ("add_payment_info", "ADD_PAYMENT_INFO"),
        ("add_to_cart", "ADD_TO_CART"),
        ("add_to_wishlist", "ADD_TO_WISHLIST"),
        ("view_item", "VIEW_CONTENT"),
        ("search", "SEARCH"),
        ("sign_up", "SIGN_UP"),
        ("generate_lead", "LEAD"),
        ("level_up", "ACHIEVE_LEVEL"),
        ("unlock_achievement", "UNLOCK_ACHIEVEMENT"),
    ],
)
def test_the_recommended_events_have_rokus_names(event: str, name: str) -> None:
    assert conversion({"event": event, "event_id": "1"})["event_name"] == name


@pytest.mark.parametrize(
    "pushed",
    [
        {"event": "gtm.js", "gtm.start": 1767225600000},
        {"event": "page_view"},
        {"event": "refund", "ecommerce": ECOMMERCE},
        {"event": "view_item_list"},
        {"event": 5},
        {"ecommerce": ECOMMERCE},
        {},
        {"events": [{"params": ECOMMERCE}]},
        {"events": [5]},
    ],
)
def test_other_events_are_ignored(pushed: dict[str, Any]) -> None:
    (one,) = post(pushed).conversions
    assert isinstance(one, Ignored)
    assert one.code == "unmapped_event"


@pytest.mark.parametrize("pushed", [{"event": "page_view"}, {"ecommerce": ECOMMERCE}])
def test_an_ignored_event_keeps_its_id(pushed: dict[str, Any]) -> None:
    (one,) = post(pushed | {"event_id": "tag-7"}).conversions
    assert one.event_id == "tag-7"


def test_event_names_maps_further_events_and_takes_some_out() -> None:
    names = {"page_view": "PAGE_VIEW", "view_item": None}
    assert conversion({"event": "page_view"}, event_names=names)["event_name"] == "PAGE_VIEW"
    assert conversion({"event": "purchase"}, event_names=names)["event_name"] == "PURCHASE"
    (one,) = post({"event": "view_item"}, event_names=names).conversions
    assert isinstance(one, Ignored)
    assert "event_names" in one.text


def test_an_ignored_event_quotes_no_person() -> None:
    (one,) = post({"event": "jane@example.com called +15550100199"}).conversions
    assert isinstance(one, Ignored)
    assert "jane" not in one.text
    assert "0100199" not in one.text


@pytest.mark.parametrize(
    ("pushed", "event_id"),
    [
        ({"event": "purchase", "event_id": "page-1", "transaction_id": "T-1"}, "page-1"),
        ({"event": "purchase", "transaction_id": "T-1"}, "T-1"),
        ({"event": "purchase", "event_id": "undefined", "transaction_id": "T-1"}, "T-1"),
        # Roku takes two events with one id within 10 minutes for one.
        ({"event": "add_payment_info", "transaction_id": "T-1"}, "T-1-ADD_PAYMENT_INFO"),
        ({"event": "purchase", "transaction_id": ""}, None),
    ],
)
def test_the_event_id_is_the_pages_or_the_orders(pushed: dict[str, Any], event_id: str | None) -> None:
    assert conversion(pushed).get("event_id") == event_id


@pytest.mark.parametrize(
    ("pushed", "time"),
    [
        ({"timestamp_micros": 1767225600123456}, 1767225600123456),
        ({"timestamp_micros": "1767225600123456", "event_time": 5}, "1767225600123456"),
        ({"event_time": 1767225600}, 1767225600),
        ({"timestamp_micros": None}, NOW),
    ],
)
def test_the_time_is_the_events_or_else_that_of_the_post(pushed: dict[str, Any], time: Any) -> None:
    assert conversion({"event": "purchase", "transaction_id": "T-1", **pushed})["event_time"] == time


@pytest.mark.parametrize(
    ("pushed", "warned"),
    [
        ({"event": "sign_up"}, ["event_id"]),
        ({"event": "sign_up", "event_id": "1"}, []),
        ({"event": "sign_up", "timestamp_micros": 1767225600123456}, []),
        ({"event": "gtm.js"}, []),
    ],
)
def test_a_post_that_would_count_twice_if_repeated_is_warned_of(pushed: dict[str, Any], warned: list[str]) -> None:
    assert [field for field, _ in post(pushed).warnings] == warned


def test_common_event_data_tells_page_and_visitor() -> None:
    # "Common event data" of server-side Tag Manager.
    one = conversion(
        {
            "event_name": "purchase",
            "ip_override": "203.0.113.9",
            "user_agent": "Mozilla/5.0",
            "page_location": "https://example.com/thanks?utm_source=roku&gclid=abc",
            "page_referrer": "https://www.google.com",
            "opt_out": "true",
            "transaction_id": "T-1",
        }
    )
    assert one["user_data"] == {"client_ip_address": "203.0.113.9", "client_user_agent": "Mozilla/5.0"}
    assert one["event_source"] == "website"
    assert one["event_source_url"] == "https://example.com/thanks?utm_source=roku&gclid=abc"
    assert one["referrer_url"] == "https://www.google.com"
    assert one["custom_data"] == {"order_id": "T-1", "utm_source": "roku"}
    assert one["click_ids"] == {"gclid": "abc"}
    assert one["opt_out"] == "true"


def test_each_event_of_the_measurement_protocol_stands_alone() -> None:
    lead, ignored, search = post(
        {
            "client_id": "ABC_123",
            "user_id": "u-7",
            "timestamp_micros": 1767225600123456,
            "user_data": {"sha256_email_address": [sha("jane@example.com")]},
            "events": [
                {"name": "generate_lead", "params": {"value": 5, "currency": "USD", "event_id": "lead-1"}},
                {"name": "page_view"},
                {"name": "search", "params": {"search_term": "blue roses"}, "timestamp_micros": 1767225500123456},
            ],
        }
    ).conversions
    assert isinstance(ignored, Ignored)
    assert lead == {
        "event_name": "LEAD",
        "event_id": "lead-1",
        "event_time": 1767225600123456,
        "custom_data": {"value": 5, "currency": "USD"},
        "user_data": {"em": sha("jane@example.com"), "external_id": "u-7"},
    }
    assert (search["event_time"], search["custom_data"]) == (1767225500123456, {"search_string": "blue roses"})
    assert "event_id" not in search


@pytest.mark.parametrize(
    ("items", "contents", "content_ids"),
    [
        # Google: an item has an id or a name, and one piece unless it says how many.
        ([{"item_name": "Tee", "price": 5}], [{"id": "Tee", "quantity": 1, "price": 5}], None),
        ([{"item_id": "A"}], None, ["A"]),
        ([{"item_id": "A", "price": 0}], [{"id": "A", "quantity": 1, "price": 0}], None),
        ({}, None, None),
        ("A", None, None),
    ],
)
def test_items_become_contents(items: Any, contents: Any, content_ids: Any) -> None:
    custom = conversion({"event": "purchase", "ecommerce": {"transaction_id": "T", "items": items}})["custom_data"]
    assert (custom.get("contents"), custom.get("content_ids")) == (contents, content_ids)


@pytest.mark.parametrize(
    ("parameters", "kind"),
    [
        ({"customer_type": "new"}, "first_time_purchase"),
        ({"customer_type": "returning"}, "repeat_purchase"),
        ({"new_customer": True}, "first_time_purchase"),
        ({"new_customer": False}, "repeat_purchase"),
        ({}, None),
        ({"customer_type": ["new", "old"]}, None),
    ],
)
def test_googles_customer_type_tells_the_purchase_type(parameters: dict[str, Any], kind: str | None) -> None:
    custom = conversion({"event": "purchase", "ecommerce": ECOMMERCE | parameters})["custom_data"]
    assert custom.get("purchase_type") == kind


def test_settings_choose_the_amount_and_lend_a_currency() -> None:
    pushed = {"event": "purchase", "ecommerce": {"value": 5, "profit": 2, "transaction_id": "T"}}
    assert conversion(pushed, value_field="profit")["custom_data"]["value"] == 2
    assert conversion(pushed, currency="EUR")["custom_data"]["currency"] == "EUR"


def test_the_senders_event_group_goes_before_the_bodys() -> None:
    pushed = {"event": "purchase", "event_group_id": "of_the_page"}
    assert post(pushed, event_group="shop_us").event_group_id == "shop_us"
    assert post(pushed).event_group_id == "of_the_page"
    assert post({"event": "purchase"}).event_group_id is None
    with pytest.raises(BadRequest, match="event_group_id"):
        post(pushed | {"event_group_id": ["of_the_page", "of_another"]})


@pytest.mark.parametrize("events", [[], None, {}, "x", 5])
def test_a_body_without_an_event_is_refused(events: Any) -> None:
    with pytest.raises(BadRequest, match="at least one event") as refused:
        post({"client_id": "ABC_123", "events": events})
    assert refused.value.status == 400


def test_more_events_than_fit_are_refused_with_the_fix() -> None:
    assert len(post({"events": [{}] * 1_000}).conversions) == 1_000
    with pytest.raises(BadRequest, match="in parts"):
        post({"events": [{}] * 1_001})


_ITEMS = JSON | st.lists(with_names("item_id item_name price quantity"), max_size=3)
_PARAMETERS = (
    "transaction_id value currency search_term new_customer customer_type event_id timestamp_micros page_location"
)
_PERSON = "email email_address sha256_email_address phone_number sha256_phone_number first_name"
_ADDRESS = "first_name sha256_last_name city region postal_code country"
_USER = with_names(_PERSON, address=with_names(_ADDRESS) | st.lists(with_names(_ADDRESS), max_size=2))
_MODEL = with_names(_PARAMETERS, items=_ITEMS, user_data=_USER)
_NAME = either(*ga4.EVENT_NAMES)
_PUSH = st.fixed_dictionaries(
    {"event": _NAME},
    optional={
        "ecommerce": with_names(_PARAMETERS, items=_ITEMS),
        "eventModel": _MODEL,
        "user_data": _USER,
        "event_group_id": JSON,
        "ip_override": JSON,
        "page_location": JSON,
        "events": JSON | st.lists(with_names("timestamp_micros", name=_NAME, params=_MODEL), max_size=3),
    },
)


@FUZZ
@given(_PUSH)
def test_no_event_raises_and_the_destination_answers_each(data: dict[str, Any]) -> None:
    try:
        posting = post(data)
    except BadRequest:
        assert "event_group_id" in data or "events" in data
        return
    check_judged(posting)


@pytest.mark.parametrize(
    ("pushed", "opt_out"),
    [
        # "Measurement Protocol", consent: GRANTED or DENIED; gtag.js writes them small.
        ({"consent": {"ad_user_data": "DENIED"}}, "true"),
        ({"consent": {"ad_personalization": "denied", "ad_user_data": "granted"}}, "true"),
        ({"non_personalized_ads": True}, "true"),
        ({"non_personalized_ads": "true", "opt_out": "false"}, "true"),
        ({"consent": {"ad_user_data": "DENIED"}, "opt_out": False}, "true"),
        ({"consent": {"ad_user_data": "GRANTED", "ad_personalization": "GRANTED"}}, None),
        ({"non_personalized_ads": False}, None),
        ({"consent": "DENIED", "non_personalized_ads": []}, "true"),
        ({"x-ga-gcs": "G100"}, "true"),
        ({"x-ga-gcs": "G111"}, None),
        ({"consent_state": {"ad_user_data": False}}, "true"),
        ({"opt_out": "false"}, "false"),
        ({}, None),
    ],
)
def test_a_visitor_who_refused_advertising_is_opted_out(pushed: dict[str, Any], opt_out: str | None) -> None:
    in_event = {"events": [{"name": "purchase", "params": {"event_id": "1", **pushed}}]}
    beside = {**pushed, "events": [{"name": "purchase", "params": {"event_id": "1"}}]}
    for body in ({"event": "purchase", "event_id": "1", **pushed}, beside, in_event):
        (one,) = hear(post(body), Consent(), headers={}, query={}).conversions
        assert one.get("opt_out") == opt_out


def test_what_a_body_says_beside_its_events_is_not_copied_for_each() -> None:
    body = json.dumps({**{f"field_{n}": n for n in range(5_000)}, "events": [{"name": "purchase"}] * 1_000}).encode()
    tracemalloc.start()
    try:
        assert len(post(body).conversions) == 1_000
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 30_000_000  # 1,000 copies are 180 MB


def test_a_transaction_belongs_to_one_event() -> None:
    made = post({"transaction_id": "T-1", "events": [{"name": "purchase"}, {"name": "purchase"}]}).conversions
    assert [one.get("event_id") for one in made] == [None, None]


def test_of_an_array_of_user_data_the_first_ten_are_looked_at() -> None:
    emails = [None] * 9 + ["ninth@example.com"]
    assert conversion({"event": "purchase", "user_data": {"email": emails}})["user_data"] == {"em": "ninth@example.com"}
    assert conversion({"event": "purchase", "user_data": {"email": [None, *emails]}})["user_data"] == {}


def test_a_value_field_that_is_not_there_is_told_where_there_is_a_value() -> None:
    assert [field for field, _ in post(_PAID, value_field="profti").warnings] == ["value_field"]
    assert post(_PAID, value_field="tax").warnings == []
    assert post({"event": "sign_up", "event_id": "1"}, value_field="tax").warnings == []


_PAID = {"event": "purchase", "ecommerce": ECOMMERCE}


def test_junk_in_any_one_place_is_read_or_refused() -> None:
    person = USER | {"sha256_email_address": ["x"], "phone": "x", "address": [USER["address"]]}
    told = "page_location page_referrer user_id ip_override user_agent opt_out event_id timestamp_micros event_time"
    shared = dict.fromkeys(told.split(), "x") | {"non_personalized_ads": False, "user_data": person}
    shared |= {"consent": {"ad_user_data": "GRANTED", "ad_personalization": "GRANTED"}, "event_group_id": "g"}
    sale = ECOMMERCE | {"search_term": "x", "customer_type": "new", "new_customer": True}
    for whole in (
        {"event": "purchase", "ecommerce": sale, **shared},
        {"event": "purchase", "eventModel": sale | shared},
        {**shared, "events": [{"name": "purchase", "params": sale}]},
    ):
        check_spoiled(whole, lambda body: post(body, value_field="a.b", currency="USD"))
