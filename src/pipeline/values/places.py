"""Where a person is at home: countries, states and postal codes in one form each. Pure.

A country is known by its codes of ISO 3166 (two letters, three letters, the number), its English names, and the names
and abbreviations that people use. Roku's page asks for the complete name of a state, while shops, call trackers and
forms write codes.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import Any

from pipeline.values.place_names import COUNTRIES, STATES

# Names in use that ISO 3166 does not have, and what countries call themselves.
_ALSO = (
    "AE=UAE=Emirates;AT=Österreich;BE=België=Belgique;BN=Brunei;BQ=Caribbean Netherlands;BR=Brasil;CD=DR Congo=DRC"
    "=Congo-Kinshasa;CG=Congo-Brazzaville=Congo;CH=Schweiz=Suisse=Svizzera;CI=Ivory Coast;CV=Cape Verde;CZ=Česko"
    ";DE=Deutschland;DK=Danmark;EE=Eesti;ES=España;FI=Suomi;FK=Falkland Islands;FM=Micronesia;GB=UK=Great Britain"
    "=Britain=England=Scotland=Wales=Northern Ireland;GR=EL=Hellas=Ελλάδα;HR=Hrvatska;HU=Magyarország;IE=Éire"
    "=Republic of Ireland;IN=Bharat;IR=Iran;IS=Ísland;IT=Italia;JP=日本=Nippon;KR=Korea=대한민국;LA=Laos;LT=Lietuva"
    ";LV=Latvija;MF=Saint Martin;MK=Macedonia;MM=Burma;MO=Macau;MX=México;NL=Nederland=Holland;NO=Norge;NZ=Aotearoa"
    ";PL=Polska;PS=Palestinian Territories;RO=România;RU=Russia=Россия;SE=Sverige;SI=Slovenija;SK=Slovensko"
    ";SX=Sint Maarten;SY=Syria;SZ=Swaziland;TL=East Timor;TR=Turkey;TZ=Tanzania;UA=Україна;US=America=U.S. of America"
    "=Estados Unidos=États-Unis;VA=Vatican=Vatican City=Holy See;VN=Vietnam;XK=XKX=Kosovo;CN=中国=Mainland China"
    "=PR China=P.R.C."
)
_NUMBERED = {"840": "US", "124": "CA", "826": "GB", "36": "AU", "276": "DE", "250": "FR", "484": "MX", "76": "BR"}
_CALLING_CODE = re.compile(r"\(?\+\d{1,4}\)?")
_BETWEEN = re.compile(r"[()\[\],;/|]+| - ")
_LONGEST = 100  # characters of a name that are looked at
_WITH_COUNTRY = re.compile(r"([A-Za-z]{2})-([A-Za-z0-9]{1,3})").fullmatch
# Countries whose postal codes are digits alone, so many of them, and may begin with 0, which spreadsheets drop.
_POSTAL_DIGITS = dict.fromkeys("US PR DE FR IT ES MX FI TR UA EE LT KR MY SA".split(), 5) | {"AU": 4, "JP": 7}
_TWO_ZEROS = frozenset({"US", "PR"})  # 00501
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
    names = _countries()
    whole = names.get(_folded(word)) or _NUMBERED.get(word.strip().lstrip("0"))
    if whole is not None:
        return whole
    # «United Kingdom (UK)», «US - United States»: each part says the same.
    parts = {names.get(key) for part in _BETWEEN.split(word) if (key := _folded(part))}
    return parts.pop() if len(parts) == 1 else None


def first_country(*values: Any) -> str | None:
    """That of the first value which is one."""
    return next((code for value in values if value is not None and (code := country(value)) is not None), None)


def state(text: str, stated: str | None, default: str | None) -> str | None:
    """The complete name of a state that is given by its code or in capitals; None if it is neither.

    `stated` is the country of the record, `default` the one to try first where it states none. Without either a code
    is taken if one country alone has it.
    """
    code = text
    if (found := _WITH_COUNTRY(text)) and found[1].upper() in STATES and stated in (None, found[1].upper()):
        stated, code = found[1].upper(), found[2]
    key = code.replace(".", "").lower().strip()
    if stated is not None or (default is not None and key in _states(default)):
        return _states(stated or default or "").get(key)
    names = {name for one in STATES if (name := _states(one).get(key)) is not None}
    return names.pop() if len(names) == 1 else None


def has_codes(code: str | None) -> bool:
    """Whether states of this country are known by their codes here."""
    return code in STATES


def postal_code(text: str, code: str | None) -> str:
    """The postal code of this country with the zeros before it that a spreadsheet dropped."""
    if not (text.isascii() and text.partition("-")[0].isdigit()):
        return text
    length = _POSTAL_DIGITS.get(code or "")
    first, hyphen, rest = text.partition("-")
    if length is None or (hyphen and not (code in _TWO_ZEROS and len(rest) == 4 and rest.isdigit())):
        return text
    zeros = 2 if code in _TWO_ZEROS else 1
    return first.zfill(length) + hyphen + rest if 0 < length - len(first) <= zeros else text


def _folded(name: str) -> str:
    """Its letters and digits without accents and case, and without «the» before them."""
    text = unicodedata.normalize("NFKD", name.replace("&", " and ")).casefold()
    letters = "".join(letter for letter in text if letter.isalnum())
    return letters[3:] if text.startswith("the ") else letters


@cache
def _countries() -> Mapping[str, str]:
    """Each name, folded, with its country's two letters."""
    found: dict[str, str] = {}
    for entry in f"{COUNTRIES};{_ALSO}".split(";"):
        code = entry.partition("=")[0]
        found.update((_folded(name), code) for name in entry.split("=") if name)
    return found


@cache
def _states(code: str) -> Mapping[str, str]:
    """The complete name of each state, by its code and by itself in small letters."""
    pairs = [entry.partition("=") for entry in STATES.get(code, "").split(";") if entry]
    return {key: name for short, _, name in pairs for key in (name.lower(), short.lower())}
