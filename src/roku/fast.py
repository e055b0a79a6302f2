"""A conversion of which there is nothing to say -> the fields of Roku's event, in one pass; or None. Pure.

One schema, run by pydantic-core and made from the table of fields, finishes what is usual, and asks the field's rule of
what is not. Where a rule has something to say the whole is read by `checked`, which says it. Whatever passes here comes
out of `checked` the same, without a warning (tests/unit/test_fast_reading.py).
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from pipeline.values import field, language, persons, timestamps
from pipeline.values.rules import Rule, Warnings
from roku import checked, fields, normalise
from roku import vocabulary as words

_NAMES = frozenset(words.EVENT_NAMES)
_SECTIONS = ("", "user_data", "custom_data")


class _Record:
    """One conversion as posted, what is said beside it, and its person's rules once a field has asked for them."""

    __slots__ = ("context", "conversion", "rules", "settings", "year")

    def __init__(self, conversion: Any, settings: normalise.Settings, context: Mapping[str, Any], year: int) -> None:
        """Without the rules, which most records do not need."""
        self.conversion, self.settings, self.context, self.year = conversion, settings, context, year
        self.rules: Mapping[str, Rule] | None = None


def read(
    conversion: object, *, now: float, settings: normalise.Settings, context: Mapping[str, Any]
) -> dict[str, Any] | None:
    """Return the finished fields, or None if there is anything to say of them; arguments as in `event.prepare`."""
    year = persons.year(now)
    posted = _at_a_glance(conversion, settings)
    if posted is None:
        return None
    try:
        event = _usual(settings, year)(posted, _Record(posted, settings, context, year))
    except ValueError:
        return None
    user = event["user_data"]
    seconds = timestamps.without_a_word(event["event_time"], now, words.FUTURE_TOLERANCE)
    if seconds is None or checked.is_nobodys(user):
        return None
    event["event_time"] = seconds
    flag = event.pop("is_hashed", context.get("is_hashed")) if user["is_hashed"] is None else user["is_hashed"]
    if flag and checked.were_clear(posted["user_data"], user):
        return None
    user["is_hashed"] = True
    event.pop("is_hashed", None)
    for part in (event, user):
        part.pop("data_processing_country", None)
    if not event.get("custom_data", True):
        del event["custom_data"]
    return event


@lru_cache(maxsize=32)
def _usual(settings: normalise.Settings, year: int) -> Callable[[object, _Record], dict[str, Any]]:
    return field.usual(
        {**fields.TABLE, "user_data": fields.user(settings, None, year)},
        passed_over={section: language.elsewhere("roku", section) for section in _SECTIONS},
        own={"user_data": _rules},
    )


def _at_a_glance(conversion: Any, settings: normalise.Settings) -> Any:
    """The conversion with the person's fields under Roku's names; None if there is something to say of it at once."""
    posted = conversion.get("user_data") if type(conversion) is dict else None
    if type(posted) is not dict or conversion.get("event_time") is None:
        return None
    name = conversion.get("event_name")
    if type(name) is not str or name not in _NAMES:
        return None
    warnings: Warnings = []
    user = checked.under_own_names(posted, settings, warnings)
    if warnings:
        return None
    return conversion if user is posted else {**conversion, "user_data": user}


def _rules(record: _Record) -> Mapping[str, Rule]:
    if record.rules is None:
        whole = record.conversion
        record.rules = checked.user_rules(whole["user_data"], whole, record.settings, record.context, record.year)
    return record.rules
