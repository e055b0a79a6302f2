"""Answers on stdout: a table at a terminal, aligned plain text in a pipe, one JSON document with --json.

What is said beside the answer goes to stderr, so that a pipe carries the answer alone.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

STYLES = {"ok": "green", "problem": "red", "warning": "yellow"}


@dataclass(slots=True)
class Out:
    """Where a verb's answer goes; `as_json` keeps everything but `answer` and `fault` off stdout."""

    as_json: bool = False
    answered: bool = False

    def answer(self, value: Any) -> None:
        """The answer for programs; nothing without --json."""
        self.answered = True
        if self.as_json:
            sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False) + "\n")

    def line(self, text: str, style: str = "") -> None:
        """A line of the answer for people."""
        if not self.as_json:
            _console().print(Text(printable(text), style=style), soft_wrap=True)

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[Any]], styles: Mapping[str, str] = STYLES) -> None:
        """A table of the answer for people; a cell that is a word of `styles` has its colour."""
        if self.as_json:
            return
        cells = [[_cell(value) for value in row] for row in rows]
        if not sys.stdout.isatty():
            sys.stdout.write(plain(columns, cells))
            return
        table = Table()
        for place, column in enumerate(columns):
            numbers = all(isinstance(row[place], int) for row in rows)
            table.add_column(column, justify="right" if numbers else "left", overflow="fold")
        for row in cells:
            table.add_row(*(Text(cell, style=styles.get(cell, "")) for cell in row))
        _console().print(table)

    def agrees(self, question: str) -> bool:
        """Ask on stderr, and return whether the answer is yes; the end of stdin is a no."""
        return self.asked(f"{question} [y/N]").lower() in ("y", "yes")

    def asked(self, question: str) -> str:
        """Ask on stderr, and return what is answered; at a terminal it is typed on the question's line."""
        end = " " if sys.stdin.isatty() else "\n"
        Console(stderr=True, highlight=False).print(Text(printable(question)), soft_wrap=True, end=end)
        return sys.stdin.readline().strip()

    def fault(self, text: str, code: int) -> None:
        """What went wrong, on stderr, and with --json as the answer too, unless there was one before."""
        self.aside(f"relay: {text}")
        if not self.answered and self.as_json:
            sys.stdout.write(json.dumps({"error": text, "exit_code": code}, ensure_ascii=False) + "\n")
        self.answered = True

    def aside(self, text: str) -> None:
        """A word beside the answer, on stderr."""
        Console(stderr=True, highlight=False).print(Text(printable(text)), soft_wrap=True)


def plain(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """The table as lines of text, columns two spaces apart."""
    lines = [list(columns), *(list(row) for row in rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(columns))]
    return "".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() + "\n" for line in lines
    )


def printable(text: str) -> str:
    """The text without what could steer a terminal: ids and reasons are other people's words."""
    return "".join(character if character.isprintable() or character == "\n" else "\ufffd" for character in text)


def moment(at: float) -> str:
    """A moment (epoch seconds) in UTC."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S")


def age(seconds: float) -> str:
    """A span of time in the largest two units that it has."""
    left = max(0, int(seconds))
    parts: list[str] = []
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)):
        if left >= size or (unit == "s" and not parts):
            parts.append(f"{left // size} {unit}")
            left %= size
    return " ".join(parts[:2])


def number(count: int, noun: str) -> str:
    """`1 event`, `2 events`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _cell(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else printable(str(value)).replace("\n", " ")


def _console() -> Console:
    return Console(file=sys.stdout, highlight=False)
