"""Server-sent events: the state whenever it differs, and the conversions that changed; at most five times a second."""

import json
import threading
import time
from collections.abc import Iterator
from typing import Any

from local.console.observer import Observer
from local.console.state import State

_PAUSE_SECONDS = 0.2  # between two sendings
_LOOK_SECONDS = 0.5  # until a look although nothing was seen: messages come back by time alone
_BEAT_SECONDS = 5.0  # until a sign of life: a client that went away is only noticed in writing to it
_ROWS_AT_ONCE = 500


def stream(observer: Observer, state: State, closed: threading.Event) -> Iterator[bytes]:
    """The events of one client, from all that is known on, until `closed`."""
    revision, shown, spoke = 0, "", 0.0
    yield b"retry: 1000\n\n"
    first = True
    while not closed.is_set():
        now = time.time()
        look = json.dumps(state.look(), separators=(",", ":"))
        with observer.changed:
            rows = [conversion.row() for conversion in observer.conversions.changed_since(revision)]
            revision = observer.conversions.revision
        if look != shown:  # first: a row is shown as the state's destinations have it
            yield _event("state", f'{{"now":{now:.1f},"state":{look}}}')
        if rows or first:
            yield _event("conversions", json.dumps({"first": first, "rows": rows[-_ROWS_AT_ONCE:]}))
        if look != shown or rows:
            spoke = time.monotonic()
        elif time.monotonic() - spoke > _BEAT_SECONDS:
            spoke = time.monotonic()
            yield b": still here\n\n"
        first, shown = False, look
        if closed.wait(_PAUSE_SECONDS):
            return
        with observer.changed:
            if observer.conversions.revision == revision:
                observer.changed.wait(_LOOK_SECONDS - _PAUSE_SECONDS)


def _event(name: str, data: str | Any) -> bytes:
    return f"event: {name}\ndata: {data}\n\n".encode()
