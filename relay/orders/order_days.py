"""The orders of a file compared one by one, and the sums by day, event name and destination. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from relay.orders import differences
from relay.orders.differences import Difference, Kind, World
from relay.orders.order_entries import Entry
from relay.orders.orders import Order
from relay.orders.roku_report import Delivered, Key

DayKey = tuple[str, str, str]  # day (ISO 8601; empty: none is said), event name and destination


@dataclass(slots=True)
class Day:
    """The sums of one day and event name at one destination; `value` is that of the delivered orders, by the shop."""

    orders: int = 0
    delivered: int = 0
    value: float = 0.0
    kinds: Counter[Kind] = field(default_factory=Counter)


def compare(
    found: Sequence[Order],
    kept: Mapping[str, Sequence[Entry]],
    world: World,
    days: dict[DayKey, Day],
    zone: tzinfo,
) -> Iterable[Difference]:
    """The differing orders at one destination, in the file's order; the sums go to `days`."""
    seen: dict[tuple[str, str], int] = {}
    for order in found:
        day = days.setdefault((_day_of(order, zone), order.event_name, world.destination), Day())
        key = order.event_id, order.event_name
        differs = differences.of_row(order, seen.get(key))
        if differs is None:
            seen[key] = order.line
            elsewhere = [one for one in spellings(order.event_id) if _is_delivered(kept.get(one, ()), world)]
            differs = differences.of_order(order, kept.get(order.event_id, ()), world, elsewhere)
            day.orders += not order.none
        if differs is None or differs[0].kind in (Kind.DIFFERS, Kind.TWICE):
            day.delivered += not order.none
            day.value += 0 if order.none else order.value or 0.0
        if differs is not None:
            day.kinds[differs[0].kind] += 1
            yield Difference(order, world.destination, *differs)


def spellings(event_id: str) -> list[str]:
    """Other ways in which shops and posts write an order's number."""
    bare = event_id.lstrip("#")
    return [one for one in dict.fromkeys((bare, f"#{bare}", bare.lstrip("0"))) if one and one != event_id]


def _is_delivered(entries: Iterable[Entry], world: World) -> bool:
    return any(one.outcome == "delivered" and world.destination in one.destinations for one in entries)


def _day_of(order: Order, zone: tzinfo) -> str:
    return "" if order.at is None else datetime.fromtimestamp(order.at, zone).date().isoformat()


def delivered_to(destination: str, days: Mapping[DayKey, Day]) -> dict[Key, Delivered]:
    """What the destination was given, by day and name."""
    found: defaultdict[Key, Delivered] = defaultdict(Delivered)
    for (day, name, given), one in days.items():
        if given == destination and day:
            found[day, name].events += one.delivered
            found[day, name].value += one.value
    return dict(found)
