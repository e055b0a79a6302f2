"""One run of a delivery function: what it was given, what it said in its log, and what its destination saw."""

import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from local.console.conversions import Conversion, names, split_body
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
    bodies: Mapping[str, str]  # of the messages: totals are of all their events, of which not all may be remembered
    thread: int = field(default_factory=threading.get_ident)
    buried: set[int] = field(default_factory=set)  # numbers of the conversions that became dead letters
    remains: set[int] = field(default_factory=set)  # numbers of those that went back in messages of their own
    dead: Counter[str] = field(default_factory=Counter)  # lines that became dead letters
    back: Counter[str] = field(default_factory=Counter)  # lines that went back in messages of their own
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
        known = {line for body in self.bodies.values() for line in lines_of(body)}
        return all(line in known for line in lines)

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


def totals(run: Run, failed: set[str], seen: Mapping[str, Any]) -> Counter[str]:
    """How many events of the run were delivered, repeated and retried: of all that it was given.

    `failed` are the messages that came back whole, `seen` the event ids that the destination answered.
    """
    found: Counter[str] = Counter()
    sent: set[tuple[str, str, str]] = set()
    for message_id, body in run.bodies.items():
        group = split_body(body)[0]
        for line in lines_of(body):
            named = names(line)
            key = (group, named["event_name"], named["event_id"])
            if message_id in failed or run.back[line] > 0:
                run.back[line] -= message_id not in failed
                found["retried"] += 1
            elif run.dead[line] > 0:
                run.dead[line] -= 1
            elif key in sent or (run.lane.sandbox and named["event_id"] not in seen):
                found["repeated"] += 1
            else:
                sent.add(key)
                found["delivered"] += 1
    return found


def lines_of(body: str) -> list[str]:
    """All event lines of a queue message."""
    return body.split("\n")[1:]


def answers(sandbox: Sandbox[Any] | None, before: int) -> dict[str, int | None]:
    """The last status with which each event id was answered since there were `before` requests (None: dropped)."""
    if sandbox is None:
        return {}
    new = sandbox.counts().get("requests", 0) - before
    found: dict[str, int | None] = {}
    for request in sandbox.requests(new) if new > 0 else ():
        found.update((event_id, request["status"]) for event_id in request["event_ids"] if event_id is not None)
    return found


def bodies(event: Mapping[str, Any]) -> dict[str, str]:
    """The messages of an SQS event, each with its body."""
    return {str(record["messageId"]): str(record["body"]) for record in event["Records"]}


def received(event: Mapping[str, Any]) -> dict[str, int]:
    """The messages of an SQS event, each with its receive count."""
    return {
        str(record["messageId"]): int(record["attributes"]["ApproximateReceiveCount"]) for record in event["Records"]
    }
