"""`relay dlq`: what is no longer tried, why, and back to the queue with it."""

import json
import sys
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic_core import from_json

from destinations import load
from pipeline.outcome import COUNTED_TWICE
from relay.deployment import Deployment, Destination
from relay.durations import seconds
from relay.letters import Chosen, Letter, delete, depth, look, looking, now
from relay.printing import Out, age, moment, number
from relay.redrive import move_chosen
from relay.trouble import DECLINED, Trouble
from relay.verbs import BAD

HIDDEN = "(hidden: --show-data shows it)"

ReasonOption = Annotated[str | None, typer.Option("--reason", help="Only those whose reason contains this text.")]
EventNameOption = Annotated[str | None, typer.Option("--event-name", help="Only those of this event name.")]
GroupOption = Annotated[str | None, typer.Option("--group", help="Only those of this event group.")]
OlderOption = Annotated[
    str | None, typer.Option("--older-than", metavar="SPAN", help="Only those older than 90s, 15m, 24h, 7d.")
]
DestinationOption = Annotated[
    str | None, typer.Option("--destination", help="Only of this destination; without it of all that the stack has.")
]
ShowDataOption = Annotated[
    bool, typer.Option("--show-data", help="Show what is of a person too: hashed, but personal all the same.")
]
YesOption = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


def list_(
    deployment: Deployment,
    out: Out,
    reason: ReasonOption = None,
    event_name: EventNameOption = None,
    group: GroupOption = None,
    older_than: OlderOption = None,
    destination: DestinationOption = None,
) -> int:
    """List dead letters by reason: how many, since when, of which events."""
    chosen = _chosen(reason, event_name, group, older_than)
    found = [letter for one in deployment.destinations(destination) for letter in _look(deployment, one, chosen, out)]
    groups: list[dict[str, Any]] = [
        {
            "destination": where,
            "reason": why,
            "count": len(letters),
            "oldest": moment(letters[0].at),
            "age": age(now() - letters[0].at),
            "event_names": sorted({name for letter in letters for name in letter.event_names()}),
            "event_groups": sorted({letter.group for letter in letters}),
        }
        for (where, why), letters in _by_reason(found)
    ]
    out.answer({"dead_letters": len(found), "reasons": groups})
    if not groups:
        out.line("no dead letters" if chosen.everything() else "no dead letters like that")
        return 0
    rows = [
        [one["count"], one["age"], one["destination"], ", ".join(one["event_names"]), one["reason"]] for one in groups
    ]
    out.table(["count", "oldest", "destination", "events", "reason"], rows)
    return 0


def show(
    deployment: Deployment,
    out: Out,
    reason: ReasonOption = None,
    event_name: EventNameOption = None,
    group: GroupOption = None,
    older_than: OlderOption = None,
    destination: DestinationOption = None,
    most: Annotated[int, typer.Option("--most", "-n", min=1, help="Show so many at the most, the oldest.")] = 20,
    show_data: ShowDataOption = False,
) -> int:
    """Show dead letters one by one, with their events."""
    chosen = _chosen(reason, event_name, group, older_than)
    found = [letter for one in deployment.destinations(destination) for letter in _look(deployment, one, chosen, out)]
    shown = [_told(letter, show_data) for letter in found[:most]]
    out.answer(shown)
    for one in shown:
        out.line(f"{one['rejected_at']}  {one['destination']}  {one['event_group_id']}", style="bold")
        out.line(f"  {one['reason']}" + (f" ({one['status']})" if one["status"] not in ("", "none") else ""))
        for event in one["events"]:
            out.line(f"  {json.dumps(event, ensure_ascii=False)}")
    if not shown:
        out.line("no dead letters" if chosen.everything() else "no dead letters like that")
    if len(found) > most:
        out.aside(f"{number(len(found) - most, 'further dead letter')} not shown: raise --most")
    return 0


def export(
    deployment: Deployment,
    out: Out,
    file: Annotated[Path | None, typer.Argument(help="Where to; without it to the terminal or pipe.")] = None,
    reason: ReasonOption = None,
    event_name: EventNameOption = None,
    group: GroupOption = None,
    older_than: OlderOption = None,
    destination: DestinationOption = None,
    show_data: ShowDataOption = False,
) -> int:
    """Write dead letters as JSON Lines, an event a line, its reason beside it; they stay where they are.

    With --show-data `relay send` can send Roku's once they are mended. Rokt's are in Rokt's form: send them anew from
    where they came.
    """
    chosen = _chosen(reason, event_name, group, older_than)
    found = [letter for one in deployment.destinations(destination) for letter in _look(deployment, one, chosen, out)]
    lines = [json.dumps(event, ensure_ascii=False) for letter in found for event in _exported(letter, show_data)]
    text = "".join(f"{line}\n" for line in lines)
    if file is None:
        sys.stdout.write(text)
        return 0
    file.touch(mode=0o600)
    file.write_text(text, encoding="utf-8")
    out.answer({"exported": len(lines), "file": str(file)})
    out.line(f"{number(len(lines), 'event')} in {file}")
    return 0


