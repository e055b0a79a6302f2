"""The tables of Roku's page: which fields an event and its parts may have, and of what type each is."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from local.roku_sandbox.fields import CURRENCIES, flag, identities, identity, integer, number, quantity, text, url
from local.sandbox.checks import Check, filled, ip_address, one_of
from local.sandbox.profiles import Fault

HASHED: Final = frozenset("em ph fn ln ge db".split())

_DELIVERY: Final = one_of("in_store", "curbside", "home_delivery")
EVENT: Final[Mapping[str, Check]] = {
    "event_id": filled,
    "event_type": one_of("conversion"),
    "event_source": filled,
    "event_source_url": url,
    "referrer_url": url,
    "opt_out": one_of("true", "false"),
    "partner_name": filled,
}
USER_DATA: Final[Mapping[str, Check]] = {
    **dict.fromkeys(HASHED, filled),
    **dict.fromkeys("ct st zp country external_id client_user_agent subscription_id".split(), filled),
    **dict.fromkeys("aGA aID aDX aGI aRI aFC".split(), filled),
    "client_ip_address": ip_address,
    "is_hashed": flag,
}
CUSTOM_DATA: Final[Mapping[str, Check]] = {
    **dict.fromkeys("content_category content_name search_string status order_id".split(), text),
    **dict.fromkeys("utm_source utm_medium utm_campaign utm_term utm_content".split(), text),
    "content_ids": identities,
    "content_type": one_of("product", "product_group"),
    "currency": one_of(*CURRENCIES),
    "delivery_category": _DELIVERY,
    "num_items": integer,
    "predicted_ltv": number,
    "purchase_type": one_of("first_time_purchase", "repeat_purchase"),
    "value": number,
}
_CONTENTS: Final[Mapping[str, Check]] = {
    "id": identity,
    "quantity": quantity,
    "price": number,
    "delivery_category": _DELIVERY,
}


def table_faults(table: Mapping[str, Check], place: Sequence[str], event: Mapping[str, Any]) -> Iterator[Fault]:
    """The fields of this part of the event that are of another type."""
    part: Any = event
    for name in place:
        if name not in part:
            return
        part = part[name]
        if not isinstance(part, dict):
            yield name, f"{name} must be an object"
            return
    for field, value in part.items():
        fault = (
            table[field](value) if field in table and (place or value is not None or field != "event_type") else None
        )
        if fault:
            yield ".".join((*place, field)), f"{field} {fault}"


def contents_faults(event: Mapping[str, Any]) -> Iterator[Fault]:
    """What is wrong with the items of `contents`."""
    custom = event.get("custom_data")
    if not isinstance(custom, dict) or "contents" not in custom:
        return
    if not isinstance(custom["contents"], list):
        yield "custom_data.contents", "contents must be an array of objects"
        return
    for position, item in enumerate(custom["contents"]):
        yield from _of_item(item, f"custom_data.contents[{position}]")


def _of_item(item: object, path: str) -> Iterator[Fault]:
    if not isinstance(item, dict):
        yield path, "an item of contents must be an object"
        return
    yield from (
        (f"{path}.{field}", f"{field} is required") for field in ("id", "quantity", "price") if field not in item
    )
    for field, value in item.items():
        fault = _CONTENTS[field](value) if field in _CONTENTS else "is not a known field"
        if fault:
            yield f"{path}.{field}", f"{field} {fault}"
