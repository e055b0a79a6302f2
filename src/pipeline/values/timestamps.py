"""When a conversion happened, from whatever unit or notation the sender uses."""

import math
import re
from contextlib import suppress
from datetime import MAXYEAR, datetime
from typing import Any

from pipeline.values import births
from pipeline.values.faults import Fault
from pipeline.values.moments import Habits, moment
from pipeline.values.restoring import restored
from pipeline.values.rules import Warnings
from pipeline.values.texts import plain

# 2000-01-01: an earlier "epoch" is a date such as 20240101, a duration or a zero, never the time of a conversion.
EARLIEST = 946_684_800

_FIELD = "event_time"
_NUMBER = re.compile(r"[+-]?\d{1,40}(\.\d{0,40})?").fullmatch  # bounded: int() refuses texts of over 4,300 digits
# As nearly all programs write a time: `pipeline.values.moments` reads it as the standard library does, 9 times as long.
_RFC_3339 = re.compile(
    r"\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)", re.ASCII
).fullmatch
# 1e11 is the year 5138 in seconds and March 1973 in milliseconds: from 2000 on the magnitude tells the unit.
_UNITS = ((1e11, 1), (1e14, 1_000), (1e17, 1_000_000), (1e20, 1_000_000_000))

_UNSAID = Habits()
_READ_AS_UTC = "has no time zone and was read as UTC: add Z or the offset, or set time_zone in the sender's entry"


def without_a_word(value: object, now: float, ahead: int) -> int | None:
    """The time as whole epoch seconds, if there is nothing to say of it; arguments as in `event_time`."""
    if type(value) is int and EARLIEST <= value <= now + ahead:
        return value
    if type(value) is str and _RFC_3339(value):
        with suppress(ValueError):  # a day that its month does not have
            seconds = math.floor(datetime.fromisoformat(value).timestamp())
            if EARLIEST <= seconds <= now + ahead:
                return seconds
    errors: dict[str, str] = {}
    warnings: Warnings = []
    read = event_time(value, now, ahead=ahead, errors=errors, warnings=warnings)
    return None if errors or warnings else read


def epoch_seconds(value: object, now: float, tolerance: int, habits: Habits = _UNSAID) -> tuple[int, str | None]:
    """Return the time as whole epoch seconds and a warning or None.

    Takes epoch seconds, milliseconds, microseconds and nanoseconds as number or text, and the texts of
    `pipeline.values.moments` (without a zone: UTC, unless the sender's `habits` say another). Raises Fault for anything
    else, for a time before 2000, and for one more than `tolerance` after `now` (both in seconds).
    """
    if type(value) is int and EARLIEST <= value <= now + tolerance:
        return value, None
    warning = None
    if isinstance(value, str):
        value = value.strip()
    if isinstance(value, str) and not _NUMBER(value):
        seconds, warning = _from_text(value, habits)
    elif isinstance(value, bool) or not isinstance(value, int | float | str):
        raise Fault("must be a whole number: the time of the conversion in epoch seconds, such as 1767225600")
    else:
        seconds = _from_number(value)
    if seconds < EARLIEST:
        raise Fault("is before the year 2000: send the time of the conversion in epoch seconds, such as 1767225600")
    if seconds > now + tolerance:
        raise Fault(
            f"is more than {tolerance // 60} minutes in the future: send the time when the conversion happened, in UTC,"
            " and check the sender's clock and time zone"
        )
    return seconds, warning


def with_habits(conversion: dict[str, Any], habits: Habits) -> dict[str, Any]:
    """The conversion with its time in epoch seconds, and the person's birth date as yyyy-mm-dd, where these are texts
    that the sender's habits can read."""
    if habits == _UNSAID:
        return conversion
    return _with_birth_date(_with_time(conversion, habits), habits)


def _with_time(conversion: dict[str, Any], habits: Habits) -> dict[str, Any]:
    value = conversion.get(_FIELD)
    text = plain(value, []) if isinstance(value, str) else None
    if text is None or _NUMBER(text):
        return conversion
    try:
        when, said = moment(text, habits)
    except Fault:
        return conversion  # the destination says what is wrong with it
    # Without a zone it stays a text, so that the destination tells about that.
    return {**conversion, _FIELD: math.floor(when.timestamp()) if said else f"{when:%Y-%m-%dT%H:%M:%S}"}


def _with_birth_date(conversion: dict[str, Any], habits: Habits) -> dict[str, Any]:
    user = conversion.get("user_data")
    text = plain(user.get("db"), []) if isinstance(user, dict) and isinstance(user.get("db"), str) else None
    if user is None or text is None or habits.order is None:
        return conversion
    try:
        day = births.born(restored(text), MAXYEAR, habits.order)
    except Fault:
        return conversion
    return {**conversion, "user_data": {**user, "db": day.isoformat()}}


def event_time(value: object, now: float, *, ahead: int, errors: dict[str, str], warnings: Warnings) -> int | None:
    """The `event_time` of a conversion as epoch seconds; None, with its error, if there is none that can be used.

    `ahead`: seconds that it may be after `now`.
    """
    notes: list[str] = []
    if isinstance(value, str):
        value = plain(value, notes)
    if value is None:
        errors[_FIELD] = notes[0] if notes else "is required: the time of the conversion in epoch seconds"
        return None
    try:
        seconds, warning = epoch_seconds(value, now, ahead)
    except Fault as fault:
        errors[_FIELD] = str(fault)
        return None
    if warning:
        warnings.append((_FIELD, warning))
    return seconds


def _from_number(value: int | float | str) -> int:
    number: int | float = value if not isinstance(value, str) else (float(value) if "." in value else int(value))
    if isinstance(number, float) and not math.isfinite(number):
        raise Fault("is not a finite number: send epoch seconds, such as 1767225600")
    for limit, divisor in _UNITS:
        if number < limit:
            return int(number // divisor)
    raise Fault("is too large for a time: send epoch seconds, such as 1767225600")


def _from_text(text: str, habits: Habits) -> tuple[int, str | None]:
    when, said = moment(text, habits)
    return math.floor(when.timestamp()), None if said else _READ_AS_UTC
