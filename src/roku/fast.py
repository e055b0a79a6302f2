"""A conversion of which there is nothing to say -> the fields of Roku's event; or None. Pure.

Nearly all are known at first sight (`pipeline.values.sight`). Of the others one schema, run by pydantic-core and made
from the same table of fields, finishes what is usual, and asks the field's rule of what is not. Where a rule has
something to say the whole is read by `checked`, which says it. Whatever passes here comes out of `checked` the same,
without a warning (tests/unit/test_fast_reading.py).
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from pipeline.contract.destination import Invalid
from pipeline.values import field, language, persons, places, seen, sight, timestamps
from pipeline.values.rules import Rule, Warnings
from roku import checked, fields, homes, normalise, own_names
from roku import vocabulary as words

_NAMES = frozenset(words.EVENT_NAMES)
# Whoever reads it judges these.
_JUDGED = {"event_name": seen.SCALAR, "event_time": seen.SCALAR}
_SECTIONS = ("", "user_data", "custom_data")


class _Record:
    """One conversion as posted, what is said beside it, and its person's rules once a field has asked for them."""

    __slots__ = ("context", "conversion", "rules", "settings", "year")

    def __init__(self, conversion: Any, settings: normalise.Settings, context: Mapping[str, Any], year: int) -> None:
        """Without the rules, which most records do not need."""
        self.conversion, self.settings, self.context, self.year = conversion, settings, context, year
        self.rules: Mapping[str, Rule] | None = None


def read(
    conversion: Any, *, now: float, settings: normalise.Settings, context: Mapping[str, Any]
) -> dict[str, Any] | Invalid | None:
    """Return the finished fields, or None if there is anything to say of them; arguments as in `event.prepare`.

    Where name and time alone are at fault, what there is to say of these.
    """
    year = persons.year(now)
    posted, event = conversion, _at_sight(conversion, settings, context, year)
    if event is None:
        posted, event = _in_one_pass(conversion, settings, context, year)
    if event is None:
        return None
    user = event["user_data"]
    seconds = timestamps.without_a_word(event.get("event_time"), now, words.FUTURE_TOLERANCE)
    flag = event.pop("is_hashed", context.get("is_hashed"))
    if checked.is_nobodys(user) or (user.get("is_hashed", flag) and checked.were_clear(posted["user_data"], user)):
        return None
    if seconds is None or event.get("event_name") not in _NAMES:
        return checked.faults_of_name_and_time(posted, now)
    event["event_time"] = seconds
    user["is_hashed"] = True
    event["event_type"] = "conversion"
    if not event.get("custom_data", True):
        del event["custom_data"]
    return event


def _at_sight(
    conversion: Any, settings: normalise.Settings, context: Mapping[str, Any], year: int
) -> dict[str, Any] | None:
    """The finished fields of one that is known at first sight; of a state's code the record's country has a say."""
    event = _sight(settings, year)(conversion)
    if event is None or (user := event.get("user_data")) is None:
        return None
    if "st" in user and len(user["st"]) == homes.CODE:
        stated = user.get("country") or places.first_country(context.get("data_processing_country"))
        user["st"], notes = homes.of_code(user["st"], stated, settings.default_country)
        if notes or user["st"] is None:
            return None
    return event


def _in_one_pass(
    conversion: object, settings: normalise.Settings, context: Mapping[str, Any], year: int
) -> tuple[Any, dict[str, Any] | None]:
    """The conversion under Roku's names, and what the schema made of it."""
    posted = _at_a_glance(conversion, settings)
    if posted is None:
        return None, None
    try:
        event = _usual(settings, year)(posted, _Record(posted, settings, context, year))
    except ValueError:
        return None, None
    user = event["user_data"]
    if user["is_hashed"] is None:
        del user["is_hashed"]
    for part in (event, user):
        part.pop("data_processing_country", None)
    return posted, event


@lru_cache(maxsize=32)
def _sight(settings: normalise.Settings, year: int) -> Callable[[Mapping[str, Any]], dict[str, Any] | None]:
    return sight.reader({**fields.TABLE, "user_data": fields.user(settings, None, year)}, _JUDGED)


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
    user = own_names.under_own_names(posted, settings, warnings)
    if warnings:
        return None
    return conversion if user is posted else {**conversion, "user_data": user}


def _rules(record: _Record) -> Mapping[str, Rule]:
    if record.rules is None:
        whole = record.conversion
        record.rules = checked.user_rules(whole["user_data"], whole, record.settings, record.context, record.year)
    return record.rules
