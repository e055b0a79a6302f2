"""Which value of a post is which field: by its name, its shape, and what stands around it. Pure."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.values import places
from pipeline.values.currencies import ISO_4217
from pipeline.values.faults import Fault
from pipeline.values.moments import Habits, moment
from pipeline.values.timestamps import EARLIEST
from relay.proposing.leaves import Leaf

_EMAIL = re.compile(r"[^\s@]{1,64}@[^\s@]+\.[^\s@.]{2,}").fullmatch
_PHONE = re.compile(r"\s?\+?[\d\s().\-/]{7,22}(?:\s?x\d+)?").fullmatch
_SURELY_PHONE = re.compile(r"\+\d{8,15}|\(\d{3}\)\s?\d{3}[- .]\d{4}|\d{3}-\d{3}-\d{4}").fullmatch
_IP = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){2,7}").fullmatch
_NUMBER = re.compile(r"\s?[$€£]?\s?\d{1,3}(?:[.,\s]?\d{3}){0,3}(?:[.,]\d{1,2})?\s?(?:[A-Z]{3}|€)?").fullmatch
_WORD = re.compile(r"[^\W\d_][\w .'-]{0,60}").fullmatch
_URL = re.compile(r"https?://\S+").fullmatch
_FAR = 1_950_000_000  # 2031: from 2.0e9 on ten digits are a phone number of North America
_NOBODY = ("agent", "owner", "staff", "host", "merchant", "seller", "assigned", "rep", "store", "company", "business",
           "shop", "vendor", "location", "account", "organizer", "employee", "createdby", "publisher", "destination",
           "profile", "sender")  # fmt: skip


def text_of(value: Any) -> str:
    """A scalar as text."""
    return "" if value is None or isinstance(value, dict | list) else str(value)


def is_time(value: Any) -> bool:
    """Whether the value is a moment of this century, in whatever notation."""
    text = text_of(value).strip()
    if isinstance(value, bool) or not text:
        return False
    if re.fullmatch(r"\d{10}(?:\.\d+)?|\d{13}|\d{16}", text):
        return EARLIEST <= float(text) / 10.0 ** (3 * ((len(text.partition(".")[0]) - 10) // 3)) < _FAR
    if len(text) < 8 or text.isdigit():
        return False
    try:
        moment(text, Habits(order="mdy"))
    except Fault:
        try:
            moment(text, Habits(order="dmy"))
        except Fault:
            return False
    return True


def _is_phone(value: Any) -> bool:
    text = text_of(value)
    return _PHONE(text) is not None and 7 <= sum(map(str.isdigit, text)) <= 15 and not is_time(value)


def _matches(pattern: Callable[[str], Any]) -> Callable[[Any], bool]:
    def fits(value: Any) -> bool:
        return not isinstance(value, bool) and pattern(text_of(value).strip()) is not None

    return fits


def _is_state(value: Any) -> bool:
    """Whether it is a state of a country that writes them in addresses; an order's state is none."""
    text = text_of(value)
    return any(places.state(text, None, code) is not None for code in ("US", "CA", "AU", "MX"))


def _is_id(value: Any) -> bool:
    text = text_of(value)
    return not isinstance(value, bool | float) and 0 < len(text) <= 200 and " " not in text and not _EMAIL(text)


@dataclass(frozen=True, slots=True)
class Target:
    """A field: the names that mean it, the best first; its shape; what around or within a name speaks against it.

    `by_shape`: this shape alone is enough.
    """

    field: str
    names: tuple[str, ...]
    fits: Callable[[Any], bool]
    against: tuple[str, ...] = ()
    by_shape: Callable[[Any], bool] = lambda _: False


_text, _place = _matches(_WORD), _matches(re.compile(r"[\w .,'-]{1,60}").fullmatch)

