"""A conversion and Roku's event: required fields, optional fields, ids, and the line that is queued."""

import json
from hashlib import sha256
from typing import Any

import pytest

from pipeline.contract.destination import Prepared, Withheld
from roku.event import MAX_EVENT_BYTES, NO_AUDIENCES, identify, prepare
from roku.normalise import Settings
from roku.vocabulary import CURRENCIES, EVENT_NAMES, EVENT_SOURCES
from tests.unit.conversions import (
    ABSENT,
    DEVICE,
    GROUP,
    NOW,
    conversion,
    errors,
    finished,
    outcome,
    sha,
    warned,
    with_custom,
    with_user,
)


def test_the_lists_have_the_pages_length() -> None:
    assert (len(EVENT_NAMES), len(set(EVENT_NAMES))) == (27, 27)  # the page's 24 and three newer ones
    assert (len(EVENT_SOURCES), len(set(EVENT_SOURCES))) == (10, 10)
    assert (len(CURRENCIES), len(set(CURRENCIES))) == (62, 62)  # the page has 63 and PHP twice


def test_the_smallest_event() -> None:
    assert finished(conversion()) == {
        "event_id": "order-1",
        "event_name": "PURCHASE",
        "event_type": "conversion",
        "event_time": NOW,
        "user_data": {"is_hashed": True, "aGA": DEVICE},
    }
    assert warned(conversion()) == []


def test_what_is_for_other_destinations_goes_without_a_word() -> None:
    others = {"rtid": "r-1", "click_ids": {"rtid": "r-1"}, "attributes": {"coupon": "SPRING"}}
    posted = with_user(idfv=DEVICE) | others | {"audience_name": "vip", "audience_membership": True}
    assert finished(posted) == finished(conversion())
    assert warned(posted) == []


@pytest.mark.parametrize(
    "posted",
    [
        {"event_name": "audiencemembershipupdate", "audience_name": "vip", "audience_membership": True},
        {"event_name": " AudienceMembershipUpdate "},
        {"event_name": "audience_membership_update", "event_time": "soon", "user_data": None},
    ],
)
def test_an_audience_update_is_withheld_and_not_wrong(posted: dict[str, Any]) -> None:
    made = outcome(conversion(**posted))
    assert made == Withheld(NO_AUDIENCES, [])


@pytest.mark.parametrize("name", ["audience", "audiencemembershipupdates", ["audiencemembershipupdate"], "x" * 10_000])
def test_another_name_that_roku_does_not_know_is_an_error(name: Any) -> None:
    assert list(errors(conversion(event_name=name))) == ["event_name"]


def test_an_event_id_that_lost_letters_is_derived_and_a_place_is_left_out() -> None:
    lost = "Caf\ufffd"
    posted = conversion(event_id=lost, user_data={"aGA": DEVICE, "ct": lost, "external_id": lost})
    event = finished(posted)
    assert event["event_id"] == finished(posted | {"event_id": None})["event_id"] != lost
    assert event["user_data"] == {"is_hashed": True, "aGA": DEVICE, "external_id": lost}
    assert outcome(posted).warnings == [
        ("event_id", "dropped: lost letters on its way: send the body as UTF-8"),
        ("user_data.ct", "dropped: lost letters on its way: send the body as UTF-8"),
        ("user_data.external_id", "lost letters on its way: send the body as UTF-8"),
    ]


def test_the_line_is_compact_json_in_utf_8_on_one_line() -> None:
    made = outcome(with_custom(content_name="Käse\n日本 \u2028", value=1.5))
    assert isinstance(made, Prepared)
    assert b"\n" not in made.line
    assert made.line == json.dumps(json.loads(made.line), separators=(",", ":"), ensure_ascii=False).encode()


def test_the_line_comes_with_the_words_that_route_it() -> None:
    made = outcome(conversion(event_id=42, partner_name=" Ringba "))
    assert isinstance(made, Prepared)
    assert (made.event_id, made.partner_name) == ("42", "Ringba")
    assert json.loads(made.line)["event_id"] == "42"
    assert json.loads(made.line)["partner_name"] == "Ringba"


