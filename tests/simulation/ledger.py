"""A model of DynamoDB's table, as a client that the handlers are given."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from botocore.exceptions import ClientError

from tests.simulation.conditions import holds
from tests.simulation.sqs import hang
from tests.simulation.world import World

# What the table may do for a while: fail, throttle a part of every batch, lose its answers (written anyway), be
# slow, or hang, in all calls or in those that read or write.
MODES = ("", "down", "throttled", "lost", "slow", "hang", "hang-read", "hang-write")
# Calls that a run has under way at once (handlers.clients): where so many reads hang, or one write, no note is written.
CALLS = 10
# Questions of a run may take 3 s together: an answer later than this (s) may come too late.
PATIENCE = 2.9
# Under this event id are the circuits, which each process may have for itself.
CIRCUIT = "circuit"
Key = tuple[str, str]
Item = dict[str, Any]


class ModelLedger:
    """Items by key."""

    def __init__(self, world: World, mode: Callable[[], str], seconds: float = float("inf")) -> None:
        """`mode` says how it behaves now; for so many seconds the relay is to remember what was delivered."""
        self._world, self._mode, self._seconds = world, mode, seconds
        self.items: dict[Key, Item] = {}
        self.written: dict[Key, float] = {}  # when each item was
        self.unwritten: set[Key] = set()  # keys whose note was refused or never ended
        self.unread: dict[str, set[Key]] = {}  # what processes asked for and got no answer to
        self._asked_at: dict[str, float] = {}
        self._owed: dict[str, set[Key]] = {}  # what each process wanted to write of events, and did not
        self.told: set[str] = set()  # processes that read an operator's word on empty answers
        self.hanging: Counter[str] = Counter()  # reads of each process that never come back, and writes
        self.on_write: Callable[[Item], None] = lambda _: None

    def knows(self, key: Key) -> bool:
        """Whether it holds this key, and has not forgotten it."""
        return key in self.items and self.written[key] + self._seconds > self._world.now + 1

    def learn(self) -> None:
        """An operator says that Roku's successes without a body count as delivered."""
        said = {"event_id": CIRCUIT, "what": "answers#roku", "empty": "delivered"}
        self.items[CIRCUIT, said["what"]] = {name: {"S": text} for name, text in said.items()} | {
            "expires": {"N": "9e9"}
        }

    def _call(self, call: str) -> str:
        world, mode = self._world, self._mode()
        world.pause(world.random.uniform(0.002, 0.03))
        if mode in ("hang", f"hang-{call}"):
            self.hanging[world.process().name] += CALLS if call == "write" else 1
            hang(world)
        if mode == "slow":
            world.pause(world.random.uniform(0.2, 2.5))
        return mode

    def batch_get_item(self, *, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803
        """AWS's call."""
        [(table, request)] = RequestItems.items()
        keys = request["Keys"]
        assert 1 <= len(keys) <= 100
        assert len({_key(key) for key in keys}) == len(keys)
        process = self._world.process().name
        began = self._asked_at.setdefault(process, self._world.now)
        self.unread.setdefault(process, set()).update(map(_key, keys))  # until the answer is there
        mode = self._call("read")
        if mode in ("down", "lost"):
            _fail("InternalServerError", "BatchGetItem")
        left = [key for key in keys if mode == "throttled" and self._world.chance(0.5)]
        if self._world.now - began < PATIENCE:
            self._answered(process, {_key(key) for key in keys if key not in left})
        found = [self.items.get(_key(key)) for key in keys if key not in left]
        self.told |= {process for item in found if item and "empty" in item}
        unprocessed = {table: {"Keys": left}} if left else {}
        return {"Responses": {table: [item for item in found if item]}, "UnprocessedKeys": unprocessed}

    def _answered(self, process: str, keys: set[Key]) -> None:
        self.unread[process] -= keys
        if not self.unread[process]:
            del self.unread[process]

    def is_unheard(self, process: str) -> bool:
        """Whether it did not hear all that it wanted to know of deliveries and circuits, or could not note all."""
        asked = (what for _, what in self.unread.get(process, ()))
        return bool(self._owed.get(process)) or any(not what.startswith("unread#") for what in asked)

    def batch_write_item(self, *, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803
        """AWS's call."""
        [(table, requests)] = RequestItems.items()
        assert 1 <= len(requests) <= 25
        items = [request["PutRequest"]["Item"] for request in requests]
        keys = {_key(item) for item in items}
        assert len(keys) == len(items)
        if "sender_name" in items[0]:
            return self._of_the_door()
        fresh = self._open(keys)
        mode = self._call("write")
        if mode == "down":
            _fail("InternalServerError", "BatchWriteItem")
        left = []
        for item, request in zip(items, requests, strict=True):
            if mode == "throttled" and self._world.chance(0.5):
                left.append(request)
            else:
                self._put(item, fresh)
        if mode == "lost":
            _fail("InternalServerError", "BatchWriteItem")
        return {"UnprocessedItems": {table: left} if left else {}}

    def _of_the_door(self) -> dict[str, Any]:
        """What ingest writes of events that ended there: no promise is about it, and nothing reads it."""
        mode = self._mode()
        if mode in ("hang", "hang-write"):
            hang(self._world)
        if mode in ("down", "lost"):
            _fail("InternalServerError", "BatchWriteItem")
        return {"UnprocessedItems": {}}

    def put_item(
        self,
        *,
        TableName: str,  # noqa: ARG002, N803
        Item: Item,  # noqa: N803
        ConditionExpression: str = "",  # noqa: N803
        ExpressionAttributeNames: Mapping[str, str] | None = None,  # noqa: N803
        ExpressionAttributeValues: Mapping[str, Any] | None = None,  # noqa: N803
        ReturnValuesOnConditionCheckFailure: str = "NONE",  # noqa: N803
    ) -> dict[str, Any]:
        """AWS's call."""
        key = _key(Item)
        fresh = self._open({key})
        mode = self._call("write")
        if mode == "down" or (mode == "throttled" and self._world.chance(0.5)):
            _fail("InternalServerError", "PutItem")
        there = self.items.get(key)
        if ConditionExpression and not holds(
            ConditionExpression, there or {}, ExpressionAttributeNames or {}, ExpressionAttributeValues or {}
        ):
            self.unwritten -= fresh
            self._owed[self._world.process().name].discard(key)
            old = {"Item": there} if there and ReturnValuesOnConditionCheckFailure == "ALL_OLD" else {}
            _fail("ConditionalCheckFailedException", "PutItem", **old)
        self._put(Item, fresh)
        if mode == "lost":
            _fail("InternalServerError", "PutItem")
        return {}

    def _open(self, keys: set[Key]) -> set[Key]:
        """Notes are under way: unwritten until they are written. Those of them that no earlier call left unwritten."""
        fresh = keys - self.unwritten
        self.unwritten |= keys
        owed = self._owed.setdefault(self._world.process().name, set())
        owed |= {key for key in keys if key[0] != CIRCUIT}
        return fresh

    def _put(self, item: Item, fresh: set[Key]) -> None:
        key = _key(item)
        self.on_write(item)
        if (there := self.items.get(key)) and (_sender(there), _sender(item)) == ("server", "browser"):
            assert not key[1].startswith("delivered#"), f"a browser's note is written over a server's: {key}"
        self.items[key], self.written[key] = item, self._world.now
        self._owed[self._world.process().name].discard(key)
        if key in fresh:
            self.unwritten.discard(key)


def _sender(item: Mapping[str, Any]) -> str:
    return str(item.get("sender", {}).get("S", ""))


def _key(item: Mapping[str, Any]) -> Key:
    return item["event_id"]["S"], item["what"]["S"]


def _fail(code: str, call: str, **more: Any) -> NoReturn:
    response: Any = {"Error": {"Code": code, "Message": ""}} | more
    raise ClientError(response, call)
