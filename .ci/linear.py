"""linear.py FOLDER...: every regular expression there is matched in time that grows no faster than the text.

Python's `re` goes back and tries again. What that costs is decided by the expression: if a text can go round in two
loops of it, one after the other (`\\d+\\d*`), or begin anywhere and then go round (a search for `\\d+x`), and can fail
behind them, the tries are a square of its length or worse. This looks for such pairs of loops. The checkers that PyPI
has do not see the difference between `search` and `fullmatch`, and none of them (regexploit 1.0.0, redos-linter 0.3.3,
redos 0.1.0) found `https?://[^\\s/?#]+[^\\s]*` in a `fullmatch`, which cost 37 s for 100 kB.

A pattern is taken from each call of `re`, its use from the method that follows it; one that is put together at run time
is evaluated in its module. Counts of repetitions are looked at up to 3, back references and look-arounds not at all.
"""

import ast
import builtins
import importlib
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

METHODS = ("compile", "fullmatch", "match", "search", "findall", "finditer", "split", "sub", "subn")
MOST_COPIES = 3
MOST_SETS = 500
START, BEGIN = -1, -2  # anywhere in the text, and its beginning
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
        first = dict(one.first) | ({place: one.at_begin or at for place, at in two.first.items()} if one.empty else {})
        last = dict(two.last) | ({place: two.at_end or at for place, at in one.last.items()} if two.empty else {})
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