TARGETS = (
    Target("user_data.em", ("email", "emailaddress", "mail", "customeremail", "contactemail", "useremail"),
           _matches(_EMAIL), _NOBODY, by_shape=_matches(_EMAIL)),
    Target("user_data.ph", ("phone", "phonenumber", "telephone", "mobile", "mobilephone", "cell", "cellphone", "tel",
                            "callernumber", "caller", "callerid", "callerphone", "from", "fromnumber", "ani",
                          "msisdn",
                            "contactphone", "customerphone", "number", "full"),
           _is_phone, (*_NOBODY, "tracking", "called", "dialed", "fax", "target", "tonumber", "dnis", "agent",
                          "order",
                       "invoice", "card", "id"), by_shape=_matches(_SURELY_PHONE)),
    Target("user_data.fn", ("firstname", "fname", "givenname", "forename", "first", "given"), _text, _NOBODY),
    Target("user_data.ln", ("lastname", "lname", "surname", "familyname", "last", "family"), _text, _NOBODY),
    Target("user_data.ct", ("city", "town", "locality", "callercity"), _text, (*_NOBODY, "shipping")),
    Target("user_data.st", ("state", "province", "statecode", "provincecode", "region", "regioncode", "callerstate"),
           _is_state, (*_NOBODY, "shipping", "lead", "order", "payment")),
    Target("user_data.zp", ("zip", "zipcode", "postalcode", "postcode", "postal", "callerzip"),
           _matches(re.compile(r"[\w -]{3,10}").fullmatch), (*_NOBODY, "shipping")),
    Target("user_data.country", ("countrycode", "country", "countryiso2", "countryid"),
           lambda value: isinstance(value, str) and places.country(value) is not None, (*_NOBODY, "shipping")),
    Target("user_data.client_ip_address", ("ip", "ipaddress", "clientip", "customeripaddress", "remoteip",
                          "browserip",
                                           "userip"), _matches(_IP), _NOBODY),
    Target("user_data.client_user_agent", ("useragent", "ua", "customeruseragent", "browseruseragent"),
           lambda value: "Mozilla/" in text_of(value), _NOBODY),
    Target("user_data.external_id", ("customerid", "userid", "contactid", "clientid", "patientid", "memberid",
                                     "visitorid", "personid"), _is_id, ()),
    Target("event_time", ("paidat", "datepaidgmt", "datepaid", "completedat", "occurredat", "eventtime",
                          "convertedat",
                          "submittedat", "purchasedat", "orderedat", "bookedat", "processedat", "receivedat",
                          "createdat", "datecreatedgmt", "datecreated", "createddate", "createdtime", "createdon",
                          "creationdate", "created", "timestamp", "eventtimestamp", "calltime", "callstart",
                          "callstarttime", "startedat", "started", "starttime", "orderdate", "transactiondate",
                          "submissiondate",                          "closedate", "datetime", "date", "time", "ts",
                          "at", "when", "booked", "happenedat",
                          "placedat", "wontime", "createtime", "timesubmitted"),
           is_time, ("updated", "modified", "expires", "birth", "due", "end", "trial", "scheduled", "appointment",
                     "slot", "reservation", "period", "next")),
    Target("custom_data.value", ("grandtotal", "ordertotal", "totalprice", "totalamount", "totalmoney", "amounttotal",
                                 "total",                                 "totalinctax", "amountpaid", "amount",
                          "revenue", "conversionvalue", "salevalue",
                                 "salesvalue", "dealvalue", "value", "price", "payout", "saleamount", "fee", "sum",
                                 "subtotal", "quotevalue", "paymentamount", "amountcents", "totalcents", "cents"),
           _matches(_NUMBER), ("tax", "discount", "shipping", "refund", "tip", "item", "product", "line", "balance",
                               "score", "custom", "max", "min")),
    Target("event_id", ("orderid", "incrementid", "leadid", "callid", "calluuid", "callsid", "submissionid",
                        "bookingid", "appointmentid", "invoiceid", "paymentid", "conversionid", "dealid", "uuid",
                          "id",
                        "ordernumber", "transactionid", "hsobjectid", "objectid", "recordid",
                        "vid", "uid", "reference", "ref", "token", "referencenumber", "number", "txid",
                        "uri", "responseid",                        "entryid", "guid", "sid", "eventid", "messageid"),
           _is_id, ("item", "product", "customer", "user", "account", "campaign", "form", "address", "webhook", "ad",
                    "organization", "location", "merchant", "company", "store", "contact", "owner", "publisher",
                    "buyer", "parent", "session", "portal", "app", "plan", "metadata", "field", "email", "phone",
                    "organizer", "host", "agent")),
    Target("custom_data.currency", ("currency", "currencycode", "currencyiso", "currencyisocode", "ordercurrencycode",
                                    "code"),
           lambda value: text_of(value).strip().upper() in ISO_4217, ()),
    Target("event_source_url", ("landingpage", "landingpageurl", "landingurl", "pageurl", "sourceurl", "page", "url",
                                "leadurl"), _matches(_URL),
           ("recording", "hook", "avatar", "image", "cancel", "status")),
    *(Target(f"custom_data.utm_{name}", (f"utm{name}", name), _place, ("data", "lead", "payment", "card", "video"))
      for name in ("source", "medium", "campaign", "term", "content")),
)  # fmt: skip


def best(target: Target, found: Sequence[Leaf], taken: Mapping[str, Leaf]) -> Leaf | None:
    """The value that is this field most probably, or None. `taken` are those of other fields, by field."""
    paths = {leaf.path for leaf in taken.values()}
    scored = [
        (score, -place, leaf)
        for place, leaf in enumerate(found)
        if leaf.path not in paths and target.fits(leaf.value) and (score := _score(target, leaf, taken)) > 0
    ]
    return max(scored, key=lambda one: one[:2])[2] if scored else None


def _score(target: Target, leaf: Leaf, taken: Mapping[str, Leaf]) -> float:
    named = _by_name(target, leaf)
    if named == 0 and not target.by_shape(leaf.value):
        return 0
    against = sum(word in leaf.name for word in target.against) if named < 1 else 0
    if target.field == "event_id":
        if any(name.removesuffix("s") in target.against for name in leaf.around):
            return 0
        named += _of_the_conversion(leaf, taken)
    elif target.field == "event_time":
        named += _of_the_conversion(leaf, taken) / 3
        against += sum(name.startswith(target.against) for name in leaf.around)
    else:
        against += sum(name.startswith(target.against) for name in leaf.around if target.against)
    return 1 + named * 10 - against * 6 - len(leaf.names) * 0.2


def _of_the_conversion(leaf: Leaf, taken: Mapping[str, Leaf]) -> float:
    """An id beside the amount is the order's, one of the envelope is the notification's."""
    near = taken.get("custom_data.value") or taken.get("user_data.em") or taken.get("user_data.ph")
    if near is None:
        return 0
    place = leaf.names[:-1]
    return 0.3 * len(place) if place == near.names[: len(place)] else 0


def _by_name(target: Target, leaf: Leaf) -> float:
    """How well the name says that it is this field: 1 the best name, 0 it does not."""
    count = len(target.names)
    if leaf.name in target.names:
        return 1.5 - target.names.index(leaf.name) / count
    inner = (place for place, name in enumerate(target.names) if len(name) > 3 and name in leaf.name)
    # A question is a sentence: "What is your email?"
    return max((0.5 - place / count / 4 for place in inner), default=0)
