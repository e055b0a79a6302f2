"""Shopify's order webhooks: a paid order is a purchase. Pure.

Contract: Shopify's documents "Verify webhook deliveries" (signature), "Webhooks: orders/paid" and "REST: Order".
"""

from dataclasses import replace
from typing import Any

from pipeline.intake import orders
from pipeline.intake.body import BadRequest, Body, Ignored
from pipeline.intake.senders import SourceSettings
from pipeline.values.rules import quoted
from pipeline.values.texts import plain
from sources import filters, signature
from sources.campaigns import campaign
from sources.inbound import Inbound, json_object
from sources.source_settings import Warnings, event_names, kind_of, priced, value_of
from sources.values import as_list, as_object, first, present
from sources.web.shop import basket, order_event_id

SIGNATURE = signature.Scheme("x-shopify-hmac-sha256", "sha256", "base64")

# Each topic that is a conversion -> Roku's event name.
EVENT_NAMES: dict[str, str | None] = {"orders/paid": "PURCHASE"}

_EVENT_SOURCES = {"web": "website", "pos": "physical_store"}
# Orders that the shop's staff enters: the address is the till's or the office's, where many buyers would share it.
_BY_STAFF = ("pos", "shopify_draft_order")


def read(inbound: Inbound) -> Body:
    """Read one order. Raises BadRequest."""
    signature.verify(inbound, SIGNATURE)
    topic = inbound.headers.get("x-shopify-topic", "").strip()
    if not topic:
        raise BadRequest(400, "the header X-Shopify-Topic is missing: pass it on as Shopify sends it")
    warnings: Warnings = []
    order = json_object(inbound, warnings)
    made = _read_order(order, topic, inbound.settings, warnings)
    if isinstance(made, Ignored):
        made = replace(made, event_id=first(_note(order, "event_id"), order.get("id")))
    return Body(inbound.settings.event_group, {}, [made], warnings, shared=order)


def _read_order(
    order: dict[str, Any], topic: str, settings: SourceSettings, warnings: Warnings
) -> dict[str, Any] | Ignored:
    name = event_names(settings, EVENT_NAMES).get(kind_of(topic))
    if name is None:
        return Ignored("unmapped_event", f"Shopify's topic {quoted(topic)} is not mapped: add it to event_names")
    if order.get("test") is True:
        return Ignored("test_order", "the order is a test (test: true): place a real one to send a conversion")
    if first(order.get("cancelled_at")) is not None:
        return Ignored("cancelled_order", "the order is cancelled (cancelled_at is set): it is not a purchase")
    if (refunded := orders.of_status(order.get("financial_status"))) is not None:
        return refunded
    if (filtered := filters.left_out("shopify", order, settings, warnings)) is not None:
        return filtered
    if orders.is_partly_refunded(order.get("financial_status")):
        warnings.append(("custom_data.value", orders.PARTLY_REFUNDED))
    return _conversion(order, name, settings, warnings)


def _conversion(order: dict[str, Any], name: str, settings: SourceSettings, warnings: Warnings) -> dict[str, Any]:
    source, landing = order.get("source_name"), order.get("landing_site")
    utm, click_ids = campaign(landing)
    whole = isinstance(landing, str) and landing.strip().lower().startswith(("https://", "http://"))
    return present(
        {
            "event_name": name,
            "event_time": first(order.get("processed_at"), order.get("created_at")),
            # Not X-Shopify-Event-Id nor X-Shopify-Webhook-Id: another topic, another webhook and an order posted again
            # have others. The order's own id is in each of its posts, and the shop's pages know it too.
            "event_id": order_event_id(first(_note(order, "event_id"), order.get("id")), name),
            "event_source": _EVENT_SOURCES.get(source) if isinstance(source, str) else None,
            # Not order_status_url: its key opens the order to whoever reads it.
            "event_source_url": landing if whole else None,  # mostly it is a path, and the shop's host is not told
            "referrer_url": order.get("referring_site"),
            "custom_data": _custom_data(order, utm, settings, warnings),
            "click_ids": click_ids,
        }
    ) | {"user_data": _user_data(order, by_staff=source in _BY_STAFF)}


def _note(order: dict[str, Any], name: str) -> Any:
    """What the shop's theme put into the cart's attributes under this name."""
    notes = map(as_object, as_list(order.get("note_attributes")))
    return next((note.get("value") for note in notes if note.get("name") == name), None)


def _user_data(order: dict[str, Any], *, by_staff: bool) -> dict[str, Any]:
    customer, client = as_object(order.get("customer")), as_object(order.get("client_details"))
    billing, shipping = as_object(order.get("billing_address")), as_object(order.get("shipping_address"))
    # One address as a whole: parts of two would be a place where nobody lives.
    address = billing or shipping or as_object(customer.get("default_address"))
    people = (customer, billing, shipping)
    phone = first(order.get("phone"), customer.get("phone"), billing.get("phone"))
    fields = {
        "em": first(order.get("email"), order.get("contact_email"), customer.get("email")),
        "ph": first(phone, shipping.get("phone")),
        "fn": first(*(one.get("first_name") for one in people)),
        "ln": first(*(one.get("last_name") for one in people)),
        "ct": address.get("city"),
        "st": first(address.get("province"), address.get("province_code")),
        "zp": address.get("zip"),
        "country": first(address.get("country_code"), address.get("country")),
        "external_id": customer.get("id"),
    }
    if phone is None and billing and shipping.get("phone") is not None:  # a gift's number is at home where it is sent
        there = first(shipping.get("country_code"), shipping.get("country"))
        fields["data_processing_country"] = None if there == fields["country"] else there
    if not by_staff:
        fields["client_ip_address"] = first(client.get("browser_ip"), order.get("browser_ip"))
        fields["client_user_agent"] = client.get("user_agent")
    return present(fields)


def _custom_data(
    order: dict[str, Any], utm: dict[str, str], settings: SourceSettings, warnings: Warnings
) -> dict[str, Any]:
    custom = {
        "value": value_of(order, settings, ("total_price",), warnings),
        "currency": order.get("currency"),
        "order_id": order.get("id"),
        "purchase_type": _purchase_type(as_object(order.get("customer")).get("orders_count")),
    }
    items = basket(order.get("line_items"), "product_id", "variant_id", "sku", warnings=warnings)
    return priced(present(custom | items | utm), settings, warnings)


def _purchase_type(orders_count: Any) -> str | None:
    """`orders_count` counts this order too; API versions from 2025-01 on no longer tell it."""
    count = plain(orders_count, [])
    if count is None or len(count) > 9 or not (count.isascii() and count.isdigit()):
        return None
    return "first_time_purchase" if int(count) <= 1 else "repeat_purchase"
