"""Fields of call trackers' posts, in whatever type a webhook or a template leaves them. Pure; nothing here raises."""

import math
import re
from collections.abc import Mapping
from typing import Any

from pipeline.fields import plain
from pipeline.placeholders import is_placeholder

# Fields that have the same name everywhere.
UTM = {name: name for name in ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")}
CLICK_IDS = {name: name for name in ("gclid", "fbclid", "msclkid")}

_YES, _NO = frozenset({"true", "yes", "y", "t", "on"}), frozenset({"false", "no", "n", "f", "off"})
# CallRail shows a missing value as "--".
_NOTHING = "--"
_NUMBER = re.compile(r"\d{1,9}(?:\.\d{1,9})?", re.ASCII).fullmatch
_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2})", re.ASCII).fullmatch
# The United States, Canada and their neighbours write numbers so, and leave the country code 1 out.
_NORTH_AMERICAN = re.compile(r"\(?\d{3}\)?[-. ]?\d{3}[-. ]?\d{4}", re.ASCII).fullmatch
_NAME = re.compile(r"([^\W\d_](?:[^\W\d_]|['’-])*) ([^\W\d_](?:[^\W\d_]|['’-])*)").fullmatch
# What the caller id says where it has no name.
_NO_NAMES = frozenset(
    "anonymous blocked call caller cell free id mobile name no number phone private restricted toll unavailable unknown"
    " user voice wireless withheld".split()
)
# A call has a handful of tags, and nobody such a name: they bound what a hostile post can cost.
_MOST_TAGS, _LONGEST_NAME = 100, 200


def present(value: Any) -> bool:
    """Whether the field says anything."""
    if isinstance(value, str):
        word = value.strip()
        return word != _NOTHING and not is_placeholder(word)
    return value is not None


def first(body: Mapping[str, Any], *names: str) -> Any:
    """The first of the fields that says anything, as received."""
    return next((body[name] for name in names if present(body.get(name))), None)


def found(body: Mapping[str, Any], path: str) -> Any:
    """The field of this name, or else the one that its points lead to (`sale.value`); None if it says nothing."""
    value: Any = body.get(path)
    if path not in body:
        value = body
        for name in path.split("."):
            value = value.get(name) if isinstance(value, Mapping) else None
    return value if present(value) else None


def fields(body: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """The fields that say anything, renamed: `names` gives each its name in the body."""
    return {ours: body[theirs] for ours, theirs in names.items() if present(body.get(theirs))}


def text(value: Any) -> str | None:
    """A scalar as trimmed text."""
    return plain(value, []) if present(value) else None


def flag(value: Any) -> bool | None:
    """True or false, also as text or as a number, of which 0 alone is false; None: the field does not say."""
    if isinstance(value, bool):
        return value
    word = (text(value) or "").lower()
    if word in _YES or word in _NO:
        return word in _YES
    number = seconds(value)
    return None if number is None else number > 0


def seconds(value: Any) -> float | None:
    """A duration: a number of seconds, also as text, or H:MM:SS; None: the field does not say."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value) if 0 <= value < 1e9 and math.isfinite(value) else None
    word = text(value) or ""
    if clock := _CLOCK(word):
        hours, minutes, rest = (int(part or 0) for part in clock.groups())
        return float(hours * 3600 + minutes * 60 + rest)
    return float(word) if _NUMBER(word) else None


def tags(value: Any) -> list[str]:
    """The words of a list, of objects with a `name`, or of text with commas."""
    items = value.split(",", _MOST_TAGS) if isinstance(value, str) else value if isinstance(value, list) else []
    named = (item.get("name") if isinstance(item, Mapping) else item for item in items[:_MOST_TAGS])
    return [word for word in map(text, named) if word is not None]


def north_american(value: Any) -> Any:
    """A number of ten digits without country code, as +1; any other as received."""
    word = text(value)
    return "+1" + word if word is not None and _NORTH_AMERICAN(word) else value


def person(name: Any, *places: Any) -> dict[str, str]:
    """First and last name, if the caller's name is two words that can be nothing else.

    Caller ids often show a carrier's phrase, or the town (`Austin TX`): `places` are the town and the state.
    """
    parts = _NAME(" ".join((text(name) or "")[:_LONGEST_NAME].split()))
    if parts is None:
        return {}
    words = {parts[1].casefold(), parts[2].casefold()}
    elsewhere = {word for place in places for word in (text(place) or "").casefold().split()}
    return {} if words & (_NO_NAMES | elsewhere) else {"fn": parts[1], "ln": parts[2]}
