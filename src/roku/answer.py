"""Roku's answer -> one outcome for each event of the request. Pure, and never raises.

The contract: HTTP 200, 210 (partial success), 400, 401, 403, 404, 500; body `code`, `description`, `events_received`,
`failed_events` (see `failed`). 200 is documented as "all events were processed". Whether 210 is the HTTP status or only
the body's `code` is not documented: both are read.

Nobody has yet seen an answer of the live API. So a success in another form than the documented one is a success still,
as long as it contradicts nothing, and is counted as unfamiliar. One that cannot be read, or contradicts itself, is
never taken for success: the event is asked about again.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.answers import refusal_words
from pipeline.answers.statuses import Meaning, by_status, meaning, unanswered, unreadable
from pipeline.answers.successes import SUCCESS, contradiction, members, number, says_failed
from pipeline.contract.destination import Answer
from pipeline.contract.outcome import AskAgain, Delivered, Outcome, Rejected, Retry
from pipeline.values.json_objects import json_object
from roku import failed

_PARTIAL = 210
_SETUP = {
    401: "Roku answered 401: it does not know the key; put a valid one in the Roku keys secret",
    403: "Roku answered 403: the key may not post to this event group, or the partner_name is not allowed",
}
_PARTNER = "Roku refuses this partner_name, and takes the event group without it: correct partner_name, or leave it out"


def read(answer: Answer, lines: Sequence[str], *, empty_is_delivered: bool = False) -> list[Outcome]:
    """Return what became of each event, in order. An event that is alone in its request is never AskAgain.

    `empty_is_delivered`: an operator says that a success without a body means that all events were taken.
    """
    if answer.status is None:
        return [unanswered(answer)] * len(lines)
    given = json_object(answer.body)
    said = {} if given is None else members(given)
    status = _status(answer.status, said)
    means = meaning(status)
    if means is Meaning.TAKEN:
        if given is None:
            taken = empty_is_delivered and status != _PARTIAL and not answer.body.strip()
            return [Delivered() if taken else unreadable(status, "Roku")] * len(lines)
        return _taken(status, said, lines, documented=_is_documented(answer.status, given, len(lines)))
    if means is Meaning.REFUSED:
        return _refused(status, said, lines)
    if status == 403 and answer.partner_refused:
        return [Rejected(_PARTNER, status)] * len(lines)
    return [by_status(status, answer.retry_after, "Roku", _SETUP)] * len(lines)


def _is_documented(http: int, given: Mapping[str, Any], count: int) -> bool:
    """Whether a success has the form that the page shows; it may have more members."""
    received = given.get("events_received")
    return (
        http == given.get("code") == 200
        and isinstance(given.get("description"), str)
        and type(received) is int
        and received == count
        and given.get("failed_events") == []
    )


def _status(http: int, said: Mapping[str, Any]) -> int:
    """The HTTP status, or the body's own where HTTP says success and the body knows better."""
    code = number(said.get("code"))
    if http in (*SUCCESS, _PARTIAL) and code is not None and (code == _PARTIAL or 300 <= code < 600):
        return int(code)
    return http


def _taken(status: int, said: Mapping[str, Any], lines: Sequence[str], *, documented: bool) -> list[Outcome]:
    if status not in (*SUCCESS, _PARTIAL):
        return [unreadable(status, "Roku", "which it does not document")] * len(lines)
    named, received, count = said.get("failedevents"), number(said.get("eventsreceived")), len(lines)
    if isinstance(named, list) and named:
        others: Outcome = Delivered()
        if received is not None and received != count:
            others = AskAgain(f"Roku answered {status} and counted other than {count} events", status, ambiguous=True)
        return failed.attribute(status, named, lines, default=others, suspect="named an event that is not ours")
    if status == _PARTIAL:
        reason = "Roku answered 210 and named no rejected event"
        open_ = AskAgain(reason, status, ambiguous=True) if count > 1 else Retry(reason, status, ambiguous=True)
        return [open_] * count
    if against := contradiction(said, count):
        return [unreadable(status, "Roku", f"and contradicts that with a member like {against}")] * count
    return [Delivered(unfamiliar=not documented)] * count


def _refused(status: int, said: Mapping[str, Any], lines: Sequence[str]) -> list[Outcome]:
    named = said.get("failedevents")
    unnamed = AskAgain(f"Roku answered {status} and did not name this event", status)
    if isinstance(named, list) and named:
        return failed.attribute(status, named, lines, default=unnamed, suspect="refused the request")
    words = _words(said)
    if len(lines) == 1:
        return [failed.outcome(words, lines[0], status, "the request was refused")]
    if words and all(refusal_words.passes(text) for _, text in words):
        return [Retry(f"Roku answered {status} and said that this passes", status, passing=True)] * len(lines)
    if any(refusal_words.names_group(text, field) for field, text in words):
        return [Rejected(f"Roku answered {status} for the event group or account", status, alike=True)] * len(lines)
    return [unnamed] * len(lines)


def _words(said: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The texts of a refused request, without those that only say that events failed if there are others."""
    words = [text for name in ("description", "message", "error", "errors") for text in failed.texts(said.get(name))]
    return [pair for pair in dict.fromkeys(words) if not says_failed(pair[1])] or words
