"""What a usual value looks like, as schemas of pydantic-core. Pure.

"Usual" is what the rules pass without a word: of its plain type, trimmed, no placeholder, nothing that looks like
personal data where none belongs. It is less than all that they pass; the rest is read with care.
"""

from collections.abc import Callable
from typing import Any

from pydantic_core import CoreSchema
from pydantic_core import core_schema as cs

from pipeline.values import ids, limits
from pipeline.values.addresses import IPV4_OF_VISITORS
from pipeline.values.personal import holds_number

DIGEST = "[0-9a-f]{64}"


def something(first: str, inside: str, ends: str, *, but: str = "", most: str = "", numbers: bool = True) -> str:
    """A text of these letters that `pipeline.values.cleaning` leaves as it is, and not a word or tag for "absent".

    Of those that begin with n, t or u only lengths that no such word has: null, none, n/a, nil, nan and n.a.; tbd, tba
    and t.b.d.; undefined. None that begins with "not " (not set). None that ends like a formula, unless a blank is
    before its bracket. And a number has neither point nor comma: 2500.0 is 2500, and 1,2345E+4 is 12345.
    """

    def letters(these: str, without: str = "") -> str:
        return f"[[{these}]--[{but}{without}]]" if but + without else f"[{these}]"

    any_, last = letters(inside), letters(ends, ")")
    no_not = f"(?:{letters(inside, 'oO')}{any_}{any_}|[oO](?:{letters(inside, 'tT')}{any_}|[tT]{letters(inside, ' ')}))"
    return (
        rf"{first}(?:{any_}{{0,{most}}}{last}|{letters(inside, ' (')}{{0,{most}}} {any_}{{0,{most}}}\))?"
        + (rf"|[0-9+](?:{letters(inside, '.,')}{{0,{most}}}{letters(ends, '.,)')})?" if numbers else "")
        + f"|[Nn](?:{last}?|{no_not}(?:{any_}{{0,3}}{last}|{any_}{{5,{most}}}{last}))"
        f"|[Tt](?:{last}?|{any_}{{2,3}}{last}|{any_}{{5,{most}}}{last})"
        f"|[Uu](?:{last}?|{any_}{{1,6}}{last}|{any_}{{8,{most}}}{last})"
    )


# Printable ASCII, trimmed, without @ and % (an e-mail address needs one of them). Without ; or, in a user agent, which
# is full of them, without &: an entity needs both.
FIRST = "[A-MO-SV-Za-mo-sv-z]"
_TEXT, _AGENT = (f"^(?:{something(FIRST, ' -~', '!-~', but='@%' + mark)})$" for mark in ";&")
# Six digits at most, or one run of them that is shorter than a card's, with no blank for "call me" before it. A phone
# number has at least seven, and where it has no plus or punctuation such words before it. And nothing for an address.
NO_NUMBER = "^(?:[^0-9+:]*(?:[0-9][^0-9+:]*){0,6}|[A-Za-z_-]*[0-9]{1,13}[A-Za-z_-]*)$"


def _id() -> str:
    """An id that needs no closer look: runs of letters, digits, and single - and _ between them.

    It has a digit from 1 to 9, and no run of letters that begins as null, none, nan and undefined do, or that ends the
    id with "undefined".
    """

    def run(more: str) -> str:
        return rf"(?:[A-MO-TV-Za-mo-tv-z]{more}|[Uu](?:[A-MO-Za-mo-z]{more})?|[Nn](?:[B-NP-TV-Zb-np-tv-z]{more})?)"

    one, last = run("[A-Za-z]*"), run("(?:[A-Za-z]*[A-Za-ce-z])?")
    some = f"{one}(?:[-_]{one})*"
    return (
        f"^(?:{some}[-_]?)?(?:0(?:[-_]?{some})?[-_]?)*[1-9]"
        f"(?:(?:[-_]?{some})?[-_]?[0-9])*(?:[-_]?(?:{one}[-_])*{last})?$"
    )


LETTER = "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f"
_IN_NAME = LETTER + "' -"
FIRST_OF_NAME = "[A-MO-SV-Za-mo-sv-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f]"
# At most 31 characters: a longer one could be another hash's hex.
_NAME = f"^(?:{something(FIRST_OF_NAME, _IN_NAME, LETTER, most='29', numbers=False)}|{DIGEST})$"
_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_EMAIL = rf"^(?:[A-Za-z0-9._-][A-Za-z0-9._+-]{{0,63}}@(?:{_LABEL}\.){{1,8}}[A-Za-z]{{2,63}}|{DIGEST})$"


def like(pattern: str, longest: int = limits.TEXT) -> CoreSchema:
    """Text of this pattern, of at most so many characters."""
    return cs.str_schema(strict=True, pattern=pattern, max_length=longest)


def agent(longest: int = limits.TEXT) -> CoreSchema:
    """A user agent, or a program's, of at most so many characters: free text, full of numbers that are versions."""
    return like(_AGENT, longest)


def text(longest: int = limits.TEXT) -> CoreSchema:
    """Free text of at most so many characters, without a number of a person's or an address."""
    return either(
        cs.chain_schema([like(_TEXT, longest), like(NO_NUMBER, longest)]),
        then(only_if(_holds_neither), like(_TEXT, longest)),
    )


def _holds_neither(text: str) -> bool:
    return "://" not in text and not holds_number(text)


def either(*schemas: CoreSchema) -> CoreSchema:
    """What passes one of them, tried in this order."""
    return cs.union_schema(list(schemas), mode="left_to_right")


def then(finish: Callable[[str], Any], shape: CoreSchema) -> CoreSchema:
    """What passes the shape, finished; `finish` raises ValueError for what does not pass after all."""
    return cs.no_info_after_validator_function(finish, shape)


def only_if(holds: Callable[[Any], bool]) -> Callable[[Any], Any]:
    """For `then`: the value itself, if this holds."""

    def finish(value: Any) -> Any:
        if not holds(value):
            raise ValueError
        return value

    return finish


def identity(longest: int = limits.TEXT) -> CoreSchema:
    """An id: text of at most so many characters that names somebody or something."""
    return either(
        cs.chain_schema([like(_id(), longest), like(NO_NUMBER, longest)]), then(only_if(ids.is_one), text(longest))
    )


# No place name is as long as a digest, and none has a mark that programs leave (`pipeline.values.restoring`).
PLACE = cs.chain_schema([like("^[^\"'`<>%\\\\ ]+(?: [^\"'`<>%\\\\ ]+)*$", 40), text(longest=40)])
WHOLE = cs.int_schema(strict=True, ge=0, lt=10**15)
POSITIVE = cs.int_schema(strict=True, gt=0, lt=10**15)
AMOUNT = either(WHOLE, cs.float_schema(strict=True, ge=0, lt=1e15, allow_inf_nan=False))
# A person's, or its digest.
EMAIL, NAME = like(_EMAIL), like(_NAME)
PHONE, PHONE_WITH_PLUS = (like(rf"^(?:{plus}[0-9][0-9 ().-]{{6,30}}|{DIGEST})$") for plus in (r"\+?", r"\+"))
IPV4 = like(IPV4_OF_VISITORS)
