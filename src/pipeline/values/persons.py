"""What tells an e-mail address, a name and a birth date from other text, whatever a destination makes of them. Pure."""

import re
from datetime import date

from pipeline.values.faults import Fault

_EMAIL = re.compile(r"[^@\s\"<>(),;:]+@[^@\s\"<>(),;:]+\.[^@\s\"<>(),;:.]+").fullmatch
_BIRTH_DATE = re.compile(r"(\d{4})([-/.]?)(\d{2})\2(\d{2})(?:[T ]\d{2}:\d{2}.{0,20})?").fullmatch


def year(now: float) -> int:
    """The year of this moment (epoch seconds), to the day or so."""
    return 1970 + int(now / 31_556_952)  # seconds of a mean year


def address(text: str) -> str:
    """The text, if it is an e-mail address. Raises Fault."""
    if not _EMAIL(text):
        raise Fault("is neither an e-mail address nor a SHA-256 digest")
    return text


def name(text: str) -> str:
    """The text, if a name can be so. Raises Fault."""
    if not text.isalpha() and ("@" in text or not any(map(str.isalpha, text))):
        raise Fault("is not a name")
    return text


def born(text: str, year: int) -> date:
    """The day, if it is a real one up to this year. Raises Fault."""
    match = _BIRTH_DATE(text)
    try:
        day = date(int(match[1]), int(match[3]), int(match[4])) if match else None
    except ValueError:
        day = None
    if day is None or not 1900 <= day.year <= year:  # nobody born earlier sees an advertisement
        raise Fault("must be a real date as yyyy-mm-dd")
    return day
