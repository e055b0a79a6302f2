"""Rules for numbers: amounts of money, and whole numbers. In the form of `pipeline.values.rules`. Pure."""

import re
import unicodedata
from typing import Any

from pipeline.values.currencies import ISO_4217, in_codes
from pipeline.values.texts import plain

_INTEGER = re.compile(r"[+-]?\d{1,18}(\.0*)?").fullmatch
# A currency's code or sign on either side. Other letters mean that this may be anything: SKU25 is not an amount.
_CURRENCY = re.compile(
    r"^(US(?=\$)|[A-Z]{3})?\s?[$€£¥₹₩₽₺₪฿₫₴]?\s?([^A-Z]*?)\s?[$€£¥₹₩₽₺₪฿₫₴]?\s?([A-Z]{3})?$"
).fullmatch
# Signs of several currencies, and what tills write for no cents: 25,- and 500/-.
_BESIDE = re.compile(r"^(?:kr|Rs|Rp)\.? ?|(?<=\d) ?(?:kr\.?|dollars?)$", re.IGNORECASE)
_OTHER_DIGIT = re.compile(r"[^\D0-9]").sub
_NO_CENTS = re.compile(r"(?<=\d)(?:[.,][-\u2013\u2014]{1,2}|/-)")
_SCIENTIFIC = re.compile(r"\d{1,15}(?:\.\d{1,15})?[eE][+-]?\d{1,2}").fullmatch
_INDIAN = re.compile(r"[+-]?\d{1,2}(?:,\d{2})+,\d{3}(?:\.\d{1,2})?").fullmatch  # 12,34,567.50
_DECIMAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)").fullmatch
_COMMAS_THEN_POINT = re.compile(r"[+-]?\d{1,3}((,\d{3})+\.\d+|(,\d{3}){2,})").fullmatch  # 1,234.56 and 1,234,567
_POINTS_THEN_COMMA = re.compile(r"[+-]?\d{1,3}((\.\d{3})+,\d+|(\.\d{3}){2,})").fullmatch  # 1.234,56 and 1.234.567
_SPACED = re.compile(r"[+-]?\d{1,3}(?:[ \u00a0\u202f'’]\d{3})+(?:[.,]\d{1,2})?").fullmatch  # 1 234,56 and 1'234.56
_ONE_GROUP = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}").fullmatch  # 1,234: of thousands, or three decimals
_NEGATIVE = re.compile(
    r"[-\u2212\u2013]\s?([^-\u2212\u2013()]+)|([^-\u2212\u2013()]*\d)\s?[-\u2212\u2013]|\(([^()]+)\)"
).fullmatch
_COMMA_ONLY = re.compile(r"[+-]?\d+,\d{1,2}").fullmatch  # 25,00
# One number whatever the currency: not 1.234, which is a thousand and more in a currency without decimals.
PLAIN = r"^ *(?:[0-9]{1,14}(?:\.(?:[0-9]{0,2}|[0-9]{4,8}))?) *$"
_LONGEST_AMOUNT = 40  # characters
_LARGEST_AMOUNT = 1e15  # beyond it a double no longer holds cents


def amount(value: Any, notes: list[str]) -> int | float | None:
    """An amount of money; text such as $25.00 or 1.234,56 is read if only one reading is possible."""
    if (type(value) is float or type(value) is int) and 0 <= value < _LARGEST_AMOUNT:
        return value
    if type(value) is str:
        value = plain(value, notes)
        if value is None:
            return None
        number = number_in(value)
        if number is None:
            notes.append("is not an amount: send a number such as 99.99")
            return None
        if number >= 0 and not _DECIMAL(value):
            notes.append(f"is text and was read as {number}: send it as a number")
        value = number
    if type(value) not in (int, float) or not abs(value) < _LARGEST_AMOUNT:  # so written, NaN is out too
        notes.append("is not an amount: send a number such as 99.99")
        return None
    if value < 0:
        notes.append("is negative: a refund is not a conversion, so an amount is 0 or more")
        return None
    return value  # type: ignore[no-any-return]


def number_in(text: str, decimals: int | None = None) -> int | float | None:
    """The number in the text of an amount, with its sign; None if it has no reading, or more than one.

    `decimals`: how many an amount of its currency has, where that is known; it tells 1,234 from 1.234.
    """
    if len(text) > _LONGEST_AMOUNT:
        return None
    if text.isascii() and _DECIMAL(text) and not (decimals == 0 and _ONE_GROUP(text)):
        return _number(text)
    if _SCIENTIFIC(text):
        return float(text)
    sign, text = _signed(_plain(text))
    inner, bare = _signed(_unframed(text))
    bare = _with_point(bare, decimals)
    if not bare.isascii() or not _DECIMAL(bare) or (sign < 0 and inner < 0):
        return None
    return sign * inner * _number(bare)


def _number(text: str) -> int | float:
    return float(text) if "." in text else int(text)


def _plain(text: str) -> str:
    """With digits of ASCII, codes in the place of signs, and without what stands for no cents."""
    if not text.isascii():
        text = _OTHER_DIGIT(lambda found: str(unicodedata.decimal(found[0])), unicodedata.normalize("NFKC", text))
    text = _NO_CENTS.sub("", in_codes(text)).removesuffix(".")
    return _BESIDE.sub("", text)


def _unframed(text: str) -> str:
    """What is between a currency's code or sign on either side; empty if something else is there."""
    framed = _CURRENCY(text)
    if framed is None or not all(code in (None, "US") or code in ISO_4217 for code in (framed[1], framed[3])):
        return ""
    return framed[2]


def _signed(text: str) -> tuple[int, str]:
    """The sign of an amount and the rest: -5, 5-, −5 and the accountants' (5)."""
    found = _NEGATIVE(text)
    return (1, text) if found is None else (-1, next(filter(None, found.groups())))


def _with_point(bare: str, decimals: int | None) -> str:
    """The number with its digits together, and a point before the decimals."""
    if _SPACED(bare):
        bare = re.sub(r"[ \u00a0\u202f'’]", "", bare)
    if _COMMAS_THEN_POINT(bare) or _INDIAN(bare):
        return bare.replace(",", "")
    if _POINTS_THEN_COMMA(bare):
        return bare.replace(".", "").replace(",", ".")
    if decimals is not None and _ONE_GROUP(bare) and (decimals == 0 or ("," in bare and decimals < 3)):
        return bare.replace(",", "").replace(".", "")
    return bare.replace(",", ".") if _COMMA_ONLY(bare) else bare


def integer(value: Any, notes: list[str]) -> int | None:
    """A whole number, 0 or more."""
    if type(value) is int and 0 <= value < _LARGEST_AMOUNT:
        return value
    if type(value) is str:
        value = plain(value, notes)
        if value is None:
            return None
        value = int(float(value)) if _INTEGER(value) else None
    if type(value) is float and value.is_integer() and abs(value) < _LARGEST_AMOUNT:
        value = int(value)
    if type(value) is not int or not 0 <= value < _LARGEST_AMOUNT:
        notes.append("is not a whole number of 0 or more")
        return None
    return value