# Required fields: what is wrong refuses the event.


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        (conversion(event_name=ABSENT), {"event_name"}),
        (conversion(event_name=None), {"event_name"}),
        (conversion(event_name=""), {"event_name"}),
        (conversion(event_name="INVALID_EVENT"), {"event_name"}),
        (conversion(event_name="{{event}}"), {"event_name"}),
        (conversion(event_name=["PURCHASE"]), {"event_name"}),
        (conversion(event_type="click"), {"event_type"}),
        (conversion(event_time=ABSENT), {"event_time"}),
        (conversion(event_time=None), {"event_time"}),
        (conversion(event_time=""), {"event_time"}),
        (conversion(event_time="[tag:JS:epoch]"), {"event_time"}),
        (conversion(event_time="soon"), {"event_time"}),
        (conversion(event_time=NOW + 3_601), {"event_time"}),
        (conversion(event_time=True), {"event_time"}),
        (conversion(user_data=ABSENT), {"user_data"}),
        (conversion(user_data=None), {"user_data"}),
        (conversion(user_data=[]), {"user_data"}),
        (conversion(user_data={}), {"user_data"}),
        (conversion(user_data={"is_hashed": True}), {"user_data"}),
        ({}, {"event_name", "event_time", "user_data"}),
        (None, {"events"}),
        ([], {"events"}),
        ("PURCHASE", {"events"}),
    ],
)
def test_a_required_field_that_is_wrong_refuses_the_event_and_is_named(given: object, fields: set[str]) -> None:
    assert set(errors(given)) == fields


def test_an_unfilled_tag_is_called_one() -> None:
    assert "template tag" in errors(conversion(event_time="[tag:JS:epoch]"))["event_time"]
    assert "template tag" in errors(conversion(event_name="{{event}}"))["event_name"]


def test_a_misspelt_event_name_is_answered_with_the_right_one() -> None:
    assert "did you mean PURCHASE?" in errors(conversion(event_name="PURCHASED"))["event_name"]


@pytest.mark.parametrize(
    "field", ["fn", "ln", "ge", "db", "ct", "st", "zp", "country", "external_id", "aFC", "subscription_id"]
)
def test_what_identifies_nobody_does_not_qualify(field: str) -> None:
    given = conversion(
        user_data={
            field: {"ge": "male", "db": "1990-01-02", "country": "US"}.get(field, "abc"),
            "client_user_agent": "M/5",
        }
    )
    assert set(errors(given)) == {"user_data"}


@pytest.mark.parametrize(
    "identifier",
    [{"em": "a@example.com"}, {"ph": "+15550100123"}, {"client_ip_address": "203.0.113.9"}, {"AID": DEVICE}]
    + [{name: DEVICE} for name in "aGA aID aDX aGI aRI".split()],
)
def test_any_one_identifier_is_enough(identifier: dict[str, str]) -> None:
    assert len(finished(conversion(user_data=identifier))["user_data"]) == 2


@pytest.mark.parametrize(
    ("name", "meant"),
    [("email", "user_data.em"), ("phoneNumber", "user_data.ph"), ("value", "custom_data.value")],
)
def test_a_field_outside_its_section_is_dropped_with_the_place_where_it_belongs(name: str, meant: str) -> None:
    told = dict(outcome(conversion(**{name: "7"})).warnings)
    assert told[name] == f"dropped: is not a known field: did you mean {meant}?"


def test_an_event_without_a_usable_identifier_says_what_was_wrong_with_each() -> None:
    said = errors(conversion(user_data={"em": "jane", "ph": "anonymous", "email": "jane@example.com"}))
    assert set(said) == {"user_data", "user_data.em", "user_data.ph", "user_data.email"}
    assert "did you mean em?" in said["user_data.email"]
    assert "jane" not in json.dumps(said)


