"""Whether a body has anything that `unwrapping` looks for, told by counting brackets. Pure.

To walk through every field of an ordinary conversion takes half as long as to check, hash and write it.
"""

import re
from collections.abc import Mapping
from typing import Any

from pipeline.intake.unwrapping import Warnings, unwrapped

# What could stand for a bracket: an ASCII character written as an escape.
_ESCAPED = re.compile(rb"\\u00[0-7]").search
# As a text with commas it is a list too. Elsewhere than in `custom_data` its event is looked at with care.
_IDS = "content_ids"


def without_wrappings(body: bytes, value: Any, warnings: Warnings) -> Any:
    """The JSON value of a body as `unwrapped` gives it; `warnings` already say what was fixed to read it."""
    return value if not warnings and is_plain(body, value) else unwrapped(value, warnings)


def is_plain(body: bytes, value: Any) -> bool:
    """Whether each bracket of the body opens one of `value`'s own objects and arrays, each in its documented place.

    Then no text, name or other field has one, and nothing is wrapped. `body` is the JSON that `value` was read from.
    """
    events = value.get("events") if type(value) is dict else None
    if type(events) is not list or (b"\\" in body and _ESCAPED(body)) or _IDS in value:
        return False
    objects, arrays = 1 + len(events), 1
    for event in events:
        if type(event) is not dict or _IDS in event:
            return False
        objects += type(user := event.get("user_data")) is dict and _IDS not in user
        if type(custom := event.get("custom_data")) is dict:
            within = _within(custom)
            objects, arrays = objects + within[0], arrays + within[1]
    return body.count(b"{") == objects and body.count(b"[") == arrays


def _within(custom: Mapping[str, Any]) -> tuple[int, int]:
    """How many objects and arrays `custom_data` is with its documented parts; fewer, where `_IDS` is in the way."""
    items, ids = custom.get("contents"), custom.get(_IDS)
    arrays = type(ids) is list
    objects = ids is None or arrays
    if type(items) is not list:
        return objects, arrays
    return objects + sum([type(item) is dict and _IDS not in item for item in items]), arrays + 1
