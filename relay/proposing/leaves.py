"""The values of a post with their paths, as a mapping would name them. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sources.fieldnames import fold
from sources.mapped.scope import is_empty

_PLAIN = re.compile(r"[A-Za-z_]\w*", re.ASCII).fullmatch
_DEEPEST = 8
_MOST = 2_000  # values of a post that are looked at
_LONGEST_LIST = 50
_LONGEST_LABEL = 60
# How the entries of a list say what they hold: forms, CRMs and shops have lists of names and values.
_LABELS = tuple("name label title question column_name field_name field ref slug key type id".split())
_VALUES = tuple("value values answer text string_value field_value content response".split())
_ENVELOPES = frozenset("data payload object resource body deal order event lead record attributes fields".split())
_WRAPPINGS = frozenset({*_VALUES, "raw"})
_OF_MONEY = ("money", "total", "price", "amount")


@dataclass(frozen=True, slots=True)
class Leaf:
    """One value: its path, its names from the outside in (a form's label is one), and itself."""

    path: str
    names: tuple[str, ...]
    value: Any

    @property
    def name(self) -> str:
        """Its own name, folded; of {"email": {"value": ...}} it is that of the object."""
        *before, last = map(str.lower, self.names or ("",))
        outer = before[-1] if before else ""
        if (last in _WRAPPINGS and outer not in _ENVELOPES) or (last == "amount" and outer.endswith(_OF_MONEY)):
            return fold(outer) or fold(last)
        return fold(last)

    @property
    def around(self) -> list[str]:
        """The names around it, folded, the nearest last."""
        return [fold(name) for name in self.names[:-1]]


def leaves(value: Any) -> list[Leaf]:
    """The values that say anything, the outermost first."""
    found = []
    for leaf in _walk(value, "", (), 0):
        found.append(leaf)
        if len(found) == _MOST:
            break
    return sorted(found, key=lambda leaf: len(leaf.names))


def spelled(name: str) -> str:
    """A name as a path has it."""
    return name if _PLAIN(name) else '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _walk(value: Any, path: str, names: tuple[str, ...], depth: int) -> Iterator[Leaf]:
    if depth > _DEEPEST or is_empty(value):
        return
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _walk(inner, f"{path}.{spelled(name)}" if path else spelled(name), (*names, name), depth + 1)
    elif isinstance(value, list):
        yield from _in_list(value[:_LONGEST_LIST], path, names, depth)
    else:
        yield Leaf(path, names, value)


def _in_list(listed: list[Any], path: str, names: tuple[str, ...], depth: int) -> Iterator[Leaf]:
    if not isinstance(listed[0], dict | list):
        yield Leaf(f"{path}[0]", names, listed[0])
        return
    entries = [one for one in listed if isinstance(one, dict)]
    label = next((name for name in _LABELS if _tells_apart(entries, name)), None)
    if label is None:
        yield from _walk(listed[0], f"{path}[0]", names, depth + 1) if depth else ()
        return
    for entry in entries:
        yield from _labelled(entry, label, path, names)


def _labelled(entry: dict[str, Any], label: str, path: str, names: tuple[str, ...]) -> Iterator[Leaf]:
    """The value of an entry that says by a label what it holds."""
    said, held = entry[label], _held(entry, label)
    if held is None or "'" in said or len(said) > _LONGEST_LABEL or is_empty(entry[held]):
        return
    inner, first = entry[held], f"{path}[?{label} == '{said}'].{spelled(held)}"
    if isinstance(inner, list):
        first, inner = f"{first}[]", inner[0]
    if not isinstance(inner, dict | list):
        yield Leaf(first, (*names, said), inner)


def _held(entry: dict[str, Any], label: str) -> str | None:
    """Which field holds the value: a usual one, or the one that is named like the entry's type."""
    usual = next((name for name in _VALUES if name != label and name in entry), None)
    return str(entry[label]) if usual is None and label == "type" and entry[label] in entry else usual


def _tells_apart(entries: list[dict[str, Any]], name: str) -> bool:
    """Whether each entry has another text under this name, and a value beside it."""
    said = [entry.get(name) for entry in entries]
    named = all(isinstance(one, str) and one for one in said) and len(set(map(str, said))) == len(said)
    return bool(said) and named and all(_held(entry, name) is not None for entry in entries)


def item_lists(value: Any, path: str = "", depth: int = 0) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The lists of objects within a post, with their paths, the outermost first."""
    if not isinstance(value, dict) or depth > _DEEPEST:
        return
    for name, inner in value.items():
        if isinstance(inner, list) and inner and all(isinstance(one, dict) for one in inner):
            yield (f"{path}.{spelled(name)}" if path else spelled(name)), inner
    for name, inner in value.items():
        yield from item_lists(inner, f"{path}.{spelled(name)}" if path else spelled(name), depth + 1)
