"""What Roku's Events API answers to one POST: status, `code`, `description`, `events_received`, `failed_events`.

The page gives three descriptions for a request whose events were looked at, and for a request refused as a whole (400
without `failed_events`, 401, 403, 404 and so on) only "a description of the error". The page's `code` 210 is answered
as HTTP status 210 too. The checks come in this order: method and path, key, headers, size, JSON, event group, partner,
events. The page requires both `Accept` and `Content-Type` to be `application/json`; the size limit is Tealium's 1 MB.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.client import responses
from typing import Any, Final

from local.http_server import Request
from local.roku_sandbox.faults import Faults
from local.roku_sandbox.rules import Errors, check_body, check_event, events_of
from local.sandbox import strict_json
from local.sandbox.profiles import Profile

LIVE: Final = "/v1/events"
TEST: Final = "/v1/test_events"
MAX_BYTES: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """The body of a request as far as it can be read; `fault` says why its events cannot be looked at."""

    group: str | None = None
    events: Sequence[Any] = ()
    fault: str | None = None
    shared: Mapping[str, Any] = field(default_factory=dict)

    def texts(self, name: str) -> set[str]:
        """Give the different strings that the events hold under this name."""
        found = (event.get(name) for event in self.events if isinstance(event, dict))
        return {value for value in found if isinstance(value, str)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a request gets. `content`: the JSON object of the body; `accepted`: valid events; `refused`: other ones."""

    status: int
    content: Mapping[str, object]
    accepted: Sequence[Mapping[str, object]] = ()
    refused: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)


def read_batch(body: bytes, profile: Profile = "relay") -> Batch:
    """Read the body of a request; never raises, for what cannot be read becomes the batch's `fault`."""
    try:
        content = strict_json.read(body)
    except (ValueError, RecursionError) as error:
        return Batch(fault=f"the body must be JSON: {type(error).__name__}")
    fault = check_body(content, profile)
    if not isinstance(content, dict):
        return Batch(fault=fault)
    group = content.get("event_group_id")
    return Batch(
        group=group if isinstance(group, str) else None,
        events=events_of(content, profile),
        fault=fault,
        shared={name: value for name, value in content.items() if name != "events"},
    )


def answer(
    request: Request, batch: Batch, *, faults: Faults, groups: Sequence[str] | None, profile: Profile, now: float
) -> Judgement:
    """Give Roku's answer to one request; `groups` are the event groups of its key, None if the key is no good.

    `now` is in epoch seconds.
    """
    obstacle = next(_obstacles(request, batch, faults, groups), None)
    if obstacle is None:
        return judge(batch.events, faults=faults, profile=profile, now=now, shared=batch.shared)
    status, detail = obstacle
    return refusal(status, batch, detail)


def _obstacles(
    request: Request, batch: Batch, faults: Faults, groups: Sequence[str] | None
) -> Iterator[tuple[int, str]]:
    if request.path not in (LIVE, TEST):
        yield 404, ""
    if request.method != "POST":
        yield 405, ""
    if faults.status is not None:
        yield faults.status, ""
    if groups is None:
        yield 401, ""
    if fault := _header_fault(request.headers):
        yield 400, fault
    if len(request.body) > MAX_BYTES:
        yield 413, f"{len(request.body)} bytes are more than {MAX_BYTES}"
    if batch.fault:
        yield 400, batch.fault
    if groups is not None and batch.group not in groups and "*" not in groups:
        yield 403, "the key is not for this event group"
    if not batch.texts("partner_name").isdisjoint(faults.forbidden_partners):
        yield 403, "invalid partner"


def _header_fault(headers: Mapping[str, str]) -> str | None:
    if "application/json" not in headers.get("accept", ""):
        return "Accept: application/json is required"
    if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        return "Content-Type: application/json is required"
    return None


def refusal(status: int, batch: Batch, detail: str) -> Judgement:
    """Refuse a request as a whole, naming no event."""
    phrase = responses.get(status, "Fault")
    description = f"{phrase}: {detail}" if detail else phrase
    headers = {"Allow": "POST"} if status == 405 else {}
    return Judgement(status=status, content=_content(status, description, len(batch.events), []), headers=headers)


def judge(
    events: Sequence[Any], *, faults: Faults, profile: Profile, now: float, shared: Mapping[str, Any]
) -> Judgement:
    """Look at each event on its own: 200 if all are right, 210 if some are, 400 if none is."""
    accepted: list[Mapping[str, object]] = []
    failed: list[Mapping[str, object]] = []
    for event in events:
        errors = {**check_event(event, now=now, profile=profile, shared=shared), **_told_to_refuse(event, faults)}
        if errors:
            failed.append(_echo(event, errors, faults))
        else:
            accepted.append(event)
    if not failed:
        status, description = 200, "all events were processed"
    elif accepted:
        status, description = 210, "some events could not be processed"
    else:
        status, description = 400, "all events failed"
    content = _content(status, description, len(events), failed)
    return Judgement(status=status, content=content, accepted=accepted, refused=len(failed))


def _told_to_refuse(event: object, faults: Faults) -> Mapping[str, str]:
    event_id = event.get("event_id") if isinstance(event, dict) else None
    return faults.refuse.get(event_id, {}) if isinstance(event_id, str) else {}


def _echo(event: object, errors: Errors, faults: Faults) -> Mapping[str, object]:
    members = event if isinstance(event, dict) else {}
    match faults.thin:
        case "id" | "name" as part:
            kept = {name: members[name] for name in (f"event_{part}",) if name in members}
        case "none":
            kept = {}
        case _:
            kept = members
    return {**kept, "errors": errors}


def _content(status: int, description: str, received: int, failed: Sequence[object]) -> dict[str, object]:
    return {"code": status, "description": description, "events_received": received, "failed_events": failed}
