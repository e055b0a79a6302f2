"""Dead letters back to their queue, one by one, so that some can be left out."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from botocore.exceptions import ClientError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from relay import metrics
from relay.deployment import Deployment, Destination
from relay.durations import now
from relay.letters.dead_letters import Chosen, Letter
from relay.letters.letter_queue import move, sift
from relay.printing import Out

_MOST_TASKS = 10  # SQS lists no more


@contextmanager
def progress(total: int | None, text: str) -> Iterator[Progress]:
    """A bar on stderr, at a terminal alone."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as shown:
        shown.add_task(text, total=total)
        yield shown


@dataclass(frozen=True, slots=True)
class Redriven:
    """How many dead letters were chosen and moved, and how many were left out because they may be counted twice."""

    wanted: int
    moved: int
    left_out: int


def move_chosen(deployment: Deployment, destination: Destination, chosen: Chosen, out: Out) -> Redriven:
    """Move the chosen dead letters to their queue, one by one: SQS's own move task cannot leave any out.

    Those that may have been counted twice are left out unless their reason is asked for. An event that comes back
    meanwhile, refused again, is not moved again.
    """
    wanted, left_out, moved, lines = set[str](), set[str](), set[str](), set[bytes]()

    def act(letters: list[Letter]) -> Iterator[Letter]:
        fitting = []
        for letter in letters:
            if _digest(letter) in lines or not chosen.takes(letter, now()):
                continue
            if letter.may_be_counted_twice() and not chosen.names_counted_twice():
                left_out.add(letter.message_id)
            else:
                fitting.append(letter)
        wanted.update(letter.message_id for letter in fitting)
        for taken in move(deployment, destination, fitting):
            moved.update(letter.message_id for letter in taken)
            lines.update(_digest(letter) for letter in taken)
            shown.update(shown.task_ids[0], completed=len(moved))
            yield from taken

    try:
        with progress(None, "redriving") as shown:
            sift(deployment, destination, act)
        return Redriven(len(wanted), len(moved), len(left_out))
    finally:
        if moved:
            _count(deployment, destination, len(moved), out)


def moved_since(deployment: Deployment, destination: Destination, start: float) -> tuple[int, bool]:
    """How many messages SQS's own tasks moved since `start` (epoch seconds), and whether that is all of them.

    SQS remembers the latest ten.
    """
    tasks: Sequence[Any] = deployment.client("sqs").list_message_move_tasks(
        SourceArn=destination.dead_letters_arn, MaxResults=_MOST_TASKS
    )["Results"]
    within = [task for task in tasks if task["StartedTimestamp"] / 1000 >= start]
    to_queue = [task for task in within if task.get("DestinationArn") in (None, destination.queue_arn)]
    return sum(int(task.get("ApproximateNumberOfMessagesMoved", 0)) for task in to_queue), len(within) < _MOST_TASKS


def _count(deployment: Deployment, destination: Destination, moved: int, out: Out) -> None:
    try:
        metrics.count_redriven(deployment, destination.name, moved)
    except ClientError as error:
        out.aside(f"relay: the move is not in `report`: CloudWatch did not take its count ({error.operation_name})")


def _digest(letter: Letter) -> bytes:
    """Of its event's line, which stays the same when it comes back; of all of it if there is none."""
    first, _, line = letter.body.partition("\n")
    return sha256((line or first).encode()).digest()[:16]
