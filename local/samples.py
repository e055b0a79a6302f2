"""Posts the cases of events/ through the running stack and finds out what became of each conversion."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import requests

from local.answers import ApiAnswer, read_answer
from local.cases import FIRST, Case, Expected, Said
from local.destinations import Destination, watched
from local.sandboxes import declared
from local.senders import BROWSER_KEY, SOURCES, key_of
from local.stack import Stack

_WAIT_SECONDS = 300  # for deliveries: seconds at most, but minutes on a busy machine
_POLL_SECONDS = 0.1
_ANSWER_SECONDS = 300


@dataclass(frozen=True, slots=True)
class End:
    """What became of a conversion at one destination, and why."""

    outcome: str
    note: str


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one conversion, by destination; `fault` says how that differs from the file (empty: not at all).

    A post without conversions has a row too, with an `answer` and no ends.
    """

    file: str
    event_name: str
    event_id: str
    ends: Mapping[str, End]
    answer: str = ""
    fault: str = ""


Posted = Sequence[tuple[Case, ApiAnswer]]


def run(stack: Stack, cases: Sequence[Case]) -> list[Row]:
    """Posts all cases, waits (at most 5 minutes each time) until each accepted conversion is somewhere, and reports."""
    known_ids = {item.event_id for case in cases for item in case.conversions if item.event_id}
    ways = watched(stack, known_ids)
    with requests.Session() as session:
        session.trust_env = False  # no proxy stands between two ports of this machine
        posted = [(case, _post(stack, ways, case, session)) for case in cases]
    _wait(ways, posted)
    refused_first = {way.name: _dead(way, posted) for way in ways}
    _lift(ways, posted)
    judges = _Judges(stack, ways, refused_first)
    return [row for case, answer in posted for row in judges.rows(case, answer)]


def _lift(ways: Sequence[Destination], posted: Posted) -> None:
    """Redrive what the cases want redriven, and wait until it is somewhere."""
    redriven = {way: [item.event_id for item in _redriven(way, posted)] for way in ways}
    if lifted := [way for way, event_ids in redriven.items() if event_ids]:
        for way in lifted:
            way.lift(redriven[way])
        _wait(lifted, posted)


def _post(stack: Stack, ways: Sequence[Destination], case: Case, session: requests.Session) -> ApiAnswer:
    for way in ways:
        way.tell(case.faults.get(way.name, {}))
    keys = {"server": stack.choices.key, "browser": BROWSER_KEY}
    headers = {"Content-Type": "application/json", **case.headers}
    if case.key in keys:
        headers.setdefault("Authorization", f"Bearer {keys[case.key]}")
    # A platform can often set no header, so its key is in the query.
    query = {"key": key_of(case.key)} if case.key in SOURCES else None
    answer = session.post(stack.url + case.path, case.body, params=query, headers=headers, timeout=_ANSWER_SECONDS)
    return read_answer(answer.status_code, answer.content)


def _accepted(way: Destination, posted: Posted) -> Iterator[Expected]:
    for case, answer in posted:
        for place, item in enumerate(case.conversions):
            if answer.takes(place, way.name):
                yield item


def _wait(ways: Sequence[Destination], posted: Posted) -> None:
    """Returns once each accepted conversion is settled at each destination, or after 5 minutes; all have looked."""
    deadline = time.monotonic() + _WAIT_SECONDS
    for way in ways:
        way.look()
        while not all(way.settled(item) for item in _accepted(way, posted)) and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)
            way.look()


def _dead(way: Destination, posted: Posted) -> dict[str, str]:
    """The reasons of those that are dead letters now, by event id."""
    found = [way.dead(item) for item in _accepted(way, posted)]
    return {letter.event_id: letter.reason for letter in found if letter is not None}


def _redriven(way: Destination, posted: Posted) -> list[Expected]:
    return [
        item for item in _accepted(way, posted) if way.name in item.said and item.said[way.name].outcome == "redriven"
    ]


class _Judges:
    """Finds the end of each conversion at each destination and holds it against the file."""

    def __init__(
        self, stack: Stack, ways: Sequence[Destination], refused_first: Mapping[str, Mapping[str, str]]
    ) -> None:
        self._ways = ways
        self._refused_first = refused_first
        on = {way.name for way in ways}
        self._judged = {name for name in on if declared(name).is_judged(stack.choices.parameters)}
        # The status of an answer counts what each of them refuses.
        self._judges_status = FIRST in on == self._judged

    def rows(self, case: Case, answer: ApiAnswer) -> Iterator[Row]:
        wrong = ""
        if self._judges_status and answer.status != case.status:
            wrong = f"answered {answer.status} instead of {case.status}"
        if not case.conversions:
            yield Row(case.name, "", "", {}, f"answered {answer.status}: {answer.description}", wrong)
        for place, item in enumerate(case.conversions):
            event_id, event_name = item.event_id or "", item.event_name
            ends: dict[str, End] = {}
            faults: list[str] = []
            for way in self._ways:
                dropped = answer.of(way.name).dropped.get(place, frozenset())
                (found_id, found_name), end = self._end(way, item, place, answer)
                event_id, event_name = event_id or found_id, event_name or found_name
                faults += self._faults(way.name, item, end, dropped)
                note = "; ".join(filter(None, [end.note, f"dropped {', '.join(sorted(dropped))}" if dropped else ""]))
                ends[way.name] = End(end.outcome, note)
            yield Row(case.name, event_name, event_id, ends, fault=wrong or "; ".join(faults))

    def _end(self, way: Destination, item: Expected, place: int, answer: ApiAnswer) -> tuple[tuple[str, str], End]:
        told = answer.of(way.name)
        if place in answer.ignored:
            return ("", ""), End("ignored", answer.ignored[place])
        if place in told.failed:
            name, errors = told.failed[place]
            return ("", name), End("invalid", errors)
        if place in told.withheld:
            return ("", ""), End("withheld", told.withheld[place])
        if not answer.takes(place, way.name):
            return ("", ""), End("lost", answer.description)
        if names := way.delivered(item):
            if (first := self._refused_first[way.name].get(names[0])) is not None:
                return names, End("redriven", f"at first: {first}")
            return names, End("delivered", "")
        if letter := way.dead(item):
            return (letter.event_id, letter.event_name), End("rejected", letter.reason)
        return ("", ""), End("lost", "accepted, and neither delivered nor a dead letter")

    def _faults(self, name: str, item: Expected, end: End, dropped: frozenset[str]) -> Iterator[str]:
        at = "" if name == FIRST else f"{name}: "
        said = item.said.get(name) if name in self._judged else None
        if wrong := _wrong(said, end):
            yield f"{at}{wrong}"
        elif name == FIRST and item.dropped is not None and item.dropped != dropped:
            yield f"should drop {', '.join(sorted(item.dropped)) or 'nothing'}"


def _wrong(said: Said | None, end: End) -> str:
    """How an end differs from what its case says; empty if it does not."""
    if said is None:
        return "is lost" if end.outcome == "lost" else ""
    if end.outcome != said.outcome:
        return f"should be {said.outcome}"
    return "" if said.reason in end.note else f"the reason should say: {said.reason}"
