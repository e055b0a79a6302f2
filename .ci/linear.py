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
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tries import fault

METHODS = ("compile", "fullmatch", "match", "search", "findall", "finditer", "split", "sub", "subn")


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
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="re"), attr=use)) if use in METHODS:
                given = {word.arg: word.value for word in node.keywords}
                flags = given.get("flags") or (node.args[1] if use == "compile" and len(node.args) > 1 else None)
                pattern = _value(node.args[0], names)
                number = _value(flags, names) if flags is not None else 0
                yield node.lineno, pattern, int(number), _used(use, above[node])


def _used(use: str, parent: ast.AST) -> str:
    """The method that is called, or the one that is taken of a compiled expression."""
    return parent.attr if use == "compile" and isinstance(parent, ast.Attribute) and parent.attr in METHODS else use


def main(folders: list[str]) -> int:
    """Print each fault with its place; 1 if there is one, or if nothing was found to check."""
    checked, found = 0, 0
    sys.path[:0] = [str(Path("src").resolve()), str(Path().resolve())]
    for path in sorted(path for folder in folders for path in Path(folder).rglob("*.py")):
        for line, pattern, flags, use in _of_module(path):
            checked += 1
            wrong = fault(pattern, flags, use)
            if wrong:
                found += 1
                print(f"{path}:{line}: {use} of {pattern!r}: {wrong}")
    print(f"{checked} regular expressions checked, {found} are not linear")
    return int(bool(found) or not checked)


def _of_module(path: Path) -> Iterator[tuple[int, str | bytes, int, str]]:
    """Line, pattern, flags and use of each expression of a module."""
    source = path.read_text(encoding="utf-8")
    if "import re\n" not in source:
        return
    names = vars(importlib.import_module(".".join(path.with_suffix("").parts).removeprefix("src.")))
    written = list(expressions(source, names))
    yield from written
    # What a function of the module made of tables is whole only in the module itself.
    known = {pattern for _, pattern, _, _ in written}
    made = [one for one in names.values() if isinstance(one, re.Pattern) and one.pattern not in known]
    yield from ((1, one.pattern, one.flags, "compile") for one in made)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
