"""What the relay keeps of orders: the ledger's items by event id, what ended at the door, and dead letters."""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, NamedTuple

from pipeline.delivery import table
from pipeline.intake.door import safe_id
from relay.deployment import Deployment
from relay.durations import now
from relay.events import ledger_items, posts
from relay.events.ledger_items import DOOR
from relay.ledger_table import fresh, place_of, table_of
from relay.letters.dead_letters import Letter

_WORKERS = 10
_FAULTY = ("invalid", "refused")
DELIVERY = frozenset({"delivered", "rejected", "unread"})


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


class Nameless(NamedTuple):
    """An event that was invalid and had no id, or a post that was refused as a whole. `at` is epoch seconds.

    Without `destinations` it ended at the door of all. `why` is the reason, the sender and the source.
    """

    at: int
    destinations: tuple[str, ...]
    why: str


def kept(deployment: Deployment, ids: Iterable[str]) -> dict[str, list[Entry]]:
    """The entries of each of these ids that the table has: one query for each id, two where it keeps a digest.

    Raises botocore's errors.
    """
    wanted = sorted(set(ids))
    if table_of(deployment) is None:
        return {}
    deployment.client("dynamodb")  # made once: the threads share it

    def look(event_id: str) -> list[Entry]:
        # Of an id that is a person's, or long, the door and the ledger have the digest.
        names = dict.fromkeys((event_id, safe_id(event_id) or event_id))
        found = (item for one in names for item in ledger_items.items(deployment, one))
        return [entry for item in fresh(found) if (entry := entry_of(item)) is not None]

    with ThreadPoolExecutor(_WORKERS) as threads:
        return dict(zip(wanted, threads.map(look, wanted), strict=True))


def entry_of(item: Mapping[str, Any]) -> Entry | None:
    """What an item says of an event; None if it is a circuit or another thing."""
    outcome, destinations, group, last = place_of(item)
    if outcome not in DELIVERY.union(DOOR):
        return None
    fields, reason = table.text(item, "fields"), table.text(item, "reason")
    return Entry(
        outcome,
        destinations,
        group,
        last if outcome in DELIVERY else "",
        table.number(item, "at") or table.number(item, "began"),
        f"{fields}: {reason}" if fields else reason,
        table.text(item, "refused_by"),
        table.text(item, "fingerprint"),
    )


def nameless(deployment: Deployment) -> list[Nameless]:
    """What was refused at the door and no id leads to, as `relay log` lists it, oldest first; one query a day.

    What was ignored, such as a missed call, is not an order.
    """
    events = posts.events(deployment, 0, now())
    return [
        Nameless(
            one["at"],
            tuple(one["destinations"]),
            ledger_items.why({"fields": "", "reason": "", **one, "sender": one["sender_name"]}),
        )
        for one in events
        if not one["event_id"] and one["outcome"] in _FAULTY
    ]


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
