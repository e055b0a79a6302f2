"""Who it was: the posted `user_data` under Rokt's names, each value hashed or in clear as settings have it. Pure."""

from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import Any, NamedTuple

from pipeline import addresses, fields, hashing, persons, texts
from pipeline.digests import as_digest
from pipeline.faults import Fault
from rokt import normalise, rules
from rokt.settings import Settings

_NAMES = {"em": "email", "fn": "firstname", "ln": "lastname", "ph": "mobile", "zp": "billingzip"}
_TRAITS = {"db": "dob", "ge": "gender", "ct": "city", "st": "state", "country": "country"}


class Personal(NamedTuple):
    """One value of a person, as Rokt gets it: its digest, or in clear."""

    text: str
    is_hashed: bool


class Person(NamedTuple):
    """A person under Rokt's names; those of `data` are without what tells hashed from clear.

    `devices` are advertising ids, each of which identifies; `idfv`, iOS's id for the app's vendor, does not.
    """

    data: Mapping[str, Personal]
    traits: Mapping[str, str]
    customer_id: str | None
    devices: Mapping[str, str]
    idfv: str | None
    ip: str | None
    user_agent: str | None


def read(user: Mapping[str, Any], *, now: float, settings: Settings, warnings: fields.Warnings) -> Person:
    """Return what of the posted user_data can be used. `now` is epoch seconds."""
    kept = rules.taken(_rules(settings, persons.year(now)), user, "user_data.", warnings)
    return of({rokt: kept[ours] for ours, rokt in _NAMES.items() if ours in kept}, kept)


def of(data: Mapping[str, Personal], kept: Mapping[str, Any]) -> Person:
    """The person of this `data`, and of the finished values `kept` under their posted names."""
    devices = {"ios_advertising_id": kept.get("aID", kept.get("AID")), "android_advertising_id": kept.get("aGA")}
    return Person(
        data=data,
        traits={rokt: kept[ours] for ours, rokt in _TRAITS.items() if ours in kept},
        customer_id=kept.get("external_id"),
        devices={name: value for name, value in devices.items() if value is not None},
        idfv=kept.get("idfv"),
        ip=kept.get("client_ip_address"),
        user_agent=kept.get("client_user_agent"),
    )


def _personal(
    normalised: Callable[[str], str], *, hashes: bool, clear: Callable[[str], str] | None = None
) -> fields.Rule:
    """A rule for what Rokt takes both hashed and in clear; a digest stays one whatever the switch says.

    `normalised` is applied before hashing, `clear` (the same if None) to what is sent in clear.
    """
    hashed = hashing.hashed(normalised)

    def rule(value: Any, notes: list[str]) -> Personal | None:
        digest = hashed(value, notes)
        if digest is None:
            return None
        if hashes or as_digest(str(value).strip()) is not None:
            return Personal(digest, is_hashed=True)
        word = (clear or normalised)(texts.plain(value, []) or "")
        return Personal(word, is_hashed=False)

    return rule


def _in_clear(normalised: Callable[[str], str]) -> fields.Rule:
    """A rule for what Rokt takes only in clear."""

    def rule(value: Any, notes: list[str]) -> str | None:
        word = texts.plain(value, notes)
        try:
            return normalised(word) if word is not None else None
        except Fault as fault:
            notes.append(str(fault))
            return None

    return rule


@lru_cache(maxsize=8)
def _rules(settings: Settings, year: int) -> dict[str, fields.Rule]:
    born = {"db": _in_clear(partial(normalise.birth_date, year=year))} if settings.send_birth_date else {}
    return born | {
        "em": _personal(normalise.email, hashes=settings.hash_email),
        "fn": _personal(normalise.name, hashes=settings.hash_first_name, clear=str),
        "ln": _personal(normalise.name, hashes=settings.hash_last_name, clear=str),
        "ph": _personal(normalise.mobile, hashes=settings.hash_mobile),
        "zp": _personal(normalise.zip_code, hashes=settings.hash_billing_zip),
        "ge": _in_clear(normalise.gender),
        "ct": texts.clear,
        "st": texts.clear,
        "country": texts.clear,
        "external_id": rules.reference,
        "client_ip_address": addresses.ip_address,
        "client_user_agent": texts.agent,
        "aID": rules.device_id,
        "AID": rules.device_id,  # so the vendor page's sentence spells it
        "aGA": rules.device_id,
        "idfv": rules.device_id,
    }
