"""A conversion as received -> Rokt's event, finished, in the form of the account's API. Pure.

**Identity.** Rokt drops a repeat of a `source_request_id` for 30 to 60 days, for one key, and one call can fire CONTACT
and later LEAD under the same event id, as two event groups can use the same order numbers: sent as it is, the event id
would lose the second conversion. So `source_request_id`, `source_message_id` and `clientEventId` (which has at most 36
characters) are one UUID made of event group, event name and event id: what the ledger tells apart Rokt tells apart too,
and a repeat is the same for both. The sender's own id goes along as the attribute `event_id`.

The Event API drops repeats only by `transactionid`, else `confirmationref`: a conversion without either gets that UUID
as its `confirmationref`, so that a request whose answer was lost can be sent again.
"""

import uuid
from collections.abc import Mapping
from hashlib import sha1
from typing import Any

from pydantic_core import from_json, to_json

from pipeline.contract.destination import Invalid, Prepared, Withheld, not_an_object
from pipeline.contract.fingerprints import AMOUNT
from pipeline.contract.matching import DEVICE, EMAIL, EXTERNAL_ID, PERSON, PHONE, VALUE, kinds_of
from pipeline.values import addresses
from pipeline.values.digests import derived_id, digest
from pipeline.values.rules import opt_out
from pipeline.values.words import Word
from rokt import conversion as conversions
from rokt import fast, wire
from rokt.conversion import AUDIENCE, Conversion
from rokt.fields import DEVICES
from rokt.settings import Settings

# The Conversions API: 128 KB an object. The Event API states none.
MAX_EVENT_BYTES = 128_000

IDS = uuid.UUID("c0d5fb0e-5d0c-4f0e-9a53-3a0d1b6f7f27")  # the namespace of the UUIDs made here
_NAMESPACE = IDS.bytes
_VARIANT = {digit: "89ab"[int(digit, 16) % 4] for digit in "0123456789abcdef"}  # RFC 9562: 10 in the two highest bits

# What each identifier is good for at Rokt, which finds nobody by a phone number or by idfv.
_KINDS = {
    "em": EMAIL | PERSON,
    "ph": PHONE,
    "external_id": EXTERNAL_ID | PERSON,
    AMOUNT: VALUE,
    **dict.fromkeys(DEVICES.values(), DEVICE | PERSON),
}

NO_IDENTIFIER = {
    "conversions": Word(
        "Rokt needs a usable em, external_id, aID, aGA or rtid, or client_ip_address with client_user_agent"
    ),
    "events": Word("Rokt's Event API needs a usable em or rtid"),
}
OPTED_OUT = Word("the person opted out, and Rokt documents no limited use of data")
NO_AUDIENCES = Word("Rokt's Event API takes no audience updates")


def prepare(conversion: object, *, group: str, now: float, settings: Settings) -> Prepared | Invalid | Withheld:
    """Return the finished event of one conversion, its errors by field, or why Rokt does not get it. Never raises.

    `now` is epoch seconds. Digests are recognised whatever the body says of them.
    """
    if not isinstance(conversion, dict):
        return not_an_object()
    notes: list[str] = []
    if "opt_out" in conversion and opt_out(conversion["opt_out"], notes) == "true":
        return Withheld(OPTED_OUT, [("opt_out", note) for note in notes])
    if settings.api == "events" and conversions.is_audience_update(conversion.get("event_name")):
        return Withheld(NO_AUDIENCES, [])
    usual = fast.read(conversion, now=now, settings=settings)
    made = (usual, []) if usual is not None else conversions.read(conversion, now=now, settings=settings)
    if isinstance(made, Invalid):
        return made
    facts, warnings = made
    if not _is_somebody(facts, settings):
        return Withheld(NO_IDENTIFIER[settings.api], warnings)
    if settings.api == "events" and facts.audience is not None:
        warnings.append(("audience_name", f"dropped: {NO_AUDIENCES}"))
    return _finish(facts, conversion, group, settings, warnings)


