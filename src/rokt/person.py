"""Who it was: the posted `user_data` under Rokt's names, each value hashed or in clear as settings have it. Pure."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from pipeline.values import field, persons
from pipeline.values.rules import Rule, Warnings
from rokt import fields, rules
from rokt.personal import Personal
from rokt.settings import Settings


class Person(NamedTuple):
    """A person under Rokt's names; keys of `data` have no suffix for hashed or clear.

    `devices` are ids of the device, each of which identifies.
    """

    data: Mapping[str, Personal]
    traits: Mapping[str, str]
    customer_id: str | None
    devices: Mapping[str, str]
    ip: str | None
    user_agent: str | None


def read(user: Mapping[str, Any], *, now: float, settings: Settings, country: str | None, warnings: Warnings) -> Person:
    """Return what of the posted user_data can be used. `now` is epoch seconds, `country` that of the record."""
    return of(rules.taken(rules_for(settings, persons.year(now), country), user, "user_data.", warnings))


def of(kept: Mapping[str, Any]) -> Person:
    """The person of these finished values under their posted names."""
    data = {rokt: kept[ours] for ours, rokt in fields.DATA.items() if ours in kept}
    traits = {rokt: kept[ours] for ours, rokt in fields.TRAITS.items() if ours in kept}
    devices = {rokt: kept[ours] for ours, rokt in fields.DEVICES.items() if ours in kept}
    get = kept.get
    rest = get("client_ip_address"), get("client_user_agent")
    return Person(data, traits, get("external_id"), devices, *rest)


@lru_cache(maxsize=64)
def rules_for(settings: Settings, year: int, country: str | None) -> dict[str, Rule]:
    """The rule of each field of a person; `country` is that of the record, and nobody is born after `year`."""
    return field.rules(fields.user(settings, year, country))
