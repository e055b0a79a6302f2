"""A person's fields under the names that everybody else uses: email is em, phone_number is ph. Pure.

Roku's page says "email" itself. Only where one field can be meant, and it is not there under its own name.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from pipeline.consent.keys import key_of
from pipeline.values import language, limits
from pipeline.values.field import letters

_SECTION = "user_data"


def under_own_names(conversions: Iterable[Any], warnings: list[tuple[str, str]]) -> None:
    """Change the conversions in place; each name that was read so is told once."""
    told: dict[tuple[str, str], None] = {}
    known = _known()
    for conversion in conversions:
        user = conversion.get(_SECTION) if isinstance(conversion, dict) else None
        if not isinstance(user, dict) or user.keys() <= known:
            continue
        for name in [name for name in user if name not in known and len(name) <= limits.FIELD_NAME]:
            own = _meant().get(letters(name))
            if own is not None and user.get(own) is None and key_of(name) is None:
                user[own] = user.pop(name)
                told[f"{_SECTION}.{name}", f"was read as {own}: write it exactly so"] = None
    warnings += told


@cache
def _known() -> frozenset[str]:
    return frozenset(field.name for field in language.whole()[_SECTION])


@cache
def _meant() -> Mapping[str, str]:
    """The field for each second name of one, by its letters."""
    return {letters(name): field.name for field in language.whole()[_SECTION] for name in field.also.split()}
