"""Rules for numbers: amounts of money, and whole numbers. In the form of `pipeline.values.rules`. Pure."""

import re
from typing import Any

from pipeline.values.currencies import ISO_4217
from pipeline.values.texts import plain

_INTEGER = re.compile(r"[+-]?\d{1,18}(\.0*)?").fullmatch
# A currency's code or sign on either side. Other letters mean that this may be anything: SKU25 is no amount.
_CURRENCY = re.compile(
    r"^(US(?=\$)|[A-Z]{3})?\s?[$€£¥₹₩₽₺₪฿₫₴]?\s?([^A-Z]*?)\s?[$€£¥₹₩₽₺₪฿₫₴]?\s?([A-Z]{3})?$"
).fullmatch
_DECIMAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)").fullmatch
_COMMAS_THEN_POINT = re.compile(r"[+-]?\d{1,3}((,\d{3})+\.\d+|(,\d{3}){2,})").fullmatch  # 1,234.56 and 1,234,567
_POINTS_THEN_COMMA = re.compile(r"[+-]?\d{1,3}((\.\d{3})+,\d+|(\.\d{3}){2,})").fullmatch  # 1.234,56 and 1.234.567
_SPACED = re.compile(r"[+-]?\d{1,3}(?:[ \u00a0\u202f'’]\d{3})+(?:[.,]\d{1,2})?").fullmatch  # 1 234,56 and 1'234.56
_COMMA_ONLY = re.compile(r"[+-]?\d+,\d{1,2}").fullmatch  # 25,00
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
        number = _amount_in(value)
        if number is None:
            notes.append("is not an amount: send a number such as 99.99")
            return None
        if not _DECIMAL(value):
            notes.append(f"is text and was read as {number}: send it as a number")
        value = number
    if type(value) not in (int, float) or not abs(value) < _LARGEST_AMOUNT:  # so written, NaN is out too
        notes.append("is not an amount: send a number such as 99.99")
        return None
    if value < 0:
        notes.append("is negative: a refund is no conversion, so an amount is 0 or more")
        return None
    return value  # type: ignore[no-any-return]


def _amount_in(text: str) -> int | float | None:
    if len(text) > _LONGEST_AMOUNT:
        return None
    if text.isascii() and _DECIMAL(text):
        return float(text) if "." in text else int(text)
    framed = _CURRENCY(text)
    if framed is None or not all(code in (None, "US") or code in ISO_4217 for code in (framed[1], framed[3])):
        return None
    bare = _with_point(framed[2])
    if not bare.isascii() or not _DECIMAL(bare):
        return None
    return float(bare) if "." in bare else int(bare)


def _with_point(bare: str) -> str:
    """The number with its digits together, and a point before the decimals."""
    if _SPACED(bare):
        bare = re.sub(r"[ \u00a0\u202f'’]", "", bare)
    if _COMMAS_THEN_POINT(bare):
        return bare.replace(",", "")
    if _POINTS_THEN_COMMA(bare):
        return bare.replace(".", "").replace(",", ".")
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
