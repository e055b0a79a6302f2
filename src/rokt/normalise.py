"""Personal data in the one form that Rokt hashes. Pure.

Rules: an e-mail address trimmed and in lower case, what stands from + to @ kept; names in lower case without spaces, or
as they are written; a number of North America as its ten digits, any other one whole, with a + before it: without the
plus a foreign number of ten digits would be somebody else's; a zip code without spaces. They are not Roku's, so a
digest made for Roku is not Rokt's, and nothing in a digest tells by whose rules it was made: it is passed on as it is,
and matches nobody if it was made by others. Each function takes trimmed text and raises Fault.
"""

from pipeline.values import births, mailboxes, persons, phone
from pipeline.values.faults import Fault

_LONGEST_ZIP = 20
_NORTH_AMERICA, _NORTH_AMERICAN = "+1", 12


def email(text: str) -> str:
    """Lower case."""
    return mailboxes.address(text)


def usual_email(address: str) -> str:
    """The same for what is an address without a doubt. Raises ValueError for one that is nobody's."""
    address = address.lower()
    if mailboxes.is_nobodys(address):
        raise ValueError
    return address


def name(text: str) -> str:
    """Lower case, without spaces."""
    return "".join(persons.name(text).lower().split())


def usual_name(text: str) -> str:
    """The same for what looks like a name. Raises ValueError for one that needs a closer look."""
    text = text.lower()
    if "  " in text or persons.is_nobodys_name(text):
        raise ValueError
    return text.replace(" ", "")


def clear_name(text: str) -> str:
    """The name as it is written. Raises ValueError for one that needs a closer look."""
    if "  " in text:
        raise ValueError
    return persons.name(text)


def mobile(text: str, country: str | None = None) -> str:
    """Ten digits of a North American number, else the whole number as +61412345678.

    `country` is that of a number without its country's code. One that no country can have stays as it is, if it says
    its country's code itself or has ten digits.
    """
    try:
        whole = phone.normalise(text, form="e164", country=country)
    except Fault:
        return _as_it_stands(text, country)
    return whole[2:] if whole.startswith(_NORTH_AMERICA) and len(whole) == _NORTH_AMERICAN else whole


def _as_it_stands(text: str, country: str | None) -> str:
    digits = phone.normalise(text, form="digits", country=country, as_it_stands=True)
    if text.lower().removeprefix("tel:").lstrip().startswith(("+", "00")):
        return "+" + digits
    if len(digits) != 10 or digits[0] in "01":
        raise Fault("has no country's code: write it as +61412345678, or send user_data.country")
    return digits


def zip_code(text: str) -> str:
    """Without spaces."""
    code = "".join(text.split())
    if "@" in code or len(code) > _LONGEST_ZIP or not any(map(str.isalnum, code)):
        raise Fault("is not a zip code")
    return code


def gender(text: str) -> str:
    """One letter, m or f."""
    word = persons.gender_of(text)
    if word is None or word == "unknown":
        raise Fault("is of use to Rokt only in clear, as male or female")
    return word[0]


def birth_date(text: str, year: int) -> str:
    """A real date up to this year, as yyyymmdd."""
    try:
        return births.born(text, year).strftime("%Y%m%d")
    except Fault:
        raise Fault("is of use to Rokt only in clear, as a real date in the form yyyy-mm-dd") from None
