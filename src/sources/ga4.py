"""Events in the words of Google Analytics 4, as web pages and tag managers hold them. Pure.

Contract: Google's documents «Recommended events», «Measure ecommerce» (dataLayer), «Common event data» (server-side Tag
Manager), «Send user-provided data» and «Measurement Protocol».
"""

from typing import Any

from pipeline.body import MAX_EVENTS, Ignored, Posting, Refusal, event_group
from pipeline.fields import quoted
from pipeline.senders import SourceSettings
from sources.inbound import Inbound, json_object
from sources.shop import as_list, as_object, basket, campaign, event_name, first, order_event_id, present, with_currency

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


def read(inbound: Inbound) -> Posting:
    """Read one event, or the `events` of a Measurement Protocol body. Raises Refusal."""
    warnings: list[tuple[str, str]] = []
    pushed = json_object(inbound, warnings)
    events = _events(pushed)
    if len(events) > MAX_EVENTS:
        raise Refusal(400, f"the body has {len(events)} events; at most {MAX_EVENTS} are taken: send them in parts")
    conversions = [_read_event(event, inbound, warnings) for event in events]
    group = inbound.settings.event_group or event_group(pushed.get("event_group_id"))
    return Posting(group, {}, conversions, warnings)


def _events(pushed: dict[str, Any]) -> list[dict[str, Any]]:
    """Each event with all its parameters on one level; `ecommerce` and `user_data` stay objects."""
    if "events" not in pushed:
        return [pushed | as_object(pushed.get("eventModel"))]
    shared = {name: value for name, value in pushed.items() if name != "events"}
    events = map(as_object, as_list(pushed["events"]))
    return [shared | {"event": event.get("name")} | event | as_object(event.get("params")) for event in events]


def _read_event(event: dict[str, Any], inbound: Inbound, warnings: list[tuple[str, str]]) -> dict[str, Any] | Ignored:
    given = first(event.get("event"), event.get("event_name"))
    if not isinstance(given, str):
        return Ignored("unmapped_event", "the GA4 event has no name: send it as event, such as purchase")
    name = event_name(given, EVENT_NAMES, inbound.settings)
    if name is None:
        return Ignored("unmapped_event", f"GA4's event {quoted(given)} is not mapped: add it to event_names")
    conversion = _conversion(event, name, inbound.settings)
    if "event_time" not in conversion:
        if "event_id" not in conversion:
            text = "is missing, and so is a time: if this post is repeated, it counts twice, so send event_id"
            warnings.append(("event_id", text))
        conversion["event_time"] = int(inbound.received_at)  # a page posts when it happens
    return conversion


def _conversion(event: dict[str, Any], name: str, settings: SourceSettings) -> dict[str, Any]:
    fields = event | present(as_object(event.get("ecommerce")))
    utm, click_ids = campaign(event.get("page_location"))
    return present(
        {
            "event_name": name,
            "event_time": first(event.get("timestamp_micros"), event.get("event_time")),
            "event_id": first(event.get("event_id"), order_event_id(first(fields.get("transaction_id")), name)),
            "event_source": "website" if first(event.get("page_location")) is not None else None,
            "event_source_url": event.get("page_location"),
            "referrer_url": event.get("page_referrer"),
            "custom_data": _custom_data(fields, utm, settings),
            "opt_out": event.get("opt_out"),
            "click_ids": click_ids,
        }
    ) | {"user_data": _user_data(event)}


def _user_data(event: dict[str, Any]) -> dict[str, Any]:
    """Google's user data: clear or under `sha256_`, one value or an array; of an array the first is taken."""
    user = as_object(event.get("user_data"))
    address = user | present(as_object(_one(user.get("address"))))

    def either(name: str) -> Any:
        # Clear text first: Roku's rules before hashing are not Google's.
        return first(_one(address.get(name)), _one(address.get("sha256_" + name)))

    return present(
        {
            "em": first(_one(user.get("email")), either("email_address")),
            "ph": first(either("phone_number"), _one(user.get("phone"))),
            "fn": either("first_name"),
            "ln": either("last_name"),
            "ct": address.get("city"),
            "st": address.get("region"),
            "zp": address.get("postal_code"),
            "country": address.get("country"),
            "external_id": event.get("user_id"),
            "client_ip_address": event.get("ip_override"),
            "client_user_agent": event.get("user_agent"),
        }
    )


def _one(value: Any) -> Any:
    return first(*value) if isinstance(value, list) else first(value)


def _custom_data(fields: dict[str, Any], utm: dict[str, str], settings: SourceSettings) -> dict[str, Any]:
    custom = {
        "value": fields.get(settings.value_field or "value"),
        "currency": fields.get("currency"),
        "order_id": fields.get("transaction_id"),
        "search_string": fields.get("search_term"),
        "purchase_type": _purchase_type(fields),
    }
    # Google: an item has an id or a name, and without a quantity it is one piece.
    items = basket(as_list(fields.get("items")), "item_id", "item_name")
    return with_currency(present(custom | items | utm), settings.currency)


def _purchase_type(fields: dict[str, Any]) -> str | None:
    customer, is_new = fields.get("customer_type"), fields.get("new_customer")
    if customer == "new" or is_new is True:
        return "first_time_purchase"
    return "repeat_purchase" if customer == "returning" or is_new is False else None