def test_a_thousand_unknown_fields_do_not_fill_the_answer() -> None:
    said = errors(conversion(user_data={f"field{number}": 1 for number in range(1_000)}))
    assert len(json.dumps(said)) < 6_000  # of 1,000 events in an answer of 6 MB


@pytest.mark.parametrize(
    ("given", "name"),
    [("purchase", "PURCHASE"), ("Add to cart", "ADD_TO_CART"), ("add-to-cart", "ADD_TO_CART"), ("QSS", "QSS")],
)
def test_the_writing_of_an_event_name_is_fixed(given: str, name: str) -> None:
    assert finished(conversion(event_name=given))["event_name"] == name
    assert warned(conversion(event_name=given)) == ([] if given == name else ["event_name"])


@pytest.mark.parametrize("given", [ABSENT, None, "", "conversion", "Conversion"])
def test_the_event_type_is_always_conversion(given: object) -> None:
    assert finished(conversion(event_type=given))["event_type"] == "conversion"


def test_the_time_leaves_in_whole_seconds() -> None:
    assert finished(conversion(event_time=f"{NOW}000"))["event_time"] == NOW
    assert finished(conversion(event_time="2025-12-31 19:00:00-05:00"))["event_time"] == NOW
    assert warned(conversion(event_time="2026-01-01 00:00:00")) == ["event_time"]


# Optional fields: what Roku would refuse is dropped with a warning, and the conversion still counts.


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("event_source", ["web", "app"]),
        ("event_source_url", "example.com"),
        ("referrer_url", "android-app://com.example"),
        ("partner_name", "jane@example.com"),
        ("custom_data", "value=5"),
        ("custom_data", []),
        ("is_hashed", "maybe"),
        ("colour", "red"),
        ("event_source_URL", "https://example.com"),  # the pixel's spelling
    ],
)
def test_a_wrong_optional_field_is_dropped_and_told(field: str, value: object) -> None:
    given = conversion(**{field: value})
    assert finished(given) == finished(conversion())
    assert warned(given) == [field]


@pytest.mark.parametrize("source", EVENT_SOURCES)
def test_every_source_of_the_page_is_sent(source: str) -> None:
    assert finished(conversion(event_source=source))["event_source"] == source


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        (True, "true"),
        (False, "false"),
        ("true", "true"),
        ("false", "false"),
        (" TRUE ", "true"),
        (1, "true"),
        (0, "false"),
        ("yes", "true"),
        ("No", "false"),
        ("1", "true"),
    ],
)
def test_opt_out_is_text(given: object, sent: str) -> None:
    assert finished(conversion(opt_out=given))["opt_out"] == sent
    assert warned(conversion(opt_out=given)) == []


@pytest.mark.parametrize("given", ["perhaps", "opted-out", 2, ["true"], {"value": True}, "[optout]x"])
def test_an_opt_out_that_nobody_understands_is_read_cautiously(given: object) -> None:
    assert finished(conversion(opt_out=given))["opt_out"] == "true"
    assert "opt_out" in warned(conversion(opt_out=given))


@pytest.mark.parametrize("given", [None, "", "null"])
def test_an_absent_opt_out_stays_absent(given: object) -> None:
    assert "opt_out" not in finished(conversion(opt_out=given))


FULL = {
    "content_category": "shoes",
    "content_ids": ["ABC123", 7],
    "content_name": "Boot",
    "content_type": "product",
    "contents": [
        {"id": "ABC123", "quantity": "2", "price": 10, "delivery_category": "in_store"},
        {"id": "XYZ789", "quantity": "2", "price": 5},
    ],
    "currency": "USD",
    "num_items": 4,
    "predicted_ltv": 140.5,
    "search_string": "boots",
    "status": "paid",
    "value": 30,
    "order_id": "order1234",
    "purchase_type": "first_time_purchase",
    "delivery_category": "curbside",
    "utm_source": "roku",
    "utm_medium": "ctv",
    "utm_campaign": "spring",
    "utm_term": "boots",
    "utm_content": "a",
}


