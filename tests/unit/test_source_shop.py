"""What shops' posts have in common: absent values, baskets, campaigns, names and ids of events."""

from typing import Any

import pytest

from pipeline.senders import SourceSettings
from sources import shop


@pytest.mark.parametrize("absent", [None, "", " ", "null", "undefined", "None", "{{ dlv.value }}", "[tag]"])
def test_a_placeholder_is_not_there(absent: str | None) -> None:
    assert shop.first(absent, "there") == "there"
    assert shop.present({"field": absent}) == {}


@pytest.mark.parametrize("value", [0, 0.0, False, "0", "0.00"])
def test_nothing_is_a_value_of_its_own(value: Any) -> None:
    assert shop.first(value, "other") is value
    assert shop.present({"field": value}) == {"field": value}


@pytest.mark.parametrize(
    ("address", "utm", "click_ids"),
    [
        # Google's documents on custom campaigns and on auto-tagging name these parameters.
        (
            "https://www.example.com/?utm_source=summer-mailer&utm_medium=email&utm_campaign=summer-sale&gclid=abc",
            {"utm_source": "summer-mailer", "utm_medium": "email", "utm_campaign": "summer-sale"},
            {"gclid": "abc"},
        ),
        ("/collections/all?utm_source=roku&rtid=r-1", {"utm_source": "roku"}, {"rtid": "r-1"}),
        ("?utm_term=tv+ads&utm_content=a%20b", {"utm_term": "tv ads", "utm_content": "a b"}, {}),
        ("https://example.com/?utm_source=first&utm_source=second", {"utm_source": "first"}, {}),
        ("https://example.com/?utm_source={{source}}&gclid=", {}, {}),
        ("https://example.com/?email=jane@example.com&UTM_SOURCE=x#utm_source=y", {}, {}),
        ("https://[::1?utm_source=x", {}, {}),
        ("https://example.com/?utm_source=x&" + 16_384 * "a", {}, {}),
        ("", {}, {}),
        (None, {}, {}),
        (5, {}, {}),
    ],
)
def test_the_campaign_of_an_address(address: Any, utm: dict[str, str], click_ids: dict[str, str]) -> None:
    assert shop.campaign(address) == (utm, click_ids)


def test_a_basket_counts_pieces_and_prefers_the_first_id() -> None:
    items = [{"sku": "A", "id": 7, "quantity": 2, "price": "1.50"}, {"sku": "B", "price": 3}]
    assert shop.basket(items, "id", "sku") == {
        "contents": [{"id": 7, "quantity": 2, "price": "1.50"}, {"id": "B", "quantity": 1, "price": 3}],
        "content_ids": [],
        "content_type": "product",
        "num_items": 3,
    }


def test_a_product_without_a_price_is_named_by_its_id_alone() -> None:
    basket = shop.basket([{"sku": "A"}, {"sku": "B", "price": 0}], "sku")
    assert basket["content_ids"] == ["A"]
    assert basket["contents"] == [{"id": "B", "quantity": 1, "price": 0}]


@pytest.mark.parametrize("product", [{"price": 1, "quantity": 2}, {"quantity": 2}])
def test_a_product_without_an_id_is_left_for_the_destination_to_name(product: dict[str, Any]) -> None:
    basket = shop.basket([product], "sku")
    assert (basket["contents"], basket["content_ids"]) == ([product], [])


@pytest.mark.parametrize("quantity", ["two", 1.5, -1, True, []])
def test_pieces_are_not_counted_if_one_quantity_is_no_number(quantity: Any) -> None:
    items = [{"sku": "A", "price": 1, "quantity": 2}, {"sku": "B", "price": 1, "quantity": quantity}]
    assert shop.basket(items, "sku")["num_items"] is None


def test_what_is_no_product_is_passed_over() -> None:
    nothing: dict[str, Any] = {"contents": [], "content_ids": [], "content_type": None, "num_items": None}
    assert shop.basket([None, "A", 5, []], "sku") == nothing


@pytest.mark.parametrize(
    ("custom", "expected"),
    [
        ({"value": 0}, {"value": 0, "currency": "EUR"}),
        ({"contents": [1]}, {"contents": [1], "currency": "EUR"}),
        ({"value": 5, "currency": "USD"}, {"value": 5, "currency": "USD"}),
        ({"order_id": "1"}, {"order_id": "1"}),
    ],
)
def test_the_senders_currency_is_only_for_amounts_without_one(custom: dict[str, Any], expected: dict[str, Any]) -> None:
    assert shop.with_currency(custom, "EUR") == expected
    assert shop.with_currency(custom, None) == custom


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("Order Completed", "PURCHASE"),
        (" order completed ", "PURCHASE"),
        ("Lead Won", "LEAD"),
        ("Signed Up", None),
        ("Order Refunded", None),
    ],
)
def test_event_names_adds_to_the_known_and_overrides_them(kind: str, name: str | None) -> None:
    settings = SourceSettings(event_names={"lead won": "LEAD", "signed up": None})
    assert shop.event_name(kind, {"Order Completed": "PURCHASE", "Signed Up": "SIGN_UP"}, settings) == name


@pytest.mark.parametrize(
    ("order_id", "name", "event_id"),
    [
        (5, "PURCHASE", 5),
        ("T-1", "PURCHASE", "T-1"),
        # Roku's page: two events with one id within 10 minutes are one.
        ("T-1", "INITIATE_CHECKOUT", "T-1-INITIATE_CHECKOUT"),
        (None, "LEAD", None),
        ([], "LEAD", []),
    ],
)
def test_only_a_purchase_has_the_orders_own_id(order_id: Any, name: str, event_id: Any) -> None:
    assert shop.order_event_id(order_id, name) == event_id
