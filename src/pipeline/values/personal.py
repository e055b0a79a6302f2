"""What is personal by its look: in free text, in ids, in what a remote API says. By name: `personal_names`. Pure."""

import re
from collections.abc import Callable, Iterable
from functools import cache

from pipeline.values.glances import glance

# Three runs with a bound each: linear in the length of the text, whatever it is.
# U+FF20 and U+FE6B are the @ that keyboards for Chinese and Japanese type.
_LOCAL = r"[^\s@\uff20\ufe6b/?&=<>\"',;:()]"
_DOMAIN = r"(?:[@\uff20\ufe6b]|%40)[\w-]{1,63}(?:(?:[.\u3002\uff0e]|%2[Ee])[\w-]{1,63}){1,8}"
EMAIL = re.compile(_LOCAL + "{1,64}" + _DOMAIN)
_AT = ("@", "%40", "\uff20", "\ufe6b")
_END_OF_EMAIL = re.compile(f"(?<={_LOCAL}){_DOMAIN}")  # finds one as surely, and looks only at each @
_NUMBER = re.compile(r"\+?\d(?:[\s().-]{0,2}\d){6,}")
_IPV4 = re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b")
# Written out, or shortened with "::".
_IPV6 = re.compile(
    r"(?:[0-9a-fA-F]{1,4}:){3,7}[0-9a-fA-F:.]{1,40}|(?:[0-9a-fA-F]{1,4}:){1,6}(?::[0-9a-fA-F]{1,4}){1,7}"
)
_HEX = re.compile(r"[0-9a-fA-F]{32,}")
# What XML 1.0 allows, the alphabet of SQS message attributes; the rest would refuse the whole message.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_GAP = r"[ .\-\u00a0\u2010-\u2015]"
# A phone number, each look with a bound, so that a search is linear: with a plus; 3-3-4 as in North America; an area
# code in brackets; a national number (06 12 34 56 78) or one with 00, its groups apart; bare digits after "call me".
_WITH_PLUS = rf"[+\uff0b]\(?\d(?:(?:{_GAP}|[()/]){{0,3}}\d){{6,14}}"
_NORTH_AMERICAN = rf"(?:1{_GAP}?)?(?:\(\d{{3}}\){_GAP}{{0,2}}|\d{{3}}{_GAP})\d{{3}}{_GAP}\d{{4}}"
_AREA_CODE = rf"\(0?\d{{1,4}}\){_GAP}{{0,2}}\d{{2,5}}(?:{_GAP}?\d{{2,5}}){{1,4}}"
_NATIONAL = rf"(?:0[1-9]\d{{0,3}}(?:(?:{_GAP}|/)\d{{2,8}}){{1,5}}|00[1-9]\d{{0,2}}(?: \d{{2,8}}){{1,5}})"
_CALLED = (
    r"\b(?:tel|phone|mobile|cell|call|whatsapp|fax|sms|text|ring|dial|handy|telefon)"
    r"(?:[\s:.#]{1,3}(?:me|us|at|on|no|nr|number|is|to)\b){0,3}[\s:.#]{1,3}\d{10,15}"
)
# A payment card's number: bare, and in groups.
_CARD, _GROUPED = r"[2-6]\d{13,18}", r"\d{4}([ -])\d{4}\1\d{4}\1\d{1,7}|\d{4}([ -])\d{6}\2\d{4,5}"

_NO_DATE = r"(?!\d\d?([./-])\d\d?\1\d{2,4}(?!\d|\1\d))"
_PHONES = re.compile(
    rf"(?<!\d){_WITH_PLUS}(?!\d)|(?<!\d)(?<!\d[.-]){_NORTH_AMERICAN}(?!\d)|{_AREA_CODE}(?!\d)"
    rf"|(?<![\w./-]){_NO_DATE}{_NATIONAL}(?!\d)"
).finditer
_CALL_ME = re.compile(rf"{_CALLED}(?!\d)", re.IGNORECASE).search
_GROUPED_CARDS = re.compile(rf"(?<![^\W_])(?:{_GROUPED})(?![^\W_])").finditer
_CARDS = re.compile(rf"(?<![^\W_])(?:{_CARD}|{_GROUPED})(?![^\W_])").finditer
# Seven digits that nearly follow each other: what has none of these holds no number.
_SEVEN_DIGITS = re.compile(r"\d(?:[^\w]{0,3}\d){6}").search
# Visa, Mastercard, American Express, Discover, Diners Club, JCB, UnionPay. 13 digits are rather an article's number.
_ISSUED = re.compile(
    r"4\d{15}(?:\d{3})?|5[1-5]\d{14}|2(?:2[2-9]|[3-6]\d|7[01])\d{13}|2720\d{12}|3[47]\d{13}"
    r"|6(?:011|4[4-9]\d|5\d\d)\d{12}|3(?:0[0-5]|[68]\d)\d{11}|35(?:2[89]|[3-8]\d)\d{12}|62\d{14,17}"
).fullmatch
# Of an answer so much is looked at: no expression sees more, whoever calls.
LONGEST_SAID = 5_000

