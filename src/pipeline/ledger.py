"""DynamoDB: what became of each event, and each event group's circuit. It holds no personal data.

Partition key `event_id`; sort key `what`: outcome, destination, event group and event name. So delivery reads by key
what was delivered, an operator reads by event id all that became of it, and no outcome overwrites another. Circuits are
under the one event id `circuit`, so that one query finds them all.

Nothing here raises what DynamoDB raises, and nothing waits longer than it is told to: without an answer delivery goes
on.
"""

import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import asdict, dataclass, field, fields
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from pipeline import waiting
from pipeline.circuit import Circuit
from pipeline.messages import BROWSER, SERVER
from pipeline.windows import Tried

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# DynamoDB's limits: items of one batched read and write, bytes of a partition and a sort key.
_READ, _WRITE = 100, 25
_LONGEST_ID, _LONGEST_WHAT = 2_048, 1_024
# Seconds for which a circuit is remembered after its last change.
_CIRCUIT_SECONDS = 30 * 86_400
CIRCUIT = "circuit"

_ItemKey = tuple[str, str]
_Item = Mapping[str, Any]


class Key(NamedTuple):
    """What an event is to the ledger, besides its destination."""

    event_group_id: str
    event_name: str
    event_id: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One outcome to remember.

    `delivered` with the sender's class and the fingerprint of the person; `rejected` with its reason (safe) and HTTP
    status; `unread` with the windows that the event has used.
    """

    key: Key
    outcome: str
    reason: str = ""
    status: int | None = None
    sender: str = SERVER
    fingerprint: str = ""
    tried: Tried | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """What the ledger knows of a delivery: the sender's class, and the fingerprint of the person."""

    sender: str = SERVER
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class Unread:
    """What the ledger knows of an event whose answers were lost: the windows it has used, and since when (epoch s)."""

    tried: Tried
    at: int


@dataclass(slots=True)
class Found:
    """What the ledger answered, and whether that was all."""

    delivered: dict[Key, Note] = field(default_factory=dict)
    circuits: dict[str, Circuit] = field(default_factory=dict)
    accepts_empty: bool = False
    complete: bool = True


