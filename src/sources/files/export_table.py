"""The table of exports that are known by their header row: `known_exports`, a file each. Pure.

`known_by` are titles that the header row must all have (of a list one), `unless` titles that it must not have. `map` is
a mapping as posts have it, over the titles in small letters without punctuation. `ids` is where the event's id is, the
one that the platform's webhook has first (`shared_id` is its column). `joined_by` are the titles in which the lines of
one order agree: they are equal or empty. `derived` are texts within cells, `left_out` titles that mean another thing
here than elsewhere. `date_order` is documented by the platform. `local_times`: the times have no zone. `lacks` is said
of an export that names nobody.
"""

import json
from functools import cache
from importlib import import_module
from importlib.resources import files
from typing import TYPE_CHECKING, Any, cast

from sources.fieldnames import fold

if TYPE_CHECKING:
    from sources.files.exports import Export

_FOLDER = "known_exports"


def export_of(titles: frozenset[str]) -> "Export | None":
    """The export whose header row has these titles, folded, among others; None if none is known."""
    for name, known_by, unless in _table():
        if titles.isdisjoint(unless) and all(not titles.isdisjoint(one) for one in known_by):
            return _compiled(name)
    return None


@cache
def _table() -> tuple[tuple[str, tuple[frozenset[str], ...], frozenset[str]], ...]:
    """The name of each export, the titles that it is known by, and those that it never has, all folded."""
    names = sorted(entry.name for entry in files(__package__).joinpath(_FOLDER).iterdir())
    return tuple(
        (
            name,
            tuple(_folded(one) for one in _given(name)["known_by"]),
            _folded(_given(name).get("unless", [])),
        )
        for name in names
        if name.endswith(".json")
    )


def _folded(titles: Any) -> frozenset[str]:
    return frozenset(map(fold, listed(titles)))


@cache
def _given(name: str) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(files(__package__).joinpath(_FOLDER, name).read_text(encoding="utf-8"))
    return made


@cache
def _compiled(name: str) -> "Export":
    # What reads mappings is imported with the first export that is known: 30 ms that other files need not wait for.
    return cast("Export", import_module("sources.files.exports").compiled(_given(name)))


def listed(given: Any) -> list[Any]:
    """A list as it is, anything else as a list of it."""
    return given if isinstance(given, list) else [given]
