"""What Roku's page lets one check of a request body and of each of its events; pure functions, no clock of their own.

Where the page is silent the stricter reading is taken, for a relay should send only what is surely right: unknown
fields are refused at every level, `event_source` must be one of the ten listed, hashed fields must be digests and be
declared with `user_data.is_hashed: true`, and an e-mail address anywhere in `user_data` is a raw one.

One check contradicts the page: its own example of a request has as `ph` the SHA-256 of the text `null` and is answered
with 200. Hence `strict`: while it is true, a digest of nothing (see `EMPTY_DIGESTS`) is refused like any other wrong
value, for the relay has promised never to send one; while it is false, it is let through, as the page has it.
"""

from collections.abc import Mapping
from typing import Final, TypeAlias

from local.roku_sandbox.fields import (
    CURRENCIES,
    EVENT_NAMES,
    EVENT_SOURCES,
    flag,
    identities,
    identity,
    integer,
    number,
    quantity,
    text,
    url,
)
from local.sandbox.checks import EMPTY_DIGESTS, RAW_EMAIL, Check, digest, filled, ip_address, one_of

Errors: TypeAlias = dict[str, str]

MAX_EVENTS: Final = 1_000  # Roku: "a maximum of 1000 events in this array"
MAX_AHEAD: Final = 3_600  # seconds; public reports: Roku refuses events of the future
IDENTIFIERS: Final = frozenset("em ph client_ip_address aGA aID aDX aGI aRI".split())
HASHED: Final = frozenset("em ph fn ln ge db".split())

_DELIVERY: Final = one_of("in_store", "curbside", "home_delivery")
_EVENT: Final[Mapping[str, Check]] = {
    "event_id": filled,
    "event_type": one_of("conversion"),
    "event_source": one_of(*EVENT_SOURCES),
    "event_source_url": url,
    "referrer_url": url,
    "opt_out": one_of("true", "false"),
    "partner_name": filled,
}
_USER_DATA: Final[Mapping[str, Check]] = {
    **dict.fromkeys(HASHED, digest),
    **dict.fromkeys("ct st zp country external_id client_user_agent subscription_id".split(), filled),
    **dict.fromkeys("aGA aID aDX aGI aRI aFC".split(), filled),
    "client_ip_address": ip_address,
    "is_hashed": flag,
}
_CUSTOM_DATA: Final[Mapping[str, Check]] = {
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


def check_body(body: object) -> str | None:
    """Say why a whole request body is refused, or None if its events may be looked at one by one."""
    if not isinstance(body, dict):
        return "the body must be a JSON object"
    if not isinstance(body.get("event_group_id"), str) or not body["event_group_id"]:
        return "event_group_id is required"
    events = body.get("events")
    if not isinstance(events, list) or not events:
        return "events is required and must be an array of events"
    if len(events) > MAX_EVENTS:
        return f"events must not hold more than {MAX_EVENTS} events"
    if unknown := body.keys() - {"event_group_id", "events"}:
        return f"unknown field: {', '.join(sorted(unknown))}"
    return None


def check_event(event: object, *, now: float, strict: bool = True) -> Errors:
    """Say for each wrong field of one event what is wrong with it; empty if Roku would take it.

    `now` is in epoch seconds. Fields of nested objects are named by their path, as in `custom_data.contents[0].price`;
    the three texts that Roku's page quotes are used word for word.
    """
    if not isinstance(event, dict):
        return {"event": "event must be an object"}
    rest = dict(event)
    errors: Errors = {}
    _check_name(rest.pop("event_name", None), errors)
    _check_time(rest.pop("event_time", None), now, errors)
    if rest.get("event_type") is None:
        rest.pop("event_type", None)
        errors["event_type"] = "event_type is required"
    _check_user_data(rest.pop("user_data", None), strict, errors)
    if "custom_data" in rest:
        _check_custom_data(rest.pop("custom_data"), errors)
    _check_fields(rest, _EVENT, "", errors)
    return errors


def _check_name(name: object, errors: Errors) -> None:
    if name is None or name == "":
        errors["event_name"] = "event_name is required"
    elif not isinstance(name, str):
        errors["event_name"] = "event_name must be a string"
    elif name not in EVENT_NAMES:
        errors["event_name"] = f"Invalid event name: {name}. Event name must be one of the supported values."


def _check_time(time: object, now: float, errors: Errors) -> None:
    if time is None:
        errors["event_time"] = "event_time is required"
    elif not isinstance(time, int) or isinstance(time, bool) or time <= 0:
        errors["event_time"] = "event_time must be an integer, in epoch seconds"
    elif time >= 100_000_000_000:  # as seconds the year 5138, as milliseconds March 1973
        errors["event_time"] = "event_time must be in epoch seconds, not in milliseconds"
    elif time > now + MAX_AHEAD:
        errors["event_time"] = f"event_time must not be more than {MAX_AHEAD} seconds in the future"


def _check_user_data(user_data: object, strict: bool, errors: Errors) -> None:
    if user_data is not None and not isinstance(user_data, dict):
        errors["user_data"] = "user_data must be an object"
        return
    if not user_data or IDENTIFIERS.isdisjoint(user_data):
        errors["user_data"] = "At least one user identifier is required"
    _check_fields(user_data or {}, _USER_DATA, "user_data.", errors)
    texts = {field: value for field, value in (user_data or {}).items() if isinstance(value, str)}
    _check_personal(texts, strict, errors)
    if user_data and not HASHED.isdisjoint(user_data) and user_data.get("is_hashed") is not True:
        errors["user_data.is_hashed"] = "is_hashed must be true where hashed fields are present"


def _check_personal(texts: Mapping[str, str], strict: bool, errors: Errors) -> None:
    for field, value in texts.items():
        if RAW_EMAIL.search(value):
            errors[f"user_data.{field}"] = f"{field} must not hold a raw e-mail address"
        elif strict and field in HASHED and value in EMPTY_DIGESTS:
            errors[f"user_data.{field}"] = f"{field} is the digest of an absent value"


def _check_custom_data(custom_data: object, errors: Errors) -> None:
    if not isinstance(custom_data, dict):
        errors["custom_data"] = "custom_data must be an object"
        return
    rest = dict(custom_data)
    if "contents" in rest:
        _check_contents(rest.pop("contents"), errors)
    _check_fields(rest, _CUSTOM_DATA, "custom_data.", errors)


def _check_contents(contents: object, errors: Errors) -> None:
    if not isinstance(contents, list):
        errors["custom_data.contents"] = "contents must be an array of objects"
        return
    for position, item in enumerate(contents):
        path = f"custom_data.contents[{position}]"
        if not isinstance(item, dict):
            errors[path] = "an item of contents must be an object"
            continue
        for field in ("id", "quantity", "price"):
            if field not in item:
                errors[f"{path}.{field}"] = f"{field} is required"
        _check_fields(item, _CONTENTS, f"{path}.", errors)


def _check_fields(values: Mapping[str, object], checks: Mapping[str, Check], path: str, errors: Errors) -> None:
    for field, value in values.items():
        check = checks.get(field)
        fault = check(value) if check else "is not a known field"
        if fault:
            errors[f"{path}{field}"] = f"{field} {fault}"
