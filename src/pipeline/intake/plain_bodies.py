"""Whether a body has anything that `unwrapping` looks for, told by counting brackets. Pure.

To walk through every field of an ordinary conversion takes half as long as to check, hash and write it.
"""

import re
from typing import Any

from pipeline.intake.unwrapping import Warnings, unwrapped

# What could stand for a bracket, or for a letter of a name of ours: an ASCII character written as an escape.
_ESCAPED = re.compile(rb"\\u00[0-7]").search
# As a text with commas it is a list too.
_IDS = b'"content_ids"'


def without_wrappings(body: bytes, value: Any, warnings: Warnings) -> Any:
    """The JSON value of a body as `unwrapped` gives it; `warnings` already say what was fixed to read it."""
    return value if not warnings and is_plain(body, value) else unwrapped(value, warnings)


def is_plain(body: bytes, value: Any) -> bool:
    """Whether each bracket of the body opens one of `value`'s own objects and arrays, each in its documented place.

    Then no text, name or other field has one, and nothing is wrapped. `body` is the JSON that `value` was read from.
    """
    events = value.get("events") if type(value) is dict else None
    if type(events) is not list or _ESCAPED(body):
        return False
    objects, arrays, listed = 1, 1, 0
    for event in events:
        if type(event) is not dict:
            return False
        objects += 1 + (type(event.get("user_data")) is dict)
        if type(custom := event.get("custom_data")) is dict:
            objects += 1
            if type(items := custom.get("contents")) is list:
                arrays += 1
                objects += list(map(type, items)).count(dict)
            listed += type(custom.get("content_ids")) is list
    return body.count(b"{") == objects and body.count(b"[") == arrays + listed and body.count(_IDS) == listed
