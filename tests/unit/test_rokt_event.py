"""A conversion and Rokt's event: each row of the Event API page's and of Segment's tables, identity, withholding."""

import json
import re
import uuid
from dataclasses import replace
from typing import Any

import pytest

from pipeline.contract.destination import Prepared, Withheld
from rokt.event import IDS, MAX_EVENT_BYTES, identify, identity, prepare
from rokt.settings import Settings
from tests.unit.conversions import ABSENT, DEVICE, NOW, sha
from tests.unit.rokt_conversions import (
    CLEAR,
    EMAIL,
    EVENT_API,
    SETTINGS,
    conversion,
    errors,
    finished,
    outcome,
    said,
    warned,
    with_user,
    withheld,
)

IN_CLEAR = Settings(**CLEAR)
EVENTS_IN_CLEAR = Settings(api="events", account_id="12345", **CLEAR)
RTID = "1bc29b36f623ba82aaf6724fd3b16718"  # the Event API page's example
DAY = 86_400


# --- the Event API page's table of suggested fields -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("posted", "name", "value"),
    [
        ({"user_data": {"em": " John@Email.com "}}, "email", "john@email.com"),
        ({"rtid": RTID, "user_data": {}}, "passbackconversiontrackingid", RTID),
        ({"custom_data": {"value": 100.25}}, "amount", "100.25"),
        ({"custom_data": {"currency": "USD"}}, "currency", "USD"),
        ({"custom_data": {"num_items": 4}}, "quantity", "4"),
        ({"event_name": "ticketpurchase"}, "conversiontype", "ticketpurchase"),
        (
            {"custom_data": {"content_name": "Maroon 5 t-shirt, Warriors vs. Raptors"}},
            "productname",
            "Maroon 5 t-shirt, Warriors vs. Raptors",
        ),
        ({"custom_data": {"content_ids": ["tshirt-blue-39487"]}}, "sku", "tshirt-blue-39487"),
        ({"custom_data": {"contents": [{"id": 230847, "quantity": 1, "price": 2}]}}, "sku", "230847"),
        ({"attributes": {"paymenttype": "American Express"}}, "paymenttype", "American Express"),
        ({"attributes": {"margin": 10.12}}, "margin", "10.12"),
        ({"attributes": {"transactionid": "ABC789"}}, "transactionid", "ABC789"),
        ({"custom_data": {"order_id": "XYZ123"}}, "confirmationref", "XYZ123"),
        ({"user_data": {"em": EMAIL, "fn": " John "}}, "firstname", "John"),
        ({"user_data": {"em": EMAIL, "ln": "Smith"}}, "lastname", "Smith"),
        ({"user_data": {"em": EMAIL, "ph": "3053211654"}}, "mobile", "3053211654"),
        ({"user_data": {"em": EMAIL, "ph": "+1 (323) 867-5309"}}, "mobile", "3238675309"),
        ({"user_data": {"em": EMAIL, "client_ip_address": "172.3.51.182"}}, "ipaddress", "172.3.51.182"),
    ],
)
def test_each_suggested_field_of_the_event_api_is_filled_as_text(posted: Any, name: str, value: str) -> None:
    assert said(conversion(**posted), EVENTS_IN_CLEAR)[name] == value


def test_the_hashed_address_of_the_event_api_is_of_the_address_in_lower_case_without_spaces() -> None:
    # the page's own example for john@email.com, without the space in its middle
    expected = "fab1e2e699b3b927cbf875046a64f2225df02d5cb306f3857424c2bbb87be61f"
    pairs = said(with_user(em=" John@Email.com "), EVENT_API)
    assert pairs["emailsha256"] == expected
    assert "email" not in pairs


def test_an_event_of_the_event_api_has_its_four_members() -> None:
    event = finished(conversion(event_time="2026-01-01T00:00:00Z"), EVENT_API)
    assert list(event) == ["clientEventId", "eventTime", "eventType", "objectData"]
    assert (event["eventTime"], event["eventType"]) == ("2026-01-01T00:00:00Z", "conversion")
    assert len(event["clientEventId"]) == 36


@pytest.mark.parametrize(
    ("amount", "text"),
    [(0, "0"), (0.0, "0"), (25, "25"), (25.0, "25"), ("99.80", "99.8"), (1e-7, "0.0000001"), (0.1, "0.1")],
)
def test_amounts_of_the_event_api_are_decimal_text_and_0_is_one(amount: object, text: str) -> None:
    assert said(conversion(custom_data={"value": amount}), EVENT_API)["amount"] == text


def test_a_conversion_without_an_order_gets_a_reference_by_which_the_event_api_drops_repeats() -> None:
    event = finished(conversion(), EVENT_API)
    pairs = {pair["name"]: pair["value"] for pair in event["objectData"]}
    assert pairs["confirmationref"] == event["clientEventId"]
    assert "transactionid" not in pairs
    assert "confirmationref" not in said(conversion(attributes={"transactionid": "T"}), EVENT_API)
    assert "confirmationref" not in said(conversion())


