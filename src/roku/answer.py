"""Roku's answer -> one outcome for each event of the request. Pure, and never raises.

The contract: HTTP 200, 210 (partial success), 400, 401, 403, 404, 500; body `code`, `description`, `events_received`,
`failed_events`, whose items echo the invalid event with `errors` added, sometimes the whole of it, sometimes only its
`event_id` or `event_name`. Whether 210 is the HTTP status or only the body's `code` is not documented: both are read.
What an answer does not say is never taken for success: the event is asked about again.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic_core import from_json

from pipeline.destination import Answer
from pipeline.outcome import Delivered, Outcome, Rejected, Retry, Unsettled
from pipeline.personal import safe_reason

_SETUP = frozenset({401, 403, 404, 405, 407, 410, 411, 415, 451})


def read(answer: Answer, lines: Sequence[str]) -> list[Outcome]:
    """Return what became of each event, in order. An event that is alone in its request is never Unsettled."""
    if answer.status is None:
        return [Retry(answer.failure, ambiguous=answer.ambiguous, setup=answer.setup)] * len(lines)
    verdict = _verdict(answer.body)
    status = _status(answer.status, verdict)
    if status in (200, 210) and verdict is not None:
        return _taken(status, verdict, lines)
    if 200 <= status < 300:
        return [Retry(f"Roku answered {status} with a body that cannot be read", status, ambiguous=True)] * len(lines)
    if status in (400, 413, 422):
        return _refused(status, verdict or {}, lines)
    if status in _SETUP or 300 <= status < 400:
        return [Retry(_setup_reason(status), status, setup=True)] * len(lines)
    # Told to slow down without being told until when: the rest of the run is spared all the same.
    after = 0.0 if status == 429 and answer.retry_after is None else answer.retry_after
    # An error of a server may come after it did its work. One that says when to come back has not begun it.
    ambiguous = status >= 500 and after is None
    return [Retry(f"Roku answered {status}", status, ambiguous=ambiguous, after=after)] * len(lines)


def _verdict(body: bytes) -> dict[str, Any] | None:
    try:
        verdict = from_json(body)
    except ValueError:
        return None
    return verdict if isinstance(verdict, dict) else None


def _status(http: int, verdict: Mapping[str, Any] | None) -> int:
    """The HTTP status, or the body's own where HTTP says success and the body knows better."""
    code = verdict.get("code") if verdict is not None else None
    if isinstance(code, str) and len(code) == 3 and code.isascii() and code.isdigit():
        code = int(code)
    if http in (200, 210) and isinstance(code, int | float) and 200 <= code < 600:
        return max(http, int(code))
    return http


def _taken(status: int, verdict: Mapping[str, Any], lines: Sequence[str]) -> list[Outcome]:
    failed, received = verdict.get("failed_events"), verdict.get("events_received")
    counted = isinstance(received, int) and not isinstance(received, bool)
    if failed is None and status == 200 and counted and received == len(lines):
        failed = []
    if not isinstance(failed, list):
        return [Retry(f"Roku answered {status} without failed_events", status, ambiguous=True)] * len(lines)
    miscounted = counted and received != len(lines)
    if failed:
        taken = Unsettled(f"Roku counted {received} events of {len(lines)}", status, ambiguous=True)
        return _attribute(
            status,
            failed,
            lines,
            default=taken if miscounted else Delivered(),
            suspect="named an event that is not ours",
        )
    if status == 210 and len(lines) > 1:
        return [Unsettled("Roku answered 210 and named no failed event", status, ambiguous=True)] * len(lines)
    if status == 210:
        return [Retry("Roku answered 210 and named no failed event", status, ambiguous=True)]
    if miscounted:
        return [Retry(f"Roku counted {received} events of {len(lines)}", status, ambiguous=True)] * len(lines)
    return [Delivered()] * len(lines)


