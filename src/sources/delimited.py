"""CSV and its kin: a header row with the names of fields, then one conversion a row. Pure.

RFC 4180 and what programs make of it: comma, semicolon, tab or pipe, line breaks within quotes, a byte order mark,
Excel's first line `sep=;`, empty rows. Amounts and times stay text: the destination's rules read them.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from pipeline.body import Posting, Refusal
from pipeline.fields import quoted
from sources import signature
from sources.fieldnames import Path, find, fold, nearest, spelled
from sources.inbound import Inbound
from sources.placing import put
from sources.records import DELIMITERS, Lines, Record, records
from sources.rows import Row, Warnings, constants, posting, targets, text_of

_MOST_UNKNOWN = 50  # columns told of one by one: an export may have some hundred
_NONE: Mapping[str, str] = MappingProxyType({})
_EXCEL = re.compile(r"sep=([,;\t|])\s*", re.IGNORECASE).fullmatch

Columns = list[tuple[int, Path]]


def read(inbound: Inbound) -> Posting:
    """The conversions of a posted file. Raises Refusal."""
    signature.check(inbound, header="signature", algorithm="sha256", encoding="hex")
    warnings: Warnings = []
    lines = io.StringIO(text_of(inbound.body, "CSV"), newline="")
    field = inbound.settings.value_field
    read_rows = rows(lines, mapping={field: "value"} if field else _NONE, warnings=warnings)
    return posting(read_rows, inbound.settings, warnings)


def rows(
    lines: Iterable[str],
    *,
    mapping: Mapping[str, str] = _NONE,
    defaults: Mapping[str, str] = _NONE,
    warnings: Warnings | None = None,
) -> Iterator[Row]:
    """The rows of a file, read as they are asked for. Its lines keep their ends (open it with newline="").

    `mapping` gives the field for each column that is not known by its own name, `defaults` the values of rows without.
    What there is to say of the header row is in `warnings` on return. Raises Refusal, before the first row, if the
    header row names no field, or if `mapping` or `defaults` name one that nobody knows.
    """
    mapped, given = targets(mapping), constants(defaults)
    source = Lines(lines)
    delimiter, header = _header(source, mapped)
    said = [] if warnings is None else warnings
    columns = _columns(header, mapped, said)
    named = {fold(name) for name in header}
    said += [
        ("header", f"no column is named {quoted(column)}, which is mapped to {field}")
        for column, field in mapping.items()
        if fold(column) not in named
    ]
    return (_row(record, columns, given) for record in records(source, delimiter, len(header)))


def _row(record: Record, columns: Columns, given: list[tuple[Path, str]]) -> Row:
    if record.fault:
        return Row(record.number, None, record.fault)
    conversion: dict[str, Any] = {}
    for index, path in columns:
        put(conversion, path, record.cells[index])
    for path, value in given:
        put(conversion, path, value)
    return Row(record.number, conversion, None)


def _header(source: Lines, mapped: Mapping[str, Path]) -> tuple[str, list[str]]:
    """The delimiter, with which most columns have a name that is known, and the cells of the header row."""
    line = source.peek() or ""
    excel = _EXCEL(line)
    if excel:
        next(source)
        line = source.peek() or ""

    delimiter = excel[1] if excel else max(DELIMITERS, key=lambda one: _known(_cells(line, one), mapped))
    header = next(records(source, delimiter), None)
    if header is None or header.fault or not _known(header.cells, mapped)[0]:
        raise Refusal(
            400,
            "the first row names no field: begin with a header row such as event_name,event_time,event_id,email,value",
        )
    return delimiter, header.cells


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


def _known(cells: list[str], mapped: Mapping[str, Path]) -> tuple[int, int]:
    """How many of the cells name a field, and how many there are."""
    return sum(fold(cell) in mapped or find(cell) is not None for cell in cells), len(cells)


def _columns(header: list[str], mapped: Mapping[str, Path], warnings: Warnings) -> Columns:
    """Which cell is which field; of two columns that mean one field the mapped one counts, else the first."""
    taken: dict[Path, int] = {}
    for index, name in enumerate(header):
        path = mapped.get(fold(name))
        if path is not None:
            taken.setdefault(path, index)
    strangers = []
    for index, name in enumerate(header):
        path = mapped.get(fold(name)) or find(name)
        if path is None:
            strangers += [(index, name)] if name.strip() else []
        elif taken.setdefault(path, index) != index:
            other = taken[path] + 1
            warnings.append((f"column {index + 1}", f"dropped: means {spelled(path)}, as column {other} does"))
    warnings += _unknown(strangers)
    return [(index, path) for path, index in taken.items()]


def _unknown(strangers: list[tuple[int, str]]) -> Warnings:
    said = []
    for index, name in strangers[:_MOST_UNKNOWN]:
        close = nearest(name)
        hint = f": did you mean {close}?" if close else ""
        said.append((f"column {index + 1}", f"dropped: {quoted(name.strip())} is not a known field{hint}"))
    if len(strangers) > _MOST_UNKNOWN:
        said.append(("columns", f"dropped: {len(strangers) - _MOST_UNKNOWN} further columns that are not known"))
    return said
