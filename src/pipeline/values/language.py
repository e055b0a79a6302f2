"""The language of posted conversions: the fields of all destinations together. Pure.

A field of one destination is known to all: another passes over it without a word.
"""

from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache, lru_cache
from importlib import import_module
from importlib.util import find_spec

from pipeline.values import kinds
from pipeline.values.field import Field, Fields, Table
from pipeline.values.rules import fold

_SLIP = 2  # letters that a mistyped name has more or less


@cache
def destinations() -> tuple[str, ...]:
    """The names of all destinations, be they on in this stack or not: of the one list of them, a layer above."""
    names: tuple[str, ...] = import_module("destinations").NAMES
    return names


@cache
def tables() -> Mapping[str, Table]:
    """The table of each destination that has a module `fields`.

    The first says the second names of fields that several take.
    """
    return {name: import_module(f"{name}.fields").TABLE for name in destinations() if find_spec(f"{name}.fields")}


def together(tables: Mapping[str, Table]) -> Table:
    """The fields of all of them, each once, by where they are."""
    joined: dict[str, dict[str, Field]] = {}
    for table in tables.values():
        for section, fields in table.items():
            for field in fields:
                joined.setdefault(section, {}).setdefault(field.name, field)
    return {section: tuple(fields.values()) for section, fields in joined.items()}


@cache
def whole() -> Table:
    """The fields of all destinations."""
    return together(tables())


@cache
def elsewhere(destination: str, section: str) -> frozenset[str]:
    """The fields of a section that are for other destinations alone."""
    own: Fields = tables()[destination].get(section, ())
    return frozenset(field.name for field in whole().get(section, ())) - {field.name for field in own}


@cache
def amounts() -> tuple[str, ...]:
    """The fields of `custom_data` that are amounts in its currency."""
    return tuple(field.name for field in whole()["custom_data"] if field.kind is kinds.AMOUNT)


@cache
def event_names() -> Mapping[str, str]:
    """The event names that a destination lists, by their folded form."""
    (field,) = (one for one in whole()[""] if one.name == "event_name")
    return {fold(name): name for name in field.kind.json.get("enum", ())}


@lru_cache(maxsize=4_096)
def mistyped(name: str) -> str | None:
    """The listed event name that this one is a slip of: nearly as long, and at least three quarters the same."""
    word = fold(name)
    close = [one for one in event_names() if abs(len(one) - len(word)) <= _SLIP]
    found = get_close_matches(word, close, n=1, cutoff=0.75)
    return event_names()[found[0]] if found else None


@cache
def names() -> frozenset[str]:
    """Every field with its place, such as `user_data.em`."""
    return frozenset(f"{section}.{field.name}".lstrip(".") for section, fields in whole().items() for field in fields)
