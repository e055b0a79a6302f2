"""The Event API v2: what is wrong with a request as a whole, and with one of its events."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from local.rokt_sandbox import fields
from local.sandbox import checks
from local.sandbox.checks import Check
from local.sandbox.profiles import Fault, Profile, Rule, judge

MAX_EVENTS: Final = 100
MAX_AHEAD: Final = 300  # seconds
OLDEST_MONTHS: Final = 18
LONGEST: Final = {"accountId": 64, "clientEventId": 36, "eventType": 128, "name": 256, "value": 65_536}

_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z")
_IDENTIFIERS: Final = frozenset({"email", "emailsha256", "passbackconversiontrackingid"})
_NAMED: Final[Mapping[str, Check]] = {
    "email": fields.email,
    **dict.fromkeys("emailsha256 firstnamesha256 lastnamesha256 mobilesha256 billingzipsha256".split(), fields.digest),
    **dict.fromkeys("firstname lastname".split(), fields.clear),
    **dict.fromkeys("conversiontype confirmationref transactionid".split(), checks.filled),
    "passbackconversiontrackingid": checks.filled,
    "amount": fields.decimal,
    "quantity": fields.whole,
    "currency": fields.currency,
    "mobile": fields.mobile,
    "billingzipcode": fields.zip_code,
    "ipaddress": checks.ip_address,
    "dob": fields.birth_date,
    "gender": fields.gender,
}


def check_request(content: object, *, now: float) -> str | None:
    """Say why a request is refused whole, or None if its events may be looked at. `now` is epoch seconds."""
    if not isinstance(content, dict) or content.keys() != {"accountId", "events"}:
        return "the body must be an object with accountId and events"
    if not _is_text(content["accountId"], "accountId"):
        return "accountId must be text"
    events = content["events"]
    if not isinstance(events, list) or not 1 <= len(events) <= MAX_EVENTS:
        return f"events must be an array of 1 to {MAX_EVENTS} events"
    return next(filter(None, (_malformed(event, now) for event in events)), None)


def _malformed(event: object, now: float) -> str | None:
    if not isinstance(event, dict) or event.keys() != {"clientEventId", "eventTime", "eventType", "objectData"}:
        return "an event must have clientEventId, eventTime, eventType and objectData, and nothing else"
    for name in ("clientEventId", "eventType"):
        if not _is_text(event[name], name):
            return f"{name} must be text of at most {LONGEST[name]} characters"
    pairs = event["objectData"]
    if not isinstance(pairs, list) or not all(
        isinstance(pair, dict)
        and pair.keys() == {"name", "value"}
        and _is_text(pair["name"], "name")
        and isinstance(pair["value"], str)
        and len(pair["value"]) <= LONGEST["value"]
        for pair in pairs
    ):
        return "objectData must be an array of name and value, both text"
    return _time_fault(event["eventTime"], now)


def _is_text(value: object, name: str) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST[name]


def _time_fault(value: object, now: float) -> str | None:
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        return "eventTime must be in UTC and RFC 3339"
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return "eventTime must be a real time"
    today = datetime.fromtimestamp(now, UTC)
    months = today.year * 12 + today.month - 1 - OLDEST_MONTHS
    oldest = today.replace(year=months // 12, month=months % 12 + 1, day=min(today.day, 28))
    if moment < oldest:
        return "eventTime is older than 18 months"
    return "eventTime is more than 5 minutes ahead" if moment.timestamp() > now + MAX_AHEAD else None


def check(event: Mapping[str, Any], profile: Profile = "relay") -> str | None:
    """Say what is wrong with one well-formed event, or None."""
    return next((f"{field} {fault}".strip() for field, fault in judge(RULES, event, profile).items()), None)


def _pairs(event: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(pair["name"], pair["value"]) for pair in event["objectData"]]


def _type(event: Mapping[str, Any]) -> Iterator[Fault]:
    if event["eventType"] != "conversion":
        yield "eventType", "must be conversion"


def _twice(event: Mapping[str, Any]) -> Iterator[Fault]:
    names = [name for name, _ in _pairs(event)]
    if len(set(names)) < len(names):
        yield "a name", "stands twice in objectData"


def _identified(event: Mapping[str, Any]) -> Iterator[Fault]:
    if _IDENTIFIERS.isdisjoint(name for name, _ in _pairs(event)):
        yield "objectData", f"needs one of {', '.join(sorted(_IDENTIFIERS))}"


def _typed(event: Mapping[str, Any]) -> Iterator[Fault]:
    if said(event, "conversiontype") is None:
        yield "objectData", "needs a conversiontype"


def _reserved(event: Mapping[str, Any]) -> Iterator[Fault]:
    yield from ((name, "is a reserved name") for name, _ in _pairs(event) if name.lower().startswith("rokt."))


def _values(event: Mapping[str, Any]) -> Iterator[Fault]:
    for name, value in _pairs(event):
        fault = _NAMED[name](value) if name in _NAMED else fields.scalar(value)
        if fault:
            yield name, fault


def _digests(event: Mapping[str, Any]) -> Iterator[Fault]:
    for name, _ in _pairs(event):
        if name.endswith("sha256") and name != "emailsha256":
            yield name, "is not among the page's fields"


def _repeatable(event: Mapping[str, Any]) -> Iterator[Fault]:
    if not (said(event, "transactionid") or said(event, "confirmationref")):
        yield "objectData", "needs a transactionid or a confirmationref"


def _clear(event: Mapping[str, Any]) -> Iterator[Fault]:
    for name, value in _pairs(event):
        if name != "mobile" and checks.holds_phone(value):
            yield name, "must not hold a raw phone number"


_USUAL: Final[tuple[Profile, ...]] = ("strict", "relay")
RULES: Final = [
    Rule("V1", "the page's sample: eventType conversion", _type),
    Rule("V2", "objectData: pairs of a name and its value", _twice),
    Rule("V3", "one of email, emailsha256, passbackconversiontrackingid", _identified),
    Rule("V4", "conversiontype tells conversions apart", _typed, _USUAL),
    Rule("V5", "public: names that begin with rokt. are reserved", _reserved),
    Rule("V6", "the table of suggested fields: their forms", _values),
    Rule("V7", "the table lists no digest but emailsha256", _digests, _USUAL),
    Rule("V8", "transactionid, else confirmationref, drops repeats", _repeatable, ("strict",)),
    Rule("V9", "persons' data only where the table has it", _clear),
]


def said(event: Mapping[str, Any], name: str) -> str | None:
    """Give what objectData says under this name."""
    return next((pair["value"] for pair in event["objectData"] if pair["name"] == name), None)
