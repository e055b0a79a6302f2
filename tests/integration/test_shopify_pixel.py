"""The Shopify pixel to paste, on Node.js in doubles of Shopify's sandbox: what it posts, and what the relay reads."""

import json
from functools import cache
from typing import Any

import pytest

from pipeline.intake import body
from pipeline.intake.body import BadRequest
from pipeline.intake.received import Received
from pipeline.intake.senders import SourceSettings
from sources.inbound import Inbound
from sources.web import shopify
from tests.integration.pasted import NOW, needs_node, received, run
from tests.unit.conversions import GROUP, sha, written

pytestmark = needs_node

ALLOWED = {
    "analyticsProcessingAllowed": True,
    "marketingAllowed": True,
    "preferencesProcessingAllowed": True,
    "saleOfDataAllowed": True,
}
# As Shopify's types of the Web Pixels API have it (@shopify/web-pixels-extension), in the forms that ids come in.
VARIANT = {
    "id": "41",
    "product": {"id": "7001", "title": "Mug"},
    "price": {"amount": 12.5, "currencyCode": "USD"},
    "sku": "MUG",
}
ADDRESS = {
    "firstName": "Ada",
    "lastName": "Okafor",
    "phone": None,
    "city": "Tampa",
    "province": "Florida",
    "provinceCode": "FL",
    "zip": "33601",
    "country": "United States",
    "countryCode": "US",
}
CHECKOUT = {
    "attributes": [],
    "billingAddress": ADDRESS,
    "shippingAddress": {**ADDRESS, "city": "Miami"},
    "currencyCode": "USD",
    "email": "ada@example.net",
    "lineItems": [{"id": "1", "quantity": 2, "variant": VARIANT}, {"id": "2", "quantity": 1, "variant": None}],
    "order": {"id": "gid://shopify/OrderIdentity/5501", "customer": {"id": "88", "isFirstOrder": True}},
    "phone": "+12025550143",
    "token": "tok1",
    "totalPrice": {"amount": 30.25, "currencyCode": "USD"},
    "transactions": [{"gateway": "shopify_payments"}],
}
ORDER = {
    "id": 5501,
    "email": "ada@example.net",
    "phone": "+12025550143",
    "processed_at": "2026-03-01T10:00:00Z",
    "currency": "USD",
    "total_price": "30.25",
    "source_name": "web",
    "customer": {"id": 88, "first_name": "Ada", "last_name": "Okafor", "orders_count": 1},
    "billing_address": {"city": "Tampa", "province": "Florida", "zip": "33601", "country_code": "US"},
    "line_items": [{"product_id": 7001, "quantity": 2, "price": "12.50"}],
}


def event(name: str = "checkout_completed", *, event_id: str = "sh-1", **data: Any) -> dict[str, Any]:
    return {"event": {"name": name, "id": event_id, "timestamp": "2026-03-01T10:00:00.123Z", "data": data}}


def completed(**changes: Any) -> dict[str, Any]:
    return event(checkout=CHECKOUT | changes)


SEARCH = "?utm_source=roku&utm_campaign=Spring&gclid=Cj0&ref=x"
SCENARIOS: dict[str, dict[str, Any]] = {
    "bought": {"privacy": ALLOWED, "search": SEARCH, "steps": [completed()]},
    "number": {"privacy": ALLOWED, "steps": [completed(order={"id": "5501", "customer": None})]},
    "attribute": {"privacy": ALLOWED, "steps": [completed(attributes=[{"key": "event_id", "value": "cart-9"}])]},
    "no order": {"privacy": ALLOWED, "steps": [completed(order=None)]},
    "test order": {"privacy": ALLOWED, "steps": [completed(transactions=[{"gateway": "bogus"}])]},
    "no sale": {
        "privacy": ALLOWED | {"saleOfDataAllowed": False},
        "search": SEARCH,
        "kept": {"relay": "?gclid=before"},
        "steps": [completed()],
    },
    "gpc": {"privacy": ALLOWED, "gpc": True, "search": SEARCH, "steps": [completed()]},
    "refused": {"privacy": ALLOWED | {"marketingAllowed": False}, "search": SEARCH, "steps": [completed()]},
    "unknown": {"steps": [completed()]},
    "consented": {
        "privacy": ALLOWED | {"marketingAllowed": False},
        "search": SEARCH,
        "steps": [completed(), {"consent": ALLOWED}, {"consent": ALLOWED}],
    },
    "withdrawn": {
        "privacy": ALLOWED,
        "steps": [
            event("product_viewed", productVariant=VARIANT),
            {"consent": {"marketingAllowed": False}},
            completed(),
        ],
    },
    "viewed": {
        "privacy": ALLOWED,
        "kept": {"relay": "?utm_source=roku"},
        "customer": {"id": "gid://shopify/Customer/88", "email": "ada@example.net", "firstName": "Ada"},
        "steps": [event("product_viewed", productVariant=VARIANT)],
    },
    "added": {
        "privacy": ALLOWED,
        "steps": [
            event(
                "product_added_to_cart",
                cartLine={
                    "merchandise": VARIANT,
                    "quantity": 3,
                    "cost": {"totalAmount": {"amount": 37.5, "currencyCode": "USD"}},
                },
            )
        ],
    },
    "silent": {"privacy": ALLOWED, "silent": True, "steps": [completed()]},
    "searched": {"privacy": ALLOWED, "steps": [event("search_submitted", searchResult={"query": "mugs"})]},
    "started": {"privacy": ALLOWED, "steps": [event("checkout_started", event_id="sh-2", checkout=CHECKOUT)]},
    "offline": {"privacy": ALLOWED, "answers": [None, 503], "steps": [completed()]},
    "down": {"privacy": ALLOWED, "answers": [503, 429, 500, 202], "steps": [completed()]},
    "wrong": {"privacy": ALLOWED, "answers": [403], "steps": [completed()]},
    "odd": {"privacy": ALLOWED, "steps": [event(), event("product_viewed", productVariant=None)]},
}


