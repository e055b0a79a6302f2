"""A conversion of which there is nothing to say -> the facts about it, in one pass; or None. Pure.

One schema, run by pydantic-core and made from the table of fields, finishes what is usual of every field that Rokt has
a use for, and asks the field's rule of what is not. Where a rule has something to say the whole is read by
`conversion`, which says it. Whatever passes here comes out of `conversion` the same, without a warning
(tests/unit/test_fast_reading.py). What a sender may name freely, own attributes and click ids, both read with the same
functions.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from pipeline.values import field, money, persons, timestamps
from pipeline.values.rules import Rule, Warnings
from rokt import conversion as conversions
from rokt import fields, properties, updates
from rokt.conversion import Conversion
from rokt.settings import Settings

# One conversion as posted, and what is said beside it: country and year.
_Record = tuple[Any, Settings, str | None, int]


def read(
    conversion: Mapping[str, Any], *, now: float, settings: Settings, country: str | None = None
) -> Conversion | None:
    """Return the facts, or None if there is anything to say of them; arguments as in `conversion.read`."""
    if money.needs_care(conversion):
        return None
    year = persons.year(now)
    try:
        event = _usual(settings, year)(conversion, (conversion, settings, country, year))
    except ValueError:
        return None
    name, posted, form = event["event_name"], event["event_time"], settings.form
    seconds = timestamps.without_a_word(posted, now, form.ahead)
    if seconds is None or (form.oldest is not None and seconds < now - form.oldest):
        return None
    if updates.update_of(name) is not None or conversions.listed_name(name) != name:
        return None
    warnings: Warnings = []
    custom = conversion.get("custom_data") or {}
    facts = Conversion(
        conversions.typed(name, event.get("conversion_type"), settings),
        name,
        event.get("event_id"),
        seconds,
        0 if seconds is posted else conversions.millis(posted),
        fields.at_rokt(event.get("user_data", {})),
        conversions.click_id(conversion, event.get("rtid"), warnings),
        properties.bought(event.get("custom_data", {}), custom),
        properties.attributes(custom, event.get("attributes", {}), False, warnings),
        {},
        None,
    )
    return None if warnings else facts


@lru_cache(maxsize=8)
def _usual(settings: Settings, year: int) -> Callable[[object, _Record], dict[str, Any]]:
    """In `custom_data` further fields are attributes, which `read` looks at."""
    return field.usual(
        {**fields.TABLE, "user_data": fields.user(settings, year, None)}, others="ignore", own={"user_data": _rules}
    )


def _rules(record: _Record) -> Mapping[str, Rule]:
    conversion, settings, country, year = record
    stated = conversions.country_of(conversion, conversion["user_data"])
    return conversions.rules_for(settings, year, stated or country)