def test_an_order_goes_under_both_names_by_which_the_event_api_drops_repeats() -> None:
    order = {"order_id": "ORD-7"}
    pairs = said(conversion(custom_data=order), EVENT_API)
    assert (pairs["transactionid"], pairs["confirmationref"]) == ("ORD-7", "ORD-7")
    pairs = said(conversion(custom_data=order, attributes={"transactionid": "T"}), EVENT_API)
    assert (pairs["transactionid"], pairs["confirmationref"]) == ("T", "ORD-7")
    assert "transactionid" not in said(conversion(custom_data=order))


def test_the_event_api_gets_no_digest_but_the_addresss_for_its_page_lists_no_other() -> None:
    user = {"fn": "John", "ln": "Smith", "ph": "+1 323 867 5309", "zp": "10014"}
    listed = ["firstname", "lastname", "mobile", "billingzipcode"]
    digests = {name: sha(value) for name, value in user.items()}
    for settings, posted, expected in (
        (EVENT_API, user, []),
        (EVENTS_IN_CLEAR, digests, []),
        (EVENTS_IN_CLEAR, user, listed),
    ):
        pairs = said(with_user(**posted), settings)
        assert sorted(pairs.keys() - {"email", "emailsha256", "conversiontype", "confirmationref", "event_id"}) == (
            sorted(expected)
        )


# --- Segment's table: identifiers and attributes ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("user", "part", "name", "value"),
    [
        ({"em": "Jane@Example.com"}, "user_identities", "other", sha("jane@example.com")),
        ({"em": "jane+tag@example.com"}, "user_identities", "other", sha("jane+tag@example.com")),
        ({"external_id": "user-1"}, "user_identities", "customerid", "user-1"),
        ({"external_id": 42}, "user_identities", "customerid", "42"),
        ({"aID": DEVICE}, "device_info", "ios_advertising_id", DEVICE),
        ({"AID": DEVICE}, "device_info", "ios_advertising_id", DEVICE),
        ({"aGA": DEVICE}, "device_info", "android_advertising_id", DEVICE),
        ({"idfv": DEVICE}, "device_info", "ios_idfv", DEVICE),
        ({"android_uuid": DEVICE}, "device_info", "android_uuid", DEVICE),
        ({"android_uuid": "9774d56d682e549c"}, "device_info", "android_uuid", "9774d56d682e549c"),
        ({"client_user_agent": "Mozilla/5.0"}, "device_info", "http_header_user_agent", "Mozilla/5.0"),
        ({"fn": "Mary Ann"}, "user_attributes", "firstnamesha256", sha("maryann")),
        ({"ln": " O'Neil"}, "user_attributes", "lastnamesha256", sha("o'neil")),
        ({"ph": "+1 (323) 867-5309"}, "user_attributes", "mobilesha256", sha("3238675309")),
        ({"zp": "SW1A 1AA"}, "user_attributes", "billingzipsha256", sha("SW1A1AA")),
        ({"zp": 10014}, "user_attributes", "billingzipsha256", sha("10014")),
        ({"ge": "Female"}, "user_attributes", "gender", "f"),
        ({"ge": "m"}, "user_attributes", "gender", "m"),
        ({"ct": "Boston"}, "user_attributes", "city", "Boston"),
        ({"st": "MA"}, "user_attributes", "state", "MA"),
        ({"country": "US"}, "user_attributes", "country", "US"),
    ],
)
def test_each_field_of_a_person_has_its_place(user: dict[str, Any], part: str, name: str, value: str) -> None:
    assert finished(with_user(**user))[part][name] == value


@pytest.mark.parametrize(
    ("switch", "field", "posted", "part", "hashed", "clear", "value"),
    [
        ("hash_email", "em", " Jane@Example.com", "user_identities", "other", "email", "jane@example.com"),
        ("hash_first_name", "fn", " Mary Ann", "user_attributes", "firstnamesha256", "firstname", "Mary Ann"),
        ("hash_last_name", "ln", "O'Neil", "user_attributes", "lastnamesha256", "lastname", "O'Neil"),
        ("hash_mobile", "ph", "(323) 867-5309", "user_attributes", "mobilesha256", "mobile", "3238675309"),
        ("hash_billing_zip", "zp", "02116 ", "user_attributes", "billingzipsha256", "billingzipcode", "02116"),
    ],
)
def test_hashing_is_switched_field_by_field_and_a_digest_goes_to_the_hashed_key_whatever_the_switch(
    switch: str, field: str, posted: str, part: str, hashed: str, clear: str, value: str
) -> None:
    off = replace(Settings(), **{switch: False})  # type: ignore[arg-type]
    on, without = finished(with_user(**{field: posted}))[part], finished(with_user(**{field: posted}), off)[part]
    assert hashed in on
    assert clear not in on
    assert without[clear] == value
    assert hashed not in without
    digest = sha("somebody")
    for settings in (Settings(), off):
        for form in (digest, digest.upper(), f" {digest} "):
            kept = finished(with_user(**{field: form}), settings)[part]
            assert kept[hashed] == digest
            assert clear not in kept