def identify(event: Mapping[str, Any]) -> tuple[str, str] | None:
    """The event id and event name of a finished event of either API; None if it is neither's."""
    pairs = event.get("objectData")
    if isinstance(pairs, list):
        said = {pair.get("name"): pair.get("value") for pair in pairs if isinstance(pair, dict)}
        event_id, name = said.get("event_id"), said.get("conversiontype")
    else:
        data = _first(event.get("events")).get("data")
        attributes = data.get("custom_attributes") if isinstance(data, dict) else None
        if not isinstance(data, dict) or not isinstance(attributes, dict):
            return None
        event_id = attributes.get("event_id")
        name = AUDIENCE if data.get("event_name") == AUDIENCE else attributes.get("conversiontype")
    return (event_id, name) if isinstance(event_id, str) and isinstance(name, str) else None


def _first(events: object) -> dict[str, Any]:
    return events[0] if isinstance(events, list) and events and isinstance(events[0], dict) else {}


def identity(group: str, name: str, event_id: str) -> str:
    """The UUID that is Rokt's for this conversion."""
    # uuid.uuid5 takes five times as long for the same.
    digits = sha1(_NAMESPACE + to_json([group, name, event_id]), usedforsecurity=False).hexdigest()
    return f"{digits[:8]}-{digits[8:12]}-5{digits[13:16]}-{_VARIANT[digits[16]]}{digits[17:20]}-{digits[20:32]}"


def _is_somebody(facts: Conversion, settings: Settings) -> bool:
    who = facts.who
    if "email" in who.data or facts.rtid:
        return True
    if settings.api == "events":
        return False
    return bool(who.customer_id or who.devices or (who.ip and who.user_agent and addresses.is_visitors(who.ip)))


def _finish(
    facts: Conversion, conversion: Mapping[str, Any], group: str, settings: Settings, warnings: list[tuple[str, str]]
) -> Prepared | Invalid | Withheld:
    write = wire.batch if settings.api == "conversions" else wire.item
    # Of all the content: two conversions may differ only in what Rokt does not take, and the stack's settings may
    # change between a sender's tries.
    event_id = facts.event_id or derived_id(group, conversion)
    # Rokt drops repeats for one key, whichever the environment: a test must not use up the conversion's own identity.
    name = facts.name if settings.environment == "production" else f"test {facts.name}"
    line = to_json(write(facts, event_id, identity(group, name, event_id), settings))
    if len(line) > MAX_EVENT_BYTES:
        return Invalid({"event": f"has {len(line)} bytes; at most {MAX_EVENT_BYTES} can be sent to Rokt"}, warnings)
    found = _identifiers(facts)
    return Prepared(line, event_id, None, warnings, facts.name, found, _kinds(facts, found))


def _kinds(facts: Conversion, found: Mapping[str, str]) -> int:
    """What Rokt can find the person by, its own click id among it, and whether the amount can be counted."""
    who = facts.who
    seen = who.ip is not None and who.user_agent is not None
    kinds = kinds_of(found, _KINDS, seen=seen, priced="currency" in facts.purchase)
    return kinds | (PERSON if facts.rtid else 0)


def renamed(line: str, event_id: str) -> str:
    """The event under an identity that is Rokt's alone: the sender's own id stays, as an attribute."""
    event = from_json(line)
    mine = event.get("source_request_id") or event["clientEventId"]
    return line.replace(mine, identity("", mine, event_id))


def _identifiers(facts: Conversion) -> dict[str, str]:
    """What tells persons apart (e-mail address and phone number as digests, whatever is sent), and the amount."""
    who = facts.who
    found: dict[str, str] = {}
    for kind, name in (("em", "email"), ("ph", "mobile")):
        if (said := who.data.get(name)) is not None:
            found[kind] = said.text if said.is_hashed else digest(said.text)
    if who.customer_id is not None:
        found["external_id"] = who.customer_id
    devices = who.devices if who.idfv is None else {**who.devices, "idfv": who.idfv}
    for name, value in devices.items():
        found[name] = value.lower()
    if "amount" in facts.purchase:
        found[AMOUNT] = str(facts.purchase["amount"] + 0.0)
    return found
