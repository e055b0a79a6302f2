"""Dead letters back to their queue: all of them by SQS's own move task, chosen ones one by one."""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import ClientError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from relay import metrics
from relay.deployment import Deployment, Destination
from relay.letters import Chosen, looking, move, now
from relay.printing import Out, number
from relay.trouble import Trouble

_LOOK_AGAIN_SECONDS = 0.5
_MOST_TASKS = 10  # SQS tells of no more


@contextmanager
def progress(total: int | None, text: str) -> Iterator[Progress]:
    """A bar on stderr, at a terminal alone."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as shown:
        shown.add_task(text, total=total)
        yield shown


def move_all(deployment: Deployment, destination: Destination) -> int:
    """Move every dead letter by SQS's move task, and return how many it moved. Raises Trouble if it did not end well.

    The destination is named: SQS knows no source of letters that the relay itself wrote. A task that already runs is
    waited for; interrupting leaves it running.
    """
    sqs = deployment.client("sqs")
    source = destination.dead_letters_arn
    try:
        sqs.start_message_move_task(SourceArn=source, DestinationArn=destination.queue_arn)
    except ClientError as error:
        if "already a task running" not in str(error):
            raise
    with progress(None, "redriving") as shown:
        while True:
            (task,) = sqs.list_message_move_tasks(SourceArn=source, MaxResults=1)["Results"]
            moved = int(task.get("ApproximateNumberOfMessagesMoved", 0))
            shown.update(shown.task_ids[0], completed=moved, total=task.get("ApproximateNumberOfMessagesToMove"))
            if task["Status"] == "COMPLETED":
                return moved
            if task["Status"] != "RUNNING":
                why = task.get("FailureReason", task["Status"])
                raise Trouble(f"SQS stopped the redrive after {number(moved, 'message')}: {why}; run it again")
            time.sleep(_LOOK_AGAIN_SECONDS)


def move_chosen(deployment: Deployment, destination: Destination, chosen: Chosen, out: Out) -> tuple[int, int]:
    """Move the chosen dead letters, and return how many were chosen and how many moved."""
    moved = 0
    try:
        with looking(deployment, destination) as letters, progress(None, "redriving") as shown:
            wanted = [letter for letter in letters if chosen.takes(letter, now())]
            shown.update(shown.task_ids[0], total=len(wanted))
            for taken in move(deployment, destination, wanted):
                moved += taken
                shown.update(shown.task_ids[0], completed=moved)
            return len(wanted), moved
    finally:
        if moved:
            _count(deployment, destination, moved, out)


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
