"""The conversion APIs of Meta, Snap and Pinterest: a list `data` of events, with digests in arrays. Pure.

Contract: Meta's pages "Conversions API: Server Event, Customer Information and Custom Data Parameters", Snap's
"Conversions API v3", Pinterest's "Conversions API v5". Meta's library posts a form, in which each event is JSON text.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pipeline.contract.destination import Invalid
from pipeline.intake.body import MAX_EVENTS, BadRequest, Body, Ignored
from pipeline.intake.unwrapping import unwrapped
from pipeline.values import language
from pipeline.values.digests import as_digest
from pipeline.values.rules import fold, quoted
from sources.inbound import Inbound, unpacked
from sources.mapped.content import content, from_text
from sources.source_settings import Names, Warnings, event_names, kind_of, priced, spelled
from sources.values import as_list, as_object, first, present, text
from sources.web.shop import basket

# Other names than Roku's own, which are known however they are written (AddToCart, add_to_cart).
EVENT_NAMES: dict[str, str | None] = {
    "SubmitApplication": "SIGN_UP",
    # Snap's
    "ADD_CART": "ADD_TO_CART",
    "ADD_BILLING": "ADD_PAYMENT_INFO",
    "START_CHECKOUT": "INITIATE_CHECKOUT",
    "RESERVE": "SCHEDULE",
    # Pinterest's
    "checkout": "PURCHASE",
    "submit_application": "SIGN_UP",
    "view_category": "VIEW_CONTENT",
    "watch_video": "VIEW_CONTENT",
    "page_visit": "PAGE_VIEW",
}
_SOURCES = {
    **dict.fromkeys(("website", "web"), "website"),
    **dict.fromkeys(("app", "mobileapp", "appios", "appandroid"), "mobile_app"),
    **{fold(word): word for word in ("phone_call", "chat", "email", "physical_store", "system-generated")},
    **dict.fromkeys(("offline", "crm", "businessmessaging", "other"), "other"),
}
_AS_THEY_ARE = ("em", "ph", "fn", "ln", "external_id", "client_ip_address", "client_user_agent", "subscription_id")
# Roku takes the places in clear, and its digests of the others are of "female" and yyyy-mm-dd.
_IN_CLEAR = ("ge", "db", "ct", "st", "zp", "country")
_AD_IDS = {"i2": "aID", "a2": "aGA"}  # by the first entry of app_data.extinfo
_CUSTOM = "value currency content_name content_category order_id num_items search_string".split()
_OF_ANOTHER = (
    "user_data",
    (
        "has digests: one that was made by another network's rule (an e-mail address with +tag, a phone number) may"
        " find nobody at Roku; send clear values, which are hashed here"
    ),
)


def read(inbound: Inbound) -> Body:
    """Read one post. Raises BadRequest."""
    warnings: Warnings = []
    posted = content(unpacked(inbound), warnings)
    if not isinstance(posted, dict) or "data" not in posted:
        raise BadRequest(400, 'data is missing: send {"data": [{"event_name": "Purchase", ...}]}, as to Meta')
    given = from_text(posted["data"])
    events = [from_text(one) for one in (given if isinstance(given, list) else [given])]
    if not events:
        raise BadRequest(400, "data is empty: send at least one event")
    if len(events) > MAX_EVENTS:
        raise BadRequest(400, f"data has {len(events)} events; at most {MAX_EVENTS} are taken: send them in parts")
    names = event_names(inbound.settings, EVENT_NAMES)
    made = [_read_event(event, names, inbound, warnings) for event in events]
    unwrapped(made, warnings)
    return Body(
        inbound.settings.event_group,
        {},
        made,
        list(dict.fromkeys(warnings)),
        shared={name: value for name, value in posted.items() if name not in ("data", "access_token")},
        spoken=events,
        is_test=_is_test(posted, inbound),
    )


def _is_test(posted: Mapping[str, Any], inbound: Inbound) -> bool:
    """Whether the events are to be checked only: Meta's and Snap's field says so, Pinterest's parameter."""
    query = parse_qs(urlsplit(inbound.url).query)
    return first(posted.get("test_event_code"), *query.get("test_event_code", ())) is not None or "true" in query.get(
        "test", ()
    )


def _read_event(event: Any, names: Names, inbound: Inbound, warnings: Warnings) -> dict[str, Any] | Ignored | Invalid:
    if not isinstance(event, dict):
        return Invalid({"data": "each event must be a JSON object"}, [])
    said = text(event.get("event_name"))
    name = _name(said, names)
    if said is not None and name is None:
        why = f"the event {quoted(said)} is not mapped: add it to event_names"
        return Ignored("unmapped_event", why, event.get("event_id"))
    custom = _custom_data(as_object(from_text(event.get("custom_data"))), warnings)
    fields = {
        "event_name": name,
        "event_time": event.get("event_time"),
        "event_id": event.get("event_id"),
        "event_source": _SOURCES.get(fold(str(event.get("action_source"))[:100])),
        "event_source_url": event.get("event_source_url"),
        "referrer_url": event.get("referrer_url"),
        "custom_data": priced(custom, inbound.settings, warnings),
        "opt_out": event.get("opt_out"),
    }
    return present(fields) | {"user_data": _user_data(event, warnings)}


def _name(said: str | None, names: Names) -> str | None:
    """Roku's name: by the settings and the names known, else the same name, however it is written."""
    if said is None or kind_of(said) in names:
        return None if said is None else names[kind_of(said)]
    return spelled(said) if fold(said) in language.event_names() else None


def _user_data(event: Mapping[str, Any], warnings: Warnings) -> dict[str, Any]:
    given = as_object(from_text(event.get("user_data")))
    user = {name: given.get(name) for name in _AS_THEY_ARE}
    if any(_is_digest(one) for name in ("em", "ph") for one in _values(user[name])):
        warnings.append(_OF_ANOTHER)
    user |= {name: [one for one in _values(given.get(name)) if not _is_digest(one)] for name in _IN_CLEAR}
    device = as_list(as_object(event.get("app_data")).get("extinfo"))[:1]
    if device and isinstance(device[0], str) and device[0] in _AD_IDS:
        user[_AD_IDS[device[0]]] = given.get("madid")
    return present(user)


def _values(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _is_digest(value: Any) -> bool:
    return isinstance(value, str) and as_digest(value.strip()) is not None


def _custom_data(given: Mapping[str, Any], warnings: Warnings) -> dict[str, Any]:
    items = basket([_item(one) for one in as_list(from_text(given.get("contents")))], "id", warnings=warnings)
    ids = as_list(from_text(given.get("content_ids")))
    known = {one.get("id") for one in items["contents"] if isinstance(one.get("id"), str | int)}
    items["content_ids"] += [one for one in ids if isinstance(one, str | int) and one not in known]
    own = {name: given.get(name) for name in _CUSTOM}
    return present(items | present(own) | {"content_type": given.get("content_type")})


def _item(item: Any) -> Any:
    if not isinstance(item, dict):
        return item
    return item | {"price": first(item.get("item_price"), item.get("price"))}