def redrive(
    deployment: Deployment,
    out: Out,
    reason: ReasonOption = None,
    event_name: EventNameOption = None,
    group: GroupOption = None,
    older_than: OlderOption = None,
    destination: DestinationOption = None,
) -> int:
    """Move dead letters back to their queue, all or the chosen ones; what was delivered meanwhile is not sent again.

    Those that may have been counted twice are left out: look at them first, then name them by
    --reason "counted twice".
    """
    chosen = _chosen(reason, event_name, group, older_than)
    answers, missing = [], 0
    for one in deployment.destinations(destination):
        done = move_chosen(deployment, one, chosen, out)
        missing += done.wanted - done.moved
        answers.append(
            {
                "destination": one.name,
                "moved": done.moved,
                "not_moved": done.wanted - done.moved,
                "left_out": done.left_out,
            }
        )
        out.line(f"{one.name}: {number(done.moved, 'dead letter')} moved back to the queue")
        if done.left_out:
            out.aside(_left_out(one.name, done.left_out))
        _out_of_sight(deployment, one, out)
    out.answer(answers)
    if missing:
        out.aside(f"relay: SQS did not take {missing} of them; they are still dead letters: run it again")
    return BAD if missing else 0


def drop(
    deployment: Deployment,
    out: Out,
    reason: ReasonOption = None,
    event_name: EventNameOption = None,
    group: GroupOption = None,
    older_than: OlderOption = None,
    destination: DestinationOption = None,
    yes: YesOption = False,
) -> int:
    """Delete dead letters for good, after saying which and asking."""
    chosen = _chosen(reason, event_name, group, older_than)
    dropped = 0
    for one in deployment.destinations(destination):
        seen = _look(deployment, one, chosen, out)
        if not seen:
            continue
        for (_, why), letters in _by_reason(seen):
            names = ", ".join(sorted({name for letter in letters for name in letter.event_names()}))
            out.aside(f"{one.name}: {number(len(letters), 'dead letter')} ({names}): {why}")
        if not yes and not out.agrees(f"Delete {number(len(seen), 'dead letter')} of {deployment.name} for good?"):
            raise Trouble(DECLINED)
        ids = {letter.message_id for letter in seen}
        with looking(deployment, one) as letters:
            # Only what was shown: others may have come while the operator read.
            dropped += delete(deployment, one, [letter for letter in letters if letter.message_id in ids])
    out.answer({"dropped": dropped})
    out.line(f"{number(dropped, 'dead letter')} dropped")
    return 0


def _chosen(reason: str | None, event_name: str | None, group: str | None, older_than: str | None) -> Chosen:
    for name, value in (("--reason", reason), ("--event-name", event_name), ("--group", group)):
        if value == "":
            raise Trouble(f"{name} is empty: leave it out to mean all")
    return Chosen(reason, event_name, group, None if older_than is None else seconds(older_than))


def _look(deployment: Deployment, destination: Destination, chosen: Chosen, out: Out) -> list[Letter]:
    letters = look(deployment, destination)
    _out_of_sight(deployment, destination, out)
    return [letter for letter in letters if chosen.takes(letter, now())]


def _out_of_sight(deployment: Deployment, destination: Destination, out: Out) -> None:
    hidden = depth(deployment.client("sqs"), destination.dead_letters_url)["in_flight"]
    if hidden:
        out.aside(
            f"{destination.name}: about {number(hidden, 'further dead letter')} out of sight: somebody else looks at"
            " them; try again in some minutes"
        )


def _by_reason(letters: Sequence[Letter]) -> list[tuple[tuple[str, str], list[Letter]]]:
    def key(letter: Letter) -> tuple[str, str]:
        return letter.destination, _reason(letter)

    groups = [(name, list(found)) for name, found in groupby(sorted(letters, key=key), key=key)]
    return sorted(groups, key=lambda one: (one[0][0], -len(one[1])))


def _reason(letter: Letter) -> str:
    """What it is listed under: the one reason of all that may be counted twice, whatever their last answers were."""
    return COUNTED_TWICE if letter.may_be_counted_twice() else letter.reason


def _left_out(destination: str, count: int) -> str:
    return (
        f"{destination}: {number(count, 'dead letter')} left out that may have been counted twice: look first which"
        f' {destination.capitalize()} has (relay dlq show --reason "counted twice"), drop those, and name the others:'
        ' relay dlq redrive --reason "counted twice"'
    )


def _told(letter: Letter, show_data: bool) -> dict[str, Any]:
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


def _exported(letter: Letter, show_data: bool) -> Iterator[dict[str, Any]]:
    told = _told(letter, show_data)
    events = told.pop("events")
    group = told.pop("event_group_id")
    for event in events or [{}]:
        yield {"event_group_id": group, **event, "dead_letter": told}
