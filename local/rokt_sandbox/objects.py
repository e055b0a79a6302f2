"""The parts of an object of the Conversions API: which fields they may have, and of what form each is."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from local.rokt_sandbox import fields
from local.sandbox import checks
from local.sandbox.checks import Check

MAX_OBJECTS: Final = 100
MAX_EVENTS: Final = 100
MAX_OBJECT_BYTES: Final = 128_000

TOP: Final = frozenset(
    "environment source_request_id user_identities user_attributes device_info integration_attributes ip events".split()
)
IDENTITIES: Final[Mapping[str, Check]] = {
    "email": fields.email,
    "other": fields.digest,
    **dict.fromkeys("customerid other2".split(), checks.filled),
}
ATTRIBUTES: Final[Mapping[str, Check]] = {
    **dict.fromkeys("firstname lastname".split(), fields.clear),
    **dict.fromkeys("firstnamesha256 lastnamesha256 mobilesha256 billingzipsha256".split(), fields.digest),
    "mobile": fields.mobile,
    "billingzipcode": fields.zip_code,
    "dob": fields.birth_date,
    "gender": fields.gender,
}
DEVICE: Final[Mapping[str, Check]] = {
    "http_header_user_agent": checks.filled,
    **dict.fromkeys("ios_advertising_id android_advertising_id ios_idfv".split(), fields.uuid),
    "android_uuid": checks.filled,
}
_CONVERSION: Final[Mapping[str, Check]] = {
    "conversiontype": checks.filled,
    "confirmationref": checks.filled,
    "amount": fields.amount,
    "currency": fields.currency,
}
_AUDIENCE: Final[Mapping[str, Check]] = {"audience_name": checks.filled, "status": checks.one_of("add", "drop")}
_KINDS: Final = {
    "conversion": ("transaction", _CONVERSION, ("conversiontype",)),
    "audiencemembershipupdate": ("other", _AUDIENCE, ("audience_name", "status")),
}

Errors = Iterator[tuple[str, str]]


def of_part(item: Mapping[str, Any], name: str, checks: Mapping[str, Check], others: Check | None = None) -> Errors:
    """The fields of a part that are of another form, or not known."""
    part = item.get(name, {})
    if not isinstance(part, dict):
        yield f".{name}", "must be an object"
        return
    for field, value in part.items():
        test = checks.get(field, others)
        fault = test(value) if test else "is not a known field"
        if fault:
            yield f".{name}.{field}", fault


def of_integration(part: object) -> Errors:
    """The place of the rtid."""
    rokt = part.get("1277") if isinstance(part, dict) and len(part) == 1 else None
    rtid = rokt.get("passbackconversiontrackingid") if isinstance(rokt, dict) and len(rokt) == 1 else None
    if fault := checks.filled(rtid):
        yield ".integration_attributes.1277.passbackconversiontrackingid", fault


def of_events(events: object) -> Errors:
    """The events, each of one of two kinds."""
    if not isinstance(events, list) or not 1 <= len(events) <= MAX_EVENTS:
        yield ".events", f"must be an array of 1 to {MAX_EVENTS} events"
        return
    seen = set()
    for index, event in enumerate(events):
        path = f".events[{index}]"
        data = event.get("data") if isinstance(event, dict) and event.get("event_type") == "custom_event" else None
        if not isinstance(data, dict) or event.keys() != {"event_type", "data"}:
            yield path, "must have the event_type custom_event, and data"
            continue
        for field, fault in _data(data):
            yield f"{path}.data{field}", fault
        if data.get("source_message_id") in seen:
            yield f"{path}.data.source_message_id", "is the same as of another event"
        seen.add(str(data.get("source_message_id")))


def _data(data: Mapping[str, Any]) -> Errors:
    kind = _KINDS.get(str(data.get("event_name")))
    if kind is None:
        yield ".event_name", f"must be one of {', '.join(_KINDS)}"
        return
    event_type, known, required = kind
    if data.get("custom_event_type") != event_type:
        yield ".custom_event_type", f"must be {event_type}"
    if fault := checks.filled(data.get("source_message_id")):
        yield ".source_message_id", fault
    moment = data.get("timestamp_unixtime_ms")
    if not isinstance(moment, int) or isinstance(moment, bool) or not 10**11 <= moment < 10**14:
        yield ".timestamp_unixtime_ms", "must be epoch milliseconds"
    said = data.get("custom_attributes")
    if not isinstance(said, dict):
        yield ".custom_attributes", "must be an object"
        return
    yield from ((f".custom_attributes.{name}", "is required") for name in required if name not in said)
    yield from _attributes(said, known)


def _attributes(said: Mapping[str, Any], known: Mapping[str, Callable[[Any], str | None]]) -> Errors:
    for name, value in said.items():
        if fault := known.get(name, fields.scalar)(value) or fields.scalar(value):
            yield f".custom_attributes.{name}", fault
