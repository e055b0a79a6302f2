"""What passes as ordinary comes out as if it had been read with care; and the usual conversions do pass."""

from hashlib import sha256
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic_core import to_json

from pipeline.destination import Refused
from rokt import conversion as conversions
from rokt import ordinary, wire
from rokt.conversion import Facts
from rokt.settings import Settings
from tests.unit.rokt_conversions import CLEAR
from tests.unit.test_properties import EMAILS, PHONES
from tests.unit.test_roku_ordinary import DIGEST, NOTHING, TEXTS, VALUES

NOW = 1_790_000_000.0
DEVICE = "5e2d9c1a-9e9c-4d5b-9c1a-9e9c4d5b9c1a"
NO_DEVICE = "00000000-0000-0000-0000-000000000000"
SETTINGS = [
    Settings(),
    Settings(send_birth_date=True, copy_rtid=False, **CLEAR),
    Settings(api="events", account_id="12345"),
    Settings(api="events", account_id="12345", send_birth_date=True, hash_mobile=False, hash_billing_zip=False),
]

OURS = st.sampled_from(
    [
        *(DEVICE, DEVICE.upper(), NO_DEVICE, DEVICE + "x", "5e2d9c1a9e9c4d5b9c1a9e9c4d5b9c1a", "fb-12345.67_~"),
        *"10014 10014-1234 N1 SW1A D02 12345678901234567 +15550100123 +442079460958 +33123456789 0015550100123".split(),
        *"USD usd XXX transactionid audiencemembershipupdate undefined12 [rtid] rtid%3d x@y.example".split(),
        *(
            "SW1A 1AA",
            "D02 AF30",
            "1 555 010 0123",
            "(555) 010-0123 ",
            "Mary Ann",
            "De La Cruz",
            "M",
            "FEMALE",
            "fEMALE",
        ),
        *("1990-01-02T10:00", "1990-01-02 ", "19900102", "https://a.example/?rtid=0123456789", "x" * 129, "x" * 4_097),
    ]
)
ANY = VALUES | OURS


NAMES = st.text("abNUé '-", min_size=1, max_size=9)
PRODUCTS = st.lists(st.fixed_dictionaries({}, optional={"id": ANY}) | ANY, max_size=2) | ANY
# Where a change is made, and to what, besides anything.
CHANGES: dict[tuple[str, str], st.SearchStrategy[Any]] = {
    ("event", "event_name"): NAMES | st.sampled_from(["audience_membership_update", "AudienceMembershipUpdate"]),
    ("event", "event_id"): ANY,
    ("event", "event_time"): st.sampled_from([1_000_000_000, int(NOW) + 3_600, int(NOW) + 3_601, int(NOW) + 301]),
    ("event", "event_source_url"): st.builds("https://a.example/?{}={}".format, st.sampled_from(["rtid", "x"]), TEXTS),
    ("event", "rtid"): st.text("ab0-_.", min_size=8, max_size=12),
    ("event", "click_ids"): st.dictionaries(st.sampled_from(["rtid", "rclid", "gclid"]), ANY, max_size=2),
    ("event", "attributes"): st.dictionaries(st.sampled_from(["size", "transactionid", "em", "a b"]), ANY, max_size=2),
    ("event", "audience_name"): ANY,
    ("event", "user_data"): ANY,
    ("event", "custom_data"): ANY,
    ("user_data", "em"): EMAILS,
    ("user_data", "ph"): PHONES,
    ("user_data", "fn"): NAMES,
    ("user_data", "ln"): NAMES,
    ("user_data", "zp"): st.text("09A -", min_size=3, max_size=9),
    ("user_data", "ge"): st.sampled_from(["m", "F", "male", "Female", "unknown"]),
    ("user_data", "db"): st.dates().map(str),
    ("user_data", "client_ip_address"): st.ip_addresses(v=4).map(str),
    **{("user_data", name): st.uuids().map(str) for name in ("aID", "AID", "aGA", "idfv")},
    **{("user_data", name): ANY for name in ("ct", "st", "country", "external_id", "client_user_agent", "aFC")},
    ("custom_data", "currency"): st.sampled_from(["USD", "JPY"]),
    ("custom_data", "contents"): PRODUCTS,
    ("custom_data", "content_ids"): PRODUCTS,
    **{("custom_data", name): ANY for name in ("value", "order_id", "num_items", "content_name", "size", "event_id")},
    **{("custom_data", name): ANY for name in ("predicted_ltv", "audience_name", "audience_membership")},
}


@st.composite
def _conversions(draw: st.DrawFn) -> dict[str, Any]:
    """The usual purchase, or next to nothing, with one or two changes: with more, something is always unusual."""
    made: dict[str, Any] = draw(st.sampled_from([PURCHASE, {"event_name": "LEAD", "event_time": 1_780_000_000}]))
    for place, name in draw(st.lists(st.sampled_from(list(CHANGES)), min_size=1, max_size=2)):
        value = draw(CHANGES[place, name] | ANY)
        inner = made.get(place, {})
        if place == "event":
            made = made | {name: value}
        elif isinstance(inner, dict):
            made = made | {place: inner | {name: value}}
    return made


PURCHASE: dict[str, Any] = {
    "event_id": "order-1",
    "event_name": "PURCHASE",
    "event_time": 1_780_000_000,
    "event_source": "website",
    "event_source_url": "https://shop.example/thanks?order=1&rtid=0123456789ab",
    "user_data": {
        "em": "Jane.Doe+rokt@Example.com",
        "ph": "+1 (555) 010-0123",
        "fn": "Mary Ann",
        "ln": "O'Neil",
        "zp": "10014-1234",
        "ge": "f",
        "db": "1990-01-02",
        "ct": "Austin",
        "client_ip_address": "203.0.113.9",
        "client_user_agent": "Mozilla/5.0 (X11; Linux x86_64)",
        "aID": DEVICE,
    },
    "custom_data": {
        "value": 99.99,
        "currency": "USD",
        "order_id": 1234,
        "num_items": 2,
        "content_type": "product",
        "contents": [{"id": "sku-1", "quantity": 2, "price": 49.5}],
    },
    "attributes": {"margin": 10.5, "returning": True},
    "click_ids": {"gclid": "x"},
}


