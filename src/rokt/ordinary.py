"""An ordinary conversion -> the facts about it, in one pass; or None. Pure.

One schema, run by pydantic-core, says what «ordinary» means: every field that Rokt has a use for is of its plain type,
trimmed, no placeholder, nothing that looks like personal data where none belongs. What passes needs only hashing and
costs half as much; what does not is read by `conversion`, which finds out why. Whatever passes here comes out of
`conversion` the same, without a warning (tests/unit/test_rokt_ordinary.py). What a sender may name as he likes, his own
attributes and click ids, both read with the same functions.
"""

from collections.abc import Callable, Mapping
from functools import cache
from hashlib import sha256
from typing import Any

from pydantic_core import CoreSchema, SchemaValidator
from pydantic_core import core_schema as cs

from pipeline import fields, limits, persons, shapes
from pipeline.currencies import ISO_4217
from pipeline.digests import DIGESTS_OF_NOTHING
from pipeline.timestamps import EARLIEST
from rokt import conversion as conversions
from rokt import normalise, person, properties, rules
from rokt.conversion import AHEAD, OLDEST, Facts
from rokt.person import Personal
from rokt.settings import Settings

_ZIP = rf"^(?:[0-9A-MO-TV-Za-mo-tv-z][0-9A-Za-z -]{{1,14}}[0-9A-Za-z]|{shapes.DIGEST})$"
_UUID, _NOT_ZERO = "^[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$", "[1-9a-fA-F]"
_RTID = "^[0-9A-Za-z][0-9A-Za-z_.~+/=-]{9,255}$"  # longer than any placeholder


def _without_spaces(text: str) -> str:
    return text.replace(" ", "")


def _name(text: str) -> str:
    return text.lower().replace(" ", "")


# The field, its name at Rokt, the setting that says whether it is hashed, how it is normalised before that, and how in
# clear: of the rules in `normalise` only what the schema left to do.
_PERSONAL: tuple[tuple[str, str, str, Callable[[str], str], Callable[[str], str]], ...] = (
    ("em", "email", "hash_email", str.lower, str.lower),
    ("fn", "firstname", "hash_first_name", _name, str),
    ("ln", "lastname", "hash_last_name", _name, str),
    ("ph", "mobile", "hash_mobile", normalise.mobile, normalise.mobile),
    ("zp", "billingzip", "hash_billing_zip", _without_spaces, _without_spaces),
)


def read(conversion: Mapping[str, Any], *, now: float, settings: Settings) -> Facts | None:
    """Return the facts, or None if anything is unusual; arguments as in `conversion.read`."""
    try:
        event: dict[str, Any] = _schema().validate_python(conversion)
        user: dict[str, Any] = event.get("user_data", {})
        data = _data(user, settings)
        _finish_traits(user, now, settings)
    except ValueError:  # of the schema, or a rule's Fault
        return None
    seconds, oldest = event["event_time"], OLDEST[settings.api]
    if seconds > now + AHEAD[settings.api] or (oldest is not None and seconds < now - oldest):
        return None
    warnings: fields.Warnings = []
    custom = conversion.get("custom_data", {})
    attributes = properties.attributes(custom, event.get("attributes", {}), False, warnings)
    rtid = conversions.click_id(conversion, event.get("rtid"), warnings)
    if warnings or conversions.is_audience_update(event["event_name"]):
        return None
    purchase = event.get("custom_data", {})
    if type(purchase.get("order_id")) is int:
        purchase["order_id"] = str(purchase["order_id"])
    event_id = event.get("event_id")
    return Facts(
        name=event["event_name"],
        event_id=str(event_id) if type(event_id) is int else event_id,
        seconds=seconds,
        who=person.of(data, user),
        rtid=rtid,
        purchase=properties.bought(purchase, custom),
        attributes=attributes,
        audience=None,
    )


def _data(user: Mapping[str, Any], settings: Settings) -> dict[str, Personal]:
    """What is hashed, or would be if the settings said so. Raises ValueError."""
    data = {}
    for ours, rokt, switch, normalised, clear in _PERSONAL:
        if ours not in user:
            continue
        value = user[ours]
        if len(value) == 64 and "@" not in value:  # an address may be as long as a digest
            if value in DIGESTS_OF_NOTHING:
                raise ValueError
            data[rokt] = Personal(value, True)
        elif getattr(settings, switch):
            data[rokt] = Personal(sha256(normalised(value).encode()).hexdigest(), True)
        else:
            data[rokt] = Personal(clear(value), False)
    return data


def _finish_traits(user: dict[str, Any], now: float, settings: Settings) -> None:
    """Normalise what is sent only in clear. Raises ValueError."""
    if "ge" in user:
        user["ge"] = normalise.gender(user["ge"])
    if "db" in user:
        if settings.send_birth_date:
            user["db"] = normalise.birth_date(user["db"], persons.year(now))
        else:
            del user["db"]


@cache
def _schema() -> SchemaValidator:
    """Built once, at first use. Other fields are ignored, but in `custom_data`, where `read` looks at them."""
    text, device = shapes.text(), cs.chain_schema([shapes.like(_UUID), shapes.like(_NOT_ZERO)])
    user = _record(
        {"em": shapes.EMAIL, "ph": shapes.PHONE, "fn": shapes.NAME, "ln": shapes.NAME, "zp": shapes.like(_ZIP)}
        | {"ge": cs.literal_schema([*"mfMF", "male", "female", "Male", "Female"]), "db": cs.str_schema(strict=True)}
        | dict.fromkeys(("ct", "st", "country"), shapes.PLACE)
        | {"external_id": text, "client_ip_address": shapes.IPV4, "client_user_agent": shapes.agent()}
        | dict.fromkeys(("aID", "AID", "aGA", "idfv"), device)
    )
    no_audience = dict.fromkeys(("audience_name", "audience_membership"), cs.none_schema())
    custom = _record(
        {"value": shapes.AMOUNT, "currency": cs.literal_schema(sorted(ISO_4217)), "num_items": shapes.WHOLE}
        | {"order_id": shapes.either(text, shapes.WHOLE), "content_name": text}
        | no_audience
    )
    event = _record(
        {"event_name": shapes.text(rules.LONGEST_NAME), "event_time": cs.int_schema(strict=True, ge=EARLIEST)}
        | {"event_id": shapes.either(shapes.text(limits.EVENT_ID), shapes.WHOLE), "rtid": shapes.like(_RTID)}
        | {"user_data": user, "custom_data": custom, "attributes": cs.dict_schema(strict=True)}
        | no_audience,
        required={"event_name", "event_time"},
    )
    return SchemaValidator(event)


def _record(known: Mapping[str, CoreSchema], required: frozenset[str] | set[str] = frozenset()) -> CoreSchema:
    return shapes.record(known, required=required, others="ignore")