@pytest.mark.parametrize(
    ("posted", "lower_case", "as_written"),
    [
        (
            "John",
            "96d9632f363564cc3032521409cf22a852f2032eec099ed5967c0d000cec607a",
            "a8cfcd74832004951b4408cdb0a5dbcd8c7e52d43f7fe244bf720582e05241da",
        ),
        (" Mary Ann ", sha("maryann"), sha("Mary Ann")),
        ("smith", sha("smith"), sha("smith")),
    ],
)
def test_names_are_hashed_by_rokts_rule_or_as_they_are_written(posted: str, lower_case: str, as_written: str) -> None:
    for settings, digest in ((Settings(), lower_case), (Settings(hashed_names="as_written"), as_written)):
        event = finished(with_user(fn=posted, ln=posted), settings)
        assert event["user_attributes"] == {"firstnamesha256": digest, "lastnamesha256": digest}


@pytest.mark.parametrize("field", ["fn", "ln", "ph", "zp"])
@pytest.mark.parametrize("nothing", ["", " ", "null", "undefined", "n/a", "[tag]", "{{x}}", sha(""), sha("null")])
@pytest.mark.parametrize("settings", [Settings(), IN_CLEAR])
def test_digests_of_nothing_and_placeholders_are_absent(field: str, nothing: str, settings: Settings) -> None:
    assert "user_attributes" not in finished(with_user(**{field: nothing}), settings)


@pytest.mark.parametrize(
    ("number", "sent"),
    [
        ("1-555-010-0123", "5550100123"),
        ("tel:+15550100123", "5550100123"),
        ("+1 416 555 0123", "4165550123"),  # Canada has the same form
        ("+44 7400 123456", "+447400123456"),
        ("0044 (0)7400 123456", "+447400123456"),
        ("011 44 7400 123456", "+447400123456"),
        ("+81 90 1234 5678", "+819012345678"),
        ("+61 412 345 678", "+61412345678"),
        ("+64 21 123 456", "+6421123456"),
        ("+49 1512 3456789", "+4915123456789"),
        ("+55 11 98765 4321", "+5511987654321"),
        ("+65 9123 4567", "+6591234567"),  # without its plus it would be a number of Alabama's
        ("+1234567890", "+1234567890"),  # of no country
    ],
)
def test_only_a_north_american_number_loses_its_countrys_code(number: str, sent: str) -> None:
    assert finished(with_user(ph=number), IN_CLEAR)["user_attributes"]["mobile"] == sent
    assert finished(with_user(ph=number))["user_attributes"]["mobilesha256"] == sha(sent)


@pytest.mark.parametrize(
    ("country", "sent"),
    [
        ({"user_data": {"em": EMAIL, "ph": "07700 900123", "country": "GB"}}, "+447700900123"),
        ({"user_data": {"em": EMAIL, "ph": "07700 900123", "data_processing_country": "GB"}}, "+447700900123"),
        (
            {"data_processing_country": "United Kingdom", "user_data": {"em": EMAIL, "ph": "7700900123"}},
            "+447700900123",
        ),
        ({"user_data": {"em": EMAIL, "ph": "770 090 0123"}}, "7700900123"),
    ],
)
def test_a_number_without_a_code_is_of_the_country_that_the_record_names(country: dict[str, Any], sent: str) -> None:
    assert finished(conversion(**country), IN_CLEAR)["user_attributes"]["mobile"] == sent


def test_else_it_is_of_the_senders_country_and_else_of_the_stacks() -> None:
    posted = with_user(ph="07700 900123")
    for made in (
        prepare(posted, group="g", now=NOW, settings=IN_CLEAR, country="GB"),
        prepare(posted, group="g", now=NOW, settings=replace(IN_CLEAR, default_country="GB")),
    ):
        assert isinstance(made, Prepared)
        assert json.loads(made.line)["user_attributes"]["mobile"] == "+447700900123"


@pytest.mark.parametrize("number", ["123-4567", "anonymous", "call me"])
def test_what_is_no_whole_number_is_left_out_with_a_warning(number: str) -> None:
    assert "user_attributes" not in finished(with_user(ph=number))
    assert warned(with_user(ph=number)) == ["user_data.ph"]


@pytest.mark.parametrize("field", ["aID", "aGA"])
@pytest.mark.parametrize("bad", ["5e2d9c1a", DEVICE.replace("-", ""), DEVICE + "0", "{" + DEVICE[1:], "0" * 8])
def test_an_advertising_id_that_is_no_uuid_would_refuse_the_object_and_stays_out(field: str, bad: str) -> None:
    assert "device_info" not in finished(with_user(**{field: bad}))
    assert warned(with_user(**{field: bad})) == [f"user_data.{field}"]


def test_the_all_zero_id_stays_out() -> None:
    assert "device_info" not in finished(with_user(aID="00000000-0000-0000-0000-000000000000"))


@pytest.mark.parametrize("day", ["1983-12-15", "1983/12/15", "19831215", "1983-12-15T00:00:00Z"])
def test_a_birth_date_goes_in_clear_and_only_if_the_stack_says_so(day: str) -> None:
    sending = Settings(send_birth_date=True)
    assert finished(with_user(db=day), sending)["user_attributes"] == {"dob": "19831215"}
    assert "user_attributes" not in finished(with_user(db=day))
    assert warned(with_user(db=day)) == []


