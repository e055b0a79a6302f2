"""CSV and its kin: a header row with the names of fields, then one conversion a row. Pure.

RFC 4180 and what programs make of it: comma, semicolon, tab or pipe, line breaks within quotes, a byte order mark,
Excel's first line `sep=;`, empty rows, titles above the header row. Amounts and times stay text: the destination's
rules read them. An export that is known by its header row is read as its platform means it.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from pipeline.intake.body import Body
from pipeline.intake.senders import SourceSettings
from pipeline.values.moments import Habits
from pipeline.values.rules import quoted
from sources.fieldnames import Path, fold
from sources.files import zones
from sources.files.export_table import export_of
from sources.files.file_rows import FileRows
from sources.files.file_times import Asked
from sources.files.headers import Columns, Header, columns_of, header_row, zone_of_header
from sources.files.records import Lines, records
from sources.files.rows import SIGNED, Row, constants, posted, targets
from sources.files.shop_exports import STATES
from sources.inbound import Inbound
from sources.source_settings import Warnings

if TYPE_CHECKING:
    from sources.files.exports import Export

SIGNATURE = SIGNED

_NONE: Mapping[str, str] = MappingProxyType({})
_UNSAID = Habits()
_NO_SETTINGS = SourceSettings()


def read(inbound: Inbound) -> Body:
    """The conversions of a posted file. Raises BadRequest."""
    return posted(inbound, "CSV", partial(rows, settings=inbound.settings))


def rows(
    lines: Iterable[str],
    *,
    mapping: Mapping[str, str] = _NONE,
    defaults: Mapping[str, str] = _NONE,
    warnings: Warnings | None = None,
    habits: Habits = _UNSAID,
    settings: SourceSettings = _NO_SETTINGS,
    asked: Asked | None = None,
) -> Iterator[Row]:
    """The rows of a file, read as they are asked for. Its lines keep their ends (open it with newline="").

    `mapping` gives the field for each column that is not known by its own name, `defaults` the values of rows without.
    `habits` are how its times are written; a zone that the file names counts first, and `asked` is asked for what
    nothing says. What there is to say of the header row is in `warnings` on return, and of a row once it was read.
    Raises BadRequest, before the first row, if the header row names no field, or if `mapping` or `defaults` name one
    that nobody knows.
    """
    mapped = targets({zones.split(column)[0]: field for column, field in mapping.items()})
    given = constants(defaults)
    source = Lines(lines)
    said: Warnings = [] if warnings is None else warnings
    delimiter, header, zone = header_row(source, mapped, said)
    titles = [folded for _, folded in header]
    named = frozenset(titles)
    export = export_of(named | {fold(name) for name, _ in header})
    columns = _columns(header, mapped, said, export)
    said += [
        ("header", f"no column is named {quoted(column)}, which is mapped to {field}")
        for column, field in mapping.items()
        if fold(zones.split(column)[0]) not in named
    ]
    zone = zone or zone_of_header(header)
    habits = Habits(zone or habits.zone, habits.order)
    file = FileRows(
        titles,
        columns,
        given,
        frozenset(mapped.values()),
        habits,
        export,
        not STATES.isdisjoint(named),
        settings,
        said,
        asked,
    )
    return file.rows(records(source, delimiter, len(header)))


def _columns(header: Header, mapped: Mapping[str, Path], said: Warnings, export: "Export | None") -> Columns:
    """Which cell is which field; of a known export one warning is enough for what it has besides."""
    if export is None:
        return columns_of(header, mapped, said, STATES.__contains__)
    left_out = export.left_out - mapped.keys()
    told: Warnings = []
    columns = [(index, path) for index, path in columns_of(header, mapped, told) if header[index][1] not in left_out]
    read = f"is that of {export.about}: each row is read as this platform means it"
    said.append(("header", f"{read}. {export.lacks}" if export.lacks else read))
    shared = export.shared_id
    if shared is not None and shared not in {folded for _, folded in header}:
        fault = "has no column with the id that the platform's webhook has: a conversion of both counts twice"
        said.append(("event_id", fault))
    return columns
