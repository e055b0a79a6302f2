"""`relay forget`: remove what is kept of an event."""

from typing import Annotated, Any

import typer

from pipeline.delivery import door_items
from relay.deployment import Deployment
from relay.errors import DECLINED, Trouble
from relay.events import ledger_items, posts
from relay.events.ledger_items import names_of
from relay.ledger_table import table_of
from relay.letters.dead_letters import Letter
from relay.letters.letter_queue import delete, depth, sift
from relay.printing import Out, number
from relay.verbs import UNKNOWN, YesOption


def forget(
    deployment: Deployment,
    out: Out,
    event_id: Annotated[str, typer.Argument(help="The event's id; `relay status` finds the ids of a person's events.")],
    yes: YesOption = False,
) -> int:
    """Remove what is kept of an event: from the ledger and from the dead letters. For a person's request.

    Not what the destinations have, nor what waits in the queue. A repeat of it is then sent as a new one. Exit code 4
    if nothing was kept.
    """
    if not yes and not out.agrees(f"Remove all that is kept of {event_id}? A repeat of it would be counted again."):
        raise Trouble(DECLINED)
    names = names_of(event_id)
    removed = {"ledger": 0, "posts": 0, "dead_letters": _letters(deployment, names)}
    if (table := table_of(deployment)) is not None:
        removed["ledger"] = _items(deployment, table, names)
        removed["posts"] = _from_posts(deployment, table, names)
    waiting = sum(depth(deployment.client("sqs"), one.queue_url)["visible"] for one in deployment.destinations())
    out.answer({"event_id": event_id, "removed": removed, "messages_waiting": waiting})
    notes, letters = number(removed["ledger"], "note"), number(removed["dead_letters"], "dead letter")
    out.line(f"removed: {notes} of the ledger, {number(removed['posts'], 'line')} of `relay log`, {letters}")
    if waiting:
        out.aside(f"{number(waiting, 'message')} waiting: if it is among them, it will be sent, and noted again")
    return 0 if any(removed.values()) else UNKNOWN


def _items(deployment: Deployment, table: str, names: tuple[str, ...]) -> int:
    found = [item for name in names for item in ledger_items.items(deployment, name)]
    for item in found:
        key = {"event_id": item["event_id"], "what": item["what"]}
        deployment.client("dynamodb").delete_item(TableName=table, Key=key)
    return len(found)


def _from_posts(deployment: Deployment, table: str, names: tuple[str, ...]) -> int:
    """Take it out of the posts that name it; a post without a further event goes whole."""
    dynamodb, count = deployment.client("dynamodb"), 0
    for item in posts.everything(deployment):
        left = door_items.without_event(item, names)
        if left is None:
            continue
        count += 1
        if any(door_items.events_of(left)):
            dynamodb.put_item(TableName=table, Item=left)
        else:
            dynamodb.delete_item(TableName=table, Key={"event_id": item["event_id"], "what": item["what"]})
    return count


def _letters(deployment: Deployment, names: tuple[str, ...]) -> int:
    """Delete its dead letters: each holds one event."""
    count = 0
    for one in deployment.destinations():

        def act(batch: list[Letter], one: Any = one) -> list[Letter]:
            nonlocal count
            mine = [letter for letter in batch if any(event.event_id in names for event in letter.events)]
            alone = [letter for letter in mine if len(letter.events) == 1]
            count += delete(deployment, one, alone)
            return alone

        sift(deployment, one, act)
    return count
