"""The pinboard's sandbox, declared. A note of the kind TORN is refused."""

import json
import time

from local.http_server import Answer, Request
from local.sandbox import Sandbox, reply
from local.sandbox.faults import Faults
from local.sandboxes import Declared

_NONE = Faults()


class PinboardSandbox(Sandbox[Faults]):
    """The pinboard's API on 127.0.0.1, for one key."""

    def __init__(self, port: int, key: str) -> None:
        super().__init__(port, _NONE, 60.0)
        self._key = key

    def _serve(self, request: Request) -> Answer | None:
        faults = self._switch.take(Faults.affects_all)
        notes = json.loads(request.body)["notes"]
        torn = [note["note"] for note in notes if note["kind"] == "TORN"]
        status = 401 if request.headers.get("authorization") != f"Bearer {self._key}" else 207 if torn else 201
        if status != 401:
            kept = [(note["note"], note["note"], note) for note in notes if note["note"] not in torn]
            self._records.ingest(kept, refused=len(torn), now=time.time())
        ids = [note["note"] for note in notes]
        self._records.note(path=request.path, status=status, event_ids=ids, at=time.time())
        return reply(status, json.dumps({"torn": torn}).encode(), {}, faults)


SANDBOX = Declared(
    flag="--pinboard-sandbox-port",
    port=8083,
    key=lambda _: "local-pinboard-key",
    make=lambda port, key, _: PinboardSandbox(port, key),
)
