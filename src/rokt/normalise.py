"""Personal data in the one form that Rokt hashes. Pure.

Rules: an e-mail address trimmed and in lower case, what stands from + to @ kept; names in lower case without spaces; a
mobile number as ten digits, without its country's code; a zip code without spaces. They are not Roku's, so a digest
made for Roku is not Rokt's, and nothing in a digest tells by whose rules it was made: it is passed on as it is, and
matches nobody if it was made by others. Each function takes trimmed text and raises Fault.
"""

from pipeline.values import persons, phone
from pipeline.values.faults import Fault

_LONGEST_ZIP = 20


def email(text: str) -> str:
    """Lower case."""
    return persons.address(text)


def usual_email(address: str) -> str:
    """The same for what is an address without a doubt. Raises ValueError for one that is nobody's."""
    address = address.lower()
    if persons.is_nobodys(address):
        raise ValueError
    return address


def name(text: str) -> str:
    """Lower case, without spaces."""
    return "".join(persons.name(text).lower().split())


def mobile(text: str) -> str:
    """Ten digits: the number within its country."""
    digits = phone.normalise(text, form="digits", country=None, as_it_stands=True)
    if text[0] == "+" or text.lower().removeprefix("tel:").lstrip().startswith(("+", "00")):
        digits = digits[1:] if digits.startswith("1") else _national(digits)
    elif len(digits) == 11 and digits.startswith("1"):
        digits = digits[1:]
    if len(digits) != 10:
        raise Fault("does not have the ten digits that Rokt takes of a mobile number")
    return digits


def _national(digits: str) -> str:
    import phonenumbers  # 30 ms and 20 MB that only numbers from outside North America need

    try:
        return phonenumbers.national_significant_number(phonenumbers.parse("+" + digits, None))
    except phonenumbers.NumberParseException:
        raise Fault("is not a possible number: send it with its country code, such as +15550100123") from None


def zip_code(text: str) -> str:
    """Without spaces."""
    code = "".join(text.split())
    if "@" in code or len(code) > _LONGEST_ZIP or not any(map(str.isalnum, code)):
        raise Fault("is not a zip code")
    return code


def gender(text: str) -> str:
    """One letter, m or f."""
    word = persons.GENDERS.get(text.lower(), "unknown")
    if word == "unknown":
        raise Fault("is of use to Rokt only in clear, as male or female")
    return word[0]


def birth_date(text: str, year: int) -> str:
    """A real date up to this year, as yyyymmdd."""
    try:
        return persons.born(text, year).strftime("%Y%m%d")
    except Fault:
        raise Fault("is of use to Rokt only in clear, as a real date in the form yyyy-mm-dd") from None
