"""Shopify's order webhooks, by the example order of Shopify's documents and its test notification."""

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.contract.destination import Prepared
from pipeline.intake.body import BadRequest, Body, Ignored
from pipeline.intake.senders import SourceSettings
from roku.event import prepare
from roku.normalise import Settings
from sources.inbound import Inbound
from sources.web import shopify
from tests.unit.arbitrary import FUZZ, JSON, check_judged, check_spoiled, either, with_names
from tests.unit.call_posts import only
from tests.unit.conversions import GROUP, NOW, sha

SECRET = "local-signing-secret"
# "REST: Order", the example order, without what has no part in a conversion.
ORDER: dict[str, Any] = {
    "id": 450789469,
    "admin_graphql_api_id": "gid://shopify/Order/450789469",
    "browser_ip": "0.0.0.0",
    "cancelled_at": None,
    "client_details": {"accept_language": None, "browser_ip": "0.0.0.0", "session_hash": None, "user_agent": None},
    "contact_email": "bob.norman@mail.example.com",
    "created_at": "2008-01-10T11:00:00-05:00",
    "currency": "USD",
    "current_total_price": "199.65",
    "email": "bob.norman@mail.example.com",
    "financial_status": "partially_refunded",
    "landing_site": "http://www.example.com?source=abc",
    "landing_site_ref": "abc",
    "name": "#1001",
    "note_attributes": [
        {"name": "custom engraving", "value": "Happy Birthday"},
        {"name": "colour", "value": "green"},
    ],
    "order_number": 1001,
    "order_status_url": "https://jsmith.myshopify.com/548380009/orders/b1946ac9/authenticate?key=imasecretipod",
    "phone": "+557734881234",
    "processed_at": "2008-01-10T11:00:00-05:00",
    "referring_site": "http://www.otherexample.com",
    "source_name": "web",
    "subtotal_price": "597.00",
    "test": False,
    "total_price": "598.94",
    "billing_address": {
        "first_name": "Bob",
        "phone": "+1(502)-459-2181",
        "city": "Louisville",
        "zip": "40202",
        "province": "Kentucky",
        "country": "United States",
        "last_name": "Norman",
        "country_code": "US",
        "province_code": "KY",
    },
    "customer": {
        "id": 207119551,
        "email": "bob.norman@mail.example.com",
        "first_name": "Bob",
        "last_name": "Norman",
        "orders_count": 1,
        "phone": "+16136120707",
        "default_address": {"city": "Louisville", "zip": "40202", "province_code": "KY", "country_code": "US"},
    },
    "line_items": [
        {"id": 466157049, "price": "199.00", "product_id": 632910392, "quantity": 1, "sku": "IPOD2008GREEN"},
        {"id": 518995019, "price": "199.00", "product_id": 632910392, "quantity": 1, "sku": "IPOD2008RED"},
        {"id": 703073504, "price": "199.00", "product_id": 632910392, "quantity": 1, "sku": "IPOD2008BLACK"},
    ],
}


def order(**changes: Any) -> dict[str, Any]:
    return ORDER | changes


def post(
    data: Any, *, topic: str | None = "orders/paid", headers: dict[str, str] | None = None, **settings: Any
) -> Body:
    body = data if isinstance(data, bytes) else json.dumps(data).encode()
    told = {} if topic is None else {"x-shopify-topic": topic}
    return shopify.read(Inbound(body, told | (headers or {}), SourceSettings(**settings), NOW))


def conversion(data: dict[str, Any], **arguments: Any) -> dict[str, Any]:
    return only(post(data, **arguments))


def ignored(data: dict[str, Any], **arguments: Any) -> Ignored:
    (one,) = post(data, **arguments).conversions
    assert isinstance(one, Ignored), one
    return one


