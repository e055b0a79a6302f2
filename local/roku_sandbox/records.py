"""What the sandbox remembers: each request, and each event that it took, counted once within Roku's ten minutes.

Events are kept as they came, so they hold digests and no raw personal data if the relay keeps its promise. Keys are
never kept. The lists are bounded by the last 10,000 entries; the counts are of everything since the start.
"""

import threading
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import islice
from typing import Any, Final

from local.sandbox import LAST

WINDOW: Final = 600  # seconds; Roku: "within 10 minutes of each other with the same event ID"
LAST_IDS: Final = 1_000_000  # event ids kept over all requests, for 10,000 requests may hold 10,000,000


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One POST as it was seen: `at` in epoch seconds, `status` None if the connection was dropped unanswered."""

    path: str
    status: int | None
    key_ok: bool
    event_group_id: str | None
    count: int
    bytes: int
    event_ids: list[str | None]
    at: float


@dataclass(slots=True, kw_only=True)
class Conversion:
    """One event that counts as a conversion, with how often it was `received`; `at` is the first time."""

    event_group_id: str
    event_id: str | None
    at: float
    received: int
    event: Mapping[str, object]


def _as_json(entry: Request | Conversion) -> dict[str, Any]:
    # Not dataclasses.asdict: it would copy 10,000 events to the bottom while every request waits for the lock.
    return {field.name: getattr(entry, field.name) for field in fields(entry)}


class Records:
    """The memory of one sandbox; safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: deque[Request] = deque()
        self._ids = 0
        self._conversions: deque[Conversion] = deque()
        self._recent: dict[tuple[str, str], Conversion] = {}
        self._counts: Counter[str] = Counter(requests=0, received=0, refused=0, duplicates=0, conversions=0)

    def note(self, request: Request) -> None:
        """Remember a request."""
        with self._lock:
            self._counts["requests"] += 1
            self._requests.append(request)
            self._ids += len(request.event_ids)
            while len(self._requests) > LAST or self._ids > LAST_IDS:
                self._ids -= len(self._requests.popleft().event_ids)

    def ingest(self, group: str, events: Sequence[Mapping[str, object]], *, refused: int, now: float) -> None:
        """Count the valid events of one live request, and how many were refused beside them."""
        with self._lock:
            self._counts["received"] += len(events) + refused
            self._counts["refused"] += refused
            self._forget(now)
            for event in events:
                self._take(group, event, now)

    def _take(self, group: str, event: Mapping[str, object], now: float) -> None:
        found = event.get("event_id")
        event_id = found if isinstance(found, str) else None
        if event_id is not None and (earlier := self._recent.get((group, event_id))):
            earlier.received += 1
            self._counts["duplicates"] += 1
            return
        conversion = Conversion(event_group_id=group, event_id=event_id, at=now, received=1, event=event)
        self._counts["conversions"] += 1
        self._conversions.append(conversion)
        if len(self._conversions) > LAST:
            self._conversions.popleft().event = {}  # it may stay in _recent for its id, but not for its content
        if event_id is not None:
            self._recent[group, event_id] = conversion

    def _forget(self, now: float) -> None:
        # A dict keeps its order of insertion, which is the order of time.
        while self._recent:
            oldest = next(iter(self._recent))
            if now - self._recent[oldest].at <= WINDOW:
                return
            del self._recent[oldest]

    def requests(self, last: int = LAST) -> list[dict[str, Any]]:
        """Give the last requests, oldest first."""
        with self._lock:
            latest = list(islice(reversed(self._requests), last))
        return [_as_json(request) for request in reversed(latest)]

    def events(self) -> list[dict[str, Any]]:
        """Give the last events that count as conversions, oldest first."""
        with self._lock:
            return [_as_json(conversion) for conversion in self._conversions]

    def counts(self) -> dict[str, int]:
        """Give the counts since the start: requests of any kind, and of live events received, refused and so on."""
        with self._lock:
            return dict(self._counts)
