"""Texts that stand where a value should be and mean that there is none."""

import re

_WORDS = frozenset({"", "-no value-", "null", "undefined", "none", "n/a", "[object object]", "(not set)"})
_LONGEST = max(map(len, _WORDS))
# [tag] and [[tag]] are Ringba's, {{tag}} is everybody's: the sender's template was not filled in.
_TAG = re.compile(r"\[[^\[\]]*\]|\[\[[^\[\]]*\]\]|\{\{[^{}]*\}\}").fullmatch


def is_tag(text: str) -> bool:
    """Whether the (trimmed) text is a template tag that was never filled in."""
    return text[:1] in ("[", "{") and _TAG(text) is not None


def is_placeholder(text: str) -> bool:
    """Whether the (trimmed) text means «absent»."""
    if len(text) > _LONGEST:
        return text[0] in "[{" and is_tag(text)
    return text.lower() in _WORDS or text == "NaN" or is_tag(text)  # Nan is a name
