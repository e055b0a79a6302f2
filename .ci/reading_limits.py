"""Fail where a function has more than 12 ways through it (radon's measure), or a file more than 200 lines.

Ruff's C901 is not the same: it does not count `and`, `or`, `a if b else c` and the conditions of comprehensions, which
a reader must follow too.

Tests are exempt but for the simulation, which is a program: a test file is a list of cases, and a reader needs one of
them at a time.
"""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from radon.visitors import Class, ComplexityVisitor, Function

MOST_WAYS, MOST_LINES = 12, 200
_SHORT = ("src", "relay", "local", "bench", ".ci", "tests/simulation")
_SIMPLE = ("src", "relay", "local", ".ci")
_SUFFIXES = (".py", ".js")
_NOT_OURS = ("node_modules", "__pycache__")


def too_long(root: Path) -> Iterator[str]:
    """The files with too many lines."""
    for file in _files(root, _SHORT, _SUFFIXES):
        lines = file.read_text(encoding="utf-8").count("\n")
        name = str(file.relative_to(root))
        if lines > MOST_LINES:
            yield f"{name}: {lines} lines, at most {MOST_LINES}: split it by meaning"


def too_complex(root: Path) -> Iterator[str]:
    """The functions with too many ways through them."""
    for file in _files(root, _SIMPLE, (".py",)):
        found = ComplexityVisitor.from_code(file.read_text(encoding="utf-8"))  # type: ignore[no-untyped-call]
        for function in _functions([*found.functions, *found.classes]):
            name = f"{file.relative_to(root)}:{function.name}"
            if function.complexity > MOST_WAYS:
                yield f"{name} in line {function.lineno} has complexity {function.complexity}, at most {MOST_WAYS}"


def _files(root: Path, folders: Iterable[str], suffixes: tuple[str, ...]) -> list[Path]:
    found = [file for folder in folders for file in root.joinpath(folder).rglob("*") if file.suffix in suffixes]
    return sorted(file for file in found if not set(_NOT_OURS).intersection(file.parts))


def _functions(blocks: Iterable[Function | Class]) -> Iterator[Function]:
    """Functions, methods, and those within them, each for itself."""
    for block in blocks:
        if isinstance(block, Function):
            yield block
            yield from _functions(block.closures)
        else:
            yield from _functions([*block.methods, *block.inner_classes])


def main() -> int:
    """Check the current folder; returns the exit code."""
    root = Path.cwd()
    found = [*too_long(root), *too_complex(root)]
    print("\n".join(found) or f"no file has over {MOST_LINES} lines, no function over {MOST_WAYS} ways through it")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