class Ledger:
    """One table, for one destination. All `seconds` are the longest that a call may wait."""

    def __init__(
        self,
        client: "DynamoDBClient",
        table: str,
        *,
        destination: str,
        days: float,
        request_id: str,
        executor: Executor,
        now: Callable[[], float] = time.time,
    ) -> None:
        """Use `table` for the run of this request id, and forget after `days`.

        `executor` runs several calls at once; `now` is epoch seconds.
        """
        self._client = client
        self._table = table
        self._destination = destination
        self._seconds = days * 86_400
        self._request_id = request_id
        self._executor = executor
        self._now = now

    def look_up(self, keys: Collection[Key], groups: Collection[str], seconds: float) -> Found:
        """Which of the events were delivered, and the circuits of the event groups."""
        events = {self._key("delivered", key): key for key in keys}
        circuits = {self._circuit(group): group for group in groups}
        answers = (CIRCUIT, f"answers#{self._destination}")
        items, complete = self._read([*circuits, answers, *events] if circuits else list(events), seconds)
        found = Found(complete=complete)
        for name, item in items.items():
            if name in events:
                found.delivered[events[name]] = Note(_text(item, "sender") or SERVER, _text(item, "fingerprint"))
            elif name in circuits:
                found.circuits[circuits[name]] = _circuit_of(item)
            else:
                found.accepts_empty = _text(item, "empty") == "delivered"
        if complete:
            for group in groups:
                found.circuits.setdefault(group, Circuit())
        return found

    def unread(self, keys: Collection[Key], seconds: float) -> dict[Key, Unread]:
        """The windows that events have used, as far as it is known: other messages may hold the same events."""
        names = {self._key("unread", key): key for key in keys}
        items, _ = self._read(list(names), seconds)
        return {
            names[name]: Unread(
                Tried(_number(item, "windows"), _number(item, "began") if "began" in item else None),
                _number(item, "at"),
            )
            for name, item in items.items()
        }

    def note(self, entries: Sequence[Entry], seconds: float) -> bool:
        """Remember the outcomes, and return whether all of them were written.

        What a browser's event says is never written over a server's.
        """
        items = {name: item for entry in entries for name, item in [self._item(entry)]}  # a batch names an item once
        guarded = [item for item in items.values() if _text(item, "sender") == BROWSER]
        plain = [item for item in items.values() if _text(item, "sender") != BROWSER]
        began = self._now()
        written = waiting.each(self._executor, self._write, _batches(plain, _WRITE), seconds)
        left = max(0.0, seconds - (self._now() - began))
        written += waiting.each(self._executor, self._write_guarded, guarded, left)
        return all(written)

    def change(self, group: str, old: Circuit, new: Circuit, seconds: float) -> Circuit | None:
        """Write a circuit if nobody else has since `old`; return what the table holds now, None without an answer."""
        changed = asdict(new) | {"version": old.version + 1}

        def put(item: _Item) -> Circuit | None:
            try:
                self._client.put_item(
                    TableName=self._table,
                    Item=dict(item),
                    ConditionExpression="attribute_not_exists(version) OR version = :version",
                    ExpressionAttributeValues={":version": {"N": str(old.version)}},
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
            except ClientError as error:
                there: Any = error.response.get("Item")
                return _circuit_of(there) if there else None
            except BotoCoreError:
                return None
            return Circuit(**changed)

        event_id, what = self._circuit(group)
        item: dict[str, Any] = {name: _attribute(value) for name, value in changed.items() if value != ""}
        item |= {"event_id": {"S": event_id}, "what": {"S": what}}
        item["expires"] = {"N": str(int(self._now() + _CIRCUIT_SECONDS))}
        return waiting.each(self._executor, put, [item], seconds)[0]

    def _read(self, names: Sequence[_ItemKey], seconds: float) -> tuple[dict[_ItemKey, _Item], bool]:
        """The items of these keys that have not expired, and whether the lookup was complete."""
        now = self._now()

        def read(batch: Sequence[_ItemKey]) -> tuple[list[_Item], bool]:
            left: Any = [{"event_id": {"S": event_id}, "what": {"S": what}} for event_id, what in batch]
            items: list[_Item] = []
            for _ in range(2):  # what was throttled is asked for once more; botocore waits in between
                try:
                    answer = self._client.batch_get_item(RequestItems={self._table: {"Keys": left}})
                except (BotoCoreError, ClientError):
                    return items, False
                items += answer["Responses"].get(self._table, [])
                left = answer["UnprocessedKeys"].get(self._table, {"Keys": []})["Keys"]
                if not left:
                    return items, True
            return items, False

        answers = waiting.each(self._executor, read, _batches(names, _READ), seconds)
        items = [item for answer in answers if answer for item in answer[0]]
        # DynamoDB deletes what has expired within days, not at once.
        fresh = {(_text(item, "event_id"), _text(item, "what")): item for item in items if _expires(item) > now}
        return fresh, all(answer is not None and answer[1] for answer in answers)

    def _write(self, batch: Sequence[_Item]) -> bool:
        left: Any = [{"PutRequest": {"Item": item}} for item in batch]
        for _ in range(2):
            try:
                answer = self._client.batch_write_item(RequestItems={self._table: left})
            except (BotoCoreError, ClientError):
                return False
            left = answer["UnprocessedItems"].get(self._table)
            if not left:
                return True
        return False

    def _write_guarded(self, item: _Item) -> bool:
        try:
            self._client.put_item(
                TableName=self._table,
                Item=dict(item),
                ConditionExpression="attribute_not_exists(event_id) OR sender = :browser",
                ExpressionAttributeValues={":browser": {"S": BROWSER}},
            )
        except ClientError as error:
            return error.response["Error"]["Code"] == "ConditionalCheckFailedException"
        except BotoCoreError:
            return False
        return True

    def _item(self, entry: Entry) -> tuple[_ItemKey, dict[str, Any]]:
        now = int(self._now())
        name = self._key(entry.outcome, entry.key)
        said: dict[str, str | int | None] = {
            "event_id": name[0],
            "what": name[1],
            "at": now,
            "request_id": self._request_id,
            "expires": int(now + self._seconds),
            "reason": entry.reason,
            "status": entry.status,
        }
        if entry.outcome == "delivered":
            said |= {"sender": entry.sender, "fingerprint": entry.fingerprint}
        if entry.tried is not None:
            said |= {"windows": entry.tried.windows, "began": entry.tried.began}
        return name, {field: _attribute(value) for field, value in said.items() if value not in (None, "")}

    def _key(self, outcome: str, key: Key) -> _ItemKey:
        what = f"{outcome}#{self._destination}#{_escaped(key.event_group_id)}#{key.event_name}"
        return _within(key.event_id, _LONGEST_ID), _within(what, _LONGEST_WHAT)

    def _circuit(self, group: str) -> _ItemKey:
        return CIRCUIT, _within(f"{CIRCUIT}#{self._destination}#{_escaped(group)}", _LONGEST_WHAT)


def _batches(things: Sequence[Any], size: int) -> list[Sequence[Any]]:
    return [things[start : start + size] for start in range(0, len(things), size)]


def _escaped(group: str) -> str:
    """The event group without #, which divides a sort key."""
    return group.replace("%", "%25").replace("#", "%23")


def _within(text: str, most: int) -> str:
    """The text, or its digest where it has more bytes than a key may have. An empty key is refused, a space is not."""
    encoded = text.encode()
    return (text or " ") if len(encoded) <= most else "sha256:" + sha256(encoded).hexdigest()


def _attribute(value: str | float | None) -> dict[str, str]:
    return {"S": value} if isinstance(value, str) else {"N": str(value)}


def _text(item: _Item, name: str) -> str:
    return str(item.get(name, {}).get("S", ""))


def _number(item: _Item, name: str) -> int:
    return int(float(item.get(name, {}).get("N", 0)))


def _expires(item: _Item) -> int:
    return _number(item, "expires")


def _circuit_of(item: _Item) -> Circuit:
    said: dict[str, Any] = {}
    for field_ in fields(Circuit):
        if field_.name in item:
            [(kind, value)] = item[field_.name].items()
            said[field_.name] = value if kind == "S" else float(value) if field_.type is float else int(value)
    return Circuit(**said)


def groups_of(keys: Iterable[Key]) -> list[str]:
    """The event groups of these events, each once, in order."""
    return list(dict.fromkeys(key.event_group_id for key in keys))
