"""The sandbox: what it knows, and what it does with one request. Its control API is every sandbox's.

POST /v1/events, POST /v1/test_events   as Roku; only the first takes the events
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence

from local.roku_sandbox.answers import LIVE, MAX_BYTES, TEST, Batch, answer, read_batch
from local.roku_sandbox.faults import NO_FAULTS, Faults
from local.roku_sandbox.records import Records, Request
from local.sandbox import Sandbox, reply
from local.sandbox_server import Call, Reply


class RokuSandbox(Sandbox[Faults]):
    """Roku's Events API for tests and for the local stack; also a context manager.

    `keys` gives the event groups of each bearer key, `["*"]` meaning all. `clock` gives epoch seconds. Port 0 takes
    a free port, which is kept over `stop` and `start`. `strict=False` lets digests of nothing through (see `rules`).
    """

    def __init__(
        self,
        port: int = 0,
        keys: Mapping[str, Sequence[str]] | None = None,
        clock: Callable[[], float] = time.time,
        *,
        strict: bool = True,
    ) -> None:
        self._records = Records()
        super().__init__(port, NO_FAULTS, self._records)
        self._keys = dict(keys or {})
        self._clock = clock
        self._strict = strict

    def set_keys(self, keys: Mapping[str, Sequence[str]]) -> None:
        """Replace the keys, as an operator does who revokes one and makes another."""
        self._keys = dict(keys)

    def _serve(self, call: Call) -> Reply | None:
        batch = read_batch(call.body) if call.size <= MAX_BYTES else Batch()
        faults = NO_FAULTS
        if call.path in (LIVE, TEST):
            ids, partners = batch.texts("event_id"), batch.texts("partner_name")
            faults = self._switch.take(lambda faults: faults.affects(ids, partners))
        if self._waits(faults):
            return None
        now = self._clock()
        groups = None if faults.revoked else self._keys.get(call.key() or "")
        if faults.drop == "before":
            self._note(call, batch, status=None, key_ok=groups is not None, now=now)
            return None
        given = answer(call, batch, faults=faults, groups=groups, strict=self._strict, now=now)
        if call.path == LIVE and batch.group:
            self._records.ingest(batch.group, given.accepted, refused=given.refused, now=now)
        made = reply(given.status, json.dumps(given.content).encode(), given.headers, faults)
        self._note(call, batch, status=made.status if made else None, key_ok=groups is not None, now=now)
        return made

    def _note(self, call: Call, batch: Batch, *, status: int | None, key_ok: bool, now: float) -> None:
        ids = [event.get("event_id") if isinstance(event, dict) else None for event in batch.events]
        self._records.note(
            Request(
                path=call.path,
                status=status,
                key_ok=key_ok,
                event_group_id=batch.group,
                count=len(batch.events),
                bytes=call.size,
                event_ids=[event_id if isinstance(event_id, str) else None for event_id in ids],
                at=now,
            )
        )
