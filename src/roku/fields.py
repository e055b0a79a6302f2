"""The fields of a conversion as Roku takes them, one line each. Pure.

Sources: Roku's Events API page (fields and lists), the Ringba guide (identifiers), Tealium's connector guide. What an
optional field needs is a line here: `pipeline.values.field` says what follows from it.
"""

from functools import partial
from typing import Any

from pipeline.values import kinds, limits, mailboxes, phone, phone_texts, shapes
from pipeline.values.field import OBJECT, Field, Fields, Kind, Table
from pipeline.values.kinds import AMOUNT, DEVICE, PLACE, REFERENCE, TEXT, choice, personal
from roku import flags, homes, normalise
from roku import vocabulary as words
from roku.contents import CONTENT_IDS, CONTENTS, DELIVERY_CATEGORY, ITEM

_NAME = personal(normalise.name, shapes.NAME, normalise.usual_name)
_GENDER = kinds.one_of(normalise.gender, "female", "male", "unknown")
_BIRTH_DATE = shapes.like(rf"^(?:[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}|{shapes.DIGEST})$")


_SOURCE = choice(*words.EVENT_SOURCES)


def _source(value: Any, notes: list[str]) -> str | None:
    """One of the page's sources; any other is "other", which the page lists too."""
    said: list[str] = []
    word: str | None = _SOURCE.rule(value, said)
    if word is None and said and isinstance(value, str):
        notes.append(f"{said[-1]}; it was sent as other")
        return "other"
    notes += said
    return word


_COUNTRY = Kind(homes.phones_country, homes.COUNTRY.usual, kinds.STRING)

CUSTOM: Fields = (
    Field(
        "value",
        AMOUNT,
        "amount revenue total order_value order_total order_amount total_price grand_total sale_amount sales_amount"
        " purchase_value transaction_total conversion_value",
        hint="price",  # in a file, of one item
        says="What the conversion is worth, in `currency`.",
    ),
    Field("currency", choice(*words.CURRENCIES), "currency_code currency_iso_code order_currency conversion_currency"),
    Field("content_type", choice(*words.CONTENT_TYPES)),
    Field(
        "order_id", REFERENCE, "order_number order_no transaction_id transaction_number invoice_number receipt_number"
    ),
    Field(
        "contents",
        CONTENTS,
        "items products line_items",
        says="What was bought: an item without its three fields is dropped.",
    ),
    Field("content_ids", CONTENT_IDS, "product_ids product_id sku skus"),
    Field("num_items", kinds.INTEGER, "number_of_items item_count quantity"),
    Field("predicted_ltv", AMOUNT, "ltv", says="What the customer will be worth in all, in `currency`."),
    Field("purchase_type", choice(*words.PURCHASE_TYPES)),
    Field("delivery_category", DELIVERY_CATEGORY),
    Field("content_category", TEXT, "category product_category"),
    Field("content_name", TEXT, "product_name"),
    Field("search_string", TEXT, "search_term query"),
    Field("status", TEXT, "order_status"),
    Field("utm_source", TEXT),
    Field("utm_medium", TEXT),
    Field("utm_campaign", TEXT),
    Field("utm_term", TEXT),
    Field("utm_content", TEXT),
)


