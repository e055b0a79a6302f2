"""What shops' posts have in common: baskets and ids of events."""

from typing import Any

import pytest

from sources.web import shop


def basket(products: Any, *ids: str) -> dict[str, Any]:
    return shop.basket(products, *ids, warnings=[])


def told(products: Any) -> list[str]:
    warnings: list[tuple[str, str]] = []
    shop.basket(products, "sku", warnings=warnings)
    return [text for _, text in warnings]


def test_a_basket_counts_pieces_and_prefers_the_first_id() -> None:
    items = [{"sku": "A", "id": 7, "quantity": 2, "price": "1.50"}, {"sku": "B", "price": 3}]
    assert basket(items, "id", "sku") == {
        "contents": [{"id": 7, "quantity": 2, "price": "1.50"}, {"id": "B", "quantity": 1, "price": 3}],
        "content_ids": [],
        "content_type": "product",
        "num_items": 3,
    }


def test_a_product_without_a_price_is_named_by_its_id_alone() -> None:
    made = basket([{"sku": "A"}, {"sku": "B", "price": 0}], "sku")
    assert made["content_ids"] == ["A"]
    assert made["contents"] == [{"id": "B", "quantity": 1, "price": 0}]


@pytest.mark.parametrize("product", [{"price": 1, "quantity": 2}, {"quantity": 2}])
def test_a_product_without_an_id_is_left_for_the_destination_to_name(product: dict[str, Any]) -> None:
    made = basket([product], "sku")
    assert (made["contents"], made["content_ids"]) == ([product], [])


@pytest.mark.parametrize("quantity", ["two", 1.5, -1, True, []])
def test_pieces_are_not_counted_if_one_quantity_is_no_number(quantity: Any) -> None:
    items = [{"sku": "A", "price": 1, "quantity": 2}, {"sku": "B", "price": 1, "quantity": quantity}]
    assert basket(items, "sku")["num_items"] is None


def test_what_is_no_product_is_passed_over() -> None:
    nothing: dict[str, Any] = {"contents": [], "content_ids": [], "content_type": None, "num_items": None}
    assert basket([None, True, 5.5, []], "sku") == nothing


@pytest.mark.parametrize(
    ("order_id", "name", "event_id"),
    [
        (5, "PURCHASE", "5"),
        (12.0, "PURCHASE", "12"),
        (12.0, "LEAD", "12-LEAD"),  # as the id 12 of the order's other posts
        (" T-1 ", "LEAD", "T-1-LEAD"),
        ("T-1", "purchase", "T-1"),
        ("T-1", "PURCHASE", "T-1"),
        # Roku's page: two events with one id within 10 minutes are one.
        ("T-1", "INITIATE_CHECKOUT", "T-1-INITIATE_CHECKOUT"),
        (None, "LEAD", None),
        ([], "LEAD", []),
    ],
)
def test_only_a_purchase_has_the_orders_own_id(order_id: Any, name: str, event_id: Any) -> None:
    assert shop.order_event_id(order_id, name) == event_id


def test_no_more_products_are_looked_at_than_are_sent() -> None:
    items = [{"sku": f"A{number}", "price": 1} for number in range(1_001)]
    made = basket(items, "sku")
    assert len(made["contents"]) == 1_000
    assert made["num_items"] is None  # not counted, so not told
    assert told(items) == ["has 1001 items: the first 1000 were taken"]
    assert told(items[:1_000]) == []


def test_products_that_say_nothing_are_told_by_their_number() -> None:
    items = [{"sku": "A", "price": 1}, {}, {"colour": "red"}]
    assert basket(items, "sku")["contents"] == [{"id": "A", "quantity": 1, "price": 1}]
    assert told(items) == ["dropped: 2 items have neither sku nor a price"]


def test_a_product_may_be_told_by_its_id_alone_and_what_is_none_is_told() -> None:
    assert basket(["A", 7], "sku")["content_ids"] == ["A", 7]
    assert told(["A", True, [1], 2.5, None]) == ["dropped: 4 items have neither sku nor a price"]
