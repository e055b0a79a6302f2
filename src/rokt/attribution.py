"""Which event of a request an error of Rokt's answer means, and what may be told of it. Pure, and never raises."""

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from pipeline.answers import refusal_words, refusals
from pipeline.values.json_objects import json_object
from rokt.request import places
from rokt.settings import Api

_PATH = re.compile(r"Path '\[(\d{1,9})\]").findall
_POSITION = re.compile(r"\bposition (\d{1,9})\b").findall
# What Rokt says in the same words as these may be an echo of our own text.
_MARKS = ("Path '[", "position ")
# What a message quotes is what was wrong: a person's data perhaps. Paths are names, and kept.
_QUOTED = re.compile(r"(Path '[^']*')|\"(?:[^\"\\]|\\.)*(?:\"|\\?\Z)|'[^']*(?:'|\Z)", re.DOTALL)

# Attributes whose values are words of ours.
_FIXED = ("conversiontype", "currency")

UNSAID = "refused without a reason"


class Blame(NamedTuple):
    """One error: the events that it means (none if that cannot be told), the reason, and whether its code passes.

    `said` is the error's own text, which may hold personal data.
    """

    indexes: Sequence[int]
    reason: str
    may_pass: bool
    said: str = ""


def blames(errors: Sequence[Any], lines: Sequence[str], api: Api) -> list[Blame]:
    """Attribute each error; of an event that is alone in its request nothing is in doubt."""
    longest = refusals.allowance(len(errors))
    if len(lines) == 1:
        return [_blame([0], error, lines, api, longest) for error in errors]
    if api == "events":
        by_id: dict[object, list[int]] = {}
        for index, line in enumerate(lines):
            by_id.setdefault(_client_id({"record": json_object(line)}), []).append(index)
        ids = [_client_id(error) for error in errors]
        return [
            _blame(by_id.get(found, []) if found is not None else [], error, lines, api, longest)
            for found, error in zip(ids, errors, strict=True)
        ]
    spans = _spans(lines)
    trusted = not any(mark in line for line in lines for mark in _MARKS)
    return [
        _blame(_located(_message(error), spans, len(lines)) if trusted else [], error, lines, api, longest)
        for error in errors
    ]


def _blame(indexes: Sequence[int], error: object, lines: Sequence[str], api: Api, longest: int) -> Blame:
    said = error.get("error", error) if api == "events" and isinstance(error, dict) else error
    code = said.get("code") if isinstance(said, dict) else None
    parts = [code, said.get("message")] if isinstance(said, dict) else [said]
    text = ": ".join(part[: refusals.LONGEST] for part in parts if isinstance(part, str) and part)[: refusals.LONGEST]
    may_pass = isinstance(code, str | int) and refusal_words.passes(str(code)[: refusals.LONGEST])
    reason = ""
    if indexes:
        # Values first: cut at quotes, one that holds a quote itself would no longer be found.
        values = _values(json_object(lines[indexes[0]]) or {})
        reason = refusals.without_persons(text, values, longest, _without_quotations) or UNSAID
    return Blame(indexes, reason, may_pass, text[:longest])


def _without_quotations(text: str) -> str:
    return _QUOTED.sub(lambda found: found[1] or "…", text)


def _client_id(error: object) -> str | None:
    found = _members(error, "record").get("clientEventId")
    return found if isinstance(found, str) else None


def _message(error: object) -> str:
    message = error.get("message") if isinstance(error, dict) else error
    return message[: refusals.LONGEST] if isinstance(message, str) else ""


def _spans(lines: Sequence[str]) -> list[tuple[int, int]]:
    # In a body that is not ASCII nobody says whether an offset counts bytes or characters.
    return list(places(lines)) if all(line.isascii() for line in lines) else []


def _located(message: str, spans: Sequence[tuple[int, int]], count: int) -> list[int]:
    """The one event that all the message's paths and positions mean; none if they disagree or say nothing."""
    meant = {int(index) for index in _PATH(message)}
    for position in set(map(int, _POSITION(message))):
        index = bisect_right(spans, position, key=lambda span: span[0]) - 1
        if index >= 0 and position <= spans[index][1]:
            meant.add(index)
    return list(meant) if len(meant) == 1 and max(meant) < count else []


def _values(event: Mapping[str, Any]) -> list[str]:
    """Texts of the event that may be a person's: all but the fixed words of either form."""
    pairs = event.get("objectData")
    found = _values_of_pairs(pairs) if isinstance(pairs, list) else _values_of_batch(event)
    return [value for value in found if isinstance(value, str)]


def _values_of_pairs(pairs: Sequence[Any]) -> list[Any]:
    named = [(pair.get("name"), pair.get("value")) for pair in pairs if isinstance(pair, dict)]
    return [value for name, value in named if name not in _FIXED]


def _values_of_batch(event: Mapping[str, Any]) -> list[Any]:
    found = [event.get("ip")]
    for name in ("user_identities", "user_attributes", "device_info", "integration_attributes"):
        found += _members(event, name).values()
    events = event.get("events")
    for one in events if isinstance(events, list) else []:
        said = _members(_members(one, "data"), "custom_attributes")
        found += [value for name, value in said.items() if name not in (*_FIXED, "status")]
    return found + [inner for part in found if isinstance(part, dict) for inner in part.values()]


def _members(whole: object, name: str) -> Mapping[str, Any]:
    part = whole.get(name) if isinstance(whole, Mapping) else None
    return part if isinstance(part, dict) else {}
