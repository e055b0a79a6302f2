"""The sandboxes' numbered rules: each has its source, and each profile one reading of an ambiguous sentence."""

import copy
import hashlib
from typing import Any

import pytest

from local.rokt_sandbox import conversions, event_api
from local.roku_sandbox import rules as roku
from local.sandbox.profiles import PROFILES, broken
from tests.unit.test_rokt_sandbox_rules import EVENT, OBJECT

NOW = 1_700_000_000
DIGEST = hashlib.sha256(b"jane@example.com").hexdigest()
STRICT, PAGE, LENIENT, RELAY = "strict", "page", "lenient", "relay"


def sent(user: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """An event of Roku's as the relay sends it."""
    whole = {"event_name": "LEAD", "event_type": "conversion", "event_time": NOW}
    return whole | {"user_data": {"is_hashed": True, "em": DIGEST} | (user or {})} | changes


def refusing(event: dict[str, Any], shared: dict[str, Any] | None = None) -> set[str]:
    """The profiles under which Roku's sandbox refuses the event."""
    return {one for one in PROFILES if roku.check_event(event, now=NOW, profile=one, shared=shared)}


def test_each_rule_has_a_number_of_its_own_and_a_source() -> None:
    for rules in (roku.rules(NOW), conversions.rules(1), event_api.RULES):
        assert len({rule.number for rule in rules}) == len(rules) > 8
        assert all(rule.source and rule.profiles for rule in rules)


@pytest.mark.parametrize(
    ("event", "profiles"),
    [
        (sent(), set()),
        (sent(event_name="QSS"), {PAGE, STRICT}),
        (sent(event_source="kiosk"), {STRICT, RELAY}),
        (sent({"st": "AZ"}), {PAGE, STRICT}),
        (sent({"st": "Arizona"}), set()),
        (sent(user_data={"client_ip_address": "203.0.113.9"}), {PAGE, STRICT}),
        (sent(user_data={"is_hashed": True, "ph": DIGEST}), {PAGE, STRICT}),
        (sent(surprise=1), {STRICT, RELAY}),
        (sent(custom_data={"value": -1}), {STRICT}),
        (sent({"ge": hashlib.sha256(b"m").hexdigest()}), set(PROFILES)),
        (sent({"ge": hashlib.sha256(b"female").hexdigest()}), set()),
        (sent({"ln": hashlib.sha256(b"null").hexdigest()}), {STRICT, RELAY}),
        (sent({"external_id": "+15550100142"}), set(PROFILES)),
        (sent({"external_id": "jane@example.com"}), set(PROFILES)),
        (sent(custom_data={"order_id": "+1 555 010 0142"}), set(PROFILES)),
        (sent(custom_data={"search_string": "call (555) 010-0142"}), set(PROFILES)),
        (sent(event_source_url="https://shop.example/?m=jane@example.com"), set(PROFILES)),
        (sent(custom_data={"order_id": "2846379154962243584"}), set()),
        (sent({"client_user_agent": "Mozilla/5.0 (X11) 555-010-0142"}), set()),
    ],
)
def test_an_event_of_rokus_is_refused_under_these_profiles(event: dict[str, Any], profiles: set[str]) -> None:
    assert refusing(event) == profiles


def test_ringbas_printed_body_can_be_rehearsed() -> None:
    event = {"event_name": "CONTACT", "event_type": "conversion", "event_time": NOW, "event_source": "phone_call"}
    event |= {"event_id": "RGB1", "partner_name": "Ringba", "user_data": {"ph": "+15550100142"}}
    body = {"event_group_id": "g", "is_hashed": False, "events": [[event]]}
    assert roku.check_body(body, "lenient") is None
    assert roku.events_of(body, "lenient") == [event]
    assert refusing(event, {"is_hashed": False}) == {PAGE, STRICT, RELAY}
    assert roku.check_event(event, now=NOW, profile="page", shared=body) == {
        "user_data": "At least one user identifier is required"
    }
    assert roku.check_body(body, "strict") is not None


def rokt_object(**changes: Any) -> dict[str, Any]:
    return {name: value for name, value in (copy.deepcopy(OBJECT) | changes).items() if value is not None}


@pytest.mark.parametrize(
    ("item", "numbers"),
    [
        (rokt_object(), {one: [] for one in PROFILES} | {STRICT: ["O15"]}),
        (rokt_object(source_request_id=None), {PAGE: [], LENIENT: [], RELAY: ["O4"], STRICT: ["O4", "O15"]}),
        (
            rokt_object(user_identities={"other2": "rtid"}, device_info=None),
            {PAGE: ["O12"], LENIENT: [], RELAY: [], STRICT: ["O12", "O15"]},
        ),
        (
            rokt_object(user_identities={}, device_info={"ios_idfv": "x"}, integration_attributes=None),
            {PAGE: ["O12"], LENIENT: [], RELAY: ["O8"], STRICT: ["O8", "O12", "O15"]},
        ),
        (
            rokt_object(user_attributes={"note": "+15550100142"}),
            {one: ["O14"] for one in PROFILES} | {STRICT: ["O14", "O15"]},
        ),
    ],
)
def test_an_object_of_rokts_breaks_these_rules(item: dict[str, Any], numbers: dict[str, list[str]]) -> None:
    assert {one: broken(conversions.rules(1), item, one) for one in PROFILES} == numbers


@pytest.mark.parametrize(
    ("pairs", "numbers"),
    [
        ({}, {PAGE: [], LENIENT: [], RELAY: [], STRICT: ["V8"]}),
        ({"transactionid": "1"}, {one: [] for one in PROFILES}),
        ({"transactionid": "1", "firstnamesha256": DIGEST}, {PAGE: [], LENIENT: [], RELAY: ["V7"], STRICT: ["V7"]}),
        ({"transactionid": "1", "mobile": "+1 (323) 867-5309"}, {one: [] for one in PROFILES}),
        ({"transactionid": "1", "note": "+1 (323) 867-5309"}, {one: ["V9"] for one in PROFILES}),
    ],
)
def test_an_event_of_rokts_event_api_breaks_these_rules(pairs: dict[str, str], numbers: dict[str, list[str]]) -> None:
    told = [*EVENT["objectData"], *({"name": name, "value": value} for name, value in pairs.items())]
    event = EVENT | {"objectData": told}
    assert {one: broken(event_api.RULES, event, one) for one in PROFILES} == numbers
