"""What the words of a refusal mean: it passes, the event was taken before, or the event group is meant. Pure.

No destination documents its words. The tables below hold what such services usually say; add what is seen. Words are
compared without regard to case, and a space in the table is a space, `_`, `-` or nothing in the text.
"""

import re
from collections.abc import Iterable

# It says that another try may succeed.
PASSING = (
    "internal error",
    "internal server error",
    "internal failure",
    "internal exception",
    "internal service error",
    "server error",
    "system error",
    "unexpected error",
    "unknown error",
    "backend error",
    "upstream error",
    "database error",
    "temporary error",
    "temporary failure",
    "temporary problem",
    "temporary issue",
    "temporary outage",
    "transient",
    "temporarily",
    "service unavailable",
    "service is unavailable",
    "currently unavailable",
    "unavailable at this time",
    "at this moment",
    "right now",
    "bad gateway",
    "gateway timeout",
    "timeout",
    "time out",
    "timed out",
    "deadline exceeded",
    "try again",
    "try later",
    "retry later",
    "retry after",
    "please retry",
    "retryable",
    "can be retried",
    "should be retried",
    "must be retried",
    "should be sent again",
    "must be sent again",
    "rate limit",
    "rate exceeded",
    "quota exceeded",
    "resource exhausted",
    "too many requests",
    "slow down",
    "throttl",
    "overload",
    "is busy",
    "server busy",
    "system busy",
    "backpressure",
)
# Whole texts that say so too: names of gRPC's codes that as part of a sentence mean nothing.
_PASSING_WHOLE = frozenset({"unavailable", "internal", "aborted", "busy"})
# It names a fault of the event, so that whatever else it says does not help.
CONDEMNING = (
    "must",
    "required",
    "invalid",
    "not valid",
    "not a valid",
    "is not a",
    "not allowed",
    "not permitted",
    "not accepted",
    "not supported",
    "unsupported",
    "unknown",
    "unrecogni",
    "malformed",
    "missing",
    "should be",
    "expected",
    "out of range",
    "too long",
    "too short",
    "too large",
    "too old",
    "not plausible",
)
# The event was taken before: what is a duplicate is the event, not some field of it.
_DUPLICATE = re.compile(
    r"(?<![a-z])(?:duplicated?(?:[\s_-]?(?:of|events?|conversions?|requests?|messages?|records?|transactions?|"
    r"submissions?|orders?|deliver(?:y|ies)|entry|ids?|detected|found|ignored|dropped|received|within)(?![a-z])"
    r"|\s*(?:[.,;:!()]|$))"
    r"|(?:already|previously)(?:[\s_-](?:been|was|is))?[\s_-]?"
    r"(?:received|processed|ingested|accepted|recorded|seen|sent|counted|exists?|delivered|taken|reported|submitted)"
    r"|seen[\s_-]before)",
    re.IGNORECASE,
)
# Where a refusal of this kind may be said: as a text of its own, or of the event and its id.
OF_THE_EVENT = re.compile(r"(?:|(?:the )?events?(?:[\s_-]?ids?)?|client[\s_-]?event[\s_-]?id|errors?|_)", re.IGNORECASE)
# Everything of one event group or account is meant; in "the limit of this account" it is not.
_GROUP = re.compile(
    r"(?<![a-z])(?<!of )(?<!of this )(?<!of the )(?<!of your )(?<!of that )"
    r"(?:event[\s_-]?groups?|account[\s_-]?ids?(?![a-z])|(?:advertiser|ad|your|this|roku|rokt)[\s_-]accounts?"
    r"|accounts?(?= (?:is|was|has|not|does|suspended|disabled|inactive|closed|paused|blocked)(?![a-z])))",
    re.IGNORECASE,
)
# What the other side quotes is a sender's text, whatever it says. An apostrophe within a word opens no quotation.
QUOTED = re.compile(r"\"[^\"]*(?:\"|$)|(?<!\w)'[^']*(?:'(?!\w)|$)|`[^`]*`|“[^“”]*”|«[^«»]*»")
_NOT_AGAIN = re.compile(r"(?:not|n't|non|never)[\s_-]?(?:be[\s_-])?(?:retr|try)", re.IGNORECASE)
# An error's code, alone or before its message.
_CODE = re.compile(r"(?:429|5\d\d)(?=:|$)").match


def _words(table: Iterable[str]) -> re.Pattern[str]:
    found = sorted((re.escape(words).replace(r"\ ", r"[\s_-]?") for words in table), key=len, reverse=True)
    return re.compile(f"(?<![a-z])(?:{'|'.join(found)})", re.IGNORECASE)


_passing, _condemning = _words(PASSING), _words(CONDEMNING)


def passes(text: str) -> bool:
    """Whether a refusal says of itself that it passes, and nothing against the event."""
    text = QUOTED.sub("", text).strip()
    rest, found = _passing.subn("", text)
    if not found and not _CODE(text) and text.lower().rstrip(".") not in _PASSING_WHOLE:
        return False
    return not _condemning.search(rest) and not _NOT_AGAIN.search(text)


def names_group(text: str, field: str = "") -> bool:
    """Whether a refusal is about the event group or the account, and not about a field of the event."""
    if _GROUP.search(field):
        return True
    return OF_THE_EVENT.fullmatch(field) is not None and _GROUP.search(QUOTED.sub("", text)) is not None


def is_duplicate(text: str) -> bool:
    """Whether a refusal says that the event was taken before, and nothing against it."""
    return _DUPLICATE.search(text) is not None and not _condemning.search(text)
