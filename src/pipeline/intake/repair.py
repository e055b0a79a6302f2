"""Bodies that are almost JSON, as call trackers' templates make them: mended if there is only one reading.

Ringba's guide shows unquoted tags; once filled in they leave bare words (`"event_id": RGB1A2B`), numbers that are not
JSON (`000001`), unfilled tags (`[tag:JS:epoch]`) and nothing at all (`"event_time": ,`).
"""

import re

from pydantic_core import to_json

# A template's body has under 2 kB; what is larger was made by a program, which must send JSON.
LARGEST = 65_536

# A string (closed or running to the end), or a colon with the bare value behind it. Linear: no branch fails after
# reading far, and nothing is given back (possessive `*+`), whatever the text is.
_TOKEN = re.compile(
    r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)'
    r"|:\s*+(?P<value>\[{1,2}[A-Za-z_][^\[\]\"{},\n]*+\]{1,2}|[^\s\"\[\]{},][^\"\[\]{},\n]*+|)",
    re.DOTALL,
)
_END_OF_VALUE = re.compile(r"\s*+(?:[,}]|\Z)").match
_JSON_SCALAR = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?|true|false|null").fullmatch

# A backslash or a surrogate pair as it should be; or half a pair, which no UTF-8 text can hold.
_SURROGATE = re.compile(
    r"(\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|\\u[dD][89a-fA-F][0-9a-fA-F]{2}"
)

# `[` up to the first inner `]` is one tag for Ringba: an array in single brackets is swallowed, and its keys are lost.
_SWALLOWED = re.compile(r'"events"\s*:\s*(?:""?\s*)?[,}]').search


def quote_bare_values(text: str) -> str:
    """The text with bare words quoted and missing values as null; unchanged if it is too large."""
    if len(text) > LARGEST:
        return text

    def mend(match: re.Match[str]) -> str:
        value = match["value"]
        if value is None or _JSON_SCALAR(value.strip()) or not _END_OF_VALUE(text, match.end()):
            return match[0]
        return ":null" if not value.strip() else ":" + to_json(value.strip()).decode()

    return _TOKEN.sub(mend, text)


def replace_lone_surrogates(text: str) -> str:
    r"""The text with each half of a surrogate pair that stands alone (`\ud83d`) replaced by U+FFFD."""
    return _SURROGATE.sub(lambda match: match[1] or "\\ufffd", text)


def lost_its_array(text: str) -> bool:
    """Whether the body's `events` array was swallowed by a template engine."""
    return len(text) <= LARGEST and _SWALLOWED(text) is not None
