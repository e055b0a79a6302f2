"""Segment's webhooks: a track call is a conversion; one that tells about an audience is an update of it. Pure.

Contract: Segment's documents "Webhooks (Actions) Destination" (signature, batches), "Spec: Common Fields", "Spec: V2
Ecommerce Events" and "Spec: B2B SaaS" (properties).
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pipeline.intake.body import MAX_EVENTS, BadRequest, Body, Ignored
from pipeline.intake.senders import SourceSettings
from pipeline.values.rules import quoted
from sources import signature
from sources.campaigns import campaign
from sources.inbound import Inbound, parsed
from sources.source_settings import (
    Names,
    Warnings,
    amount_field,
    event_names,
    is_listed,
    kind_of,
    priced,
    value_of,
)
from sources.values import as_list, as_object, first, present
from sources.web import segment_audiences
from sources.web.segment_person import user_data
from sources.web.shop import basket

SIGNATURE = signature.Scheme("x-signature", "sha1", "hex")

EVENT_NAMES: dict[str, str | None] = {
    "Order Completed": "PURCHASE",
    "Product Added": "ADD_TO_CART",
    "Checkout Started": "INITIATE_CHECKOUT",
    "Signed Up": "SIGN_UP",
    "Product Viewed": "VIEW_CONTENT",
    "Products Searched": "SEARCH",
    "Payment Info Entered": "ADD_PAYMENT_INFO",
    # No conversion anywhere.
    "Order Refunded": None,
    "Order Cancelled": None,
}
# `total` is what was paid, `revenue` leaves tax and shipping out, `value` is an abstract worth.
_VALUES = ("total", "revenue", "value")


def read(inbound: Inbound) -> Body:
    """Read one call, or the array of calls that Segment posts with batching on. Raises BadRequest."""
    _check_signature(inbound)
    warnings: Warnings = []
    data = parsed(inbound, warnings)
    calls = data if isinstance(data, list) else [data]
    if not calls or not all(isinstance(call, dict) for call in calls):
        raise BadRequest(400, "the body must be a Segment call, a JSON object, or an array of them")
    if len(calls) > MAX_EVENTS:
        raise BadRequest(400, f"the body has {len(calls)} calls; at most {MAX_EVENTS} are taken: lower the batch size")
    return body_of(calls, inbound.settings, warnings)


def body_of(calls: Sequence[Any], settings: SourceSettings, warnings: Warnings, shared: Any = None) -> Body:
    """The conversions of these calls, by place; what is not an object stays as it is. `shared` is true of all."""
    names = event_names(settings, EVENT_NAMES)
    made: list[Any] = []
    unmapped: dict[int, Ignored] = {}
    for index, call in enumerate(calls):
        one, why = _read_call(call, names, settings, warnings) if isinstance(call, dict) else (call, None)
        made.append(replace(one, event_id=event_id(call)) if isinstance(one, Ignored) else one)
        if why is not None:
            unmapped[index] = why
    return Body(
        settings.event_group,
        {},
        made,
        list(dict.fromkeys(warnings)),
        shared=shared,
        spoken=calls,
        unmapped=unmapped,
    )


def event_id(call: dict[str, Any]) -> Any:
    """`messageId` is the same in each of Segment's retries; an `event_id` is the one that Roku's pixel has too."""
    return first(as_object(call.get("properties")).get("event_id"), call.get("messageId"))


def _check_signature(inbound: Inbound) -> None:
    try:
        signature.verify(inbound, SIGNATURE)
    except BadRequest:
        if inbound.body.lstrip().startswith(b"["):
            raise BadRequest(
                401,
                "Segment signs only the first call of a batch, which proves nothing of the others: turn batching off"
                " in Segment's mapping, or take signature_secret away",
            ) from None
        raise


def _read_call(
    call: dict[str, Any], names: Names, settings: SourceSettings, warnings: Warnings
) -> tuple[dict[str, Any] | Ignored, Ignored | None]:
    """The conversion of a call, or why it is none; and why it is none where only listed names are taken."""
    update = segment_audiences.update(call)
    event = _event(call, is_update=bool(update))
    if isinstance(event, Ignored):
        return event, None
    # The sender's own word for the event counts first; an update of a person needs none.
    name = names.get(kind_of(event), update.pop("event_name", None))
    if name is not None and segment_audiences.is_update(name):
        return _conversion(call, name, settings, warnings) | update, None
    if name is not None and is_listed(name):
        return _conversion(call, name, settings, warnings) | {"conversion_type": event} | update, None
    why = Ignored("unmapped_event", f"Segment's event {quoted(event)} is not mapped: add it to event_names")
    own = segment_audiences.free_name(event) if kind_of(event) not in names else name
    if own is None:
        return why, None
    # Nobody at Roku is told about what the settings lack for it.
    return _conversion(call, own, settings, []) | {"conversion_type": own} | update, why


def _event(call: dict[str, Any], *, is_update: bool) -> str | Ignored:
    """The name of the event; `identify` of an identify call that updates a person."""
    kind, event = first(call.get("type"), "track"), call.get("event")
    if kind == "identify" and is_update:
        return "identify"
    if kind != "track":
        said = quoted(kind) if isinstance(kind, str) else "unknown"
        return Ignored("not_a_track_call", f"a Segment call of type {said} is not a conversion: only track calls are")
    if not isinstance(event, str):
        return Ignored("unmapped_event", "the Segment call names no event")
    return event.strip()


def _conversion(call: dict[str, Any], name: str, settings: SourceSettings, warnings: Warnings) -> dict[str, Any]:
    context, properties = as_object(call.get("context")), as_object(call.get("properties"))
    page = as_object(context.get("page"))
    utm, click_ids = campaign(first(page.get("url"), page.get("search")))
    click_ids = campaign(page.get("search"))[1] | click_ids
    return present(
        {
            "event_name": name,
            # `timestamp` is Segment's, with the error of the visitor's clock taken out.
            "event_time": first(call.get("timestamp"), call.get("originalTimestamp"), call.get("receivedAt")),
            "event_id": event_id(call),
            "event_source": _event_source(context, page),
            "event_source_url": page.get("url"),
            "referrer_url": page.get("referrer"),
            "custom_data": _custom_data(properties, utm | _campaign(context), settings, warnings),
            "opt_out": first(properties.get("opt_out"), as_object(call.get("traits")).get("opt_out")),
            "click_ids": click_ids,
            "rtid": segment_audiences.click_id(call),
            "attributes": segment_audiences.attributes(call, amount_field(properties, settings, _VALUES)),
            "user_attributes": segment_audiences.of_person(call),
        }
    ) | {"user_data": user_data(call)}


def _event_source(context: dict[str, Any], page: dict[str, Any]) -> str | None:
    if first(page.get("url")) is not None:
        return "website"
    return "mobile_app" if as_object(context.get("device")).get("type") in ("ios", "android") else None


def _campaign(context: dict[str, Any]) -> dict[str, Any]:
    given = as_object(context.get("campaign"))
    # Segment's library takes the "utm_" off and says `name` for the campaign.
    names = ("name", "source", "medium", "term", "content")
    return present({"utm_" + name.replace("name", "campaign"): given.get(name) for name in names})


def _custom_data(
    properties: dict[str, Any], utm: dict[str, Any], settings: SourceSettings, warnings: Warnings
) -> dict[str, Any]:
    products, query = as_list(properties.get("products")), properties.get("query")
    if not products and first(properties.get("product_id"), properties.get("sku")) is not None:
        products = [properties]  # Product Viewed, Product Added: the properties are the product's own
    custom = {
        "value": value_of(properties, settings, _VALUES, warnings, always=False),  # many events have none
        "currency": properties.get("currency"),
        "order_id": properties.get("order_id"),
        "content_name": properties.get("name"),
        "content_category": properties.get("category"),
        "search_string": query if isinstance(query, str) else None,  # it may be an object of filters
    }
    items = basket(products, "product_id", "sku", warnings=warnings)
    pieces = {"num_items": first(properties.get("quantity"), items.pop("num_items"))}
    return priced(present(custom | items | pieces | utm), settings, warnings)
