"""A report that was downloaded from Roku Ads Manager, beside what the relay delivered. Pure but for reading the file.

Roku's actions are attributed ones: those of people who saw an ad in the 14 days before. So they are fewer than what was
delivered, and no report says which conversions were received. What can be compared: whether anything is attributed at
all, an impossible surplus, the value of an action, and the names.
"""

import csv
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from pipeline.values import language
from pipeline.values.rules import fold
from relay.errors import Trouble

CANNOT = (
    "Roku's actions are attributed ones: of people who saw an ad within 14 days before. They say neither which"
    " conversions arrived nor which were lost; the last day is not complete, and a day is one of the ad account's zone"
)
DESTINATION = "roku"
_NEEDED = ("date", "activity_name")
# A value is told by its factor: a hundred is minor units, and less than that may be chance or another basket.
_LEAST_FACTOR, _MOST_FACTOR = 50, 200
_LEAST_ACTIONS = 10
# Impressions may be 8 hours late, the report 1, and a day must have ended.
_LATE = timedelta(days=2)


@dataclass(slots=True)
class Counted:
    """What a report says of one day and event name: attributed actions, and their value."""

    actions: int = 0
    value: float = 0.0


@dataclass(slots=True)
class Delivered:
    """What the relay delivered of one day and event name, by the shop's file: conversions, and their value."""

    events: int = 0
    value: float = 0.0


Sums = TypeVar("Sums", Counted, Delivered)
Key = tuple[str, str]  # day (ISO 8601) and event name


def of_file(path: Path) -> tuple[dict[Key, Counted], list[str]]:
    """The same of a file. Raises Trouble, and OSError where it is not there."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            return read(lines)
    except (UnicodeDecodeError, csv.Error):
        raise Trouble(f"{path}: this is not a CSV in UTF-8: download the report as CSV") from None


def read(lines: Iterable[str]) -> tuple[dict[Key, Counted], list[str]]:
    """The report's sums by day and event name, and what is odd about it. Raises Trouble."""
    rows = csv.DictReader(lines)
    titles = {fold(name.removeprefix("\ufeff").strip()): name for name in rows.fieldnames or ()}
    lacking = [name for name in _NEEDED if fold(name) not in titles]
    if lacking:
        names = " and ".join(lacking)
        raise Trouble(f"the report has no column {names}: make it with the dimensions date and activity_name")
    found: defaultdict[Key, Counted] = defaultdict(Counted)
    cells = ({name: (row.get(title) or "").strip() for name, title in titles.items()} for row in rows)
    left_out = sum(not _add(found, one) for one in cells)
    notes = [f"{left_out} rows of the report have no day or no name, such as a total: left out"] if left_out else []
    if "actions" not in titles:
        notes.append("the report has no column actions: make it with this metric")
    return dict(found), notes


def _add(found: defaultdict[Key, Counted], cells: Mapping[str, str]) -> bool:
    """Add a row; False if it is of no day or no event."""
    day, name = _day(cells["date"]), cells["activityname"]
    if day is None or not name:
        return False
    one = found[day.isoformat(), language.event_names().get(fold(name), name)]
    one.actions += int(_number(cells.get("actions", "")))
    one.value += _number(cells.get("ordervalue", ""))
    return True


def compared(delivered: Mapping[Key, Delivered], counted: Mapping[Key, Counted], today: date) -> list[tuple[str, str]]:
    """What is wrong, by event name, as far as the two can be compared."""
    names = sorted({name for _, name in (*delivered, *counted)})
    return [(name, text) for name in names for text in _of_name(name, delivered, counted, today)]


def of_event(counted: Mapping[Key, Counted], name: str, delivered: date, today: date) -> str:
    """Where to look if Roku, which took an event of this name on that day (UTC), does not report it."""
    near = [delivered + timedelta(days=one) for one in (-1, 0, 1)]  # a day is one of the ad account's zone
    if other := _of_other_days({date.fromisoformat(day) for day, _ in counted}, near):
        return other
    if today < delivered + _LATE:
        return f"Roku's figures of {delivered} are complete on {delivered + _LATE}: download the report again then"
    mine = {date.fromisoformat(day): one.actions for (day, own), one in counted.items() if own == name and one.actions}
    if not mine:
        asked = "is the name spelled so in Ads Manager, and is its event group in this ad account?"
        return f"the report has no {name} at all: {asked}"
    if count := sum(mine.get(day, 0) for day in near):
        return f"the report has {count:,} {name} of about {delivered}, and names no event: it may be among them"
    return (
        f"the report has no {name} of about {delivered}, the last one is of {max(mine)}: nobody who had seen an ad did"
        " so, or it matched nobody (`relay report` says what senders give to match by)"
    )


def _of_other_days(days: Collection[date], near: Sequence[date]) -> str:
    """What a report is that has no day near an event's; empty if it has one."""
    if not days:
        return "the report has no row: make it again for this ad account, and for days on which its ads ran"
    first, last = min(days), max(days)
    if first <= near[-1] and near[0] <= last:
        return ""
    return f"the report has {first} to {last}, and it was delivered on {near[1]}: download one of that day"


def _of_name(
    name: str, delivered: Mapping[Key, Delivered], counted: Mapping[Key, Counted], today: date
) -> Iterable[str]:
    ours = _days({day: one for (day, own), one in delivered.items() if own == name}, lambda one: one.events)
    theirs = _days({day: one for (day, own), one in counted.items() if own == name}, lambda one: one.actions)
    events, actions = sum(one.events for one in ours.values()), sum(one.actions for one in theirs.values())
    if not events:
        yield f"Roku attributed {actions:,}, and the file has none delivered: another sender, or the file lacks them"
        return
    if not actions:
        if date.fromisoformat(min(ours)) <= today - _LATE:
            yield f"{events:,} delivered, none attributed: is the name spelled so in Ads Manager, and do its ads run?"
        return
    if actions > events:
        yield (
            f"{actions:,} attributed, {events:,} delivered, which the relay alone cannot cause: a pixel or a partner"
            " feeds the same event group, or conversions count twice"
        )
    last, seen = max(ours), max(theirs)
    if date.fromisoformat(seen) + _LATE < date.fromisoformat(last) <= today - _LATE:
        yield f"delivered until {last}, attributed until {seen}: look whether ads ran since"
    yield from _of_value(ours.values(), theirs.values(), actions, events)


def _days(found: Mapping[str, Sums], number: Callable[[Sums], int]) -> dict[str, Sums]:
    """The days that have any."""
    return {day: one for day, one in found.items() if number(one)}


def _of_value(ours: Iterable[Delivered], theirs: Iterable[Counted], actions: int, events: int) -> Iterable[str]:
    each, one = sum(day.value for day in theirs) / actions, sum(day.value for day in ours) / events
    if not each or not one or actions < _LEAST_ACTIONS:
        return
    for factor, what in ((each / one, "times the shop's"), (one / each, "times less than the shop's")):
        if _LEAST_FACTOR <= factor <= _MOST_FACTOR:
            yield f"an action is worth {factor:.0f} {what}: one of both counts in minor units"


def _day(text: str) -> date | None:
    """MM/DD/YYYY, as Roku writes it, or YYYY-MM-DD."""
    for form in ("%m/%d/%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(text[:10], form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return None


def _number(text: str) -> float:
    try:
        return float(text.replace("$", "").replace(",", "") or 0)
    except ValueError:
        return 0.0
