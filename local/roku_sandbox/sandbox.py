"""The sandbox: what it knows, and what it does with one request. Its control API is every sandbox's.

POST /v1/events, POST /v1/test_events   as Roku; only the first takes the events
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from local.http_server import Answer, Request
from local.roku_sandbox.answers import LIVE, MAX_BYTES, TEST, Batch, answer, read_batch
from local.roku_sandbox.faults import NO_FAULTS, Faults
from local.sandbox import Sandbox, reply
from local.sandbox.profiles import Profile

WINDOW: Final = 600  # seconds; Roku: "within 10 minutes of each other with the same event ID"


class RokuSandbox(Sandbox[Faults]):
    """Roku's Events API for tests and for the local stack; also a context manager.

    `keys` gives the event groups of each bearer key, `["*"]` meaning all. `clock` gives epoch seconds. Port 0 takes
    a free port, which is kept over `stop` and `start`. `profile`: see
    `local.sandbox.profiles`.
    """

    def __init__(
        self,
        port: int = 0,
        keys: Mapping[str, Sequence[str]] | None = None,
        clock: Callable[[], float] = time.time,
        *,
        profile: Profile = "relay",
    ) -> None:
        super().__init__(port, NO_FAULTS, WINDOW, profile)
        self._keys = dict(keys or {})
        self._clock = clock

    def set_keys(self, keys: Mapping[str, Sequence[str]]) -> None:
        """Replace the keys, as an operator does who revokes one and makes another."""
        self._keys = dict(keys)

    def refusal(self, text: str) -> object:
        """By field."""
        return {"event": text}

    def _serve(self, request: Request) -> Answer | None:
        batch = read_batch(request.body, self.profile) if len(request.body) <= MAX_BYTES else Batch()
        faults = NO_FAULTS
        if request.path in (LIVE, TEST):
            ids, partners = batch.texts("event_id"), batch.texts("partner_name")
            faults = self._switch.take(lambda faults: faults.affects(ids, partners))
        if self._waits(faults):
            return None
        now = self._clock()
        groups = None if faults.revoked else self._keys.get(_key(request, self.profile))
        made = None
        if faults.drop != "before":
            given = answer(request, batch, faults=faults, groups=groups, profile=self.profile, now=now)
            if request.path == LIVE and batch.group:
                taken = [
                    ((batch.group, one), one, event) if (one := _id(event)) else (None, None, event)
                    for event in given.accepted
                ]
                self._records.ingest(taken, refused=given.refused, now=now, event_group_id=batch.group)
            made = reply(given.status, json.dumps(given.content).encode(), given.headers, faults)
        self._records.note(
            path=request.path,
            status=made.status if made else None,
            key_ok=groups is not None,
            event_group_id=batch.group,
            count=len(batch.events),
            bytes=len(request.body),
            event_ids=[_id(event) for event in batch.events],
            at=now,
        )
        return made


def _key(request: Request, profile: Profile) -> str:
    """The bearer key of the Authorization header, empty if there is none; Ringba's guide calls it Authentication."""
    given = request.headers.get("authorization", "")
    if profile == "lenient":
        given = given or request.headers.get("authentication", "")
    scheme, _, key = given.partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""


def _id(event: Any) -> str | None:
    found = event.get("event_id") if isinstance(event, dict) else None
    return found if isinstance(found, str) else None
