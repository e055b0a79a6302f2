"""How dead letters are chosen, grouped and told, by every verb of `relay dlq`."""

import inspect
from collections.abc import Callable, Iterator, Sequence
from functools import wraps
from itertools import groupby
from typing import Annotated, Any, get_type_hints

import typer
from pydantic_core import from_json

from destinations import load
from pipeline.contract.outcome import COUNTED_TWICE
from relay.deployment import Deployment, Destination, title_of
from relay.durations import now, seconds
from relay.errors import Misuse
from relay.letters.dead_letters import Chosen, Letter
from relay.letters.letter_queue import depth, look
from relay.printing import Out, moment, number

HIDDEN = "(hidden: --show-data shows it)"


_OPTIONS: dict[str, Any] = {
    "reason": Annotated[str | None, typer.Option("--reason", help="Only those whose reason contains this text.")],
    "event_name": Annotated[str | None, typer.Option("--event-name", help="Only those of this event name.")],
    "group": Annotated[str | None, typer.Option("--group", help="Only those of this event group.")],
    "older_than": Annotated[
        str | None, typer.Option("--older-than", metavar="SPAN", help="Only those older than 90s, 15m, 24h, 7d.")
    ],
    "message_id": Annotated[
        str | None, typer.Option("--message-id", help="Only this one, by the message_id of `show --json`.")
    ],
}


def choosing(work: Callable[..., int]) -> Callable[..., int]:
    """The verb `work(deployment, out, chosen, ...)` with the options that choose dead letters in the place of `chosen`.

    Raises Misuse for an empty one.
    """

    @wraps(work)
    def run(deployment: Deployment, out: Out, **given: Any) -> int:
        asked = {name: given.pop(name, None) for name in _OPTIONS}
        if empty := [name for name, value in asked.items() if value == ""]:
            raise Misuse(f"--{empty[0].replace('_', '-')} is empty: leave it out to mean all")
        older_than = asked.pop("older_than")
        return work(deployment, out, Chosen(older_than=older_than and seconds(older_than), **asked), **given)

    hints = {**get_type_hints(work, include_extras=True), **_OPTIONS}
    del hints["chosen"]
    deployment, out, _, *others = inspect.signature(work).parameters.values()
    options = [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None) for name in _OPTIONS]
    others = [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in others]
    run.__signature__ = inspect.Signature([deployment, out, *options, *others])  # type: ignore[attr-defined]
    run.__annotations__ = hints
    return run


def look_at(deployment: Deployment, destinations: Sequence[Destination], chosen: Chosen, out: Out) -> list[Letter]:
    """The chosen dead letters of the destinations; says how many are out of sight."""
    found = []
    for one in destinations:
        letters = look(deployment, one)
        tell_out_of_sight(deployment, one, out)
        found += [letter for letter in letters if chosen.takes(letter, now())]
    return found


def tell_out_of_sight(deployment: Deployment, destination: Destination, out: Out) -> None:
    """Say how many dead letters somebody else looks at."""
    hidden = depth(deployment.client("sqs"), destination.dead_letters_url)["in_flight"]
    if hidden:
        out.aside(
            f"{destination.name}: about {number(hidden, 'further dead letter')} out of sight: somebody else looks at"
            " them; try again in some minutes"
        )


def by_reason(letters: Sequence[Letter]) -> list[tuple[tuple[str, str], list[Letter]]]:
    """The dead letters by destination and reason, of each destination the most frequent first."""

    def key(letter: Letter) -> tuple[str, str]:
        return letter.destination, _reason(letter)

    groups = [(name, list(found)) for name, found in groupby(sorted(letters, key=key), key=key)]
    return sorted(groups, key=lambda one: (one[0][0], -len(one[1])))


def _reason(letter: Letter) -> str:
    """What it is listed under: the one reason of all that may be counted twice, whatever their last answers were."""
    return COUNTED_TWICE if letter.may_be_counted_twice() else letter.reason


def left_out(destination: str, count: int) -> str:
    """What to say of those that may have been counted twice."""
    return (
        f"{destination}: {number(count, 'dead letter')} left out that may have been counted twice: look first which"
        f' {title_of(destination)} has (relay dlq show --reason "counted twice"), drop those, and name the others:'
        ' relay dlq redrive --reason "counted twice"'
    )


def told(letter: Letter, show_data: bool) -> dict[str, Any]:
    """A dead letter as it is answered; without `show_data` nothing of a person."""
    events, mask = [from_json(event.line) for event in letter.events], load(letter.destination).masked
    return {
        "destination": letter.destination,
        "event_group_id": letter.group,
        "reason": letter.reason,
        "status": letter.status,
        "rejected_at": moment(letter.at),
        "message_id": letter.message_id,
        "events": events if show_data else [mask(event, HIDDEN) for event in events],
    }


def exported(letter: Letter, show_data: bool) -> Iterator[dict[str, Any]]:
    """Its events, each with the dead letter beside it."""
    about = told(letter, show_data)
    events = about.pop("events")
    group = about.pop("event_group_id")
    for event in events or [{}]:
        yield {"event_group_id": group, **event, "dead_letter": about}
