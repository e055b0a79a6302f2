"""A conversion as received -> Rokt's event, finished, in the form of the account's API. Pure.

**Identity.** Rokt drops a repeat of a `source_request_id` for 30 to 60 days, for one key, and one call can fire CONTACT
and later LEAD under the same event id, as two event groups can use the same order numbers: sent as it is, the event id
would lose the second conversion. So `source_request_id`, `source_message_id` and `clientEventId` (which has at most 36
characters) are one UUID made of event group, event name and event id: what the ledger tells apart Rokt tells apart too,
and a repeat is the same for both. The sender's own id goes along as the attribute `event_id`.

Updates (`rokt.updates`) have in the place of the event name one that says what they change.
"""

import uuid
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha1
from typing import Any

import orjson
from pydantic_core import from_json

from pipeline.contract.destination import Invalid, Prepared, Withheld, not_an_object
from pipeline.contract.fingerprints import AMOUNT, CURRENCY
from pipeline.contract.matching import DEVICE, EMAIL, EXTERNAL_ID, PERSON, PHONE, PRICED, VALUE, kinds_of
from pipeline.values.digests import derived_id, digest
from pipeline.values.rules import opt_out
from pipeline.values.words import Word
from rokt import conversion as conversions
from rokt import fast, updates
from rokt.conversion import Conversion
from rokt.form import DEVICES
from rokt.forms import FORMS
from rokt.personal import Clear
from rokt.settings import Settings

# The Conversions API: 128 KB an object. The Event API states none.
MAX_EVENT_BYTES = 128_000

IDS = uuid.UUID("c0d5fb0e-5d0c-4f0e-9a53-3a0d1b6f7f27")  # the namespace of the UUIDs made here
_NAMESPACE = IDS.bytes
_VARIANT = {digit: "89ab"[int(digit, 16) % 4] for digit in "0123456789abcdef"}  # RFC 9562: 10 in the two highest bits

# What each identifier is good for at Rokt, which finds nobody by a phone number.
_KINDS = {
    "em": EMAIL | PERSON,
    "ph": PHONE,
    "external_id": EXTERNAL_ID | PERSON,
    AMOUNT: VALUE,
    CURRENCY: PRICED,
    **dict.fromkeys(DEVICES, DEVICE | PERSON),
}
_IDENTIFIERS = {"email": "em", "mobile": "ph", "customerid": "external_id"}

OPTED_OUT = Word("the person opted out, and Rokt documents no limited use of data")


def prepare(
    conversion: object, *, group: str, now: float, settings: Settings, country: str | None = None
) -> Prepared | Invalid | Withheld:
    """Return the finished event of one conversion, its errors by field, or why Rokt does not get it. Never raises.

    `now` is epoch seconds; `country` is that of a record which names none, if the sender has another than the stack.
    Digests are recognised whatever the body says of them.
    """
    form = settings.form
    if not isinstance(conversion, dict):
        return not_an_object()
    notes: list[str] = []
    if "opt_out" in conversion and opt_out(conversion["opt_out"], notes) == "true":
        return Withheld(OPTED_OUT, [("opt_out", note) for note in notes])
    if form.no_updates is not None and updates.update_of(conversion.get("event_name")) is not None:
        return Withheld(form.no_updates, [])
    made = _read(conversion, now, settings, country or settings.default_country)
    if isinstance(made, Invalid):
        return made
    facts, warnings = made
    if not form.is_somebody(facts):
        return Withheld(form.no_identifier, warnings)
    if form.no_updates is not None and facts.audience is not None:
        warnings.append(("audience_name", f"dropped: {form.no_updates}"))
    return _finish(facts, conversion, group, settings, warnings)


def _read(
    conversion: Mapping[str, Any], now: float, settings: Settings, country: str | None
) -> tuple[Conversion, list[tuple[str, str]]] | Invalid:
    usual = fast.read(conversion, now=now, settings=settings, country=country)
    if usual is not None:
        return usual, []
    return conversions.read(conversion, now=now, settings=settings, country=country)


def identify(event: Mapping[str, Any]) -> tuple[str, str] | None:
    """The event id and event name of a finished event of either API; None if it is neither's."""
    return next((form.identify(event) for form in FORMS.values() if form.owns(event)), None)


def masked(event: Mapping[str, Any], word: str) -> dict[str, Any]:
    """A finished event of either API with `word` in place of all that it says of a person."""
    return next((form.masked(event, word) for form in FORMS.values() if form.owns(event)), {})


def identity(group: str, name: str, event_id: str) -> str:
    """The UUID that is Rokt's for this conversion."""
    # uuid.uuid5 takes five times as long for the same.
    digits = sha1(_NAMESPACE + orjson.dumps([group, name, event_id]), usedforsecurity=False).hexdigest()
    return f"{digits[:8]}-{digits[8:12]}-5{digits[13:16]}-{_VARIANT[digits[16]]}{digits[17:20]}-{digits[20:32]}"


def _finish(
    facts: Conversion, conversion: Mapping[str, Any], group: str, settings: Settings, warnings: list[tuple[str, str]]
) -> Prepared | Invalid | Withheld:
    form = settings.form
    # Of all the content: two conversions may differ only in what Rokt does not take, and the stack's settings may
    # change between a sender's tries.
    event_id = facts.event_id or derived_id(group, conversion)
    # Rokt drops repeats for one key, whichever the environment: a test must not use up the conversion's own identity.
    named = form.named(facts)
    name = named if settings.environment == "production" else f"test {named}"
    line = orjson.dumps(form.write(facts, event_id, identity(group, name, event_id), settings))
    if len(line) > MAX_EVENT_BYTES:
        return Invalid({"event": f"has {len(line)} bytes; at most {MAX_EVENT_BYTES} can be sent to Rokt"}, warnings)
    found = _identifiers(facts)
    kinds = _kinds(tuple(found), "ip" in facts.who and "http_header_user_agent" in facts.who)
    # Its own click id is a person to Rokt too.
    kinds |= PERSON if facts.rtid else 0
    return Prepared(line, event_id, None, warnings, named, found, kinds, facts.posted)


@lru_cache(maxsize=256)  # of names of ours alone
def _kinds(identifiers: tuple[str, ...], seen: bool) -> int:
    return kinds_of(identifiers, _KINDS, seen=seen)


def renamed(line: str, event_id: str) -> str:
    """The event under an identity that is Rokt's alone: the sender's own id stays, as an attribute."""
    event = from_json(line)
    mine = event.get("source_request_id") or event["clientEventId"]
    return line.replace(mine, identity("", mine, event_id))


def _identifiers(facts: Conversion) -> dict[str, str]:
    """What tells persons apart (e-mail address and phone number as digests, whatever is sent), and the amount."""
    found: dict[str, str] = {}
    for name, value in facts.who.items():
        if name in _IDENTIFIERS:
            found[_IDENTIFIERS[name]] = digest(value) if type(value) is Clear else value
        elif name in DEVICES:
            found[name] = value.lower()
    if "amount" in facts.purchase:
        found[AMOUNT] = str(facts.purchase["amount"] + 0.0)
    if "currency" in facts.purchase:
        found[CURRENCY] = facts.purchase["currency"]
    return found
