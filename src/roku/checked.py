"""A conversion with anything unusual in it -> the fields of Roku's event, with every fault and fix named. Pure.

A required field that is wrong refuses the event; an optional one that Roku would refuse is dropped and the conversion
still counts.
"""

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

from pipeline.contract.destination import Invalid, not_an_object
from pipeline.values import addresses, field, language, money, persons, places, rules
from pipeline.values.digests import as_digest
from pipeline.values.timestamps import event_time
from roku import fields, own_names
from roku import vocabulary as words
from roku.contents import with_ids
from roku.normalise import Settings

# user_data has 22 fields; the answer must fit into 6 MB even if 1,000 events are wrong.
_MOST_ERRORS = 30
# A wrong amount is worse than none: what an unknown currency counts goes with it.
_COUNTED = (*fields.AMOUNTS, "contents")
_ALIASES = {section: field.aliases(known) for section, known in fields.TABLE.items()}
# A field of the person or of the order beside them, where other APIs have it.
_OUTSIDE = {name: f"{part}.{own}" for part in ("custom_data", "user_data") for name, own in _ALIASES[part].items()}
_ALIASES[""] = _OUTSIDE | _ALIASES[""]
_IDENTIFIERS = frozenset(words.IDENTIFIERS)


def read(
    conversion: object, *, now: float, settings: Settings, context: Mapping[str, Any]
) -> tuple[dict[str, Any], rules.Warnings] | Invalid:
    """Return the event's fields and the warnings, or the errors by field. Never raises.

    `now` is epoch seconds; `context` holds what the body said once for all its events (`is_hashed`,
    `data_processing_country`).
    """
    if not isinstance(conversion, dict):
        return not_an_object()
    warnings: rules.Warnings = []
    errors: dict[str, str] = {}
    event = _named_and_timed(conversion, now, warnings, errors)
    event["user_data"] = _user_data(event, now, settings, context, warnings, errors)
    if errors:
        return Invalid(errors, warnings)
    event["custom_data"] = _custom_data(event.get("custom_data"), warnings)
    return event, warnings


def faults_of_name_and_time(conversion: Mapping[str, Any], now: float) -> Invalid | None:
    """The same of a conversion of whose other fields there is nothing to say; None if its name and time will do."""
    warnings: rules.Warnings = []
    errors: dict[str, str] = {}
    judged = {name: conversion[name] for name in ("event_name", "event_time") if name in conversion}
    _named_and_timed(judged, now, warnings, errors)
    return Invalid(errors, warnings) if errors else None


def _named_and_timed(
    conversion: Mapping[str, Any], now: float, warnings: rules.Warnings, errors: dict[str, str]
) -> dict[str, Any]:
    """The fields beside the person and the order, but for those; what an event cannot do without in `errors`."""
    event = rules.apply(_event_rules(), conversion, "", warnings, _ALIASES[""])
    if "event_name" not in event:
        errors["event_name"] = _said(warnings, "event_name") or "is required: for example PURCHASE, LEAD or CONTACT"
    if "event_type" not in event and (said := _said(warnings, "event_type")):
        errors["event_type"] = said
    event["event_type"] = "conversion"
    event["event_time"] = event_time(
        event.get("event_time"), now, ahead=words.FUTURE_TOLERANCE, errors=errors, warnings=warnings
    )
    return event


def _said(warnings: rules.Warnings, field: str) -> str | None:
    """Turn the warning about a required field into its error."""
    said = [text for name, text in warnings if name == field]
    warnings[:] = [warning for warning in warnings if warning[0] != field]
    return said[-1].removeprefix("dropped: ") if said else None


