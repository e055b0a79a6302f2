"""Personal data in the one form that Roku hashes. Pure.

Rules: Roku's Events API page, «Normalizing Raw Data Before Hashing»; each takes trimmed text and raises Fault.
"""

import re
from dataclasses import dataclass
from datetime import date

from pipeline import phone
from pipeline.faults import Fault
from roku import vocabulary as words

_EMAIL = re.compile(r"[^@\s\"<>(),;:]+@[^@\s\"<>(),;:]+\.[^@\s\"<>(),;:.]+").fullmatch
_BIRTH_DATE = re.compile(r"(\d{4})([-/.]?)(\d{2})\2(\d{2})(?:[T ]\d{2}:\d{2}.{0,20})?").fullmatch

GENDERS = {"m": "male", "f": "female"} | {word: word for word in words.GENDERS}


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator chooses: the notation of phone numbers, and the country of those without a calling code."""

    phone_format: phone.PhoneFormat = "digits"
    default_country: str | None = None


def year(now: float) -> int:
    """The year of this moment (epoch seconds), to the day or so."""
    return 1970 + int(now / 31_556_952)  # seconds of a mean year


def email(text: str) -> str:
    """Lower case, without what stands from + to @."""
    address = text.lower()
    if "+" in address:
        local, at, domain = address.rpartition("@")
        address = local.split("+", 1)[0] + at + domain
    if not _EMAIL(address):
        raise Fault("is neither an e-mail address nor a SHA-256 digest")
    return address


def name(text: str) -> str:
    """Lower case."""
    if not text.isalpha() and ("@" in text or not any(map(str.isalpha, text))):
        raise Fault("is not a name")
    return text.lower()


def gender(text: str) -> str:
    """Male, female or unknown, in lower case."""
    try:
        return GENDERS[text.lower()]
    except KeyError:
        raise Fault("must be male, female or unknown") from None


def birth_date(text: str, year: int) -> str:
    """A real date up to this year, as yyyy-mm-dd."""
    match = _BIRTH_DATE(text)
    try:
        born = date(int(match[1]), int(match[3]), int(match[4])) if match else None
    except ValueError:
        born = None
    if born is None or not 1900 <= born.year <= year:  # nobody born earlier watches television
        raise Fault("must be a real date as yyyy-mm-dd")
    return born.isoformat()
