"""Fields that stand side by side, as in a row of a table, put in their places in a conversion. Pure."""

import re
from collections.abc import Mapping
from typing import Any

from pipeline.consent.readings import absent
from pipeline.intake import repair
from sources.fieldnames import EVENT_FIELDS, Path, find, is_of_consent
from sources.values import is_absent, trimmed

_LEAD_EXPORT = re.compile(r"^[pz]:(?=[+\w])")  # Meta's exports of leads: p:+15550100123, z:02116
_TIME: Path = ("", "event_time")
_DATE = re.compile(r"(?=.{6,40}$)(?!\d{9,}(?:\.\d*)?$)[^:]+").fullmatch  # neither a time of the day nor epoch seconds
_CLOCK = re.compile(
    r"\d{1,2}(?::\d{2}){1,2}(?:[.,]\d{1,9})?(?:\s?[ap]\.?m\.?)?(?:\s?(?:[a-z]{1,4}|[+-]\d{2}:?\d{2}))?|\d{1,2}\s?[ap]\.?m\.?",
    re.IGNORECASE,
).fullmatch


def place(flat: Mapping[str, Any]) -> tuple[dict[str, Any], list[str], list[str]]:
    """A conversion from fields that stand side by side or in their places, and the names left over.

    First those that nobody knows, then the second names of fields that have their values already.
    """
    conversion = {name: value for name, value in flat.items() if name in EVENT_FIELDS and value is not None}
    strangers, spare = [], []
    for name, value in flat.items():
        if name in EVENT_FIELDS:
            continue
        path = find(name)
        if path is None:
            strangers.append(name)
        elif not put(conversion, path, value):
            spare.append(name)
    return conversion, strangers, spare


def put(conversion: dict[str, Any], path: Path, value: Any, *, over: bool = False) -> bool:
    """Set the field unless the value is absent; False if its place is not an object, or (without `over`) it has one."""
    section, field = path
    if isinstance(value, str):
        value = _read(path, value)
    if value is None:
        return True
    target = conversion.setdefault(section, {}) if section else conversion
    if path == _TIME and (whole := _whole_time(target.get(field), value)) is not None:
        target[field] = whole
        return True
    if not isinstance(target, dict) or not (over or is_absent(target.get(field))):
        return False
    target[field] = value
    return True


def _read(path: Path, text: str) -> Any:
    """What a text says in this field; None if nothing."""
    section, field = path
    if not section and is_of_consent(field):
        return None if absent(text) else text  # a tag that was not filled in is a signal too
    return _READERS[path](text) if path in _READERS else trimmed(_LEAD_EXPORT.sub("", text.strip()))


def _whole_time(there: Any, further: Any) -> str | None:
    """One time of a date and a time of the day that are in two places; None if they are not that."""
    for date, clock in ((there, further), (further, there)):
        if isinstance(date, str) and isinstance(clock, str) and _CLOCK(clock) and _DATE(date):
            return f"{date} {clock}"
    return None


def items(value: Any) -> list[Any] | None:
    """The entries of an array, of the JSON of one, or of text with commas, in brackets or not; None for none."""
    if isinstance(value, str):
        listed = _from_json(value)
        value = listed if isinstance(listed, list) else _between_commas(value.strip())
    if value is None or value == []:
        return None
    return value if isinstance(value, list) else [value]


def _between_commas(text: str) -> list[str] | None:
    # [A1,B2] is what Tealium's templates make of an array; [[tag]] and {{tag}} were not filled in.
    if text.startswith("[") and text.endswith("]") and not text.startswith("[["):
        text = text[1:-1]
    return None if trimmed(text) is None else [part.strip() for part in text.split(",")]


def _contents(text: str) -> Any:
    read = _from_json(text)
    return trimmed(text) if read is None else read or None


def _from_json(text: str) -> Any:
    if text.lstrip()[:1] not in ("[", "{"):
        return None
    try:
        return repair.read(text)[0]
    except ValueError:
        return None


_READERS = {("custom_data", "contents"): _contents, ("custom_data", "content_ids"): items}
