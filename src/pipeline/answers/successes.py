"""Whether the answer to a request is the success that its HTTP status says, whatever form it has. Pure."""

import re
from collections.abc import Mapping
from typing import Any

# Statuses that say that a request was taken.
SUCCESS = (200, 201, 202)
# Where an answer may wrap what the page shows on top.
_WRAPPERS = frozenset({"data", "result", "response", "body", "payload", "summary", "meta"})
# Names, folded to letters: of counts that must be ours; of what must be empty, zero or false; of what must not be.
_COUNT = re.compile(
    r"(?:num|number|total)?(?:of)?(?:events?)?(?:received|processed|accepted|ingested)(?:events?)?(?:count)?"
).fullmatch
_FAULT = re.compile(
    r"(?:num|number|total)?(?:of)?(?:events?)?(?:failed|failures?|errors?|rejected|refused|invalid|unprocessed)"
    r"(?:events?|records?)?(?:count|code|message)?|partial(?:failure|success)?"
).fullmatch
_WELL = frozenset({"success", "successful", "succeeded", "ok"})
_CODES = frozenset({"code", "status", "statuscode"})
_STATE = frozenset({"status", "result", "state", "outcome", "code", "type"})
_BAD_STATE = re.compile(
    r"\A\s*(?:err|fail|reject|refus|partial|invalid|denied|unauthori|forbid)"
    r"|(?<!no)(?<!no[\s_-])(?:error|failure|failed|exception)",
    re.IGNORECASE,
).search
_BAD_WORDS = re.compile(r"\s*(?:all events failed|some events could not be processed)", re.IGNORECASE).match
_NO_FAULT = ("OK", "ok", "SUCCESS", "success", "NONE", "none")
_NUMBER = re.compile(r"\s*[+-]?\d{1,80}(?:\.\d{1,20})?\s*").fullmatch
_NOT_PLAIN = re.compile(r"[\s_-]")


def plain(name: str) -> str:
    """A member's name by its letters: events_received, eventsReceived and Events-Received are one."""
    return _NOT_PLAIN.sub("", name[:100]).lower()


def members(answer: Mapping[str, Any], depth: int = 3) -> dict[str, Any]:
    """The members by their names in letters, and those of wrappers, which yield to the members on top."""
    named = {plain(name): value for name, value in answer.items()}
    found: dict[str, Any] = {}
    for name, value in named.items():
        if depth and name in _WRAPPERS and isinstance(value, dict):
            found |= members(value, depth - 1)
    return found | named


def contradiction(said: Mapping[str, Any], count: int) -> str | None:
    """The name of a member that says that a success with `count` events is none; None if all agree."""
    return next((name for name, value in said.items() if _contradicts(name, value, count)), None)


def _contradicts(name: str, value: object, count: int) -> bool:
    """Whether a member of a success says that it is none."""
    amount = number(value)
    if name in _CODES and amount is not None:
        return amount >= 300
    if _COUNT(name) and (amount is not None or value is False):
        return amount != count
    if _FAULT(name):
        return bool(value) and amount != 0 and (name in ("error", "errors") or value not in _NO_FAULT)
    return _is_bad_word(name, value)


def _is_bad_word(name: str, value: object) -> bool:
    if name in _WELL:
        return number(value) == 0 or str(value).strip().lower() in ("false", "no")
    if not isinstance(value, str):
        return False
    if name in _STATE:
        return _BAD_STATE(value) is not None
    return name in ("description", "message") and says_failed(value)


def says_failed(text: str) -> bool:
    """Whether a text is one of those by which Roku's page says that events failed."""
    return _BAD_WORDS(text) is not None


def number(value: object) -> float | int | None:
    """The number that a member holds, as such or as text; None if it holds none."""
    if isinstance(value, str):
        return float(value) if _NUMBER(value[:80]) else None
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