def test_the_documents_order_becomes_a_purchase() -> None:
    made = prepare(conversion(ORDER), group=GROUP, now=NOW, settings=Settings(), context={})
    assert isinstance(made, Prepared), made
    assert [field for field, _ in made.warnings] == ["user_data.client_ip_address"]  # 0.0.0.0
    item = {"id": "632910392", "quantity": "1", "price": 199.0}
    assert json.loads(made.line) == {
        "event_id": "450789469",
        "event_name": "PURCHASE",
        "event_type": "conversion",
        "event_time": 1199980800,  # 2008-01-10T16:00:00Z
        "event_source": "website",
        "event_source_url": "http://www.example.com?source=abc",
        "referrer_url": "http://www.otherexample.com",
        "user_data": {
            "is_hashed": True,
            "em": sha("bob.norman@mail.example.com"),
            "ph": sha("557734881234"),
            "fn": sha("bob"),
            "ln": sha("norman"),
            "ct": "Louisville",
            "st": "Kentucky",
            "zp": "40202",
            "country": "US",
            "external_id": "207119551",
        },
        "custom_data": {
            "value": 598.94,
            "currency": "USD",
            "order_id": "450789469",
            "purchase_type": "first_time_purchase",
            "contents": [item] * 3,
            "content_type": "product",
            "num_items": 3,
        },
    }


def test_the_key_that_opens_the_order_goes_nowhere() -> None:
    assert "imasecretipod" not in json.dumps(conversion(ORDER))


def test_every_post_of_an_order_has_its_id() -> None:
    first = {"x-shopify-event-id": "98880550-7158-44d4-b7cd-2c97c8a091b5", "x-shopify-webhook-id": "b54557e4"}
    second = {"x-shopify-event-id": "11111111-7158-44d4-b7cd-2c97c8a091b5"}
    created = order(updated_at="2008-01-10T12:00:00-05:00")
    known = [
        conversion(ORDER, headers=first),
        conversion(created, headers=second),
        conversion(ORDER),
        conversion(ORDER, topic="orders/create", event_names={"orders/create": "PURCHASE"}),
    ]
    assert {(one["event_id"], one["event_name"]) for one in known} == {("450789469", "PURCHASE")}


def test_the_pages_event_id_is_taken_from_the_carts_attributes() -> None:
    notes = [{"name": "event_id", "value": "page-1"}, {"name": "colour", "value": "green"}]
    assert conversion(order(note_attributes=notes))["event_id"] == "page-1"
    assert conversion(order(note_attributes=[{"name": "event_id", "value": " "}]))["event_id"] == "450789469"


def test_another_event_of_the_order_has_another_id() -> None:
    one = conversion(ORDER, topic="orders/create", event_names={"orders/create": "INITIATE_CHECKOUT"})
    assert (one["event_name"], one["event_id"]) == ("INITIATE_CHECKOUT", "450789469-INITIATE_CHECKOUT")


@pytest.mark.parametrize(
    ("topic", "settings", "code"),
    [
        ("orders/create", {}, "unmapped_event"),
        ("orders/updated", {}, "unmapped_event"),
        ("refunds/create", {}, "unmapped_event"),
        ("customers/update", {"event_names": {"orders/create": "PURCHASE"}}, "unmapped_event"),
        ("orders/paid", {"event_names": {"orders/paid": None}}, "unmapped_event"),
    ],
)
def test_other_topics_are_ignored(topic: str, settings: dict[str, Any], code: str) -> None:
    one = ignored(ORDER, topic=topic, **settings)
    assert one.code == code
    assert "event_names" in one.text


def test_the_test_notification_is_ignored() -> None:
    # What "Send test notification" posts: a test order, and a cancelled one.
    notification = order(
        id=820982911946154508, test=True, cancelled_at="2020-03-27T13:01:19-04:00", financial_status="voided"
    )
    assert ignored(notification).code == "test_order"


def test_a_cancelled_order_is_no_purchase() -> None:
    assert ignored(order(cancelled_at="2020-03-27T13:01:19-04:00")).code == "cancelled_order"


@pytest.mark.parametrize(("status", "code"), [("refunded", "refund"), ("voided", "refund"), ("Refunded ", "refund")])
def test_a_refunded_order_is_no_purchase(status: str, code: str) -> None:
    assert ignored(order(financial_status=status)).code == code


def test_a_partial_refund_is_told() -> None:
    told = post(order(financial_status="partially_refunded")).warnings
    assert [name for name, text in told if "partial refund" in text] == ["custom_data.value"]
    assert not any("refund" in text for _, text in post(order(financial_status="paid")).warnings)


def test_an_order_of_nothing_is_a_purchase() -> None:
    made = prepare(conversion(order(total_price="0.00")), group=GROUP, now=NOW, settings=Settings(), context={})
    assert isinstance(made, Prepared)
    assert json.loads(made.line)["custom_data"]["value"] == 0


