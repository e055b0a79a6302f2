"""Events in the words of Google Analytics 4, as web pages and tag managers hold them. Pure.

Contract: Google's documents "Recommended events", "Measure ecommerce" (dataLayer), "Common event data" (server-side Tag
Manager), "Send user-provided data" and "Measurement Protocol".
"""

from collections.abc import Iterable
from typing import Any

from pipeline.intake.body import MAX_EVENTS, BadRequest, Body, Ignored, event_group
from pipeline.intake.senders import SourceSettings
from pipeline.values.rules import quoted
from sources.campaigns import campaign
from sources.inbound import Inbound, json_object
from sources.source_settings import Names, Warnings, event_names, kind_of, priced, value_of
from sources.values import as_list, as_object, first, present
from sources.web.google_user import user_data
from sources.web.shop import basket, order_event_id

Layers = tuple[dict[str, Any], ...]

# Of the recommended events. What GA4 collects by itself (page_view, session_start) would flood the event group:
# `event_names` adds it where it is wanted.
EVENT_NAMES: dict[str, str | None] = {
    "purchase": "PURCHASE",
    "begin_checkout": "INITIATE_CHECKOUT",
    "add_payment_info": "ADD_PAYMENT_INFO",
    "add_to_cart": "ADD_TO_CART",
    "add_to_wishlist": "ADD_TO_WISHLIST",
    "view_item": "VIEW_CONTENT",
    "search": "SEARCH",
    "sign_up": "SIGN_UP",
    "generate_lead": "LEAD",
    "level_up": "ACHIEVE_LEVEL",
    "unlock_achievement": "UNLOCK_ACHIEVEMENT",
}


# What a Measurement Protocol body says once for all its events. A transaction is one event's.
_SHARED = (
    "user_id timestamp_micros event_time user_data ip_override user_agent page_location page_referrer opt_out"
).split()
_OF_EVENT = (*_SHARED, "event", "event_name", "event_id", "ecommerce")
_OF_SALE = "transaction_id value currency search_term customer_type new_customer items".split()


def read(inbound: Inbound) -> Body:
    """Read one event, or the `events` of a Measurement Protocol body. Raises BadRequest."""
    warnings: Warnings = []
    pushed = json_object(inbound, warnings)
    group = inbound.settings.event_group or event_group(pushed.get("event_group_id"))
    names = event_names(inbound.settings, EVENT_NAMES)
    conversions = [_read_event(layers, names, inbound, warnings) for layers in _events(pushed)]
    shared = {name: value for name, value in pushed.items() if name != "events"}
    spoken = as_list(pushed.get("events"))
    return Body(group, {}, conversions, list(dict.fromkeys(warnings)), shared, spoken)


def _events(pushed: dict[str, Any]) -> list[Layers]:
    """For each event where its parameters stand, the nearest first. Raises BadRequest if there are too many."""
    if "events" not in pushed:
        return [(as_object(pushed.get("eventModel")), pushed)]
    events = as_list(pushed["events"])
    if not events:
        raise BadRequest(400, "events is empty or no array: send at least one event, as the Measurement Protocol does")
    if len(events) > MAX_EVENTS:
        raise BadRequest(400, f"the body has {len(events)} events; at most {MAX_EVENTS} are taken: send them in parts")
    shared = _picked((pushed,), _SHARED)
    return [
        (as_object(event.get("params")), {"event": event.get("name")}, event, shared)
        for event in map(as_object, events)
    ]


def _picked(layers: Layers, names: Iterable[str]) -> dict[str, Any]:
    """These fields alone, each from the first layer that says anything of it: a body may have thousands of others."""
    return {
        name: first(*(layer.get(name) for layer in layers)) for name in names if any(name in layer for layer in layers)
    }


def _read_event(layers: Layers, names: Names, inbound: Inbound, warnings: Warnings) -> dict[str, Any] | Ignored:
    event = _picked(layers, _OF_EVENT)
    given = first(event.get("event"), event.get("event_name"))
    if not isinstance(given, str):
        return Ignored(
            "unmapped_event", "the GA4 event has no name: send it as event, such as purchase", event.get("event_id")
        )
    name = names.get(kind_of(given))
    if name is None:
        why = f"GA4's event {quoted(given)} is not mapped: add it to event_names"
        return Ignored("unmapped_event", why, event.get("event_id"))
    wanted = inbound.settings.value_field
    sale = _picked(
        (as_object(event.get("ecommerce")), *layers),
        _OF_SALE if wanted is None else (*_OF_SALE, wanted, wanted.partition(".")[0]),
    )
    conversion = _conversion(event, sale, name, inbound.settings, warnings)
    if "event_time" not in conversion:
        if "event_id" not in conversion:
            text = "is missing, and so is a time: if this post is repeated, it counts twice, so send event_id"
            warnings.append(("event_id", text))
        conversion["event_time"] = int(inbound.received_at)  # a page posts when it happens
    return conversion


def _conversion(
    event: dict[str, Any], sale: dict[str, Any], name: str, settings: SourceSettings, warnings: Warnings
) -> dict[str, Any]:
    utm, click_ids = campaign(event.get("page_location"))
    return present(
        {
            "event_name": name,
            "event_time": first(event.get("timestamp_micros"), event.get("event_time")),
            "event_id": first(event.get("event_id"), order_event_id(first(sale.get("transaction_id")), name)),
            "event_source": "website" if first(event.get("page_location")) is not None else None,
            "event_source_url": event.get("page_location"),
            "referrer_url": event.get("page_referrer"),
            "custom_data": _custom_data(sale, utm, settings, warnings),
            "opt_out": event.get("opt_out"),
            "click_ids": click_ids,
        }
    ) | {"user_data": user_data(event)}


def _custom_data(
    sale: dict[str, Any], utm: dict[str, str], settings: SourceSettings, warnings: Warnings
) -> dict[str, Any]:
    custom = {
        "value": value_of(sale, settings, ("value",), warnings, always=False),  # many events have none
        "currency": sale.get("currency"),
        "order_id": sale.get("transaction_id"),
        "search_string": sale.get("search_term"),
        "purchase_type": _purchase_type(sale),
    }
    # Google: an item has an id or a name, and without a quantity it is one piece.
    items = basket(sale.get("items"), "item_id", "item_name", warnings=warnings)
    return priced(present(custom | items | utm), settings, warnings)


def _purchase_type(sale: dict[str, Any]) -> str | None:
    customer, is_new = sale.get("customer_type"), sale.get("new_customer")
    if customer == "new" or is_new is True:
        return "first_time_purchase"
    return "repeat_purchase" if customer == "returning" or is_new is False else None
