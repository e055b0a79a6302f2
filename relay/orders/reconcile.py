"""`relay reconcile`: the shop's orders beside the conversions at the relay, and beside what Roku attributed."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from relay.deployment import Deployment
from relay.durations import now
from relay.files.inputs import Reading
from relay.files.reading_options import (
    FormatOption,
    MapOption,
    OrderOption,
    SetOption,
    habits_of,
    pairs,
)
from relay.orders import order_report, order_worlds, orders, roku_report
from relay.orders.order_days import Day, DayKey, compare, delivered_to
from relay.orders.roku_report import Counted, Key
from relay.printing import Out
from relay.verbs import BAD, DestinationOption


def reconcile(
    deployment: Deployment,
    out: Out,
    file: Annotated[str, typer.Argument(metavar="FILE", help="The shop's orders: CSV, JSON or JSON Lines.")],
    roku: Annotated[Path | None, typer.Option(help="A report from Roku Ads Manager (CSV) to put beside them.")] = None,
    id_form: Annotated[
        str, typer.Option(help="How posts write an order's id, with {} for the one in the file: shop-{}.")
    ] = "{}",
    map_: MapOption = None,
    set_: SetOption = None,
    form: FormatOption = None,
    time_zone: Annotated[
        str | None, typer.Option(help="The zone of days, and of times without one: America/New_York.")
    ] = None,
    date_order: OrderOption = None,
    destination: DestinationOption = None,
    most: Annotated[int, typer.Option("--most", "-n", min=1, help="So many orders on the screen.")] = 50,
) -> int:
    """Compare the shop's orders with what the relay did with them: missing, twice, another amount, and why.

    A row without event_name is a PURCHASE. Exit code 1 if an order differs.
    """
    habits = habits_of(time_zone, date_order)
    reading = Reading(form, pairs("--map", map_), {"event_name": "PURCHASE"} | pairs("--set", set_), None, habits)
    if "{}" not in id_form:
        raise typer.BadParameter(f"--id-form {id_form}: put {{}} where the order's id stands")
    found = list(orders.read(file, reading, id_form, now(), out.aside))
    digest, notes = order_worlds.digest_of(deployment)
    names = [one.name for one in deployment.destinations(destination)]
    kept, worlds = order_worlds.known(deployment, names, found, digest)
    days: dict[DayKey, Day] = {}
    differing = [one for world in worlds for one in compare(found, kept, world, days, habits.zone or UTC)]
    counted, roku_notes = _roku_of(roku)
    notes += roku_notes
    ours = delivered_to(roku_report.DESTINATION, days)
    findings = roku_report.compared(ours, counted, datetime.now(UTC).date()) if roku else []
    order_report.answer(out, days, differing, counted if roku else None, findings, notes)
    order_report.show(out, days, differing, most)
    if roku:
        order_report.show_roku(out, ours, counted, findings)
    for note in notes:
        out.aside(note)
    return BAD if differing or findings else 0


def _roku_of(path: Path | None) -> tuple[dict[Key, Counted], list[str]]:
    if path is None:
        return {}, []
    counted, notes = roku_report.of_file(path)
    return counted, [*notes, roku_report.CANNOT]