@pytest.mark.parametrize(
    ("count", "kind"),
    [
        (1, "first_time_purchase"),
        ("1", "first_time_purchase"),  # "REST: Draft Order" shows it as text
        (0, "first_time_purchase"),  # this order is not counted yet
        (2, "repeat_purchase"),
        ("17", "repeat_purchase"),
        (None, None),
        ("", None),
        (True, None),
        (-1, None),
        ("²", None),
        ("9" * 5_000, None),
        ([], None),
    ],
)
def test_the_customers_orders_tell_the_purchase_type(count: Any, kind: str | None) -> None:
    custom = conversion(order(customer={"orders_count": count}))["custom_data"]
    assert custom.get("purchase_type") == kind


@pytest.mark.parametrize("customer", [None, {}, "guest"])
def test_a_guest_has_no_purchase_type(customer: Any) -> None:
    one = conversion(order(customer=customer))
    assert "purchase_type" not in one["custom_data"]
    assert one["user_data"]["fn"] == "Bob"


@pytest.mark.parametrize(
    ("source_name", "event_source", "address"),
    [
        ("web", "website", "203.0.113.9"),
        ("pos", "physical_store", None),
        ("shopify_draft_order", None, None),
        ("1354745", None, "203.0.113.9"),  # an app's id
        (None, None, "203.0.113.9"),
        (["pos", "web"], None, "203.0.113.9"),
    ],
)
def test_a_tills_address_is_not_the_buyers(source_name: Any, event_source: str | None, address: str | None) -> None:
    client = {"browser_ip": "203.0.113.9", "user_agent": "Mozilla/5.0"}
    one = conversion(order(source_name=source_name, client_details=client, browser_ip="203.0.113.9"))
    assert one.get("event_source") == event_source
    assert one["user_data"].get("client_ip_address") == address
    assert one["user_data"].get("client_user_agent") == ("Mozilla/5.0" if address else None)


def test_the_landing_page_tells_campaign_and_click_ids() -> None:
    one = conversion(order(landing_site="/products/ipod?utm_source=roku&utm_medium=ctv&gclid=abc&rtid=r-1"))
    assert (one["custom_data"]["utm_source"], one["custom_data"]["utm_medium"]) == ("roku", "ctv")
    assert one["click_ids"] == {"gclid": "abc", "rtid": "r-1"}
    assert "event_source_url" not in one  # a path alone is not an address


def test_the_address_is_one_place() -> None:
    shipping = {"city": "Ottawa", "zip": "K2H7A8", "province": "Ontario", "country": "Canada"}
    user = conversion(order(billing_address={"city": "Louisville"}, shipping_address=shipping))["user_data"]
    assert (user["ct"], user.get("zp"), user.get("st")) == ("Louisville", None, None)
    user = conversion(order(billing_address=None, shipping_address=shipping))["user_data"]
    assert (user["ct"], user["zp"], user["st"], user["country"]) == ("Ottawa", "K2H7A8", "Ontario", "Canada")
    user = conversion(order(billing_address=None))["user_data"]
    assert (user["ct"], user["country"]) == ("Louisville", "US")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"email": "", "contact_email": "a@example.com"}, ("a@example.com", "+557734881234")),
        ({"email": None, "contact_email": None, "phone": None}, ("bob.norman@mail.example.com", "+16136120707")),
        ({"phone": None, "customer": None}, ("bob.norman@mail.example.com", "+1(502)-459-2181")),
    ],
)
def test_who_bought_is_told_in_several_places(changes: dict[str, Any], expected: tuple[str, str]) -> None:
    user = conversion(order(**changes))["user_data"]
    assert (user["em"], user["ph"]) == expected


def test_the_number_of_a_shipping_address_is_at_home_there() -> None:
    shipping = {"phone": "020 7946 0958", "country_code": "GB", "city": "London"}
    billing = {"city": "Boston", "zip": "2116", "country_code": "US", "province_code": "MA"}
    data = order(phone=None, customer=None, billing_address=billing, shipping_address=shipping)
    made = prepare(conversion(data), group=GROUP, now=NOW, settings=Settings(), context={})
    assert isinstance(made, Prepared)
    user = json.loads(made.line)["user_data"]
    assert (user["ph"], user["country"]) == (sha("442079460958"), "US")
    assert (user["st"], user["zp"]) == ("Massachusetts", "02116")


