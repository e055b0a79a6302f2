"""Fields of call trackers' posts, in whatever type a webhook or a template leaves them. Pure; nothing here raises."""

import math
import re
from collections.abc import Mapping
from typing import Any

from sources import campaigns
from sources.values import is_absent, text

# Fields that have the same name everywhere.
UTM = {name: name for name in campaigns.UTM}

_YES, _NO = frozenset({"true", "yes", "y", "t", "on"}), frozenset({"false", "no", "n", "f", "off"})
_NUMBER = re.compile(r"\d{1,9}(?:\.\d{1,9})?", re.ASCII).fullmatch
_ANY_NUMBER = re.compile(r"\d{1,40}(?:\.\d{1,40})?", re.ASCII).fullmatch
_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2})", re.ASCII).fullmatch
# A call has a handful of tags: it bounds what a hostile post can cost.
_MOST_TAGS = 100


def fields(body: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """The fields that say anything, renamed: `names` gives each its name in the body."""
    return {ours: body[theirs] for ours, theirs in names.items() if not is_absent(body.get(theirs))}


def click_ids(body: Mapping[str, Any], page: Any) -> dict[str, Any]:
    """The click ids that the body has as fields, and those in the address of the page."""
    return campaigns.campaign(page)[1] | fields(body, {name: name for name in campaigns.CLICK_IDS})


def flag(value: Any) -> bool | None:
    """True or false, also as text; of numbers 0 is false, and more is true. None: the field does not say."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return value > 0 if value >= 0 else None
    word = (text(value) or "").lower()
    if word in _YES or word in _NO:
        return word in _YES
    return float(word) > 0 if _ANY_NUMBER(word) else None


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


def direction(value: Any) -> str | None:
    """Which way a call went, in small letters."""
    word = text(value)
    return None if word is None else word.lower()
