"""What a usual value looks like, as schemas of pydantic-core. Pure.

«Usual» is what the rules pass without a word: of its plain type, trimmed, no placeholder, nothing that looks like
personal data where none belongs. It is less than all that they pass; the rest is read with care.
"""

from collections.abc import Callable
from typing import Any

from pydantic_core import CoreSchema
from pydantic_core import core_schema as cs

from pipeline import limits
from pipeline.personal import holds_number

DIGEST = "[0-9a-f]{64}"
# Printable ASCII, trimmed, without @ and % (an e-mail address needs one of them). It does not begin like a template's
# tag, nor like null, none, n/a, nan or undefined, unless its length rules those out.
_ANY, _LAST = "[ -$&-?A-~]", "[!-$&-?A-~]"
_TEXT = (
    rf"^(?:[0-9A-MO-TV-Za-mo-tv-z#/+.](?:{_ANY}*{_LAST})?"
    rf"|[NUnu](?:{_LAST}?|{_ANY}{{3,6}}{_LAST}|{_ANY}{{8,}}{_LAST}))$"
)
# Six digits at most, or one run of them that is shorter than a card's, with no blank for «call me» before it. A phone
# number has at least seven, and where it has no plus or punctuation such words before it. And nothing for an address.
NO_NUMBER = "^(?:[^0-9+:]*(?:[0-9][^0-9+:]*){0,6}|[A-Za-z_-]*[0-9]{1,13}[A-Za-z_-]*)$"
_LETTER = "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f"
_IN_NAME = _LETTER + "' -"
# At most 31 characters: a longer one could be another hash's hex.
_NAME = (
    rf"^(?:[A-MO-TV-Za-mo-tv-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f](?:[{_IN_NAME}]{{0,29}}[{_LETTER}])?"
    rf"|[NnUu](?:[{_LETTER}]?|[{_IN_NAME}]{{3,6}}[{_LETTER}]|[{_IN_NAME}]{{8,29}}[{_LETTER}])|{DIGEST})$"
)
_EMAIL = rf"^(?:[A-Za-z0-9._-][A-Za-z0-9._+-]{{0,63}}@[A-Za-z0-9-]{{1,63}}(?:\.[A-Za-z0-9-]{{1,63}}){{1,8}}|{DIGEST})$"
_OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_IPV4 = rf"^(?:25[0-5]|2[0-4][0-9]|1[0-9]{{2}}|[1-9][0-9]?)(?:\.{_OCTET}){{3}}$"


def like(pattern: str, longest: int = limits.TEXT) -> CoreSchema:
    """Text of this pattern, of at most so many characters."""
    return cs.str_schema(strict=True, pattern=pattern, max_length=longest)


def agent(longest: int = limits.TEXT) -> CoreSchema:
    """A user agent of at most so many characters: free text, full of numbers that are versions."""
    return like(_TEXT, longest)


def text(longest: int = limits.TEXT) -> CoreSchema:
    """Free text of at most so many characters, without a number of a person's or an address."""
    return either(
        cs.chain_schema([agent(longest), like(NO_NUMBER, longest)]),
        then(only_if(_holds_neither), agent(longest)),
    )


def _holds_neither(text: str) -> bool:
    return "://" not in text and not holds_number(text)


def either(*schemas: CoreSchema) -> CoreSchema:
    """What passes one of them, tried in this order."""
    return cs.union_schema(list(schemas), mode="left_to_right")


def then(finish: Callable[[str], Any], shape: CoreSchema) -> CoreSchema:
    """What passes the shape, finished; `finish` raises ValueError for what does not pass after all."""
    return cs.no_info_after_validator_function(finish, shape)


def only_if(holds: Callable[[str], bool]) -> Callable[[str], str]:
    """For `then`: the text itself, if this holds."""

    def finish(text: str) -> str:
        if not holds(text):
            raise ValueError
        return text

    return finish


PLACE = text(longest=40)  # no place name is as long as a digest
WHOLE = cs.int_schema(strict=True, ge=0, lt=10**15)
AMOUNT = either(WHOLE, cs.float_schema(strict=True, ge=0, lt=1e15, allow_inf_nan=False))
# A person's, or its digest.
EMAIL, NAME = like(_EMAIL), like(_NAME)
PHONE, PHONE_WITH_PLUS = (like(rf"^(?:{plus}[0-9][0-9 ().-]{{6,30}}|{DIGEST})$") for plus in (r"\+?", r"\+"))
IPV4 = like(_IPV4)
