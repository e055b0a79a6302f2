"""The fields of a conversion as Rokt takes them, one line each. Pure.

Sources: Rokt's pages of the Conversions API and the Event API. What an optional field needs is a line here:
`pipeline.values.field` says what follows from it. Any other field of `custom_data` is an attribute (`rokt.properties`).
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from pydantic_core import core_schema as cs

from pipeline.values import kinds, limits, mailboxes, persons, phone_texts, shapes
from pipeline.values.currencies import ISO_4217
from pipeline.values.field import OBJECT, Field, Fields, Kind, Table, unchecked
from pipeline.values.kinds import PLACE, STRING
from rokt import normalise, rules
from rokt.personal import in_clear, personal
from rokt.settings import Settings

_UUID, _NOT_ZERO = "^[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$", "[1-9a-fA-F]"
_DEVICE = Kind(rules.device_id, cs.chain_schema([shapes.like(_UUID), shapes.like(_NOT_ZERO)]), STRING)
_NEVER = cs.none_schema()  # whatever it holds needs a closer look
_ANDROID = _DEVICE._replace(rule=rules.android_id)
_RTID = Kind(rules.rtid, shapes.like("^[0-9A-Za-z][0-9A-Za-z_.~+/=-]{9,255}$"), STRING)  # longer than any placeholder
_ZIP = shapes.like(rf"^(?:[0-9A-MO-TV-Za-mo-tv-z][0-9A-Za-z -]{{1,14}}[0-9A-Za-z]|{shapes.DIGEST})$")
_GENDER = cs.literal_schema([*"mfMF", "male", "female", "Male", "Female"])
_NAME = kinds.text(rules.LONGEST_NAME)._replace(rule=rules.event_name, finish=None)  # its shape has the length
_CURRENCY = Kind(rules.currency, cs.literal_schema(sorted(ISO_4217)), STRING)
_ONLY_ONE = "The id of the only product is sent."


def _id(kind: Kind, longest: int) -> Kind:
    """The same, finished by the schema without a call into Python: most conversions have two of them."""
    usual = shapes.either(shapes.identity(longest), shapes.then(str, shapes.POSITIVE))
    return kind._replace(usual=usual, finish=None)


_REFERENCE = _id(kinds.id_of(rules.reference), limits.TEXT)


def _unchecked(json: Mapping[str, Any]) -> Kind:
    """What is looked at before anything else, or where it is needed."""
    return Kind(unchecked, None, json)


_ATTRIBUTES = Kind(
    unchecked,
    cs.dict_schema(strict=True),
    {**OBJECT.json, "additionalProperties": {"type": ["string", "number", "boolean"]}},
)


def _without_spaces(text: str) -> str:
    return text.replace(" ", "")


# An update of an audience is not a row of conversions.
AUDIENCE: Fields = (
    Field(
        "audience_name",
        Kind(rules.label, _NEVER, STRING, asks=False),
        says="An audience of Rokt's that the person joins or leaves.",
        in_files=False,
    ),
    Field(
        "audience_membership",
        Kind(rules.membership, _NEVER, {"type": ["boolean", "string"]}, asks=False),
        says="true to join, false to leave.",
        in_files=False,
    ),
)
CUSTOM: Fields = (
    Field("order_id", _REFERENCE, to="confirmationref"),
    Field("value", kinds.AMOUNT, to="amount"),
    Field("currency", _CURRENCY, says="A code of ISO 4217.", to="currency"),
    Field("num_items", kinds.INTEGER, to="quantity"),
    Field("content_name", kinds.TEXT, to="productname"),
    Field("contents", _unchecked({"type": "array", "items": OBJECT.json}), says=_ONLY_ONE),
    Field("content_ids", _unchecked({"type": "array", "items": {"type": ["string", "integer"]}}), says=_ONLY_ONE),
)


def _data(settings: Settings, country: str | None) -> Fields:
    """What of `user_data` Rokt takes both hashed and in clear."""
    email = partial(personal, normalise.email, shapes.EMAIL, normalise.usual_email, unwrap=mailboxes.one_address)
    names = partial(personal, normalise.name, shapes.NAME, normalise.usual_name, clear=normalise.clear_name)
    if settings.hashed_names == "as_written":  # which is how Segment's own destination hashes them
        names = partial(personal, persons.name, shapes.NAME, normalise.clear_name)
    number = partial(normalise.mobile, country=country)
    # With its country's code it is the same number whatever the record's country is.
    mobile = partial(personal, number, shapes.PHONE_WITH_PLUS, unwrap=phone_texts.one_number)
    zip_code = partial(personal, normalise.zip_code, _ZIP, _without_spaces)
    return (
        Field("em", email(hashes=settings.hash_email), to="email"),
        Field("fn", names(hashes=settings.hash_first_name), to="firstname"),
        Field("ln", names(hashes=settings.hash_last_name), to="lastname"),
        Field("ph", mobile(hashes=settings.hash_mobile), to="mobile"),
        Field("zp", zip_code(hashes=settings.hash_billing_zip), to="billingzip"),
    )


def _traits(settings: Settings, year: int) -> Fields:
    """What it takes only in clear."""
    born = Field("db", in_clear(partial(normalise.birth_date, year=year), cs.str_schema(strict=True)), to="dob")
    return (
        *([born] if settings.send_birth_date else []),
        Field("ge", in_clear(normalise.gender, _GENDER), to="gender"),
        Field("ct", PLACE, to="city"),
        Field("st", PLACE, to="state"),
        Field("country", PLACE, to="country"),
    )


# The vendor page's sentence spells aID in capitals; aID itself comes later, so that it counts where both are posted.
_DEVICES: Fields = (
    Field("AID", _DEVICE, says="Another spelling of aID.", to="ios_advertising_id", in_files=False),
    Field("aID", _DEVICE, says="A UUID.", to="ios_advertising_id"),
    Field("aGA", _DEVICE, says="A UUID.", to="android_advertising_id"),
    Field("idfv", _DEVICE, says="The id of an iOS app's vendor: a UUID.", to="ios_idfv"),
    Field("android_uuid", _ANDROID, says="The id of an Android device.", to="android_uuid"),
)


def user(settings: Settings, year: int, country: str | None) -> Fields:
    """The fields of `user_data`. `year`: nobody is born later; `country` as in `rokt.normalise.mobile`."""
    return (
        *_data(settings, country),
        *_traits(settings, year),
        Field("external_id", _REFERENCE, to="customerid"),
        Field("client_ip_address", kinds.IP_ADDRESS, to="ip"),
        Field("client_user_agent", kinds.AGENT, to="http_header_user_agent"),
        *_DEVICES,
    )


EVENT: Fields = (
    Field(
        "event_name",
        _NAME,
        says="Any; audiencemembershipupdate and userattributesupdate are no conversions.",
        needed=True,
    ),
    Field("event_time", kinds.TIME, needed=True),
    Field(
        "conversion_type",
        _NAME,
        says="Your own word for the event, such as seatupgrade: the type of the conversion in place of event_name.",
    ),
    Field("event_id", _id(kinds.EVENT_ID, limits.EVENT_ID)),
    # In a file it is one of the click ids.
    Field("rtid", _RTID, says="The click id; else that of click_ids or of event_source_url.", in_files=False),
    Field(
        "click_ids",
        _unchecked({**OBJECT.json, "additionalProperties": STRING}),
        says="Click ids of the landing page (gclid, rtid, ...).",
        in_files=False,
    ),
    Field("event_source_url", _unchecked(STRING), says="A click id in it is taken."),
    Field("user_data", OBJECT, in_files=False),
    Field("custom_data", OBJECT, in_files=False),
    Field(
        "attributes",
        _ATTRIBUTES,
        says="Attributes of your own: at most 100 are sent, and none that is named after a person's data.",
        in_files=False,
    ),
    Field(
        "user_attributes",
        Kind(unchecked, _NEVER, {**OBJECT.json, "additionalProperties": True}),
        says="Attributes of the person, of your own: texts, numbers, true, false, and arrays of them.",
        in_files=False,
    ),
    *AUDIENCE,
    Field("opt_out", _unchecked(kinds.OPT_OUT.json), says="A conversion of a person who opted out is withheld."),
)
CLICKS: Fields = (
    Field("rtid", _RTID, "rokt_tracking_id"),
    Field("rclid", _RTID),
)
TABLE: Table = {
    "": EVENT,
    "user_data": user(Settings(send_birth_date=True), 9999, None),
    "custom_data": (*CUSTOM, *AUDIENCE),
    "click_ids": CLICKS,
}
_TO = {one.name: one.to for section in ("user_data", "custom_data") for one in TABLE[section] if one.to}


def at_rokt(kept: Mapping[str, Any]) -> dict[str, Any]:
    """These values under Rokt's names; those without one are left out."""
    return {_TO[name]: value for name, value in kept.items() if name in _TO}