@pytest.mark.parametrize("day", ["1983-02-30", "12/11/1983", "yesterday", sha("1983-12-15"), "2999-01-01", 7, {}])
def test_a_bad_birth_date_drops_the_field_and_never_the_conversion(day: object) -> None:
    sending = Settings(send_birth_date=True)
    assert "user_attributes" not in finished(with_user(db=day), sending)
    assert warned(with_user(db=day), sending) == ["user_data.db"]


# --- identifiers, and who is withheld -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "enough",
    [
        {"em": EMAIL},
        {"em": sha(EMAIL)},
        {"external_id": "7"},
        {"aID": DEVICE},
        {"aGA": DEVICE},
        {"idfv": DEVICE},
        {"android_uuid": DEVICE},
        {"client_ip_address": "203.0.113.9", "client_user_agent": "Mozilla/5.0"},
    ],
)
def test_any_one_identifier_is_enough_for_the_conversions_api(enough: dict[str, str]) -> None:
    assert isinstance(outcome(conversion(user_data=enough)), Prepared)


@pytest.mark.parametrize(
    "short",
    [
        ABSENT,
        {},
        {"em": "jane"},
        {"em": sha("")},
        {"ph": "3238675309", "fn": "Jane", "ln": "Doe", "zp": "10014"},
        {"client_ip_address": "203.0.113.9"},
        {"client_user_agent": "Mozilla/5.0"},
        {"aID": "no-uuid"},
    ],
)
def test_without_an_identifier_the_conversion_is_withheld_and_not_wrong(short: object) -> None:
    assert "rtid" in withheld(conversion(user_data=short))


@pytest.mark.parametrize("enough", [{"em": EMAIL}, {"em": sha(EMAIL)}])
def test_the_event_api_needs_an_address_or_a_click_id(enough: dict[str, str]) -> None:
    assert isinstance(outcome(conversion(user_data=enough), EVENT_API), Prepared)
    assert isinstance(outcome(conversion(user_data={}, rtid=RTID), EVENT_API), Prepared)
    others = {"external_id": "7", "aID": DEVICE, "client_ip_address": "203.0.113.9", "client_user_agent": "M"}
    assert "em or rtid" in withheld(conversion(user_data=others), EVENT_API)


@pytest.mark.parametrize("word", ["true", True, "TRUE", "yes", 1, "perhaps", {}])
@pytest.mark.parametrize("settings", [Settings(), EVENT_API])
def test_who_opted_out_is_withheld_also_from_a_conversion_that_is_wrong(word: object, settings: Settings) -> None:
    assert "opted out" in withheld(conversion(opt_out=word), settings)
    assert isinstance(outcome({"opt_out": word}, settings), Withheld)


@pytest.mark.parametrize("word", ["false", False, "no", 0, "", None, "null"])
def test_who_did_not_opt_out_is_not_withheld(word: object) -> None:
    assert isinstance(outcome(conversion(opt_out=word)), Prepared)


# --- rtid -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "posted",
    [
        {"rtid": RTID},
        {"click_ids": {"rtid": RTID}},
        {"click_ids": {"rclid": RTID, "gclid": "other"}},
        {"click_ids": {"rclid": "other", "rtid": RTID}},
        {"event_source_url": f"https://shop.example.com/?a=1&rtid={RTID}"},
        {"event_source_url": f"https://shop.example.com/?rclid={RTID}#top"},
        {"event_source_url": f"https://shop.example.com/#/thanks?rtid={RTID}"},
        {"event_source_url": f"https://shop.example.com/?rclid=other&rtid={RTID}"},
        {"rtid": "", "event_source_url": f"https://shop.example.com/?rtid={RTID}"},
        {"rtid": RTID, "click_ids": {"rtid": "other"}, "event_source_url": "https://e.example/?rtid=third"},
    ],
)
def test_the_click_id_is_found_and_goes_to_both_places(posted: dict[str, Any]) -> None:
    event = finished(conversion(user_data={}, **posted))
    assert event["integration_attributes"] == {"1277": {"passbackconversiontrackingid": RTID}}
    assert event["user_identities"] == {"other2": RTID}
    without = finished(conversion(user_data={}, **posted), Settings(copy_rtid=False))
    assert without["integration_attributes"] == event["integration_attributes"]
    assert "user_identities" not in without


@pytest.mark.parametrize(
    "posted", [{"rtid": "two words"}, {"rtid": "jane@example.com"}, {"rtid": ["x"]}, {"click_ids": {"rtid": "é"}}]
)
def test_what_is_no_click_id_stays_out(posted: dict[str, Any]) -> None:
    assert "integration_attributes" not in finished(conversion(**posted))
    assert warned(conversion(**posted)) == ["rtid" if "rtid" in posted else "click_ids.rtid"]


@pytest.mark.parametrize("url", ["", "?rtid=", "https://e.example/?xrtid=1", "https://[", 7, None])
def test_an_address_without_a_click_id_gives_none(url: object) -> None:
    assert "integration_attributes" not in finished(conversion(event_source_url=url))


