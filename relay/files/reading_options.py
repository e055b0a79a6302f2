"""The options that say how a file is read, for every verb that reads one."""

from collections.abc import Sequence
from typing import Annotated

import typer

from pipeline.values.faults import Fault
from pipeline.values.moments import DateOrder, Habits, zone_of
from relay.errors import Misuse
from relay.files.inputs import Format

MapOption = Annotated[
    list[str] | None, typer.Option("--map", metavar="COLUMN=FIELD", help='Such as "Order Number=event_id".')
]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="FIELD=VALUE", help="For lines without it, such as event_name=PURCHASE."),
]
FormatOption = Annotated[
    Format | None, typer.Option("--format", help="Without it: by the file's name (.json, .jsonl, .csv, .tsv).")
]
ZoneOption = Annotated[
    str | None, typer.Option(help="The zone of times without one: America/New_York, or an offset such as -05:00.")
]
OrderOption = Annotated[
    DateOrder | None, typer.Option(help="What comes first in dates such as 03/04/2026, the month or the day.")
]


def habits_of(time_zone: str | None, date_order: DateOrder | None) -> Habits:
    """How the file's times are written. Raises Misuse."""
    try:
        return Habits(None if time_zone is None else zone_of(time_zone), date_order)
    except Fault as fault:
        raise Misuse(f"--time-zone {fault}") from None


def pairs(flag: str, given: Sequence[str] | None) -> dict[str, str]:
    """What was given by an option that takes NAME=VALUE, any number of times. Raises Misuse."""
    pairs = {}
    for text in given or []:
        name, equals, value = text.partition("=")
        if not (name.strip() and equals and value.strip()):
            raise Misuse(f'{flag} {text}: write it as NAME=VALUE, such as {flag} "event_name=PURCHASE"')
        pairs[name.strip()] = value.strip()
    return pairs
