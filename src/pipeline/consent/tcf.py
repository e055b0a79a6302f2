"""The IAB's Transparency and Consent Framework, version 2: what a TC string stops. Pure.

Source: InteractiveAdvertisingBureau/GDPR-Transparency-and-Consent-Framework, "Consent string and vendor list formats
v2.md". A relay is not a vendor and gains no permission from a string; a string can only stop something. A conversion
needs consent to purposes 1 (storage), 3 and 4 (an advertising profile and its use) and 7 (measurement).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pipeline.consent.bits import Undecodable, decode, whole
from pipeline.consent.readings import (
    LONGEST,
    Finding,
    Reading,
    Said,
    given,
    of_kinds,
    of_others,
    truth,
    unreadable,
)
from pipeline.values.words import Word

SIGNAL = Word("tcf")
PURPOSES = (1, 3, 4, 7)

_VERSION = 2
_PURPOSES_AT, _MOST_VENDOR_AT, _RANGE_AT, _VENDORS_AT = 152, 213, 229, 230
_WHAT = "the TC string of the consent tool's __tcfapi interface, unchanged"


@dataclass(frozen=True, slots=True)
class TcString:
    """The consents of a string: 24 purposes, and the vendors as runs of ids."""

    purposes: frozenset[int]
    vendors: tuple[tuple[int, int], ...]

    def allows(self, vendor: int) -> bool:
        """Whether the vendor has consent."""
        return any(first <= vendor <= last for first, last in self.vendors)


def read(said: Sequence[Said], vendors: Sequence[int] = (), *, elsewhere: bool = False) -> Iterator[Finding]:
    """What the strings and flags of one conversion say together; `elsewhere`: a GPP string holds a TC string too."""
    flags, strings = of_kinds(given(said), "applies"), of_others(given(said), "applies")
    for one in flags:
        if truth(one.value) is None:
            yield unreadable(SIGNAL, one, "1 or 0")
    applying = told(said)
    if applying == {False}:
        yield Finding(SIGNAL, Reading.NOT_APPLICABLE, flags[0].name)
        return
    if True in applying and not strings and not elsewhere:
        why = "says that European law applies, but the TC string is missing: send both"
        yield Finding(SIGNAL, Reading.UNREADABLE, flags[0].name, why, european=True)
    for one in strings:
        yield _one(one, vendors)


def parse(text: str) -> TcString:
    """The consents of a TC string's core. Raises Undecodable."""
    bits = decode(text[:LONGEST].partition(".")[0])
    if whole(bits, 0, 6) != _VERSION:
        raise Undecodable
    most = whole(bits, _MOST_VENDOR_AT, 16)
    if whole(bits, _RANGE_AT, 1):
        runs = _runs(bits)
    else:
        if len(bits) < _VENDORS_AT + most:
            raise Undecodable
        field = bits[_VENDORS_AT : _VENDORS_AT + most]
        runs = tuple((place, place) for place, bit in enumerate(field, 1) if bit == "1")
    return TcString(_set(bits[_PURPOSES_AT : _PURPOSES_AT + 24]), runs)


@lru_cache(maxsize=128)  # one string of a body may be that of its 1,000 conversions
def _parsed(text: str) -> TcString | None:
    try:
        return parse(text)
    except Undecodable:
        return None


def _one(one: Said, vendors: Sequence[int]) -> Finding:
    text = one.value.strip() if isinstance(one.value, str) and len(one.value) <= LONGEST else ""
    if one.kind in ("purposes", "vendors"):
        return _app_storage(one, text, vendors)
    given = _parsed(text)
    if given is None:
        return unreadable(SIGNAL, one, _WHAT, european=True)
    return _judged(one.name, given.purposes, {vendor for vendor in vendors if not given.allows(vendor)})


def _app_storage(one: Said, text: str, vendors: Sequence[int]) -> Finding:
    """Strings of 0 and 1, the first for id 1, as apps store purposes and vendors."""
    if not text or text.strip("01"):
        return unreadable(SIGNAL, one, "a text of 0 and 1", european=True)
    given = _set(text)
    if one.kind == "purposes":
        return _judged(one.name, given, set())
    return _judged(one.name, frozenset(PURPOSES), {vendor for vendor in vendors if vendor not in given})


def _judged(name: str, purposes: frozenset[int], lacking: set[int]) -> Finding:
    if not purposes.issuperset(PURPOSES):
        return Finding(SIGNAL, Reading.REFUSED, name, european=True)
    return Finding(SIGNAL, Reading.ALLOWED, name, european=True, lacking=frozenset(lacking))


def _set(bits: str) -> frozenset[int]:
    return frozenset(place for place, bit in enumerate(bits, 1) if bit == "1")


def _runs(bits: str) -> tuple[tuple[int, int], ...]:
    count, at = whole(bits, _VENDORS_AT, 12), _VENDORS_AT + 12
    runs: list[tuple[int, int]] = []
    for _ in range(count):
        is_run, first = whole(bits, at, 1), whole(bits, at + 1, 16)
        last = whole(bits, at + 17, 16) if is_run else first
        if last < first:
            raise Undecodable
        runs.append((first, last))
        at += 33 if is_run else 17
    return tuple(runs)


def told(said: Sequence[Said]) -> set[bool]:
    """What flags say of whether European law applies."""
    flags = {truth(one.value) for one in said if one.kind == "applies"}
    return {one for one in flags if one is not None}


def is_one(value: Any) -> bool:
    """Whether a field that may hold anything holds a TC string."""
    return isinstance(value, str) and value[:1] == "C" and len(value) <= LONGEST and _parsed(value.strip()) is not None
