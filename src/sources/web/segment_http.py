"""Segment's HTTP API, as its own libraries and RudderStack's call it: one call, or a batch of them. Pure.

Contract: Segment's documents "HTTP API Source" (paths, key, batches) and "Spec: Common Fields" (times); what the
libraries put on the wire, take for success and send again was seen on the wire and read in their code.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from pydantic_core import from_json, to_json

from pipeline.intake.access import Request
from pipeline.intake.body import MAX_BYTES, BadRequest, Body, Ignored
from pipeline.intake.senders import SourceSettings
from pipeline.values import language
from sources.inbound import Inbound, parsed, unpacked
from sources.source_settings import Warnings
from sources.values import as_object, first
from sources.web import segment

# Of one post; a batch of Segment's may have 500 KB, which is 2,500 calls of 200 bytes.
MOST_CALLS = 2_500
# The type of call that a path of one call is for. The short paths are those of analytics.js.
_TYPES = {word[0]: word for word in ("track", "identify", "page", "screen", "group", "alias")}
_BATCHES = ("batch", "import", "b")
_SHUT = Ignored(
    "filtered",
    "the call's integrations leave a destination of ours out, by name or All: false: name it with true, if it counts",
)
# Seconds by which a visitor's clock may be wrong before its times are corrected.
_CLOCK = 60.0


def read(inbound: Inbound) -> Body:
    """The conversions of a post. A call that cannot be read costs no other. Raises BadRequest."""
    if inbound.settings.signature_secret is not None:
        raise BadRequest(
            401,
            "this sender's posts are signed, and Segment's libraries sign nothing: give them a key of their own, of an"
            " entry without signature_secret",
        )
    warnings: Warnings = []
    calls, beside = _calls(parsed(unpacked(inbound), warnings))
    _check_repeated(beside, len(calls))
    whole = [_whole(call, beside, inbound) if isinstance(call, dict) else call for call in calls]
    body = segment.body_of(whole, inbound.settings, warnings, shared=beside)
    for index, call in enumerate(whole):
        if isinstance(call, dict) and not isinstance(body.conversions[index], Ignored) and _is_shut(call):
            body.conversions[index] = replace(_SHUT, event_id=segment.event_id(call))
    return body


def _is_shut(call: Mapping[str, Any]) -> bool:
    """Whether Segment would take the call to no destination of ours: one is off by name, or all are and none is on."""
    wanted = as_object(call.get("integrations"))
    ours = [value for name, value in wanted.items() if name.lower().startswith(language.destinations())]
    return False in ours or (wanted.get("All", wanted.get("all")) is False and not any(ours))


def _calls(data: Any) -> tuple[list[Any], dict[str, Any]]:
    """The calls of a post, and what it says beside them for all. Raises BadRequest."""
    beside = {}
    if isinstance(data, dict) and "batch" in data:
        beside = {name: value for name, value in data.items() if name not in ("batch", "writeKey")}
        data = data["batch"]
    elif isinstance(data, dict):
        data = [data]
    if not isinstance(data, list):
        raise BadRequest(400, 'the body must be a Segment call, a JSON object, or {"batch": [calls]}')
    if len(data) > MOST_CALLS:
        raise BadRequest(400, f"the batch has {len(data)} calls; at most {MOST_CALLS} are taken: send it in parts")
    return data, beside


def _check_repeated(beside: Mapping[str, Any], calls: int) -> None:
    """Refuse more than a body may have of what is read again with each of the calls. Raises BadRequest."""
    repeated = [beside.get(name) for name in ("context", "integrations")]
    size = len(to_json(repeated, inf_nan_mode="constants")) if any(repeated) else 0
    if size * calls > MAX_BYTES:
        raise BadRequest(
            400,
            f"context and integrations beside the batch have {size} bytes, which count for each of its {calls} calls:"
            f" send less in them, or at most {MAX_BYTES // size} calls in a post",
        )


def key_in(request: Request) -> str | None:
    """The write key in the body: some senders put it nowhere else. A body that cannot be read has none."""
    with suppress(BadRequest, ValueError):
        data = from_json(unpacked(Inbound(request.body, request.headers, SourceSettings(), 0.0)).body)
        for place in (data, *data) if isinstance(data, list) else (data,):
            key = first(place.get("writeKey"), place.get("write_key")) if isinstance(place, dict) else None
            if isinstance(key, str):
                return key.strip() or None
    return None


def said(status: int, body: dict[str, Any], _taken: int = 0) -> tuple[int, dict[str, Any]]:
    """Exactly 200 for whatever was read, since libraries throw a batch away for 400 and repeat it for 202.

    A refusal also has `message`, without which RudderStack's library for Python breaks.
    """
    if status < 300 or (status == 400 and body["events_received"]):
        return 200, {"success": True}
    return status, {"success": False, "message": body["description"], **body}


def _whole(call: dict[str, Any], beside: Mapping[str, Any], inbound: Inbound) -> dict[str, Any]:
    """The call with what the batch says for all, the type that its path says, the names of today, and a time."""
    word = inbound.path.rstrip("/").rpartition("/")[2]
    implied = None if word in _BATCHES else _TYPES.get(word[:1])
    made = call | {
        "type": first(call.get("type"), call.get("action"), implied),  # `action` and `options`: Segment's old form
        "context": as_object(beside.get("context")) | as_object(first(call.get("context"), call.get("options"))),
        "integrations": as_object(beside.get("integrations")) | as_object(call.get("integrations")),
        "timestamp": _time(call, beside, inbound.received_at),
    }
    sent = first(call.get("sentAt"), beside.get("sentAt"))
    if len(word) == 1:  # of a page or an app: only there the clock is a visitor's
        made["timestamp"] = _corrected(made["timestamp"], sent, inbound.received_at)
    return made


def _time(call: Mapping[str, Any], beside: Mapping[str, Any], received_at: float) -> Any:
    """When it happened; without any time, when it came."""
    names = ("timestamp", "originalTimestamp", "sentAt")
    told = [place.get(name) for place in (call, beside) for name in names]
    return first(*told, int(received_at))


def _corrected(stamp: Any, sent_at: Any, received_at: float) -> Any:
    """The time by the relay's clock, if the visitor's was wrong by over a minute when the post was sent."""
    if isinstance(stamp, str) and isinstance(sent_at, str):
        with suppress(ValueError, OverflowError):
            sent, happened = datetime.fromisoformat(sent_at), datetime.fromisoformat(stamp)
            wrong_by = received_at - sent.timestamp()
            if sent.tzinfo is not None and happened.tzinfo is not None and abs(wrong_by) > _CLOCK:
                return (happened + timedelta(seconds=wrong_by)).isoformat()
    return stamp