def test_settings_choose_the_amount_and_lend_a_currency() -> None:
    assert conversion(ORDER, value_field="subtotal_price")["custom_data"]["value"] == "597.00"
    assert conversion(ORDER, currency="EUR")["custom_data"]["currency"] == "USD"
    assert conversion(order(currency=None), currency="EUR")["custom_data"]["currency"] == "EUR"
    assert post(ORDER, event_group="shop_us").event_group_id == "shop_us"


def test_the_time_is_when_the_order_was_processed() -> None:
    assert conversion(order(processed_at="2008-01-10T12:00:00-05:00"))["event_time"] == "2008-01-10T12:00:00-05:00"
    assert conversion(order(processed_at=None))["event_time"] == "2008-01-10T11:00:00-05:00"


def signed(body: bytes) -> dict[str, str]:
    """ "Verify webhook deliveries": base64 of the HMAC with SHA-256 of the raw body."""
    digest = hmac.new(SECRET.encode(), body, hashlib.sha256).digest()
    return {"x-shopify-hmac-sha256": base64.b64encode(digest).decode()}


def test_shopifys_signature_opens_and_another_does_not() -> None:
    body = json.dumps(ORDER, indent=1).encode()
    assert post(body, headers=signed(body), signature_secret=SECRET).conversions
    for headers in (signed(json.dumps(ORDER).encode()), {}, {"x-shopify-hmac-sha256": "="}):
        with pytest.raises(BadRequest) as refused:
            post(body, headers=headers, signature_secret=SECRET)
        assert refused.value.status == 401


def test_the_signature_comes_before_everything_else() -> None:
    with pytest.raises(BadRequest) as refused:
        post(b"no JSON", topic=None, signature_secret=SECRET)
    assert refused.value.status == 401


@pytest.mark.parametrize("topic", [None, "", " "])
def test_a_post_without_its_topic_is_refused_with_the_fix(topic: str | None) -> None:
    with pytest.raises(BadRequest, match="X-Shopify-Topic") as refused:
        post(ORDER, topic=topic)
    assert refused.value.status == 400


_PERSON = "id email phone first_name last_name orders_count"
_PLACE = "city zip province province_code country country_code phone first_name last_name"
_ORDER = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys("email phone processed_at currency total_price landing_site referring_site".split(), JSON),
        "id": JSON,
        "test": either(False),
        "cancelled_at": either(None),
        "source_name": either("web", "pos"),
        "client_details": with_names("browser_ip user_agent"),
        "customer": with_names(_PERSON, default_address=with_names(_PLACE)),
        "billing_address": with_names(_PLACE),
        "shipping_address": with_names(_PLACE),
        "note_attributes": JSON | st.lists(with_names("value", name=either("event_id")), max_size=2),
        "line_items": JSON | st.lists(with_names("product_id variant_id sku quantity price"), max_size=3),
    },
)


@FUZZ
@given(_ORDER, st.sampled_from(["PURCHASE", "LEAD"]))
def test_no_order_raises_and_the_destination_answers_each(data: dict[str, Any], name: str) -> None:
    check_judged(post(data, event_names={"orders/paid": name}))


def test_a_value_field_that_is_not_there_is_told() -> None:
    paid = order(financial_status="paid")
    assert [field for field, _ in post(paid, value_field="subtotl_price").warnings] == ["value_field"]
    assert post(paid, value_field="total_price").warnings == []


def test_the_id_of_an_order_is_one_in_any_spelling() -> None:
    ids = {post(ORDER | {"id": value}).conversions[0]["event_id"] for value in (450789469, 450789469.0, "450789469")}
    assert ids == {"450789469"}
    (lead,) = post(ORDER, event_names={"Orders/Paid": "purchase"}).conversions
    assert (lead["event_name"], lead["event_id"]) == ("PURCHASE", "450789469")


@pytest.mark.parametrize("name", ["PURCHASE", "LEAD"])
def test_junk_in_any_one_place_is_read_or_refused(name: str) -> None:
    notes = [{"name": "event_id", "value": "x"}]
    whole = ORDER | {"note_attributes": notes, "shipping_address": {"phone": "x"}}
    whole["line_items"] = ORDER["line_items"][:1]
    names = {"orders/paid": name}
    check_spoiled(whole, lambda body: post(body, event_names=names, value_field="a.b", currency="USD"))
