"""What stands above the header row of a CSV file: Excel's delimiter, Google's time zone, remarks, a title. Pure."""

import csv
import re
from collections.abc import Callable
from datetime import tzinfo

from pipeline.intake.body import BadRequest
from pipeline.values.faults import Fault
from pipeline.values.moments import zone_of
from sources.files.records import DELIMITERS, Lines
from sources.source_settings import Warnings

# A CRM's export has some hundred columns with 20 letters each: it bounds what a hostile header row can cost.
LONGEST_HEADER = 100_000
_MOST_ABOVE = 30  # lines: Google's template has 10
_EXCEL = re.compile(r"sep=([,;\t|])\s*", re.IGNORECASE).fullmatch
_GOOGLE = re.compile(
    r'"?Parameters:\s*(?:[\w ]{1,40}=[^;,\r\n]{0,60};)*?TimeZone=([\w/+:-]{2,60})[^\r\n]*[\r\n]*', re.IGNORECASE
).fullmatch

Known = Callable[[list[str]], bool]  # whether some of these cells name a field


def above_header(source: Lines, known: Known, warnings: Warnings) -> tuple[str | None, tzinfo | None]:
    """The delimiter and the zone of times that lines above the header row say; those lines are taken away.

    Remarks and titles are left out, and that is told. Raises BadRequest for a zone that nobody knows.
    """
    zone, delimiter, above = _said_zone(source), _said_first(source, _EXCEL), 0
    while above < _MOST_ABOVE and _is_above(source.peek() or "", known):
        next(source)
        zone, above = _said_zone(source) or zone, above + 1
    if above:
        told = "1 line above the header row was" if above == 1 else f"{above} lines above the header row were"
        warnings.append(("header", f"{told} left out"))
    return delimiter, zone


def _said_zone(source: Lines) -> tzinfo | None:
    """The time zone that the first line of Google's template (Parameters:TimeZone=...) names; that line is taken away.

    Raises BadRequest for one that nobody knows.
    """
    name = _said_first(source, _GOOGLE)
    try:
        return None if name is None else zone_of(name)
    except Fault as fault:
        raise BadRequest(400, f"the time zone of the first line {fault}") from None


def _said_first(source: Lines, form: Callable[[str], re.Match[str] | None]) -> str | None:
    """What a first line of this form says: that line is taken away."""
    line = source.peek() or ""
    found = form(line) if len(line) < LONGEST_HEADER else None
    if found is None:
        return None
    next(source)
    return found[1]


def _is_above(line: str, known: Known) -> bool:
    """Whether a line stands above the header row: a remark (Google's ### INSTRUCTIONS ###), or a title in one cell."""
    if not line or len(line) >= LONGEST_HEADER:
        return False
    every = [cells_of(line, delimiter) for delimiter in DELIMITERS]
    if any(map(known, every)):
        return False
    return line.lstrip('\ufeff"').startswith("#") or all(sum(map(bool, map(str.strip, one))) <= 1 for one in every)


def cells_of(line: str, delimiter: str) -> list[str]:
    """The cells of one line; none where it cannot be read."""
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []
