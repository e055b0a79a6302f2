"""What people call the fields of a conversion -> where they stand in the language of /v1/events. Pure.

Names are compared without case, spaces and punctuation: `Order ID`, `order_id` and `orderId` are one. Besides the
fields' own names, alone (`em`) or with their place (`user_data.em`), these are known: what Google's and Meta's files of
offline conversions call them, and the usual columns of CRM and shop exports. A name that means something else in such
exports is not among them: `Name` is a person or an order, `Source` a campaign, `Price` one item's.
"""

import re

from pipeline import hints
from sources import campaigns

Path = tuple[str, str]  # where a field stands: ("user_data", "em"), or ("", "event_name") in the conversion itself

_EVENT = {
    "event_name": "event conversion_name",
    "event_type": "",
    "event_time": (
        "time timestamp date datetime event_date conversion_time conversion_date order_date order_time purchase_date"
        " purchase_time transaction_date transaction_time sale_date close_date closed_date paid_at created_at"
    ),
    "event_id": "conversion_id",
    "event_source": "action_source",
    "event_source_url": "url page_url source_url landing_page landing_page_url",
    "referrer_url": "referrer referer referer_url",
    "opt_out": "limited_data_use ldu",
    "partner_name": "partner",
    "is_hashed": "",
    "data_processing_country": "",
    "event_group_id": "event_group",
}
_USER = {
    "em": (
        "email email_address mail customer_email user_email contact_email primary_email work_email hashed_email"
        " email_hash email_sha256 sha256_email sha256_email_address"
    ),
    "ph": (
        "phone phone_number mobile mobile_phone mobile_number mobile_phone_number tel telephone cell cell_phone"
        " customer_phone contact_phone primary_phone hashed_phone phone_hash phone_sha256 sha256_phone_number"
    ),
    "fn": "first_name given_name forename fname",
    "ln": "last_name family_name surname lname",
    "ge": "gender sex gen",
    "db": "dob birthdate birthday date_of_birth",
    "ct": "city town billing_city mailing_city",
    "st": "state province region state_region state_province billing_state billing_province mailing_state",
    "zp": "zip zip_code postal_code postcode billing_zip billing_postal_code mailing_postal_code",
    "country": "country_code billing_country mailing_country",
    "external_id": "extern_id user_id customer_id contact_id member_id loyalty_id",
    "client_ip_address": "ip ip_address client_ip",
    "client_user_agent": "user_agent ua",
    "subscription_id": "",
    "aGA": "gaid aaid google_advertising_id android_advertising_id",
    "aID": "idfa apple_advertising_id",
    "aDX": "",
    "aGI": "generic_advertising_id",
    "aRI": "rida roku_advertising_id",
    "aFC": "first_party_cookie",
    "idfv": "",
}
_CUSTOM = {
    "value": (
        "amount revenue total order_value order_total order_amount total_price grand_total sale_amount sales_amount"
        " purchase_value transaction_total conversion_value"
    ),
    "currency": "currency_code currency_iso_code order_currency conversion_currency",
    "order_id": "order_number order_no transaction_id transaction_number invoice_number receipt_number",
    "num_items": "number_of_items item_count quantity",
    "contents": "items products line_items",
    "content_ids": "product_ids product_id sku skus",
    "content_name": "product_name",
    "content_category": "category product_category",
    "content_type": "",
    "predicted_ltv": "ltv",
    "search_string": "search_term query",
    "status": "order_status",
    "purchase_type": "",
    "delivery_category": "",
    **dict.fromkeys(campaigns.UTM, ""),
}
_CLICKS = dict.fromkeys(campaigns.CLICK_IDS, "") | {"gclid": "google_click_id", "rtid": "rokt_tracking_id"}
_SECTIONS = {"": _EVENT, "user_data": _USER, "custom_data": _CUSTOM, "click_ids": _CLICKS}
EVENT_FIELDS = frozenset(_EVENT)

_NOT_WORD = re.compile(r"[\W_]+")
_LONGEST = 200  # characters of a name that are looked at


def fold(name: str) -> str:
    """The name in lower case, its letters and digits alone."""
    return _NOT_WORD.sub("", name[:_LONGEST].lower())


def _table() -> dict[str, Path]:
    table: dict[str, Path] = {}
    for section, known in _SECTIONS.items():
        for field, others in known.items():
            for name in (field, f"{section}{field}", *others.split()):
                if table.setdefault(fold(name), (section, field)) != (section, field):
                    raise ValueError(f"{name} means two fields")
    return table


_PATHS = _table()
_FOLDED = tuple(_PATHS)


def find(name: str) -> Path | None:
    """The field that is meant, or None."""
    return find_folded(fold(name))


def find_folded(folded: str) -> Path | None:
    """The field that is meant by a name that `fold` has seen, or None."""
    return _PATHS.get(folded)


def nearest(name: str) -> str | None:
    """The known field with the most similar name, such as `user_data.em`, or None."""
    close = hints.nearest(fold(name), _FOLDED)
    return spelled(_PATHS[close]) if close else None


def spelled(path: Path) -> str:
    """The field with its place, as /v1/events names it in its warnings."""
    return ".".join(filter(None, path))
