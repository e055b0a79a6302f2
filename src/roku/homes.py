"""Where a person is at home, as Roku takes it: kinds of fields. Pure.

Rule: Roku's Events API page, "State (please provide complete name)". The page gives no form for a country; Ringba's
guide takes ISO 3166's two letters to help with phone numbers, so a country is sent as these.
"""

from functools import lru_cache
from typing import Any

from pydantic_core import core_schema as cs

from pipeline.values import places, postal_codes, seen, shapes, texts
from pipeline.values.field import Kind
from pipeline.values.kinds import STRING

CODE = 2  # letters: of such a state the country has a say, so that whoever knows it at first sight asks the rule
_SHORT = 3  # characters: no code of a state has more, and no state's name so few
# What each table spells so, if it has it at all: one word, or one of these before another.
# Nobody shortens a name to so many letters.
_USUAL_STATE = (
    "^(?:[A-TV-Z][a-z]{5,}|U[a-z]{5,7}|Texas|Maine|Idaho|Utah|Ohio|Iowa|New York"
    "|(?:New|North|South|West|Rhode) [A-Z][a-z]{5,})$"
)
_USUAL_CODE = (
    "^(?:[1-9][0-9]{4}|0[1-9][0-9]{3}|00[1-9][0-9]{2})(?:-(?:[1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9]))?$"
)


def _country(value: Any, notes: list[str]) -> str | None:
    word = texts.clear(value, notes)
    if word is None:
        return None
    code = places.country(word)
    if code is None:
        notes.append("is not a country that is known: send the two letters of ISO 3166, such as US")
    return code or word


def phones_country(value: Any, notes: list[str]) -> Any:
    """The value as it is, with a warning if no country is known by it."""
    if places.country(value) is None and texts.plain(value, []) is not None:
        notes.append(
            "is not a country that is known, so phone numbers are read without it: send two letters, such as US"
        )
    return value


COUNTRY = Kind(_country, cs.literal_schema(sorted(places.CODES)), STRING, sight=seen.words(sorted(places.CODES)))


def state(stated: str | None, default: str | None) -> Kind:
    """A state by its complete name; `stated` is the country of the record, `default` that of records without one."""

    def rule(value: Any, notes: list[str]) -> str | None:
        if type(value) is str and len(value) <= _SHORT:
            name, said = of_code(value, stated, default)
            notes += said
            return name
        return _state(value, stated, default, notes)

    usual = shapes.like(_USUAL_STATE)
    known = f"(?:{seen.of(usual)}|{seen.text(f'[A-Z]{{{CODE}}}')})"
    return Kind(rule, cs.chain_schema([shapes.PLACE, usual]), STRING, sight=known)


@lru_cache(maxsize=1_000)
def of_code(code: str, stated: str | None, default: str | None) -> tuple[str | None, list[str]]:
    """What a short text is as a state, and the notes: there are few, and none is a person's."""
    notes: list[str] = []
    return _state(code, stated, default, notes), notes


def _state(value: Any, stated: str | None, default: str | None, notes: list[str]) -> str | None:
    word = texts.clear(value, notes)
    if word is None:
        return None
    name = places.state(word, stated, default)
    if name is None and len(word) <= _SHORT and places.has_codes(stated or default):
        notes.append("looks like a code that is not known in its country: send the state's complete name")
    return name or word


def postal_code(country: str | None) -> Kind:
    """A postal code of this country with all its zeros."""

    def rule(value: Any, notes: list[str]) -> str | None:
        word = texts.clear(value, notes)
        if word is None:
            return None
        word = word.removeprefix("z:")  # of Meta's exports of leads
        if not word.strip("0- "):
            notes.append("is nothing but zeros, which is not a postal code")
            return None
        code = postal_codes.postal_code(word, country)
        if sum(map(str.isdigit, code)) > sum(map(str.isdigit, word)):
            notes.append("lost zeros before it, which were put back: let the file's column hold text")
        return code

    usual = shapes.like(_USUAL_CODE)
    return Kind(rule, cs.chain_schema([shapes.PLACE, usual]), STRING, sight=seen.of(usual))
