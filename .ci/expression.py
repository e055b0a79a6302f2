"""A regular expression as positions: the characters that each takes, and what can follow what."""

import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

MOST_COPIES = 3
OTHER = "\x00 é\u0130\u0131\u017f\u212a\u0662\u00a0\u2028\ufffd\ud800\U0001f600"
CATEGORIES = {"DIGIT": r"\d", "SPACE": r"\s", "WORD": r"\w"}


@dataclass
class Part:
    """A part of an expression: whether it takes nothing, and where it begins and ends, by position.

    Of a beginning it is known whether it is only that of the text, of an end whether it is only that of the text.
    """

    empty: bool = True
    first: dict[int, bool] = field(default_factory=dict)
    last: dict[int, bool] = field(default_factory=dict)
    at_begin: bool = False
    at_end: bool = False


class Expression:
    """The positions of an expression, the characters that each takes, and what can follow what."""

    def __init__(self, pattern: str | bytes, flags: int = 0) -> None:
        self.takes: list[tuple[Any, int]] = []
        self.edges: Counter[tuple[int, int]] = Counter()
        parsed = parser.parse(pattern, flags)
        self.is_bytes = isinstance(pattern, bytes)
        self.whole = self.sequence(parsed, parsed.state.flags)

    def sequence(self, nodes: Any, flags: int) -> Part:
        made = Part()
        for op, value in nodes:
            made = self.joined(made, self.part(op, value, flags))
        return made

    def part(self, op: Any, value: Any, flags: int) -> Part:
        if op in (ops.LITERAL, ops.NOT_LITERAL, ops.ANY, ops.IN):
            place = len(self.takes)
            self.takes.append(((op, value), flags))
            return Part(False, {place: False}, {place: False})
        if op in (ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT):
            least, most, inner = value
            return self.repeated(least, most, inner, flags)
        if op is ops.BRANCH:
            return self.either([self.sequence(branch, flags) for branch in value[1]])
        if op is ops.SUBPATTERN:
            return self.sequence(value[3], (flags | value[1]) & ~value[2])
        if op is ops.ATOMIC_GROUP:
            return self.sequence(value, flags)
        if op is ops.AT:
            begins = value is ops.AT_BEGINNING_STRING or (value is ops.AT_BEGINNING and not flags & re.MULTILINE)
            return Part(at_begin=begins, at_end=value in (ops.AT_END, ops.AT_END_STRING))
        if op in (ops.ASSERT, ops.ASSERT_NOT, ops.GROUPREF):
            return Part()
        raise ValueError(f"{op} is not understood")

    def joined(self, one: Part, two: Part) -> Part:
        self.edges.update((end, begin) for end in one.last for begin in two.first)
        first = one.first | (_seen(two.first, one.at_begin) if one.empty else {})
        last = two.last | (_seen(one.last, two.at_end) if two.empty else {})
        both = one.empty and two.empty
        return Part(both, first, last, both and (one.at_begin or two.at_begin), both and (one.at_end or two.at_end))

    def either(self, parts: list[Part]) -> Part:
        empty = [part for part in parts if part.empty]
        made = Part(
            bool(empty),
            at_begin=bool(empty) and all(part.at_begin for part in empty),
            at_end=bool(empty) and all(part.at_end for part in empty),
        )
        for part in parts:
            made.first |= part.first
            made.last |= part.last
        return made

    def repeated(self, least: int, most: Any, nodes: Any, flags: int) -> Part:
        endless = most is ops.MAXREPEAT
        copies = min(MOST_COPIES, max(least, 1) if endless else int(most))
        least = min(least, copies)
        made, last = Part(), dict[int, bool]()
        for copy in range(1, copies + 1):
            part = self.sequence(nodes, flags)
            if endless and copy == copies:
                self.edges.update((end, begin) for end in part.last for begin in part.first)
            made = self.joined(made, part)
            if copy >= least:
                last |= made.last
            made.empty = made.empty and part.empty
        made.last = last
        made.empty = made.empty or least == 0
        return made


def _seen(places: dict[int, bool], through: bool) -> dict[int, bool]:
    """The positions, seen through an empty part that is perhaps only at the text's edge."""
    return {place: through or at for place, at in places.items()}


def characters(expression: Expression) -> tuple[set[str], list[frozenset[str]]]:
    """The characters that can make a difference, and of them those that each position takes."""
    known = set(map(chr, range(128))) | set(OTHER)

    def literals(op: Any, value: Any) -> Iterator[int]:
        if op in (ops.LITERAL, ops.NOT_LITERAL):
            yield value
        elif op is ops.RANGE:
            yield from (value[0] - 1, value[0], value[1], value[1] + 1)
        elif op is ops.IN:
            for one in value:
                yield from literals(*one)

    for (op, value), _ in expression.takes:
        known |= {chr(code) for code in literals(op, value) if 0 <= code <= sys.maxunicode}
    if expression.is_bytes:
        known = {one for one in known if ord(one) < 256}
    return known, [
        frozenset(one for one in known if _takes(op, value, one, flags)) for (op, value), flags in expression.takes
    ]


def _takes(op: Any, value: Any, one: str, flags: int) -> bool:
    if op is ops.ANY:
        return bool(flags & re.DOTALL) or one != "\n"
    if op is ops.LITERAL:
        return ord(one) == value or bool(flags & re.IGNORECASE and one.lower() == chr(value).lower())
    if op is ops.NOT_LITERAL:
        return not _takes(ops.LITERAL, value, one, flags)
    if op is ops.RANGE:
        return any(value[0] <= ord(each) <= value[1] for each in _cases(one, flags))
    if op is ops.CATEGORY:
        name = str(value).removeprefix("CATEGORY_").replace("UNI_", "").replace("LOC_", "")
        found = re.fullmatch(CATEGORIES[name.removeprefix("NOT_")], one, flags & re.ASCII) is not None
        return found != name.startswith("NOT_")
    negated = value[0][0] is ops.NEGATE
    return any(_takes(kind, each, one, flags) for kind, each in value if kind is not ops.NEGATE) != negated


def _cases(one: str, flags: int) -> set[str]:
    cases = {one, one.lower(), one.upper()} if flags & re.IGNORECASE else {one}
    return {each for each in cases if len(each) == 1}
