"""The GPP strings of one conversion, and which of their sections are in force. Pure.

An opt-out in any US section counts; permission counts only where the section is in force, which `gpp_sid` says. Without
it every section of the string is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.consent import tcf, us_privacy
from pipeline.consent.bits import Undecodable
from pipeline.consent.gpp import WHAT, section, sections
from pipeline.consent.gpp_sections import LAYOUTS, TCF_EU, US_PRIVACY, WITHOUT_A_CHOICE
from pipeline.consent.readings import (
    LONGEST,
    Finding,
    Reading,
    Said,
    given,
    listed,
    of_kinds,
    of_others,
    unreadable,
    unwrapped,
)
from pipeline.consent.settings import Consent
from pipeline.values.words import Word

SIGNAL = Word("gpp")

_WHAT_IDS = "the ids of the sections in force, such as 7 or 7,8"
# -1: none applies; 0: the consent tool does not know yet.
_NONE = frozenset({-1, 0})


@dataclass(frozen=True, slots=True)
class InForce:
    """The ids of `gpp_sid`, None without it. `outside_europe`: a flag says that European law does not apply."""

    ids: frozenset[int] | None = None
    outside_europe: bool = False

    def holds(self, number: int) -> bool:
        """Whether a section of a string is in force."""
        if self.ids is None:
            return number != TCF_EU or not self.outside_europe
        return number in self.ids


def read(
    said: Sequence[Said], settings: Consent, vendors: Sequence[int] = (), *, outside_europe: bool = False
) -> Iterator[Finding]:
    """What the strings say, with the `gpp_sid` beside them."""
    ids, strings = of_kinds(given(said), "ids"), of_others(given(said), "ids")
    ids = [one for one in ids if one.value != []]
    numbers: set[int] = set()
    for one in ids:
        read_ids = _numbers(one.value)
        if read_ids is None:
            yield unreadable(SIGNAL, one, _WHAT_IDS)
        else:
            numbers |= read_ids
    in_force = InForce(frozenset(numbers - _NONE) if numbers else None, outside_europe)
    for one in strings:
        yield from _string(one, in_force, settings, vendors)
    if in_force.ids and not strings:
        yield Finding(SIGNAL, Reading.UNREADABLE, ids[0].name, "names sections, but gpp is missing: send both")


def _string(one: Said, in_force: InForce, settings: Consent, vendors: Sequence[int]) -> Iterator[Finding]:
    text = one.value.strip() if isinstance(one.value, str) and len(one.value) <= LONGEST else ""
    if us_privacy.looks_like_one(text):
        yield from us_privacy.read([Said("string", one.name, text)], settings)
        return
    if tcf.is_one(text):
        yield from tcf.read([Said("string", one.name, text)], vendors)
        return
    yield from _sections(one, text, in_force, settings, vendors)


def _sections(one: Said, text: str, in_force: InForce, settings: Consent, vendors: Sequence[int]) -> Iterator[Finding]:
    alone = one.kind.isdecimal()  # an app's storage has a key for each section
    try:
        found = {int(one.kind): text} if alone else sections(text)
    except Undecodable:
        yield unreadable(SIGNAL, one, WHAT)
        return
    if TCF_EU in found and in_force.holds(TCF_EU):
        yield from tcf.read([Said("string", one.name, found[TCF_EU])], vendors)
    for number in sorted(found):
        reading, warning = _one(number, found[number], in_force, settings)
        yield Finding(SIGNAL, reading, one.name, warning)
    needed = frozenset[int]() if alone else (in_force.ids or frozenset()) - WITHOUT_A_CHOICE
    for number in sorted(needed - found.keys()):
        warning = f"has no section {number}, which gpp_sid says is in force"
        yield Finding(SIGNAL, Reading.UNREADABLE, one.name, warning, european=number == TCF_EU)


def _one(number: int, text: str, in_force: InForce, settings: Consent) -> tuple[Reading, str]:
    if number in WITHOUT_A_CHOICE or number == TCF_EU:
        return Reading.NOT_APPLICABLE, ""
    if number == US_PRIVACY:
        reading = us_privacy.decode(text, settings)
        warning = "section 6 is not a US Privacy string" if reading is Reading.UNREADABLE else ""
    elif number in LAYOUTS:
        reading, warning = section(number, text, settings)
    else:
        # Nobody but `gpp_sid` says that Canada's or an unknown section is this person's.
        reading = Reading.UNREADABLE if in_force.ids else Reading.NOT_APPLICABLE
        warning = f"section {number} is not read"
    if reading is not Reading.REFUSED and not in_force.holds(number):
        reading = Reading.NOT_APPLICABLE
    return reading, warning


def _numbers(value: Any) -> set[int] | None:
    """The ids of a number, a list, or text with commas, underscores or spaces between them."""
    value = unwrapped(value)
    if isinstance(value, str):
        value = value[:LONGEST].replace("_", ",").replace(" ", ",")
    words = listed(value)
    if not words or not all(word.removeprefix("-").isdecimal() and len(word) < 6 for word in words):
        return None
    return {int(word) for word in words}
