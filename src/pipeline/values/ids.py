"""Texts in the place of an id that identify nothing: conversions that share one would be taken for repeats. Pure.

An id is lost where a tag was not filled in, where a program glued what it did not have to a prefix (order-undefined),
where a spreadsheet wrote a long number as 1.23457E+15 and took the digits that told two orders apart, and where people
and programs write a word for "none".
"""

import re

from pipeline.values import limits
from pipeline.values.digests import DIGESTS_OF_NOTHING
from pipeline.values.placeholders import holds_tag

_WORDS = frozenset(
    "unknown|unassigned|anonymous|anon|guest|guest checkout|guest_checkout|guest-checkout|nobody|no id|noid|no-id|no_id"
    "|missing|default|empty|blank|na|nan|nil|xxx|id|order|order id|order_id|orderid|order number|order_number"
    "|ordernumber|order-id|order-number|event id|event_id|eventid|event-id|transaction id|transaction_id|transactionid"
    "|transaction-id|customer id|customer_id|customerid|external id|external_id|externalid|user id|user_id|userid|-1|#"
    "|false|true|error|#error|pending|not found|not_found|unavailable".split("|")
)
_LONGEST = max(map(len, _WORDS))
# Nothing but zeros and marks: 0, 000000, the UUID of zeros.
_SAYS_SOMETHING = re.compile(r"[^\W_0]").search
_ROUNDED = re.compile(r"[+-]?\d(?:[.,]\d+)?[eE]\+\d{1,3}|[+-]?\d[.,]\d+[eE]\d{1,3}").fullmatch
_CELL_ERROR = re.compile(r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|ERROR!|CALC!|SPILL!)", re.IGNORECASE).match
_GLUED = re.compile(
    r"(?:^|[^A-Za-z])(?:undefined|null|NULL|None|NaN)(?![A-Za-z])|^undefined|undefined$|(?<=[0-9_-])null$"
    r"|\[object \w+\]|\(not set\)"
).search


def fault(word: str) -> str | None:
    """Why a cleaned text is not an id; None if it may be one."""
    if len(word) > limits.EVENT_ID:
        return None  # no word and no tag is so long
    if len(word) <= _LONGEST and word.lower() in _WORDS:
        return "is a word that names nobody: send the id itself"
    if _SAYS_SOMETHING(word) is None:
        return "has nothing but zeros and marks, which name nobody: send the id itself"
    if word in DIGESTS_OF_NOTHING:
        return "is the digest of nothing: send the id itself"
    if _ROUNDED(word):
        return "lost digits in scientific notation, as a spreadsheet writes long numbers: keep the column as text"
    if _CELL_ERROR(word):
        return "is a spreadsheet's error: send the id itself"
    if _GLUED(word):
        return "holds a program's word for nothing (undefined, null): fill the id in before it is sent"
    return "holds a template tag that the sender did not fill in" if holds_tag(word) else None


def is_one(word: str) -> bool:
    """Whether the text may be an id."""
    return fault(word) is None
