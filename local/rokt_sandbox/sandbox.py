"""The sandbox: what it knows, and what it does with one request. Its control API is every sandbox's.

Conversions API: POST /v2/events takes one object, POST /v2/bulkevents an array. Event API: POST /v2/events.
"""

import time
from collections.abc import Callable, Collection

from local.rokt_sandbox.answers import (
    MANY,
    MAX_BYTES,
    PATHS,
    Answer,
    Api,
    Batch,
    judge_events,
    judge_objects,
    obstacle,
    read_batch,
)
from local.rokt_sandbox.faults import NO_FAULTS, Faults
from local.rokt_sandbox.records import Records, Request
from local.sandbox import Sandbox, reply
from local.sandbox_server import Call, Reply


class RoktSandbox(Sandbox[Faults]):
    """One of Rokt's APIs for tests and for the local stack; also a context manager.

    `pairs` are the known `key:secret`, `account_id` the Event API's account. `clock` gives epoch seconds. Port 0 takes
    a free port, which is kept over `stop` and `start`.
    """

    def __init__(
        self,
        port: int = 0,
        pairs: Collection[str] = (),
        clock: Callable[[], float] = time.time,
        *,
        api: Api = "conversions",
        account_id: str = "",
    ) -> None:
        self._records = Records()
        super().__init__(port, NO_FAULTS, self._records)
        self._pairs = frozenset(pairs)
        self._clock = clock
        self._api: Api = api
        self._account_id = account_id

    def set_pairs(self, pairs: Collection[str]) -> None:
        """Replace the pairs, as an operator does who revokes one and makes another."""
        self._pairs = frozenset(pairs)

    def _serve(self, call: Call) -> Reply | None:
        batch = read_batch(call.body, call.path, self._api) if call.size <= MAX_BYTES else Batch()
        faults = NO_FAULTS
        if call.path in PATHS[self._api]:
            ids = set(filter(None, batch.ids()))
            faults = self._switch.take(lambda faults: faults.affects(ids))
        if self._waits(faults):
            return None
        now = self._clock()
        given = call.basic()
        key = None if given is None else given in self._pairs and not faults.revoked
        if faults.drop == "before":
            self._note(call, batch, status=None, key_ok=bool(key), now=now)
            return None
        made = self._answer(call, batch, faults, key=key, now=now)
        self._records.ingest(made.taken, refused=made.refused, now=now)
        success = 202 if self._api == "conversions" else 200
        body = made.body or (b'{"errors": []}' if faults.malformed else b"")
        sent = reply(made.status, body, made.headers, faults, success)
        self._note(call, batch, status=sent.status if sent else None, key_ok=bool(key), now=now)
        return sent

    def _answer(self, call: Call, batch: Batch, faults: Faults, *, key: bool | None, now: float) -> Answer:
        refused = obstacle(call, batch, self._api, faults, key=key)
        if refused is not None:
            return refused
        if self._api == "conversions":
            return judge_objects(batch, faults, bulk=call.path == MANY)
        judged = judge_events(batch, self._account_id, faults, now=now)
        keys = [key for key, _, _ in judged.taken if key is not None]
        if judged.status == 200 and not judged.refused and len(keys) == len(judged.taken) and self._records.knows(keys):
            return Answer(status=409, taken=judged.taken)
        return judged

    def _note(self, call: Call, batch: Batch, *, status: int | None, key_ok: bool, now: float) -> None:
        self._records.note(
            Request(
                path=call.path,
                status=status,
                key_ok=key_ok,
                count=len(batch.events),
                bytes=call.size,
                event_ids=batch.ids(),
                at=now,
            )
        )
