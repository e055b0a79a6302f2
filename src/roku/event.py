"""A conversion as received -> Roku's event, finished: normalised, hashed, in Roku's words. Pure.

Rules: Roku's Events API page (fields, lists, normalising), the Ringba guide (identifiers), Tealium's connector guide.
Nearly every conversion is ordinary, and finished in one pass; whatever is unusual in any way is read with care.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

import orjson
from pydantic_core import from_json, to_json

from pipeline.contract.destination import Invalid, Prepared, Withheld
from pipeline.contract.fingerprints import AMOUNT, CURRENCY
from pipeline.contract.matching import DEVICE, EMAIL, EXTERNAL_ID, PERSON, PHONE, PRICED, VALUE, kinds_of
from pipeline.values.digests import derived_id
from pipeline.values.words import Word
from roku import checked, fast, fields
from roku import vocabulary as words
from roku.normalise import Settings

# One request takes 1,000,000 bytes; an ordinary event has 1,150. More than this is a mistake, not a conversion.
MAX_EVENT_BYTES = 256_000

NO_AUDIENCES = Word("an audience update is not a conversion that Roku takes")
_UPDATES = {
    words.AUDIENCE_UPDATE: NO_AUDIENCES,
    words.ATTRIBUTES_UPDATE: Word("an update of a person's attributes is not a conversion that Roku takes"),
}

# What each identifier is good for at Roku: an own id alone finds nobody there.
_KINDS = {
    "em": EMAIL | PERSON,
    "ph": PHONE | PERSON,
    "external_id": EXTERNAL_ID,
    AMOUNT: VALUE,
    CURRENCY: PRICED,
    **dict.fromkeys(words.DEVICES, DEVICE | PERSON),
}


def prepare(
    conversion: object, *, group: str, now: float, settings: Settings, context: Mapping[str, Any]
) -> Prepared | Invalid | Withheld:
    """Return the finished event of one conversion, its errors by field, or why Roku does not get it. Never raises.

    `now` is epoch seconds; `context` holds what the body said once for all its events (`is_hashed`,
    `data_processing_country`).
    """
    read = fast.read(conversion, now=now, settings=settings, context=context)
    if type(read) is dict:
        return _finish(read, group, [])
    if (withheld := _updates(conversion)) is not None:
        return Withheld(withheld, [])
    if isinstance(read, Invalid):
        return read
    made = checked.read(conversion, now=now, settings=settings, context=context)
    if isinstance(made, Invalid):
        return made
    event, warnings = made
    return _finish({name: event[name] for name in fields.SENT if event.get(name) is not None}, group, warnings)


def identify(event: Mapping[str, Any]) -> tuple[str, str] | None:
    """The event id and event name of a finished event; None if it is not one of Roku's."""
    event_id, event_name = event.get("event_id"), event.get("event_name")
    if isinstance(event_id, str) and isinstance(event_name, str):
        return event_id, event_name
    return None


def _updates(conversion: object) -> Word | None:
    """Why an update of a person is withheld; None if it is none."""
    name = conversion.get("event_name") if isinstance(conversion, dict) else None
    return _UPDATES.get(re.sub("[^a-z]", "", name[:100].lower())) if isinstance(name, str) else None


def _finish(event: dict[str, Any], group: str, warnings: list[tuple[str, str]]) -> Prepared | Invalid:
    if "event_id" not in event:
        event = {"event_id": derived_id(group, event)} | event
    line = _written(event)
    if len(line) > MAX_EVENT_BYTES:
        return Invalid({"event": f"has {len(line)} bytes; at most {MAX_EVENT_BYTES} can be sent"}, warnings)
    names, devices, seen = _known_by(tuple(event["user_data"]))
    found = _identifiers(event, names, devices)
    kinds = _kinds(tuple(found), seen)
    return Prepared(line, event["event_id"], event.get("partner_name"), warnings, event["event_name"], found, kinds)


def _written(event: Mapping[str, Any]) -> bytes:
    try:
        return orjson.dumps(event)
    except TypeError:  # among the ids of products a number of more than 64 bits, which orjson writes none of
        return to_json(event)


@lru_cache(maxsize=256)  # of names of ours alone
def _known_by(names: tuple[str, ...]) -> tuple[list[str], list[str], bool]:
    """Of the names of a person's fields those that tell persons apart, and devices, and whether a visitor was seen."""
    seen = "client_ip_address" in names and "client_user_agent" in names
    return [name for name in words.PERSONS if name in names], [name for name in words.DEVICES if name in names], seen


@lru_cache(maxsize=256)
def _kinds(identifiers: tuple[str, ...], seen: bool) -> int:
    return kinds_of(identifiers, _KINDS, seen=seen)


def renamed(line: str, event_id: str) -> str:
    """The finished event under another event id."""
    return to_json(from_json(line) | {"event_id": event_id}).decode()


def masked(event: Mapping[str, Any], word: str) -> dict[str, Any]:
    """A finished event with `word` in place of all that it says of a person."""
    return {name: word if name == "user_data" else value for name, value in event.items()}


def _identifiers(event: Mapping[str, Any], names: Iterable[str], devices: Iterable[str]) -> dict[str, str]:
    """What tells persons apart, as it is sent (device ids in lower case), and the amount."""
    user = event["user_data"]
    found = {name: user[name] for name in names}
    if devices:
        found |= {name: user[name].lower() for name in devices}
    if (custom := event.get("custom_data")) is not None:
        if "value" in custom:
            found[AMOUNT] = str(custom["value"] + 0.0)
        if "currency" in custom:
            found[CURRENCY] = custom["currency"]
    return found
