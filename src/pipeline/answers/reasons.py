"""Why an event was not delivered, as a class for the log. Pure.

The reason itself may hold words of a destination, and those may quote a person. It is in the dead letter and in the
ledger, where the command line reads it.
"""

import re

from pipeline.answers.statuses import Meaning, meaning
from pipeline.values.words import OTHER, Word

_OF_OURS = re.compile(r"(?:waited too long: )?\w{1,20} (?:answered|counted) \d").match

# Our own texts of what no answer's status tells, by a part of each.
_TEXTS = (
    ("circuit", Word("circuit open")),
    ("windows ended", Word("perhaps counted twice")),
    ("second window", Word("second window")),
    ("dead-letter queue", Word("dead-letter queue unreachable")),
    ("other content", Word("another copy rejected")),
    ("in time", Word("out of time")),
    ("time left", Word("out of time")),
    ("time was over", Word("out of time")),
    ("TLS", Word("TLS failed")),
    ("connection", Word("unreachable")),
    ("request to", Word("unreachable")),
    ("secret", Word("no key")),
    ("key", Word("no key")),
)

_STATUSES = {
    Meaning.KEY: Word("key refused"),
    Meaning.ADDRESS: Word("address refused"),
    Meaning.SLOWER: Word("throttled"),
    Meaning.BROKEN: Word("server error"),
}


def class_of(kind: str, status: int | None, reason: str) -> Word:
    """The class of one reason: of a `rejected`, `retried` or `unreadable` event, by the answer's status if it had one.

    Of the reason only our own fixed texts are looked for; none of it is in the result.
    """
    if kind == "unreadable":
        return Word("not a message of ours")
    if status is None:
        return next((word for part, word in _TEXTS if part in reason), OTHER)
    if kind == "rejected":
        return Word("refused")
    return _of_status(status, reason)


def _of_status(status: int, reason: str) -> Word:
    """Why an event that was answered is tried again."""
    means = meaning(status)
    if means is Meaning.TAKEN and _OF_OURS(reason) and "passes" not in reason:
        return Word("unreadable answer")
    return _STATUSES.get(means, Word("refused for now"))
