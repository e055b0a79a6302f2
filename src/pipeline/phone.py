"""A phone number in the one notation whose digest is sent: `digits` (the vendor page's rule) or `e164`."""

import re
import string
import unicodedata
from typing import Literal

from pipeline.faults import Fault

PhoneFormat = Literal["digits", "e164"]

# Withheld numbers, as text and as the keypad spellings that carriers put in the caller id
# (ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN, UNAVAILABLE).
WITHHELD = frozenset({"anonymous", "restricted", "unknown", "private", "blocked", "unavailable", "withheld"})
_WITHHELD_DIGITS = frozenset({"266696687", "7378742833", "2562533", "8656696", "86282452253"})

_EXTENSION = re.compile(r"(?:ext(?:ension)?\.?|x|#|;ext=)\s*\d{1,7}$", re.IGNORECASE)
_BEFORE_EXTENSION = string.whitespace + ",;"
_ALLOWED = re.compile(r"\+?[\d\s().\-/\u2010-\u2015\u2212·]+").fullmatch
_SEPARATORS = b"+ ().-/"
_NOT_DIGIT = re.compile(r"\D")
# E.164 allows 15 digits; the shortest subscriber numbers in use have 7 with their area.
_SHORTEST, _LONGEST = 7, 15
_LONGEST_TEXT = 100  # with every separator and an extension; it bounds what a hostile text can cost


def normalise(value: str, *, form: PhoneFormat, country: str | None) -> str:
    """Return the number as digits without leading zeros, or as `+` and digits for `e164`.

    `country` (ISO 3166 alpha-2) gives a number without `+` or `00` its calling code; without it such a number is kept
    as it stands by `digits` and refused by `e164`. Raises Fault. Rule: Roku's Events API page, «Normalizing».
    """
    digits = _ordinary(value) or _careful(value, form, country)
    if digits in _WITHHELD_DIGITS:
        raise Fault("is a withheld number, which identifies nobody")
    return digits if form == "digits" else "+" + digits


def _ordinary(value: str) -> str | None:
    """The digits of an international number without peculiarities, as nearly all are."""
    if value[:1] != "+" or not value.isascii() or "(0)" in value:
        return None
    digits = value.encode().translate(None, _SEPARATORS).decode()
    return digits if digits.isdigit() and digits[0] != "0" and _SHORTEST <= len(digits) <= _LONGEST else None


def _careful(value: str, form: PhoneFormat, country: str | None) -> str:
    if len(value) > _LONGEST_TEXT:
        raise Fault("is too long for a phone number: send one number, such as +15550100123, or its digest")
    text = unicodedata.normalize("NFKC", value).strip()
    if text[:4].lower() == "tel:":
        text = text[4:].strip()
    if text.lower() in WITHHELD:
        raise Fault("is a withheld number, which identifies nobody")
    extension = _EXTENSION.search(text)
    if extension:
        text = text[: extension.start()].rstrip(_BEFORE_EXTENSION)
    if not _ALLOWED(text):
        raise Fault("is not a phone number: send it with its country code, such as +15550100123, or its digest")
    international = text.startswith(("+", "00"))
    # The trunk zero of +44 (0)20 is not dialled from abroad.
    digits = _digits_of(text.replace("(0)", "") if international else text)
    if digits.lstrip("0") in _WITHHELD_DIGITS:  # before a country code stands in front of it
        raise Fault("is a withheld number, which identifies nobody")
    if international or (form == "digits" and country is None):
        digits = digits.lstrip("0")
    else:
        digits = _with_country(digits, country)
    if not _SHORTEST <= len(digits) <= _LONGEST:
        raise Fault("does not have the 7 to 15 digits of a phone number: send it with its country code")
    return digits


def _digits_of(text: str) -> str:
    """The digits of any script, as ASCII's."""
    digits = _NOT_DIGIT.sub("", text)
    return digits if digits.isascii() else "".join(str(unicodedata.decimal(character)) for character in digits)


def _with_country(digits: str, country: str | None) -> str:
    if country is None:
        raise Fault("has no country code: write it as +15550100123, or set the stack's DefaultCountry")
    import phonenumbers  # 30 ms and 20 MB that only national numbers need

    for candidate, region in ((digits, country), ("+" + digits, None)):
        try:
            number = phonenumbers.parse(candidate, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_possible_number(number) and (region or phonenumbers.is_valid_number(number)):
            return f"{number.country_code}{phonenumbers.national_significant_number(number)}"
    raise Fault(f"is not a possible number in {country}: send it with its country code, such as +15550100123")
