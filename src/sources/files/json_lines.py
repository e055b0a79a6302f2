"""JSON Lines: one conversion a line, in the language of /v1/events or with its fields side by side. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain, dropwhile
from types import MappingProxyType
from typing import Any

from pipeline.intake import repair
from pipeline.intake.body import BadRequest, Body
from pipeline.intake.unwrapping import unwrapped
from pipeline.values.moments import Habits
from pipeline.values.timestamps import with_habits
from sources.fieldnames import Path, fold
from sources.files.columns_to_fields import place, put
from sources.files.rows import SIGNED, Row, constants, posted, targets
from sources.inbound import Inbound
from sources.source_settings import Warnings

SIGNATURE = SIGNED

_NONE: Mapping[str, str] = MappingProxyType({})
_UNSAID = Habits()


def read(inbound: Inbound) -> Body:
    """The conversions of a posted file. Raises BadRequest."""
    return posted(inbound, "JSON Lines", rows)


def rows(
    lines: Iterable[str],
    *,
    mapping: Mapping[str, str] = _NONE,
    defaults: Mapping[str, str] = _NONE,
    warnings: Warnings | None = None,
    habits: Habits = _UNSAID,
) -> Iterator[Row]:
    """The rows of a file, read as they are asked for; blank lines are none.

    `mapping` gives the field for each key that is not known by its own name, `defaults` the values of rows without.
    `habits` are how its times are written.
    What was fixed is in `warnings` as rows are read. Raises BadRequest, before the first row, if one of these names a
    field that nobody knows, or if the file is JSON but not one object a line.
    """
    mapped, given = targets(mapping), constants(defaults)
    numbered = dropwhile(lambda line: not line[1].strip("\ufeff \t\r\n"), enumerate(lines, 1))
    first = next(numbered, None)
    if first is None:
        return iter(())
    number, line = first
    line = line.removeprefix("\ufeff")
    if line.lstrip().startswith("[") or line.strip() == "{":
        raise BadRequest(400, "this is JSON, but not one object a line: write it so, for example with jq -c '.[]'")
    said = [] if warnings is None else warnings
    whole = (_row(at, one, mapped, given, said) for at, one in chain([(number, line)], numbered) if one.strip())
    return (row if row.conversion is None else _timed(row, row.conversion, habits) for row in whole)


def _timed(row: Row, conversion: dict[str, Any], habits: Habits) -> Row:
    return row if habits == _UNSAID else replace(row, conversion=with_habits(conversion, habits))


def _row(number: int, line: str, mapped: Mapping[str, Path], given: list[tuple[Path, str]], warnings: Warnings) -> Row:
    try:
        data, fixed = repair.read(line)
    except ValueError as error:
        return Row(number, None, f"is not JSON: {str(error).replace('at line 1 ', 'at ')}; write one object a line")
    except TypeError:  # half a surrogate pair, which a file read with surrogateescape has for a byte
        return Row(number, None, "is not UTF-8: export the file in UTF-8")
    if not isinstance(data, dict):
        return Row(number, None, 'is not a JSON object: write {"event_name": ..., "event_time": ..., "user_data": ...}')
    warnings += [(f"line {number}", warning) for warning in fixed]
    unwrapped(data, warnings)
    return Row(number, _conversion(data, mapped, given), None)


def _conversion(data: dict[str, Any], mapped: Mapping[str, Path], given: list[tuple[Path, str]]) -> dict[str, Any]:
    chosen = [(path, data.pop(name)) for name in list(data) if (path := mapped.get(fold(name)))] if mapped else []
    conversion, strangers, spare = place(data)
    for name in (*strangers, *spare):  # the destination says of each that it is not known, and what was probably meant
        conversion.setdefault(name, data[name])
    for path, value in chosen:
        put(conversion, path, value, over=True)
    for path, value in given:
        put(conversion, path, value)
    return conversion
