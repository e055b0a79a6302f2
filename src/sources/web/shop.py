"""What the posts of shops and tag managers have in common: ids of orders, baskets. Pure."""

from collections.abc import Sequence
from typing import Any

from pipeline.values.amounts import integer
from sources.source_settings import MOST_ITEMS, Warnings, is_same
from sources.values import as_list, first, first_of, present, text

PURCHASE = "PURCHASE"


def order_event_id(order_id: Any, name: str) -> Any:
    """The event id of an order: the order's id for a purchase, the order's id and the event's name for anything else.

    Roku takes two events with one id within 10 minutes for one, and an order's checkout may be as near to its purchase.
    """
    known = text(order_id)  # 12.0 and "12" are one order
    if known is None:
        return order_id
    return known if is_same(name, PURCHASE) else f"{known}-{name}"


def basket(products: Any, *ids: str, warnings: Warnings) -> dict[str, Any]:
    """What `custom_data` says of the products; `ids` are the names of a product's id, the preferred one first.

    A product without a quantity is one piece. One without a price cannot be in `contents`, so its id goes into
    `content_ids`. What says neither id nor price nor quantity, or is beyond the most that is sent, is left out
    and told.
    """
    contents: list[dict[str, Any]] = []
    content_ids: list[Any] = []
    pieces: list[int | None] = []
    listed, empty = as_list(products), 0
    for given in listed[:MOST_ITEMS]:
        product = given if isinstance(given, dict) else _only_an_id(given, ids[0])
        name, price = first_of(product, *ids), first(product.get("price"))
        quantity = first(product.get("quantity"), 1)
        if name is None and price is None and "quantity" not in product:
            empty += 1
            continue
        pieces.append(integer(quantity, []))
        if price is None and name is not None:
            content_ids.append(name)
        else:
            contents.append(present({"id": name, "quantity": quantity, "price": price}))
    warnings += _left_out(len(listed), empty, ids[0])
    return {
        "contents": contents,
        "content_ids": content_ids,
        "content_type": "product" if contents or content_ids else None,
        "num_items": None if len(listed) > MOST_ITEMS else _sum(pieces),
    }


def _left_out(listed: int, empty: int, name: str) -> Warnings:
    """What to say of a basket of so many items. It counts the empty ones: a body has room for a million of them."""
    said = []
    if listed > MOST_ITEMS:
        said.append(("custom_data.contents", f"has {listed} items: the first {MOST_ITEMS} were taken"))
    if empty:
        said.append(("custom_data.contents", f"dropped: {empty} items have neither {name} nor a price"))
    return said


def _only_an_id(given: Any, name: str) -> dict[str, Any]:
    """A product that is told by its id alone; an object without fields for what is none."""
    return {name: given} if isinstance(given, str | int) and not isinstance(given, bool) else {}


def _sum(pieces: Sequence[int | None]) -> int | None:
    """How many pieces there are; None if there are none, or if one of the counts is not known."""
    counted = [count for count in pieces if count is not None]
    return sum(counted) if counted and len(counted) == len(pieces) else None
