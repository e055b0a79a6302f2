"""Birth dates as people, forms and systems write them. Pure."""

import re
from datetime import date

from pipeline.values.faults import Fault
from pipeline.values.moments import DateOrder, Habits, moment

_DATE_THEN = r"(?:[T ]\d{1,2}:\d{2}.{0,20})?"
_YEAR_FIRST = re.compile(r"(\d{4})(?:([-/.])(\d{1,2})\2(\d{1,2})|(\d{2})(\d{2}))" + _DATE_THEN).fullmatch
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})" + _DATE_THEN).fullmatch
_IN_CHINESE = re.compile(
    r"(\d{4})\s?[\u5e74\ub144]\s?(\d{1,2})\s?[\u6708\uc6d4]\s?(\d{1,2})\s?[\u65e5\uc77c]"
).fullmatch
_EPOCH = re.compile(r"(?:/Date\()?(-?\d{9,13})(?:[+-]\d{4})?(?:\)/)?").fullmatch
_DAY = 86_400
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_FIRST_DAY, _LAST_DAY = -25_567, 47_482  # of 1900 and of 2099, from 1970 on
_EARLIEST = 1900  # nobody born earlier sees an advertisement
_NOBODYS = date(1900, 1, 1)  # what databases and spreadsheets have for no date
_TWO_DIGITS = re.compile(r".*(?<!\d)\d\d").fullmatch


def born(text: str, year: int, order: DateOrder | None = None) -> date:
    """The day, if it is a real one up to this year. Raises Fault.

    With numbers alone and the year last it is taken only in the sender's `order`, or where day and month cannot be
    confused. A moment in epoch seconds or milliseconds is taken if it is the beginning of a day in UTC.
    """
    try:
        day = _day(text, year, order)
    except (ValueError, OverflowError, OSError):
        raise Fault("must be a real date as yyyy-mm-dd") from None
    if not _EARLIEST <= day.year <= year or day == _NOBODYS:
        raise Fault("must be a real date as yyyy-mm-dd")
    return day


def _day(text: str, year: int, order: DateOrder | None) -> date:
    """Raises ValueError."""
    if found := _YEAR_FIRST(text):
        return date(int(found[1]), int(found[3] or found[5]), int(found[4] or found[6]))
    if found := _YEAR_LAST(text):
        return date(_century(int(found[4]), year, found[4]), *_month_and_day(int(found[1]), int(found[3]), order))
    if found := _IN_CHINESE(text):
        return date(*map(int, found.groups()))
    if found := _EPOCH(text):
        return _at_midnight(int(found[1]))
    if not any(map(str.isalpha, text)):
        raise ValueError
    day = moment(text, Habits())[0].date()
    # Of two digits the moment makes a year of this century.
    return day.replace(year=day.year - 100) if day.year > year and _TWO_DIGITS(text) else day


def _century(number: int, year: int, written: str) -> int:
    if len(written) == 4:
        return number
    return 2000 + number if 2000 + number <= year else 1900 + number


def _month_and_day(one: int, other: int, order: DateOrder | None) -> tuple[int, int]:
    """Raises ValueError."""
    if one == other or order == "mdy" or other > 12 >= one:
        return one, other
    if order == "dmy" or one > 12 >= other:
        return other, one
    raise ValueError


def _at_midnight(number: int) -> date:
    """The day that begins at these epoch seconds or milliseconds. Raises ValueError if it could be two, or is none."""
    days = [number // unit for unit in (_DAY, _DAY * 1_000) if number % unit == 0]
    born = [day for day in days if _FIRST_DAY <= day <= _LAST_DAY]
    if len(born) != 1 or not number:
        raise ValueError
    return date.fromordinal(_EPOCH_DAY + born[0])
