"""How the rows of one CSV file become conversions: columns, orders of several lines, times. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import tzinfo
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from pipeline.intake.body import Ignored
from pipeline.intake.senders import SourceSettings
from pipeline.values import language
from pipeline.values.moments import Habits
from pipeline.values.timestamps import with_habits
from sources.fieldnames import Path
from sources.files import zones
from sources.files.columns_to_fields import put
from sources.files.decimal_commas import without_points, writes_commas
from sources.files.file_times import Asked, left_open, order_of
from sources.files.headers import Columns
from sources.files.records import Record
from sources.files.rows import Row
from sources.files.shop_exports import ignored
from sources.source_settings import MOST_ITEMS, Warnings

if TYPE_CHECKING:
    from sources.files.exports import Export

_AMOUNTS = frozenset(("custom_data", name) for name in language.amounts())
_AHEAD = 1_000  # rows that tell how a file writes amounts and times: as many as one post has
_MOST_TOLD = 100  # warnings that an answer holds
_COMMAS = "the file writes decimals with commas"
_BELOW = Ignored("not_a_conversion", "it is a line above or below the table: a title, a total or a note")
_ZONE = "timezone"  # the title, folded, of a column with the zone of the row's time

Line = tuple[Record, dict[str, str]]  # a record, and what it says by the titles of its columns
Timed = tuple[Row, tzinfo | None]  # a row, and the zone that a column of it names


@dataclass(frozen=True, slots=True)
class FileRows:
    """How the rows of one file are read.

    `titles` are the columns', folded, `given` the values of rows without, `mapped` the fields that the caller mapped.
    `has_states`: some column may say that an order is not a purchase. `asked` is asked what the times leave open.
    """

    titles: list[str]
    columns: Columns
    given: list[tuple[Path, str]]
    mapped: frozenset[Path]
    habits: Habits
    export: "Export | None"
    has_states: bool
    settings: SourceSettings
    warnings: Warnings
    asked: Asked | None

    def rows(self, found: Iterator[Record]) -> Iterator[Row]:
        """The rows, read as they are asked for but for the first, which tell how amounts and times are written."""
        ahead = list(islice(found, _AHEAD))
        amounts = [index for index, path in self.columns if path in _AMOUNTS]
        commas = writes_commas(one.cells[index] for one in ahead if not one.fault for index in amounts)
        made = (self._row(group, commas=commas) for group in self._orders(chain(ahead, found)))
        first = list(islice(made, _AHEAD))
        habits = self._habits(first)
        return (_timed(row, zone, habits) for row, zone in chain(first, made))

    def _habits(self, rows: list[Timed]) -> Habits:
        """How the file's times are written: as the caller or the export says, as they show, or as is answered."""
        written = [(time, zone) for row, zone in rows if isinstance(time := _time(row), str)]
        habits = self._with_order([time for time, _ in written])
        if self.asked is None:
            return habits
        about = self.export.about if self.export is not None and self.export.local_times else None
        unsaid = left_open((time for time, zone in written if zone is None), habits, about)
        return self.asked(unsaid, habits) if unsaid.zone or unsaid.order else habits

    def _with_order(self, times: list[str]) -> Habits:
        """The habits with the order of dates: the caller's, the one that the times show, or the platform's."""
        documented = self.export.date_order if self.export is not None else None
        if self.habits.order is not None:
            return self.habits
        order = order_of(times)
        if order is not None and order != documented:
            first = "the month" if order == "mdy" else "the day"
            self.warnings.append(("event_time", f"{first} comes first in this file's dates, as one beyond 12 shows"))
        return replace(self.habits, order=order or documented)

    def _orders(self, found: Iterable[Record]) -> Iterator[list[Line]]:
        """The lines of one order together; without an export that has several of them each is for itself."""
        export = self.export
        lines = ((record, self._said(record)) for record in found)
        if export is None or not export.joined_by:
            yield from ([line] for line in lines)
            return
        group: list[Line] = []
        for line in lines:
            if group and len(group) < MOST_ITEMS and export.is_further(line[1], group[0][1]):
                group.append(line)
                continue
            if group:
                yield group
            group = [line]
        if group:
            yield group

    def _said(self, record: Record) -> dict[str, str]:
        """What a row says by the titles of its columns; of two columns of one title the first that says anything."""
        said: dict[str, str] = {}
        if record.fault or (self.export is None and not self.has_states):
            return said
        for title, cell in zip(self.titles, record.cells, strict=True):
            if not said.get(title):
                said[title] = cell.strip().removeprefix("'")  # keeps a spreadsheet from reading it
        return said

    def _row(self, group: list[Line], *, commas: bool) -> Timed:
        record = group[0][0]
        if record.fault:
            below = self.export is not None and len(record.cells) == 1
            return (Row(record.number, None, ignored=_BELOW) if below else Row(record.number, None, record.fault)), None
        if record.short:
            self._tell(record, "has fewer cells than the header row: the last are empty")
        conversion = self._conversion(record, commas=commas)
        if self.export is None and not self.has_states:
            return Row(record.number, conversion), None
        said = [one for _, one in group]
        none = ignored(said[0], self.warnings, record.number) if self.has_states else None
        name = None
        if self.export is not None:
            read = self.export.read(said, conversion, self.settings, self.warnings, self.mapped)
            none = none or read.none
            name = read.name
        if none is not None:
            return Row(record.number, None, ignored=replace(none, event_id=conversion.get("event_id"))), None
        return Row(record.number, conversion, event_name=name), zones.named(said[0].get(_ZONE, "")[:100])

    def _conversion(self, record: Record, *, commas: bool) -> dict[str, Any]:
        """What the columns say that are fields by their titles, and what all rows of the caller have."""
        conversion: dict[str, Any] = {}
        for index, path in self.columns:
            cell = record.cells[index]
            if commas and path in _AMOUNTS and (whole := without_points(cell)) != cell:
                self._tell(record, f"{cell.strip()} was read as {whole}, for {_COMMAS}")
                cell = whole
            put(conversion, path, cell)
        for path, value in self.given:
            put(conversion, path, value)
        return conversion

    def _tell(self, record: Record, text: str) -> None:
        """Warn of a row; of many rows the first are enough to find the cause."""
        if len(self.warnings) < _MOST_TOLD:
            self.warnings.append((f"line {record.number}", text))


def _time(row: Row) -> Any:
    return None if row.conversion is None else row.conversion.get("event_time")


def _timed(row: Row, zone: tzinfo | None, habits: Habits) -> Row:
    """The row with its time as the file, or a column of the row, writes it."""
    if row.conversion is None:
        return row
    return replace(row, conversion=with_habits(row.conversion, replace(habits, zone=zone) if zone else habits))
