"""The amounts of one conversion, read together with its currency. Pure.

An amount's text may name another currency than the field beside it: then it is dropped, for 25 euros are no 25 dollars.
And the currency's decimals say what a separator means: "1,234" beside USD has one reading.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from pipeline.values import currencies, language, limits
from pipeline.values.amounts import PLAIN, number_in
from pipeline.values.cleaning import clean

Warnings = list[tuple[str, str]]
_is_plain = re.compile(PLAIN).fullmatch
_MOST_ITEMS = 1_000  # of a basket: as many as are sent
_MOST_TOLD = 20


def settled(custom: Mapping[str, Any], warnings: Warnings) -> Mapping[str, Any]:
    """The `custom_data` with its texts of amounts read as far as the currency decides them; others stay."""
    texts = {name: value for name in language.amounts() if isinstance(value := custom.get(name), str)}
    items = _priced_in_text(custom.get("contents"))
    if not texts and not items:
        return custom
    whole = dict(custom)
    code = _code(custom)
    if code is None and custom.get("currency") is None and (code := _only_named(texts.values())) is not None:
        whole["currency"] = code
        warnings.append(("custom_data.currency", f"is missing: {code} was taken from the amount"))
    if code is None:
        return whole
    for name, text in texts.items():
        whole[name] = _read(text, code, f"custom_data.{name}", warnings)
    if items:
        whole["contents"] = _priced(custom["contents"], items, code, warnings)
    return whole


def _priced(contents: list[Any], places: frozenset[int], code: str, warnings: Warnings) -> list[Any]:
    """The basket with the prices at these places read."""
    readings = {text: _reading(text, code) for text in {contents[index]["price"] for index in places}}
    told: Warnings = []
    priced = list(contents)
    for index in sorted(places):
        number, said = readings[contents[index]["price"]]
        priced[index] = {**contents[index], "price": number}
        if said:
            told.append((f"custom_data.contents item {index} price", said))
    warnings += told[:_MOST_TOLD]
    return priced


def _only_named(texts: Iterable[str]) -> str | None:
    """The currency that the amounts' texts name, if it is one."""
    named = {one for text in texts for one in currencies.named(text)}
    return named.pop() if len(named) == 1 else None


def _priced_in_text(contents: Any) -> frozenset[int]:
    """The places of items whose price is a text."""
    if not isinstance(contents, list):
        return frozenset()
    return frozenset(
        index
        for index, item in enumerate(contents[:_MOST_ITEMS])
        if isinstance(item, dict) and isinstance(item.get("price"), str)
    )


def _code(custom: Mapping[str, Any]) -> str | None:
    given = custom.get("currency")
    word = clean(given).upper() if isinstance(given, str) and len(given) < limits.TEXT else ""
    return word if word in currencies.ISO_4217 else None


def _read(text: str, code: str, field: str, warnings: Warnings) -> Any:
    """The amount as `_reading` has it, with its warning."""
    number, said = _reading(text, code)
    if said:
        warnings.append((field, said))
    return number


def _reading(text: str, code: str) -> tuple[Any, str]:
    """The amount as a number, and what to say of it.

    None if it is another currency's; the text itself where `amounts.amount` says enough.
    """
    word = clean(text[: limits.TEXT])
    number = number_in(word, currencies.decimals(code))
    if number is None:
        return text, ""
    if currencies.contradicts(word, code):
        return None, f"dropped: names another currency than the field currency, {code}: send one of them"
    if number_in(word) == number:
        return text, ""
    return number, f"is text and was read as {number}, for {code} has {currencies.decimals(code)} decimals"


def needs_care(conversion: object) -> bool:
    """Whether an amount of a conversion is a text whose currency decides on what it means."""
    custom = conversion.get("custom_data") if isinstance(conversion, dict) else None
    if not isinstance(custom, dict):
        return False
    texts = [value for name in language.amounts() if type(value := custom.get(name)) is str]
    contents = custom.get("contents")
    if type(contents) is list:
        for item in contents[:_MOST_ITEMS]:
            if type(item) is dict and type(price := item.get("price")) is str:
                texts.append(price)
    return not all(map(_is_plain, texts))
