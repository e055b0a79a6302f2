"""places.py FILE: writes the table of countries and of the states that addresses name by a code.

Its source is ISO 3166 as the package pycountry has it (parts 1 and 2).
"""

import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pycountry

HEAD = '''"""ISO 3166: countries (their codes and English names), and states that addresses name by a code.

`make places` writes this file, from the package pycountry.
"""

'''
# Countries in whose addresses people write codes for states; of each the kinds of ISO's subdivisions that are meant.
KINDS: dict[str, tuple[str, ...]] = {
    "US": ("State", "District", "Outlying area"),
    "CA": ("Province", "Territory"),
    "AU": ("State", "Territory"),
    "GB": ("Country", "Province"),
    "NZ": ("Region", "Special island authority"),
    "IN": ("State", "Union territory"),
    "MX": ("State", "Federal entity"),
    "BR": ("State", "Federal district"),
    "IT": (
        *("Province", "Metropolitan city", "Free municipal consortium", "Decentralized regional entity"),
        "Autonomous province",
    ),
    "ES": ("Province", "Autonomous community", "Autonomous city in north africa"),
    "DE": ("Land",),
    "ZA": ("Province",),
}
# The post's own codes, which ISO does not have.
OF_THE_POST = {"US": {"AA": "Armed Forces Americas", "AE": "Armed Forces Europe", "AP": "Armed Forces Pacific"}}
# What addresses leave out: Coahuila de Zaragoza, Asturias, Principado de; and the second language of a name.
SHORT = re.compile(r"(?: \[.*|/.*|, .*| de Zaragoza| de Ocampo| de Ignacio de la Llave)$")


def names(country: Any) -> Iterator[str]:
    """The English names of a country: «Bolivia, Plurinational State of» is also «Plurinational State of Bolivia»."""
    for kind in ("name", "common_name", "official_name"):
        name = getattr(country, kind, None)
        if name is None:
            continue
        yield name
        first, comma, rest = name.partition(", ")
        if comma and rest.split()[-1] in ("of", "the", "British", "U.S."):
            yield f"{rest} {first}"
            yield first


def countries() -> Iterator[str]:
    """Each country as `US=USA=United States`; a name that two countries could have is none."""
    each = [(one, list(dict.fromkeys(names(one)))) for one in sorted(pycountry.countries, key=lambda one: one.alpha_2)]
    often = Counter(name for _, found in each for name in found)
    for one, found in each:
        yield "=".join([one.alpha_2, one.alpha_3, *(name for name in found if often[name] == 1)])


def states(country: str) -> Iterator[str]:
    """Each state as `AZ=Arizona`; codes that are numbers, and kinds that are no states, are left out."""
    made = dict(OF_THE_POST.get(country, {}))
    for one in pycountry.subdivisions.get(country_code=country):
        code = one.code.partition("-")[2]
        if one.type in KINDS[country] and not code.isdigit():
            name = SHORT.sub("", one.name)
            made[code] = plain(name) if country == "IN" else unicodedata.normalize("NFC", name)
    yield from (f"{code}={name}" for code, name in sorted(made.items()))


def plain(name: str) -> str:
    """Without the marks of a transcription: nobody writes Mahārāshtra in an address."""
    return "".join(letter for letter in unicodedata.normalize("NFD", name) if not unicodedata.combining(letter))


def literal(entries: Iterator[str], indent: str) -> str:
    """The entries, with `;` after each, as literals that stand one below the other; one alone has no brackets."""
    lines = [""]
    for entry in entries:
        if len(lines[-1]) + len(entry) > 110 - len(indent):
            lines.append("")
        lines[-1] += entry + ";"
    if len(lines) == 1:
        return f'"{lines[0]}"'
    inside = "\n".join(f'{indent}    "{line}"' for line in lines)
    return f"(\n{inside}\n{indent})"


def module() -> str:
    """The text of the module."""
    listed = "\n".join(f'    "{code}": {literal(states(code), "    ")},' for code in KINDS)
    return (
        f"{HEAD}COUNTRIES = {literal(countries(), '')}\n"
        "# By country, the state of each code.\n"
        f"STATES = {{\n{listed}\n}}\n"
    )


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(module(), encoding="utf-8")
