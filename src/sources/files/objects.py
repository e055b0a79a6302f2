"""A CSV text -> an object for each row, by the titles as they stand: what a mapping looks at. Pure."""

import io
from typing import Any

from pipeline.contract.destination import Invalid
from pipeline.intake.body import BadRequest
from sources.files.above_header import above_header, cells_of
from sources.files.records import DELIMITERS, Lines, records
from sources.files.rows import text_of
from sources.source_settings import Warnings


def is_csv(content_type: str) -> bool:
    """Whether a content type says that the body is a table."""
    return content_type.partition(";")[0].strip() in ("text/csv", "application/csv", "text/tab-separated-values")


def objects(body: bytes, warnings: Warnings) -> list[Any]:
    """An object for each row, without its empty cells; a row that cannot be read is Invalid. Raises BadRequest."""
    source = Lines(io.StringIO(text_of(body, "CSV"), newline=""))
    said, _ = above_header(source, lambda cells: sum(map(bool, map(str.strip, cells))) > 1, warnings)
    line = source.peek() or ""
    delimiter = said or max(DELIMITERS, key=lambda one: len(cells_of(line, one)))
    header = next(records(source, delimiter), None)
    if header is None or header.fault:
        raise BadRequest(400, "the body has no header row: begin with the titles of the columns")
    titles = [title.strip() for title in header.cells]
    return [
        Invalid({f"line {record.number}": record.fault}, []) if record.fault else _object(titles, record.cells)
        for record in records(source, delimiter, len(titles))
    ]


def _object(titles: list[str], cells: list[str]) -> dict[str, str]:
    """What a row says; of two columns of one title the first that says anything."""
    said: dict[str, str] = {}
    for title, cell in zip(titles, cells, strict=True):
        if cell.strip():
            said.setdefault(title, cell.strip())
    return said
