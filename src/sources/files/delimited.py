"""CSV and its kin: a header row with the names of fields, then one conversion a row. Pure.

RFC 4180 and what programs make of it: comma, semicolon, tab or pipe, line breaks within quotes, a byte order mark,
Excel's first line `sep=;`, empty rows. Amounts and times stay text: the destination's rules read them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from types import MappingProxyType
from typing import Any

from pipeline.intake.body import Body
from pipeline.values import language
from pipeline.values.moments import Habits
from pipeline.values.rules import quoted
from pipeline.values.timestamps import with_habits
from sources.fieldnames import Path, fold
from sources.files.columns_to_fields import put
from sources.files.decimal_commas import without_points, writes_commas
from sources.files.headers import Columns, columns_of, header_row, said_zone
from sources.files.records import Lines, Record, records
from sources.files.rows import SIGNED, Row, constants, posted, targets
from sources.files.shop_exports import Export, export_of, is_known
from sources.inbound import Inbound
from sources.source_settings import MOST_ITEMS, Warnings

SIGNATURE = SIGNED

_NONE: Mapping[str, str] = MappingProxyType({})
_UNSAID = Habits()
_AMOUNTS = frozenset(("custom_data", name) for name in language.amounts())
_AHEAD = 1_000  # rows that tell how a file writes amounts: as many as one post has
_MOST_TOLD = 100  # warnings that an answer holds
_COMMAS = "the file writes decimals with commas"


def read(inbound: Inbound) -> Body:
    """The conversions of a posted file. Raises BadRequest."""
    return posted(inbound, "CSV", rows)


def rows(
    lines: Iterable[str],
    *,
    mapping: Mapping[str, str] = _NONE,
    defaults: Mapping[str, str] = _NONE,
    warnings: Warnings | None = None,
    habits: Habits = _UNSAID,
) -> Iterator[Row]:
    """The rows of a file, read as they are asked for. Its lines keep their ends (open it with newline="").

    `mapping` gives the field for each column that is not known by its own name, `defaults` the values of rows without.
    `habits` are how its times are written; a zone that the file names counts first. What there is to say of the
    header row is in `warnings` on return, and of a row once it was read. Raises BadRequest, before the first row, if
    the header row names no field, or if `mapping` or `defaults` name one that nobody knows.
    """
    mapped, given = targets(mapping), constants(defaults)
    source = Lines(lines)
    zone = said_zone(source)
    delimiter, header = header_row(source, mapped)
    said = [] if warnings is None else warnings
    names = [folded for _, folded in header]
    export = export_of(names)
    columns = columns_of(header, mapped, said, lambda name: is_known(name, export))
    named = set(names)
    said += [
        ("header", f"no column is named {quoted(column)}, which is mapped to {field}")
        for column, field in mapping.items()
        if fold(column) not in named
    ]
    file = _File(columns, given, replace(habits, zone=zone) if zone else habits, export, said)
    return file.rows(records(source, delimiter, len(header)))


@dataclass(frozen=True, slots=True)
class _File:
    """How the rows of one file are read: columns, the values of rows without, habits, what it says of orders."""

    columns: Columns
    given: list[tuple[Path, str]]
    habits: Habits
    export: Export | None
    warnings: Warnings

    def rows(self, found: Iterator[Record]) -> Iterator[Row]:
        """The rows, read as they are asked for but for the first, which tell how amounts are written."""
        ahead = list(islice(found, _AHEAD))
        amounts = [index for index, path in self.columns if path in _AMOUNTS]
        commas = writes_commas(one.cells[index] for one in ahead if not one.fault for index in amounts)
        return (self._row(group, commas=commas) for group in self._orders(chain(ahead, found)))

    def _orders(self, found: Iterable[Record]) -> Iterator[list[Record]]:
        """The records of one order together; but for a shop's export each is for itself."""
        if self.export is None or not self.export.is_shopify:
            yield from ([record] for record in found)
            return
        group: list[Record] = []
        for record in found:
            if group and self._is_further(record, group):
                group.append(record)
                continue
            if group:
                yield group
            group = [record]
        if group:
            yield group

    def _is_further(self, record: Record, group: list[Record]) -> bool:
        if self.export is None or record.fault or group[0].fault or len(group) >= MOST_ITEMS:
            return False
        return self.export.is_further(record.cells, group[0].cells)

    def _row(self, group: list[Record], *, commas: bool) -> Row:
        record = group[0]
        if record.fault:
            return Row(record.number, None, record.fault)
        if record.short:
            _tell(self.warnings, (f"line {record.number}", "has fewer cells than the header row: the last are empty"))
        if self.export is not None:
            none = self.export.ignored(record.cells, self.warnings, record.number)
            if none is not None:
                return Row(record.number, None, ignored=replace(none, event_id=self._id(record.cells)))
        conversion: dict[str, Any] = {}
        for index, path in self.columns:
            cell = record.cells[index]
            if commas and path in _AMOUNTS and (whole := without_points(cell)) != cell:
                _tell(self.warnings, (f"line {record.number}", f"{cell.strip()} was read as {whole}, for {_COMMAS}"))
                cell = whole
            put(conversion, path, cell)
        for path, value in self.given:
            put(conversion, path, value)
        if self.export is not None:
            self.export.finish(conversion, [one.cells for one in group], self.warnings)
        return Row(record.number, with_habits(conversion, self.habits))

    def _id(self, cells: Sequence[str]) -> str | None:
        """The id of the conversion that the row would be."""
        own = next((cells[index] for index, path in self.columns if path == ("", "event_id")), None)
        return own or (self.export.cell(cells, "id") if self.export is not None else None)


def _tell(warnings: Warnings, one: tuple[str, str]) -> None:
    """Warn of a row; of many rows the first are enough to find the cause."""
    if len(warnings) < _MOST_TOLD:
        warnings.append(one)