# --- the conversion ---------------------------------------------------------------------------------------------------


def test_0_is_an_amount() -> None:
    assert said(conversion(custom_data={"value": 0, "currency": "usd"})) == {
        "conversiontype": "PURCHASE",
        "amount": 0,
        "currency": "USD",
        "event_id": "order-1",
    }


def test_an_amount_whose_currency_nobody_knows_goes_with_it() -> None:
    posted = conversion(custom_data={"value": 5, "currency": "XXQ", "predicted_ltv": 9, "order_id": "A"})
    assert said(posted) == {"conversiontype": "PURCHASE", "confirmationref": "A", "event_id": "order-1"}
    assert warned(posted) == ["custom_data.currency", "custom_data.value", "custom_data.predicted_ltv"]


def test_two_products_have_no_sku() -> None:
    assert "sku" not in said(conversion(custom_data={"content_ids": ["a", "b"]}))


def test_attributes_are_scalars_under_names_that_are_free() -> None:
    own = {"margin": 1.5, "loyal": True, "tier": "gold", "visits": 3, "list": [1], "deep": {"a": 1}, "none": None}
    own |= {"huge": 10**400, "mail": "jane@example.com", "phone": "x", "rokt.x": 1, "ROKT.y": 1, "": 1, "a\nb": 1}
    own |= {"amount": 1, "event_id": "x", "conversionType": "x"}
    posted = conversion(attributes=own, custom_data={"coupon": "SPRING", "content_category": "shoes"})
    assert said(posted) == {
        "conversiontype": "PURCHASE",
        "event_id": "order-1",
        "margin": 1.5,
        "loyal": True,
        "tier": "gold",
        "visits": 3,
        "coupon": "SPRING",
        "content_category": "shoes",
    }
    dropped = ["list", "deep", "huge", "mail", "phone", "rokt.x", "ROKT.y", "", "a\nb", "amount", "event_id"]
    assert warned(posted) == [f"attributes.{name}" for name in [*dropped, "conversionType"]]


@pytest.mark.parametrize("name", ["email", "Phone", "First Name", "last-name", "date.of.birth", "phoneNumber", "dob"])
def test_an_attribute_named_after_a_persons_data_is_left_out(name: str) -> None:
    posted = conversion(attributes={name: "canary"})
    assert "canary" not in json.dumps(finished(posted))
    assert "user_data" in dict(outcome(posted).warnings)[f"attributes.{name}"]


def test_at_most_100_attributes_are_sent() -> None:
    own = {f"a{number}": number for number in range(103)}
    assert len(said(conversion(attributes=own))) == 102  # with conversiontype and event_id
    assert ("attributes", "dropped: 3 more than the 100 that are sent") in outcome(conversion(attributes=own)).warnings


@pytest.mark.parametrize(
    ("settings", "moment", "word"),
    [
        (Settings(), NOW + 3_600, None),
        (Settings(), NOW + 3_601, "60 minutes"),
        (Settings(), NOW - 3_000 * DAY, None),
        (EVENT_API, NOW + 300, None),
        (EVENT_API, NOW + 301, "5 minutes"),
        (EVENT_API, NOW - 540 * DAY, None),
        (EVENT_API, NOW - 540 * DAY - 1, "18 months"),
    ],
)
def test_a_time_that_would_refuse_the_whole_request_is_refused_before_it_is_sent(
    settings: Settings, moment: int, word: str | None
) -> None:
    if word is None:
        assert isinstance(outcome(conversion(event_time=moment), settings), Prepared)
    else:
        assert word in errors(conversion(event_time=moment), settings)["event_time"]


@pytest.mark.parametrize(
    ("posted", "field"),
    [
        ({"event_name": ABSENT}, "event_name"),
        ({"event_name": " "}, "event_name"),
        ({"event_name": ["x"]}, "event_name"),
        ({"event_name": "x" * 129}, "event_name"),
        ({"event_name": "jane@example.com"}, "event_name"),
        ({"event_time": ABSENT}, "event_time"),
        ({"event_time": "soon"}, "event_time"),
        ({"event_time": {}}, "event_time"),
        ({"event_name": "audiencemembershipupdate"}, "audience_name"),
    ],
)
def test_what_is_required_is_refused_by_its_field(posted: dict[str, Any], field: str) -> None:
    assert list(errors(conversion(**posted))) == [field]
    assert "jane" not in str(errors(conversion(**posted)))


@pytest.mark.parametrize("what", [None, [], "x", 7])
def test_a_conversion_must_be_an_object(what: object) -> None:
    assert errors(what) == {"events": "each event must be a JSON object"}


def test_an_event_of_more_than_an_object_may_have_is_refused() -> None:
    own = {f"a{number}": "x" * 4_000 for number in range(40)}
    assert str(MAX_EVENT_BYTES) in errors(conversion(attributes=own))["event"]


def updates_named(event: dict[str, Any]) -> tuple[str, str]:
    """The id and the name of an update, without what tells updates of one id apart."""
    named = identify(event)
    assert named is not None
    return named[0], named[1].rpartition(" ")[0]


