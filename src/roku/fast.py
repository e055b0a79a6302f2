"""A conversion of which there is nothing to say -> the fields of Roku's event, in one pass; or None. Pure.

One schema, run by pydantic-core and made from the table of fields, says what is usual, and finishes it. What does not
pass is read by `checked`, which finds out why. Whatever passes here comes out of `checked` the same, without a warning
(tests/unit/test_fast_reading.py).
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from pipeline.values import field, persons
from roku import fields, normalise
from roku import vocabulary as words

_IDENTIFIERS = frozenset(words.IDENTIFIERS)


def read(
    conversion: object, *, now: float, settings: normalise.Settings, context: Mapping[str, Any]
) -> dict[str, Any] | None:
    """Return the finished fields, or None if anything is unusual; arguments as in `event.prepare`."""
    try:
        event = _usual(settings, persons.year(now))(conversion)
    except ValueError:
        return None
    user = event["user_data"]
    if event["event_time"] > now + words.FUTURE_TOLERANCE or _IDENTIFIERS.isdisjoint(user):
        return None
    flag = user["is_hashed"]
    if (context.get("is_hashed") if flag is None else flag) and _was_clear(conversion, user):
        return None
    user["is_hashed"] = True
    if "custom_data" in event and not event["custom_data"]:
        return None
    return event


def _was_clear(conversion: Any, user: Mapping[str, Any]) -> bool:
    posted = conversion["user_data"]
    return any(user.get(name) != posted.get(name) for name in words.HASHED)


@lru_cache(maxsize=32)
def _usual(settings: normalise.Settings, year: int) -> Callable[[object], dict[str, Any]]:
    return field.usual({**fields.TABLE, "user_data": fields.user(settings, None, year)})
