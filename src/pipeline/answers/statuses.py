"""What the HTTP status of an answer means: the same for every destination, for the outcome and for the log. Pure."""

from collections.abc import Mapping
from enum import Enum

from pipeline.contract.destination import Answer
from pipeline.contract.outcome import Retry

# Retry-After is believed for so long (seconds): one header in milliseconds would park every event for half a day.
LONGEST_AFTER = 3_600.0


class Meaning(Enum):
    """What a status says, whatever the body adds."""

    TAKEN = "the request was taken"
    REFUSED = "some or all of its events are refused, or there are too many of them"
    KEY = "our key is refused"
    ADDRESS = "our address or our way of asking is refused"
    SLOWER = "we ask too often"
    BROKEN = "the other side failed, perhaps after it did its work"
    LATER = "not now"


_MEANINGS = (
    dict.fromkeys((400, 413, 422), Meaning.REFUSED)
    | dict.fromkeys((401, 403, 407), Meaning.KEY)
    | dict.fromkeys((404, 405, 410, 411, 415, 451), Meaning.ADDRESS)
    | {429: Meaning.SLOWER}
)
_MEANINGS_OF_HUNDREDS = {2: Meaning.TAKEN, 3: Meaning.ADDRESS}


def meaning(status: int) -> Meaning:
    """What this status means."""
    if status >= 500:
        return Meaning.BROKEN
    return _MEANINGS.get(status) or _MEANINGS_OF_HUNDREDS.get(status // 100, Meaning.LATER)


def is_success(status: int | None) -> bool:
    """Whether there was an answer whose status says that the request was taken."""
    return status is not None and meaning(status) is Meaning.TAKEN


def unanswered(answer: Answer) -> Retry:
    """The outcome of events in a request to which there was no answer."""
    return Retry(answer.failure, ambiguous=answer.ambiguous, setup=answer.setup)


def by_status(status: int, after: float | None, who: str, setup: Mapping[int, str]) -> Retry:
    """Return when to try again, and why, after an answer that is neither a success nor about the events.

    `after` is its Retry-After in seconds. `who` is the destination's name as the parameters of the stack spell it;
    `setup` says what a status means there.
    """
    means = meaning(status)
    if means in (Meaning.KEY, Meaning.ADDRESS):  # only an operator can change that
        return Retry(setup.get(status, f"{who} answered {status}: check the stack's {who}Url"), status, setup=True)
    if means is Meaning.SLOWER and after is None:
        after = 0.0  # 429 without Retry-After: send nothing more in this run anyway
    if after is not None:
        after = min(after, LONGEST_AFTER)
    # A server may fail after it did its work, and a gateway before it may time out while it still works. Neither knows
    # better when it says when to come back.
    return Retry(f"{who} answered {status}", status, ambiguous=means is Meaning.BROKEN, after=after)


def unreadable(status: int, who: str, why: str = "with a body that cannot be read") -> Retry:
    """The outcome of events in a request whose answer is a success by its status, and does not say so itself."""
    return Retry(f"{who} answered {status} {why}", status, ambiguous=True)