# --- audiences --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("joins", "status"), [(True, "add"), ("true", "add"), (False, "drop"), ("drop", "drop")])
@pytest.mark.parametrize("place", ["top", "custom_data"])
def test_a_membership_goes_as_a_second_event_beside_the_conversion(joins: object, status: str, place: str) -> None:
    fields = {"audience_name": "vip", "audience_membership": joins}
    event = finished(conversion(**(fields if place == "top" else {"custom_data": fields})))
    second, first = event["events"]
    assert "audience_name" not in first["data"]["custom_attributes"]
    assert event["user_attributes"] == {"segment_vip": status == "add"}
    assert second == {
        "event_type": "custom_event",
        "data": {
            "event_name": "audiencemembershipupdate",
            "custom_event_type": "other",
            "source_message_id": "aud_" + event["source_request_id"],
            "timestamp_unixtime_ms": NOW * 1_000,
            "custom_attributes": {"audience_name": "vip", "status": status},
        },
    }


def test_an_audience_update_alone_counts_no_conversion() -> None:
    alone = {"event_name": "audiencemembershipupdate", "audience_name": "vip", "audience_membership": False}
    event = finished(conversion(**alone))
    (only,) = event["events"]
    assert only["data"]["event_name"] == "audiencemembershipupdate"
    assert only["data"]["custom_attributes"] == {"audience_name": "vip", "status": "drop", "event_id": "order-1"}
    assert updates_named(event) == ("order-1", "audiencemembershipupdate")
    assert "no audience" in withheld(conversion(**alone), EVENT_API)


@pytest.mark.parametrize(
    "name", [" AudienceMembershipUpdate", "audience_membership_update", "Audience Membership Update"]
)
def test_an_audience_update_is_none_the_less_one_if_it_is_written_otherwise(name: str) -> None:
    event = finished(conversion(event_name=name, audience_name="vip", audience_membership=True))
    assert [one["data"]["event_name"] for one in event["events"]] == ["audiencemembershipupdate"]
    assert updates_named(event) == ("order-1", "audiencemembershipupdate")


@pytest.mark.parametrize(
    "fields",
    [
        {"audience_name": "vip"},
        {"audience_membership": True},
        {"audience_name": "vip", "audience_membership": "perhaps"},
        {"audience_name": "", "audience_membership": True},
    ],
)
def test_half_a_membership_is_none_and_the_sender_is_told(fields: dict[str, Any]) -> None:
    assert len(finished(conversion(**fields))["events"]) == 1
    assert warned(conversion(**fields))


def test_the_event_api_takes_the_conversion_without_the_audience_and_says_so() -> None:
    posted = conversion(audience_name="vip", audience_membership=True)
    assert not any("audience" in name for name in said(posted, EVENT_API))
    assert warned(posted, EVENT_API) == ["audience_name"]


def test_updates_of_one_id_are_repeats_only_if_they_change_the_same_at_the_same_time() -> None:
    def made(**changes: Any) -> tuple[str, str | None]:
        alone = {"event_name": "audiencemembershipupdate", "audience_name": "vip", "audience_membership": True}
        event = finished(conversion(**(alone | changes)))
        named = identify(event)
        assert named is not None
        assert named[0] == "order-1"
        return named[1], event["source_request_id"]

    assert made() == made() == made(custom_data={"note": "x"})
    changes: list[dict[str, Any]] = [{}, {"audience_membership": False}, {"audience_name": "loyal"}]
    changes.append({"event_time": NOW - 1})
    assert len({made(**one) for one in changes}) == len({made(**one)[1] for one in changes}) == 4


def test_a_membership_changes_the_repeat_of_no_conversion() -> None:
    joins = {"audience_name": "vip", "audience_membership": True}
    one, other = (finished(conversion(**(joins | changed))) for changed in ({}, {"audience_membership": False}))
    assert identify(one) == identify(other) == ("order-1", "PURCHASE")


# --- attributes of the person -----------------------------------------------------------------------------------------


def test_own_attributes_of_the_person_are_scalars_and_arrays_of_them() -> None:
    own = {"loyalty_tier": "gold", "age": 40, "vip": True, "tags": ["a", 1, True], "score": 1.5}
    bad = {"deep": {"a": 1}, "empty": [], "mail": "jane@example.com", "city": "Boston", "phone": "x", "rokt.x": 1}
    posted = conversion(user_attributes=own | bad | {"none": None})
    assert finished(posted)["user_attributes"] == own
    assert warned(posted) == [f"user_attributes.{name}" for name in ("deep", "mail", "city", "phone", "rokt.x")]


def test_an_update_of_attributes_is_an_object_without_events_that_keeps_the_senders_id() -> None:
    alone = conversion(event_id="u/7", event_name="userAttributesUpdate", user_attributes={"total_ltv": 450.5})
    event = finished(alone)
    assert event["user_attributes"] == {"total_ltv": 450.5}
    assert "events" not in event
    assert updates_named(event) == ("u/7", "userattributesupdate")
    other = finished(alone | {"user_attributes": {"total_ltv": 500}})
    assert identify(other) != identify(event)
    assert other["source_request_id"] != event["source_request_id"]
    assert "no audience" in withheld(alone, EVENT_API)
    for nothing in (ABSENT, {}, {"email": "x"}):
        assert list(errors(conversion(event_name="userattributesupdate", user_attributes=nothing))) == [
            "user_attributes"
        ]


