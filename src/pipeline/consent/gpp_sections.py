"""Where the fields of the US sections of the Global Privacy Platform are, in bits from the start of the core. Pure.

Source: InteractiveAdvertisingBureau/Global-Privacy-Platform, "Sections/US-National" and "Sections/US-States", compared
with IABTechLab/iabgpp-es 3.2. Each scalar has 2 bits, the version before them 6.
"""

from typing import NamedTuple

TCF_EU, TCF_CANADA, US_PRIVACY = 2, 5, 6
# The header and the signal of integrity say nothing of a person.
WITHOUT_A_CHOICE = frozenset({3, 4})


class Layout(NamedTuple):
    """One section: its notices and opt-outs (each opt-out beside its notice), children, and its agreement's mode.

    `first_notice` is the notice of sharing or processing. `children` is where their list begins and how long it is.
    `agreement` is where covered transaction and the modes are; `service_provider` is where that mode is, and the
    value that says yes. `bits` is the least length, `gpc` whether a sub-section may hold Global Privacy Control.
    """

    name: str
    first_notice: int | None
    opt_outs: tuple[tuple[int, int], ...]  # (notice, opt-out)
    children: tuple[int, int]
    agreement: tuple[int, ...]
    service_provider: tuple[int, int]
    bits: int
    gpc: bool


def _early(name: str, opt_outs: tuple[tuple[int, int], ...], children: tuple[int, int], covered: int, *, gpc: bool,
           first_notice: int | None = 6) -> Layout:  # fmt: skip
    """A section of the older order, where the agreement's three fields are at the end."""
    agreement = (covered, covered + 2, covered + 4)
    return Layout(name, first_notice, opt_outs, children, agreement, (covered + 4, 1), covered + 6, gpc)


def _late(name: str, children: tuple[int, int], bits: int, *, gpc: bool) -> Layout:
    """A section of the newer order, where the agreement comes first."""
    return Layout(name, 10, ((12, 16), (14, 18)), children, (6, 8), (8, 2), bits, gpc)


_ALL_THREE = ((8, 18), (10, 20), (12, 22))
_USUAL = ((8, 12), (10, 14))
_SENSITIVE_NOTICE = ((8, 14), (10, 16))

# Versions 1 and 2 of the national section differ behind bit 48. Some libraries wrote version 1 in the second layout:
# the length tells which it is.
NATIONAL_FIRST = _early("usnat", _ALL_THREE, (48, 2), 54, gpc=True)
NATIONAL = _early("usnat", _ALL_THREE, (56, 3), 64, gpc=True)
NATIONAL_ID, NATIONAL_VERSIONS = 7, (1, 2)
LAYOUTS = {
    NATIONAL_ID: NATIONAL,
    8: _early("usca", ((6, 12), (8, 14)), (34, 2), 40, gpc=True, first_notice=None),
    9: _early("usva", _USUAL, (32, 1), 34, gpc=False),
    10: _early("usco", _USUAL, (30, 1), 32, gpc=True),
    11: _early("usut", _SENSITIVE_NOTICE, (34, 1), 36, gpc=False),
    12: _early("usct", _USUAL, (32, 3), 38, gpc=True),
    13: _early("usfl", _USUAL, (32, 3), 40, gpc=False),
    14: _early("usmt", _USUAL, (32, 3), 40, gpc=True),
    15: _early("usor", _USUAL, (38, 3), 46, gpc=True),
    16: _early("ustx", _USUAL, (32, 1), 36, gpc=True),
    17: _early("usde", _USUAL, (34, 5), 46, gpc=True),
    18: _early("usia", _SENSITIVE_NOTICE, (34, 1), 36, gpc=True),
    19: _early("usne", _USUAL, (32, 1), 36, gpc=True),
    20: _early("usnh", _USUAL, (32, 3), 40, gpc=True),
    21: _early("usnj", _USUAL, (36, 5), 48, gpc=True),
    22: _early("ustn", _USUAL, (32, 1), 36, gpc=True),
    23: _early("usmn", _USUAL, (32, 1), 36, gpc=True),
    24: _late("usmd", (20, 0), 22, gpc=True),
    # Their second sub-section holds sensitive data and may begin with the bits of Global Privacy Control.
    25: _late("usin", (20, 1), 24, gpc=False),
    26: _late("usky", (20, 1), 24, gpc=False),
    27: _late("usri", (20, 1), 24, gpc=False),
}
