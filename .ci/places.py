"""places.py FOLDER: writes place_names.py, the table of countries, state_names.py, the states that addresses name by a
code, and country_names.txt, what countries are called in other languages.

Its source is ISO 3166 as the package pycountry has it (parts 1 and 2, and the translations of part 1).
"""

import gettext
import re
import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pycountry

from pipeline.values import places

HEAD = '''"""ISO 3166: {}.

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
    "JP": ("Prefecture",),
    "CH": ("Canton",),
    "AR": ("Province", "City"),
    "IE": ("County",),
    "FR": ("Metropolitan region",),
    "NL": ("Province",),
    "CO": ("Department", "Capital district"),
    "PH": ("Province",),
    "MY": ("State", "Federal territory"),
}
# Whose codes are numbers, with which addresses name them even so (Japan's 13 is Tokyo).
NUMBERED = ("JP",)
# Of which languages country_names.txt has the names: those of most people on the internet besides English.
LANGUAGES = (
    "de fr es it pt pt_BR nl sv da nb_NO fi pl cs sk hu ro hr tr ca vi id ru uk bg el ja zh_CN zh_TW ko ar he th"
).split()
# The post's own codes, which ISO does not have.
OF_THE_POST = {"US": {"AA": "Armed Forces Americas", "AE": "Armed Forces Europe", "AP": "Armed Forces Pacific"}}
# What addresses leave out: Coahuila de Zaragoza, Asturias, Principado de; and the second language of a name.
SHORT = re.compile(r"(?: \[.*|/.*|, .*| de Zaragoza| de Ocampo| de Ignacio de la Llave)$")


def names(country: Any) -> Iterator[str]:
    """The English names of a country: "Bolivia, Plurinational State of" is also "Plurinational State of Bolivia"."""
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
        if one.type in KINDS[country] and (country in NUMBERED or not code.isdigit()):
            name = SHORT.sub("", one.name)
            made[code] = plain(name) if country in ("IN", "JP") else unicodedata.normalize("NFC", name)
    yield from (f"{code}={name}" for code, name in sorted(made.items()))


def in_other_languages() -> str:
    """A line for each country: its code, and its names as `pipeline.values.places` folds them.

    Left out are those that the table has already, and what two countries are called.
    """
    found: dict[str, set[str]] = defaultdict(set)
    folder = Path(pycountry.__file__).with_name("locales")
    for language in LANGUAGES:
        said = gettext.translation("iso3166-1", folder, languages=[language]).gettext
        for one in pycountry.countries:
            for kind in ("common_name", "name"):
                name = said(getattr(one, kind, "") or "?")
                if "," not in name and len(key := places.folded(name)) > 1:
                    found[key].add(one.alpha_2)
    lines: dict[str, list[str]] = defaultdict(list)
    for name, codes in sorted(found.items()):
        if len(codes) == 1 and places.in_english(name) is None:
            lines[codes.pop()].append(name)
    return "".join(f"{code}={'='.join(names)}\n" for code, names in sorted(lines.items()))


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


def country_table() -> str:
    """The text of place_names.py."""
    return f"{HEAD.format('countries, their codes and English names')}COUNTRIES = {literal(countries(), '')}\n"


def state_table() -> str:
    """The text of state_names.py."""
    listed = "\n".join(f'    "{code}": {literal(states(code), "    ")},' for code in KINDS)
    head = HEAD.format("states that addresses name by a code")
    return f"{head}# By country, the state of each code.\nSTATES = {{\n{listed}\n}}\n"


FILES = {"place_names.py": country_table, "state_names.py": state_table, "country_names.txt": in_other_languages}

if __name__ == "__main__":
    for file, made in FILES.items():
        (Path(sys.argv[1]) / file).write_text(made(), encoding="utf-8")
