"""Rules for the fields of Rokt alone, in the form of `pipeline.values.rules`. Pure."""

import math
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_plus

from pipeline.values import limits, texts
from pipeline.values.currencies import ISO_4217
from pipeline.values.personal import holds_email, holds_number
from pipeline.values.personal_names import is_personal
from pipeline.values.rules import Rule, Warnings, apply

LONGEST_NAME = 128  # of an event type: the Event API's page

_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}").fullmatch
_RTID = re.compile(r"[!-~]{1,256}").fullmatch
_RTID_IN_URL = re.compile(r"[?&;#](rtid|rclid)=([^&;#]*)", re.IGNORECASE).findall
_ATTRIBUTE = re.compile(r"[A-Za-z][A-Za-z0-9_. -]{0,99}").fullmatch
_RESERVED = "rokt."
_LARGEST_NUMBER = 1e15  # beyond it a double no longer holds cents

_MEMBERSHIP = {"true": True, "add": True, "1": True, "false": False, "drop": False, "remove": False, "0": False}


def taken(wanted: Mapping[str, Rule], source: Mapping[str, Any], path: str, warnings: Warnings) -> dict[str, Any]:
    """The wanted fields of `source` that pass their rule, as `apply`; of others nothing is said."""
    return apply(wanted, {name: source[name] for name in wanted if name in source}, path, warnings, {})


def reference(value: Any, notes: list[str]) -> str | None:
    """An id for Rokt; one that holds U+FFFD is dropped, because two damaged ids could be equal."""
    word = texts.reference(value, notes)
    return word if word is not None and texts.is_whole(word, []) else None  # `texts.reference` has said so


def label(value: Any, notes: list[str]) -> str | None:
    """The name of an audience: free text with all its letters."""
    word = texts.text(value, notes)
    return word if word is not None and texts.is_whole(word, []) else None


def event_name(value: Any, notes: list[str]) -> str | None:
    """The type of the conversion: any text of at most 128 characters."""
    return texts.text(value, notes, LONGEST_NAME)


def device_id(value: Any, notes: list[str]) -> str | None:
    """An advertising id: Rokt refuses an event whose id is not a UUID, so such an id stays out."""
    word = texts.advertising_id(value, notes)
    if word is not None and not _UUID(word):
        notes.append("is not a UUID such as 5e2d9c1a-9e9c-4d5b-9c1a-9e9c4d5b9c1a, as Rokt requires")
        return None
    return word


def android_id(value: Any, notes: list[str]) -> str | None:
    """The id of an Android device, which need not be a UUID."""
    word = reference(value, notes)
    if word is not None and (not _RTID(word) or not word.strip("0-")):
        notes.append("is not the id of an Android device: send the one that the app has of it")
        return None
    return word


def currency(value: Any, notes: list[str]) -> str | None:
    """A code of ISO 4217."""
    word = texts.plain(value, notes)
    if word is not None and word.upper() not in ISO_4217:
        notes.append("is not a currency of ISO 4217: send its three letters, such as USD")
        return None
    return word and word.upper()


def rtid(value: Any, notes: list[str]) -> str | None:
    """Rokt's click id."""
    word = texts.plain(value, notes)
    if word is not None and (not _RTID(word) or holds_email(word)):
        notes.append("is not a click id of Rokt: send the value of the parameter rtid of the landing page as it is")
        return None
    return word


def rtid_in(url: object) -> str | None:
    """The click id in a page's address, from its parameter `rtid`, else `rclid`."""
    if (
        not isinstance(url, str) or len(url) > limits.URL or "id=" not in url.lower()
    ):  # a glance that nearly always is enough
        return None
    found: dict[str, str] = {}
    for name, value in _RTID_IN_URL(url):
        clean = rtid(unquote_plus(value), [])
        if clean is not None:
            found.setdefault(name.lower(), clean)
    return found.get("rtid", found.get("rclid"))


def membership(value: Any, notes: list[str]) -> bool | None:
    """Whether the person joins the audience (true) or leaves it (false)."""
    if isinstance(value, bool):
        return value
    word = texts.plain(value, notes)
    known = _MEMBERSHIP.get(word.lower()) if word is not None else None
    if word is not None and known is None:
        notes.append("must be true (add to the audience) or false (drop from it)")
    return known


def attribute(value: Any, notes: list[str]) -> str | int | float | bool | None:
    """A value of the sender's own: text, a number, true or false. Rokt refuses an event with an object in its place."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        if abs(value) < _LARGEST_NUMBER and math.isfinite(value):
            return value
        notes.append("is too large a number")
        return None
    if isinstance(value, dict | list):
        notes.append("must be text, a number, true or false: Rokt takes no lists and objects")
        return None
    return texts.text(value, notes)


def fault_of_name(name: str) -> str | None:
    """Why an attribute of the sender's own may not be called so; None if it may."""
    if name.lower().startswith(_RESERVED):
        return "names that begin with rokt. are Rokt's own: choose another"
    if not _ATTRIBUTE(name):
        return "is not a name for an attribute: begin with a letter, then at most 99 letters, digits, _ . - and spaces"
    if is_personal(name) or holds_number(name):
        return "is named after a person's data: send that in user_data, where it is hashed"
    return None
