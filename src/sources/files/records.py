"""CSV text -> records, where a record that is broken harms none of the others. Pure."""

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
# A note or an address has a few lines. A quote that is never closed would swallow the rest of the file.
MOST_LINES = 50


class Record(NamedTuple):
    """The number of its first line (from 1), and its cells or what is wrong with it.

    `short`: its last cells were left out.
    """

    number: int
    cells: list[str]
    fault: str | None = None
    short: bool = False


class _OpenQuote(Exception):
    """A quote is not closed within as many lines as a record may have."""


class Lines:
    """The lines of a file for csv.reader: counted, and given again where an open quote swallowed them."""

    def __init__(self, lines: Iterable[str]) -> None:
        """Take lines with their ends."""
        self._source = iter(lines)
        self._again: deque[str] = deque()
        self._record: list[str] = []
        self._number = 0

    def __iter__(self) -> Iterator[str]:
        """An iterator is its own."""
        return self

    def __next__(self) -> str:
        """The next line; raises _OpenQuote where the record cannot go on."""
        if len(self._record) == MOST_LINES:
            raise _OpenQuote
        line = self._again.popleft() if self._again else next(self._source, None)
        if line is None:
            raise StopIteration
        if not self._number:
            line = line.removeprefix("\ufeff")
        self._record.append(line)
        self._number += 1
        return line

    def begin(self) -> int:
        """Begin a record; returns the number of its first line."""
        self._record.clear()
        return self._number + 1

    def give_again(self, after: int) -> None:
        """Let the record end `after` so many lines: the others are given again."""
        again = self._record[after:]
        self._again.extendleft(reversed(again))
        self._number -= len(again)
        self._record.clear()

    def peek(self) -> str | None:
        """The next line that is not blank, which stays the next."""
        self.begin()
        for line in self:
            if line.strip():
                self.give_again(0)
                return line
            self.begin()
        return None


def records(lines: Lines, delimiter: str, width: int | None = None) -> Iterator[Record]:
    """The records that are not empty. Every one has `width` cells, or is a fault and ends with its first line.

    Many programs leave empty cells out at the end of a row, or write some beyond the header row: nothing is lost by it.
    """
    # Strict: where a closing quote is followed by anything but a delimiter, it opened in another record.
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        number = lines.begin()
        try:
            cells, fault = _next(reader)
        except StopIteration:
            return
        if fault is None and not any(map(str.strip, cells)):
            continue
        given = len(cells)
        if fault is None and width is not None and given != width:
            cells = _of_width(cells, width)
            if len(cells) != width:
                fault = (
                    f"has {len(cells)} cells where the header row has {width}: write every cell, also an empty one, and"
                    f" put quotes around one that holds a {DELIMITERS.get(delimiter, delimiter)}"
                )
        if fault:
            lines.give_again(1)
        yield Record(number, cells, fault, fault is None and width is not None and given < width)


def _next(reader: Iterator[list[str]]) -> tuple[list[str], str | None]:
    """The cells of the next record, or what is wrong with it. Raises StopIteration."""
    try:
        return next(reader), None
    except _OpenQuote:
        return [], f"opens a quote that is not closed within {MOST_LINES} lines: close it, and double quotes in a text"
    except csv.Error:
        return [], "cannot be read as CSV: close every quote, double quotes in a text, and end rows with a line break"


def _of_width(cells: list[str], width: int) -> list[str]:
    """The cells with the missing last ones as empty ones, and without empty ones beyond the width.

    A cell that is alone in its row is more likely a piece of a broken row, or a report's footer.
    """
    if 1 < len(cells) < width:
        return cells + [""] * (width - len(cells))
    return cells if any(map(str.strip, cells[width:])) or len(cells) < width else cells[:width]