class Search:
    """Whether texts exist that go round in two loops of an expression and fail; `use` is a method's name."""

    def __init__(self, expression: Expression, use: str) -> None:
        (known, takes), whole = characters(expression), expression.whole
        alike: dict[tuple[bool, ...], str] = {}
        for letter in sorted(known):
            alike.setdefault(tuple(letter in each for each in takes), letter)
        self.alphabet = list(alike.values())
        self.steps: dict[int, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
        searches = use not in ("match", "fullmatch")
        edges = [*expression.edges, *((BEGIN, place) for place in whole.first)]
        if searches:
            edges += [(START, place) for place, begins in whole.first.items() if not begins]
        for one, two in edges:
            for letter in self.alphabet:
                if letter in takes[two]:
                    self.steps[one][letter].add(two)
        if searches:
            for letter in self.alphabet:
                self.steps[START][letter].add(START)
        whole_text = use == "fullmatch"
        self.ends = {place for place, at_end in whole.last.items() if at_end or whole_text}
        self.accepts = set() if whole_text else {place for place, at_end in whole.last.items() if not at_end}
        self.doubled = [pair for pair, times in expression.edges.items() if times > 1]

    def reachable(self, place: int) -> set[int]:
        seen: set[int] = set()
        todo = [place]
        while todo:
            for following in self.steps[todo.pop()].values():
                todo += following - seen
                seen |= following
        return seen

    def fault(self) -> str | None:
        """What is wrong, or None."""
        after = {place: self.reachable(place) for place in list(self.steps)}
        loops = sorted(place for place, reached in after.items() if place in reached)
        reached = after.get(BEGIN, set()) | after.get(START, set()) | {START}
        for one, two in self.doubled:
            if one in after.get(two, ()) and self.can_fail({two}):
                return "a loop within a loop: the tries double with each character"
        for one in loops:
            for two in loops:
                if one == two or one not in reached or two not in after[one]:
                    continue
                word = self.shared(one, two)
                # Of a search each beginning is a try of its own, which only what came of it can end.
                if word and self.can_fail({two} if one == START else {one, two}, word):
                    return "two loops take the same text one after the other: the tries are a square of its length"
        return None

    def shared(self, one: int, two: int) -> str:
        """A text that leads from `one` to `one` and to `two`, and from `two` to `two`; empty if there is none."""
        begin, end = (one, one, two), (one, two, two)
        seen, todo = {begin}, [(begin, "")]
        while todo:
            (a, b, c), text = todo.pop()
            for letter in self.alphabet:
                for x in self.steps[a][letter]:
                    for y in self.steps[b][letter]:
                        for z in self.steps[c][letter]:
                            if (x, y, z) == end:
                                return text + letter
                            if (x, y, z) not in seen:
                                seen.add((x, y, z))
                                todo.append(((x, y, z), text + letter))
        return ""

    def can_fail(self, places: set[int], word: str = "") -> bool:
        """Whether a text exists that leads from here, after the word was read again and again, to no match."""
        for letter in word * MOST_COPIES:
            places = {x for each in places for x in self.steps[each][letter]}
            if places & self.accepts:
                return False  # it need not go back any further
        begin = frozenset(places)
        seen, todo = {begin}, [begin]
        while todo:
            now = todo.pop()
            if now & self.accepts:
                continue
            if not now & self.ends or len(seen) > MOST_SETS:
                return True
            for letter in self.alphabet:
                following = frozenset(x for each in now for x in self.steps[each][letter])
                if following not in seen:
                    seen.add(following)
                    todo.append(following)
        return False


def fault(pattern: str | bytes, flags: int = 0, use: str = "search") -> str | None:
    """What is wrong with an expression that is used by this method of `re`; `compile` means by any."""
    uses = ("search", "fullmatch") if use == "compile" else (use,)
    return next((found for each in uses if (found := Search(Expression(pattern, flags), each).fault())), None)


class _Unknown(str):
    """What is known only at run time: some text."""

    __slots__ = ()

    def __getattr__(self, name: str) -> "_Unknown":
        return self


class _Names(dict[str, Any]):
    def __missing__(self, name: str) -> Any:
        return getattr(builtins, name, _Unknown("x"))


def _value(part: ast.expr, names: Mapping[str, Any]) -> Any:
    return eval(compile(ast.Expression(part), "re", "eval"), {}, _Names(names))  # noqa: S307 - the project's own text


def expressions(source: str, names: Mapping[str, Any]) -> Iterator[tuple[int, str | bytes, int, str]]:
    """Line, pattern, flags and use of each expression in a module with these names."""
    tree = ast.parse(source)
    above = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        called = node.func if isinstance(node, ast.Call) else None
        if not isinstance(node, ast.Call) or not isinstance(called, ast.Attribute) or called.attr not in METHODS:
            continue
        if not isinstance(called.value, ast.Name) or called.value.id != "re":
            continue
        given = {word.arg: word.value for word in node.keywords}
        flags = given.get("flags") or (node.args[1] if called.attr == "compile" and len(node.args) > 1 else None)
        pattern = _value(node.args[0], names)
        number = _value(flags, names) if flags is not None else 0
        use, parent = called.attr, above[node]
        if use == "compile" and isinstance(parent, ast.Attribute) and parent.attr in METHODS:
            use = parent.attr
        yield node.lineno, pattern, int(number), use


def main(folders: list[str]) -> int:
    """Print each fault with its place; 1 if there is one, or if nothing was found to check."""
    checked, found = 0, 0
    sys.path[:0] = [str(Path("src").resolve()), str(Path().resolve())]
    for folder in folders:
        for path in sorted(Path(folder).rglob("*.py")):
            source = path.read_text(encoding="utf-8")
            if "import re\n" not in source:
                continue
            module = ".".join(path.with_suffix("").parts).removeprefix("src.")
            names = vars(importlib.import_module(module))
            written = list(expressions(source, names))
            # What a function of the module made of tables is whole only in the module itself.
            known = {pattern for _, pattern, _, _ in written}
            made = [one for one in names.values() if isinstance(one, re.Pattern) and one.pattern not in known]
            for line, pattern, flags, use in (*written, *((1, one.pattern, one.flags, "compile") for one in made)):
                checked += 1
                wrong = fault(pattern, flags, use)
                if wrong:
                    found += 1
                    print(f"{path}:{line}: {use} of {pattern!r}: {wrong}")
    print(f"{checked} regular expressions checked, {found} are not linear")
    return int(bool(found) or not checked)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
