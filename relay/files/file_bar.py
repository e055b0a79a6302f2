"""A bar that shows how much of a file was read."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeRemainingColumn

from relay.files.opening import STDIN


@dataclass(slots=True)
class Bar:
    """A bar of the file's bytes on stderr, at a terminal alone."""

    shown: Progress
    task: TaskID

    def read(self, size: int) -> None:
        """So many bytes more were read."""
        self.shown.advance(self.task, size)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Without the bar, which would write over a question."""
        self.shown.stop()
        yield
        self.shown.start()


@contextmanager
def bar(file: str) -> Iterator[Bar]:
    """The bar of one file while it is read."""
    size = None if file == STDIN or not Path(file).is_file() else Path(file).stat().st_size
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    stderr: TextIO = sys.stderr
    shown = Progress(*columns, console=Console(file=stderr), transient=True, disable=not stderr.isatty())
    with shown:
        yield Bar(shown, shown.add_task(Path(file).name, total=size))
