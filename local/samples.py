"""Posts the cases of events/ through the running stack and finds out what became of each conversion."""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import requests

from local.cases import Case, Expected
from local.dead_letters import peek, redrive
from local.senders import BROWSER_KEY, SOURCES, key_of
from local.stack import Stack

_WAIT_SECONDS = 30  # for deliveries; the window, 1 s by default, is most of it
_POLL_SECONDS = 0.1
_ANSWER_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one conversion; `fault` says how that differs from the file, and is empty if it does not."""

    file: str
    event_name: str
    event_id: str
    outcome: str
    note: str
    fault: str = ""


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    description: str
    failed: Mapping[str, tuple[str, str]]  # event id -> event name and errors
    dropped: Mapping[int, frozenset[str]]  # place of the event -> fields
    ignored: Mapping[int, str]  # place of what is no conversion -> why


def run(stack: Stack, cases: Sequence[Case]) -> list[Row]:
    """Posts all cases, waits (at most 30 s each time) until every conversion is where its file says, and reports."""
    world = _World(stack, {item.event_id for case in cases for item in case.conversions if item.event_id})
    answers = [world.post(case) for case in cases]
    expected = [item for case in cases for item in case.conversions]
    redriven = [item for item in expected if item.outcome == "redriven"]
    rejected = [item for item in expected if item.outcome == "rejected"]
    delivered = [item for item in expected if item.outcome == "delivered"]
    world.wait(delivered=delivered, dead=rejected + redriven)
    refused_first = world.dead_letters()
    if redriven:
        world.lift({item.event_id for item in redriven})
        world.wait(delivered=delivered + redriven, dead=rejected)
    dead = world.dead_letters()
    return [
        row
        for case, answer in zip(cases, answers, strict=True)
        for row in _rows(case, answer, world, refused_first, dead)
    ]


class _World:
    """The stack from outside: what was answered, what Roku has, what lies in the dead-letter queue."""

    def __init__(self, stack: Stack, known_ids: set[str]) -> None:
        if stack.sandbox is None:
            raise ValueError("samples need the sandbox: anybody else who answers as Roku would count them")
        self._stack = stack
        self._sandbox = stack.sandbox
        self._known_ids = known_ids
        self._refused: dict[str, Any] = {}
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy stands between two ports of this machine

    def post(self, case: Case) -> _Answer:
        self._refused |= case.faults.get("refuse", {})
        self._sandbox.set_faults({**case.faults, "refuse": self._refused})
        keys = {"server": self._stack.choices.key, "browser": BROWSER_KEY}
        headers = {"Content-Type": "application/json", **case.headers}
        if case.key in keys:
            headers.setdefault("Authorization", f"Bearer {keys[case.key]}")
        # A platform can often set no header, so its key is in the query.
        query = {"key": key_of(case.key)} if case.key in SOURCES else None
        answer = self._session.post(
            self._stack.url + case.path, case.body, params=query, headers=headers, timeout=_ANSWER_SECONDS
        )
        return _read_answer(answer.status_code, answer.content)

    def lift(self, event_ids: set[str | None]) -> None:
        """The sandbox takes these from now on; all dead letters go back to the queue, for SQS cannot choose."""
        self._refused = {name: errors for name, errors in self._refused.items() if name not in event_ids}
        self._sandbox.set_faults({"refuse": self._refused})
        names = self._stack.deployment.names
        redrive(self._stack.sqs, names["RokuDeadLetterQueue.Arn"], names["RokuQueue.Arn"])

    def wait(self, *, delivered: Sequence[Expected], dead: Sequence[Expected]) -> None:
        """Returns once Roku has the first and the dead-letter queue the second, or after 30 s."""
        deadline = time.monotonic() + _WAIT_SECONDS
        while time.monotonic() < deadline:
            if all(self.delivery(item) for item in delivered):
                letters = self.dead_letters()
                if all(item.event_id in letters for item in dead):
                    return
            time.sleep(_POLL_SECONDS)

    def dead_letters(self) -> dict[str | None, tuple[str, str]]:
        """Event name and reason of each dead letter, by event id."""
        letters = peek(self._stack.sqs, self._stack.deployment.names["RokuDeadLetterQueue"])
        return {
            letter.event.get("event_id"): (str(letter.event.get("event_name", "")), letter.reason) for letter in letters
        }

    def delivery(self, item: Expected) -> Mapping[str, Any] | None:
        """The event that Roku took; one with a derived id is known by its name, and by nobody else's having that id."""
        for taken in self._sandbox.events():
            event: Mapping[str, Any] = taken["event"]
            if item.event_id is not None:
                if event.get("event_id") == item.event_id:
                    return event
            elif event.get("event_name") == item.event_name and event.get("event_id") not in self._known_ids:
                return event
        return None


def _rows(
    case: Case,
    answer: _Answer,
    world: _World,
    refused_first: Mapping[str | None, tuple[str, str]],
    dead: Mapping[str | None, tuple[str, str]],
) -> Iterator[Row]:
    wrong = "" if answer.status == case.status else f"answered {answer.status} instead of {case.status}"
    if not case.conversions:
        yield Row(case.name, "", "", f"answered {answer.status}", answer.description, wrong)
    for place, item in enumerate(case.conversions):
        event_id, event_name = item.event_id or "", item.event_name
        outcome, note = "lost", answer.description
        if place in answer.ignored:
            outcome, note = "ignored", answer.ignored[place]
        elif event_id in answer.failed:
            outcome, (event_name, note) = "invalid", answer.failed[event_id]
        elif event := world.delivery(item):
            event_id, event_name = str(event["event_id"]), str(event["event_name"])
            outcome, note = "delivered", ""
            if event_id in refused_first:
                outcome, note = "redriven", f"at first: {refused_first[event_id][1]}"
        elif event_id in dead:
            outcome, (event_name, note) = "rejected", dead[event_id]
        dropped = answer.dropped.get(place, frozenset())
        fault = wrong or _fault(item, outcome, note, dropped)
        if dropped:
            note = "; ".join(filter(None, [note, f"dropped {', '.join(sorted(dropped))}"]))
        yield Row(case.name, event_name, event_id, outcome, note, fault)


def _fault(item: Expected, outcome: str, note: str, dropped: frozenset[str]) -> str:
    if outcome != item.outcome:
        return f"should be {item.outcome}"
    if item.reason not in note:
        return f"the reason should say: {item.reason}"
    if item.dropped is not None and item.dropped != dropped:
        return f"should drop {', '.join(sorted(item.dropped)) or 'nothing'}"
    return ""


def _read_answer(status: int, content: bytes) -> _Answer:
    try:
        body = json.loads(content)
    except ValueError:
        body = {}
    failed = {
        str(entry.get("event_id", "")): (
            str(entry.get("event_name", "")),
            "; ".join(f"{name}: {text}" for name, text in entry["errors"].items()),
        )
        for entry in body.get("failed_events", [])
    }
    dropped: dict[int, frozenset[str]] = {}
    for warning in body.get("warnings", []):
        if "dropped" in warning["warning"]:
            for place in warning["events"]:
                dropped[place] = dropped.get(place, frozenset()) | {warning["field"]}
    ignored = {entry["index"]: entry["reason"] for entry in body.get("ignored", [])}
    return _Answer(status, str(body.get("description", "")), failed, dropped, ignored)
