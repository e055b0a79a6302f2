"""Dates and times as people, programs and spreadsheets write them: each form that has one reading. Pure.

Read are ISO 8601 and RFC 3339, RFC 9110's three forms (HTTP), RFC 5322 (mail), what JavaScript's String(date) gives,
and days written with a month's name or as numbers, with 12 or 24 hours. Numbers such as 05/01/2026 have two readings:
they need the order of the sender's dates, unless one of them is not a month.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Literal
from zoneinfo import ZoneInfo

from pipeline.values.faults import Fault

DateOrder = Literal["mdy", "dmy"]

_LONGEST = 100  # JavaScript's form with the longest name of a zone has 75
# In English, German, French, Spanish, Italian, Portuguese, Dutch and the Scandinavian languages, without accents.
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar janvier janv enero ene gennaio gen janeiro januari",
            "feb february februar fevrier fevr febrero febbraio fevereiro fev februari",
            "mar march marz maerz mrz mars marzo marco maart mrt",
            "apr april avril avr abril abr aprile",
            "may mai mayo maggio mag maio mei maj",
            "jun june juni juin junio giugno giu junho",
            "jul july juli juillet juil julio luglio lug julho",
            "aug august aout agosto ago augustus augusti",
            "sep sept september septembre septiembre settembre set setembro",
            "oct october okt oktober octobre octubre ottobre ott outubro out",
            "nov november novembre noviembre novembro",
            "dec december dez dezember decembre diciembre dic dicembre dezembro",
        ),
        1,
    )
    for name in names.split()
}
# RFC 5322, "obsolete date and time": what the letters of a zone mean, in hours.
_ZONES = {"utc": 0, "gmt": 0, "z": 0, "ut": 0} | {
    "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7
}  # fmt: skip

_TIME = (
    r"(?P<hour>\d{1,2})(?::(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d{1,9})?)?)?(?:\s?(?P<half>[ap])\.?m\b\.?)?"
)
_ZONE = (
    r"(?:\s?(?:(?:utc|gmt)?(?P<offset>[+-]\d{2}(?::?\d{2})?)|(?P<letters>[a-z]{1,3})|(?P<place>[a-z_]+(?:/[a-z_+-]+){1,2})))?"
    r"(?:\s?\([^()]{1,60}\))?"
)
_WEEKDAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}[.,]?\s)?"
_MONTH = r"(?P<name>[a-z]{3,10})\.?"
_OF = r"(?:(?:de|del|of)\s)?"
_FORMS = tuple(
    re.compile(_WEEKDAY + form, re.IGNORECASE | re.ASCII).fullmatch
    for form in (
        rf"(?P<year>\d{{4}})[-/.](?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}})(?:(?:,?\s|T){_TIME}{_ZONE})?",
        rf"(?P<one>\d{{1,2}})(?P<mark>[-/.])(?P<two>\d{{1,2}})(?P=mark)(?P<year>\d{{4}}|\d{{2}})(?:,?\s{_TIME}{_ZONE})?",
        rf"(?P<year>\d{{4}})[-/\s]{_MONTH}[-/\s](?P<day>\d{{1,2}})(?:,?\s{_TIME}{_ZONE})?",
        rf"{_MONTH}[-\s](?P<day>\d{{1,2}})(?:st|nd|rd|th)?[-,]?\s?(?P<year>\d{{4}})(?:,?\s(?:at\s)?{_TIME}{_ZONE})?",
        rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th|er|\.)?[-\s]{_OF}{_MONTH}[-,]?\s?{_OF}(?P<year>\d{{4}}|\d{{2}})(?:,?\s(?:at\s)?{_TIME}{_ZONE})?",
        rf"{_MONTH}\s(?P<day>\d{{1,2}})\s{_TIME}{_ZONE}\s(?P<year>\d{{4}})",  # of C's asctime, and of Unix's date
    )
)
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Habits:
    """How a sender writes its times: the zone of those that name none, and which comes first, the month or the day."""

    zone: tzinfo | None = None
    order: DateOrder | None = None


def zone_of(name: str) -> tzinfo:
    """The time zone of an IANA name (Europe/Berlin) or an offset (+02:00). Raises Fault."""
    if re.fullmatch(r"[+-]\d{2}:?\d{2}", name, re.ASCII):
        return _offset(name)
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # KeyError: ZoneInfoNotFoundError
        raise Fault("is not a time zone: give a name such as America/New_York, or an offset such as -05:00") from None


def moment(text: str, habits: Habits) -> tuple[datetime, bool]:
    """The moment, with its zone, and whether something said the zone: the text or the habits. Raises Fault."""
    text = _plain(text[: _LONGEST + 1])
    found = next(filter(None, (form(text) for form in _FORMS)), None) if len(text) <= _LONGEST else None
    if found is None:
        return _iso(text, habits)
    said = found.groupdict()
    day = _day(said, habits)
    hour, minute, second = (int(said.get(part) or 0) for part in ("hour", "minute", "second"))
    if said.get("half"):
        if not 1 <= hour <= 12:
            raise Fault("names an hour that no clock of 12 hours has")
        hour = hour % 12 + 12 * (said["half"].lower() == "p")
    zone = _zone(said) or habits.zone
    try:
        return datetime(*day, hour, minute, min(second, 59), tzinfo=zone or UTC), zone is not None
    except ValueError:
        raise Fault("is not a day, or not a time of day") from None


def _plain(text: str) -> str:
    """Without accents (février, märz) and further blanks."""
    if not text.isascii():
        text = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    return _SPACES.sub(" ", text.strip())


def _iso(text: str, habits: Habits) -> tuple[datetime, bool]:
    """What ISO 8601 has besides: basic notation, weeks, nanoseconds."""
    try:
        found = datetime.fromisoformat(text.upper())  # RFC 3339 has t and z too
    except ValueError:
        raise Fault(
            "is no time that is known: send epoch seconds such as 1767225600, or a text such as 2026-01-01T00:00:00Z"
        ) from None
    zone = found.tzinfo or habits.zone
    return found.replace(tzinfo=zone or UTC), zone is not None


def _day(said: dict[str, str], habits: Habits) -> tuple[int, int, int]:
    year = int(said["year"]) + (2000 if len(said["year"]) == 2 else 0)
    if said.get("name"):
        month = _MONTHS.get(said["name"].lower())
        if month is None:
            raise Fault("names no month")
        return year, month, int(said["day"])
    if said.get("month"):
        return year, int(said["month"]), int(said["day"])
    one, two = int(said["one"]), int(said["two"])
    if one == two or habits.order == "mdy" or two > 12 >= one:
        return year, one, two
    if habits.order == "dmy" or one > 12 >= two:
        return year, two, one
    raise Fault(
        "could be two days: send it as yyyy-mm-dd, or set date_order to mdy or dmy in the sender's entry or with"
        " relay send"
    )


def _zone(said: dict[str, str]) -> tzinfo | None:
    if said.get("offset"):
        return _offset(said["offset"])
    if said.get("letters"):
        hours = _ZONES.get(said["letters"].lower())
        if hours is None:
            raise Fault("names a time zone that is not known: write it as an offset, such as -05:00")
        return timezone(timedelta(hours=hours))
    return zone_of(said["place"]) if said.get("place") else None


def _offset(text: str) -> tzinfo:
    digits = text[1:].replace(":", "")
    minutes = int(digits[:2]) * 60 + int(digits[2:] or 0)
    if minutes > 24 * 60 - 1:
        raise Fault("names an offset that no zone has")
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))
