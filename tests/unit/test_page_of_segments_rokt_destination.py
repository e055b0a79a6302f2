"""Segment's page of its Rokt destination, sentence by sentence: each test is named after one, in our own words."""

from typing import Any

import pytest

from pipeline.contract.destination import Prepared, Withheld
from rokt.settings import Settings
from tests.unit.conversions import DEVICE, sha
from tests.unit.rokt_conversions import CLEAR, outcome
from tests.unit.test_source_segment_rokt import ENTERED, ORDER, RTID, events, finished, read

NOBODY: dict[str, Any] = {"userId": None, "context": {}}


def test_web_app_and_offline_conversions_are_sent() -> None:
    for context in ({"page": {"url": "https://shop.example/"}}, {"device": {"type": "ios"}}, {}):
        ((name, said),) = events(ORDER | {"context": context})
        assert (name, said["conversiontype"]) == ("conversion", "Order Completed")


def test_the_browser_plugin_runs_for_track_identify_page_group_and_alias_and_its_rtid_is_taken_of_what_counts() -> None:
    for call in (ORDER, ENTERED):
        event = finished(call | {"integrations": {"Rokt Conversions API": {"rtid": RTID}}})
        assert event["integration_attributes"]["1277"] == {"passbackconversiontrackingid": RTID}
        assert event["user_identities"]["other2"] == RTID


def test_identify_calls_of_engage_are_sent() -> None:
    assert events(ENTERED)[0][0] == "audiencemembershipupdate"


def test_order_completed_is_sent() -> None:
    assert events(ORDER)[0][1]["conversiontype"] == "Order Completed"


def test_details_of_the_event_are_sent() -> None:
    (only,) = finished(ORDER)["events"]
    assert only["data"]["timestamp_unixtime_ms"] == 1705579200000
    said = only["data"]["custom_attributes"]
    assert (said["confirmationref"], said["amount"], said["currency"]) == ("order-123", 99.99, "USD")


def test_additional_custom_attributes_of_the_event_are_sent() -> None:
    ((_, said),) = events(ORDER | {"properties": ORDER["properties"] | {"product_name": "Widget Pro", "quantity": 3}})
    assert (said["product_name"], said["quantity"]) == ("Widget Pro", 3)


def test_information_about_the_device_is_sent() -> None:
    device = {"type": "android", "advertisingId": DEVICE, "id": "9774d56d682e549c"}
    event = finished(ORDER | {"context": {"device": device, "userAgent": "Mozilla/5.0"}})
    assert event["device_info"] == {
        "http_header_user_agent": "Mozilla/5.0",
        "android_advertising_id": DEVICE,
        "android_uuid": "9774d56d682e549c",
    }


def test_attributes_related_to_the_user_are_sent() -> None:
    event = finished(ORDER | {"traits": {"gender": "f", "loyalty_tier": "gold"}})
    assert event["user_attributes"] == {"gender": "f", "loyalty_tier": "gold"}


def test_the_ip_address_of_the_user_is_sent() -> None:
    assert finished(ORDER)["ip"] == "203.0.113.9"


def test_the_rtid_of_the_pages_address_is_sent() -> None:
    event = finished(ORDER | {"context": {"page": {"search": f"?rtid={RTID}"}}})
    assert event["user_identities"]["other2"] == RTID


@pytest.mark.parametrize(("joins", "status"), [(True, "add"), (False, "drop")])
def test_users_are_added_and_removed_by_their_engage_membership(joins: bool, status: str) -> None:
    ((_, said),) = events(ENTERED | {"traits": ENTERED["traits"] | {"first_time_shopper": joins}})
    assert (said["audience_name"], said["status"]) == ("first_time_shopper", status)


