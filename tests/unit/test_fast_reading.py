"""What is read in one pass comes out as if it had been read with care, and the usual conversions are read so.

Each field of the tables gets each value that could be read in two ways, one field at a time; of several at once there
are random ones.
"""

from collections.abc import Callable, Iterator
from functools import partial
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic_core import to_json

from pipeline.contract.destination import Invalid
from pipeline.values.field import Table
from rokt import conversion as rokt_checked
from rokt import fast as rokt_fast
from rokt import fields as rokt_fields
from rokt.forms import FORMS
from rokt.settings import Settings as RoktSettings
from roku import checked, fast
from roku import fields as roku_fields
from roku.normalise import Settings
from tests.unit.rokt_conversions import CLEAR

NOW = 1_790_000_000.0
DIGEST = "f660ab912ec121d1b1e928a0bb4bc61b15f5ad44d5efdc4e1c92a25e99b8e44a"  # the vendor page's example
NOTHING = "74234e98afe7498fb5daf1f36ac2d78acc339464f950703b8c019892f982b90b"  # SHA-256 of the text null
DEVICE = "5e2d9c1a-9e9c-4d5b-9c1a-9e9c4d5b9c1a"
LONG_ADDRESS = "a" * 52 + "@example.com"  # as long as a digest

# Near everything that is treated in a way of its own: placeholders, tags, digests, addresses, blanks, numbers, dates.
TEXTS = [
    *"null none None NaN nan n/a N/A undefined Undefined -no value- (not set) [tag] [[tag]] {{tag}}".split(),
    *"[object Object] nanna nancy no none-left undefined1 unsigned O'Neil Mary-Jane Zoë undefined12 [rtid]".split(),
    *"× x@y.com x%40y.com 100% a&b Jane jane@example.com Jane.Doe+roku@Example.COM rtid%3d 0123456789ab".split(),
    *"+15550100123 15550100123 5550100123 +442079460958 +33123456789 0015550100123".split(),
    *"+44(0)2079460958 anonymous 266696687 +266696687 1990-01-02 2090-01-02 1990-13-41 0000-00-00 19900102".split(),
    *"sku-undefined sku1undefined null-1 1-null 1_None unit-7 nan7 n1 N-1 order_7".split(),
    *"male M unknown f FEMALE fEMALE Female 203.0.113.9 0.0.0.0 10.0.0.256 010.1.1.1 1e5 007 0 12".split(),
    *(DEVICE, DEVICE.upper(), DEVICE + "x", "5e2d9c1a9e9c4d5b9c1a9e9c4d5b9c1a", "00000000-0000-0000-0000-000000000000"),
    *"https://a.example/x?y=1 https://a.example/x?email=1 https://a.example?EM=2 http://a..example".split(),
    *"https://-a.example https://a.example:80/ https://a.example/x?y=%20 https://a.example/?rtid=0123456789".split(),
    *"10014 10014-1234 N1 SW1A 12345678901234567 fb-12345.67_~ transactionid audiencemembershipupdate".split(),
    *("SW1A 1AA", "D02 AF30", "1 555 010 0123", "(555) 010-0123 ", "Mary Ann", "De La Cruz", "call me 5550100123"),
    *("1990-01-02T10:00", "1990-01-02 ", "x" * 129, "x" * 257, "x" * 1_001, "x" * 4_097, "audience_membership_update"),
    *(
        "\ufffd",
        "Caf\ufffd",
        "order-\ufffd1",
        "",
        " ",
        " x",
        "x ",
        "a b",
        "9Gaqqi7BIdG64SigVLuKYbFfWtRNXv3E4cklqJm45Eo=",
    ),
    *(DIGEST, NOTHING, DIGEST.upper(), "d41d8cd98f00b204e9800998ecf8427e", LONG_ADDRESS, f"see {DIGEST}"),
    *"PURCHASE purchase USD usd XXX JPY true True false product in_store website conversion".split(),
    *"first_time_purchase US us GB USA Atlantis AZ az US-AZ Arizona ARIZONA Goias Washington Null Bern".split(),
    *"noemail@x.example test@test.com a@a.com test+1@test.com x@y.invalid".split(),
    *"mailto:jane@x.example <jane@x.example>".split(),
    *"2116 501 2116-1234 02116 02116-1234 600000 SW1A1AA".split(),
    *("02116-12349", "555-010-0199", "#9l?(", "#1 deal"),
    *("United States", "New York", "new york", "North Carolina", "District Of Columbia"),
]
NUMBERS = [0, 1, -1, 2, 25.5, -0.5, 2.0, 1e15, 10**15, 10**16, float("nan"), float("inf"), True, False]
DATES = [
    f"{day}T{clock}{zone}"
    for day in ("2026-05-01", "2026-02-30", "1999-12-31", "2031-01-01")
    for clock, zone in (("12:00:00", "Z"), ("24:00:00", "Z"), ("23:59:60", "Z"), ("00:30:00.999999", "+01:00"))
]
TIMES = [
    *DATES,
    "2026-05-01T12:00:00",
    "2026-05-01t12:00:00z",
    "2026-05-01 12:00:00+1400",
    946_684_799,
    946_684_800,
    1_000_000_000,
    *(int(NOW) + more for more in (300, 301, 3_600, 3_601)),
]
ITEM = {"id": "sku-1", "quantity": 2, "price": 49.5}
ITEMS: list[Any] = [[], [None], [ITEM], [ITEM | {"id": 7, "quantity": "1"}], [ITEM | {"price": "1"}], [{"id": "sku-1"}]]
ITEMS += [
    [ITEM | {name: value}]
    for name in (*ITEM, "delivery_category")
    for value in ("", "x@y.com", "in_store", 0, -1, True)
]
ITEMS += [["A1", 7], ["+1 555 010 0123"], [ITEM, "x"], [ITEM] * 1_001, "A1", {"rtid": "0123456789ab"}, {"rtid": "x y"}]
ITEMS += [{"size": "L"}, {"em": "jane"}, {"size": {}}, {"transactionid": "x@y.com"}, {}, None]
VALUES = [*TEXTS, *NUMBERS, *TIMES, *ITEMS]

