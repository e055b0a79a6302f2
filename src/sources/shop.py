"""What the posts of shops and tag managers have in common: values that may be absent, baskets, campaigns. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from pipeline.fields import integer
from pipeline.placeholders import is_placeholder
from pipeline.senders import SourceSettings

# What advertisers' click ids are called in a landing page's address; `rtid` and `rclid` are Rokt's.
CLICK_IDS = frozenset("gclid gbraid wbraid dclid msclkid fbclid ttclid twclid rtid rclid".split())
_LONGEST_ADDRESS = 16_384  # twice what servers take; it bounds what a hostile post can cost
UTM = frozenset("utm_source utm_medium utm_campaign utm_term utm_content".split())


def first(*values: Any) -> Any:
    """The first value that is there: neither null nor a placeholder. 0 and false are there."""
    for value in values:
        if value is None or (isinstance(value, str) and is_placeholder(value.strip())):
            continue
        return value
    return None


def present(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields without those that are not there, or are empty objects and arrays."""
    return {name: value for name, value in fields.items() if first(value) is not None and value not in ({}, [])}


def as_object(value: Any) -> dict[str, Any]:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def as_list(value: Any) -> list[Any]:
    """The value if it is an array, else an empty one."""
    return value if isinstance(value, list) else []


def event_name(kind: str, known: Mapping[str, str | None], settings: SourceSettings) -> str | None:
    """Roku's name for a platform's kind of event, by the sender's `event_names` or else by `known`; None: ignore it.

    Names are compared without case and outer spaces.
    """
    names = {name.strip().casefold(): ours for name, ours in (*known.items(), *settings.event_names.items())}
    return names.get(kind.strip().casefold())


def order_event_id(order_id: Any, name: str) -> Any:
    """The event id of an order: its own id if it is a purchase, with the event's name behind it for anything else.

    Roku takes two events with one id within 10 minutes for one, and an order's checkout may be as near to its purchase.
    """
    if name == "PURCHASE" or not isinstance(order_id, str | int):
        return order_id
    return f"{order_id}-{name}"


def basket(products: Iterable[Any], *ids: str) -> dict[str, Any]:
    """What `custom_data` says of the products; `ids` are the names of a product's id, the preferred one first.

    A product without a quantity is one piece. One that has no price cannot stand in `contents`, so its id stands in
    `content_ids`.
    """
    contents: list[dict[str, Any]] = []
    content_ids: list[Any] = []
    pieces: list[int | None] = []
    for product in products:
        if not isinstance(product, dict):
            continue
        name, price = first(*map(product.get, ids)), first(product.get("price"))
        quantity = first(product.get("quantity"), 1)
        pieces.append(integer(quantity, []))
        if price is None and name is not None:
            content_ids.append(name)
        else:
            contents.append(present({"id": name, "quantity": quantity, "price": price}))
    counted = [count for count in pieces if count is not None]
    return {
        "contents": contents,
        "content_ids": content_ids,
        "content_type": "product" if contents or content_ids else None,
        "num_items": sum(counted) if counted and len(counted) == len(pieces) else None,
    }


def with_currency(custom: dict[str, Any], currency: str | None) -> dict[str, Any]:
    """The `custom_data` with the sender's `currency` for amounts that came without one."""
    if currency is not None and "currency" not in custom and ("value" in custom or "contents" in custom):
        return {**custom, "currency": currency}
    return custom


def campaign(address: Any) -> tuple[dict[str, str], dict[str, str]]:
    """The utm_ parameters and the click ids of a page's address, be it whole, a path, or a query with its `?`."""
    if not isinstance(address, str) or len(address) > _LONGEST_ADDRESS:
        return {}, {}
    try:
        parameters = parse_qsl(urlsplit(address.strip()).query)
    except ValueError:  # for one, an IPv6 host without its closing bracket
        return {}, {}
    utm: dict[str, str] = {}
    click_ids: dict[str, str] = {}
    for name, value in parameters:
        kind = utm if name in UTM else click_ids if name in CLICK_IDS else None
        if kind is not None and first(value) is not None:
            kind.setdefault(name, value)
    return utm, click_ids