# --- the sender's own word for its event, and the time ----------------------------------------------------------------


@pytest.mark.parametrize("word", ["ticketpurchase", "Order Completed", "purchase", "seatupgrade"])
def test_the_senders_own_word_is_the_conversion_type_as_it_is_written(word: str) -> None:
    posted = conversion(conversion_type=word)
    made = outcome(posted)
    assert isinstance(made, Prepared)
    named = "PURCHASE" if word == "purchase" else word  # however it is written, for the ledger it is one event
    assert (said(posted)["conversiontype"], made.event_name, made.posted_name) == (word, named, "PURCHASE")
    assert said(posted, Settings(conversion_types="listed"))["conversiontype"] == "PURCHASE"


@pytest.mark.parametrize("word", ["", "audiencemembershipupdate", "jane@example.com", "x" * 129])
def test_a_word_that_is_none_leaves_the_event_name(word: str) -> None:
    assert said(conversion(conversion_type=word))["conversiontype"] == "PURCHASE"


@pytest.mark.parametrize(
    ("moment", "millis"),
    [
        ("2024-01-18T12:00:00.905Z", 905),
        ("2024-01-18T12:00:00.9+00:00", 900),
        ("2024-01-18T14:00:00.90512+02:00", 905),
        ("2024-01-18T12:00:00Z", 0),
        (1705579200905, 905),
        ("1705579200905", 905),
        (1705579200.5, 500),
        (1705579200, 0),
    ],
)
def test_milliseconds_of_the_time_are_kept(moment: object, millis: int) -> None:
    (event,) = finished(conversion(event_time=moment))["events"]
    assert event["data"]["timestamp_unixtime_ms"] == 1705579200000 + millis


# --- identity ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("settings", [Settings(), EVENT_API])
def test_a_finished_event_is_named_by_its_senders_words(settings: Settings) -> None:
    assert identify(finished(conversion(event_id=42, event_name="LEAD"), settings)) == ("42", "LEAD")
    long = "order-" + "9" * 300
    assert identify(finished(conversion(event_id=long), settings)) == (long, "PURCHASE")


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"events": []},
        {"events": {}},
        {"events": [1]},
        {"events": [{"data": []}]},
        {"events": [{"data": {"custom_attributes": {"event_id": 1, "conversiontype": "LEAD"}}}]},
        {"objectData": []},
        {"objectData": [1, {"name": "event_id", "value": "1"}]},
        {"event_id": "1", "event_name": "LEAD", "event_time": 1},
    ],
)
def test_what_is_not_rokts_is_not_named(event: dict[str, Any]) -> None:
    assert identify(event) is None


def test_the_identity_is_a_uuid_of_event_group_name_and_id() -> None:
    expected = str(uuid.uuid5(IDS, json.dumps(["shop_us", "PURCHASE", "order-1"], separators=(",", ":"))))
    assert identity("shop_us", "PURCHASE", "order-1") == expected
    event = finished(conversion())
    assert event["source_request_id"] == event["events"][0]["data"]["source_message_id"] == expected
    assert finished(conversion(), EVENT_API)["clientEventId"] == expected


def test_no_two_conversions_that_the_ledger_tells_apart_are_one_to_rokt() -> None:
    made = [
        finished(conversion(event_name="CONTACT")),
        finished(conversion(event_name="LEAD")),
        finished(conversion(event_id="order-2", event_name="LEAD")),
        finished(conversion(event_name="LEAD"), group="shop_uk"),
        finished(conversion(event_id='LEAD","x', event_name="a")),
        finished(conversion(event_id="x", event_name='a","LEAD')),
    ]
    assert len({event["source_request_id"] for event in made}) == len(made)
    assert len({event["events"][0]["data"]["source_message_id"] for event in made}) == len(made)
    assert finished(conversion(event_time=NOW - 60))["source_request_id"] == finished(conversion())["source_request_id"]


@pytest.mark.parametrize("settings", [Settings(), EVENT_API])
def test_a_missing_event_id_is_derived_from_the_content(settings: Settings) -> None:
    def derived(**changes: Any) -> str:
        made = outcome(conversion(event_id=ABSENT, **changes), settings)
        assert isinstance(made, Prepared)
        named = identify(json.loads(made.line))
        assert named == (made.event_id, "PURCHASE")
        return made.event_id

    assert derived() == derived()
    changes: list[dict[str, Any]] = [{}, {"event_time": NOW - 1}, {"custom_data": {"value": 1}}]
    changes.append({"event_source_url": "https://example.com/2"})  # Rokt takes none, and it tells two views apart
    assert len({derived(**changed) for changed in changes}) == 4


def test_an_address_in_the_event_id_is_hashed() -> None:
    assert identify(finished(conversion(event_id="jane@example.com"))) == (sha("jane@example.com"), "PURCHASE")


