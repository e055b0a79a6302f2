"""What the API's answer says of each conversion for each destination."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.values.json_objects import json_object


@dataclass(frozen=True, slots=True)
class Told:
    """What an answer says of the conversions for one destination, by their places in the request."""

    failed: Mapping[int, tuple[str, str]] = field(default_factory=dict)  # event name and errors
    withheld: Mapping[int, str] = field(default_factory=dict)  # why
    dropped: Mapping[int, frozenset[str]] = field(default_factory=dict)  # fields


@dataclass(frozen=True, slots=True)
class ApiAnswer:
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
            for entry in entries(self.said, "failed_events", destination)
        }
        withheld = {entry["index"]: entry["reason"] for entry in entries(self.said, "withheld", destination)}
        dropped: dict[int, frozenset[str]] = {}
        for warning in entries(self.said, "warnings", destination):
            if "dropped" in warning["warning"]:
                for place in warning["events"]:
                    dropped[place] = dropped.get(place, frozenset()) | {warning["field"]}
        return Told(failed, withheld, dropped)

    def takes(self, place: int, destination: str) -> bool:
        """Whether the conversion at that place was accepted for that destination."""
        told = self.of(destination)
        return self.status < 300 and not any(place in named for named in (self.ignored, told.failed, told.withheld))


def read_answer(status: int, content: bytes) -> ApiAnswer:
    """The answer of that status and body."""
    body = json_object(content) or {}
    ignored = {entry["index"]: entry["reason"] for entry in body.get("ignored", [])}
    return ApiAnswer(status, str(body.get("description", "")), ignored, body)


def entries(said: Mapping[str, Any], key: str, destination: str = "") -> list[Mapping[str, Any]]:
    """The answer's entries, those of one destination if one is named: an entry without a destination is of all."""
    found: Sequence[Any] = said.get(key) or []
    known = [entry for entry in found if isinstance(entry, Mapping)]
    return [entry for entry in known if not destination or entry.get("destination", destination) == destination]
