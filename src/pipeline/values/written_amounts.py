"""Amounts as a sender says that it writes them: in minor units (cents), or with decimal commas. Pure."""

import re
from collections.abc import Mapping
from typing import Any, Literal

from pipeline.values import currencies, language
from pipeline.values.amounts import number_in
from pipeline.values.cleaning import clean

AmountsIn = Literal["minor_units", "decimal_comma"]
Warnings = list[tuple[str, str]]

_MOST_ITEMS = 1_000  # of a basket: as many as are sent
_POINT_OF_THOUSANDS = re.compile(r"(?<=\d)\.(?=\d{3}(?!\d))")
_DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d{1,4}(?!\d))")
_LONGEST = 40  # characters of an amount
_NO_CURRENCY = "dropped: is in minor units, and without a known currency nobody knows how many decimals it has"


def as_written(conversion: dict[str, Any], amounts_in: AmountsIn | None, warnings: Warnings) -> dict[str, Any]:
    """The conversion with the amounts of its `custom_data` as numbers in whole units, or as texts with a point."""
    custom = conversion.get("custom_data")
    if amounts_in is None or not isinstance(custom, dict):
        return conversion
    code = currencies.code_of(custom.get("currency"))
    changed = {
        name: _written(custom[name], amounts_in, code, f"custom_data.{name}", warnings)
        for name in language.amounts()
        if custom.get(name) is not None
    }
    items = custom.get("contents")
    if isinstance(items, list):
        changed["contents"] = [_priced(item, amounts_in, code, warnings) for item in items[:_MOST_ITEMS]]
        changed["contents"] += items[_MOST_ITEMS:]
    return {**conversion, "custom_data": {**custom, **changed}}


def _priced(item: Any, amounts_in: AmountsIn, code: str | None, warnings: Warnings) -> Any:
    if not isinstance(item, Mapping) or item.get("price") is None:
        return item
    return {**item, "price": _written(item["price"], amounts_in, code, "custom_data.contents", warnings)}


def _written(value: Any, amounts_in: AmountsIn, code: str | None, field: str, warnings: Warnings) -> Any:
    if amounts_in == "decimal_comma":
        if not isinstance(value, str) or len(value) > _LONGEST:
            return value
        return _DECIMAL_COMMA.sub(".", _POINT_OF_THOUSANDS.sub("", clean(value)))
    number = number_in(clean(value)) if isinstance(value, str) else value
    if type(number) not in (int, float):
        return value  # the destination says what is wrong with it
    if code is None:
        warnings.append((field, _NO_CURRENCY))
        return None
    whole = number / 10 ** currencies.decimals(code)
    return int(whole) if whole.is_integer() else whole
