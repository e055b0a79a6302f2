"""The one rule that takes values out of their wrappings, before any source or destination reads a field. Pure.

Libraries send each value as an array of one (Meta's and Pinterest's), tag managers and automation tools turn objects
into JSON texts, PHP makes an object with number keys of an array with gaps and [] of an object without fields, forms
write content_ids[] and user_data[em]. Here all of these become what they mean. Signals of consent stay as they are.
"""

import re
from itertools import pairwise
from typing import Any

from pipeline.consent.keys import key_of
from pipeline.intake import repair
from pipeline.intake.single_values import Say, by_number, take_single_values
from pipeline.values import limits
from pipeline.values.cleaning import clean
from pipeline.values.placeholders import is_placeholder, is_tag

Warnings = list[tuple[str, str]]

_LISTS = frozenset(
    "events contents content_ids items products line_items lineItems tags note_attributes refunds"
    " product_ids product_quantity product_price".split()
)
_OBJECTS = frozenset(
    "user_data custom_data properties traits context ecommerce eventModel params attributes click_ids customer"
    " billing_address shipping_address default_address client_details address page device campaign".split()
)
_CONTAINERS = _LISTS | _OBJECTS
# Of these a source reads texts in its own way.
_OWN = frozenset({"tags", "note_attributes", "product_ids", "product_quantity", "product_price"})
# What a source would pass over without a word if it is of another kind.
_MISSED = (_LISTS - _OWN - {"events", "refunds"}) | frozenset(
    "user_data custom_data properties traits context ecommerce customer billing_address shipping_address".split()
)
# Texts with commas are lists of these; an item's name may hold a comma.
_IDS = frozenset({"content_ids"})
_DEEPEST = 6
_FORM = re.compile(r"([A-Za-z_]\w{0,60})((?:\[\w{0,60}\]){1,4})").fullmatch
_STEP = re.compile(r"\[(\w*)\]").findall
_MOST_TOLD = 50


def unwrapped(value: Any, warnings: Warnings, *, strict: bool = False) -> Any:
    """The JSON value of a body, changed in place: its fields out of their wrappings; `warnings` say what was read.

    `strict`: a basket or an object that cannot be read is named here, for a source that passes over it.
    """
    told: dict[tuple[str, str], None] = {}

    def say(name: str, text: str) -> None:
        if len(told) < _MOST_TOLD:
            told[name, text] = None

    _walk(value, say, 0, strict=strict)
    warnings += told
    return value


def _walk(value: Any, say: Say, depth: int, *, strict: bool) -> None:
    if depth > _DEEPEST:
        return
    if type(value) is list:
        for item in value:
            if type(item) is dict or type(item) is list:
                _walk(item, say, depth + 1, strict=strict)
    elif type(value) is dict:
        if "[" in "".join(value):
            without_brackets(value)
        for name, inner in value.items():
            if _may_be_wrapped(name, inner):
                value[name] = one = _one(name, inner, say, strict=strict)
                _walk(one, say, depth + 1, strict=strict)
                if name == "user_data" and type(one) is dict:
                    take_single_values(one, say)


def _may_be_wrapped(name: str, value: Any) -> bool:
    """Whether a field is looked into: a container of ours, or any other that is not a signal of consent."""
    if name in _CONTAINERS:
        return isinstance(value, dict | list | str)
    return isinstance(value, dict | list) and key_of(name) is None


def _one(name: str, value: Any, say: Say, *, strict: bool) -> Any:
    """The value of one field out of its wrapping."""
    if name in _LISTS:
        return _listed(name, value, say, strict=strict)
    if name in _OBJECTS:
        return _object(name, value, say, strict=strict)
    if type(value) is list and len(value) == 1 and not isinstance(value[0], dict | list):
        return value[0]
    return value


def _listed(name: str, value: Any, say: Say, *, strict: bool) -> Any:
    if type(value) is str and name not in _OWN:
        value = _read(name, value, say)
    if type(value) is dict:
        return _entries(name, value, say)
    if type(value) is str and name in _IDS and "," in value and not is_tag(clean(value)):
        say(name, "is text with commas: it was read as an array")
        return _between_commas(value.strip())
    if strict and type(value) is not list and name in _MISSED:
        _lost(name, value, say, "an array")
    return value


def _between_commas(text: str) -> list[str]:
    if text.startswith("[") and text.endswith("]"):
        text = text[1:-1]
    return [part.strip() for part in text.split(",") if part.strip()]


def _entries(name: str, value: dict[str, Any], say: Say) -> Any:
    """The array that an object stands for: by its number keys, or of itself alone."""
    if (listed := by_number(value)) is not None:
        say(name, "is an object with number keys: it was read as an array")
        return listed
    if name == "events":
        return value
    return [value] if value else []


def _object(name: str, value: Any, say: Say, *, strict: bool) -> Any:
    if type(value) is str:
        value = _read(name, value, say)
    if type(value) is list and len(value) <= 1:
        value = value[0] if value else {}
    if strict and type(value) not in (dict, list) and name in _MISSED:
        _lost(name, value, say, "an object")
    return value


def _lost(name: str, value: Any, say: Say, what: str) -> None:
    if (
        value is not None
        and not (isinstance(value, str) and is_placeholder(clean(value)[: limits.TEXT]))
        and value != ""
    ):
        say(name, f"dropped: must be {what}")


def _read(name: str, text: str, say: Say) -> Any:
    """What a text that holds the JSON of an array or an object says; else the text."""
    if text.lstrip()[:1] not in ("[", "{") or is_tag(clean(text[: limits.TEXT])):
        return text
    try:
        read, _ = repair.read(text)
    except ValueError:
        return text
    if not isinstance(read, dict | list):
        return text
    say(name, "is a text that holds JSON: it was read as the value in it")
    return read


def without_brackets(fields: dict[str, Any]) -> None:
    """user_data[em] and contents[0][id] put where they belong, as a form's reader does."""
    for name in [name for name in fields if "[" in name]:
        found = _FORM(name)
        if found is None:
            continue
        value = fields.pop(name)
        place: dict[str, Any] = fields
        steps = [found[1], *_STEP(found[2])]
        for step, then in pairwise(steps):
            if then == "":  # content_ids[]: the array itself
                place.setdefault(step, value if isinstance(value, list) else [value])
                break
            inner = place.setdefault(step, {})
            if not isinstance(inner, dict):
                break
            place = inner
        else:
            place.setdefault(steps[-1], value)
