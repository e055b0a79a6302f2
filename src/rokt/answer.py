"""Rokt's answer -> one outcome for each event of the request. Pure, and never raises.

The contract. Conversions API: 202, empty: all are taken; 202 with `{"errors": [{"code", "message"}]}`: some are not,
each named by `Path '[n]...` or by `position P`, the one-based offset in the request's array, or not at all. Event API:
200 whose `data.unprocessedRecords` are `{"error": {"code", "message"}, "record": {...}}`: those are not taken; 409:
seen before. Both: 400 all bad, 401, 403, 429 perhaps with Retry-After, 5xx.

What an answer does not say is never taken for success: where an error names no event of ours, or more than one, all
events that are not named are asked about again in smaller requests, until each stands alone. Asking again is safe: Rokt
drops what it has taken already (see `event`).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic_core import from_json

from pipeline.destination import Answer
from pipeline.outcome import Delivered, Outcome, Rejected, Retry, Unsettled
from rokt.attribution import UNSAID, Blame, blames, reason
from rokt.settings import Api

_SETUP = frozenset({401, 403, 404, 405, 407, 410, 411, 415, 451})
_SUCCESS: dict[Api, tuple[int, ...]] = {"conversions": (200, 202), "events": (200,)}


def read(answer: Answer, lines: Sequence[str], api: Api) -> list[Outcome]:
    """Return what became of each event, in order. An event that is alone in its request is never Unsettled."""
    status = answer.status
    if status is None:
        return [Retry(answer.failure, ambiguous=answer.ambiguous, setup=answer.setup)] * len(lines)
    if 200 <= status < 300:
        return _taken(status, answer.body, lines, api)
    if status in (400, 413, 422):
        return _refused(status, answer.body, lines, api)
    if status == 409 and api == "events":
        return _seen(lines)
    if status in _SETUP or 300 <= status < 400:
        return [Retry(_setup_reason(status), status, setup=True)] * len(lines)
    # Told to slow down without being told until when: the rest of the run is spared all the same.
    after = 0.0 if status == 429 and answer.retry_after is None else answer.retry_after
    # An error of a server may come after it did its work. One that says when to come back has not begun it.
    ambiguous = status >= 500 and after is None
    return [Retry(f"Rokt answered {status}", status, ambiguous=ambiguous, after=after)] * len(lines)


def _taken(status: int, body: bytes, lines: Sequence[str], api: Api) -> list[Outcome]:
    errors = _errors(body, api)
    if status not in _SUCCESS[api] or errors is None:
        return [Retry(f"Rokt answered {status} with a body that cannot be read", status, ambiguous=True)] * len(lines)
    return _told(errors, status, lines, api, default=Delivered())


def _refused(status: int, body: bytes, lines: Sequence[str], api: Api) -> list[Outcome]:
    errors = _errors(body, api) or []
    if len(lines) == 1 and not errors:
        said = _said(body)
        return [Rejected(reason(said, lines[0], api) if said else UNSAID, status)]
    return _told(errors, status, lines, api, default=Unsettled(f"Rokt answered {status} and named no event", status))


def _seen(lines: Sequence[str]) -> list[Outcome]:
    """409: seen before; of several events perhaps only one was."""
    if len(lines) == 1:
        return [Delivered()]
    return [Unsettled("Rokt answered 409: some event was seen before", 409, ambiguous=True)] * len(lines)


def _told(errors: Sequence[Any], status: int, lines: Sequence[str], api: Api, *, default: Outcome) -> list[Outcome]:
    """The outcomes after these errors: `default` for events that none of them can mean."""
    outcomes: list[Outcome] = [default] * len(lines)
    most = 2 * len(lines)  # the bound keeps an absurd answer from taking minutes
    attributed = blames(errors[:most], lines, api)
    named = {index: blame for blame in attributed for index in blame.indexes}
    for index, blame in named.items():
        outcomes[index] = _outcome(blame, status)
    if len(errors) > most or not all(blame.indexes for blame in attributed):
        unsettled = Unsettled(f"Rokt answered {status} with an error that names no event", status, status < 300)
        outcomes = [outcomes[index] if index in named else unsettled for index in range(len(lines))]
    return outcomes


def _outcome(blame: Blame, status: int) -> Outcome:
    return Retry(blame.reason, status) if blame.may_pass else Rejected(blame.reason, status)


def _errors(body: bytes, api: Api) -> list[Any] | None:
    """The errors that the answer names; None if it cannot be read, which is no success."""
    if api == "conversions" and not body.strip():
        return []
    said = _parsed(body)
    if api == "events" and isinstance(said, dict):
        said = said.get("data", said) or {}
    place = "errors" if api == "conversions" else "unprocessedRecords"
    if not isinstance(said, dict) or (said and place not in said):
        return None
    errors = said.get(place)
    return [] if errors is None else errors if isinstance(errors, list) else None


def _said(body: bytes) -> Mapping[str, Any] | None:
    """The error of a whole request: the Event API's `data`, or whatever the top of the answer says."""
    said: Any = _parsed(body)
    if isinstance(said, dict) and isinstance(said.get("data"), dict):
        said = said["data"]
    return said if isinstance(said, dict) else None


def _parsed(body: bytes) -> object:
    try:
        return from_json(body)
    except ValueError:
        return False


def _setup_reason(status: int) -> str:
    if status == 401:
        return (
            "Rokt answered 401: it got no key, or one that it does not know; put a valid pair in the Rokt keys secret"
        )
    if status == 403:
        return "Rokt answered 403: the pair in the Rokt keys secret is refused, or is of another account, pod or API"
    return f"Rokt answered {status}: check the stack's RoktUrl"
