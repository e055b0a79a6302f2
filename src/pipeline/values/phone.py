"""A phone number in the one notation whose digest is sent: `digits` (the vendor page's rule) or `e164`. Pure.

Whoever calls says the country of the record; the number itself outweighs it where it begins with +, 00 or 011. What
numbers a country can have is known by phonenumberslite, Google's libphonenumber for Python.
"""

import re
import string
import unicodedata
from collections.abc import Iterator
from typing import Literal

from pipeline.values.faults import Fault

PhoneFormat = Literal["digits", "e164"]

# Withheld numbers, as words and as they are spelled on the keypad, which is how carriers put them in the caller id.
WITHHELD = frozenset(
    {"anonymous", "restricted", "unknown", "private", "blocked", "unavailable", "withheld", "no caller id"}
)
_KEYPAD = str.maketrans("abcdefghijklmnopqrstuvwxyz", "22233344455566677778889999", " ")
_WITHHELD_DIGITS = frozenset(word.translate(_KEYPAD) for word in WITHHELD)

_LABEL = re.compile(r"(?:tel|phone|ph|p|mobile|cell|whatsapp)\s*[:=]\s*", re.IGNORECASE).match
_EXTENSION = re.compile(r"(?:ext(?:ension)?\.?|x|#|;ext=)\s*\d{1,7}$", re.IGNORECASE)
_BEFORE_EXTENSION = string.whitespace + ",;"
_ALLOWED = re.compile(r"\+?[\d\s().\-/\u2010-\u2015\u2212·]+").fullmatch
_SEPARATORS = b"+ ().-/"
_NOT_DIGIT = re.compile(r"\D")
# E.164 allows 15 digits; the shortest subscriber numbers in use have 7 with their area.
_SHORTEST, _LONGEST = 7, 15
_LONGEST_TEXT = 100  # with every separator and an extension; it bounds what a hostile text can cost
_NORTH_AMERICAN = "US"  # whose way out is 011


def normalise(value: str, *, form: PhoneFormat, country: str | None, as_it_stands: bool = False) -> str:
    """Return the full international number as digits, for `e164` with a + before them.

    `country` (ISO 3166 alpha-2) is where a number without + is at home. One that is not possible, or that has no
    country, is refused; with `as_it_stands` its digits are taken without leading zeros (not by `e164`), which is what
    Roku's page says of them. Raises Fault. Rule: Roku's Events API page, «Normalizing».
    """
    digits, national = _north_american(value) or _careful(value, country, as_it_stands and form == "digits")
    if digits in _WITHHELD_DIGITS or national in _WITHHELD_DIGITS:
        raise Fault("is a withheld number, which identifies nobody")
    if len(set(national)) == 1:
        raise Fault("is one digit repeated, which is nobody's number")
    return digits if form == "digits" else "+" + digits


def _north_american(value: str) -> tuple[str, str] | None:
    """The digits of +1 and ten digits, as nearly all are: whole, and within the country."""
    if value[:2] != "+1" or not value.isascii():
        return None
    digits = value.encode().translate(None, _SEPARATORS).decode()
    return (digits, digits[1:]) if len(digits) == 11 and digits.isdigit() else None


def _careful(value: str, country: str | None, as_it_stands: bool) -> tuple[str, str]:
    text = _number_in(value)
    digits = _NOT_DIGIT.sub("", text)
    if not digits.isascii():
        digits = "".join(str(unicodedata.decimal(character)) for character in digits)
    bare = digits.lstrip("0")
    if bare in _WITHHELD_DIGITS or bare.removeprefix("1") in _WITHHELD_DIGITS:  # before a country is put in front of it
        raise Fault("is a withheld number, which identifies nobody")
    found = _possible(digits, text[0] == "+", country)
    if found is not None:
        return found
    if as_it_stands and _SHORTEST <= len(bare) <= _LONGEST:
        return bare, bare
    if country is None and text[0] != "+":
        raise Fault("has no country code: write it as +15550100123, send country, or set the stack's DefaultCountry")
    where = f" in {country}" if country and text[0] != "+" else ""
    raise Fault(f"is not a possible number{where}: send it with its country code, such as +15550100123")


def _number_in(value: str) -> str:
    """The number without label and extension; Raises Fault if it is no number."""
    if len(value) > _LONGEST_TEXT:
        raise Fault("is too long for a phone number: send one number, such as +15550100123, or its digest")
    text = (value if value.isascii() else unicodedata.normalize("NFKC", value)).strip()
    if label := _LABEL(text):
        text = text[label.end() :]
    if text.lower() in WITHHELD:
        raise Fault("is a withheld number, which identifies nobody")
    if extension := _EXTENSION.search(text):
        text = text[: extension.start()].rstrip(_BEFORE_EXTENSION)
    if not _ALLOWED(text):
        raise Fault("is not a phone number: send it with its country code, such as +15550100123, or its digest")
    return text


def _possible(digits: str, international: bool, country: str | None) -> tuple[str, str] | None:
    """The first reading that is a possible number: its digits, and those within its country."""
    import phonenumbers  # 30 ms and 20 MB that only numbers without +1 need

    for candidate, region, strict in _readings(digits, international, country):
        try:
            number = phonenumbers.parse(candidate, region)
        except phonenumbers.NumberParseException:
            continue
        national = phonenumbers.national_significant_number(number)
        whole = f"{number.country_code}{national}"
        said = phonenumbers.is_possible_number_with_reason(number)  # numbers without their area are another reason
        possible = said == phonenumbers.ValidationResult.IS_POSSIBLE and _SHORTEST <= len(whole) <= _LONGEST
        if possible and (not strict or phonenumbers.is_valid_number(number)):
            return whole, national
    return None


def _readings(digits: str, international: bool, country: str | None) -> Iterator[tuple[str, str | None, bool]]:
    """What to try in turn: the text, its country, and whether it must be a number in use and not only possible."""
    if international:
        yield "+" + digits, None, False
        return
    if digits[:2] == "00":
        yield "+" + digits.lstrip("0"), None, False
    if digits[:3] == "011":
        yield digits, _NORTH_AMERICAN, False
    if country is not None:
        yield digits, country, False
    # A number that is whole but for its +. Without a country only North America's length says so by itself.
    yield "+" + digits, None, not (country is None and len(digits) == 11 and digits[0] == "1")
