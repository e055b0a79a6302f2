"""DynamoDB: what became of each event, and each event group's circuit (`pipeline.delivery.table`).

Nothing here raises what DynamoDB raises, and nothing waits longer than it is told to: without an answer delivery goes
on.
"""

import time
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from pipeline.aws import waiting
from pipeline.contract.messages import BROWSER
from pipeline.delivery import marks
from pipeline.delivery import table as items
from pipeline.delivery.circuit import Circuit
from pipeline.delivery.table import Entry, Found, Item, ItemKey, Key, PutOff, Unread

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# DynamoDB's limits: items of one batched read and write.
_READ, _WRITE = 100, 25


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

    def look_up(
        self, keys: Collection[Key], groups: Collection[str], seconds: float, messages: Collection[str] = ()
    ) -> Found:
        """Which of the events were delivered, the circuits of the event groups, and which messages were put off."""
        events = {items.event_key("delivered", self._destination, key): key for key in keys}
        circuits = {items.circuit_key(self._destination, group): group for group in groups}
        put_off = {marks.key(self._destination, message): message for message in messages}
        answers = items.answers_key(self._destination)
        names = [*circuits, answers, *put_off, *events] if circuits else list(events)
        read, complete = self._read(names, seconds)
        found = Found(complete=complete)
        for name, item in read.items():
            if name in events:
                found.delivered[events[name]] = items.note_of(item)
            elif name in put_off:
                found.put_off[put_off[name]] = marks.mark_of(item)
            elif name in circuits:
                found.circuits[circuits[name]] = items.circuit_of(item)
            else:
                found.accepts_empty = items.text(item, "empty") == "delivered"
        if complete:
            for group in groups:
                found.circuits.setdefault(group, Circuit())
        return found

    def unread(self, keys: Collection[Key], seconds: float) -> dict[Key, Unread]:
        """The windows that events have used, as far as it is known: other messages may hold the same events."""
        names = {items.event_key("unread", self._destination, key): key for key in keys}
        read, _ = self._read(list(names), seconds)
        return {names[name]: items.unread_of(item) for name, item in read.items()}

    def note(self, entries: Sequence[Entry | PutOff], seconds: float) -> bool:
        """Remember the outcomes and what was put off, and return whether all of them were written.

        What a browser's event says is never written over a server's.
        """
        made = [self._item(entry) for entry in entries]
        once = {items.key_of(item): item for item in made}.values()  # a batch names an item once
        guarded = [item for item in once if _is_browsers(item)]
        plain = [item for item in once if not _is_browsers(item)]
        began = self._now()
        written = waiting.each(self._executor, self._write, _batches(plain, _WRITE), seconds)
        left = max(0.0, seconds - (self._now() - began))
        written += waiting.each(self._executor, self._write_guarded, guarded, left)
        return all(written)

    def _item(self, entry: Entry | PutOff) -> Item:
        if isinstance(entry, PutOff):
            return marks.item(self._destination, entry)
        now, request_id = int(self._now()), self._request_id
        return items.event_item(self._destination, entry, now=now, seconds=self._seconds, request_id=request_id)

    def change(self, group: str, old: Circuit, new: Circuit, seconds: float) -> tuple[Circuit, bool] | None:
        """Write a circuit if nobody else has since `old`.

        Returns what the table holds now and whether that was written here; None without an answer.
        """
        changed = replace(new, version=old.version + 1)

        def put(item: Item) -> tuple[Circuit, bool] | None:
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
                return (items.circuit_of(there), False) if there else None
            except BotoCoreError:
                return None
            return changed, True

        item = items.circuit_item(self._destination, group, changed, now=self._now())
        return waiting.each(self._executor, put, [item], seconds)[0]

    def _read(self, names: Sequence[ItemKey], seconds: float) -> tuple[dict[ItemKey, Item], bool]:
        """The items of these keys that have not expired, and whether the lookup was complete."""
        now = self._now()

        def read(batch: Sequence[ItemKey]) -> tuple[list[Item], bool]:
            left: Any = [{"event_id": {"S": event_id}, "what": {"S": what}} for event_id, what in batch]
            got: list[Item] = []
            for _ in range(2):  # what was throttled is asked for once more; botocore waits in between
                try:
                    answer = self._client.batch_get_item(RequestItems={self._table: {"Keys": left}})
                except (BotoCoreError, ClientError):
                    return got, False
                got += answer["Responses"].get(self._table, [])
                left = answer["UnprocessedKeys"].get(self._table, {"Keys": []})["Keys"]
                if not left:
                    return got, True
            return got, False

        answers = waiting.each(self._executor, read, _batches(names, _READ), seconds)
        found = [item for answer in answers if answer for item in answer[0]]
        # DynamoDB deletes what has expired within days, not at once.
        fresh = {items.key_of(item): item for item in found if items.number(item, "expires") > now}
        return fresh, all(answer is not None and answer[1] for answer in answers)

    def _write(self, batch: Sequence[Item]) -> bool:
        return put(self._client, self._table, batch, tries=2)

    def _write_guarded(self, item: Item) -> bool:
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


def put(client: "DynamoDBClient", table: str, batch: Sequence[Item], *, tries: int) -> bool:
    """Write at most 25 items, what was throttled again in the next of so many tries; whether all were written."""
    left: Any = [{"PutRequest": {"Item": item}} for item in batch]
    for _ in range(tries):
        try:
            answer = client.batch_write_item(RequestItems={table: left})
        except (BotoCoreError, ClientError):
            return False
        left = answer["UnprocessedItems"].get(table)
        if not left:
            return True
    return False


def _batches(things: Sequence[Any], size: int) -> list[Sequence[Any]]:
    return [things[start : start + size] for start in range(0, len(things), size)]


def _is_browsers(item: Item) -> bool:
    return "sender" in item and item["sender"]["S"] == BROWSER
