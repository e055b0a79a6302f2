"""A conversion with anything unusual in it -> the fields of Roku's event, with every fault and mend named. Pure.

A required field that is wrong refuses the event; an optional one that Roku would refuse is dropped and the conversion
still counts.
"""

import re
from collections.abc import Mapping
from functools import lru_cache, partial
from typing import Any

from pipeline import addresses, amounts, fields, hashing, limits, persons, phone, texts
from pipeline.destination import Refused
from pipeline.digests import as_digest
from pipeline.timestamps import event_time
from roku import normalise
from roku import vocabulary as words
from roku.normalise import Settings

# user_data has 22 fields; the answer must fit into 6 MB even if 1,000 events are wrong.
_MOST_ERRORS = 30
# So many notes tell of the items of one event: a post has room for a million wrong ones.
_MOST_NOTES = 20
_NEEDED_OF_AN_ITEM = dict.fromkeys(("id", "quantity", "price")).keys()

_COUNTRY = re.compile(r"[A-Za-z]{2}").fullmatch

_IDENTIFIERS = frozenset(words.IDENTIFIERS)


def read(
    conversion: object, *, now: float, settings: Settings, context: Mapping[str, Any]
) -> tuple[dict[str, Any], fields.Warnings] | Refused:
    """Return the event's fields and the warnings, or the errors by field. Never raises.

    `now` is epoch seconds; `context` holds what the body said once for all its events (`is_hashed`,
    `data_processing_country`).
    """
    if not isinstance(conversion, dict):
        return Refused({"events": "each event must be a JSON object"}, [])
    warnings: fields.Warnings = []
    errors: dict[str, str] = {}
    event = fields.apply(_EVENT_RULES, conversion, "", warnings, words.EVENT_ALIASES)
    if "event_name" not in event:
        errors["event_name"] = _said(warnings, "event_name") or "is required: for example PURCHASE, LEAD or CONTACT"
    if "event_type" not in event and (said := _said(warnings, "event_type")):
        errors["event_type"] = said
    event["event_type"] = "conversion"
    event["event_time"] = event_time(
        event.get("event_time"), now, ahead=words.FUTURE_TOLERANCE, errors=errors, warnings=warnings
    )
    event["user_data"] = _user_data(event, now, settings, context, warnings, errors)
    if errors:
        return Refused(errors, warnings)
    event["custom_data"] = _custom_data(event.get("custom_data"), warnings)
    return event, warnings


def _said(warnings: fields.Warnings, field: str) -> str | None:
    """Take what was said of a field out of the warnings: of a required field it is the error."""
    said = [text for name, text in warnings if name == field]
    warnings[:] = [warning for warning in warnings if warning[0] != field]
    return said[-1].removeprefix("dropped: ") if said else None


def _user_data(
    event: dict[str, Any],
    now: float,
    settings: Settings,
    context: Mapping[str, Any],
    warnings: fields.Warnings,
    errors: dict[str, str],
) -> dict[str, Any] | None:
    user = event.get("user_data")
    if not isinstance(user, dict):
        errors["user_data"] = f"must be an object with at least one of {', '.join(words.IDENTIFIERS)}"
        return None
    if "AID" in user:  # the page's sentence spells it so, its table aID
        user = {**user, "aID": user.get("aID") or user["AID"]}
        del user["AID"]
    start = len(warnings)
    rules = _user_rules(settings.phone_format, _country(settings, user, event, context), persons.year(now))
    kept = fields.apply(rules, user, "user_data.", warnings, words.USER_ALIASES)
    hashed_flag = kept.pop("is_hashed", event.get("is_hashed", context.get("is_hashed")))
    kept.pop("data_processing_country", None)
    if hashed_flag is True:
        for name in words.HASHED:
            if name in kept and kept[name] != user[name] and as_digest(str(user[name]).strip()) is None:
                warnings.append(("user_data." + name, "is_hashed is true, but this was clear text: it was hashed here"))
    if _IDENTIFIERS.isdisjoint(kept):
        errors["user_data"] = f"needs at least one usable identifier of {', '.join(words.IDENTIFIERS)}"
        errors.update(warnings[start:][:_MOST_ERRORS])
        del warnings[start:]
    return {"is_hashed": True, **kept}


def _country(settings: Settings, user: dict[str, Any], event: dict[str, Any], context: Mapping[str, Any]) -> str | None:
    """The country of a number without a calling code: what the event says of itself, else the stack's."""
    if settings.default_country is None and settings.phone_format == "digits":
        return None  # the vendor page's rule, which knows no countries
    hints = (user.get("data_processing_country"), user.get("country"), event.get("data_processing_country"))
    for hint in (*hints, context.get("data_processing_country")):
        if isinstance(hint, str) and _COUNTRY(hint.strip()):
            return hint.strip().upper()
    return settings.default_country


def _custom_data(custom: Any, warnings: fields.Warnings) -> dict[str, Any] | None:
    if custom is None:
        return None
    if not isinstance(custom, dict):
        warnings.append(("custom_data", "dropped: must be an object"))
        return None
    start = len(warnings)
    kept = fields.apply(_CUSTOM_RULES, custom, "custom_data.", warnings, words.CUSTOM_ALIASES)
    if "currency" not in kept and any(field == "custom_data.currency" for field, _ in warnings[start:]):
        # A wrong amount is worse than none: what an unknown currency counts goes with it.
        for name in ("value", "predicted_ltv", "contents"):
            if kept.pop(name, None) is not None:
                warnings.append(("custom_data." + name, "dropped: its currency is not supported"))
    return kept or None


def _flag(value: Any, notes: list[str]) -> bool | None:
    if isinstance(value, str) and value.strip().lower() in ("true", "false"):
        return value.strip().lower() == "true"
    if isinstance(value, bool):
        return value
    notes.append("must be true or false; each value is looked at in any case")
    return None


