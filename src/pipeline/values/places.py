"""Where a person is at home: countries and states in one form each. Pure.

A country is known by its codes of ISO 3166 (two letters, three letters, the number), its English names, and the names
and abbreviations that people use. Roku's page asks for the complete name of a state, while shops, call trackers and
forms write codes.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.values.place_names import COUNTRIES
from pipeline.values.state_names import STATES

# Names in use that ISO 3166 does not have, and what countries call themselves.
_ALSO = (
    "AE=UAE=Emirates;AT=Österreich;BE=België=Belgique;BN=Brunei;BQ=Caribbean Netherlands;BR=Brasil;"
    "CD=DR Congo=DRC=Congo-Kinshasa;CG=Congo-Brazzaville=Congo;CH=Schweiz=Suisse=Svizzera;CI=Ivory Coast;"
    "CV=Cape Verde;CZ=Česko;DE=Deutschland=Bundesrepublik Deutschland;DK=Danmark;EE=Eesti;ES=España;FI=Suomi;"
    "FK=Falkland Islands;FM=Micronesia;GB=UK=Great Britain=Britain=England=Scotland=Wales=Northern Ireland;"
    "GR=EL=Hellas=Ελλάδα;HK=Hong Kong SAR=Hong Kong S.A.R.;HR=Hrvatska;HU=Magyarország;IE=Éire=Republic of Ireland;"
    "IN=Bharat;IR=Iran;IS=Ísland;IT=Italia;JP=日本=Nippon;KR=Korea=Korea (South)=South Korea=대한민국=한국;LA=Laos;"
    "LT=Lietuva;LV=Latvija;MF=Saint Martin;MK=Macedonia;MM=Burma;MO=Macau;MX=México;NL=Nederland=Holland;NO=Norge;"
    "NZ=Aotearoa;PL=Polska;PS=Palestinian Territories;RO=România;RU=Russia=Россия=Russland=Russie=Rusia=Rússia=Rosja;"
    "SA=KSA;SE=Sverige;SI=Slovenija;"
    "SK=Slovensko;SX=Sint Maarten;SY=Syria;SZ=Swaziland;TL=East Timor;TR=Turkey;TZ=Tanzania;UA=Україна;"
    "US=America=U.S. of America=Estados Unidos=États-Unis=USA;VA=Vatican=Vatican City=Holy See;VN=Vietnam;"
    "XK=XKX=Kosovo;CN=中国=Mainland China=PR China=P.R.C."
)
_NUMBERED = {"840": "US", "124": "CA", "826": "GB", "36": "AU", "276": "DE", "250": "FR", "484": "MX", "76": "BR"}
_CALLING_CODE = re.compile(r"\(?\+\d{1,4}\)?")
_BETWEEN = re.compile(r"[()\[\],;/|]+| - ")
_FLAG, _A, _Z = 2, "\U0001f1e6", "\U0001f1ff"  # a flag is two letters of its own alphabet
_LONGEST = 100  # characters of a name that are looked at
_STATE_OF = re.compile(r"^(?:state|province|commonwealth|estado) (?:of|de) ", re.IGNORECASE)
_MOST_PARTS = 3
_SHORTENED = {
    "alabama": "ala", "arizona": "ariz", "arkansas": "ark", "california": "calif|cal", "colorado": "colo",
    "connecticut": "conn", "delaware": "del", "district of columbia": "washington dc|wash dc|district of colombia",
    "florida": "fla", "georgia": "ga", "illinois": "ill|ills", "indiana": "ind", "kansas": "kan|kans",
    "kentucky": "ken",
    "massachusetts": "mass", "michigan": "mich", "minnesota": "minn", "mississippi": "miss", "montana": "mont",
    "nebraska": "neb|nebr", "nevada": "nev", "north carolina": "n carolina|no carolina", "north dakota": "n dak",
    "new mexico": "n mex", "oklahoma": "okla", "oregon": "ore|oreg", "pennsylvania": "penn|penna",
    "south carolina": "s carolina|so carolina", "south dakota": "s dak", "tennessee": "tenn", "texas": "tex",
    "virginia": "virg", "washington": "wash", "west virginia": "w va|w virginia", "wisconsin": "wis|wisc",
    "wyoming": "wyo",
}  # fmt: skip
_WITH_COUNTRY = re.compile(r"([A-Za-z]{2})-([A-Za-z0-9]{1,3})").fullmatch
CODES = frozenset(entry[:2] for entry in COUNTRIES.split(";") if entry) | {"XK"}


def country(value: Any) -> str | None:
    """The two letters (ISO 3166 alpha-2) of a country as people and systems write it; None if it is none of them."""
    if isinstance(value, int) and not isinstance(value, bool):
        return _NUMBERED.get(str(value))
    if not isinstance(value, str):
        return None
    word = value.strip()
    if word in CODES:
        return word
    return _named(word) if 1 < len(word) <= _LONGEST else None


def _named(word: str) -> str | None:
    word = _CALLING_CODE.sub("", word)
    if len(word) == _FLAG and all(_A <= letter <= _Z for letter in word):
        code = "".join(chr(ord(letter) - ord(_A) + ord("A")) for letter in word)
        return code if code in CODES else None
    whole = _of_key(folded(word)) or _NUMBERED.get(word.strip().lstrip("0"))
    if whole is not None:
        return whole
    # "United Kingdom (UK)", "US - United States": each part says the same.
    parts = {_of_key(key) for part in _BETWEEN.split(word) if (key := folded(part))}
    return parts.pop() if len(parts) == 1 else None


def _of_key(key: str) -> str | None:
    return _countries().get(key) or (_elsewhere().get(key) if len(key) > 1 else None)


def first_country(*values: Any) -> str | None:
    """That of the first value which is one."""
    return next((code for value in values if value is not None and (code := country(value)) is not None), None)


def state(text: str, stated: str | None, default: str | None) -> str | None:
    """The complete name of a state that is given by its code, shortened or in capitals; None if it is none of them.

    `stated` is the country of the record, `default` the one to try first where it states none. Without either a code
    is taken if one country alone has it.
    """
    if (found := _WITH_COUNTRY(text)) and found[1].upper() in STATES and stated in (None, found[1].upper()):
        return _states(found[1].upper()).get(found[2].lower())
    if (name := _state(text, stated, default)) is not None:
        return name
    # "CA, USA", "California (CA)", "State of California": what says the country or the same.
    parts = [part.strip() for part in _BETWEEN.split(_STATE_OF.sub("", text)) if part.strip()]
    names = {_state(part, stated, default) for part in parts if len(part) <= 2 or country(part) is None}
    return names.pop() if len(names) == 1 and len(parts) <= _MOST_PARTS else None


def _state(text: str, stated: str | None, default: str | None) -> str | None:
    key = _folded_state(text)
    if stated is not None or (default is not None and key in _states(default)):
        return _states(stated or default or "").get(key)
    names = {name for one in STATES if (name := _states(one).get(key)) is not None}
    return names.pop() if len(names) == 1 else None


def has_codes(code: str | None) -> bool:
    """Whether states of this country are known by their codes here."""
    return code in STATES


def folded(name: str) -> str:
    """A name as names are compared: its letters and digits without accents and case, and without "the" before them."""
    text = unicodedata.normalize("NFKD", name.replace("&", " and ")).casefold()
    letters = "".join(letter for letter in text if letter.isalnum())
    return letters[3:] if text.startswith("the ") else letters


def in_english(key: str) -> str | None:
    """The country of a folded name of the table, which has the English ones, what people say and how they call
    themselves."""
    return _countries().get(key)


@cache
def _elsewhere() -> Mapping[str, str]:
    """The same of the names in other languages: 100 kB that only such names need."""
    lines = Path(__file__).with_name("country_names.txt").read_text(encoding="utf-8").splitlines()
    return {name: line[:2] for line in lines for name in line[3:].split("=")}


@cache
def _countries() -> Mapping[str, str]:
    """Each name, folded, with its country's two letters."""
    found: dict[str, str] = {}
    for entry in f"{COUNTRIES};{_ALSO}".split(";"):
        code = entry.partition("=")[0]
        found.update((folded(name), code) for name in entry.split("=") if name)
    return found


def _folded_state(text: str) -> str:
    """In small letters, without points, accents and further blanks."""
    text = text.replace(".", "").replace(",", " ").lower()
    if not text.isascii():
        text = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    return " ".join(text.split())


@cache
def _states(code: str) -> Mapping[str, str]:
    """The complete name of each state, by its code, by itself, and by how the Associated Press used to shorten it."""
    pairs = [entry.partition("=") for entry in STATES.get(code, "").split(";") if entry]
    names = {_folded_state(key): name for short, _, name in pairs for key in (name, short)}
    if code == "US":
        names |= {short: names[full] for full, shorts in _SHORTENED.items() for short in shorts.split("|")}
    return names