def _changed(place: str, **fields: Any) -> dict[str, Any]:
    return PURCHASE | (fields if place == "event" else {place: PURCHASE[place] | fields})


def _read(conversion: dict[str, Any], choice: Settings = SETTINGS[0]) -> Facts | None:
    return ordinary.read(conversion, now=NOW, settings=choice)


posts = given(_conversions(), st.sampled_from(SETTINGS))


@settings(max_examples=700)
@posts
@example(PURCHASE, SETTINGS[0])
@example(PURCHASE, SETTINGS[1])
@example(PURCHASE, SETTINGS[2])
@example(PURCHASE, SETTINGS[3])
def test_what_passes_comes_out_as_if_read_with_care(conversion: Any, choice: Settings) -> None:
    _check(conversion, choice)


@pytest.mark.thorough(reason="properties with many more examples")
@settings(max_examples=15_000)
@posts
def test_of_many_more_it_holds_too(conversion: Any, choice: Settings) -> None:
    _check(conversion, choice)


def _check(conversion: Any, choice: Settings) -> None:
    quick = _read(conversion, choice)
    if quick is None:
        return
    slow = conversions.read(conversion, now=NOW, settings=choice)
    assert not isinstance(slow, Refused)
    facts, warnings = slow
    assert warnings == []
    assert quick == facts
    for write in (wire.batch, wire.item):  # true is 1 to Python, and not in JSON
        assert to_json(write(quick, "id", "request", choice)) == to_json(write(facts, "id", "request", choice))


@pytest.mark.parametrize("choice", SETTINGS)
def test_the_usual_purchase_is_ordinary(choice: Settings) -> None:
    assert _read(PURCHASE, choice) is not None


def test_what_happened_to_an_unknown_person_who_clicked_is_ordinary() -> None:
    facts = _read({"event_name": "LEAD", "event_time": 1_780_000_000, "rtid": "0123456789ab"})
    assert facts is not None
    assert facts.rtid == "0123456789ab"


def test_an_address_as_long_as_a_digest_is_hashed() -> None:
    address = "a" * 52 + "@example.com"
    assert len(address) == 64
    facts = _read(_changed("user_data", em=address))
    assert facts is not None
    assert facts.who.data["email"] == (sha256(address.encode()).hexdigest(), True)


@pytest.mark.parametrize("choice", SETTINGS)
@pytest.mark.parametrize("name", ["em", "ph", "fn", "ln", "zp"])
def test_a_digest_is_ordinary_and_stays_one_and_one_of_nothing_is_not(name: str, choice: Settings) -> None:
    facts = _read(_changed("user_data", **{name: DIGEST}), choice)
    assert facts is not None
    assert (DIGEST, True) in facts.who.data.values()
    assert _read(_changed("user_data", **{name: NOTHING}), choice) is None
    assert _read(_changed("user_data", **{name: DIGEST.upper()}), choice) is None


@pytest.mark.parametrize("value", "x@y.com x%40y.com null None n/a NaN undefined [tag]".split())
@pytest.mark.parametrize(
    ("place", "name"),
    [
        *(("user_data", name) for name in "fn ct external_id client_user_agent".split()),
        *(("custom_data", name) for name in "order_id content_name".split()),
        *(("event", name) for name in "event_id event_name rtid".split()),
    ],
)
def test_no_address_and_no_placeholder_is_ordinary(place: str, name: str, value: str) -> None:
    assert _read(_changed(place, **{name: value})) is None


@pytest.mark.parametrize(
    "conversion",
    [
        {},
        _changed("event", event_name="audiencemembershipupdate"),
        _changed("event", audience_name="vip", audience_membership=True),
        _changed("custom_data", audience_name="vip", audience_membership=True),
        _changed("event", event_time=int(NOW) + 3_601),
        _changed("event", event_time=946_684_799),
        _changed("event", attributes={"email": "Jane"}),
        _changed("event", click_ids={"rtid": "x y"}),
        _changed("event", user_data=None),
        _changed("user_data", aGA=NO_DEVICE),
        _changed("user_data", ph="+44 123"),
        _changed("user_data", ct=DIGEST),
        _changed("custom_data", currency="USX"),
        _changed("custom_data", value=-1),
        _changed("custom_data", size={"height": 1}),
    ],
)
def test_what_needs_a_word_is_not_ordinary(conversion: dict[str, Any]) -> None:
    assert _read(conversion) is None


@pytest.mark.parametrize("seconds", [int(NOW) + 301, int(NOW) - 541 * 86_400])
def test_times_that_only_the_event_api_refuses_are_not_ordinary_there(seconds: int) -> None:
    conversion = _changed("event", event_time=seconds)
    assert _read(conversion, SETTINGS[0]) is not None
    assert _read(conversion, SETTINGS[2]) is None


def test_a_birth_date_is_looked_at_only_if_it_is_sent() -> None:
    conversion = _changed("user_data", db="1990-13-41")
    assert _read(conversion, Settings()) is not None
    assert _read(conversion, Settings(send_birth_date=True)) is None


def test_reading_changes_nothing_of_what_was_received() -> None:
    before = repr(PURCHASE)
    for choice in SETTINGS:
        _read(PURCHASE, choice)
    assert repr(PURCHASE) == before