def test_every_field_of_custom_data_is_sent_as_it_is() -> None:
    assert finished(with_custom(**FULL))["custom_data"] == FULL
    assert warned(with_custom(**FULL)) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("content_ids", [True]),
        ("content_type", "thing"),
        ("contents", "ABC123"),
        ("num_items", 1.5),
        ("predicted_ltv", "much"),
        ("search_string", "jane@example.com"),
        ("value", -5),
        ("purchase_type", "second"),
        ("delivery_category", "by drone, at night"),
        ("utm_term", ["boots"]),
        ("amount", 5),
    ],
)
def test_a_wrong_field_of_custom_data_is_dropped_alone(field: str, value: object) -> None:
    kept = {"order_id": "order1234"}
    assert finished(with_custom(**kept, **{field: value}))["custom_data"] == kept
    assert f"custom_data.{field}" in warned(with_custom(**kept, **{field: value}))


@pytest.mark.parametrize("nothing", [{}, None, {"value": None}, {"order_id": ""}])
def test_a_custom_data_without_content_is_left_out(nothing: object) -> None:
    assert "custom_data" not in finished(conversion(custom_data=nothing))


def test_what_an_unknown_currency_counts_goes_with_it() -> None:
    event = finished(with_custom(**FULL | {"currency": "XBT"}))
    assert FULL.keys() - event["custom_data"].keys() == {"currency", "value", "predicted_ltv", "contents"}


@pytest.mark.parametrize("given", ["usd", " USD ", "Usd"])
def test_the_writing_of_a_currency_is_fixed(given: str) -> None:
    assert finished(with_custom(value=5, currency=given))["custom_data"] == {"value": 5, "currency": "USD"}


@pytest.mark.parametrize("currency", CURRENCIES)
def test_every_currency_of_the_page_is_sent(currency: str) -> None:
    assert finished(with_custom(value=5, currency=currency))["custom_data"]["currency"] == currency
    assert warned(with_custom(value=5, currency=currency)) == []


@pytest.mark.parametrize("absent", [None, ""])
def test_an_amount_without_a_currency_is_sent_without_one(absent: object) -> None:
    assert finished(with_custom(value=5, currency=absent))["custom_data"] == {"value": 5}


def test_amounts_are_never_rounded_nor_truncated() -> None:
    assert finished(with_custom(value=0.1 + 0.2, predicted_ltv="1234567890.12"))["custom_data"] == {
        "value": 0.30000000000000004,
        "predicted_ltv": 1234567890.12,
    }


def test_an_item_needs_an_id_a_quantity_and_a_price() -> None:
    good = {"id": "a", "quantity": 2, "price": 5}
    items = [
        good,
        *({name: good[name] for name in good if name != missing} for missing in good),
        7,
        good | {"price": "x"},
    ]
    given = with_custom(contents=items)
    assert finished(given)["custom_data"]["contents"] == [{"id": "a", "quantity": "2", "price": 5}]
    told = " ".join(text for _, text in outcome(given).warnings)
    assert all(f"item {index}" in told for index in range(1, 6))
    assert "item 0" not in told


def test_an_item_in_text_numbers_is_read() -> None:
    given = with_custom(contents=[{"id": 7, "quantity": "1.0", "price": "$9.99", "delivery_category": "In Store"}])
    assert finished(given)["custom_data"]["contents"] == [
        {"id": "7", "quantity": "1", "price": 9.99, "delivery_category": "in_store"}
    ]


def test_one_item_is_an_array_of_one() -> None:
    item = {"id": "a", "quantity": "1", "price": 5}
    assert finished(with_custom(contents=item, content_ids="a"))["custom_data"] == {
        "contents": [item],
        "content_ids": ["a"],
    }


