"""Bodies that are almost JSON, as templates and programs make them: fixed if there is only one reading.

Ringba's guide shows unquoted tags; once filled in they leave bare words (`"event_id": RGB1A2B`), numbers that are not
JSON (`000001`), unfilled tags (`[tag:JS:epoch]`, `{{Revenue}}`) and nothing at all (`"event_time": ,`). A field of a
form leaves its line breaks inside a text, a loop its last comma, and Python prints 'A', True and None.
"""

import re
from collections.abc import Callable
from typing import Any

from pydantic_core import from_json, to_json

# A template's body has under 2 kB; what is larger was made by a program, which must send JSON.
LARGEST = 65_536

# A string (closed or running to the end), or a colon with the bare value behind it. Linear: no branch fails after
# reading far, and nothing is given back (possessive `*+`), whatever the text is.
_TOKEN = re.compile(
    r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)'
    r"|:\s*+(?P<value>\{\{[^{}\"\n]*+\}\}|[$%@#]?\{[A-Za-z_][^{}\"\n:,]*+\}|\[{1,2}[A-Za-z_][^\[\]\"{},\n]*+\]{1,2}|[^\s\"\[\]{},][^\"\[\]{},\n]*+|)",
    re.DOTALL,
)
_END_OF_VALUE = re.compile(r"\s*+(?:[,}]|\Z)").match
_JSON_SCALAR = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?|true|false|null").fullmatch

# A text in either kind of quotes (closed or running to the end), a comma before a closing bracket, Python's own words.
_PYTHON = re.compile(
    r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)'
    r"|'(?P<single>(?:[^'\\]|\\.)*+)(?:'|\\?\Z)|(?<![\w.])(?P<word>True|False|None)(?!\w)",
    re.DOTALL,
)
_WORDS = {"True": "true", "False": "false", "None": "null"}
_TEXT_OR_COMMA = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|,(?:\s|,)*+(?P<end>(?=[}\]]|\Z))?', re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x1f]")
_TEXT = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)', re.DOTALL)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)

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

    def fix(match: re.Match[str]) -> str:
        value = match["value"]
        if value is None or _JSON_SCALAR(value.strip()) or not _END_OF_VALUE(text, match.end()):
            return match[0]
        return ":null" if not value.strip() else ":" + to_json(value.strip()).decode()

    return _TOKEN.sub(fix, text)


def replace_lone_surrogates(text: str) -> str:
    r"""The text with each half of a surrogate pair that stands alone (`\ud83d`) replaced by U+FFFD."""
    return _SURROGATE.sub(lambda match: match[1] or "\\ufffd", text)


def lost_its_array(text: str) -> bool:
    """Whether the body's `events` array was swallowed by a template engine."""
    return len(text) <= LARGEST and _SWALLOWED(text) is not None


def escape_control_characters(text: str) -> str:
    """The text with raw line breaks, tabs and the like within its strings escaped."""

    def fix(match: re.Match[str]) -> str:
        return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", match[0])

    return _TEXT.sub(fix, text)


def drop_trailing_commas(text: str) -> str:
    """The text without commas before a closing bracket or the end."""
    return _TEXT_OR_COMMA.sub(lambda match: "" if match["end"] is not None else match[0], text)


def read_python(text: str) -> str:
    """The text with Python's quotes and words turned into JSON's; unchanged if it is too large."""
    if len(text) > LARGEST or "'" not in text:
        return text

    def fix(match: re.Match[str]) -> str:
        if match["word"]:
            return _WORDS[match["word"]]
        if match["single"] is None:
            return match[0]
        return to_json(_ESCAPED.sub(lambda found: _ESCAPES.get(found[1], found[1]), match["single"])).decode()

    return _PYTHON.sub(fix, text)


Fix = tuple[Callable[[str], str], str]
_FIXES: tuple[Fix, ...] = (
    (replace_lone_surrogates, "half a surrogate pair was replaced by U+FFFD: send whole characters"),
    (escape_control_characters, "line breaks or tabs within texts were taken as they are: write them as \\n and \\t"),
    (drop_trailing_commas, "commas before a closing bracket were passed over: leave them out"),
    (
        quote_bare_values,
        'values without quotes were read as text, missing ones as null: put "..." around every tag of the template',
    ),
)
_SINGLE: Fix = (read_python, "single quotes were read as double ones: send JSON")


def read(text: str) -> tuple[Any, list[str]]:
    """The value of JSON or of what has one reading as JSON, and what was fixed. Raises ValueError."""
    try:
        return from_json(text, allow_inf_nan=False), []
    except ValueError as error:
        fault = error
    for fixes in (_FIXES, (*_FIXES[:1], _SINGLE, *_FIXES[1:])):
        fixed, said = text, []
        for fix, warning in fixes:
            changed = fix(fixed)
            if changed == fixed:
                continue
            fixed = changed
            said.append(warning)
            try:
                return from_json(fixed, allow_inf_nan=False), said
            except ValueError:
                continue
    raise fault
