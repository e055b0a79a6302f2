"""How a mapping says that a time is written: `format`, `zone`, `order`. Pure.

Without them a time is read as everywhere: epoch seconds to nanoseconds, and the texts of `pipeline.values.moments`.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any

from pipeline.values.faults import Fault
from pipeline.values.moments import Habits, moment, zone_of
from pipeline.values.rules import quoted
from sources.mapped.scope import Paths, Scope, Value
from sources.values import text

TIMES = ("format", "zone", "zones", "order")
_LONGEST = 100  # characters of a time
_MOST_FORMATS = 10
_NO_ZONE = "names a time zone that is not known: add it to zones of the mapping"


def time_of(given: Mapping[str, Any], read: Value, paths: Paths) -> Value:
    """A time in epoch seconds or, where nothing says its zone, as ISO 8601 without one. Raises Fault."""
    formats, order, zone = _formats(given.get("format", [])), given.get("order"), _zone(given, paths)
    if order not in (None, "mdy", "dmy"):
        raise Fault("order must be mdy or dmy: what comes first in a date such as 03/04/2026")

    def when(scope: Scope) -> Any:
        found = read(scope)
        if not isinstance(found, str) or found.strip().replace(".", "").isdigit():
            return found  # epoch seconds have a zone
        try:
            made = _read(found.strip()[:_LONGEST], formats, Habits(zone(scope), order))
        except Fault as fault:
            scope.warnings.append(("event_time", str(fault)))
            return found
        return found if made is None else made

    return when


def _read(written: str, formats: list[str], habits: Habits) -> int | str | None:
    for form in formats:
        try:
            found = datetime.strptime(written, form)  # noqa: DTZ007 - the zone follows
        except ValueError:
            continue
        return _told(found, habits.zone)
    try:
        found, said = moment(written, habits)
    except Fault:
        return _of_two_days(written, habits)
    return _told(found if said else found.replace(tzinfo=None), habits.zone)


def _of_two_days(written: str, habits: Habits) -> str | None:
    """A date such as 03/04/2026 with its zone: the date order of the sender's entry may tell which day it is."""
    try:
        moment(written, Habits(habits.zone, "mdy"))
    except Fault:
        return None  # the destination says what is wrong with it
    return None if habits.zone is None else f"{written} {habits.zone}"


def _told(found: datetime, zone: tzinfo | None) -> int | str:
    zoned = found if found.tzinfo is not None else found.replace(tzinfo=zone) if zone is not None else None
    return f"{found:%Y-%m-%dT%H:%M:%S}" if zoned is None else int(zoned.timestamp())


def _formats(given: Any) -> list[str]:
    formats = given if isinstance(given, list) else [given]
    if len(formats) > _MOST_FORMATS:
        raise Fault(f"format has {len(formats)} forms; at most {_MOST_FORMATS} are taken")
    for form in formats:
        try:
            written = datetime(2026, 5, 4, 14, 30, tzinfo=UTC).strftime(form)
            usable = "%" in form and len(form) <= _LONGEST
            datetime.strptime(written, form)  # noqa: DTZ007 - a form alone is tried
        except (ValueError, TypeError):
            usable = False
        if not usable:
            shown = quoted(form) if isinstance(form, str) else "a value"
            raise Fault(f"format: {shown} is not a form of a time: write it such as %Y-%m-%d %H:%M:%S")
    return formats


def _zone(given: Mapping[str, Any], paths: Paths) -> Any:
    """The function that gives the zone: a name, or a field (@path), whose words `zones` may translate."""
    said, words = given.get("zone"), given.get("zones", {})
    if said is None:
        return lambda _: None
    if not isinstance(said, str) or not isinstance(words, dict):
        raise Fault("zone must be a name such as America/New_York, or @ and a path to it; zones an object of names")
    if not said.startswith("@"):
        fixed = zone_of(said)
        return lambda _: fixed
    known = {name: zone_of(str(zone)) for name, zone in words.items()}
    path = paths.of(said[1:])

    def of_field(scope: Scope) -> tzinfo | None:
        name = text(scope.post.at(path, scope.element))
        if name is None:
            return None
        try:
            return known[name] if name in known else zone_of(name[:_LONGEST])
        except Fault:
            raise Fault(_NO_ZONE) from None

    return of_field
