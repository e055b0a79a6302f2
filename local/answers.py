"""What the API's answer says of each conversion for each destination."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Told:
    """What an answer says of the conversions for one destination, by their places in the request."""

    failed: Mapping[int, tuple[str, str]] = field(default_factory=dict)  # event name and errors
    withheld: Mapping[int, str] = field(default_factory=dict)  # why
    dropped: Mapping[int, frozenset[str]] = field(default_factory=dict)  # fields


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, as far as the samples ask for it."""

    status: int
    description: str
    ignored: Mapping[int, str]  # why a place holds no conversion
    said: Mapping[str, Any]

    def of(self, destination: str) -> Told:
        """What it says of that destination: an entry that names none is of all."""
        failed = {
            entry["index"]: (
                str(entry.get("event_name", "")),
                "; ".join(f"{name}: {text}" for name, text in entry["errors"].items()),
            )
            for entry in self._entries("failed_events", destination)
        }
        withheld = {entry["index"]: entry["reason"] for entry in self._entries("withheld", destination)}
        dropped: dict[int, frozenset[str]] = {}
        for warning in self._entries("warnings", destination):
            if "dropped" in warning["warning"]:
                for place in warning["events"]:
                    dropped[place] = dropped.get(place, frozenset()) | {warning["field"]}
        return Told(failed, withheld, dropped)

    def takes(self, place: int, destination: str) -> bool:
        """Whether the conversion at that place was accepted for that destination."""
        told = self.of(destination)
        return self.status < 300 and not any(place in named for named in (self.ignored, told.failed, told.withheld))

    def _entries(self, key: str, destination: str) -> Iterator[Mapping[str, Any]]:
        return (entry for entry in self.said.get(key, []) if entry.get("destination", destination) == destination)


def read_answer(status: int, content: bytes) -> Answer:
    """The answer of that status and body."""
    try:
        body = json.loads(content)
    except ValueError:
        body = {}
    ignored = {entry["index"]: entry["reason"] for entry in body.get("ignored", [])}
    return Answer(status, str(body.get("description", "")), ignored, body)
