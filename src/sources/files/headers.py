"""The header row of a CSV file: its delimiter, and which column is which field. Pure."""

import re
from collections.abc import Callable, Mapping
from datetime import tzinfo

from pipeline.intake.body import BadRequest
from pipeline.values.rules import quoted
from sources.fieldnames import Path, find_folded, fold, nearest, spelled
from sources.files import zones
from sources.files.above_header import LONGEST_HEADER, above_header, cells_of
from sources.files.records import DELIMITERS, Lines, records
from sources.source_settings import Warnings

_MOST_UNKNOWN = 50  # columns told about one by one: an export may have some hundred
_MOST_COLUMNS = 1_000  # it bounds what a hostile header row can cost
_TIME: Path = ("", "event_time")
# Of a header row's cell; a person's data holds @, begins with a digit, or has a run of them.
_LOOKS_LIKE_A_NAME = re.compile(r"[^\W\d_][\w .:/#()?*&%$'’-]{0,59}").fullmatch
_LOOKS_LIKE_DATA = re.compile(r"@|^\W*\d|\d{5}|[0-9a-f]{32}|^https?:", re.IGNORECASE).search

Columns = list[tuple[int, Path]]
Header = list[tuple[str, str]]  # each name as it stands, and folded


def header_row(source: Lines, mapped: Mapping[str, Path], warnings: Warnings) -> tuple[str, Header, tzinfo | None]:
    """The delimiter, with which most columns have a name that is known, the cells of the header row, and the zone of
    the file's times that a line above it says. Other lines above it are left out, and that is told.

    Raises BadRequest if no column is known, or if there are more than anybody needs.
    """

    def known(cells: list[str]) -> tuple[int, int]:
        folded = (fold(zones.split(name)[0]) for name in cells[:_MOST_COLUMNS])
        return sum(_path(name, mapped) is not None for name in folded), len(cells)

    said, zone = above_header(source, lambda cells: known(cells)[0] > 0, warnings)
    line = source.peek() or ""
    if len(line) > LONGEST_HEADER:
        raise _too_wide(f"has {len(line)} characters")
    delimiter = said or max(DELIMITERS, key=lambda one: known(cells_of(line, one)))
    header = next(records(source, delimiter), None)
    if header is not None and len(header.cells) > _MOST_COLUMNS:
        raise _too_wide(f"has {len(header.cells)} columns")
    if header is None or header.fault or not known(header.cells)[0]:
        raise BadRequest(
            400,
            "the first row names no field: begin with a header row such as event_name,event_time,event_id,email,value",
        )
    return delimiter, [(name, fold(zones.split(name)[0])) for name in header.cells], zone


def zone_of_header(header: Header) -> tzinfo | None:
    """The zone that a column's title names: Create Date (EDT)."""
    return next((zone for name, _ in header if (zone := zones.split(name)[1]) is not None), None)


def _too_wide(what: str) -> BadRequest:
    most = f"at most {_MOST_COLUMNS} columns and {LONGEST_HEADER} characters are taken"
    return BadRequest(400, f"the first row {what}, and {most}: export only the columns that are needed")


def _path(folded: str, mapped: Mapping[str, Path]) -> Path | None:
    return mapped.get(folded) or find_folded(folded)


def columns_of(
    header: Header, mapped: Mapping[str, Path], warnings: Warnings, understood: Callable[[str], bool] = lambda _: False
) -> Columns:
    """Which cell is which field, of several that are one field the preferred one first.

    A column that the caller mapped stands alone, and so does the first with a time: a row without a close date would
    else get its day of creation, unless one is the date and the other the time of the day. `understood` says which
    columns are, though they are no fields. Of other fields each row gets the first cell that is not empty.
    """
    alone = _chosen(header, mapped)
    columns = [(index, path) for path, index in alone.items()]
    taken = dict(alone)
    doubles = []
    for index, (_, folded) in enumerate(header):
        path = _path(folded, mapped)
        if path is None:
            continue
        first = taken.setdefault(path, index)
        counts = path not in alone and (path != _TIME or first == index or _is_the_other_half(header[first][1], folded))
        if counts:
            columns.append((index, path))
        if first != index and not (counts and path == _TIME):
            doubles.append(_double(index, path, first, counts=counts))
    warnings += _doubles(doubles) + _unknown(_strangers(header, mapped, understood))
    return columns


def _chosen(header: Header, mapped: Mapping[str, Path]) -> dict[Path, int]:
    """The first column that the caller mapped to each field."""
    places = [(index, mapped[folded]) for index, (_, folded) in enumerate(header) if folded in mapped]
    return {path: index for index, path in reversed(places)}


def _strangers(header: Header, mapped: Mapping[str, Path], understood: Callable[[str], bool]) -> list[tuple[int, str]]:
    """The named columns that are no field, and that nobody understands otherwise."""
    return [
        (index, name)
        for index, (name, folded) in enumerate(header)
        if name.strip() and _path(folded, mapped) is None and not understood(folded)
    ]


def _double(index: int, path: Path, first: int, *, counts: bool) -> tuple[str, str]:
    """The warning about a column that means what an earlier one does."""
    told = f"means {spelled(path)}, as column {first + 1} does"
    return f"column {index + 1}", f"{told}: it counts in rows where that is empty" if counts else f"dropped: {told}"


def _is_the_other_half(one: str, other: str) -> bool:
    """Whether of two columns' names one is the date and the other the time of the day: Order Date, Order Time."""
    for date, time in ((one, other), (other, one)):
        if date.endswith("date") and time.endswith("time") and not time.endswith("datetime"):
            stems = date.removesuffix("date"), time.removesuffix("time")
            return "" in stems or stems[0] == stems[1]
    return False


def _doubles(told: Warnings) -> Warnings:
    """The first warnings about columns that mean the same field, and how many there are besides."""
    further = len(told) - _MOST_UNKNOWN
    if further <= 0:
        return told
    return [*told[:_MOST_UNKNOWN], ("columns", f"{further} further columns mean a field that another means")]


def _unknown(strangers: list[tuple[int, str]]) -> Warnings:
    """What to say of columns that nobody knows; nothing of what they hold if this may be a row without a header."""
    if any(_LOOKS_LIKE_DATA(name.strip()[:200]) for _, name in strangers):
        fault = "not known, and some look like data: is the first row a header row?"
        return [("columns", f"dropped: {len(strangers)} are {fault}")]
    said = []
    for index, name in strangers[:_MOST_UNKNOWN]:
        if not _LOOKS_LIKE_A_NAME(name.strip()):
            said.append((f"column {index + 1}", "dropped: is not a known field"))
            continue
        close = nearest(name)
        hint = f": did you mean {close}?" if close else ""
        said.append((f"column {index + 1}", f"dropped: {quoted(name.strip())} is not a known field{hint}"))
    if len(strangers) > _MOST_UNKNOWN:
        said.append(("columns", f"dropped: {len(strangers) - _MOST_UNKNOWN} further columns that are not known"))
    return said
