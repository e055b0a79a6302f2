"""A conversion of which there is nothing to say -> the facts about it, in one pass; or None. Pure.

One schema, run by pydantic-core and made from the table of fields, says what is usual of every field that Rokt has a
use for, and finishes it. What does not pass is read by `conversion`, which finds out why. Whatever passes here comes
out of `conversion` the same, without a warning (tests/unit/test_fast_reading.py). What a sender may name freely, own
attributes and click ids, both read with the same functions.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from pipeline.values import field, money, persons
from pipeline.values.rules import Warnings
from rokt import conversion as conversions
from rokt import fields, person, properties, updates
from rokt.conversion import Conversion
from rokt.settings import Settings


def read(conversion: Mapping[str, Any], *, now: float, settings: Settings) -> Conversion | None:
    """Return the facts, or None if anything is unusual; arguments as in `conversion.read`."""
    if money.needs_care(conversion):
        return None
    try:
        event = _usual(settings, persons.year(now))(conversion)
    except ValueError:
        return None
    seconds, oldest = event["event_time"], settings.form.oldest
    if seconds > now + settings.form.ahead or (oldest is not None and seconds < now - oldest):
        return None
    warnings: Warnings = []
    custom = conversion.get("custom_data", {})
    attributes = properties.attributes(custom, event.get("attributes", {}), False, warnings)
    rtid = conversions.click_id(conversion, event.get("rtid"), warnings)
    name = event["event_name"]
    if warnings or updates.update_of(name) is not None or conversions.listed_name(name) != name:
        return None
    return Conversion(
        name=conversions.typed(name, event.get("conversion_type"), settings),
        posted=name,
        event_id=event.get("event_id"),
        seconds=seconds,
        millis=0,
        who=person.of(event.get("user_data", {})),
        rtid=rtid,
        purchase=properties.bought(event.get("custom_data", {}), custom),
        attributes=attributes,
        own={},
        audience=None,
    )


@lru_cache(maxsize=8)
def _usual(settings: Settings, year: int) -> Callable[[object], dict[str, Any]]:
    """In `custom_data` further fields are attributes, which `read` looks at."""
    return field.usual({**fields.TABLE, "user_data": fields.user(settings, year, None)}, others="ignore")
