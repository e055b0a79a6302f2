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

from pydantic_core import CoreSchema, SchemaValidator
from pydantic_core import core_schema as cs

from pipeline import persons, phone
from pipeline.digests import DIGESTS_OF_NOTHING
from pipeline.personal import has_personal_names
from pipeline.timestamps import EARLIEST
from roku import normalise
from roku import vocabulary as words

_DIGEST = "[0-9a-f]{64}"
# Printable ASCII, trimmed, without @ and % (an e-mail address needs one of them). It does not begin like a template's
# tag, nor like null, none, n/a, nan or undefined, unless its length rules those out.
_ANY, _LAST = "[ -$&-?A-~]", "[!-$&-?A-~]"
_TEXT = rf"^(?:[0-9A-MO-TV-Za-mo-tv-z#/+.](?:{_ANY}*{_LAST})?|[NUnu]{_ANY}{{3,6}}{_LAST}|[NUnu]{_ANY}{{8,}}{_LAST})$"
_LETTER = "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f"
_IN_NAME = _LETTER + "' -"
# At most 31 characters: a longer one could be another hash's hex.
_NAME = (
    rf"^(?:[A-MO-TV-Za-mo-tv-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f](?:[{_IN_NAME}]{{0,29}}[{_LETTER}])?"
    rf"|[NnUu][{_IN_NAME}]{{3,6}}[{_LETTER}]|[NnUu][{_IN_NAME}]{{8,29}}[{_LETTER}]|{_DIGEST})$"
)
_EMAIL = rf"^(?:[A-Za-z0-9._-][A-Za-z0-9._+-]{{0,63}}@[A-Za-z0-9-]{{1,63}}(?:\.[A-Za-z0-9-]{{1,63}}){{1,8}}|{_DIGEST})$"
_PHONE = rf"^(?:\+?[0-9][0-9 ().-]{{6,30}}|{_DIGEST})$"
_GENDER = rf"^(?:[A-Za-z]{{1,7}}|{_DIGEST})$"
_BIRTH_DATE = rf"^(?:[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}|{_DIGEST})$"
_OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_IPV4 = rf"^(?:25[0-5]|2[0-4][0-9]|1[0-9]{{2}}|[1-9][0-9]?)(?:\.{_OCTET}){{3}}$"
_ADVERTISING_ID = "^[0-9A-Fa-f-]*[1-9A-Fa-f][0-9A-Fa-f-]*$"  # not all zeros
# No user, no fragment, nothing percent-encoded; the names of its parameters are looked at in `read`.
_URL = (
    r"^https?://[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?(?:/[0-9A-Za-z_./~:,!$'()*=-]*)?"
    r"(?:\?[0-9A-Za-z_.~:,!$'()*=&/-]*)?$"
)
_IDENTIFIERS = frozenset(words.IDENTIFIERS)


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
    for name in ("event_source_url", "referrer_url"):
        url = event.get(name)
        if url is not None and "?" in url and has_personal_names(url.partition("?")[2]):
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
    text, place = _text(_TEXT), _text(_TEXT, longest=40)  # no place name is as long as a digest
    device = _text(_ADVERTISING_ID)
    url = _text(_URL)
    whole = cs.int_schema(strict=True, ge=0, lt=10**15)
    amount = cs.union_schema(
        [whole, cs.float_schema(strict=True, ge=0, lt=1e15, allow_inf_nan=False)], mode="left_to_right"
    )
    name_or_number = cs.union_schema([text, whole], mode="left_to_right")
    item = _object(
        {
            "id": name_or_number,
            "quantity": cs.union_schema([_text("^[1-9][0-9]{0,8}$"), whole], mode="left_to_right"),
            "price": amount,
            "delivery_category": cs.literal_schema(list(words.DELIVERY_CATEGORIES)),
        },
        required={"id", "quantity", "price"},
    )
    user = _object(
        {"is_hashed": cs.with_default_schema(cs.bool_schema(strict=True), default=None)}
        | {"em": _text(_EMAIL), "ph": _text(_PHONE), "fn": _text(_NAME), "ln": _text(_NAME)}
        | {"ge": _text(_GENDER), "db": _text(_BIRTH_DATE)}
        | dict.fromkeys(("ct", "st", "zp", "country"), place)
        | {"external_id": text, "client_ip_address": _text(_IPV4), "client_user_agent": text, "subscription_id": text}
        | dict.fromkeys(("aGA", "aID", "aDX", "aGI", "aRI"), device)
        | {"aFC": text}
    )
    custom = _object(
        {
            "value": amount,
            "currency": cs.literal_schema(list(words.CURRENCIES)),
            "content_type": cs.literal_schema(list(words.CONTENT_TYPES)),
            "order_id": text,
            "contents": cs.list_schema(item, strict=True, min_length=1, max_length=words.MAX_CONTENTS),
            "content_ids": cs.list_schema(name_or_number, strict=True, min_length=1, max_length=words.MAX_CONTENTS),
            "num_items": whole,
            "predicted_ltv": amount,
            "purchase_type": cs.literal_schema(list(words.PURCHASE_TYPES)),
            "delivery_category": cs.literal_schema(list(words.DELIVERY_CATEGORIES)),
        }
        | dict.fromkeys(("content_category", "content_name", "search_string", "status"), text)
        | dict.fromkeys(("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content"), text)
    )
    event = _object(
        {
            "event_id": name_or_number,
            "event_name": cs.literal_schema(list(words.EVENT_NAMES)),
            "event_type": cs.with_default_schema(cs.literal_schema(["conversion"]), default="conversion"),
            "event_time": cs.int_schema(strict=True, ge=EARLIEST),
            "event_source": cs.literal_schema(list(words.EVENT_SOURCES)),
            "event_source_url": url,
            "referrer_url": url,
            "user_data": user,
            "custom_data": custom,
            "opt_out": cs.literal_schema(["true", "false"]),
            "partner_name": text,
        },
        required={"event_name", "event_time", "user_data"},
    )
    return SchemaValidator(event)


def _text(pattern: str, longest: int | None = None) -> CoreSchema:
    return cs.str_schema(strict=True, pattern=pattern, max_length=longest)


def _object(fields: Mapping[str, CoreSchema], required: frozenset[str] | set[str] = frozenset()) -> CoreSchema:
    return cs.typed_dict_schema(
        {name: cs.typed_dict_field(schema, required=name in required) for name, schema in fields.items()},
        strict=True,
        extra_behavior="forbid",
    )
