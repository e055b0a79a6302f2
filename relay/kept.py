"""A verb's answer kept for a program of this process, instead of being printed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from relay.printing import STYLES, Out


@dataclass(slots=True)
class Kept(Out):
    """Where a verb's answer is kept: `value` is what --json would print, `notes` what is said beside it.

    `lines` and `tables` (columns and rows) are what a terminal would show.
    """

    value: Any = None
    notes: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    tables: list[tuple[list[str], list[list[Any]]]] = field(default_factory=list)

    def answer(self, value: Any) -> None:
        """Keep the answer."""
        self.value = value

    def line(self, text: str, style: str = "") -> None:  # noqa: ARG002 - whoever shows it has its own styles
        """Keep the line."""
        self.lines.append(text)

    def table(
        self,
        columns: Sequence[str],
        rows: Sequence[Sequence[Any]],
        styles: Mapping[str, str] = STYLES,  # noqa: ARG002
    ) -> None:
        """Keep the table."""
        self.tables.append((list(columns), [list(row) for row in rows]))

    def aside(self, text: str) -> None:
        """Keep what is said beside the answer."""
        self.notes.append(text)
