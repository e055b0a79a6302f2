"""Orders of a shop's file as the relay would know them: id, event name, time, amount. Pure but for reading the file."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pipeline.intake import orders as purchases
from pipeline.values import field, language, money, rules, texts
from pipeline.values.faults import Fault
from pipeline.values.timestamps import epoch_seconds
from relay.files.inputs import Item, Reading, items

_A_DAY = 86_400  # seconds that an order may be ahead: shops' clocks and zones


@dataclass(frozen=True, slots=True)
class Order:
    """One order. `at` is epoch seconds; `none` says why it is not a purchase, `fault` why it cannot be looked up."""

    line: int
    event_id: str = ""
    event_name: str = ""
    at: float | None = None
    value: float | None = None
    currency: str = ""
    none: str = ""
    fault: str = ""


def read(path: str, reading: Reading, id_form: str, now: float, say: Callable[[str], None]) -> Iterator[Order]:
    """The orders of the file; `id_form` is how posts write an order's id, with {} where it stands. Raises Trouble."""
    for item in items(path, reading, say=say):
        yield order_of(item, id_form, now)


def order_of(item: Item, id_form: str, now: float) -> Order:
    """One row as an order. `now` is epoch seconds."""
    conversion = item.conversion
    if conversion is None:
        return Order(item.number, fault=item.fault or "cannot be read")
    custom = conversion.get("custom_data")
    custom = custom if isinstance(custom, dict) else {}
    given = conversion.get("event_id") or custom.get("order_id")
    known = texts.event_id(given, []) if given is not None else None
    name = str(conversion.get("event_name") or "")
    refused = purchases.judge(conversion, [])
    at, fault = _time(conversion.get("event_time"), now)
    bought = _bought(custom)
    return Order(
        item.number,
        texts.event_id(id_form.replace("{}", known), []) or "" if known else "",
        language.event_names().get(rules.fold(name), name),
        at,
        bought.get("value"),
        bought.get("currency", ""),
        "" if refused is None else refused.text,
        fault,
    )


def _time(value: Any, now: float) -> tuple[float | None, str]:
    """When it was; an order without a time can be looked up, one with a time that nobody can read is a fault."""
    if value is None:
        return None, ""
    try:
        return epoch_seconds(value, now, _A_DAY)[0], ""
    except Fault as fault:
        return None, f"event_time: {fault}"


def _bought(custom: Mapping[str, Any]) -> dict[str, Any]:
    """The amount and the currency, read as the relay reads them."""
    asked = {name: value for name, value in custom.items() if name in ("value", "currency")}
    return rules.apply(_rules(), money.settled(asked, []), "", [], {})


@cache
def _rules() -> dict[str, rules.Rule]:
    return field.rules(one for one in language.whole()["custom_data"] if one.name in ("value", "currency"))
