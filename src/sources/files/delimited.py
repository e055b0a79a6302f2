"""CSV and its kin: a header row with the names of fields, then one conversion a row. Pure.

RFC 4180 and what programs make of it: comma, semicolon, tab or pipe, line breaks within quotes, a byte order mark,
Excel's first line `sep=;`, empty rows. Amounts and times stay text: the destination's rules read them.
"""

import io
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from pipeline.intake.body import Body
from pipeline.values.rules import quoted
from sources import signature
from sources.fieldnames import Path, fold
from sources.files.columns_to_fields import put
from sources.files.headers import Columns, columns_of, header_row
from sources.files.records import Lines, Record, records
from sources.files.rows import Row, constants, posting, targets, text_of
from sources.inbound import Inbound
from sources.source_settings import Warnings

_NONE: Mapping[str, str] = MappingProxyType({})


def read(inbound: Inbound) -> Body:
    """The conversions of a posted file. Raises BadRequest."""
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
    What there is to say of the header row is in `warnings` on return. Raises BadRequest, before the first row, if the
    header row names no field, or if `mapping` or `defaults` name one that nobody knows.
    """
    mapped, given = targets(mapping), constants(defaults)
    source = Lines(lines)
    delimiter, header = header_row(source, mapped)
    said = [] if warnings is None else warnings
    columns = columns_of(header, mapped, said)
    named = {folded for _, folded in header}
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
