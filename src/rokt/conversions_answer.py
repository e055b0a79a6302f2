"""Answers of the Conversions API. Pure.

202, empty: all are taken; 202 with `{"errors": [{"code", "message"}]}`: some are not, each named by `Path '[n]...` or
by `position P`, the one-based offset in the request's array, or not at all. 400 all bad.
"""

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.answers import refusals
from pipeline.values.json_objects import json_object
from rokt.reading import FIXED, Reading, listed, members
from rokt.request import places

_PATH = re.compile(r"Path '\[(\d{1,9})\]").findall
_POSITION = re.compile(r"\bposition (\d{1,9})\b").findall
# What Rokt says in the same words as these may be an echo of our own text.
_MARKS = ("Path '[", "position ")
_PARTS = ("user_identities", "user_attributes", "device_info", "integration_attributes")


def _errors(body: bytes) -> list[Any] | None:
    return listed(json_object(body), "errors") if body.strip() else []


def _meant(errors: Sequence[Any], lines: Sequence[str]) -> list[Sequence[int]]:
    spans = _spans(lines)
    trusted = not any(mark in line for line in lines for mark in _MARKS)
    return [_located(_message(error), spans, len(lines)) if trusted else [] for error in errors]


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


def _values(event: Mapping[str, Any]) -> list[Any]:
    found = [event.get("ip")]
    for name in _PARTS:
        found += members(event, name).values()
    events = event.get("events")
    for one in events if isinstance(events, list) else []:
        said = members(members(one, "data"), "custom_attributes")
        found += [value for name, value in said.items() if name not in (*FIXED, "status")]
    found += [inner for part in found if isinstance(part, dict) for inner in part.values()]
    return found + [inner for part in found if isinstance(part, list) for inner in part]


READING = Reading(
    documented=(200, 202),
    seen=None,
    errors=_errors,
    detail=lambda error: error,
    said=json_object,
    meant=_meant,
    values=_values,
)