PURCHASE: dict[str, Any] = {
    "event_id": "order-1",
    "event_name": "PURCHASE",
    "event_time": 1_780_000_000,
    "event_source": "website",
    "event_source_url": "https://shop.example/thanks?order=1&rtid=0123456789ab",
    "referrer_url": "https://shop.example/cart",
    "user_data": {
        "em": "Jane.Doe+roku@Example.com",
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
        "contents": [ITEM, {"id": 7, "quantity": "1", "price": 1}],
    },
}
BARE: dict[str, Any] = {"event_name": "LEAD", "event_time": 1_780_000_000, "user_data": {"aGI": "5e2d9c1a"}}
ROKU = [Settings(), Settings("e164"), Settings("digits", "US"), Settings("e164", "GB")]
ROKT = [
    RoktSettings(),
    RoktSettings(send_birth_date=True, copy_rtid=False, **CLEAR),
    RoktSettings(api="events", account_id="12345"),
    RoktSettings(api="events", account_id="12345", send_birth_date=True, hash_mobile=False, hash_billing_zip=False),
]
CONTEXTS: list[dict[str, Any]] = [{}, {"is_hashed": True}, {"is_hashed": False}]


def places(table: Table) -> list[tuple[str, str]]:
    """Where a conversion can be changed: each field of the table, a field of nobody, and parts as a whole."""
    known = [(section, field.name) for section, fields in table.items() for field in fields]
    return [place for place in known if "." not in place[0]] + [(part, "size") for part in ("", "custom_data")]


def changed(whole: dict[str, Any], section: str, **fields: Any) -> dict[str, Any]:
    """The conversion with other values of these fields."""
    if not section:
        return whole | fields
    part = whole.get(section, {})
    return whole | {section: part | fields} if isinstance(part, dict) else whole


def read(
    conversion: object, choice: Settings = ROKU[0], context: dict[str, Any] = CONTEXTS[0]
) -> dict[str, Any] | None:
    quick = fast.read(conversion, now=NOW, settings=choice, context=context)
    return None if isinstance(quick, Invalid) else quick


