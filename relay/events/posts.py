"""What ended at the door, by time: the posts of which the ledger's table keeps something."""

from collections.abc import Iterator
from typing import Any

from pipeline.delivery import door_items
from pipeline.delivery.table import Item
from relay.deployment import Deployment
from relay.durations import now
from relay.ledger_table import fresh, query

_DAY = 86_400


def items(deployment: Deployment, start: float, end: float) -> Iterator[Item]:
    """The posts' items from `start` to `end` (epoch seconds), oldest first; one query a day."""
    start = max(start, now() - (door_items.DAYS + 1) * _DAY)
    first, last = int(start // _DAY), int(end // _DAY)
    for day in range(first, last + 1):
        span = {
            "from": door_items.time_key(start) if day == first else "0",
            "to": f"{door_items.time_key(end)}~" if day == last else "3",
        }
        key = door_items.day_key(day * _DAY)
        yield from fresh(query(deployment, key, where="what BETWEEN :from AND :to", values=span))


def events(deployment: Deployment, start: float, end: float) -> Iterator[dict[str, Any]]:
    """The events of these posts that are written down: at most 24 of each, those that no destination took first."""
    for item in items(deployment, start, end):
        yield from door_items.events_of(item)


def everything(deployment: Deployment) -> Iterator[Item]:
    """The items of all posts that are kept."""
    return items(deployment, 0, now() + _DAY)
