"""Roku and Rokt at the end of the wire: they take everything, and remember which events."""

import io
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any


@dataclass(slots=True)
class Vendors:
    """In the place of the session of `requests`."""

    taken: set[tuple[str, str]] = field(default_factory=set)  # (destination, event id)

    @contextmanager
    def post(self, endpoint: str, *, data: bytes, **_: object) -> Iterator[Any]:
        """One request, answered as the destination documents its success."""
        asked = json.loads(data)
        if endpoint.endswith(("/v1/events", "/v1/test_events")):
            self.taken |= {("roku", event["event_id"]) for event in asked["events"]}
            said = {
                "code": 200,
                "description": "all events were processed",
                "events_received": len(asked["events"]),
                "failed_events": [],
            }
            yield _answer(200, json.dumps(said).encode())
        else:
            items = asked if isinstance(asked, list) else [asked]
            self.taken |= {("rokt", _event_id(item)) for item in items}
            yield _answer(202, b"")


def _event_id(item: Mapping[str, Any]) -> str:
    found: str = item["events"][0]["data"]["custom_attributes"]["event_id"]
    return found


def _answer(status: int, body: bytes) -> Any:
    return SimpleNamespace(status_code=status, headers={}, raw=SimpleNamespace(read1=_reader(body)))


def _reader(body: bytes) -> Any:
    text = io.BytesIO(body)
    return lambda size, decode_content: text.read(size)  # noqa: ARG005 - as urllib3 calls it
