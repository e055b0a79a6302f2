"""The two forms in which Rokt takes a conversion: an object of the Conversions API, an event of the Event API. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from rokt.conversion import AUDIENCE, Conversion
from rokt.settings import Settings

_HASHED = {
    "email": "other",
    "firstname": "firstnamesha256",
    "lastname": "lastnamesha256",
    "mobile": "mobilesha256",
    "billingzip": "billingzipsha256",
}
_CLEAR = {"billingzip": "billingzipcode"}
# Where an object of the Conversions API says something of a person, and where an event of the Event API says nothing.
_PERSONAL = frozenset("user_identities user_attributes device_info integration_attributes ip".split())
_IMPERSONAL = frozenset(
    "event_id conversiontype amount currency quantity transactionid confirmationref productname sku".split()
)


def batch(facts: Conversion, event_id: str, request_id: str, settings: Settings) -> dict[str, Any]:
    """One object of the Conversions API."""
    who = facts.who
    made: dict[str, Any] = {"environment": settings.environment, "source_request_id": request_id}
    identities, attributes = _of_person(facts, settings)
    if identities:
        made["user_identities"] = identities
    if attributes:
        made["user_attributes"] = attributes
    if who.user_agent is not None or who.devices or who.idfv is not None:
        device = _present(http_header_user_agent=who.user_agent, ios_idfv=who.idfv)
        made["device_info"] = device | dict(who.devices)
    if facts.rtid is not None:
        made["integration_attributes"] = {"1277": {"passbackconversiontrackingid": facts.rtid}}
    if who.ip is not None:
        made["ip"] = who.ip
    made["events"] = _events(facts, event_id, request_id)
    return made


def _of_person(facts: Conversion, settings: Settings) -> tuple[dict[str, str], dict[str, str]]:
    """Identities and attributes: of the personal data the e-mail address is the one identity."""
    identities: dict[str, str] = {}
    attributes: dict[str, str] = {}
    for name, (text, is_hashed) in facts.who.data.items():
        target = identities if name == "email" else attributes
        target[_HASHED[name] if is_hashed else _CLEAR.get(name, name)] = text
    identities |= _present(customerid=facts.who.customer_id, other2=facts.rtid if settings.copy_rtid else None)
    return identities, attributes | dict(facts.who.traits)


def _events(facts: Conversion, event_id: str, request_id: str) -> list[dict[str, Any]]:
    events = []
    if facts.name != AUDIENCE:
        said = {"conversiontype": facts.name, **facts.purchase, "event_id": event_id, **facts.attributes}
        events.append(_custom_event("conversion", "transaction", request_id, facts.seconds, said))
    if facts.audience is not None:
        name, joins = facts.audience
        said = {"audience_name": name, "status": "add" if joins else "drop"}
        if not events:
            said["event_id"] = event_id
        events.append(_custom_event(AUDIENCE, "other", "aud_" + request_id, facts.seconds, said))
    return events


def _custom_event(name: str, kind: str, message_id: str, seconds: int, said: Mapping[str, Any]) -> dict[str, Any]:
    data = {
        "event_name": name,
        "custom_event_type": kind,
        "source_message_id": message_id,
        "timestamp_unixtime_ms": seconds * 1_000,
        "custom_attributes": said,
    }
    return {"event_type": "custom_event", "data": data}


def item(facts: Conversion, event_id: str, client_id: str, settings: Settings) -> dict[str, Any]:  # noqa: ARG001 - as batch
    """One event of the Event API: all values are text."""
    said: dict[str, Any] = {}
    for name, value in facts.who.data.items():
        hashed = "emailsha256" if name == "email" else _HASHED[name]
        said[hashed if value.is_hashed else _CLEAR.get(name, name)] = value.text
    said |= _present(passbackconversiontrackingid=facts.rtid, ipaddress=facts.who.ip)
    said |= dict(facts.who.traits) | {"conversiontype": facts.name} | dict(facts.purchase)
    if "confirmationref" not in said and "transactionid" not in facts.attributes:
        said["confirmationref"] = client_id
    said |= {"event_id": event_id} | dict(facts.attributes)
    return {
        "clientEventId": client_id,
        "eventTime": datetime.fromtimestamp(facts.seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventType": "conversion",
        "objectData": [{"name": name, "value": _text(value)} for name, value in said.items()],
    }


def _text(value: str | int | float | bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else format(Decimal(repr(value)), "f")
    return str(value)


def _present(**values: str | None) -> dict[str, str]:
    return {name: value for name, value in values.items() if value is not None}


def masked(event: Mapping[str, Any], word: str) -> dict[str, Any]:
    """A finished event of either form with `word` in place of all that it says of a person."""
    made = {name: word if name in _PERSONAL else value for name, value in event.items()}
    if isinstance(pairs := event.get("objectData"), list):
        made["objectData"] = [_masked_pair(pair, word) for pair in pairs]
    return made


def _masked_pair(pair: object, word: str) -> object:
    if not isinstance(pair, dict):
        return word
    return pair if pair.get("name") in _IMPERSONAL else {**pair, "value": word}
