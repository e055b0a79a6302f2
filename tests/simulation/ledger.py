"""A model of DynamoDB's table, and of Secrets Manager, as clients that the handlers are given."""

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from tests.simulation.world import World


class ModelLedger:
    """Items by key; for a while it may be out of reach, or throttle a part of every batch."""

    def __init__(self, world: World, mode: Callable[[], str]) -> None:
        """`mode` is `ok`, `down`, `throttled` or `lost` (written, but the answer never comes) now."""
        self._world, self._mode = world, mode
        self.items: dict[tuple[str, str], dict[str, Any]] = {}
        self.unwritten: set[tuple[str, str]] = set()  # keys whose note was refused
        self.unread: set[str] = set()  # processes that got no whole answer to a question
        self.on_write: Callable[[str, str], None] = lambda *_: None

    def knows(self, key: tuple[str, str]) -> bool:
        """Whether it holds this key, and has not forgotten it."""
        return key in self.items and int(self.items[key]["expires"]["N"]) > self._world.now

    def _call(self) -> str:
        self._world.pause(self._world.random.uniform(0.002, 0.03))
        return self._mode()

    def batch_get_item(self, *, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803
        """AWS's call."""
        [(table, request)] = RequestItems.items()
        keys = request["Keys"]
        assert len(keys) <= 100
        mode = self._call()
        process = self._world.process().name
        if mode in ("down", "lost"):
            self.unread.add(process)
            raise ClientError({"Error": {"Code": "InternalServerError", "Message": ""}}, "BatchGetItem")
        left = [key for key in keys if mode == "throttled" and self._world.chance(0.5)]
        if left:
            self.unread.add(process)
        found = [self.items.get((key["event_id"]["S"], key["what"]["S"])) for key in keys if key not in left]
        unprocessed = {table: {"Keys": left}} if left else {}
        return {"Responses": {table: [item for item in found if item]}, "UnprocessedKeys": unprocessed}

    def batch_write_item(self, *, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803
        """AWS's call."""
        [(table, requests)] = RequestItems.items()
        assert len(requests) <= 25
        keys = [(r["PutRequest"]["Item"]["event_id"]["S"], r["PutRequest"]["Item"]["what"]["S"]) for r in requests]
        assert len(set(keys)) == len(keys)
        mode = self._call()
        if mode == "down":
            self.unwritten |= set(keys)
            raise ClientError({"Error": {"Code": "InternalServerError", "Message": ""}}, "BatchWriteItem")
        left = []
        for key, request in zip(keys, requests, strict=True):
            if mode == "throttled" and self._world.chance(0.5):
                left.append(request)
                self.unwritten.add(key)
            else:
                self.on_write(*key)
                self.items[key] = request["PutRequest"]["Item"]
        if mode == "lost":
            raise ClientError({"Error": {"Code": "InternalServerError", "Message": ""}}, "BatchWriteItem")
        return {"UnprocessedItems": {table: left} if left else {}}


class ModelSecrets:
    """The Secrets Manager client that the handlers are given."""

    def __init__(self, world: World, values: dict[str, Callable[[], str]]) -> None:
        """Each secret's value is asked for when it is read."""
        self._world, self._values = world, values

    def get_secret_value(self, *, SecretId: str) -> dict[str, str]:  # noqa: N803
        """AWS's call."""
        self._world.pause(self._world.random.uniform(0.002, 0.03))
        return {"SecretString": self._values[SecretId]()}
