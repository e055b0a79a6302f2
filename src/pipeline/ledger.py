"""DynamoDB: which events were delivered, and which were rejected and why. It holds no personal data.

Partition key `event_id`; sort key `what`: outcome, destination, event group and event name. So delivery reads by key
what was delivered, an operator reads by event id all that became of it, and a rejection never overwrites a delivery.
"""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# DynamoDB's limits: items of one batched read and write, bytes of a partition and a sort key.
_READ, _WRITE = 100, 25
_LONGEST_ID, _LONGEST_WHAT = 2_048, 1_024


class Key(NamedTuple):
    """What an event is to the ledger, besides its destination."""

    event_group_id: str
    event_name: str
    event_id: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One outcome to remember: `delivered`, or `rejected` with its reason (safe) and HTTP status."""

    key: Key
    outcome: str
    reason: str = ""
    status: int | None = None


class Ledger:
    """One table, for one destination. Raises nothing of DynamoDB's: without an answer delivery goes on."""

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

    def delivered(self, keys: Collection[Key]) -> tuple[set[Key], bool]:
        """Those of the keys that were delivered already, and whether the whole answer was to be had."""
        by_item = {self._item_key("delivered", key): key for key in keys}
        found: set[Key] = set()
        now = self._now()

        def read(names: Sequence[tuple[str, str]]) -> bool:
            left: Any = [{"event_id": {"S": event_id}, "what": {"S": what}} for event_id, what in names]
            for _ in range(2):  # what was throttled is asked for once more; botocore waits in between
                answer = self._client.batch_get_item(
                    RequestItems={self._table: {"Keys": left, "ProjectionExpression": "event_id,what,expires"}}
                )
                for item in answer["Responses"].get(self._table, []):
                    # DynamoDB deletes what has expired within days, not at once.
                    if int(item["expires"]["N"]) > now:
                        found.add(by_item[item["event_id"]["S"], item["what"]["S"]])
                left = answer["UnprocessedKeys"].get(self._table, {"Keys": []})["Keys"]
                if not left:
                    return True
            return False

        return found, self._each(read, list(by_item), _READ)

    def note(self, entries: Sequence[Entry]) -> bool:
        """Remember the outcomes, and return whether all of them were written."""
        now = int(self._now())
        items: dict[tuple[str, str], dict[str, Any]] = {}
        for entry in entries:
            event_id, what = self._item_key(entry.outcome, entry.key)
            item: dict[str, Any] = {
                "event_id": {"S": event_id},
                "what": {"S": what},
                "at": {"N": str(now)},
                "request_id": {"S": self._request_id},
                "expires": {"N": str(int(now + self._seconds))},
            }
            if entry.reason:
                item["reason"] = {"S": entry.reason}
            if entry.status is not None:
                item["status"] = {"N": str(entry.status)}
            items[event_id, what] = item  # a batch may not name an item twice

        def write(batch: Sequence[Mapping[str, Any]]) -> bool:
            left: Any = [{"PutRequest": {"Item": item}} for item in batch]
            for _ in range(2):
                answer = self._client.batch_write_item(RequestItems={self._table: left})
                left = answer["UnprocessedItems"].get(self._table)
                if not left:
                    return True
            return False

        return self._each(write, list(items.values()), _WRITE)

    def _item_key(self, outcome: str, key: Key) -> tuple[str, str]:
        group = key.event_group_id.replace("#", "%23")  # a name may hold # too: Rokt takes any
        what = f"{outcome}#{self._destination}#{group}#{key.event_name}"
        return _within(key.event_id, _LONGEST_ID), _within(what, _LONGEST_WHAT)

    def _each(self, call: Callable[[Sequence[Any]], bool], things: Sequence[Any], size: int) -> bool:
        def attempt(batch: Sequence[Any]) -> bool:
            try:
                return call(batch)
            except (BotoCoreError, ClientError):
                return False

        batches = [things[start : start + size] for start in range(0, len(things), size)]
        if len(batches) == 1:
            return attempt(batches[0])
        return all(list(self._executor.map(attempt, batches)))


def _within(text: str, most: int) -> str:
    """The text, or its digest where it has more bytes than a key may have. An empty key is refused, a space is not."""
    encoded = text.encode()
    return (text or " ") if len(encoded) <= most else "sha256:" + sha256(encoded).hexdigest()
