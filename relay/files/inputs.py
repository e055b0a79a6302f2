"""Files of conversions: JSON, JSON Lines or CSV, read as they are sent. A broken line is that line's fault alone."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, TextIO

from pydantic_core import from_json

from pipeline.intake.body import BadRequest
from pipeline.values.moments import Habits
from pipeline.values.timestamps import with_habits
from relay.errors import Misuse, Trouble
from relay.files.opening import opened
from sources.files import delimited, json_lines
from sources.files.file_times import Asked
from sources.files.rows import Row


class Format(StrEnum):
    """How a file holds conversions."""

    JSON, JSONL, CSV = "json", "jsonl", "csv"


_SUFFIXES = {
    ".json": Format.JSON,
    ".jsonl": Format.JSONL,
    ".ndjson": Format.JSONL,
    ".csv": Format.CSV,
    ".tsv": Format.CSV,
    ".txt": Format.CSV,
}
_SAID_ONCE = ("is_hashed", "data_processing_country")  # beside the events, for all of them
_NOT_UTF8 = "is not UTF-8: export the file in UTF-8"


@dataclass(frozen=True, slots=True)
class Item:
    """One conversion of a file, or the fault of its line; `head` is what the request says beside its events."""

    number: int
    conversion: dict[str, Any] | None = None
    head: Mapping[str, Any] = field(default_factory=dict)
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """How to read: the format (None: by the file's name), columns and what they mean, values for all, the group.

    `habits` are how the files' times are written, `encoding` their letters (None: as they show); `asked` is asked for
    what a file's times leave open.
    """

    format: Format | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    group: str | None = None
    habits: Habits = field(default_factory=Habits)
    encoding: str | None = None
    asked: Asked | None = None


def format_of(path: str, reading: Reading) -> Format:
    """The format of a file. Raises Trouble."""
    if reading.format is not None:
        return reading.format
    if found := _SUFFIXES.get(Path(path).suffix.lower()):
        return found
    raise Misuse(f"{path}: what format is it? Say --format json, jsonl or csv")


def items(
    path: str,
    reading: Reading,
    *,
    read: Callable[[int], None] = lambda _: None,
    say: Callable[[str], None],
    ignored: Counter[str] | None = None,
) -> Iterator[Item]:
    """The conversions of the file; `read` is told about each bytes read, `say` of what is odd about the file.

    Lines that are no conversions, such as refunds, are counted in `ignored` by their reason, or else told to `say`.
    Raises Trouble if the file as a whole cannot be read.
    """
    form = format_of(path, reading)
    counted: Counter[str] = Counter() if ignored is None else ignored
    with opened(path, asked=reading.encoding, is_table=form is Format.CSV, say=say) as text:
        try:
            if form is Format.JSON:
                rows = _json(path, text, reading, read)
            else:
                rows = _lines(form, _counted(text, read), reading, say, counted)
            yield from rows
            for reason, count in counted.items() if ignored is None else ():
                say(f"{count} ignored: {reason}")
        except BadRequest as refusal:
            raise Trouble(f"{path}: {refusal.description}") from None


def _lines(
    form: Format, lines: Iterator[str], reading: Reading, say: Callable[[str], None], ignored: Counter[str]
) -> Iterator[Item]:
    broken: set[int] = set()
    warnings: list[tuple[str, str]] = []
    rows: Iterator[Row]
    if form is Format.JSONL:
        rows = json_lines.rows(
            _whole(lines, broken), mapping=reading.mapping, defaults=reading.defaults, warnings=warnings
        )
    else:
        rows = delimited.rows(
            lines,
            mapping=reading.mapping,
            defaults=reading.defaults,
            warnings=warnings,
            habits=reading.habits,
            asked=reading.asked,
        )
    for place, text in warnings:
        say(f"{place}: {text}")
    told = len(warnings)
    for row in rows:
        if row.number in broken:
            yield Item(row.number, fault=_NOT_UTF8)
        elif row.ignored is not None:
            ignored[row.ignored.text] += 1
        elif row.conversion is None:
            yield Item(row.number, fault=row.fault)
        else:
            yield _finished(row.number, row.named(), {}, reading)
    for place, text in warnings[told:]:
        say(f"{place}: {text}")


def _whole(lines: Iterable[str], broken: set[int]) -> Iterator[str]:
    """The lines, half surrogate pairs replaced, and the numbers of those that had some in `broken`."""
    for number, line in enumerate(lines, 1):
        if _is_utf8(line):
            yield line
        else:
            broken.add(number)
            yield line.encode("utf-8", "replace").decode()


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _finished(number: int, conversion: Any, head: Mapping[str, Any], reading: Reading) -> Item:
    if not isinstance(conversion, dict):
        return Item(number, fault="is not a JSON object: an event is one")
    if not _is_utf8(json.dumps(conversion, ensure_ascii=False)):
        return Item(number, fault=_NOT_UTF8)
    conversion.pop("dead_letter", None)  # what `relay dlq export` notes beside an event
    conversion = with_habits(conversion, reading.habits)
    group = conversion.pop("event_group_id", None) or head.get("event_group_id") or reading.group
    said = {name: value for name, value in head.items() if name in _SAID_ONCE}
    return Item(number, conversion, {"event_group_id": str(group), **said} if group else said)


def _json(path: str, text: TextIO, reading: Reading, read: Callable[[int], None]) -> Iterator[Item]:
    whole = text.read()
    if not _is_utf8(whole):
        raise Trouble(f"{path} {_NOT_UTF8}")
    try:
        data = from_json(whole.removeprefix("\ufeff"), allow_inf_nan=False)
    except ValueError as error:
        raise Trouble(f"{path} is not JSON: {error}; if it has one object a line, say --format jsonl") from None
    head: dict[str, Any] = {}
    if isinstance(data, dict) and "events" in data:
        head = {name: value for name, value in data.items() if name in ("event_group_id", *_SAID_ONCE)}
        data = data["events"]
    events = data if isinstance(data, list) else [data]
    for number, event in enumerate(events, 1):
        if isinstance(event, dict) and (reading.mapping or reading.defaults):
            (row,) = json_lines.rows([json.dumps(event)], mapping=reading.mapping, defaults=reading.defaults)
            event = row.conversion  # noqa: PLW2901 - the same event, its fields in their places
        yield _finished(number, event, head, reading)
        read(len(whole) // len(events))


def _counted(lines: TextIO, read: Callable[[int], None]) -> Iterator[str]:
    for line in lines:
        read(len(line))
        yield line
