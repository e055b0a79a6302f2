"""The ledger's table of a stack, read by its partition key."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple
from urllib.parse import unquote

from pipeline.delivery import table
from pipeline.delivery.table import Item
from relay.deployment import Deployment
from relay.durations import now
from relay.errors import Trouble

NO_TABLE = (
    "this stack has no table (LedgerDays=0), so nothing is kept of what was delivered, nor of what ended at the door:"
    " deploy it with LedgerDays of 1 or more"
)


def table_of(deployment: Deployment) -> str | None:
    """The table's name; None if the stack has none."""
    return deployment.outputs.get("LedgerTableName")


def needed(deployment: Deployment, without: str = NO_TABLE) -> str:
    """The table's name. Raises Trouble, with these words, if the stack has none."""
    if (name := table_of(deployment)) is None:
        raise Trouble(without)
    return name


def query(
    deployment: Deployment, partition: str, *, where: str = "", values: dict[str, str] | None = None, **options: Any
) -> Iterator[Item]:
    """The items under this partition key, in the order of their second key; none if the stack has no table.

    `where` limits them by that key, which is `what`, with these values. Expired ones are among them: see `fresh`.
    """
    if (name := table_of(deployment)) is None:
        return
    pages = deployment.client("dynamodb").get_paginator("query").paginate(
        TableName=name,
        KeyConditionExpression="event_id = :partition" + (f" AND {where}" if where else ""),
        ExpressionAttributeValues={
            f":{word}": {"S": text} for word, text in {"partition": partition, **(values or {})}.items()
        },
        **options,
    )  # fmt: skip
    for page in pages:
        yield from page["Items"]


class Place(NamedTuple):
    """What an item is about. `last` is the name of the event, or its place in the post if it ended at the door."""

    outcome: str
    destinations: tuple[str, ...]
    group: str
    last: str


def place_of(item: Item) -> Place:
    """What the item's second key says: four parts with # between; in the group # is escaped."""
    outcome, destinations, rest = [*table.text(item, "what").split("#", 2), "", ""][:3]
    group, _, last = rest.rpartition("#")
    return Place(outcome, tuple(destinations.split(",")), unquote(group), last)


def fresh(items: Iterable[Item]) -> Iterator[Item]:
    """Those that have not expired: DynamoDB deletes what has within days, not at once."""
    return (item for item in items if table.number(item, "expires") > now())