def _refused(status: int, verdict: Mapping[str, Any], lines: Sequence[str]) -> list[Outcome]:
    failed = verdict.get("failed_events")
    unnamed = Unsettled(f"Roku answered {status} and did not name this event", status)
    if isinstance(failed, list) and failed:
        return _attribute(status, failed, lines, default=unnamed, suspect="refused the request")
    if len(lines) == 1:
        said = verdict.get("description") or verdict.get("message") or verdict.get("error")
        reason = safe_reason(said, _values(_event(lines[0]))) if isinstance(said, str) else ""
        return [Rejected(reason or "the request was refused without a reason", status)]
    return [unnamed] * len(lines)


def _attribute(
    status: int, failed: list[Any], lines: Sequence[str], *, default: Outcome, suspect: str
) -> list[Outcome]:
    """Match each failed event to ours: by its id, then by what it echoes, then by the only event it can be.

    One that matches none, or several, leaves all that are not named Unsettled.
    """
    events = [_event(line) for line in lines]
    if len(events) == 1:
        items = [item for item in failed if isinstance(item, dict)]
        reason = _reason(items[0] if items else {}, events[0])
        return [Rejected(reason, status)]
    by_id: dict[object, list[int]] = {}
    for index, event in enumerate(events):
        by_id.setdefault(event.get("event_id"), []).append(index)
    outcomes: list[Outcome] = [default] * len(events)
    named: set[int] = set()
    most = 2 * len(events)  # each at most once is documented; the bound keeps an absurd answer from taking minutes
    unmatched = len(failed) > most
    for item in failed[:most]:
        match = _match(item, events, by_id)
        unmatched = unmatched or not match
        if not named.issuperset(match):
            named.update(match)
            rejected = Rejected(_reason(item, events[match[0]]), status)
            for index in match:
                outcomes[index] = rejected
    if unmatched:
        unsettled = Unsettled(f"Roku answered {status} and {suspect}", status, ambiguous=status in (200, 210))
        outcomes = [outcome if index in named else unsettled for index, outcome in enumerate(outcomes)]
    return outcomes


def _match(item: Any, events: Sequence[dict[str, Any]], by_id: Mapping[object, list[int]]) -> list[int]:
    if not isinstance(item, dict):
        return []
    echo = {name: value for name, value in item.items() if name != "errors" and value is not None}
    event_id = echo.get("event_id")
    candidates: Sequence[int]
    if isinstance(event_id, str | int) and not isinstance(event_id, bool):
        candidates = by_id.get(str(event_id), [])
        if len(candidates) == 1:
            return candidates
        echo["event_id"] = str(event_id)
    elif echo:
        candidates = range(len(events))
    else:
        return []
    fitting = [index for index in candidates if _fits(echo, events[index])]
    # Copies of the same event have the same fate, however many of them are named.
    if all(events[index] == events[fitting[0]] for index in fitting):
        return fitting
    return [index for index in fitting if events[index] == echo]


def _fits(echo: Mapping[str, Any], event: Mapping[str, Any]) -> bool:
    return all(name in event and event[name] == value for name, value in echo.items())


def _event(line: str) -> dict[str, Any]:
    try:
        event = from_json(line)
    except ValueError:
        return {}
    return event if isinstance(event, dict) else {}


def _values(event: Mapping[str, Any]) -> list[str]:
    user = event.get("user_data")
    return [value for value in user.values() if isinstance(value, str)] if isinstance(user, dict) else []


def _reason(item: Mapping[str, Any], event: Mapping[str, Any]) -> str:
    errors = item.get("errors")
    if isinstance(errors, dict) and errors:
        said = "; ".join(f"{field}: {text}" for field, text in list(errors.items())[:20])
    elif isinstance(errors, list) and errors:
        said = "; ".join(str(error) for error in errors[:20])
    elif isinstance(errors, str) and errors:
        said = errors
    else:
        said = "refused without a reason"
    return safe_reason(said[:5_000], _values(event)) or "refused without a reason"


def _setup_reason(status: int) -> str:
    if status == 401:
        return "Roku answered 401: it does not know the key; put a valid one in the Roku keys secret"
    if status == 403:
        return "Roku answered 403: the key may not post to this event group, or the partner_name is not allowed"
    return f"Roku answered {status}: check the stack's RokuUrl"