def read_for_rokt(conversion: dict[str, Any], choice: RoktSettings = ROKT[0]) -> rokt_checked.Conversion | None:
    return rokt_fast.read(conversion, now=NOW, settings=choice, country=choice.default_country)


def check_roku(conversion: Any, choice: Settings, context: dict[str, Any]) -> bool:
    """Whether it was read in one pass; then it came out as if read with care."""
    quick = fast.read(conversion, now=NOW, settings=choice, context=context)
    if quick is None:
        return False
    slow = checked.read(conversion, now=NOW, settings=choice, context=context)
    if isinstance(quick, Invalid):
        assert quick == slow
        return False
    assert not isinstance(slow, Invalid)
    event, warnings = slow
    assert warnings == []
    assert quick == {name: event[name] for name in roku_fields.SENT if event.get(name) is not None}
    assert to_json(sorted(quick["user_data"].items())) == to_json(sorted(event["user_data"].items()))  # 1 is True
    return True


def check_rokt(conversion: Any, choice: RoktSettings) -> bool:
    """The same for Rokt."""
    quick = read_for_rokt(conversion, choice)
    if quick is None:
        return False
    slow = rokt_checked.read(conversion, now=NOW, settings=choice, country=choice.default_country)
    assert not isinstance(slow, Invalid)
    facts, warnings = slow
    assert warnings == []
    assert quick == facts
    for form in FORMS.values():
        one, other = (form.write(made, "id", "request", choice) for made in (quick, facts))
        assert to_json(one) == to_json(other)
    return True


def _one_at_a_time(table: Table, *, all_of_it: bool) -> Iterator[tuple[tuple[str, str], dict[str, Any]]]:
    """Each place with each value; or only what an operator's settings have a say in: persons and times."""
    for section, name in places(table):
        if all_of_it or section == "user_data" or name == "event_time":
            for whole in (PURCHASE, BARE) if all_of_it else (PURCHASE,):
                yield from (((section, name), changed(whole, section, **{name: value})) for value in VALUES)


@pytest.mark.parametrize("choice", ROKU)
def test_whatever_one_field_holds_roku_gets_it_as_if_read_with_care(choice: Settings) -> None:
    is_first = choice is ROKU[0]
    passed = {
        place
        for place, conversion in _one_at_a_time(roku_fields.TABLE, all_of_it=is_first)
        for context in (CONTEXTS if place[0] == "user_data" and is_first else CONTEXTS[:1])
        if check_roku(conversion, choice, context)
    }
    # Otherwise nothing was compared. Whole records and strangers are not among VALUES.
    wholes = {("", part) for part in ("user_data", "custom_data")}
    strangers = {(part, "size") for part in ("", "custom_data")}
    wanted = set(places(roku_fields.TABLE)) - wholes - strangers
    assert passed >= {place for place in wanted if is_first or place[0] == "user_data"}


@pytest.mark.parametrize("choice", ROKT)
def test_whatever_one_field_holds_rokt_gets_it_as_if_read_with_care(choice: RoktSettings) -> None:
    is_first = choice is ROKT[0]
    fields = _one_at_a_time(rokt_fields.TABLE, all_of_it=is_first)
    passed = {place for place, conversion in fields if check_rokt(conversion, choice)}
    wanted = {place for place in places(rokt_fields.TABLE) if place[0] != "click_ids" and "audience" not in place[1]}
    assert passed >= {place for place in wanted if is_first or place[0] == "user_data"}


CHANGES = st.lists(
    st.tuples(
        st.sampled_from(sorted({*places(roku_fields.TABLE), *places(rokt_fields.TABLE)})),
        st.sampled_from(VALUES) | st.text(max_size=6) | st.text("nNuUlL/-0199@%&[]{}() +.:", max_size=12) | st.floats(),
    ),
    min_size=2,
    max_size=3,
)


def _whole(whole: dict[str, Any], changes: list[tuple[tuple[str, str], Any]]) -> dict[str, Any]:
    for (section, name), value in changes:
        whole = changed(whole, section, **{name: value})
    return whole


CONVERSIONS = st.builds(_whole, st.sampled_from([PURCHASE, BARE]), CHANGES)
EITHER = st.tuples(st.just(check_roku), st.sampled_from(ROKU), st.sampled_from(CONTEXTS)) | st.tuples(
    st.just(check_rokt), st.sampled_from(ROKT)
)


