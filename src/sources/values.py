"""Values in posts of any kind: which of them say anything. Pure; nothing here raises."""

from collections.abc import Mapping
from typing import Any

from pipeline.values.cleaning import clean
from pipeline.values.placeholders import is_ordinary, is_placeholder
from pipeline.values.texts import plain


def trimmed(text: str) -> str | None:
    """The text as it was meant, or None if it stands for "absent"."""
    text = clean(text)
    return text if is_ordinary(text) or not is_placeholder(text) else None


def is_absent(value: Any) -> bool:
    """Whether there is no value, or a text that says so. 0 and false are values."""
    return value is None or (isinstance(value, str) and trimmed(value) is None)


def first(*values: Any) -> Any:
    """The first value that is there, as received."""
    return next((value for value in values if not is_absent(value)), None)


def first_of(body: Mapping[str, Any], *names: str) -> Any:
    """The first of the fields that says anything, as received."""
    return first(*map(body.get, names))


def present(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields without those that are absent, or are empty objects and arrays."""
    return {name: value for name, value in fields.items() if not is_absent(value) and value not in ({}, [])}


def text(value: Any) -> str | None:
    """A scalar as trimmed text."""
    return None if is_absent(value) else plain(value, [])


def as_object(value: Any) -> dict[str, Any]:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def as_list(value: Any) -> list[Any]:
    """The value if it is an array, else an empty one."""
    return value if isinstance(value, list) else []


def found(body: Mapping[str, Any], path: str) -> Any:
    """The field of this name, or else the one that its points lead to (`sale.value`); None if it says nothing."""
    value: Any = body.get(path)
    if path not in body:
        value = body
        for name in path.split("."):
            value = value.get(name) if isinstance(value, Mapping) else None
    return None if is_absent(value) else value


def has(body: Mapping[str, Any], path: str) -> bool:
    """Whether the body has a place for the field: what stands there, or before it on the way, may be absent."""
    if path in body:
        return True
    value: Any = body
    for name in path.split("."):
        if not isinstance(value, Mapping):
            return is_absent(value)
        if name not in value:
            return False
        value = value[name]
    return True
