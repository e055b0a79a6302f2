"""Rokt's answer -> one outcome for each event of the request. Pure, and never raises.

The contract. Conversions API: 202, empty: all are taken; 202 with `{"errors": [{"code", "message"}]}`: some are not,
each named by `Path '[n]...` or by `position P`, the one-based offset in the request's array, or not at all. Event API:
200 whose `data.unprocessedRecords` are `{"error": {"code", "message"}, "record": {...}}`: those are not taken; 409:
seen before. Both: 400 all bad, 401, 403, 429 perhaps with Retry-After, 5xx.

A 200, 201 or 202 in another form is a success too, as long as it is a JSON object that contradicts nothing; it is
counted. What cannot be read is never taken for success. Where an error names no event of ours, or more than one, all
events that are not named are asked about again in smaller requests, until each stands alone. Asking again is safe: Rokt
drops what it has taken already (see `event`).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.answers import refusals
from pipeline.answers.statuses import Meaning, by_status, is_success, meaning, unanswered, unreadable
from pipeline.answers.successes import SUCCESS, contradiction, members
from pipeline.contract.destination import Answer
from pipeline.contract.outcome import AskAgain, Delivered, Outcome, Retry
from pipeline.values.json_objects import json_object
from rokt.attribution import Blame, blames
from rokt.settings import Api

_SETUP = {
    401: "Rokt answered 401: it got no key, or one that it does not know; put a valid pair in the Rokt keys secret",
    403: "Rokt answered 403: the pair in the Rokt keys secret is refused, or is of another account, pod or API",
}
_DOCUMENTED: dict[Api, tuple[int, ...]] = {"conversions": (200, 202), "events": (200,)}


def read(answer: Answer, lines: Sequence[str], api: Api, *, empty_is_delivered: bool = False) -> list[Outcome]:
    """Return what became of each event, in order. An event that is alone in its request is never AskAgain.

    `empty_is_delivered`: an operator says that any success without a body means that all events were taken.
    """
    status = answer.status
    if status is None:
        return [unanswered(answer)] * len(lines)
    means = meaning(status)
    if means is Meaning.TAKEN:
        if empty_is_delivered and not answer.body.strip():
            return [Delivered()] * len(lines)
        return _taken(status, answer.body, lines, api)
    if means is Meaning.REFUSED:
        return _refused(status, answer.body, lines, api)
    if status == 409 and api == "events":
        return _seen(lines)
    return [by_status(status, answer.retry_after, "Rokt", _SETUP)] * len(lines)


def _taken(status: int, body: bytes, lines: Sequence[str], api: Api) -> list[Outcome]:
    """A success: as documented, with errors, or in another form that contradicts nothing, which is counted."""
    errors, given = _errors(body, api), json_object(body)
    if errors and status in SUCCESS:
        return _told(errors, status, lines, api, default=Delivered())
    contradicts = given is not None and contradiction(members(given), len(lines))
    documented = errors is not None and status in _DOCUMENTED[api]
    if contradicts or status not in SUCCESS or not (documented or given is not None):
        return [unreadable(status, "Rokt")] * len(lines)
    return [Delivered(unfamiliar=not documented)] * len(lines)


def _refused(status: int, body: bytes, lines: Sequence[str], api: Api) -> list[Outcome]:
    errors = _errors(body, api) or []
    if len(lines) == 1 and not errors:
        errors = [_said(body)]
    return _told(errors, status, lines, api, default=AskAgain(f"Rokt answered {status} and named no event", status))


def _seen(lines: Sequence[str]) -> list[Outcome]:
    """409: seen before; of several events perhaps only one was."""
    if len(lines) == 1:
        return [Delivered()]
    return [AskAgain("Rokt answered 409: some event was seen before", 409, ambiguous=True)] * len(lines)


def _told(errors: Sequence[Any], status: int, lines: Sequence[str], api: Api, *, default: Outcome) -> list[Outcome]:
    """The outcomes after these errors: `default` for events that none of them can mean."""
    outcomes: list[Outcome] = [default] * len(lines)
    most = 2 * len(lines)  # the bound keeps an absurd answer from taking minutes
    attributed = blames(errors[:most], lines, api)
    named = {index: blame for blame in attributed for index in blame.indexes}
    for index, blame in named.items():
        outcomes[index] = _outcome(blame, status)
    if len(errors) > most or not all(blame.indexes for blame in attributed):
        unsettled = AskAgain(f"Rokt answered {status} with an error that names no event", status, is_success(status))
        outcomes = [outcomes[index] if index in named else unsettled for index in range(len(lines))]
    return refusals.alike(outcomes)


def _outcome(blame: Blame, status: int) -> Outcome:
    if blame.may_pass:
        return Retry(blame.reason, status, passing=True)
    return refusals.outcome([("", blame.said)], blame.reason, status)


def _errors(body: bytes, api: Api) -> list[Any] | None:
    """The errors that the answer names; None if it cannot be read, which is no success."""
    if api == "conversions" and not body.strip():
        return []
    said: Any = json_object(body)
    if api == "events" and said is not None:
        said = said.get("data", said) or {}
    place = "errors" if api == "conversions" else "unprocessedRecords"
    if not isinstance(said, dict) or (said and place not in said):
        return None
    errors = said.get(place)
    return [] if errors is None else errors if isinstance(errors, list) else None


def _said(body: bytes) -> Mapping[str, Any] | None:
    """The error of a whole request: the Event API's `data`, or whatever the top of the answer says."""
    said = json_object(body)
    return said["data"] if said is not None and isinstance(said.get("data"), dict) else said
