"""What Rokt answers to one POST, for either API.

The checks come in this order: path and method, key, headers, size, JSON, events. Conversions API: 202 with an empty
body if all objects are right, 202 with `errors` if some are, 400 with `errors` if none is. Event API: 200 with
`data.unprocessedRecords`, 400 for what refuses the whole request, 409 if every event was seen before.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from local.http_server import Request
from local.rokt_sandbox import conversions, event_api
from local.rokt_sandbox.faults import Faults
from local.sandbox import strict_json
from local.sandbox.profiles import Profile
from local.sandbox.records import Taken

Api = Literal["conversions", "events"]

ONE: Final = "/v2/events"
MANY: Final = "/v2/bulkevents"
PATHS: Final[Mapping[Api, tuple[str, ...]]] = {"conversions": (ONE, MANY), "events": (ONE,)}
MAX_BYTES: Final = 256_000
VERSION: Final = "2020-05-21"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a request gets. `taken`: the valid events (key of repeats, event id, event); `refused`: how many are not."""

    status: int
    body: bytes = b""
    taken: Sequence[Taken] = ()
    refused: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """The body as far as it can be read: its events, where each is in the text, and why no more can be read."""

    content: Any = None
    events: Sequence[Any] = ()
    spans: Sequence[tuple[int, int]] = ()
    fault: str | None = None

    def ids(self) -> list[str | None]:
        """The attribute `event_id` of each event."""
        return [_event_id(event) for event in self.events]


def read_batch(body: bytes, path: str, api: Api) -> Batch:
    """Read the body of a request; never raises."""
    try:
        text = body.decode()
        content = strict_json.read(body)
    except (ValueError, RecursionError) as error:
        return Batch(fault=f"the body must be JSON: {type(error).__name__}")
    if api == "events":
        events = content.get("events") if isinstance(content, dict) else None
        return Batch(content=content, events=events if isinstance(events, list) else ())
    if path == ONE:
        return Batch(content=content, events=[content], spans=[(1, len(text))])
    if not isinstance(content, list) or not 1 <= len(content) <= conversions.MAX_OBJECTS:
        return Batch(content=content, fault=f"the body must be an array of 1 to {conversions.MAX_OBJECTS} objects")
    return Batch(content=content, events=content, spans=_spans(text, len(content)))


def _spans(text: str, count: int) -> list[tuple[int, int]]:
    """The one-based offsets of the first and last character of each item of an array."""
    decoder, spans, at = json.JSONDecoder(), [], text.index("[") + 1
    for _ in range(count):
        at += len(text[at:]) - len(text[at:].lstrip(" \t\r\n,"))
        _, end = decoder.raw_decode(text, at)
        spans.append((at + 1, end))
        at = end
    return spans


def obstacle(request: Request, batch: Batch, api: Api, faults: Faults, *, key: bool | None) -> Judgement | None:
    """Refuse a request before its events are looked at. `key` is None without one, else whether it is right."""
    if request.path not in PATHS[api]:
        return Judgement(status=404)
    if request.method != "POST":
        return Judgement(status=405, headers={"Allow": "POST"})
    if faults.status is not None:
        return Judgement(status=faults.status)
    if not key:
        return Judgement(status=401 if key is None else 403)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        return refusal(api, "Content-Type: application/json is required")
    if api == "events" and (
        request.headers.get("rokt-version") != VERSION or request.headers.get("charset") != "utf-8"
    ):
        return refusal(api, f"Rokt-Version: {VERSION} and Charset: utf-8 are required")
    if len(request.body) > MAX_BYTES:
        return Judgement(status=413)
    return refusal(api, batch.fault) if batch.fault else None


def refusal(api: Api, text: str) -> Judgement:
    """Refuse a request as a whole, naming no event."""
    said: dict[str, Any] = {"code": "RequestValidationError", "message": text}
    content = {"data": said} if api == "events" else {"errors": [said]}
    return Judgement(status=400, body=json.dumps(content).encode())


def judge_objects(batch: Batch, faults: Faults, *, bulk: bool, profile: Profile = "relay") -> Judgement:
    """The Conversions API: look at each object on its own."""
    taken: list[Taken] = []
    errors = []
    for index, (item, (first, last)) in enumerate(zip(batch.events, batch.spans, strict=True)):
        size = len(json.dumps(item, ensure_ascii=False, separators=(",", ":")).encode())
        found = conversions.check(item, size=size, profile=profile)
        told = faults.refuse.get(_event_id(item) or "")
        if told is not None:
            found = [(".events[0]", told)]
        if found:
            path, fault = found[0]
            text = _echoing(item, fault) if faults.echo else fault
            errors.append(
                {"code": "BadRequest", "message": _named(text, index, path, (first + last) // 2, faults, bulk)}
            )
        else:
            taken.append((item.get("source_request_id"), _event_id(item), item))
    body = json.dumps({"errors": errors}).encode() if errors else b""
    return Judgement(status=202 if taken else 400, body=body, taken=taken, refused=len(errors))


def _named(text: str, index: int, path: str, position: int, faults: Faults, bulk: bool) -> str:
    if not bulk or faults.naming == "none":
        return f"the value {text}."
    if faults.naming == "position":
        return f"the value {text}. line 1, position {position}."
    return f"the value {text}. Path '[{index}]{path}', line 1, position {position}."


def _echoing(item: Mapping[str, Any], text: str) -> str:
    identities = item.get("user_identities")
    values = [str(value) for value in identities.values()] if isinstance(identities, dict) else []
    return f'{text}: "{" ".join(values)}"'


def judge_events(batch: Batch, account_id: str, faults: Faults, *, now: float, profile: Profile = "relay") -> Judgement:
    """The Event API: look at the request as a whole, then at each event."""
    if fault := event_api.check_request(batch.content, now=now):
        return refusal("events", fault)
    if batch.content["accountId"] != account_id:
        return Judgement(status=403)
    taken: list[Taken] = []
    unprocessed = []
    for event in batch.events:
        fault = faults.refuse.get(_event_id(event) or "") or event_api.check(event, profile)
        if fault:
            echoed = event_api.said(event, "email") or event_api.said(event, "emailsha256") or ""
            text = f'{fault}: "{echoed}"' if faults.echo else fault
            unprocessed.append({"error": {"code": "ValidationError", "message": text}, "record": event})
        else:
            key = event_api.said(event, "transactionid") or event_api.said(event, "confirmationref")
            taken.append((key, _event_id(event), event))
    body = json.dumps({"data": {"unprocessedRecords": unprocessed}}).encode()
    return Judgement(status=200, body=body, taken=taken, refused=len(unprocessed))


def _event_id(event: object) -> str | None:
    """The attribute `event_id` of an event of either API, whatever is around it."""
    if not isinstance(event, dict):
        return None
    pairs = event.get("objectData")
    for pair in pairs if isinstance(pairs, list) else []:
        if isinstance(pair, dict) and pair.get("name") == "event_id":
            return str(pair.get("value"))
    return _id_in_object(event)


def _id_in_object(item: Mapping[str, Any]) -> str | None:
    events = item.get("events")
    for one in events if isinstance(events, list) else []:
        data = one.get("data") if isinstance(one, dict) else None
        said = data.get("custom_attributes") if isinstance(data, dict) else None
        if isinstance(said, dict) and isinstance(said.get("event_id"), str):
            return str(said["event_id"])
    # An update of attributes has no events: the relay puts its sender's id behind two slashes of the request's.
    return str(item.get("source_request_id")).partition("/")[2].partition("/")[2] or None
