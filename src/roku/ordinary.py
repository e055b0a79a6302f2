"""An ordinary conversion -> the fields of Roku's event, in one pass; or None. Pure.

One schema, run by pydantic-core, says what «ordinary» means: every field known, of its plain type, in the vendor's
exact words, trimmed, no placeholder, nothing that looks like personal data where none belongs. What passes needs only
hashing and costs half as much; what does not pass is read by `careful`, which finds out why. Whatever passes here comes
out of `careful` the same, without a warning (tests/unit/test_roku_ordinary.py).
"""

from collections.abc import Callable, Mapping
from datetime import date
from functools import cache, lru_cache
from hashlib import sha256
from typing import Any

from pydantic_core import SchemaValidator
from pydantic_core import core_schema as cs

from pipeline import limits, persons, phone, shapes
from pipeline.digests import DIGESTS_OF_NOTHING
from pipeline.pages import ORDINARY, is_clean
from pipeline.timestamps import EARLIEST
from roku import normalise
from roku import vocabulary as words

_GENDER = rf"^(?:[A-Za-z]{{1,7}}|{shapes.DIGEST})$"
_BIRTH_DATE = rf"^(?:[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}|{shapes.DIGEST})$"
_ADVERTISING_ID = "^[0-9A-Fa-f-]*[1-9A-Fa-f][0-9A-Fa-f-]*$"  # not all zeros
_IDENTIFIERS = frozenset(words.IDENTIFIERS)
_PAGES = ("event_source_url", "referrer_url")


def read(
    conversion: object, *, now: float, settings: normalise.Settings, context: Mapping[str, Any]
) -> dict[str, Any] | None:
    """Return the finished fields, or None if anything is unusual; arguments as in `event.prepare`."""
    try:
        event: dict[str, Any] = _schema().validate_python(conversion)
        user = event["user_data"]
        flag = user["is_hashed"]
        clear = _hash(user, _rules(settings, persons.year(now)))
    except ValueError:  # of the schema, a rule (Fault) or a date
        return None
    if event["event_time"] > now + words.FUTURE_TOLERANCE or _IDENTIFIERS.isdisjoint(user):
        return None
    if clear and (context.get("is_hashed") if flag is None else flag):
        return None
    user["is_hashed"] = True
    for name in _PAGES:
        if name in event and not is_clean(event[name]):
            return None
    if "custom_data" in event:
        if not event["custom_data"]:
            return None
        for item in event["custom_data"].get("contents", ()):
            for name in ("id", "quantity"):
                if type(item[name]) is int:
                    item[name] = str(item[name])
    if type(event.get("event_id")) is int:
        event["event_id"] = str(event["event_id"])
    return event


def _hash(user: dict[str, Any], rules: Mapping[str, Callable[[str], str]]) -> bool:
    """Replace what is clear by its digest, and return whether anything was. Raises ValueError."""
    clear = False
    for name, rule in rules.items():
        value = user.get(name)
        if value is not None:
            if len(value) != 64 or "@" in value:  # an address may be as long as a digest
                user[name] = sha256(rule(value).encode()).hexdigest()
                clear = True
            elif value in DIGESTS_OF_NOTHING:
                raise ValueError
    return clear


@lru_cache(maxsize=8)
def _rules(settings: normalise.Settings, year: int) -> dict[str, Callable[[str], str]]:
    """How to normalise what the schema let pass; of the rules in `normalise` only what it left to do."""

    def email(text: str) -> str:
        address = text.lower()
        if "+" in address:
            local, at, domain = address.rpartition("@")
            address = local.partition("+")[0] + at + domain
        return address

    def number(text: str) -> str:
        if text[0] != "+" and settings.default_country is not None:
            raise ValueError  # a country may have to go before it
        return phone.normalise(text, form=settings.phone_format, country=None)

    def birth_date(text: str) -> str:
        if not 1900 <= date.fromisoformat(text).year <= year:
            raise ValueError
        return text

    return {
        "em": email,
        "ph": number,
        "fn": str.lower,
        "ln": str.lower,
        "ge": normalise.gender,
        "db": birth_date,
    }


@cache
def _schema() -> SchemaValidator:
    """Built once, at first use: 1 ms."""
    text, device, url = shapes.text(), shapes.like(_ADVERTISING_ID), shapes.like(f"^{ORDINARY}$", limits.URL)
    name_or_number = shapes.either(text, shapes.WHOLE)
    item = shapes.record(
        {
            "id": name_or_number,
            "quantity": shapes.either(shapes.like("^[1-9][0-9]{0,8}$"), shapes.WHOLE),
            "price": shapes.AMOUNT,
            "delivery_category": cs.literal_schema(list(words.DELIVERY_CATEGORIES)),
        },
        required={"id", "quantity", "price"},
    )
    user = shapes.record(
        {"is_hashed": cs.with_default_schema(cs.bool_schema(strict=True), default=None)}
        | {"em": shapes.EMAIL, "ph": shapes.PHONE, "fn": shapes.NAME, "ln": shapes.NAME}
        | {"ge": shapes.like(_GENDER), "db": shapes.like(_BIRTH_DATE)}
        | dict.fromkeys(("ct", "st", "zp", "country"), shapes.PLACE)
        | {
            "external_id": text,
            "client_ip_address": shapes.IPV4,
            "client_user_agent": shapes.agent(),
            "subscription_id": text,
        }
        | dict.fromkeys(("aGA", "aID", "aDX", "aGI", "aRI"), device)
        | {"aFC": text}
    )
    custom = shapes.record(
        {
            "value": shapes.AMOUNT,
            "currency": cs.literal_schema(list(words.CURRENCIES)),
            "content_type": cs.literal_schema(list(words.CONTENT_TYPES)),
            "order_id": text,
            "contents": _list(item),
            "content_ids": _list(name_or_number),
            "num_items": shapes.WHOLE,
            "predicted_ltv": shapes.AMOUNT,
            "purchase_type": cs.literal_schema(list(words.PURCHASE_TYPES)),
            "delivery_category": cs.literal_schema(list(words.DELIVERY_CATEGORIES)),
        }
        | dict.fromkeys(("content_category", "content_name", "search_string", "status"), text)
        | dict.fromkeys(("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content"), text)
    )
    event = shapes.record(
        {
            "event_id": shapes.either(shapes.text(limits.EVENT_ID), shapes.WHOLE),
            "event_name": cs.literal_schema(list(words.EVENT_NAMES)),
            "event_type": cs.with_default_schema(cs.literal_schema(["conversion"]), default="conversion"),
            "event_time": cs.int_schema(strict=True, ge=EARLIEST),
            "event_source": cs.literal_schema(list(words.EVENT_SOURCES)),
            "event_source_url": url,
            "referrer_url": url,
            "user_data": user,
            "custom_data": custom,
            "opt_out": cs.literal_schema(["true", "false"]),
            "partner_name": shapes.text(limits.PARTNER),
        },
        required={"event_name", "event_time", "user_data"},
    )
    return SchemaValidator(event)


def _list(item: cs.CoreSchema) -> cs.CoreSchema:
    """Of an array with a thousand faults one is enough to know that it is not ordinary."""
    return cs.list_schema(item, strict=True, min_length=1, max_length=words.MAX_CONTENTS, fail_fast=True)
