"""What became of one event, and when to try again."""

from dataclasses import dataclass

# First wait and longest wait (seconds) between two tries; each is drawn from its upper 40 %, so that a crowd spreads.
FIRST_WAIT, LONGEST_WAIT, LEAST_SHARE = 30, 900, 0.6
# When waiting ends with a dead letter: after 5 days (the queue forgets after 7), or shortly before SQS would move the
# message itself, without a reason (template: maxReceiveCount 1000, SQS's most). At least share of the longest waits
# 990 receives take 148 h: an outage of 24 h ends no message.
LONGEST_AGE, MOST_RECEIVES = 5 * 86_400, 990
# A refusal that says itself that it passes is believed for so long (seconds), counted from the first one: an event that
# waited through an outage of a day must not die of the first "try again" after it.
LONGEST_PASSING = 86_400
# How the reason of a dead letter begins that an operator must look at before a redrive.
COUNTED_TWICE = "may have been counted twice"


@dataclass(frozen=True, slots=True)
class Delivered:
    """The destination took it. `unfamiliar`: its answer is a success, but not in the documented form."""

    unfamiliar: bool = False


@dataclass(frozen=True, slots=True)
class Repeated:
    """It was delivered before, or another copy of it is delivered now."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """The destination refused the event itself: the reason (safe to log and store) and the HTTP status.

    `alike`: the answer refused every event of a large request for one reason, or named the event group. If the event
    group has delivered before, its set-up is at fault and not its events.
    """

    reason: str
    status: int | None
    alike: bool = False


@dataclass(frozen=True, slots=True)
class Retry:
    """Not settled: it goes back to the queue.

    `ambiguous`: the destination may have taken it. `after`: not sooner than so many seconds. `at_once`: nothing was
    wrong, there was no time. `setup`: our key or address is refused, which only an operator can fix. `passing`: the
    destination refused this event and says that it will pass: believed for LONGEST_PASSING at most. `held`: not sent,
    because the circuit is open. `part`: events of a request that was split go back in messages of their own, one for
    each part.
    """

    reason: str
    status: int | None = None
    ambiguous: bool = False
    after: float | None = None
    at_once: bool = False
    setup: bool = False
    passing: bool = False
    held: bool = False
    part: int | None = None


@dataclass(frozen=True, slots=True)
class AskAgain:
    """The answer does not say what became of this event: it must be asked about in a smaller request, at once.

    `ambiguous`: the destination may have taken it.
    """

    reason: str
    status: int | None
    ambiguous: bool = False


Outcome = Delivered | Repeated | Rejected | Retry | AskAgain


def wait(retry: Retry, receives: int, jitter: float) -> int:
    """Seconds until the next try, after `receives` tries; `jitter` is drawn from 0..1."""
    if retry.at_once:
        return round(2 * jitter)
    seconds: float = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(receives - 1, 10))
    seconds *= LEAST_SHARE + (1 - LEAST_SHARE) * jitter
    return round(max(seconds, retry.after or 0.0))


def is_exhausted(age: float, receives: int, refused: float = 0.0) -> bool:
    """Whether an event of this age and receive count has waited long enough.

    `refused`: how long (seconds, as `age`) its refusals have said that they pass.
    """
    return age >= LONGEST_AGE or receives >= MOST_RECEIVES or refused >= LONGEST_PASSING