def test_more_than_a_thousand_items_are_cut_and_told() -> None:
    given = with_custom(content_ids=list(range(1_001)))
    assert finished(given)["custom_data"]["content_ids"] == list(range(1_000))
    assert warned(given) == ["custom_data.content_ids"]
    given = with_custom(contents=[{"id": "a", "quantity": "1", "price": 1}] * 1_001)
    assert len(finished(given)["custom_data"]["contents"]) == 1_000
    assert warned(given) == ["custom_data.contents"]


def test_numbers_of_hundreds_of_digits_harm_nobody() -> None:
    huge = 10**4_000
    for given in (with_custom(value=huge, num_items=huge, predicted_ltv=-huge), with_user(em=huge, ph=huge, ct=huge)):
        assert finished(given)["event_id"] == "order-1"
    assert set(errors(conversion(event_time=huge))) == {"event_time"}
    assert finished(conversion(opt_out=huge))["opt_out"] == "true"


# The id.


@pytest.mark.parametrize(
    ("given", "sent"), [("000001", "000001"), (42, "42"), (42.0, "42"), (" a ", "a"), ("RGB1", "RGB1")]
)
def test_the_id_is_text_and_keeps_its_zeros(given: object, sent: str) -> None:
    assert finished(conversion(event_id=given))["event_id"] == sent


def test_an_id_that_is_an_email_address_is_sent_as_its_digest() -> None:
    given = conversion(event_id="jane@example.com")
    assert finished(given)["event_id"] == sha256(b"jane@example.com").hexdigest()
    assert warned(given) == ["event_id"]


@pytest.mark.parametrize("absent", [ABSENT, None, "", "null", "[Call:InboundCallId]", True, ["a"]])
def test_a_missing_id_is_derived_from_the_content(absent: object) -> None:
    first = finished(conversion(event_id=absent))["event_id"]
    assert first == finished(conversion(event_id=ABSENT))["event_id"]
    assert 0 < len(first) <= 64


def test_the_derived_id_is_the_contents_not_the_writings() -> None:
    def derived(group: str = GROUP, **changes: Any) -> str:
        given = conversion(event_id=ABSENT, **changes)
        made = prepare(given, group=group, now=NOW + 60, settings=Settings(), context={})
        assert isinstance(made, Prepared)
        return made.event_id

    same: dict[str, Any] = {
        "user_data": {"em": "jane@example.com", "fn": "Jane"},
        "custom_data": {"value": 5, "currency": "USD"},
    }
    assert derived(**same) == derived(
        user_data={"fn": " JANE", "em": "Jane+x@Example.com", "colour": "red"},
        custom_data={"currency": "usd", "value": 5, "status": None},
    )
    others = [
        derived(**same | {"event_time": NOW - 1}),
        derived(**same | {"event_name": "LEAD"}),
        derived(**same | {"custom_data": {"value": 6, "currency": "USD"}}),
        derived(**same | {"user_data": {"em": "joe@example.com"}}),
        derived("other_group", **same),
        derived(**same),
    ]
    assert len(set(others)) == 6


# Size.


def test_an_event_that_is_too_large_is_refused_not_cut() -> None:
    def of(length: int) -> dict[str, Any]:
        return with_custom(content_ids=["x" * 4_000] * 60 + ["x" * 4_000] * 3, content_name="x" * length)

    frame = len(json.dumps(finished(of(1)), separators=(",", ":"))) - 1
    room = MAX_EVENT_BYTES - frame
    assert 0 < room < 4_096  # so that no single text is too long
    assert finished(of(room))["custom_data"]["content_name"] == "x" * room
    assert set(errors(of(room + 1))) == {"event"}
    assert set(errors(with_custom(content_ids=["x" * 4_000] * 1_000))) == {"event"}


def test_the_identity_of_a_person_stands_in_no_word_to_the_sender() -> None:
    person = {"em": "jane.doe@", "ph": "555 010 012 CALL", "fn": "12345678", "db": "1990-13-77", "ge": "janegender"}
    made = outcome(with_user(**person))
    assert isinstance(made, Prepared)
    told = json.dumps(made.warnings)
    assert not any(value in told for value in person.values())
    assert sha(person["em"]) not in made.line.decode()


