"""`relay drain`: what a queue of another stack still holds, into this stack's queue.

SQS cannot move it: its own tasks begin at a dead-letter queue, and a queue that outlived its stack is none.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated

import typer
from botocore.exceptions import ClientError

from destinations import NAMES, load
from relay.deployment import Deployment, Destination
from relay.errors import DECLINED, Misuse, Trouble, code
from relay.letters.dead_letters import Letter
from relay.letters.letter_queue import depth, move, sift
from relay.letters.redrive import progress
from relay.printing import Out, number
from relay.verbs import BAD, YesOption

# CloudFormation names a queue STACK-LOGICALID-RANDOM.
_TITLES = "|".join(load(name).title for name in NAMES)
_NAMED = re.compile(rf".*({_TITLES})(DeadLetter)?Queue(?:-[A-Za-z0-9]+)?").fullmatch
_GONE = frozenset({"AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist", "InvalidAddress"})


def drain(
    deployment: Deployment,
    out: Out,
    queue_url: Annotated[str, typer.Argument(help="The queue to empty, as `relay remove` or SQS's console shows it.")],
    destination: Annotated[
        str | None,
        typer.Option(
            "--destination", help=f"Whose conversions it holds, if its name does not say: {', '.join(NAMES)}."
        ),
    ] = None,
    dead_letters: Annotated[
        bool | None,
        typer.Option("--dead-letters/--waiting", help="Which kind it holds, if its name does not say."),
    ] = None,
    yes: YesOption = False,
) -> int:
    """Move all that a queue of another stack holds into this stack's: what waits to the queue, dead letters to theirs.

    Each message is sent as it is before the old one is deleted, so that a crash repeats and never loses; run it again
    to go on. Exit code 1 if something is left.
    """
    source = route(deployment, queue_url, destination, dead_letters)
    held = _held(deployment, queue_url)
    kind = "dead letters" if source.queue_url != _own(deployment, source.name).queue_url else "what waits"
    out.aside(f"{number(sum(held.values()), 'message')} of {_name(queue_url)} ({kind}) to {_name(source.queue_url)}")
    if sum(held.values()) and not yes and not out.agrees(f"Move them into the stack {deployment.name}?"):
        raise Trouble(DECLINED)
    moved = _move_all(deployment, source)
    left = _held(deployment, queue_url)
    out.answer({"moved": moved, "left": sum(left.values()), "in_flight": left["in_flight"], "to": source.queue_url})
    out.line(f"{source.name}: {number(moved, 'message')} moved into {deployment.name}")
    if sum(left.values()):
        out.aside(
            f"about {number(sum(left.values()), 'message')} left, {left['in_flight']} of them out of sight for up to 15"
            " minutes because somebody has received them: run it again then"
        )
        return BAD
    out.aside(f"The queue is empty. Delete it when you like: aws sqs delete-queue --queue-url {queue_url}")
    return 0


def route(deployment: Deployment, url: str, destination: str | None, dead_letters: bool | None) -> Destination:
    """The way to go: `dead_letters_url` is the queue to empty and `queue_url` the one to fill. Raises Trouble."""
    name = _name(url)
    named = _NAMED(name)
    if destination is None:
        if named is None:
            raise Misuse(
                f"whose conversions {name} holds, its name does not say: add --destination {' or '.join(NAMES)}"
            )
        destination = named[1].lower()
    if dead_letters is None:
        if named is None:
            raise Misuse(f"what {name} holds, its name does not say: add --dead-letters, or --waiting")
        dead_letters = named[2] is not None
    own = _own(deployment, destination)
    target, arn = (own.dead_letters_url, own.dead_letters_arn) if dead_letters else (own.queue_url, own.queue_arn)
    if url.rstrip("/") in (own.queue_url, own.dead_letters_url):
        raise Misuse(f"{name} is a queue of the stack {deployment.name} itself: name one of another stack")
    return replace(own, queue_url=target, queue_arn=arn, dead_letters_url=url, dead_letters_arn="")


def _own(deployment: Deployment, name: str) -> Destination:
    return deployment.destinations(name)[0]


def _move_all(deployment: Deployment, source: Destination) -> int:
    moved = 0

    def act(letters: list[Letter]) -> Iterator[Letter]:
        nonlocal moved
        for taken in move(deployment, source, letters):
            moved += len(taken)
            shown.update(shown.task_ids[0], completed=moved)
            yield from taken

    with progress(None, "moving") as shown:
        sift(deployment, source, act)
    return moved


def _held(deployment: Deployment, url: str) -> dict[str, int]:
    try:
        return depth(deployment.client("sqs"), url)
    except ClientError as error:
        if code(error) in _GONE:
            region = deployment.session.region_name
            raise Trouble(f"no queue {url} in {region}: check the URL, --region and --profile") from error
        raise


def _name(url: str) -> str:
    return url.rstrip("/").rsplit("/", 1)[-1]
