"""What the HTTP status of an answer means where it says nothing of single events. The same for every destination."""

from collections.abc import Mapping

from pipeline.destination import Answer
from pipeline.outcome import Retry

# Our key, our address or our way of asking is refused: only an operator can change that.
_SETUP = frozenset({401, 403, 404, 405, 407, 410, 411, 415, 451})
# Retry-After is believed for so long (seconds): one header in milliseconds would park every event for half a day.
LONGEST_AFTER = 3_600.0


def by_status(answer: Answer, who: str, setup: Mapping[int, str]) -> Retry:
    """Return when to try again, and why, after no answer or one that is neither a success nor about the events.

    `who` is the destination's name as the parameters of the stack spell it; `setup` says what a status means there.
    """
    status, after = answer.status, answer.retry_after
    if status is None:
        return Retry(answer.failure, ambiguous=answer.ambiguous, setup=answer.setup)
    if status in _SETUP or 300 <= status < 400:
        return Retry(setup.get(status, f"{who} answered {status}: check the stack's {who}Url"), status, setup=True)
    if status == 429 and after is None:
        after = 0.0  # told to slow down, but not until when: the rest of the run is spared anyway
    if after is not None:
        after = min(after, LONGEST_AFTER)
    # A server may fail after it did its work, and a gateway before it may time out while it still works. Neither knows
    # better when it says when to come back.
    return Retry(f"{who} answered {status}", status, ambiguous=status >= 500, after=after)


def unreadable(status: int, who: str, why: str = "with a body that cannot be read") -> Retry:
    """The outcome of events in a request whose answer is a success by its status, and does not say so itself."""
    return Retry(f"{who} answered {status} {why}", status, ambiguous=True)