def _user_data(
    event: dict[str, Any],
    now: float,
    settings: Settings,
    context: Mapping[str, Any],
    warnings: rules.Warnings,
    errors: dict[str, str],
) -> dict[str, Any] | None:
    user = event.get("user_data")
    if not isinstance(user, dict):
        errors["user_data"] = f"must be an object with at least one of {', '.join(words.IDENTIFIERS)}"
        return None
    user = own_names.under_own_names(user, settings, warnings)
    start = len(warnings)
    known = user_rules(user, event, settings, context, persons.year(now))
    kept = rules.apply(known, user, "user_data.", warnings, _ALIASES["user_data"])
    hashed_flag = kept.pop("is_hashed", event.get("is_hashed", context.get("is_hashed")))
    kept.pop("data_processing_country", None)
    if hashed_flag is True:
        for name in were_clear(user, kept):
            warnings.append(("user_data." + name, "is_hashed is true, but this was clear text: it was hashed here"))
    if is_nobodys(kept):
        errors["user_data"] = f"needs at least one usable identifier of {', '.join(words.IDENTIFIERS)}"
        errors.update(warnings[start:][:_MOST_ERRORS])
        del warnings[start:]
    return {"is_hashed": True, **kept}


def were_clear(user: Mapping[str, Any], kept: Mapping[str, Any]) -> list[str]:
    """The fields of a person that leave as digests, and that were posted as something else."""
    return [
        name
        for name in words.HASHED
        if name in kept and kept[name] != user[name] and as_digest(str(user[name]).strip()) is None
    ]


def is_nobodys(kept: Mapping[str, Any]) -> bool:
    """Whether nothing could tell who it was, or an address of a private network alone."""
    if _IDENTIFIERS.isdisjoint(kept):
        return True
    address = kept.get("client_ip_address")
    return address is not None and not addresses.is_visitors(address) and len(_IDENTIFIERS & kept.keys()) == 1


def user_rules(
    user: Mapping[str, Any], event: Mapping[str, Any], settings: Settings, context: Mapping[str, Any], year: int
) -> Mapping[str, rules.Rule]:
    """The rules for a person's fields, by the countries that the record names; `year`: nobody is born later."""
    return _user_rules(settings, _country(user, event, context), year, places.country(user.get("country")))


def _country(user: Mapping[str, Any], event: Mapping[str, Any], context: Mapping[str, Any]) -> str | None:
    """The country that the record names of itself: for its phone numbers, else the person's."""
    hint = "data_processing_country"
    return places.first_country(user.get(hint), event.get(hint), user.get("country"), context.get(hint))


def _custom_data(custom: Any, warnings: rules.Warnings) -> dict[str, Any] | None:
    if custom is None:
        return None
    if not isinstance(custom, dict):
        warnings.append(("custom_data", "dropped: must be an object"))
        return None
    start = len(warnings)
    kept = rules.apply(
        _custom_rules(),
        with_ids(money.settled(custom, warnings), warnings),
        "custom_data.",
        warnings,
        _ALIASES["custom_data"],
    )
    if "currency" not in kept and any(field == "custom_data.currency" for field, _ in warnings[start:]):
        for name in _COUNTED:
            if kept.pop(name, None) is not None:
                warnings.append(("custom_data." + name, "dropped: its currency is not supported"))
    return kept or None


def _ignore(value: Any, notes: list[str]) -> None:  # noqa: ARG001 - the form of a rule
    return None


@cache
def _event_rules() -> dict[str, rules.Rule]:
    return _rules("", fields.EVENT)


@cache
def _custom_rules() -> dict[str, rules.Rule]:
    return _rules("custom_data", fields.CUSTOM)


@lru_cache(maxsize=1_000)  # of few settings, each with 250 countries at most
def _user_rules(settings: Settings, country: str | None, year: int, home: str | None) -> dict[str, rules.Rule]:
    return _rules("user_data", fields.user(settings, country, year, home))


def _rules(section: str, known: field.Fields) -> dict[str, rules.Rule]:
    """The rules of a section. What is for other destinations goes without a word."""
    return dict.fromkeys(language.elsewhere("roku", section), _ignore) | field.rules(known)
