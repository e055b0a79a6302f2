"""The IAB's Global Privacy Platform: a header with the ids of sections, then the sections. Pure.

Source: InteractiveAdvertisingBureau/Global-Privacy-Platform, "Core/Consent String Specification.md". The rules for one
section are those of Prebid's MSPA module: Global Privacy Control, an opt-out, a service provider's mode and a known
child deny; without a notice there is no permission.
"""

from collections.abc import Sequence
from functools import lru_cache

from pipeline.consent.bits import Undecodable, decode, fibonacci, whole
from pipeline.consent.gpp_sections import LAYOUTS, NATIONAL, NATIONAL_FIRST, NATIONAL_ID, NATIONAL_VERSIONS, Layout
from pipeline.consent.readings import Reading, why_not
from pipeline.consent.settings import Consent

WHAT = "the string of the consent tool's __gpp interface, unchanged"

_MOST_IDS = 65_535
_TYPE, _VERSION = 3, 1
_LONGEST = 200  # characters of a header or a US section: the longest that is defined have 20
_STRANGE = "has values that its specification does not define"


def sections(text: str) -> dict[int, str]:
    """The sections by id. Raises Undecodable."""
    if len(text) > _LONGEST and "~" not in text[:_LONGEST]:
        raise Undecodable
    header, *parts = text.split("~")
    ids = _ids(decode(header), len(parts))
    if len(ids) != len(parts) or not all(parts):
        raise Undecodable
    return dict(zip(ids, parts, strict=True))


@lru_cache(maxsize=128)  # one string of a body may be that of its 1,000 conversions
def section(number: int, text: str, settings: Consent) -> tuple[Reading, str]:
    """What one US section says, and what its sender should know of it."""
    try:
        return _section(number, text, settings)
    except Undecodable:
        return Reading.UNREADABLE, f"section {number} {why_not(text, WHAT)}"


def _section(number: int, text: str, settings: Consent) -> tuple[Reading, str]:
    core, *others = text.split(".")
    if len(text) > _LONGEST:
        raise Undecodable
    bits = decode(core)
    layout = LAYOUTS[number]
    versions: tuple[int, ...] = (1,)
    if number == NATIONAL_ID:
        versions, layout = NATIONAL_VERSIONS, NATIONAL if len(bits) >= NATIONAL.bits else NATIONAL_FIRST
    if whole(bits, 0, 6) not in versions or len(bits) < layout.bits:
        raise Undecodable
    gpc = [_gpc(decode(part)) for part in others] if layout.gpc else []
    return _judge(bits, layout, settings, gpc=any(gpc))


def _judge(bits: str, layout: Layout, settings: Consent, *, gpc: bool) -> tuple[Reading, str]:
    pairs = [(whole(bits, notice), whole(bits, choice)) for notice, choice in layout.opt_outs]
    first = [] if layout.first_notice is None else [whole(bits, layout.first_notice)]
    of_pairs, choices = zip(*pairs, strict=True) if pairs else ((), ())
    notices = [*first, *of_pairs]
    strange = 3 in (*notices, *choices, *(whole(bits, at) for at in layout.agreement))
    warning = _STRANGE if strange else ""
    if gpc or 1 in choices or _by_agreement(bits, layout, settings):
        return Reading.REFUSED, warning
    if strange or 2 in notices:
        return Reading.UNREADABLE, warning or "says that no notice of the right to refuse was given"
    return _judge_pairs(pairs, settings)


def _judge_pairs(pairs: Sequence[tuple[int, int]], settings: Consent) -> tuple[Reading, str]:
    """What notices and choices say together where none refuses."""
    if all(pair == (0, 0) for pair in pairs):
        return (Reading.REFUSED if "not_applicable" in settings.also_limits else Reading.NOT_APPLICABLE), ""
    if all(pair in {(1, 2), (0, 0)} for pair in pairs):
        return Reading.ALLOWED, ""
    return Reading.UNREADABLE, "has a choice and a notice that contradict each other"


def _by_agreement(bits: str, layout: Layout, settings: Consent) -> bool:
    """Whether a service provider's mode or a known child denies."""
    at, yes = layout.service_provider
    if whole(bits, at) == yes and "service_provider" not in settings.does_not_limit:
        return True
    begin, count = layout.children
    return "1" in bits[begin : begin + 2 * count] and "known_child" not in settings.does_not_limit


def _gpc(bits: str) -> bool:
    """Global Privacy Control of a sub-section: two bits of type, which is 1, then the signal."""
    return whole(bits, 0) == 1 and whole(bits, 2, 1) == 1


def _ids(bits: str, count: int) -> list[int]:
    """The ids of a header, no more than there can be sections. Raises Undecodable."""
    if whole(bits, 0, 6) != _TYPE or whole(bits, 6, 6) != _VERSION:
        raise Undecodable
    ids: list[int] = []
    at, last = 24, 0
    for _ in range(whole(bits, 12, 12)):
        run = whole(bits, at, 1)
        step, at = fibonacci(bits, at + 1)
        first = last = last + step
        if run:
            step, at = fibonacci(bits, at)
            last = first + step
        if last > _MOST_IDS or len(ids) + last - first >= count:
            raise Undecodable
        ids += range(first, last + 1)
    return ids