@pytest.mark.parametrize("kind", ["track", "identify"])
@pytest.mark.parametrize(("joins", "status"), [(True, "add"), (False, "drop")])
def test_track_and_identify_events_with_audience_name_and_audience_membership_do_so_too(
    kind: str, joins: bool, status: str
) -> None:
    told = {"audience_name": "vip", "audience_membership": joins}
    call = ENTERED | {"type": kind, "event": "Changed", "context": {}, "traits": {}, "properties": told}
    ((_, said),) = events(call)
    assert (said["audience_name"], said["status"]) == ("vip", status)


HASHED = [
    ("hash_email", "email", "user_identities", "other", "email", "jane@example.com"),
    ("hash_first_name", "first_name", "user_attributes", "firstnamesha256", "firstname", "jane"),
    ("hash_last_name", "last_name", "user_attributes", "lastnamesha256", "lastname", "smith"),
    ("hash_mobile", "phone", "user_attributes", "mobilesha256", "mobile", "3238675309"),
]


@pytest.mark.parametrize(("switch", "trait", "part", "hashed", "clear", "value"), HASHED)
def test_hashing_can_be_configured_for_each_field(
    switch: str, trait: str, part: str, hashed: str, clear: str, value: str
) -> None:
    call = ORDER | {"context": {"traits": {trait: value}}, "integrations": {"Rokt Conversions API": {"rtid": RTID}}}
    assert finished(call, Settings(**CLEAR | {switch: True}))[part][hashed] == sha(value)
    assert finished(call, Settings(**CLEAR))[part][clear] == value


def test_the_billing_zip_code_too() -> None:
    call = ORDER | {"traits": {"address": {"postal_code": "54321"}}}
    assert finished(call)["user_attributes"]["billingzipsha256"] == sha("54321")
    assert finished(call, Settings(**CLEAR))["user_attributes"]["billingzipcode"] == "54321"


def test_pre_hashed_values_are_detected_and_not_hashed_again() -> None:
    call = ORDER | {"traits": {"email": sha("jane@example.com")}}
    for settings in (Settings(), Settings(**CLEAR)):
        assert finished(call, settings)["user_identities"]["other"] == sha("jane@example.com")


@pytest.mark.parametrize(
    "enough",
    [
        {"traits": {"email": "jane@example.com"}},
        {"userId": "user-1"},
        {"context": {"device": {"type": "ios", "advertisingId": DEVICE}}},
        {"context": {"device": {"type": "android", "advertisingId": DEVICE}}},
        {"context": {"ip": "203.0.113.9", "userAgent": "Mozilla/5.0"}},
    ],
)
def test_at_least_one_identifier_is_needed(enough: dict[str, Any]) -> None:
    assert isinstance(outcome(read(ORDER | NOBODY | enough)), Prepared)
    assert isinstance(outcome(read(ORDER | NOBODY)), Withheld)


def test_several_identifiers_are_all_sent() -> None:
    event = finished(ORDER | {"context": ORDER["context"] | {"device": {"type": "ios", "id": DEVICE}}})
    assert event["user_identities"].keys() == {"other", "customerid"}
    assert event["device_info"] == {"ios_idfv": DEVICE}


def test_computed_traits_are_sent_as_a_user_property() -> None:
    personas = {"computation_class": "trait", "computation_key": "total_ltv"}
    event = finished(ENTERED | {"context": {"personas": personas}, "traits": {"total_ltv": 450.5}})
    assert event["user_attributes"] == {"total_ltv": 450.5}


@pytest.mark.parametrize("joins", [True, False])
def test_audiences_are_sent_as_a_user_property_that_is_true_or_false(joins: bool) -> None:
    event = finished(ENTERED | {"traits": ENTERED["traits"] | {"first_time_shopper": joins}})
    assert event["user_attributes"] == {"segment_first_time_shopper": joins}


def test_later_updates_of_one_user_are_no_repeats() -> None:
    calls = [ENTERED | {"traits": {"first_time_shopper": joins}} for joins in (True, False)]
    assert len({finished(call)["source_request_id"] for call in calls}) == 2
