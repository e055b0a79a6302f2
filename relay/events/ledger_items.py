"""What the ledger's table keeps of an event, by its id: what became of it, and what ended at the door."""

from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from pipeline.delivery import table
from pipeline.delivery.table import Item
from relay.deployment import Deployment
from relay.ledger_table import fresh, place_of, query
from relay.printing import moment

# The table's words, and ours: `unread` are tries whose answers could not be read.
_DELIVERY = {"delivered": "delivered", "rejected": "rejected", "unread": "answer lost", "collided": "collided"}
DOOR = ("not queued", "invalid", "withheld", "ignored")
_LONGEST_ID = 2_048  # bytes of DynamoDB's partition key: of a longer id the ledger has the digest


def names_of(event_id: str) -> tuple[str, str]:
    """Under which ids the event may be: of one that is a person's, or very long, the relay has the digest."""
    return event_id, sha256(event_id.encode()).hexdigest()


def items(deployment: Deployment, event_id: str) -> list[Item]:
    """All items of this id that say what became of an event. Circuits are none, whatever an event's id is."""
    encoded = event_id.encode()
    key = (event_id or " ") if len(encoded) <= _LONGEST_ID else "sha256:" + sha256(encoded).hexdigest()
    return [item for item in query(deployment, key) if is_of_an_event(item)]


def is_of_an_event(item: Item) -> bool:
    """Whether the item says what became of an event."""
    word = item["what"]["S"].partition("#")[0]
    return word in _DELIVERY or word in DOOR


def entries(found: Iterable[Item]) -> list[dict[str, Any]]:
    """What items say that have not expired, oldest first, an entry for each destination."""
    return sorted((one for item in fresh(found) for one in _told(item)), key=lambda entry: str(entry["at"]))


def _told(item: Item) -> list[dict[str, Any]]:
    outcome, destinations, group, last = place_of(item)
    said = {
        "outcome": _DELIVERY.get(outcome, outcome),
        "event_id": table.text(item, "event_id"),
        "at": moment(table.number(item, "at") or table.number(item, "began")),
        "event_group_id": group,
        "event_name": last if outcome in _DELIVERY else "",
        "fields": table.text(item, "fields"),
        "reason": table.text(item, "reason") or _lost(item),
        "status": table.number(item, "status") if "status" in item else None,
        "refused_by": table.text(item, "refused_by"),
        "request_id": table.text(item, "request_id"),
        "post_id": table.text(item, "post_id"),
        "sender": table.text(item, "sender_name"),
        "source": table.text(item, "source"),
    }
    return [said | {"destination": one} for one in destinations]


def _lost(item: Item) -> str:
    if not item["what"]["S"].startswith("unread#"):
        return ""
    return f"the answer could not be read, in {table.number(item, 'windows') or 1} of 2 windows of tries"


def why(entry: dict[str, Any]) -> str:
    """An entry's reason, with the fields at fault before it and the signals of consent behind it."""
    fields = f"{entry['fields']}: " if entry.get("fields") else ""
    door = entry["outcome"] in DOOR
    limited = entry.get("refused_by") and (
        f"by {entry['refused_by']}" if door else f"its use is limited: {entry['refused_by']}"
    )
    sender = f"from {entry['sender']} via {entry['source']}" if entry.get("sender") else ""
    return "; ".join(filter(None, (f"{fields}{entry.get('reason', '')}", limited, sender)))