def test_an_event_is_named_by_its_id_and_its_name_which_must_be_text() -> None:
    assert identify(finished(conversion())) == ("order-1", "PURCHASE")
    assert identify({"event_id": 1, "event_name": "LEAD"}) is None
    assert identify({"event_id": "1", "event_name": None}) is None
    assert identify({"source_request_id": "1"}) is None


# What tells two persons apart.


def identifiers(given: object) -> dict[str, str]:
    """The identifiers of the finished event."""
    made = outcome(given)
    assert isinstance(made, Prepared), made
    assert (made.event_id, made.event_name) == identify(json.loads(made.line))
    return dict(made.identifiers)


def test_identifiers_are_those_of_a_person_and_the_amount_as_they_are_sent() -> None:
    devices = {name: f"{place}{DEVICE[1:]}" for place, name in enumerate("aGA aID aDX aGI aRI".split(), 1)}
    user = {"em": " Jane@Example.com", "ph": "+1 (555) 010-0123", "external_id": "C-7", "aFC": "fb.1.2"} | devices
    shared = {"fn": "Jane", "ct": "Utica", "client_ip_address": "203.0.113.9", "client_user_agent": "Mozilla/5.0"}
    given = conversion(user_data=user | shared, custom_data={"value": "25.50", "currency": "USD", "order_id": "9"})
    assert identifiers(given) == devices | {
        "em": sha("jane@example.com"),
        "ph": sha("15550100123"),
        "external_id": "C-7",
        "aFC": "fb.1.2",
        "value": "25.5",
        "currency": "USD",
    }


@pytest.mark.parametrize("amount", [25, 25.0, "25", "25.00", " 25 "])
def test_one_amount_is_one_text_however_it_is_written(amount: object) -> None:
    assert identifiers(with_custom(value=amount, currency="USD"))["value"] == "25.0"


@pytest.mark.parametrize("written", [DEVICE, DEVICE.upper()])
def test_a_device_is_one_in_any_case(written: str) -> None:
    assert identifiers(conversion(user_data={"aGA": written})) == {"aGA": DEVICE}


@pytest.mark.parametrize("odd", [{}, {"opt_out": "perhaps"}])  # the second is read with care
def test_a_nameless_visitor_has_none(odd: dict[str, str]) -> None:
    assert identifiers(conversion(user_data={"client_ip_address": "203.0.113.9"}) | odd) == {}


def test_of_an_events_items_the_first_faults_are_told_and_the_further_ones_counted() -> None:
    good = {"id": "1", "quantity": 1, "price": 1}
    items: list[Any] = [{"id": "1"}] * 30 + [good, {**good, "price": "x"}, 7, {**good, "colour": "red"}]
    made = outcome(with_custom(contents=items))
    assert isinstance(made, Prepared)
    assert json.loads(made.line)["custom_data"]["contents"] == [{"id": "1", "quantity": "1", "price": 1}] * 2
    told = [text for field, text in made.warnings if field == "custom_data.contents"]
    assert told[0] == "item 0 dropped: needs quantity and price"
    assert told[20:] == ["has 13 further items with faults: fix the first ones first"]


def test_a_gender_is_one_of_the_pages_three_digests_and_the_digest_of_another_word_is_dropped() -> None:
    for word in ("female", "male", "unknown"):
        made = outcome(with_user(ge=sha(word)))
        assert isinstance(made, Prepared)
        assert json.loads(made.line)["user_data"]["ge"] == sha(word)
    made = outcome(with_user(ge=sha("f")))  # as Meta's page has it
    assert isinstance(made, Prepared)
    assert "ge" not in json.loads(made.line)["user_data"]
    assert [field for field, text in made.warnings if "does not list" in text] == ["user_data.ge"]
