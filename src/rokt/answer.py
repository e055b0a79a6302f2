"""Rokt's answer -> one outcome for each event of the request. Pure, and never raises.

The contract: a success that may name errors (`rokt.readings`, of each API), 400 all bad, 401, 403, 429 perhaps with
Retry-After, 5xx.

A 200, 201 or 202 in another form is a success too, as long as it is a JSON object that contradicts nothing; it is
counted. What cannot be read is never taken for success. Where an error names no event of ours, or more than one, all
events that are not named are asked about again in smaller requests, until each stands alone. Asking again is safe: Rokt
drops what it has taken already (see `event`).
"""

from collections.abc import Sequence
from typing import Any

from pipeline.answers import refusals
from pipeline.answers.statuses import Meaning, by_status, is_success, meaning, unanswered, unreadable
from pipeline.answers.successes import SUCCESS, contradiction, members
from pipeline.contract.destination import Answer
from pipeline.contract.outcome import AskAgain, Delivered, Outcome, Retry
from pipeline.values.json_objects import json_object
from rokt.attribution import Blame, blames
from rokt.readings import READINGS
from rokt.settings import Api

_SETUP = {
    401: "Rokt answered 401: it got no key, or one that it does not know; put a valid pair in the Rokt keys secret",
    403: "Rokt answered 403: the pair in the Rokt keys secret is refused, or is of another account, pod or API",
}


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
    if status == READINGS[api].seen:
        return _seen(status, lines)
    return [by_status(status, answer.retry_after, "Rokt", _SETUP)] * len(lines)


def _taken(status: int, body: bytes, lines: Sequence[str], api: Api) -> list[Outcome]:
    """A success: as documented, with errors, or in another form that contradicts nothing, which is counted."""
    errors, given = READINGS[api].errors(body), json_object(body)
    if errors and status in SUCCESS:
        return _told(errors, status, lines, api, default=Delivered())
    contradicts = given is not None and contradiction(members(given), len(lines))
    documented = errors is not None and status in READINGS[api].documented
    if contradicts or status not in SUCCESS or not (documented or given is not None):
        return [unreadable(status, "Rokt")] * len(lines)
    return [Delivered(unfamiliar=not documented)] * len(lines)


def _refused(status: int, body: bytes, lines: Sequence[str], api: Api) -> list[Outcome]:
    errors = READINGS[api].errors(body) or []
    if len(lines) == 1 and not errors:
        errors = [READINGS[api].said(body)]
    return _told(errors, status, lines, api, default=AskAgain(f"Rokt answered {status} and named no event", status))


def _seen(status: int, lines: Sequence[str]) -> list[Outcome]:
    """Seen before; of several events perhaps only one was."""
    if len(lines) == 1:
        return [Delivered()]
    said = f"Rokt answered {status}: some event was seen before"
    return [AskAgain(said, status, ambiguous=True)] * len(lines)


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