@given(CONVERSIONS, EITHER)
def test_so_it_is_with_several_fields_at_once(conversion: Any, reading: tuple[Any, ...]) -> None:
    check, *choice = reading
    check(conversion, *choice)


@pytest.mark.thorough(reason="properties with many more examples")
@settings(max_examples=30_000)
@given(CONVERSIONS, EITHER)
def test_of_many_more_it_holds_too(conversion: Any, reading: tuple[Any, ...]) -> None:
    check, *choice = reading
    check(conversion, *choice)


READINGS: list[Callable[[dict[str, Any]], Any]] = [
    *(partial(read, choice=choice) for choice in ROKU),
    *(partial(read_for_rokt, choice=choice) for choice in ROKT),
]


@pytest.mark.parametrize("reading", READINGS)
def test_the_usual_purchase_is_read_in_one_pass_and_stays_as_it_was_received(
    reading: Callable[[dict[str, Any]], Any],
) -> None:
    before = repr(PURCHASE)
    assert reading(PURCHASE) is not None
    assert repr(PURCHASE) == before


OPTIONAL = [
    *(("user_data", name) for name in "fn ct external_id client_user_agent".split()),
    *(("custom_data", name) for name in "order_id content_name".split()),
]


@pytest.mark.parametrize("value", "x@y.com x%40y.com [tag]".split())
@pytest.mark.parametrize("place", [*OPTIONAL, ("", "event_id")])
def test_an_address_and_a_tag_need_a_closer_look(place: tuple[str, str], value: str) -> None:
    conversion = changed(PURCHASE, place[0], **{place[1]: value})
    assert read(conversion) is None
    assert read_for_rokt(conversion) is None


@pytest.mark.parametrize("value", [None, *"null None n/a NaN undefined".split()])
@pytest.mark.parametrize("place", OPTIONAL)
def test_a_field_that_is_null_or_a_word_for_nothing_is_left_out(place: tuple[str, str], value: str | None) -> None:
    conversion = changed(PURCHASE, place[0], **{place[1]: value})
    roku, rokt = read(conversion), read_for_rokt(conversion)
    assert roku is not None
    assert rokt is not None
    assert place[1] not in roku[place[0]]
    assert "null" not in str(rokt).lower()


@pytest.mark.parametrize("name", ["em", "ph", "fn", "ln"])
def test_a_digest_stays_and_one_of_nothing_needs_a_closer_look(name: str) -> None:
    def both(value: str) -> tuple[Any, Any]:
        conversion = changed(BARE, "user_data", **{name: value})
        return read(conversion, context={"is_hashed": True}), read_for_rokt(conversion, ROKT[1])

    roku, rokt = both(DIGEST)
    assert roku["user_data"][name] == DIGEST
    assert [(value, type(value)) for value in rokt.who.values()] == [(DIGEST, str)]
    assert both(NOTHING) == (None, None)
    assert both(DIGEST.upper()) == (roku, rokt)


def test_an_address_as_long_as_a_digest_is_hashed() -> None:
    assert len(LONG_ADDRESS) == 64
    conversion = changed(BARE, "user_data", em=LONG_ADDRESS)
    roku, rokt = read(conversion), read_for_rokt(conversion)
    assert roku is not None
    assert rokt is not None
    hashed = sha256(LONG_ADDRESS.encode()).hexdigest()
    assert (roku["user_data"]["em"], rokt.who["email"]) == (hashed, hashed)


def test_a_birth_date_is_looked_at_only_if_rokt_gets_it() -> None:
    conversion = changed(PURCHASE, "user_data", db="1990-13-41")
    assert read_for_rokt(conversion, RoktSettings()) is not None
    assert read_for_rokt(conversion, RoktSettings(send_birth_date=True)) is None


@pytest.mark.parametrize("conversion", [None, 1, "x", [], {}, {"event_name": "LEAD"}, PURCHASE | {"unknown": 1}])
def test_what_is_no_conversion_or_has_an_unknown_field_needs_a_closer_look(conversion: object) -> None:
    assert read(conversion) is None
