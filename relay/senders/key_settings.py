"""The settings of a sender's entry: the options of `relay keys add` for them, and what their texts mean."""

import json
from typing import Annotated, Any

import typer

from pipeline.consent.settings import Consent
from pipeline.values.moments import DateOrder
from pipeline.values.written_amounts import AmountsIn
from relay.errors import Misuse

TimeZone = Annotated[
    str | None, typer.Option(help="The zone of the sender's times without one, such as America/New_York.")
]
Order = Annotated[
    DateOrder | None, typer.Option(help="What comes first in its dates such as 03/04/2026, the month or the day.")
]
Country = Annotated[
    str | None, typer.Option(help="The country of phone numbers and places that name none, such as GB.")
]
Amounts = Annotated[
    AmountsIn | None, typer.Option(help="How it writes amounts: minor_units (cents), or decimal_comma (1.234,50).")
]


def consent_settings(given: list[str]) -> dict[str, Any]:
    """The `consent` of an entry from texts SETTING=value; of a list the values are between commas. Raises Trouble."""
    made: dict[str, Any] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals:
            raise Misuse(f"--consent {text}: write SETTING=value")
        if name in made:
            raise Misuse(f"--consent {text}: {name} was given before: give it once, of several values with commas")
        is_list = isinstance(getattr(Consent(), name, None), tuple)
        made[name] = [one.strip() for one in value.split(",") if one.strip()] if is_list else value
    return made


def source_settings(given: list[str]) -> dict[str, dict[str, Any]]:
    """The `sources` of an entry from texts NAME or NAME.setting=value; a value that is JSON is taken as such.

    Raises Trouble.
    """
    made: dict[str, dict[str, Any]] = {}
    for text in given:
        path, equals, value = text.partition("=")
        name, *fields = path.strip().split(".", 2)
        if not name or bool(fields) != bool(equals):
            raise Misuse(f"--source {text}: write NAME, or NAME.setting=value")
        place = made.setdefault(name, {})
        for field in fields[:-1]:
            place = place.setdefault(field, {})
            if not isinstance(place, dict):
                raise Misuse(f"--source {text}: {name}.{field} was given a value of its own before: give one of both")
        if fields and fields[-1] in place:
            raise Misuse(f"--source {text}: {path.strip()} was given before: give it once, of several values as a list")
        if fields:
            place[fields[-1]] = _value(value)
    return made


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
