"""Texts that stand where a value should be and mean that there is none."""

import re

from pipeline import limits

_WORDS = frozenset({"", "-no value-", "null", "undefined", "none", "n/a", "[object object]", "(not set)"})
_SUSPECT = _WORDS | {"nan"}
_LONGEST = max(map(len, _WORDS))
_OPENING = ("[", "{", "")
# [tag] and [[tag]] are Ringba's, {{tag}} is everybody's: the sender's template was not filled in.
_TAG = re.compile(r"\[[^\[\]]*\]|\[\[[^\[\]]*\]\]|\{\{[^{}]*\}\}").fullmatch


def is_ordinary(text: str) -> bool:
    """Whether a glance at the (trimmed) text rules a placeholder out, as it does for nearly all."""
    return text[:1] not in _OPENING and (len(text) > _LONGEST or text.lower() not in _SUSPECT)


def is_tag(text: str) -> bool:
    """Whether the (trimmed) text is a template tag that was never filled in."""
    return text[:1] in ("[", "{") and len(text) <= limits.TEXT and _TAG(text) is not None


def is_placeholder(text: str) -> bool:
    """Whether the (trimmed) text means «absent»."""
    return (len(text) <= _LONGEST and text.lower() in _WORDS) or text == "NaN" or is_tag(text)  # Nan is a name