@cache
def ran() -> dict[str, Any]:
    """What each scenario came to."""
    return dict(zip(SCENARIOS, run("pixel.cjs", "shopify-pixel.js", list(SCENARIOS.values())), strict=True))


def posted(scenario: str) -> list[Any]:
    found: list[Any] = ran()[scenario]["posted"]
    return found


def read(scenario: str) -> Received:
    """What becomes of the one post of a scenario, with the event group that whoever pastes it fills in."""
    (one,) = posted(scenario)
    return received(body.read(json.dumps(one["body"] | {"event_group_id": GROUP}).encode()), browser=True)


def sent(scenario: str) -> dict[str, Any]:
    """The one event of a scenario, as it goes to Roku."""
    made = read(scenario)
    assert (made.failed, list(made.events)) == ({}, [0])
    return written(made.events[0])


def of_webhook(**changes: Any) -> dict[str, Any]:
    """The event that Shopify's webhook makes of the same order."""
    raw = json.dumps(ORDER | changes).encode()
    inbound = Inbound(raw, {"x-shopify-topic": "orders/paid"}, SourceSettings(), NOW)
    return written(received(shopify.read(inbound)).events[0])


def test_a_purchase_has_all_that_roku_takes_of_it_and_no_warning() -> None:
    assert read("bought").warnings == []
    assert sent("bought") == {
        "event_id": "5501",
        "event_name": "PURCHASE",
        "event_type": "conversion",
        "event_time": 1772359200,  # 2026-03-01T10:00:00Z
        "event_source": "website",
        "event_source_url": "https://shop.example.com",
        "user_data": {
            "is_hashed": True,
            "em": sha("ada@example.net"),
            "ph": sha("12025550143"),
            "fn": sha("ada"),
            "ln": sha("okafor"),
            "ct": "Tampa",
            "st": "Florida",
            "zp": "33601",
            "country": "US",
            "external_id": "88",
            "client_ip_address": "203.0.113.9",
            "client_user_agent": "Mozilla/5.0 (X11)",
        },
        "custom_data": {
            "value": 30.25,
            "currency": "USD",
            "order_id": "5501",
            "purchase_type": "first_time_purchase",
            "contents": [{"id": "7001", "quantity": "2", "price": 12.5}],
            "content_type": "product",
            "num_items": 2,
            "utm_source": "roku",
            "utm_campaign": "Spring",
        },
    }


def test_it_and_the_webhook_make_one_conversion_of_an_order() -> None:
    notes = [{"name": "event_id", "value": "cart-9"}]
    for scenario, order in (
        ("bought", of_webhook()),
        ("number", of_webhook()),
        ("attribute", of_webhook(note_attributes=notes)),
    ):
        ours = sent(scenario)
        assert [ours[name] for name in ("event_id", "event_name")] == [
            order[name] for name in ("event_id", "event_name")
        ]
    ours, order = sent("bought"), of_webhook()
    for name in ("em", "ph", "fn", "ln", "external_id", "ct", "st", "zp", "country"):
        assert ours["user_data"][name] == order["user_data"][name]
    for name in ("value", "currency", "order_id", "purchase_type", "contents"):
        assert ours["custom_data"][name] == order["custom_data"][name]