def user(settings: normalise.Settings, country: str | None, year: int, home: str | None = None) -> Fields:
    """The fields of `user_data`. `country`: of the number, `home`: of the address, as the record says; `year`: now."""
    here, home = country or settings.default_country, home or country
    number = partial(
        phone.normalise,
        form=settings.phone_format,
        country=here,
        as_it_stands=settings.phone_without_country == "as_it_stands",
    )
    return (
        Field("is_hashed", flags.IS_HASHED, in_files=False, says="Each value is looked at in any case."),
        Field(
            "em",
            personal(normalise.email, shapes.EMAIL, normalise.usual_email, unwrap=mailboxes.one_address),
            "email email_address mail customer_email user_email contact_email primary_email work_email hashed_email"
            " email_hash email_sha256 sha256_email sha256_email_address",
            says="E-mail address.",
        ),
        Field(
            "ph",
            personal(number, shapes.PHONE_WITH_PLUS, unwrap=phone_texts.one_number),
            "phone phone_number mobile mobile_phone mobile_number mobile_phone_number tel telephone cell cell_phone"
            " customer_phone contact_phone primary_phone billing_phone shipping_phone hashed_phone phone_hash"
            " phone_sha256",
            says="Phone number.",
        ),
        Field("fn", _NAME, "first_name given_name forename fname", says="First name."),
        Field("ln", _NAME, "last_name family_name surname lname", says="Last name."),
        Field("ge", _GENDER, "gender sex gen", says="Gender: male, female or unknown."),
        Field(
            "db",
            personal(partial(normalise.birth_date, year=year), _BIRTH_DATE, partial(normalise.iso_date, year=year)),
            "dob birthdate birthday date_of_birth",
            says="Date of birth, as yyyy-mm-dd.",
        ),
        Field("ct", PLACE, "city town billing_city mailing_city", says="City."),
        Field(
            "st",
            homes.state(home, settings.default_country),
            "state province region state_region state_province billing_state billing_province mailing_state",
            says="State: a code becomes the complete name.",
        ),
        Field(
            "zp",
            homes.postal_code(home or here),
            "zip zip_code postal_code postcode billing_zip billing_postal_code mailing_postal_code",
            says="Postal code.",
        ),
        Field(
            "country",
            homes.COUNTRY,
            "country_code billing_country mailing_country",
            says="Country: it is sent as two letters (ISO 3166), whether it comes as a code or a name.",
        ),
        Field(
            "external_id",
            REFERENCE,
            "extern_id user_id customer_id contact_id member_id loyalty_id",
            says="Your own id of the person.",
        ),
        Field("client_ip_address", kinds.IP_ADDRESS, "ip ip_address client_ip"),
        Field("client_user_agent", kinds.AGENT, "user_agent ua"),
        Field("subscription_id", REFERENCE),
        Field(
            "aGA", DEVICE, "gaid aaid google_advertising_id android_advertising_id", says="Android's advertising id."
        ),
        Field("aID", DEVICE, "idfa apple_advertising_id", says="Apple's advertising id."),
        Field("aDX", DEVICE, says="A device id."),
        Field("aGI", DEVICE, "generic_advertising_id", says="An advertising id of any kind."),
        Field("aRI", DEVICE, "rida roku_advertising_id", says="Roku's advertising id."),
        Field("aFC", REFERENCE, "first_party_cookie", hint="fbp"),  # Meta's own cookie, as a rule
        Field("data_processing_country", _COUNTRY, in_files=False),
    )


EVENT: Fields = (
    Field(
        "event_id",
        kinds.EVENT_ID,
        "conversion_id",
        hint="id message_id",  # of anything
        says="Derived from the content if it is missing; of more than 1,000 characters the SHA-256 digest is sent.",
    ),
    # A name may be a person's, a type, a source and an id anything's.
    Field("event_name", choice(*words.EVENT_NAMES), "event conversion_name", hint="name", needed=True),
    Field("event_type", flags.EVENT_TYPE, hint="type"),
    Field(
        "event_time",
        kinds.TIME,
        "time timestamp date datetime event_date conversion_time conversion_date order_date order_time purchase_date"
        " purchase_time transaction_date transaction_time sale_date close_date closed_date paid_at created_at"
        " created_time called_at",
        says="Epoch seconds; milliseconds, microseconds, nanoseconds and ISO 8601 are read too.",
        needed=True,
    ),
    Field("event_source", _SOURCE._replace(rule=_source), "action_source", hint="source"),
    Field("event_source_url", kinds.PAGE, "url page_url source_url landing_page landing_page_url"),
    Field("referrer_url", kinds.PAGE, "referrer referer referer_url"),
    Field("user_data", OBJECT, hint="user", in_files=False, needed=True),
    Field("custom_data", OBJECT, hint="properties", in_files=False),
    Field("opt_out", kinds.OPT_OUT, says='"true" limits the use of the data.'),
    Field("partner_name", kinds.text(limits.PARTNER), "partner", says="At most 20 different ones in one post."),
    Field("is_hashed", flags.FLAG, says="Accepted for Ringba's sake; each value is looked at in any case."),
    Field(
        "data_processing_country",
        _COUNTRY,
        says="The country of phone numbers without a calling code, as a code or a name.",
    ),
)
TABLE: Table = {
    "": EVENT,
    "user_data": user(normalise.Settings(), None, 9999),
    "custom_data": CUSTOM,
    "custom_data.contents": ITEM,
}
# What is sent of an event, in this order: what names it comes first. The rest says how to read it.
SENT = tuple(one.name for one in EVENT if one.name not in ("is_hashed", "data_processing_country"))
AMOUNTS = tuple(one.name for one in CUSTOM if one.kind is AMOUNT)