REDACTED = "[redacted]"


def holds_email(text: str) -> bool:
    """Whether the text holds an e-mail address."""
    return any(at in text for at in _AT) and _END_OF_EMAIL.search(text) is not None


def holds_phone(text: str) -> bool:
    """Whether the text holds a phone number: with a plus, or punctuated as one. Bare digits are not one."""
    return may_hold_number(text) and any(_is_phone(found[0]) for found in _PHONES(text))


def holds_number(text: str) -> bool:
    """Whether free text holds a phone number or a payment card's: also bare digits after "call me" and the like."""
    if not may_hold_number(text):
        return False
    return _CALL_ME(text) is not None or holds_phone(text) or any(_is_card(found[0]) for found in _CARDS(text))


def is_of_a_person(text: str) -> bool:
    """Whether an id holds an e-mail address or a number of a person's. Bare digits are an id's own."""
    if holds_email(text):
        return True
    return may_hold_number(text) and (holds_phone(text) or any(_is_card(found[0]) for found in _GROUPED_CARDS(text)))


def may_hold_number(text: str) -> bool:
    """Whether a number of a person's could be in the text, or between two marks of an address (/ ? & =) in it."""
    return _glance()(text) if text.isascii() else _SEVEN_DIGITS(text) is not None


@cache
def _glance() -> Callable[[str], bool]:
    return glance(numbers_at_a_glance())


def numbers_at_a_glance() -> str:
    """Every look above as `pipeline.values.glances` takes it: for ASCII, and without what only rules some of them
    out."""
    groups = _GROUPED.replace(r"\1", "[ -]").replace(r"\2", "[ -]")
    pattern = (
        rf"{_WITH_PLUS}|{_NORTH_AMERICAN}|{_AREA_CODE}|(?:^|[^0-9A-Za-z_.-]){_NATIONAL}|(?i:{_CALLED})"
        rf"|(?:^|[^0-9A-Za-z]){_CARD}|{groups}"
    )
    # To Python the separators of files, groups, records and units are white space too.
    for ours, in_ascii in ((r"\d", "[0-9]"), (r"\s", r"\s\x1c-\x1f"), (r"\b", r"(?-u:\b)")):
        pattern = pattern.replace(ours, in_ascii)
    return pattern


def _is_phone(text: str) -> bool:
    """Whether what is punctuated as a phone number has its count of digits."""
    digits = sum(map(str.isdigit, text))
    # Without a plus or three groups of its own a short one could be anything: a ZIP+4 is 02134-1234.
    return digits <= 15 and digits >= (7 if text[0] in "+\uff0b" else 9 if text[0] == "(" else 10)


def _is_card(text: str) -> bool:
    """Whether the number is a payment card's: an issuer's beginning with its length, and Luhn's check digit."""
    digits = [int(digit) for digit in text if digit.isdigit()]
    number = "".join(map(str, digits))
    if not _ISSUED(number):
        return False
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def safe_reason(text: str, values: Iterable[str] = (), limit: int = 300) -> str:
    """What a remote API said, without what may be personal, in the alphabet of an SQS attribute, in `limit` characters.

    Removes the given values of the event, e-mail addresses, digests, IP addresses and runs of 7 digits or more. Of the
    text no more than LONGEST_SAID characters are looked at, and a word that would be cut there is left out.
    """
    if len(text) > LONGEST_SAID:
        text = text[:LONGEST_SAID].rpartition(" ")[0]
    for value in sorted({value for value in values if len(value) > 2}, key=len, reverse=True):
        text = re.sub(re.escape(value), REDACTED, text, flags=re.IGNORECASE)
    for pattern in (EMAIL, _HEX, _IPV4, _IPV6, _NUMBER):
        text = pattern.sub(REDACTED, text)
    return storable(text, limit)


def storable(text: str, limit: int = 300) -> str:
    """The text in the alphabet of an SQS attribute, white space folded, in `limit` characters."""
    text = text[:LONGEST_SAID]
    text = " ".join(_NOT_XML.sub(" ", text).split())
    return text if len(text) <= limit else text[: limit - 1] + "…"
