"""Rows of a file of offline conversions, and what a POST of such a file becomes. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.body import MAX_BYTES, MAX_EVENTS, Posting, Refusal, event_group
from pipeline.destination import Refused
from pipeline.fields import quoted
from pipeline.senders import SourceSettings
from sources.chosen import only, settle
from sources.fieldnames import Path, find, fold, nearest

Warnings = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line of the file where it begins (from 1), and its conversion or its fault.

    The conversion is in the language of /v1/events; it holds `event_group_id` if the file has such a field.
    """

    number: int
    conversion: dict[str, Any] | None
    fault: str | None


def text_of(body: bytes, form: str) -> str:
    """The text of a posted file. Raises Refusal."""
    if len(body) > MAX_BYTES:
        raise Refusal(413, f"the body has {len(body)} bytes; at most {MAX_BYTES} are taken: send it in parts")
    if body.startswith(b"\x1f\x8b"):
        raise Refusal(400, f"the body is compressed with gzip: send it uncompressed, as {form} in UTF-8")
    if body.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise Refusal(400, f"the body is a spreadsheet or an archive: export it as {form} in UTF-8")
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Refusal(400, f"the body is UTF-16: export it as {form} in UTF-8")
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise Refusal(400, f"the body is not UTF-8 at byte {error.start}: export it as {form} in UTF-8") from None


def posting(rows: Iterable[Row], settings: SourceSettings, warnings: Warnings) -> Posting:
    """The posting of a file: a faulty row is one failed event, named by its line. Raises Refusal."""
    conversions: list[Any] = []
    groups = set()
    for row in rows:
        if len(conversions) == MAX_EVENTS:
            raise Refusal(400, f"the body has more than {MAX_EVENTS} rows: send it in parts")
        if row.conversion is None:
            conversions.append(Refused({f"line {row.number}": str(row.fault)}, []))
            continue
        groups.add(event_group(row.conversion.pop("event_group_id", None)))
        conversions.append(settle(row.conversion, settings, default=True))
    if not conversions:
        raise Refusal(400, "the body has no rows: send at least one conversion")
    return Posting(settings.event_group or only(groups), {}, conversions, warnings)


def targets(mapping: Mapping[str, str]) -> dict[str, Path]:
    """The field for each column that the caller maps, the columns folded. Raises Refusal for a field nobody knows."""
    return {fold(column): _path(field) for column, field in mapping.items()}


def constants(defaults: Mapping[str, str]) -> list[tuple[Path, str]]:
    """The values for rows that have none of their own. Raises Refusal for a field that nobody knows."""
    return [(_path(field), value) for field, value in defaults.items()]


def _path(field: str) -> Path:
    path = find(field)
    if path is None:
        close = nearest(field)
        hint = f"did you mean {close}?" if close else "name it as /v1/events does, such as event_id or user_data.em"
        raise Refusal(400, f"{quoted(field)} is not a field of a conversion: {hint}")
    return path
