"""What one signal can say, and how the values of such fields are read. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, NamedTuple

from pydantic_core import from_json

from pipeline.values.words import Word

# Characters. A TC string with a thousand vendors has some 3,000; of a flag nobody needs more than the second.
LONGEST, LONGEST_WORD = 8_192, 100

_YES = frozenset("true 1 1.0 yes y on t".split())
_NO = frozenset("false 0 0.0 no n off f".split())
_WORDS = _YES | _NO
_ABSENT = frozenset({"", "null", "undefined", "none", "nil", "n/a", "(not set)", "-no value-", "-"})
_NOT_LETTERS = re.compile("[^a-z0-9]+")
_TAG = re.compile(r"\$\{|\{\{|\[\[|%%|<%|\[[A-Za-z_.]+\]").match


class Reading(IntEnum):
    """What a signal says, the most restrictive last: of several the greatest counts."""

    ABSENT = 0
    NOT_APPLICABLE = 1  # the law does not apply, or the sender does not sell: neither for nor against
    ALLOWED = 2
    UNREADABLE = 3  # it is there and cannot be decoded: it limits, and the sender is warned
    REFUSED = 4


class Said(NamedTuple):
    """One field of a signal: which kind of its family, its name as sent, its value.

    `default`: it is from a consent tool's default, which an update of the same field replaces.
    """

    kind: str
    name: str
    value: Any
    default: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """What one signal says: its closed word, the field it was read from, and what its sender should know of it.

    `european`: the refusal is one under European law. `lacking`: vendors of the IAB's list that lack a consent which
    they need, though the person allowed the rest.
    """

    signal: Word
    reading: Reading
    field: str = ""
    warning: str = ""
    european: bool = False
    lacking: frozenset[int] = frozenset()


def absent(value: Any) -> bool:
    """Whether the field says nothing: null, an empty text, or a word for it."""
    if isinstance(value, str):
        return len(value) <= LONGEST_WORD and value.strip().lower() in _ABSENT
    return value is None


def truth(value: Any) -> bool | None:
    """True or false, also as 0 and 1 and as text; None if it is neither."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return bool(value) if value in (0, 1) else None
    word = short(value)
    return word in _YES if word in _WORDS else None


def short(value: Any) -> str | None:
    """A word as text in small letters; None for anything longer than one, or no scalar."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value:g}" if abs(value) < 1e6 else None  # 3.0 is 3; NaN is not below it either
    return value.strip().lower() if isinstance(value, str) and len(value) <= LONGEST_WORD else None


def folded(value: Any) -> str:
    """A word without case, spaces and signs; an empty one for anything else than a word."""
    return _NOT_LETTERS.sub("", short(value) or "")


def fold_name(name: str) -> str:
    """A name in small letters, its letters and digits alone."""
    return _NOT_LETTERS.sub("", name.lower())


def unwrapped(value: Any) -> Any:
    """The JSON value of a text that is an object or an array, as templates make of one; else the value itself."""
    if isinstance(value, str) and len(value) <= LONGEST and value.strip()[:1] in ("{", "["):
        try:
            return from_json(value)
        except ValueError:
            return value
    return value


def listed(value: Any) -> list[str] | None:
    """The entries of a list, or of text between commas, without empty ones; None if it is neither."""
    value = unwrapped(value)
    if isinstance(value, str):
        if len(value) > LONGEST:
            return None
        value = value.strip().removeprefix("[").removesuffix("]").split(",")
    if isinstance(value, int) and not isinstance(value, bool):
        value = [value]
    if not isinstance(value, list):
        return None
    return [word for word in (str(one).strip(" \"'") for one in value if isinstance(one, str | int)) if word]


def why_not(value: Any, what: str) -> str:
    """What to tell the sender of a value that cannot be read; `what` says what it should have been."""
    if isinstance(value, str) and len(value) > LONGEST:
        return f"has more than {LONGEST} characters and was not read"
    if isinstance(value, str) and _TAG(value.lstrip()[:LONGEST_WORD]):
        return f"is a template tag that was not filled in: send {what}"
    return f"cannot be read: send {what}"


def finding(signal: Word, reading: Reading, one: Said, what: str, *, european: bool = False) -> Finding:
    """What one field says; where it cannot be read its sender is told so, and `what` it should have been."""
    warning = why_not(one.value, what) if reading is Reading.UNREADABLE else ""
    return Finding(signal, reading, one.name, warning, european)


def unreadable(signal: Word, one: Said, what: str, *, european: bool = False) -> Finding:
    """One field that cannot be read."""
    return finding(signal, Reading.UNREADABLE, one, what, european=european)


def given(said: Iterable[Said]) -> list[Said]:
    """The fields that say something."""
    return [one for one in said if not absent(one.value)]


def of_kinds(said: Iterable[Said], *kinds: str) -> list[Said]:
    """The fields of these kinds."""
    return [one for one in said if one.kind in kinds]


def of_others(said: Iterable[Said], *kinds: str) -> list[Said]:
    """The fields of all kinds but these."""
    return [one for one in said if one.kind not in kinds]
