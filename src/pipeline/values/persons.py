"""What tells an e-mail address, a name, a gender and a birth date from other text, for every destination. Pure."""

import re
from datetime import date

from pipeline.values.faults import Fault

_EMAIL = re.compile(r"[^@\s\"<>(),;:]+@[^@\s\"<>(),;:]+\.[^@\s\"<>(),;:.]+").fullmatch
_IN_BRACKETS = re.compile(r"<([^<>@\s]{1,200}@[^<>@\s]{1,200})>")
_BETWEEN = re.compile(r"[\s;,|]+")
# Addresses that shops and tills write for everybody who gave none: these before any @, and those of one word on both
# sides of it (test@test.com).
_NOBODYS = frozenset(
    "noemail no-email no_email no.email nomail no-mail noemailprovided noemailaddress none noreply no-reply no_reply"
    " donotreply do-not-reply notprovided not-provided not_provided notavailable noaddress undefined null".split()
)
_TWICE = frozenset(
    "test testing email mail fake dummy asdf abc abcd xxx xyz aaa a na no nope unknown example me".split()
)
_DATE_THEN = r"(?:[T ]\d{1,2}:\d{2}.{0,20})?"
_YEAR_FIRST = re.compile(r"(\d{4})(?:([-/.])(\d{1,2})\2(\d{1,2})|(\d{2})(\d{2}))" + _DATE_THEN).fullmatch
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})" + _DATE_THEN).fullmatch
_DAY_MONTH = re.compile(r"(\d{1,2})(?:st|nd|rd|th|\.)?[ -]([A-Za-z]{3,9})\.?,?[ -](\d{4})").fullmatch
_MONTH_DAY = re.compile(r"([A-Za-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})").fullmatch
_MONTHS = "january february march april may june july august september october november december".split()
# In English, German, French, Spanish, Portuguese, Italian and Dutch; what is neither is «unknown».
_GENDERS = {
    "male": "m man boy mr male. masculine männlich maennlich mann herr homme masculin hombre masculino homem maschio"
    " uomo mannelijk",
    "female": "f w woman girl mrs ms miss feminine weiblich frau femme féminin feminin mujer femenino mulher feminino"
    " femmina donna vrouw vrouwelijk",
    "unknown": "other divers diverse non-binary nonbinary unspecified undisclosed",
}
GENDERS = {word: gender for gender, words in _GENDERS.items() for word in (gender, *words.split())}


def year(now: float) -> int:
    """The year of this moment (epoch seconds), to the day or so."""
    return 1970 + int(now / 31_556_952)  # seconds of a mean year


def one_address(text: str, notes: list[str]) -> str:
    """The address in the text: without «mailto:», a name beside it and quotes; of several the first, which is noted."""
    if text[:7].lower() == "mailto:":
        text = text[7:].partition("?")[0]
    found = _IN_BRACKETS.findall(text)
    if not found:
        parts = [part for part in _BETWEEN.split(text) if part]
        found = parts if all("@" in part for part in parts) else []
    if len({one.lower() for one in found}) > 1:
        notes.append("holds several addresses, of which the first was taken: send one person's address")
    return (found[0] if found else text).strip("\"'").rstrip(".")


def address(text: str) -> str:
    """The text in small letters, if it is an e-mail address of somebody; its domain in ASCII (IDNA). Raises Fault."""
    text = text.lower()
    if not _EMAIL(text):
        raise Fault("is neither an e-mail address nor a SHA-256 digest")
    if not text.isascii():
        local, _, domain = text.rpartition("@")
        text = f"{local}@{_in_ascii(domain)}"
    if is_nobodys(text):
        raise Fault("is an address that stands for «none» and is nobody's: leave the field out where there is none")
    return text


def is_nobodys(address: str) -> bool:
    """Whether an address in small letters is one that is written where there is none."""
    local, _, domain = address.rpartition("@")
    local = local.partition("+")[0]
    return local in _NOBODYS or (local in _TWICE and domain.partition(".")[0] == local) or domain.endswith(".invalid")


def _in_ascii(domain: str) -> str:
    if domain.isascii():
        return domain
    import idna  # no other domain needs it

    try:
        return idna.encode(domain, uts46=True).decode()
    except idna.IDNAError:
        raise Fault("has a domain that cannot be: correct the address") from None


def gender(text: str) -> str:
    """Male, female or unknown. Raises Fault."""
    try:
        return GENDERS[text.lower()]
    except KeyError:
        raise Fault("must be male, female or unknown") from None


def name(text: str) -> str:
    """The text, if a name can be so. Raises Fault."""
    if not text.isalpha() and ("@" in text or not any(map(str.isalpha, text))):
        raise Fault("is not a name")
    return text


def born(text: str, year: int) -> date:
    """The day, if it is a real one up to this year. Raises Fault.

    The year comes first, or the month is a word; with the year last only where day and month cannot be confused.
    """
    try:
        day = date(*_parts(text))
    except ValueError:
        raise Fault("must be a real date as yyyy-mm-dd") from None
    if not 1900 <= day.year <= year:  # nobody born earlier sees an advertisement
        raise Fault("must be a real date as yyyy-mm-dd")
    return day


def _parts(text: str) -> tuple[int, int, int]:
    """Year, month, day. Raises ValueError."""
    if found := _YEAR_FIRST(text):
        return int(found[1]), int(found[3] or found[5]), int(found[4] or found[6])
    if found := _YEAR_LAST(text):
        one, other = int(found[1]), int(found[3])
        if one <= 12 and other <= 12 and one != other:
            raise ValueError
        return int(found[4]), min(one, other), max(one, other)
    if found := _DAY_MONTH(text):
        return int(found[3]), _month(found[2]), int(found[1])
    if found := _MONTH_DAY(text):
        return int(found[3]), _month(found[1]), int(found[2])
    raise ValueError


def _month(word: str) -> int:
    """By its English name or the first letters of it, at least three. Raises ValueError."""
    number = next((at for at, name in enumerate(_MONTHS, 1) if name.startswith(word.lower())), None)
    if number is None:
        raise ValueError
    return number
