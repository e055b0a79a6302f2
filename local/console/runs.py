"""One run of a delivery function: what it was given, what it said in its log, and what its destination saw."""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from local.console.conversions import Conversion
from local.console.destinations import Lane
from local.sandbox import Sandbox
from pipeline.values.json_objects import json_object


@dataclass(slots=True)
class Run:
    """A run under way. `batch` has the conversions of each queued line, in the order in which they were received."""

    lane: Lane
    batch: dict[str, list[Conversion]]
    messages: dict[str, list[Conversion]]
    receives: Mapping[str, int]
    requests_before: int
    thread: int = field(default_factory=threading.get_ident)
    buried: set[int] = field(default_factory=set)  # numbers of the conversions that became dead letters
    remains: set[int] = field(default_factory=set)  # numbers of those that went back in messages of their own
    remainders: list[str] = field(default_factory=list)  # the ids of these messages
    retried: list[tuple[int | None, str]] = field(default_factory=list)  # status and reason, as the log has them

    def hear(self, text: str) -> None:
        """Keep what the log says of retries; everything else is not for the page."""
        for line in text.splitlines():
            said = json_object(line) or {}
            if said.get("message") == "retried":
                self.retried.append((said.get("status"), str(said.get("reason", ""))))

    def holds(self, lines: Iterable[str]) -> bool:
        """Whether all of these lines are of its batch."""
        return all(line in self.batch for line in lines)

    def take(self, line: str, taken: set[int]) -> Conversion | None:
        """The first conversion of that line that is not among the taken ones, which it joins."""
        for conversion in self.batch.get(line, ()):
            if conversion.number not in taken:
                taken.add(conversion.number)
                return conversion
        return None

    def why(self, status: int | None) -> str:
        """Why an event was retried that the destination answered with `status` (None: not at all)."""
        fitting = [reason for known, reason in self.retried if known == status] or [r for _, r in self.retried]
        return "; ".join(dict.fromkeys(fitting)) or (f"answered {status}" if status else "no answer")


def answers(sandbox: Sandbox[Any] | None, before: int) -> dict[str, int | None]:
    """The last status with which each event id was answered since there were `before` requests (None: dropped)."""
    if sandbox is None:
        return {}
    new = sandbox.counts().get("requests", 0) - before
    found: dict[str, int | None] = {}
    for request in sandbox.requests(new) if new > 0 else ():
        found.update((event_id, request["status"]) for event_id in request["event_ids"] if event_id is not None)
    return found


def received(event: Mapping[str, Any]) -> dict[str, int]:
    """The messages of an SQS event, each with its receive count."""
    return {
        str(record["messageId"]): int(record["attributes"]["ApproximateReceiveCount"]) for record in event["Records"]
    }
