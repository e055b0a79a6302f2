"""What became of the samples, as `make run` prints it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice, zip_longest
from textwrap import shorten

from rich.markup import escape
from rich.table import Table
from rich.text import Text

from local.samples import Row

TELLING = 10  # rows: what a person reads at a glance
_MOST_CELL = 16  # characters of a name or an id in the short table
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


def report(rows: Sequence[Row], seconds: float, *, everything: bool) -> Iterator[Table | str]:
    """What is printed: all samples or the most telling ones, and the sums of all, which took so long."""
    yield table(rows) if everything else short_table(telling(rows))
    yield summary(rows, seconds)


def telling(rows: Sequence[Row], most: int = TELLING) -> list[Row]:
    """All rows with a fault, and of the others at most `most`, in their order.

    They are one of each kind of outcome, rarest first. After that a second of each kind, and so on, from other files.
    """
    kinds: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        if row.ends and not row.fault:
            kinds.setdefault(tuple(end.outcome for end in row.ends.values()), []).append(row)
    by_rarity = sorted(kinds.values(), key=len)
    turns = (row for turn in zip_longest(*by_rarity) for row in turn if row is not None)
    chosen = {id(row) for row in islice(turns, most)}
    return [row for row in rows if row.fault or id(row) in chosen]


def short_table(rows: Sequence[Row]) -> Table:
    """The same as `table`, one line each, cut at the console's width; a fault is told whole."""
    names = _destinations(rows)
    made = Table(box=None, pad_edge=False, show_edge=False, padding=(0, 2, 0, 0), expand=True)
    cells = [(row.event_name, row.event_id, *_outcomes(row, names)) for row in rows]
    for place, column in enumerate(("event", "id", *names)):
        width = min(_MOST_CELL, max(len(Text.from_markup(told)) for told in (column, *(cell[place] for cell in cells))))
        made.add_column(column, no_wrap=True, overflow="ellipsis", width=width)
    made.add_column("why", no_wrap=True, overflow="ellipsis", ratio=1)
    for row, cell in zip(rows, cells, strict=True):
        made.add_row(*cell, escape(_why(row).replace("\n", "; ")))
        if row.fault:
            made.add_row(*[""] * len(cell), Text(row.fault, style="red", no_wrap=False, overflow="fold"))
    return made


def table(rows: Sequence[Row]) -> Table:
    """A line for each conversion, a column for each destination."""
    names = _destinations(rows)
    made = Table(title="What became of the conversions of events/", title_justify="left")
    for column, width in (("file", 30), ("event", 18), ("event id", 20 if len(names) > 1 else 34)):
        made.add_column(column, overflow="fold", max_width=width)
    for name in names:
        made.add_column(name, no_wrap=True)
    made.add_column("why", overflow="fold")
    previous = ""
    for row in rows:
        fault = f"\n[red]{escape(row.fault)}[/]" if row.fault else ""
        made.add_row(
            "" if row.file == previous else row.file.removesuffix(".json"),
            row.event_name,
            row.event_id,
            *_outcomes(row, names),
            escape(_why(row)) + fault,
        )
        previous = row.file
    return made


def _destinations(rows: Sequence[Row]) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row.ends))


def _outcomes(row: Row, names: Sequence[str]) -> list[str]:
    outcomes = [row.ends[name].outcome if name in row.ends else "" for name in names]
    return [f"[{_STYLES.get(outcome, 'default')}]{outcome}[/]" for outcome in outcomes]


def summary(rows: Sequence[Row], seconds: float) -> str:
    """The numbers for each destination, and whether all is as the files say."""
    lines = []
    for name in _destinations(rows):
        counts = Counter(row.ends[name].outcome for row in rows if name in row.ends)
        lines.append(f"{name}: " + ", ".join(f"{number} {outcome}" for outcome, number in counts.most_common()))
    faults = sum(1 for row in rows if row.fault)
    verdict = "all samples ended as expected" if not faults else f"[red]{faults} did not end as expected[/]"
    return "\n".join([*lines, f"{verdict} ({seconds:.1f} s)"])


def _why(row: Row) -> str:
    """The notes of all destinations: what is the same for all is told once."""
    notes = {name: shorten(end.note, _NOTE_CHARACTERS, placeholder=" ...") for name, end in row.ends.items()}
    if len(set(notes.values())) <= 1:
        return next(iter(notes.values()), row.answer)
    return "\n".join(f"{name}: {note}" for name, note in notes.items() if note)
