"""Answers of the Event API, which Rokt has deprecated. Pure.

200 whose `data.unprocessedRecords` are `{"error": {"code", "message"}, "record": {...}}`: those are not taken; 409:
seen before. 400 all bad.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.values.json_objects import json_object
from rokt.reading import FIXED, Reading, listed, members


def _errors(body: bytes) -> list[Any] | None:
    said = json_object(body)
    return listed((said.get("data", said) or {}) if said is not None else None, "unprocessedRecords")


def _detail(error: object) -> object:
    return error.get("error", error) if isinstance(error, dict) else error


def _said(body: bytes) -> Mapping[str, Any] | None:
    """The error of a whole request: `data`, or whatever the top of the answer says."""
    said = json_object(body)
    return said["data"] if said is not None and isinstance(said.get("data"), dict) else said


def _meant(errors: Sequence[Any], lines: Sequence[str]) -> list[Sequence[int]]:
    by_id: dict[object, list[int]] = {}
    for index, line in enumerate(lines):
        by_id.setdefault(_client_id({"record": json_object(line)}), []).append(index)
    ids = [_client_id(error) for error in errors]
    return [by_id.get(found, []) if found is not None else [] for found in ids]


def _client_id(error: object) -> str | None:
    found = members(error, "record").get("clientEventId")
    return found if isinstance(found, str) else None


def _values(event: Mapping[str, Any]) -> list[Any]:
    pairs = event.get("objectData")
    named = [pair for pair in pairs if isinstance(pair, dict)] if isinstance(pairs, list) else []
    return [pair.get("value") for pair in named if pair.get("name") not in FIXED]


READING = Reading(documented=(200,), seen=409, errors=_errors, detail=_detail, said=_said, meant=_meant, values=_values)
