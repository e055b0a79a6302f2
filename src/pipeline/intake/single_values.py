"""The fields of a person hold one text each: out of whatever array, object or JSON text they come in. Pure."""

from collections.abc import Callable
from typing import Any

from pipeline.consent.keys import key_of
from pipeline.intake import repair
from pipeline.values import limits

Say = Callable[[str, str], None]

_CHAINS = frozenset({"client_ip_address"})  # several are those of proxies, of which the rule chooses
_WRAPPINGS = 3  # an array within an array within a text
_MOST_VALUES = 10  # of one field that are looked at


def take_single_values(user: dict[str, Any], say: Say) -> None:
    """Change the person in place: of several values of a field the first that is there. Signals of consent stay."""
    for name, value in user.items():
        if type(value) is str and "[" not in value and "{" not in value:
            continue  # as nearly all
        if isinstance(value, str | dict | list) and key_of(name) is None:
            single = _single(name, value, say)
            if single is not value:
                user[name] = single


def _single(name: str, value: Any, say: Say) -> Any:
    for _ in range(_WRAPPINGS):
        listed = _listed(value)
        if not listed:
            return value
        if len(listed) > 1:
            return _first(name, listed, say)
        value = listed[0]
    return value


def _first(name: str, values: list[Any], say: Say) -> Any:
    """The first value that is there; the array itself if it holds others than scalars."""
    looked_at = values[:_MOST_VALUES]
    if any(isinstance(one, dict | list) for one in looked_at):
        return values
    if name in _CHAINS:
        return ", ".join(one for one in looked_at if isinstance(one, str))
    say(f"user_data.{name[: limits.FIELD_NAME]}", f"has {len(values)} values: the first was taken")
    return next((one for one in looked_at if one is not None and one != ""), None)


def _listed(value: Any) -> list[Any] | None:
    """The array that a value is, holds as JSON, or has as number keys; None for none."""
    if type(value) is str:
        if value.lstrip()[:1] not in ("[", "{") or len(value) > limits.TEXT:
            return None
        try:
            value, _ = repair.read(value)
        except ValueError:
            return None
    if type(value) is dict:
        return by_number(value)
    return value if type(value) is list else None


def by_number(value: dict[str, Any]) -> list[Any] | None:
    """The array that an object with number keys stands for, as PHP writes one with gaps; None if it has others."""
    if not value or not all(map(str.isdecimal, value)):
        return None
    return [value[key] for key in sorted(value, key=lambda key: int(key[:20]))]
