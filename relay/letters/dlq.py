"""`relay dlq`: what is no longer tried, why, and back to the queue with it."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from relay.deployment import Deployment
from relay.durations import now
from relay.errors import DECLINED, Trouble
from relay.letters.dead_letters import Chosen
from relay.letters.dlq_listing import by_reason, choosing, exported, left_out, look_at, tell_out_of_sight, told
from relay.letters.letter_queue import delete, looking
from relay.letters.redrive import move_chosen
from relay.printing import Out, age, moment, number
from relay.verbs import BAD, DestinationOption, YesOption

ShowDataOption = Annotated[
    bool, typer.Option("--show-data", help="Show personal data too: it is hashed, but still personal.")
]


@choosing
def list_(
    deployment: Deployment,
    out: Out,
    chosen: Chosen,
    destination: DestinationOption = None,
) -> int:
    """List dead letters by reason: how many, since when, of which events."""
    found = look_at(deployment, deployment.destinations(destination), chosen, out)
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
        for (where, why), letters in by_reason(found)
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


@choosing
def show(
    deployment: Deployment,
    out: Out,
    chosen: Chosen,
    destination: DestinationOption = None,
    most: Annotated[int, typer.Option("--most", "-n", min=1, help="Show so many at most, the oldest.")] = 20,
    show_data: ShowDataOption = False,
) -> int:
    """Show dead letters one by one, with their events."""
    found = look_at(deployment, deployment.destinations(destination), chosen, out)
    shown = [told(letter, show_data) for letter in found[:most]]
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


@choosing
def export(
    deployment: Deployment,
    out: Out,
    chosen: Chosen,
    file: Annotated[Path | None, typer.Argument(help="Where to; without it to the terminal or pipe.")] = None,
    destination: DestinationOption = None,
    show_data: ShowDataOption = False,
) -> int:
    """Write dead letters as JSON Lines, an event a line, its reason beside it; they stay where they are.

    With --show-data `relay send` can send Roku's once they are fixed. Rokt's are in Rokt's form: send them again from
    where they came.
    """
    found = look_at(deployment, deployment.destinations(destination), chosen, out)
    lines = [json.dumps(event, ensure_ascii=False) for letter in found for event in exported(letter, show_data)]
    text = "".join(f"{line}\n" for line in lines)
    if file is None:
        sys.stdout.write(text)
        return 0
    file.touch(mode=0o600)
    file.write_text(text, encoding="utf-8")
    out.answer({"exported": len(lines), "file": str(file)})
    out.line(f"{number(len(lines), 'event')} in {file}")
    return 0


@choosing
def redrive(
    deployment: Deployment,
    out: Out,
    chosen: Chosen,
    destination: DestinationOption = None,
) -> int:
    """Move dead letters back to their queue, all or the chosen ones; what was delivered meanwhile is not sent again.

    Those that may have been counted twice are left out: look at them first, then name them by
    --reason "counted twice".
    """
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
            out.aside(left_out(one.name, done.left_out))
        tell_out_of_sight(deployment, one, out)
    out.answer(answers)
    if missing:
        out.aside(f"relay: SQS did not take {missing} of them; they are still dead letters: run it again")
    return BAD if missing else 0


@choosing
def drop(
    deployment: Deployment,
    out: Out,
    chosen: Chosen,
    destination: DestinationOption = None,
    yes: YesOption = False,
) -> int:
    """Delete dead letters for good, after saying which and asking."""
    dropped = 0
    for one in deployment.destinations(destination):
        seen = look_at(deployment, [one], chosen, out)
        if not seen:
            continue
        for (_, why), letters in by_reason(seen):
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
