"""What a sandbox remembers: each request, and each event that it took, counted once within the destination's window.

Events are kept as they came, so they hold digests and no raw personal data if the relay keeps its promise. Keys are
never kept. The lists are bounded by the last 10,000 entries; the counts are of everything since the start.
"""

import threading
from collections import Counter, deque
from collections.abc import Hashable, Mapping, Sequence
from itertools import islice
from typing import Any, Final

LAST: Final = 10_000  # entries kept of requests and of events
LAST_IDS: Final = 1_000_000  # event ids kept over all requests, for 10,000 requests may hold 10,000,000

# What tells repeats of an event (None: it has no repeats), its id, and the event.
Taken = tuple[Hashable | None, str | None, Mapping[str, object]]


class Records:
    """The memory of one sandbox; safe to use from any thread."""

    def __init__(self, window: float) -> None:
        """An event is a repeat for `window` seconds after the one that counted."""
        self._window = window
        self._lock = threading.Lock()
        self._requests: deque[dict[str, Any]] = deque()
        self._ids = 0
        self._events: deque[dict[str, Any]] = deque()
        self._recent: dict[Hashable, dict[str, Any]] = {}
        self._counts: Counter[str] = Counter(requests=0, received=0, refused=0, duplicates=0, conversions=0)

    def note(self, *, event_ids: Sequence[str | None], **request: Any) -> None:
        """Remember a request: `status` is None if the connection was dropped, `at` is in epoch seconds."""
        with self._lock:
            self._counts["requests"] += 1
            self._requests.append({**request, "event_ids": event_ids})
            self._ids += len(event_ids)
            while len(self._requests) > LAST or self._ids > LAST_IDS:
                self._ids -= len(self._requests.popleft()["event_ids"])

    def knows(self, keys: Sequence[Hashable]) -> bool:
        """Tell whether all of these were taken before."""
        with self._lock:
            return all(key in self._recent for key in keys)

    def ingest(self, taken: Sequence[Taken], *, refused: int, now: float, **common: Any) -> None:
        """Count the valid events of one request, with what is `common` to all, and how many were refused beside them.

        `now` is in epoch seconds.
        """
        with self._lock:
            self._counts["received"] += len(taken) + refused
            self._counts["refused"] += refused
            self._forget(now)
            for key, event_id, event in taken:
                if key is not None and (earlier := self._recent.get(key)):
                    earlier["received"] += 1
                    self._counts["duplicates"] += 1
                    continue
                made = {**common, "event_id": event_id, "at": now, "received": 1, "event": event}
                self._counts["conversions"] += 1
                self._events.append(made)
                if len(self._events) > LAST:
                    self._events.popleft()["event"] = {}  # it may stay in _recent for its key, but not for its content
                if key is not None:
                    self._recent[key] = made

    def _forget(self, now: float) -> None:
        # A dict keeps its order of insertion, which is the order of time.
        while self._recent:
            oldest = next(iter(self._recent))
            if now - self._recent[oldest]["at"] <= self._window:
                return
            del self._recent[oldest]

    def requests(self, last: int = LAST) -> list[dict[str, Any]]:
        """Give the last requests, oldest first."""
        with self._lock:
            latest = list(islice(reversed(self._requests), last))
        return latest[::-1]

    def events(self) -> list[dict[str, Any]]:
        """Give the last events that count as conversions, oldest first, each with how often it was `received`."""
        with self._lock:
            return [dict(event) for event in self._events]

    def counts(self) -> dict[str, int]:
        """Give the counts since the start: requests of any kind, and of live events received, refused and so on."""
        with self._lock:
            return dict(self._counts)
