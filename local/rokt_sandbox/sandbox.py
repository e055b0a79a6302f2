"""The sandbox: what it knows, and what it does with one request. Its control API is every sandbox's.

Conversions API: POST /v2/events takes one object, POST /v2/bulkevents an array. Event API: POST /v2/events.
"""

import base64
import time
from collections.abc import Callable, Collection
from typing import Final

from local.http_server import Answer, Request
from local.rokt_sandbox.answers import (
    MANY,
    MAX_BYTES,
    PATHS,
    Api,
    Batch,
    Judgement,
    judge_events,
    judge_objects,
    obstacle,
    read_batch,
)
from local.rokt_sandbox.faults import NO_FAULTS, Faults
from local.sandbox import Sandbox, reply
from local.sandbox.profiles import Profile

WINDOW: Final = 30 * 86_400  # seconds; of Rokt's "30 to 60 days" the fewer, so that nothing relies on more


class RoktSandbox(Sandbox[Faults]):
    """One of Rokt's APIs for tests and for the local stack; also a context manager.

    `pairs` are the known `key:secret`, `account_id` the Event API's account, `profile` what is asked of events. `clock`
    gives epoch seconds. Port 0 takes a free port, which is kept over `stop` and `start`.
    """

    def __init__(
        self,
        port: int = 0,
        pairs: Collection[str] = (),
        clock: Callable[[], float] = time.time,
        *,
        api: Api = "conversions",
        account_id: str = "",
        profile: Profile = "relay",
    ) -> None:
        super().__init__(port, NO_FAULTS, WINDOW, profile)
        self._pairs = frozenset(pairs)
        self._clock = clock
        self._api: Api = api
        self._account_id = account_id

    def set_pairs(self, pairs: Collection[str]) -> None:
        """Replace the pairs, as an operator does who revokes one and makes another."""
        self._pairs = frozenset(pairs)

    def _serve(self, request: Request) -> Answer | None:
        batch = read_batch(request.body, request.path, self._api) if len(request.body) <= MAX_BYTES else Batch()
        faults = NO_FAULTS
        if request.path in PATHS[self._api]:
            ids = set(filter(None, batch.ids()))
            faults = self._switch.take(lambda faults: faults.affects(ids))
        if self._waits(faults):
            return None
        now = self._clock()
        given = _pair(request)
        key = None if given is None else given in self._pairs and not faults.revoked
        sent = None
        if faults.drop != "before":
            made = self._judge(request, batch, faults, key=key, now=now)
            self._records.ingest(made.taken, refused=made.refused, now=now)
            success = 202 if self._api == "conversions" else 200
            body = made.body or (b'{"errors": []}' if faults.malformed else b"")
            sent = reply(made.status, body, made.headers, faults, success)
        self._records.note(
            path=request.path,
            status=sent.status if sent else None,
            key_ok=bool(key),
            count=len(batch.events),
            bytes=len(request.body),
            event_ids=batch.ids(),
            at=now,
        )
        return sent

    def _judge(self, request: Request, batch: Batch, faults: Faults, *, key: bool | None, now: float) -> Judgement:
        refused = obstacle(request, batch, self._api, faults, key=key)
        if refused is not None:
            return refused
        if self._api == "conversions":
            return judge_objects(batch, faults, bulk=request.path == MANY, profile=self.profile)
        judged = judge_events(batch, self._account_id, faults, now=now, profile=self.profile)
        keys = [key for key, _, _ in judged.taken if key is not None]
        if judged.status == 200 and not judged.refused and len(keys) == len(judged.taken) and self._records.knows(keys):
            return Judgement(status=409, taken=judged.taken)
        return judged


def _pair(request: Request) -> str | None:
    """The `user:password` of the Authorization header (RFC 7617), if it has them."""
    scheme, _, word = request.headers.get("authorization", "").partition(" ")
    try:
        pair = base64.b64decode(word.strip(), validate=True).decode()
    except ValueError:
        return None
    return pair if scheme.lower() == "basic" and ":" in pair else None