def test_whoever_pastes_it_and_fills_nothing_in_is_told() -> None:
    with pytest.raises(BadRequest) as refused:
        body.read(json.dumps(posted("bought")[0]["body"]).encode())
    assert "placeholder" in refused.value.description


def test_it_posts_text_to_the_beacon_with_the_key_and_without_cookies() -> None:
    (one,) = posted("bought")
    assert one["url"] == "https://ID.execute-api.REGION.amazonaws.com/v1/beacon?key=A-LONG-RANDOM-KEY"
    assert (one["method"], one["credentials"], one["keepalive"], "headers" in one) == ("POST", "omit", True, False)


@pytest.mark.parametrize("scenario", ["refused", "unknown"])
def test_without_consent_to_marketing_nothing_leaves_the_page_or_is_kept(scenario: str) -> None:
    assert posted(scenario) == []
    assert ran()[scenario]["stored"] == {}


def test_what_waited_is_sent_once_when_the_visitor_consents() -> None:
    assert sent("consented")["event_id"] == "5501"
    assert ran()["consented"]["stored"] == {"relay": "?utm_source=roku&utm_campaign=Spring&gclid=Cj0"}


def test_a_withdrawal_holds_from_then_on() -> None:
    assert sent("withdrawn")["event_name"] == "VIEW_CONTENT"


def test_who_refuses_the_sale_of_data_is_sent_with_the_flag_and_without_campaigns() -> None:
    assert sent("no sale")["opt_out"] == "true"
    (one,) = posted("no sale")
    (event,) = one["body"]["events"]
    assert event["click_ids"] == {}
    assert not [name for name in event["custom_data"] if name.startswith("utm_")]
    assert ran()["no sale"]["stored"] == {"relay": "?gclid=before"}


def test_under_global_privacy_control_no_campaign_is_read_or_kept() -> None:
    (event,) = posted("gpc")[0]["body"]["events"]
    assert event["click_ids"] == {}
    assert ran()["gpc"]["stored"] == {}


def test_click_ids_of_the_landing_page_come_with_the_purchase() -> None:
    (event,) = posted("bought")[0]["body"]["events"]
    assert event["click_ids"] == {"gclid": "Cj0"}


def test_a_session_that_is_never_answered_costs_the_campaign_and_not_the_order() -> None:
    assert sent("silent")["event_id"] == "5501"


def test_an_order_of_the_bogus_gateway_is_a_test() -> None:
    assert posted("test order") == []


def test_an_order_without_a_number_has_its_checkouts_token() -> None:
    assert sent("no order")["event_id"] == "tok1"


@pytest.mark.parametrize(
    ("scenario", "name", "custom"),
    [
        ("viewed", "VIEW_CONTENT", {"value": 12.5, "currency": "USD", "num_items": 1, "utm_source": "roku"}),
        ("added", "ADD_TO_CART", {"value": 37.5, "currency": "USD", "num_items": 3}),
        ("searched", "SEARCH", {"search_string": "mugs"}),
        ("started", "INITIATE_CHECKOUT", {"value": 30.25, "currency": "USD"}),
    ],
)
def test_other_events_have_an_id_of_their_own_and_what_they_are_about(
    scenario: str, name: str, custom: dict[str, Any]
) -> None:
    event = sent(scenario)
    assert event["event_name"] == name
    assert event["event_id"] == SCENARIOS[scenario]["steps"][0]["event"]["id"]
    assert custom.items() <= event["custom_data"].items()


def test_a_customer_who_is_signed_in_is_known_on_every_page() -> None:
    assert sent("viewed")["user_data"].items() >= {"em": sha("ada@example.net"), "external_id": "88"}.items()


@pytest.mark.parametrize(("scenario", "times"), [("offline", 3), ("down", 3), ("wrong", 1), ("bought", 1)])
def test_what_was_not_taken_is_tried_again_under_the_same_id_and_a_refusal_is_not(scenario: str, times: int) -> None:
    found = posted(scenario)
    assert len(found) == times
    assert {one["body"]["events"][0]["event_id"] for one in found} == {"5501"}
    assert [one for one in ran()[scenario]["pauses"] if one > 1_000] == [5_000] * (times - 1)


def test_events_that_lack_everything_throw_nothing() -> None:
    assert [one["body"]["events"][0]["event_name"] for one in posted("odd")] == ["PURCHASE", "VIEW_CONTENT"]
