"""What a body is that is not a request of ours, and where to post it: forms, XML, CSV, other networks' JSON. Pure."""

import re
from collections.abc import Mapping
from typing import Any

from pydantic_core import from_json

_SHAPE = 'send {"event_group_id": "...", "events": [{...}]}'
_FIRST_FIELD = re.compile(r"[\w.%+\[\]-]{1,100}=").match
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}").fullmatch
# The events' array in other APIs: Meta's, Snapchat's and Pinterest's Conversions APIs; Segment's /v1/batch.
_MARKS = frozenset({"event", "event_name", "event_time", "type", "user_data"})


def not_json(text: str, fault: str) -> str:
    """What to say of a body that is not JSON: what it is and which door reads it, else the parser's `fault`."""
    start = text.lstrip()
    first, _, rest = start.partition("\n")
    if _FIRST_FIELD(start):
        return "the body is form-encoded, not JSON: send JSON here, or post the form to /v1/sources/webhook"
    if start.startswith("--"):
        return "the body is a multipart form, not JSON: send JSON here, or post the form to /v1/sources/webhook"
    if start.startswith("<"):
        return "the body is XML, not JSON: send JSON here, or post the XML to /v1/sources/webhook"
    if rest.lstrip().startswith("{") and _is_object(first):
        return (
            "the body is one JSON object a line, not JSON: put the objects into the array events,"
            " or post the lines to /v1/sources/jsonl"
        )
    if rest.strip() and start[0] not in "{[" and re.search("[,;\t]", first):
        return "the body looks like CSV, not JSON: send JSON here, or post the rows to /v1/sources/csv"
    return f"the body is not JSON: {fault}"


def without_events(data: Mapping[str, Any]) -> str:
    """What to say of an object whose `events` is missing or no array, and which of its fields may hold the events."""
    if "events" in data:
        return f"events must be an array: {_SHAPE}"
    found = [name for name, value in data.items() if _NAME(name) and _holds_events(value)]
    if len(found) != 1:
        return f"events is missing: {_SHAPE}"
    where = "; or post Segment's calls one by one to /v1/sources/segment" if found == ["batch"] else ""
    return f'events is missing: it seems that "{found[0]}" holds the events. Name it events: {_SHAPE}{where}'


def _holds_events(value: Any) -> bool:
    first = value[0] if isinstance(value, list) and value else value
    return isinstance(first, dict) and not _MARKS.isdisjoint(first)


def _is_object(line: str) -> bool:
    try:
        return isinstance(from_json(line), dict)
    except ValueError:
        return False