def _content_ids(value: Any, notes: list[str]) -> list[str | int] | None:
    items = value if isinstance(value, list) else [value]
    if len(items) > words.MAX_CONTENTS:
        notes.append(f"has {len(items)} items: the first {words.MAX_CONTENTS} were taken")
    kept = [item if type(item) is int else texts.reference(item, notes) for item in items[: words.MAX_CONTENTS]]
    return [item for item in kept if item is not None] or None


def _contents(value: Any, notes: list[str]) -> list[dict[str, Any]] | None:
    items = value if isinstance(value, list) else [value]
    if len(items) > words.MAX_CONTENTS:
        notes.append(f"has {len(items)} items: the first {words.MAX_CONTENTS} were taken")
    kept, further = [], 0
    for index, item in enumerate(items[: words.MAX_CONTENTS]):
        if len(notes) >= _MOST_NOTES and not (isinstance(item, dict) and item.keys() >= _NEEDED_OF_AN_ITEM):
            further += 1  # it cannot be kept, and nobody will be told why
            continue
        said: fields.Warnings = []
        clean = _content(item, said)
        if clean is not None:
            kept.append(clean)
        if len(notes) < _MOST_NOTES:
            notes += [f"item {index}{field} {text}" for field, text in said]
        else:
            further += bool(said)
    if further:
        notes.append(f"has {further} further items with faults: fix the first ones first")
    return kept or None


def _content(item: Any, said: fields.Warnings) -> dict[str, Any] | None:
    if not isinstance(item, dict):
        said.append((" dropped:", "must be an object with id, quantity and price"))
        return None
    clean = fields.apply(_CONTENT_RULES, item, ": ", said, words.CONTENT_ALIASES)
    missing = [name for name in _NEEDED_OF_AN_ITEM if name not in clean]
    if missing:
        said.append((" dropped:", f"needs {' and '.join(missing)}"))
    return None if missing else clean


def _quantity(value: Any, notes: list[str]) -> str | None:
    """The page's examples send the quantity as text."""
    if type(value) is str and len(value) < 10 and value.isascii() and value.isdigit() and value[0] != "0":
        return value
    number = amounts.integer(value, notes)
    return None if number is None else str(number)


def _partner_name(value: Any, notes: list[str]) -> str | None:
    return texts.text(value, notes, limits.PARTNER)


def _as_it_is(value: Any, notes: list[str]) -> Any:  # noqa: ARG001 - the form of a rule; read in `prepare`
    return value


def _not_ours(value: Any, notes: list[str]) -> None:  # noqa: ARG001 - the form of a rule
    return None


_EVENT_RULES: dict[str, fields.Rule] = {
    "event_id": texts.event_id,
    "event_name": fields.choice(*words.EVENT_NAMES),
    "event_type": fields.choice("conversion"),
    "event_time": _as_it_is,
    "event_source": fields.choice(*words.EVENT_SOURCES),
    "event_source_url": addresses.url,
    "referrer_url": addresses.url,
    "user_data": _as_it_is,
    "custom_data": _as_it_is,
    "opt_out": fields.opt_out,
    "partner_name": _partner_name,
    "is_hashed": _flag,
    "data_processing_country": _as_it_is,
    **dict.fromkeys(words.ELSEWHERE, _not_ours),
}

_CUSTOM_RULES: dict[str, fields.Rule] = {
    "content_category": texts.text,
    "content_ids": _content_ids,
    "content_name": texts.text,
    "content_type": fields.choice(*words.CONTENT_TYPES),
    "contents": _contents,
    "currency": fields.choice(*words.CURRENCIES),
    "num_items": amounts.integer,
    "predicted_ltv": amounts.amount,
    "search_string": texts.text,
    "status": texts.text,
    "value": amounts.amount,
    "order_id": texts.reference,
    "purchase_type": fields.choice(*words.PURCHASE_TYPES),
    "delivery_category": fields.choice(*words.DELIVERY_CATEGORIES),
    "utm_source": texts.text,
    "utm_medium": texts.text,
    "utm_campaign": texts.text,
    "utm_term": texts.text,
    "utm_content": texts.text,
}

_CONTENT_RULES: dict[str, fields.Rule] = {
    "id": texts.reference,
    "quantity": _quantity,
    "price": amounts.amount,
    "delivery_category": fields.choice(*words.DELIVERY_CATEGORIES),
}


@lru_cache(maxsize=1_000)  # 26 x 26 countries at most
def _user_rules(phone_format: phone.PhoneFormat, country: str | None, year: int) -> dict[str, fields.Rule]:
    def number(text: str) -> str:
        return phone.normalise(text, form=phone_format, country=country)

    return {
        "em": hashing.hashed(normalise.email),
        "ph": hashing.hashed(number),
        "fn": hashing.hashed(normalise.name),
        "ln": hashing.hashed(normalise.name),
        "ge": hashing.hashed(normalise.gender),
        "db": hashing.hashed(partial(normalise.birth_date, year=year)),
        "ct": texts.clear,
        "st": texts.clear,
        "zp": texts.clear,
        "country": texts.clear,
        "external_id": texts.reference,
        "client_ip_address": addresses.ip_address,
        "client_user_agent": texts.agent,
        "subscription_id": texts.reference,
        "aGA": texts.advertising_id,
        "aID": texts.advertising_id,
        "aDX": texts.advertising_id,
        "aGI": texts.advertising_id,
        "aRI": texts.advertising_id,
        "aFC": texts.reference,
        "is_hashed": _flag,
        "data_processing_country": _as_it_is,
        **dict.fromkeys(words.USER_ELSEWHERE, _not_ours),
    }
