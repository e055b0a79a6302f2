"""Time zones as exports name them: in the title of a column, `Create Date (EDT)`, or in a column of their own. Pure."""

import re
from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo

from pipeline.values.faults import Fault
from pipeline.values.moments import zone_of

_IN_BRACKETS = re.compile(r"(?=.{4,200}$)([^()]*[^()\s])\s?\(([^()]{2,60})\)").fullmatch
_OFFSET = re.compile(r"(?:utc|gmt)?\s?([+-])(\d{1,2})(?::?(\d{2}))?", re.IGNORECASE).fullmatch
# A program that writes EDT above a column means its clocks: winter's rows below are in EST. MST alone may be Arizona's.
_LETTERS = {
    "utc": "UTC", "gmt": "UTC", "z": "UTC", "est": "America/New_York", "edt": "America/New_York",
    "et": "America/New_York", "cst": "America/Chicago", "cdt": "America/Chicago", "ct": "America/Chicago",
    "mdt": "America/Denver", "mst": "America/Phoenix", "mt": "America/Denver", "pst": "America/Los_Angeles",
    "pdt": "America/Los_Angeles", "pt": "America/Los_Angeles", "akst": "America/Anchorage",
    "akdt": "America/Anchorage", "hst": "Pacific/Honolulu", "bst": "Europe/London", "cet": "Europe/Berlin",
    "cest": "Europe/Berlin", "eet": "Europe/Helsinki", "eest": "Europe/Helsinki", "aest": "Australia/Sydney",
    "aedt": "Australia/Sydney", "awst": "Australia/Perth", "nzst": "Pacific/Auckland", "nzdt": "Pacific/Auckland",
    "jst": "Asia/Tokyo",
}  # fmt: skip
# Rails' names, in which Square and others write them (ActiveSupport::TimeZone::MAPPING), of the countries they sell in.
_RAILS = {
    "eastern time (us & canada)": "America/New_York", "central time (us & canada)": "America/Chicago",
    "mountain time (us & canada)": "America/Denver", "pacific time (us & canada)": "America/Los_Angeles",
    "arizona": "America/Phoenix", "indiana (east)": "America/Indiana/Indianapolis", "alaska": "America/Juneau",
    "hawaii": "Pacific/Honolulu", "puerto rico": "America/Puerto_Rico", "atlantic time (canada)": "America/Halifax",
    "newfoundland": "America/St_Johns", "saskatchewan": "America/Regina", "london": "Europe/London",
    "edinburgh": "Europe/London", "dublin": "Europe/Dublin", "paris": "Europe/Paris", "madrid": "Europe/Madrid",
    "berlin": "Europe/Berlin", "amsterdam": "Europe/Amsterdam", "rome": "Europe/Rome", "tokyo": "Asia/Tokyo",
    "osaka": "Asia/Tokyo", "sapporo": "Asia/Tokyo", "sydney": "Australia/Sydney", "melbourne": "Australia/Melbourne",
    "canberra": "Australia/Canberra", "hobart": "Australia/Hobart", "brisbane": "Australia/Brisbane",
    "adelaide": "Australia/Adelaide", "darwin": "Australia/Darwin", "perth": "Australia/Perth",
    "mexico city": "America/Mexico_City", "auckland": "Pacific/Auckland",
}  # fmt: skip


def named(text: str) -> tzinfo | None:
    """The zone that a text names: America/New_York, -05:00, UTC+2, EDT, Eastern Time (US & Canada); None if none."""
    text = text.strip()
    known = _LETTERS.get(text.lower()) or _RAILS.get(text.lower())
    if known is not None:
        return UTC if known == "UTC" else ZoneInfo(known)
    if offset := _OFFSET(text):
        sign, hours, minutes = offset.groups()
        text = f"{sign}{hours:0>2}:{minutes or '00'}"
    elif "/" not in text:  # Poland and Japan are names of zones too, and of much else
        return None
    try:
        return zone_of(text)
    except Fault:
        return None


def split(title: str) -> tuple[str, tzinfo | None]:
    """A column's title without the zone in brackets behind it, and that zone."""
    found = _IN_BRACKETS(title.strip())
    zone = named(found[2]) if found else None
    return (found[1], zone) if found and zone else (title, None)
