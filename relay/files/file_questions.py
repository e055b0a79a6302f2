"""What `relay send` says and asks of a file before it sends it: zones and orders of dates, and what --again does."""

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager

from pipeline.values.faults import Fault
from pipeline.values.moments import DateOrder, Habits, zone_of
from relay.errors import Misuse
from relay.files.opening import STDIN
from relay.printing import Out, number
from relay.questions import question
from sources.files.file_times import Asked, Open

_ORDERS: dict[str, DateOrder] = {"mdy": "mdy", "dmy": "dmy"}


def asking(file: str, out: Out, paused: Callable[[], AbstractContextManager[None]]) -> Asked:
    """What asks for the zone and the order of a file's dates, at a terminal. `paused` takes the bar away meanwhile.

    Elsewhere a known export whose times nobody can be sure of is refused, with the option that says it (Misuse). Other
    files are read as they always were: UTC, and a line that could be two days is refused for itself.
    """

    def asked(unsaid: Open, habits: Habits) -> Habits:
        if file == STDIN or out.as_json or not sys.stdin.isatty():
            _refuse(file, unsaid)
            return habits
        zone, order = habits.zone, habits.order
        with paused():
            if unsaid.order:
                order = _ORDERS[question(f"{file}: {unsaid.order}: month first (mdy) or day first (dmy)", None, _order)]
            if unsaid.zone:
                zone = zone_of(question(f"{file}: the zone of {unsaid.zone}, such as America/New_York", "UTC", _zone))
        return Habits(zone, order)

    return asked


def again_means(accepted: int, days: str) -> str:
    """What --again does to a file of which so many lines were accepted before; `days` is the stack's LedgerDays."""
    if not accepted:
        return "none of its lines was accepted before, so --again changes nothing"
    sent = f"--again sends {number(accepted, 'line')} again that {'was' if accepted == 1 else 'were'} accepted before."
    if days == "0":
        return f"{sent} This stack has no ledger: what was delivered more than 10 minutes ago counts again"
    kept = f"{days} days" if days else "LedgerDays"
    return (
        f"{sent} A conversion with the same event_id counts once for {kept} after it was delivered, and again after"
        " that; one without an event_id counts again if anything in its line was changed"
    )


def _refuse(file: str, unsaid: Open) -> None:
    """Raises Misuse for a known export that leaves its times open."""
    if unsaid.about is None:
        return
    if unsaid.order:
        raise Misuse(f"{file} is {unsaid.about}, and {unsaid.order} could be two days: say --date-order mdy or dmy")
    if unsaid.zone:
        raise Misuse(
            f"{file} is {unsaid.about}, whose times name no zone ({unsaid.zone}): say --time-zone, such as"
            " America/New_York, or UTC"
        )


def _order(text: str) -> str:
    if text not in _ORDERS:
        raise Misuse("answer mdy or dmy")
    return text


def _zone(text: str) -> str:
    try:
        zone_of(text)
    except Fault as fault:
        raise Misuse(f"it {fault}") from None
    return text
