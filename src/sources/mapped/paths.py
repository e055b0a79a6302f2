"""Paths into a post: JMESPath without what could cost more than the post is long. Pure.

Names, indexes, comparisons, `||`, and at most two projections (`[]`, `[*]`, `*`, `[?name == 'x']`). 200 characters of
the whole language can build 42 MB, so functions, multiselects and pipes are refused when the entry is read, by
JMESPath's own syntax tree. `$.` begins at the whole post, `$query.` at the parameters of its address, `$header.` at its
headers (in lower case).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from jmespath.exceptions import JMESPathError
from jmespath.parser import Parser
from jmespath.visitor import TreeInterpreter

from pipeline.intake.body import BadRequest
from pipeline.values.faults import Fault
from pipeline.values.rules import quoted

LONGEST = 256  # characters of a path
MOST = 60  # paths of one mapping
# Steps that the paths of one post may take together: 1,000 conversions of 25 paths take 100,000, in 0.2 s.
_MOST_STEPS = 1_000_000

_PROJECTIONS = frozenset({"projection", "filter_projection", "value_projection"})
_ALLOWED = _PROJECTIONS | frozenset(
    "field subexpression index_expression index flatten comparator or_expression literal identity current".split()
)
_WORDS = {
    "function_expression": "a function",
    "multi_select_list": "a list of several paths ([a, b])",
    "multi_select_dict": "an object of several paths ({x: a})",
    "pipe": "a pipe (|, and none is needed: of a list the first value that says anything is taken)",
    "slice": "a slice ([0:2])",
}
_ROOTS = {"$.": "whole", "$query.": "query", "$header.": "headers"}


@dataclass(frozen=True, slots=True)
class Path:
    """A path that may be used: where it begins, its syntax tree, and its names if it is nothing but names."""

    root: str
    tree: dict[str, Any]
    names: tuple[str, ...] | None
    is_many: bool  # it has a projection, so that it gives a list


@dataclass(slots=True)
class Post:
    """What the paths of one post can reach; what they found in the whole of it is kept, for each of its elements."""

    whole: Any
    query: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, Any] = field(default_factory=dict)
    found: dict[int, Any] = field(default_factory=dict)
    interpreter: "_Counting" = field(default_factory=lambda: _Counting())  # noqa: PLW0108 - it is defined below

    def at(self, path: Path, element: Any) -> Any:
        """What the path leads to; None if nothing is there. Raises BadRequest if the paths took too many steps."""
        if path.root == "element":
            return self._search(path, element)
        if id(path) not in self.found:
            self.found[id(path)] = self._search(path, getattr(self, path.root))
        return self.found[id(path)]

    def _search(self, path: Path, value: Any) -> Any:
        if path.names is None:
            return self.interpreter.visit(path.tree, value)
        self.interpreter.step()
        for name in path.names:
            if type(value) is not dict:
                return None
            value = value.get(name)
        return value


class _Counting(TreeInterpreter):  # type: ignore[misc]  # jmespath has no types
    """JMESPath's own interpreter, which stops where a post is made to cost more than any real one."""

    def __init__(self) -> None:
        super().__init__()
        self._left = _MOST_STEPS

    def step(self) -> None:
        """Count one more. Raises BadRequest if it is one too many."""
        self._left -= 1
        if self._left < 0:
            raise BadRequest(413, "the post has more values than its mapping may look at: send it in parts")

    def visit(self, node: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        self.step()
        return super().visit(node, *args, **kwargs)


def path_of(text: str) -> Path:
    """The path that a text is. Raises Fault, with what to write instead."""
    if len(text) > LONGEST:
        raise Fault(f"is a path of {len(text)} characters; at most {LONGEST} are taken")
    mark = next((mark for mark in _ROOTS if text.startswith(mark)), "")
    try:
        tree: dict[str, Any] = Parser().parse(text[len(mark) :]).parsed
    except (JMESPathError, RecursionError):
        raise Fault(
            f"{quoted(text)} is not a path: write names with dots between them (billing.email), and a name with other"
            ' characters than letters, digits and _ in double quotes ("first-name")'
        ) from None
    nodes = list(_nodes(tree))
    for node in nodes:
        if node["type"] not in _ALLOWED:
            what = _WORDS.get(node["type"], node["type"].replace("_", " "))
            raise Fault(f"{quoted(text)} holds {what}: a path has names, indexes, comparisons, || and projections only")
    many = sum(node["type"] in _PROJECTIONS for node in nodes)
    if many > 2:
        raise Fault(f"{quoted(text)} has {many} projections; at most 2 are taken")
    return Path(_ROOTS.get(mark, "element"), tree, _names(tree), many > 0)


def fields_of(path: Path) -> list[str]:
    """The names of the path in their order, but for those that it compares."""
    return list(_fields(path.tree))


def _nodes(tree: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield tree
    for child in tree["children"]:
        if isinstance(child, dict):
            yield from _nodes(child)


def _fields(tree: dict[str, Any]) -> Iterator[str]:
    if tree["type"] == "field":
        yield tree["value"]
    for child in tree["children"][:2]:  # the third of a filter is its condition
        if isinstance(child, dict) and child["type"] != "comparator":
            yield from _fields(child)


def _names(tree: dict[str, Any]) -> tuple[str, ...] | None:
    """The names of a path that has nothing else."""
    if tree["type"] == "field":
        return (tree["value"],)
    if tree["type"] != "subexpression":
        return None
    parts = [_names(child) for child in tree["children"]]
    return None if None in parts else tuple(name for part in parts for name in part or ())
