"""Writers of the IAB's strings, from the order of their published fields: the tests' own, no part of the reader.

A section is written field by field, so no place of a bit is said here: the reader must find it by itself.
"""

import random
from collections.abc import Iterable

_SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

# The fields of each US section after its version, as its specification lists them: n[3] are three values.
_USUAL = "Notice SaleOptOutNotice TargetedAdvertisingOptOutNotice SaleOptOut TargetedAdvertisingOptOut Sensitive"
_END = "Covered OptOutMode ServiceProviderMode"
SECTIONS = {
    7: "Notice SaleOptOutNotice SharingOptOutNotice TargetedAdvertisingOptOutNotice SensitiveOptOutNotice"
    " SensitiveLimitNotice SaleOptOut SharingOptOut TargetedAdvertisingOptOut Sensitive[16] Child[3] PersonalData "
    + _END,
    8: "SaleOptOutNotice SharingOptOutNotice SensitiveLimitNotice SaleOptOut SharingOptOut Sensitive[9] Child[2]"
    " PersonalData " + _END,
    9: f"{_USUAL}[8] Child[1] {_END}",
    10: f"{_USUAL}[7] Child[1] {_END}",
    11: "Notice SaleOptOutNotice TargetedAdvertisingOptOutNotice SensitiveNotice SaleOptOut TargetedAdvertisingOptOut"
    f" Sensitive[8] Child[1] {_END}",
    12: f"{_USUAL}[8] Child[3] {_END}",
    13: f"{_USUAL}[8] Child[3] Additional {_END}",
    14: f"{_USUAL}[8] Child[3] Additional {_END}",
    15: f"{_USUAL}[11] Child[3] Additional {_END}",
    16: f"{_USUAL}[8] Child[1] Additional {_END}",
    17: f"{_USUAL}[9] Child[5] Additional {_END}",
    18: "Notice SaleOptOutNotice TargetedAdvertisingOptOutNotice SensitiveNotice SaleOptOut TargetedAdvertisingOptOut"
    f" Sensitive[8] Child[1] {_END}",
    19: f"{_USUAL}[8] Child[1] Additional {_END}",
    20: f"{_USUAL}[8] Child[3] Additional {_END}",
    21: f"{_USUAL}[10] Child[5] Additional {_END}",
    22: f"{_USUAL}[8] Child[1] Additional {_END}",
    23: f"{_USUAL}[8] Child[1] Additional {_END}",
    24: "Covered Mode Notice SaleOptOutNotice TargetedAdvertisingOptOutNotice SaleOptOut TargetedAdvertisingOptOut"
    " Additional",
    **dict.fromkeys(
        (25, 26, 27),
        "Covered Mode Notice SaleOptOutNotice TargetedAdvertisingOptOutNotice SaleOptOut TargetedAdvertisingOptOut"
        " Child[1] Additional",
    ),
}
WITH_GPC = frozenset({7, 8, 10, 12, *range(14, 25)}) - {13}


def text_of(bits: str) -> str:
    """Six bits a sign, filled up with zeros."""
    bits += "0" * (-len(bits) % 6)
    return "".join(_SIGNS[int(bits[at : at + 6], 2)] for at in range(0, len(bits), 6))


def number(value: int, width: int) -> str:
    """A number in so many bits."""
    return format(value, f"0{width}b")


def fibonacci(value: int) -> str:
    """A number as a sum of Fibonacci numbers, the smallest first, and a 1 as its end."""
    weights = [1, 2]
    while weights[-1] <= value:
        weights.append(weights[-1] + weights[-2])
    bits = ""
    for weight in reversed(weights):
        if weight <= value:
            value, bits = value - weight, "1" + bits
        else:
            bits = "0" + bits
    return bits.rstrip("0") + "1"


def header(ids: Iterable[int]) -> str:
    """The header of a GPP string with these sections; neighbours are written as a run."""
    ordered = sorted(ids)
    runs: list[list[int]] = []
    for one in ordered:
        if runs and one == runs[-1][-1] + 1:
            runs[-1].append(one)
        else:
            runs.append([one])
    bits, last = number(3, 6) + number(1, 6) + number(len(runs), 12), 0
    for run in runs:
        bits += ("1" if len(run) > 1 else "0") + fibonacci(run[0] - last)
        bits += fibonacci(run[-1] - run[0]) if len(run) > 1 else ""
        last = run[-1]
    return text_of(bits)


def us_section(section: int, *, gpc: bool | None = None, version: int | None = None, **values: int) -> str:
    """A US section; a field that is not given is 0. Of the national section this is version 2 unless it is said."""
    known = version or (2 if section == 7 else 1)
    fields = SECTIONS[section]
    if section == 7 and known == 1:
        fields = fields.replace("[16]", "[12]").replace("[3]", "[2]")
    bits = number(known, 6)
    for field in fields.split():
        name, _, count = field.partition("[")
        bits += number(values.get(name, 0), 2) * int(count.rstrip("]") or 1)
    core = text_of(bits)
    return core if gpc is None else f"{core}.{text_of('01' + str(int(gpc)))}"


def choices(section: int, value: int) -> dict[str, int]:
    """Notices given, and each opt-out with this value."""
    names = [name for name in SECTIONS[section].split() if name.endswith(("OptOutNotice", "OptOut", "Notice"))]
    return {name: value if name.endswith("OptOut") else 1 for name in names}


def gpp(sections: dict[int, str]) -> str:
    """A GPP string of these sections."""
    return "~".join([header(sections), *(sections[one] for one in sorted(sections))])


def tc_string(rng: random.Random, purposes: Iterable[int], vendors: Iterable[int], *, runs: bool) -> str:
    """A TC string of version 2 with these purposes and vendors, the rest made up."""
    chosen, who = set(purposes), set(vendors)
    most = max(who, default=0)
    language = number(rng.randrange(26), 6) + number(rng.randrange(26), 6)
    bits = number(2, 6) + number(rng.getrandbits(34), 36) * 2 + number(rng.randrange(2, 4_096), 12) * 2
    bits += number(rng.getrandbits(6), 6) + language + number(rng.getrandbits(12), 12) + number(4, 6) + "10"
    bits += number(rng.getrandbits(12), 12)
    bits += "".join(str(int(one in chosen)) for one in range(1, 25))
    bits += number(rng.getrandbits(24), 24) + "0" + language + number(most, 16)
    if runs:
        bits += "1" + number(len(who), 12)
        bits += "".join("0" + number(one, 16) for one in sorted(who))
    else:
        bits += "0" + "".join(str(int(one in who)) for one in range(1, most + 1))
    return text_of(bits + number(0, 16) + "0" + number(0, 12))
