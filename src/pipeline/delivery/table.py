"""The items of the ledger's table: what each key and field means. Pure.

Partition key `event_id`; sort key `what`: outcome, destination, event group and event name. So delivery reads by key
what was delivered, an operator reads by event id all that became of it, and no outcome overwrites another. Circuits are
under the one event id `circuit`, so that one query finds them all. Nothing here is personal data.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from functools import lru_cache
from hashlib import sha256
from typing import Any, NamedTuple

from pipeline.contract.messages import SERVER
from pipeline.delivery.circuit import Circuit
from pipeline.delivery.windows import Tried

# DynamoDB's limits: bytes of a partition and a sort key.
_LONGEST_ID, _LONGEST_WHAT = 2_048, 1_024
# Seconds for which a circuit is remembered after its last change.
_CIRCUIT_SECONDS = 30 * 86_400
CIRCUIT = "circuit"
_NONE = Tried()

ItemKey = tuple[str, str]
Item = Mapping[str, Any]


class Key(NamedTuple):
    """What an event is to the ledger, besides its destination."""

    event_group_id: str
    event_name: str
    event_id: str


class Entry(NamedTuple):
    """One outcome to remember.

    `delivered` and `unread` with the sender's class and the fingerprint of the person, `unread` also with the windows
    that the event has used; `rejected` with its reason (safe) and HTTP status. `refused_by` are the signals by which
    the person limited its use. `order_id` is told where it is another one than the event's; `post_id` is the
    `request_id` of the answer to the post that brought it.
    """

    key: Key
    outcome: str
    reason: str = ""
    status: int | None = None
    sender: str = SERVER
    fingerprint: str = ""
    tried: Tried | None = None
    refused_by: str = ""
    order_id: str = ""
    post_id: str = ""


class Note(NamedTuple):
    """Whose event the ledger knows something of: the sender's class, and the fingerprint of the person."""

    sender: str = SERVER
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class Unread:
    """An event whose answers were lost: the windows it has used, when that was noted (epoch seconds), whose it is."""

    tried: Tried
    at: int
    note: Note = field(default_factory=Note)


@dataclass(frozen=True, slots=True)
class PutOff:
    """A run that began at `at` (epoch seconds) put a message off, and heard of all that it had sent of it.

    `receives`: how often the message had been received then; `tried`: what its events have used at most.
    """

    message_id: str
    receives: int
    at: int
    tried: Tried = _NONE


@dataclass(slots=True)
class Found:
    """What the ledger answered, and whether that was all. `put_off` is by message id."""

    delivered: dict[Key, Note] = field(default_factory=dict)
    circuits: dict[str, Circuit] = field(default_factory=dict)
    put_off: dict[str, PutOff] = field(default_factory=dict)
    accepts_empty: bool = False
    complete: bool = True


def event_key(outcome: str, destination: str, key: Key) -> ItemKey:
    """Where this outcome of an event is."""
    what = f"{outcome}#{destination}#{escaped(key.event_group_id)}#{key.event_name}"
    return _within(key.event_id, _LONGEST_ID), _within(what, _LONGEST_WHAT)


def circuit_key(destination: str, group: str) -> ItemKey:
    """Where the circuit of an event group is."""
    return CIRCUIT, _within(f"{CIRCUIT}#{destination}#{escaped(group)}", _LONGEST_WHAT)


def answers_key(destination: str) -> ItemKey:
    """Where an operator's word on empty answers is: `empty` is `delivered`."""
    return CIRCUIT, f"answers#{destination}"


def event_item(destination: str, entry: Entry, *, now: int, seconds: float, request_id: str) -> dict[str, Any]:
    """The item of one outcome, to be forgotten after so many seconds. `now` is epoch seconds."""
    event_id, what = event_key(entry.outcome, destination, entry.key)
    sender, fingerprint = ("", "") if entry.outcome == "rejected" else (entry.sender, entry.fingerprint)
    said: dict[str, str | int | None] = {
        "reason": entry.reason,
        "status": entry.status,
        "fingerprint": fingerprint,
        "refused_by": entry.refused_by,
        "order_id": entry.order_id,
    }
    if entry.tried is not None:
        said |= {"windows": entry.tried.windows, "began": entry.tried.began}
    shared = _shared(now, int(now + seconds), request_id, entry.post_id, sender)
    return {"event_id": {"S": event_id}, "what": {"S": what}, **shared, **item_of(said)}


@lru_cache(maxsize=8)
def _shared(at: int, expires: int, request_id: str, post_id: str, sender: str) -> dict[str, Any]:
    """What the items of a post have in common: making it again is half of an item's work."""
    return item_of({"at": at, "expires": expires, "request_id": request_id, "post_id": post_id, "sender": sender})


def circuit_item(destination: str, group: str, state: Circuit, *, now: float) -> dict[str, Any]:
    """The item of a circuit. `now` is epoch seconds."""
    event_id, what = circuit_key(destination, group)
    said: dict[str, str | float | None] = asdict(state)
    return item_of(said | {"event_id": event_id, "what": what, "expires": int(now + _CIRCUIT_SECONDS)})


def note_of(item: Item) -> Note:
    """Whose event the item is about; the version before noted neither class nor fingerprint."""
    return Note(text(item, "sender") or SERVER, text(item, "fingerprint"))


def unread_of(item: Item) -> Unread:
    """What the item says of windows."""
    return Unread(tried_of(item), number(item, "at"), note_of(item))


def circuit_of(item: Item) -> Circuit:
    """What the item says of a circuit."""
    said: dict[str, Any] = {}
    for one in fields(Circuit):
        if one.name in item:
            [(kind, value)] = item[one.name].items()
            said[one.name] = value if kind == "S" else float(value) if one.type is float else int(value)
    return Circuit(**said)


def key_of(item: Item) -> ItemKey:
    """Where the item is."""
    return item["event_id"]["S"], item["what"]["S"]


def text(item: Item, name: str) -> str:
    """A text of the item; empty if it has none."""
    return str(item.get(name, {}).get("S", ""))


def tried_of(item: Item) -> Tried:
    """The windows of the item, and since when."""
    return Tried(number(item, "windows"), number(item, "began") if "began" in item else None)


def number(item: Item, name: str) -> int:
    """A number of the item; 0 if it has none."""
    return int(float(item.get(name, {}).get("N", 0)))


def item_of(said: Mapping[str, str | float | None]) -> dict[str, Any]:
    """The item with these fields; those that are None or empty are left out."""
    present = ((name, value) for name, value in said.items() if value is not None and value != "")
    return {name: {"S": value} if isinstance(value, str) else {"N": str(value)} for name, value in present}


def escaped(group: str) -> str:
    """The event group without #, which divides a sort key."""
    return group.replace("%", "%25").replace("#", "%23")


def _within(key: str, most: int) -> str:
    """The key, or its digest where it has more bytes than it may have. An empty key is refused, a space is not."""
    encoded = key.encode()
    return (key or " ") if len(encoded) <= most else "sha256:" + sha256(encoded).hexdigest()