def test_the_event_api_needs_an_account() -> None:
    for wrong in ("", "x" * 65):
        with pytest.raises(ValueError, match="account id"):
            Settings(api="events", account_id=wrong)


def test_the_address_of_the_api_can_be_chosen() -> None:
    assert Settings().url == "https://s2s.us2.mparticle.com"
    assert EVENT_API.url == "https://api.rokt.com"
    assert Settings(base_url="https://s2s.eu1.mparticle.com/").url == "https://s2s.eu1.mparticle.com"


def test_a_very_long_event_id_is_sent_as_its_digest() -> None:
    assert identify(finished(conversion(event_id="9" * 1_000))) == ("9" * 1_000, "PURCHASE")
    assert identify(finished(conversion(event_id="9" * 1_001))) == (sha("9" * 1_001), "PURCHASE")
    assert warned(conversion(event_id="9" * 1_001)) == ["event_id"]


def test_what_tells_one_from_another_is_left_out_if_it_lost_letters() -> None:
    lost = "№1".encode().decode("ascii", "replace")  # what a decoder of the wrong kind makes of an order's id
    assert "\ufffd" in lost
    posted = conversion(
        event_id=lost,
        user_data={"em": EMAIL, "external_id": lost},
        custom_data={"order_id": lost, "content_name": lost},
        attributes={"transactionid": lost, "note": lost},
        audience_name=lost,
        audience_membership=True,
    )
    event = finished(posted, EVENT_API)
    pairs = {pair["name"]: pair["value"] for pair in event["objectData"]}
    assert pairs.keys() >= {"note", "productname"}
    assert "transactionid" not in pairs
    assert pairs["confirmationref"] == event["clientEventId"]
    assert re.fullmatch("[0-9a-f]{32}", pairs["event_id"])
    event = finished(posted)
    assert "customerid" not in event["user_identities"]
    assert len(event["events"]) == 1
    said_of = dict(outcome(posted).warnings)
    for field in ("event_id", "user_data.external_id", "custom_data.order_id", "attributes.transactionid"):
        assert said_of[field] == "dropped: lost letters on its way: send the body as UTF-8"
    assert said_of["custom_data.content_name"] == "lost letters on its way: send the body as UTF-8"


def test_a_text_of_more_than_4096_characters_is_left_out() -> None:
    posted = conversion(user_data={"em": EMAIL, "fn": "x" * 4_097, "ct": "y" * 4_097}, attributes={"note": "z" * 4_097})
    assert "user_attributes" not in finished(posted, IN_CLEAR)
    assert warned(posted, IN_CLEAR) == ["user_data.fn", "user_data.ct", "attributes.note"]


def test_parts_that_are_no_objects_are_left_out() -> None:
    odd = {"custom_data": 7, "attributes": "x", "click_ids": []}
    assert said(conversion(**odd)) == {"conversiontype": "PURCHASE", "event_id": "order-1"}
    assert sorted(warned(conversion(**odd))) == ["attributes", "click_ids", "custom_data"]


# --- what tells two persons apart -------------------------------------------------------------------------------------


def identifiers(given: object, settings: Settings = SETTINGS) -> dict[str, str]:
    """The identifiers of the finished event."""
    made = outcome(given, settings)
    assert isinstance(made, Prepared), made
    assert (made.event_id, made.event_name) == identify(json.loads(made.line))
    return dict(made.identifiers)


@pytest.mark.parametrize("settings", [SETTINGS, IN_CLEAR, EVENT_API])
@pytest.mark.parametrize("odd", [{}, {"event_time": str(NOW)}])  # the second is read with care
def test_identifiers_are_those_of_a_person_and_the_amount_hashed_whatever_is_sent(
    settings: Settings, odd: dict[str, str]
) -> None:
    user = {
        "em": "Jane@Example.com",
        "ph": "+1 555 010 0123",
        "external_id": "C-7",
        "aGA": DEVICE.upper(),
        "idfv": DEVICE,
    }
    shared = {"fn": "Jane", "ct": "Utica", "client_ip_address": "203.0.113.9", "client_user_agent": "Mozilla/5.0"}
    given = conversion(user_data=user | shared, custom_data={"value": 25, "currency": "USD"}) | odd
    assert identifiers(given, settings) == {
        "em": sha("jane@example.com"),
        "ph": sha("5550100123"),
        "external_id": "C-7",
        "android_advertising_id": DEVICE,
        "ios_idfv": DEVICE,
        "value": "25.0",
        "currency": "USD",
    }


def test_an_address_posted_as_its_digest_is_the_same_person() -> None:
    clear, hashed = (conversion(user_data={"em": one}) for one in (EMAIL, sha(EMAIL)))
    for settings in (SETTINGS, IN_CLEAR):
        assert identifiers(clear, settings) == identifiers(hashed, settings) == {"em": sha(EMAIL)}


def test_an_audience_update_is_named_by_rokts_word() -> None:
    given = conversion(event_name="AudienceMembershipUpdate", audience_name="loyal", audience_membership=True)
    made = outcome(given)
    assert isinstance(made, Prepared)
    assert made.event_name.startswith("audiencemembershipupdate ")
    assert made.posted_name == "audiencemembershipupdate"
