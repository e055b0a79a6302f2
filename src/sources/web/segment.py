"""Segment's webhooks: a track call is a conversion; one that tells of an audience is an update of it. Pure.

Contract: Segment's documents «Webhooks (Actions) Destination» (signature, batches), «Spec: Common Fields», «Spec: V2
Ecommerce Events» and «Spec: B2B SaaS» (properties).
"""

from typing import Any

from pipeline.intake.body import MAX_EVENTS, BadRequest, Body, Ignored
from pipeline.intake.senders import SourceSettings
from pipeline.values import limits
from pipeline.values.personal import holds_email
from pipeline.values.rules import quoted
from sources import signature
from sources.campaigns import campaign
from sources.inbound import Inbound, parsed
from sources.source_settings import Names, Warnings, event_names, kind_of, priced, value_of
from sources.values import as_list, as_object, first, present
from sources.web import segment_audiences
from sources.web.shop import basket

EVENT_NAMES: dict[str, str | None] = {
    "Order Completed": "PURCHASE",
    "Product Added": "ADD_TO_CART",
    "Checkout Started": "INITIATE_CHECKOUT",
    "Signed Up": "SIGN_UP",
    "Product Viewed": "VIEW_CONTENT",
    "Products Searched": "SEARCH",
    "Payment Info Entered": "ADD_PAYMENT_INFO",
}
# `total` is what was paid, `revenue` leaves tax and shipping out, `value` is an abstract worth.
_VALUES = ("total", "revenue", "value")
# Of `context.device.type`: the field for its advertising id.
_ADVERTISING_IDS = {"ios": "aID", "android": "aGA"}


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
    names = event_names(inbound.settings, EVENT_NAMES)
    conversions = [_read_call(call, names, inbound.settings, warnings) for call in calls]
    return Body(inbound.settings.event_group, {}, conversions, list(dict.fromkeys(warnings)), spoken=calls)


def _check_signature(inbound: Inbound) -> None:
    try:
        signature.check(inbound, header="x-signature", algorithm="sha1", encoding="hex")
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
) -> dict[str, Any] | Ignored:
    kind, event = first(call.get("type"), "track"), call.get("event")
    audience = segment_audiences.membership(call)
    if kind == "identify" and audience:
        event = kind
    elif kind != "track":
        said = quoted(kind) if isinstance(kind, str) else "unknown"
        return Ignored("not_a_track_call", f"a Segment call of type {said} is no conversion: only track calls are")
    if not isinstance(event, str):
        return Ignored("unmapped_event", "the Segment call names no event")
    # The sender's own word for the event counts first; an audience's update needs none.
    name = names.get(kind_of(event), segment_audiences.AUDIENCE_UPDATE if audience else None)
    if name is None:
        return Ignored("unmapped_event", f"Segment's event {quoted(event)} is not mapped: add it to event_names")
    return _conversion(call, name, settings, warnings) | audience


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
            # `messageId` is the same in each of Segment's retries; an `event_id` is the one that Roku's pixel has too.
            "event_id": first(properties.get("event_id"), call.get("messageId")),
            "event_source": _event_source(context, page),
            "event_source_url": page.get("url"),
            "referrer_url": page.get("referrer"),
            "custom_data": _custom_data(properties, utm | _campaign(context), settings, warnings),
            "opt_out": first(properties.get("opt_out"), as_object(call.get("traits")).get("opt_out")),
            "click_ids": click_ids,
            "rtid": segment_audiences.click_id(call),
            "attributes": segment_audiences.attributes(properties),
        }
    ) | {"user_data": _user_data(call, context, properties)}


def _event_source(context: dict[str, Any], page: dict[str, Any]) -> str | None:
    if first(page.get("url")) is not None:
        return "website"
    return "mobile_app" if as_object(context.get("device")).get("type") in ("ios", "android") else None


def _campaign(context: dict[str, Any]) -> dict[str, Any]:
    given = as_object(context.get("campaign"))
    # Segment's library takes the «utm_» off and says `name` for the campaign.
    names = ("name", "source", "medium", "term", "content")
    return present({"utm_" + name.replace("name", "campaign"): given.get(name) for name in names})


def _user_data(call: dict[str, Any], context: dict[str, Any], properties: dict[str, Any]) -> dict[str, Any]:
    # Identify calls have the traits themselves, track calls in their context.
    traits, device = as_object(context.get("traits")) | as_object(call.get("traits")), as_object(context.get("device"))
    address, user_id = as_object(first(traits.get("address"), properties.get("address"))), call.get("userId")
    id_is_email = isinstance(user_id, str) and len(user_id) <= limits.TEXT and holds_email(user_id)
    fields = {
        "em": first(properties.get("email"), traits.get("email"), user_id if id_is_email else None),
        "ph": first(properties.get("phone"), traits.get("phone")),
        "fn": first(*(one.get(name) for one in (properties, traits) for name in ("first_name", "firstName"))),
        "ln": first(*(one.get(name) for one in (properties, traits) for name in ("last_name", "lastName"))),
        "ge": first(traits.get("gender"), properties.get("gender")),
        "db": first(traits.get("birthday"), properties.get("birthday")),
        "ct": address.get("city"),
        "st": address.get("state"),
        "zp": first(address.get("postalCode"), address.get("postal_code")),
        "country": first(
            address.get("country"), traits.get("country"), as_object(context.get("location")).get("country")
        ),
        "external_id": None if id_is_email else user_id,
        "client_ip_address": context.get("ip"),
        "client_user_agent": context.get("userAgent"),
    }
    return present(fields | _device_ids(device))


def _device_ids(device: dict[str, Any]) -> dict[str, Any]:
    kind = device.get("type")
    found = {"idfv": device.get("id")} if kind == "ios" else {}
    if isinstance(kind, str) and kind in _ADVERTISING_IDS and device.get("adTrackingEnabled") is not False:
        found[_ADVERTISING_IDS[kind]] = device.get("advertisingId")
    return found


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
    return priced(present(custom | items | utm), settings, warnings)
