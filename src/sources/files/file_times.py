"""How a file writes its times, from the times themselves, and what only its sender can say. Pure."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from pipeline.values.faults import Fault
from pipeline.values.moments import DateOrder, Habits, moment

_NUMBERS = re.compile(r"\s{0,3}(\d{1,2})[-/.](\d{1,2})[-/.]\d{2,4}(?!\d)", re.ASCII).match
_EPOCH = re.compile(r"\s*[+-]?\d{1,40}(\.\d{0,40})?\s*", re.ASCII).fullmatch


@dataclass(frozen=True, slots=True)
class Open:
    """What nobody has said: a time without a zone, and one that could be two days; each None if there is none.

    `about` is the export, if it is known to write local times.
    """

    zone: str | None
    order: str | None
    about: str | None = None


Asked = Callable[[Open, Habits], Habits]  # what is left open, and what is known -> all that is then known


def order_of(times: Iterable[str]) -> DateOrder | None:
    """What comes first in a file's dates, where a day beyond 12 tells; None if none does, or if they disagree."""
    found: set[DateOrder] = set()
    for time in times:
        numbers = _NUMBERS(time)
        if numbers is None:
            continue
        one, two = int(numbers[1]), int(numbers[2])
        if one > 12 >= two:
            found.add("dmy")
        elif two > 12 >= one:
            found.add("mdy")
    return found.pop() if len(found) == 1 else None


def left_open(times: Iterable[str], habits: Habits, about: str | None) -> Open:
    """What these times leave open, each with the first example."""
    zone = order = None
    for time in times:
        if _EPOCH(time):
            continue
        if order is None and _is_of_two_days(time, habits):
            order = time
        if zone is None and _lacks_zone(time, habits):
            zone = time
        if zone is not None and order is not None:
            break
    return Open(zone, order, about)


def _is_of_two_days(time: str, habits: Habits) -> bool:
    return _reads(time, habits) is None and _reads(time, replace(habits, order=habits.order or "mdy")) is not None


def _lacks_zone(time: str, habits: Habits) -> bool:
    return _reads(time, replace(habits, order=habits.order or "mdy")) is False


def _reads(time: str, habits: Habits) -> bool | None:
    """Whether something says the zone of this time; None if the time cannot be read."""
    try:
        return moment(time, habits)[1]
    except Fault:
        return None
