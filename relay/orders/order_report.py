"""How `relay reconcile` tells what it found."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from relay.orders.differences import Difference, Kind
from relay.orders.order_days import Day, DayKey
from relay.orders.roku_report import DESTINATION, Counted, Delivered, Key
from relay.printing import Out, number


def answer(
    out: Out,
    days: Mapping[DayKey, Day],
    differing: Sequence[Difference],
    counted: Mapping[Key, Counted] | None,
    findings: Sequence[tuple[str, str]],
    notes: Sequence[str],
) -> None:
    told = {
        "days": [
            {"day": day, "event_name": name, "destination": at, "orders": one.orders, "delivered": one.delivered}
            | {kind.value: one.kinds[kind] for kind in Kind}
            for (day, name, at), one in sorted(days.items())
        ],
        "differences": [_told(one) for one in differing],
        "notes": list(notes),
    }
    if counted is not None:
        told[DESTINATION] = {
            "attributed": [
                {"day": day, "event_name": name, "actions": one.actions, "order_value": round(one.value, 2)}
                for (day, name), one in sorted(counted.items())
            ],
            "findings": [{"event_name": name, "found": text} for name, text in findings],
        }
    out.answer(told)


def _told(one: Difference) -> dict[str, Any]:
    return {
        "line": one.order.line,
        "event_id": one.order.event_id,
        "event_name": one.order.event_name,
        "destination": one.destination,
        "kind": one.cause.kind.value,
        "cause": one.cause.name,
        "why": one.text,
        "fix": one.cause.fix,
    }


def show(out: Out, days: Mapping[DayKey, Day], differing: Sequence[Difference], most: int) -> None:
    rows = [
        [day or "(no time)", name, at, one.orders, one.delivered, *(one.kinds[kind] for kind in Kind)]
        for (day, name, at), one in sorted(days.items())
    ]
    out.table(["day", "event", "destination", "orders", "delivered", *(f"{kind.value}" for kind in Kind)], rows)
    sums = Counter((one.destination, one.cause) for one in differing)
    for (at, cause), count in sums.most_common():
        out.line(f"{at}: {cause.name}, {number(count, 'order')}: {cause.fix}", style="yellow")
    if differing:
        told = [
            [one.order.line, one.order.event_id, one.order.event_name, one.destination, one.cause.name, one.text]
            for one in differing[:most]
        ]
        out.table(["line", "order", "event", "destination", "cause", "why"], told)
    if len(differing) > most:
        out.line(f"and {number(len(differing) - most, 'more')}: raise --most, or --json")
    if not differing:
        out.line("every order is at the relay as it is in the shop", style="green")


def show_roku(
    out: Out,
    ours: Mapping[Key, Delivered],
    counted: Mapping[Key, Counted],
    findings: Sequence[tuple[str, str]],
) -> None:
    keys = sorted(ours.keys() | counted.keys())
    rows = [
        [day, name, (ours.get((day, name)) or Delivered()).events, one.actions, f"{one.value:,.2f}"]
        for day, name in keys
        for one in [counted.get((day, name)) or Counted()]
    ]
    out.table(["day", "event", "delivered", "attributed by Roku", "order value"], rows)
    for name, text in findings:
        out.line(f"{name}: {text}", style="yellow")
