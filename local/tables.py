"""What became of the samples, as `make run` prints it."""

from collections import Counter
from collections.abc import Sequence
from textwrap import shorten

from rich.markup import escape
from rich.table import Table

from local.samples import Row

_NOTE_CHARACTERS = 180  # longer ones tell the rest in the API's own answer
_STYLES = {
    "delivered": "green",
    "redriven": "green",
    "rejected": "yellow",
    "invalid": "yellow",
    "ignored": "dim",
    "withheld": "dim",
    "lost": "red",
}


def table(rows: Sequence[Row]) -> Table:
    """A line for each conversion, a column for each destination."""
    names = list(dict.fromkeys(name for row in rows for name in row.ends))
    made = Table(title="What became of the conversions of events/", title_justify="left")
    for column, width in (("file", 30), ("event", 18), ("event id", 20 if len(names) > 1 else 34)):
        made.add_column(column, overflow="fold", max_width=width)
    for name in names:
        made.add_column(name, no_wrap=True)
    made.add_column("why", overflow="fold")
    previous = ""
    for row in rows:
        outcomes = [row.ends[name].outcome if name in row.ends else "" for name in names]
        fault = f"\n[red]{escape(row.fault)}[/]" if row.fault else ""
        made.add_row(
            "" if row.file == previous else row.file.removesuffix(".json"),
            row.event_name,
            row.event_id,
            *(f"[{_STYLES.get(outcome, 'default')}]{outcome}[/]" for outcome in outcomes),
            escape(_why(row)) + fault,
        )
        previous = row.file
    return made


def summary(rows: Sequence[Row], seconds: float) -> str:
    """The numbers for each destination, and whether all is as the files say."""
    lines = []
    for name in dict.fromkeys(name for row in rows for name in row.ends):
        counts = Counter(row.ends[name].outcome for row in rows if name in row.ends)
        lines.append(f"{name}: " + ", ".join(f"{number} {outcome}" for outcome, number in counts.most_common()))
    faults = sum(1 for row in rows if row.fault)
    verdict = "all as their files say" if not faults else f"[red]{faults} not as their files say[/]"
    return "\n".join([*lines, f"{verdict} ({seconds:.1f} s)"])


def _why(row: Row) -> str:
    """The notes of all destinations: what is the same for all is told once."""
    notes = {name: shorten(end.note, _NOTE_CHARACTERS, placeholder=" ...") for name, end in row.ends.items()}
    if len(set(notes.values())) <= 1:
        return next(iter(notes.values()), row.answer)
    return "\n".join(f"{name}: {note}" for name, note in notes.items() if note)
