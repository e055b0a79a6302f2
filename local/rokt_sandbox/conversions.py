"""The Conversions API: what is wrong with one object. Numbered rules, by profile (see `local.sandbox.profiles`)."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from local.rokt_sandbox import fields
from local.rokt_sandbox.objects import (
    ATTRIBUTES,
    DEVICE,
    IDENTITIES,
    MAX_EVENTS,
    MAX_OBJECT_BYTES,
    MAX_OBJECTS,
    TOP,
    Errors,
    of_events,
    of_integration,
    of_part,
)
from local.sandbox import checks
from local.sandbox.profiles import Profile, Rule, judge

__all__ = ["MAX_EVENTS", "MAX_OBJECTS", "check", "rules"]

Item = Mapping[str, Any]
_USUAL: Final[tuple[Profile, ...]] = ("strict", "relay")
_IDS: Final = ("ios_advertising_id", "android_advertising_id", "ios_idfv")


def check(item: object, *, size: int, profile: Profile = "relay") -> list[tuple[str, str]]:
    """Give the path and the fault of each wrong field of one object of `size` bytes; empty if Rokt would take it."""
    if not isinstance(item, dict):
        return [("", "must be an object")]
    return list(judge(rules(size), item, profile).items())


def rules(size: int) -> list[Rule]:
    """All of them, for an object of so many bytes."""
    device = dict.fromkeys((*DEVICE, *_IDS), checks.filled)
    return [
        Rule("O1", "mParticle: 128 KB an object", partial(_size, size)),
        Rule("O2", "nothing that the documents do not name", partial(_unknown, ""), _USUAL),
        Rule("O3", "environment: production or development", _environment),
        Rule("O4", "mParticle: source_request_id drops repeats", _request_id, _USUAL),
        Rule("O5", "user_identities", lambda item: of_part(item, "user_identities", IDENTITIES)),
        Rule("O6", "user_attributes", lambda item: of_part(item, "user_attributes", ATTRIBUTES, others=fields.scalars)),
        Rule("O7", "device_info", lambda item: of_part(item, "device_info", device)),
        Rule("O8", "mParticle: an id that is no UUID refuses the object", _uuids, _USUAL),
        Rule("O9", "integration_attributes: the rtid", _integration_of),
        Rule("O10", "ip", _ip),
        Rule("O11", "events: conversion and audiencemembershipupdate", _events_of),
        Rule("O12", "the page's identifiers", partial(_somebody, further=False), ("page", "strict")),
        Rule("O13", "what Segment's destination takes for one", partial(_somebody, further=True), ("lenient", "relay")),
        Rule("O14", "automatic hashing of persons' data: none of it elsewhere in clear", _clear),
        Rule("O15", "an amount is more than nothing", _amounts, ("strict",)),
    ]


def _size(size: int, _: Item) -> Errors:
    if size > MAX_OBJECT_BYTES:
        yield "", f"has {size} bytes, more than {MAX_OBJECT_BYTES}"


def _unknown(_: str, item: Item) -> Errors:
    yield from ((f".{name}", "is not a known field") for name in item.keys() - TOP)


def _environment(item: Item) -> Errors:
    if item.get("environment") not in ("production", "development"):
        yield ".environment", "must be production or development"


def _request_id(item: Item) -> Errors:
    if fault := checks.filled(item.get("source_request_id")):
        yield ".source_request_id", fault


def _uuids(item: Item) -> Errors:
    device = item.get("device_info")
    for name in _IDS:
        if isinstance(device, dict) and name in device and (fault := fields.uuid(device[name])):
            yield f".device_info.{name}", fault


def _integration_of(item: Item) -> Errors:
    if "integration_attributes" in item:
        yield from of_integration(item["integration_attributes"])


def _ip(item: Item) -> Errors:
    if "ip" in item and (fault := checks.ip_address(item["ip"])):
        yield ".ip", fault


def _events_of(item: Item) -> Errors:
    if "events" in item or not item.get("user_attributes"):
        yield from of_events(item.get("events"))


def _clear(item: Item) -> Errors:
    """An address or a number in the place of an attribute, an id or a reference."""
    attributes = item.get("user_attributes")
    parts = [(".user_attributes", attributes if isinstance(attributes, dict) else {})]
    for index, event in enumerate(item["events"] if isinstance(item.get("events"), list) else []):
        data = event.get("data") if isinstance(event, dict) else None
        said = data.get("custom_attributes") if isinstance(data, dict) else None
        parts.append((f".events[{index}].data.custom_attributes", said if isinstance(said, dict) else {}))
    for path, part in parts:
        for name, value in part.items():
            if name != "mobile" and isinstance(value, str) and checks.holds_phone(value):
                yield f"{path}.{name}", "must not hold a raw phone number"


def _amounts(item: Item) -> Errors:
    for index, event in enumerate(item["events"] if isinstance(item.get("events"), list) else []):
        data = event.get("data") if isinstance(event, dict) else None
        said = data.get("custom_attributes") if isinstance(data, dict) else None
        if isinstance(said, dict) and said.get("amount") == 0:
            yield f".events[{index}].data.custom_attributes.amount", "must be more than nothing"


def _somebody(item: Item, *, further: bool) -> Errors:
    def part(name: str) -> Mapping[str, Any]:
        value = item.get(name)
        return value if isinstance(value, dict) else {}

    device = part("device_info")
    enough = part("user_identities").keys() & {"email", "other", "customerid"} or device.keys() & set(_IDS[:2])
    if further:
        enough = enough or part("user_identities").keys() & {"other2"} or device.keys() & {"ios_idfv", "android_uuid"}
    seen = "ip" in item and "http_header_user_agent" in device
    if not (enough or seen or (further and part("integration_attributes"))):
        yield ".user_identities", "needs an identifier"
