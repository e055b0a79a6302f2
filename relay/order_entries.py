"""What the relay keeps of orders: the ledger's items by event id, what ended at the door, and dead letters."""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import unquote

from pipeline.delivery import table
from relay.dead_letters import Letter, now
from relay.deployment import Deployment

_WORKERS = 10
_LONGEST_ID = 2_048  # bytes of DynamoDB's partition key: of a longer id the ledger has the digest
DELIVERY = frozenset({"delivered", "rejected", "unread"})
DOOR = frozenset({"not queued", "invalid", "withheld", "ignored"})


@dataclass(frozen=True, slots=True)
class Entry:
    """What became of an event at some destinations. `at` is epoch seconds.

    Outcomes are the table's words; `letter` is a dead letter. What ended at the door has no event name.
    """

    outcome: str
    destinations: tuple[str, ...]
    group: str = ""
    event_name: str = ""
    at: int = 0
    reason: str = ""
    refused_by: str = ""
    fingerprint: str = ""
    counted_twice: bool = False


def kept(deployment: Deployment, ids: Iterable[str]) -> dict[str, list[Entry]]:
    """The entries of each of these ids that the table has: one query for each id. Raises botocore's errors."""
    name, wanted = deployment.outputs.get("LedgerTableName"), sorted(set(ids))
    if name is None:
        return {}
    client = deployment.client("dynamodb")

    def look(event_id: str) -> list[Entry]:
        pages = client.get_paginator("query").paginate(
            TableName=name,
            KeyConditionExpression="event_id = :id",
            ExpressionAttributeValues={":id": {"S": _key(event_id)}},
        )
        # DynamoDB deletes what has expired within days, not at once.
        fresh = (item for page in pages for item in page["Items"] if table.number(item, "expires") > now())
        return [entry for item in fresh if (entry := entry_of(item)) is not None]

    with ThreadPoolExecutor(_WORKERS) as threads:
        return dict(zip(wanted, threads.map(look, wanted), strict=True))


def entry_of(item: Mapping[str, Any]) -> Entry | None:
    """What an item says of an event; None if it is a circuit or another thing."""
    # Four parts with # between: outcome, destinations, group, event name or place. In the group # is escaped.
    outcome, destinations, rest = [*table.text(item, "what").split("#", 2), "", ""][:3]
    if outcome not in DELIVERY | DOOR:
        return None
    group, _, last = rest.rpartition("#")
    fields, reason = table.text(item, "fields"), table.text(item, "reason")
    return Entry(
        outcome,
        tuple(destinations.split(",")),
        unquote(group),
        last if outcome in DELIVERY else "",
        table.number(item, "at") or table.number(item, "began"),
        f"{fields}: {reason}" if fields else reason,
        table.text(item, "refused_by"),
        table.text(item, "fingerprint"),
    )


def add_letters(found: dict[str, list[Entry]], letters: Iterable[Letter]) -> None:
    """Put dead letters beside what the table says, for the ids that are looked up."""
    for letter in letters:
        for event in letter.events:
            if event.event_id in found:
                found[event.event_id].append(
                    Entry(
                        "letter",
                        (letter.destination,),
                        letter.group,
                        event.event_name,
                        int(letter.at),
                        letter.reason,
                        event.refused_by,
                        event.fingerprint,
                        letter.may_be_counted_twice(),
                    )
                )


def _key(event_id: str) -> str:
    encoded = event_id.encode()
    return (event_id or " ") if len(encoded) <= _LONGEST_ID else "sha256:" + sha256(encoded).hexdigest()
