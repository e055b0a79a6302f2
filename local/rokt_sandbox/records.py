"""What the sandbox remembers: each request, and each conversion that it took, counted once as Rokt's documents say.

Conversions API: a repeat of `source_request_id` is dropped for 30 days (of the "30 to 60" the fewer, so that nothing
relies on more). Event API: a repeat of `transactionid`, else of `confirmationref`, is dropped.
"""

import threading
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import islice
from typing import Any, Final

from local.sandbox import LAST

WINDOW: Final = 30 * 86_400  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One POST as it was seen: `at` in epoch seconds, `status` None if the connection was dropped unanswered."""

    path: str
    status: int | None
    key_ok: bool
    count: int
    bytes: int
    event_ids: list[str | None]
    at: float


@dataclass(slots=True, kw_only=True)
class Conversion:
    """One event that counts, with how often it was `received`; `at` is the first time, `key` tells repeats."""

    key: str | None
    event_id: str | None
    at: float
    received: int
    event: Mapping[str, object]


def _as_json(entry: Request | Conversion) -> dict[str, Any]:
    return {field.name: getattr(entry, field.name) for field in fields(entry)}


class Records:
    """The memory of one sandbox; safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: deque[Request] = deque(maxlen=LAST)
        self._conversions: deque[Conversion] = deque(maxlen=LAST)
        self._recent: dict[str, Conversion] = {}
        self._counts: Counter[str] = Counter(requests=0, received=0, refused=0, duplicates=0, conversions=0)

    def note(self, request: Request) -> None:
        """Remember a request."""
        with self._lock:
            self._counts["requests"] += 1
            self._requests.append(request)

    def knows(self, keys: Sequence[str]) -> bool:
        """Tell whether all of these were taken before."""
        with self._lock:
            return all(key in self._recent for key in keys)

    def ingest(
        self, events: Sequence[tuple[str | None, str | None, Mapping[str, object]]], *, refused: int, now: float
    ) -> None:
        """Count the valid events of one request as (key, event id, event), and how many were refused beside them."""
        with self._lock:
            self._counts["received"] += len(events) + refused
            self._counts["refused"] += refused
            for key, event_id, event in events:
                earlier = self._recent.get(key) if key is not None else None
                if earlier is not None and now - earlier.at <= WINDOW:
                    earlier.received += 1
                    self._counts["duplicates"] += 1
                    continue
                conversion = Conversion(key=key, event_id=event_id, at=now, received=1, event=event)
                self._counts["conversions"] += 1
                self._conversions.append(conversion)
                if key is not None:
                    self._recent[key] = conversion

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
        """Give the counts since the start: requests of any kind, and of events received, refused and so on."""
        with self._lock:
            return dict(self._counts)
