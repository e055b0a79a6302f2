"""A phone number in the one notation whose digest is sent: `digits` (the vendor page's rule) or `e164`. Pure.

Whoever calls says the country of the record; the number itself outweighs it where it begins with +, 00 or 011. What
numbers a country can have is known by phonenumberslite, Google's libphonenumber for Python.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Literal

from pipeline.values.faults import Fault
from pipeline.values.phone_texts import LONGEST, SHORTEST, WITHHELD, number_in

PhoneFormat = Literal["digits", "e164"]

# Withheld numbers as they are spelled on the keypad, which is how carriers put them in the caller id.
_KEYPAD = str.maketrans("abcdefghijklmnopqrstuvwxyz", "22233344455566677778889999", " ")
_WITHHELD_DIGITS = frozenset(word.translate(_KEYPAD) for word in WITHHELD)

# Numbers of North America that are nobody's: one digit repeated, and withheld ones.
_NOBODYS_AMERICAN = frozenset([f"1{str(digit) * 10}" for digit in range(10)] + [f"1{one}" for one in _WITHHELD_DIGITS])

_SEPARATORS = b"+ ().-/"
_NOT_DIGIT = re.compile(r"\D")
_NORTH_AMERICAN = "US"  # whose way out is 011
# Before mobile numbers in Mexico: +52 1, 044 and 045 are no longer dialled, and no part of the number.
_MEXICAN = re.compile(r"521(?=\d{10}$)").match
_MEXICAN_TRUNK = re.compile(r"04[45](?=\d{10}$)").match


def normalise(value: str, *, form: PhoneFormat, country: str | None, as_it_stands: bool = False) -> str:
    """Return the full international number as digits, for `e164` with a + before them.

    `country` (ISO 3166 alpha-2) is where a number without + is at home. One that is not possible, or that has no
    country, is refused; with `as_it_stands` its digits are taken without leading zeros (not by `e164`), which is what
    Roku's page says of them. Raises Fault. Rule: Roku's Events API page, "Normalizing".
    """
    whole = _north_american(value)
    if whole and whole[1] > "1" and whole not in _NOBODYS_AMERICAN:
        return whole if form == "digits" else "+" + whole
    digits, national = (whole, whole[1:]) if whole else _careful(value, country, as_it_stands and form == "digits")
    _check_somebodys(digits, national)
    return digits if form == "digits" else "+" + digits


def _check_somebodys(digits: str, national: str) -> None:
    """Raise Fault for the number, whole and within its country, that nobody has."""
    if digits in _WITHHELD_DIGITS or national in _WITHHELD_DIGITS:
        raise Fault("is a withheld number, which identifies nobody")
    if len(set(national)) == 1:
        raise Fault("is one digit repeated, which is nobody's number")
    if digits[0] == "1" and national[0] in "01" and len(digits) == 11:
        raise Fault("is not a possible number: North America has no such area code")


def _north_american(value: str) -> str | None:
    """The digits of +1 and ten digits, as nearly all are; None for others."""
    if value[:2] != "+1":
        return None
    digits = value.encode().translate(None, _SEPARATORS)
    return digits.decode() if len(digits) == 11 and digits.isdigit() else None


def _careful(value: str, country: str | None, as_it_stands: bool) -> tuple[str, str]:
    text = number_in(value)
    digits = _NOT_DIGIT.sub("", text)
    if not digits.isascii():
        digits = "".join(str(unicodedata.decimal(character)) for character in digits)
    bare = digits.lstrip("0")
    if bare in _WITHHELD_DIGITS or bare.removeprefix("1") in _WITHHELD_DIGITS:  # before a country is put in front of it
        raise Fault("is a withheld number, which identifies nobody")
    found = _possible(digits, text[0] == "+", country)
    if found is not None:
        return found
    if as_it_stands and SHORTEST <= len(bare) <= LONGEST:
        return bare, bare
    if country is None and text[0] != "+":
        raise Fault("has no country code: write it as +15550100123, send country, or set the stack's DefaultCountry")
    where = f" in {country}" if country and text[0] != "+" else ""
    raise Fault(f"is not a possible number{where}: send it with its country code, such as +15550100123")


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
        possible = said == phonenumbers.ValidationResult.IS_POSSIBLE and SHORTEST <= len(whole) <= LONGEST
        if possible and (not strict or phonenumbers.is_valid_number(number)):
            return whole, national
    return None


def _readings(digits: str, international: bool, country: str | None) -> Iterator[tuple[str, str | None, bool]]:
    """What to try in turn: the text, its country, and whether it must be a number in use and not only possible."""
    if international or digits[:2] == "00":
        whole = digits.lstrip("0")
        yield "+" + whole, None, False
        if mobile := _MEXICAN(whole):
            yield "+52" + whole[mobile.end() :], None, False
    if international:
        return
    if digits[:3] == "011":
        if country is not None:
            yield digits, country, True  # in Brazil it is São Paulo's area
        yield digits, _NORTH_AMERICAN, False
    if country is not None:
        yield from ((whole, None, True) for whole in _with_own_code(digits, country))
        yield from ((candidate, country, False) for candidate in _within(digits, country))
    # A number that is whole but for its +. Without a country only North America's length says so by itself.
    yield "+" + digits, None, not (country is None and len(digits) == 11 and digits[0] == "1")


def _within(digits: str, country: str) -> Iterator[str]:
    """What to try in turn of a number within its country."""
    yield digits
    if country == "MX" and (trunk := _MEXICAN_TRUNK(digits)):
        yield digits[trunk.end() :]


def _with_own_code(digits: str, country: str) -> Iterator[str]:
    """The number as a whole one that lost its plus: 4917012345678 in Germany, where national numbers may be as long."""
    import phonenumbers

    if digits.startswith(str(phonenumbers.country_code_for_region(country))):
        yield "+" + digits
