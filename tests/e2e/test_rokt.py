"""Roku and Rokt side by side: the Conversions API with hashing on, faults of Rokt, and Segment's calls."""

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from local.rokt_sandbox.declared import PAIRS
from tests.e2e.relay import until
from tests.e2e.rokt import EVENT_TIME, RoktRelay, conversion, delivering, golden

RTID = "1bc29b36f623ba82aaf6724fd3b16718"
GROUP = {"event_group_id": "shop_us"}


@pytest.fixture(scope="module")
def running() -> Iterator[RoktRelay]:
    with delivering(DeliverToRokt="true") as relay:
        yield relay


@pytest.fixture
def relay(running: RoktRelay) -> Iterator[RoktRelay]:
    """The stack; afterwards nothing is wrong with Rokt any more."""
    yield running
    running.rokt.set_faults({})
    running.rokt.set_pairs({PAIRS["conversions"], "new-key:new-secret"})


def roku_has(relay: RoktRelay, event_id: str) -> list[dict[str, Any]]:
    return [one for one in relay.stack.sandboxes["roku"].events() if one["event_id"] == event_id]


# --- every field ------------------------------------------------------------------------------------------------------


def test_each_field_of_the_conversions_api_arrives_hashed_and_roku_gets_the_same_conversion(relay: RoktRelay) -> None:
    case = golden("conversions-hashed")
    status, answer = relay.post(case["posted"], **GROUP)
    # Roku knows no idfv, no attributes and no audiences, and says nothing of them.
    assert (status, answer["failed_events"], answer["warnings"]) == (202, [], [])
    assert until(lambda: relay.taken("order-1001")) == case["wire"]
    (roku,) = until(lambda: roku_has(relay, "order-1001"))
    assert roku["event"]["custom_data"] == case["posted"]["custom_data"]
    # Each hashes by its own rules: Roku's address has lost its tag.
    assert roku["event"]["user_data"]["em"] != case["wire"]["user_identities"]["other"]


def test_segments_calls_become_conversions_and_audiences(relay: RoktRelay) -> None:
    order = {
        "type": "track",
        "event": "Order Completed",
        "messageId": "seg-order",
        "timestamp": EVENT_TIME,
        "userId": "user-123",
        "properties": {"order_id": "order-123", "revenue": 99.99, "currency": "USD", "coupon": "SPRING"},
        "context": {"traits": {"email": "jane@example.com"}, "ip": "203.0.113.9"},
        "integrations": {"Rokt Conversions API": {"rtid": RTID}},
    }
    engage = {"personas": {"computation_class": "audience", "computation_key": "first_time_shopper"}}
    identify = {"type": "identify", "timestamp": EVENT_TIME, "userId": "u123"}
    left = identify | {"messageId": "seg-left", "context": engage, "traits": {"first_time_shopper": False}}
    vip = {"audience_name": "vip", "audience_membership": True}
    joined = identify | {"messageId": "seg-joined", "traits": {"email": "jane@example.com"} | vip}
    plain = identify | {"messageId": "seg-plain", "traits": {"email": "jane@example.com"}}
    status, answer = relay.segment(order, left, joined, plain)
    assert status == 202
    assert [(one["index"], one["code"]) for one in answer["ignored"]] == [(3, "not_a_track_call")]
    reason = "an audience update is not a conversion that Roku takes"
    assert answer["withheld"] == [{"index": index, "reason": reason, "destination": "roku"} for index in (1, 2)]
    assert answer["destinations"] == {
        "roku": {"accepted": 1, "invalid": 0, "withheld": 2, "not_queued": 0},
        "rokt": {"accepted": 3, "invalid": 0, "withheld": 0, "not_queued": 0},
    }
    sent = until(lambda: relay.taken("seg-order"))
    assert sent["integration_attributes"] == {"1277": {"passbackconversiontrackingid": RTID}}
    assert sent["user_identities"]["other2"] == RTID
    attributes = sent["events"][0]["data"]["custom_attributes"]
    assert attributes == {
        "conversiontype": "Order Completed",
        "confirmationref": "order-123",
        "amount": 99.99,
        "currency": "USD",
        "event_id": "seg-order",
        "coupon": "SPRING",
    }
    for event_id, name, what in (("seg-left", "first_time_shopper", "drop"), ("seg-joined", "vip", "add")):
        (only,) = until(partial(relay.taken, event_id))["events"]
        assert only["data"]["event_name"] == "audiencemembershipupdate"
        assert only["data"]["custom_attributes"] == {"audience_name": name, "status": what, "event_id": event_id}
    (roku,) = until(lambda: roku_has(relay, "seg-order"))
    assert roku["event"]["event_name"] == "PURCHASE"


# --- what one takes and the other does not ---------------------------------------------------------------------------


def test_the_answer_says_who_took_what_and_why_not(relay: RoktRelay) -> None:
    status, answer = relay.post(
        conversion("both"),
        conversion("roku-only", user_data={"ph": "+15550100123"}),
        conversion("opted-out", opt_out="true"),
        conversion("rokt-only", event_name="seatupgrade"),
        conversion("neither", event_time="soon"),
        **GROUP,
    )
    assert status == 210
    assert [(one["index"], one["destination"]) for one in answer["withheld"]] == [(1, "rokt"), (2, "rokt")]
    assert "external_id" in answer["withheld"][0]["reason"]
    assert "opted out" in answer["withheld"][1]["reason"]
    failed = {(one["event_id"], one.get("destination")): list(one["errors"]) for one in answer["failed_events"]}
    assert failed == {("rokt-only", "roku"): ["event_name"], ("neither", None): ["event_time"]}
    assert answer["destinations"] == {
        "roku": {"accepted": 3, "invalid": 2, "withheld": 0, "not_queued": 0},
        "rokt": {"accepted": 2, "invalid": 1, "withheld": 2, "not_queued": 0},
    }
    until(lambda: relay.taken("both") and relay.taken("rokt-only"))
    until(lambda: all(roku_has(relay, event_id) for event_id in ("both", "roku-only", "opted-out")))
    assert relay.taken("roku-only") is None
    assert relay.taken("opted-out") is None
    assert relay.counted("Withheld") >= 2


def test_rokus_test_endpoint_says_that_an_audience_update_is_withheld(relay: RoktRelay) -> None:
    status, answer = relay.post(
        conversion("try", event_name="audiencemembershipupdate"), path="/v1/test_events", **GROUP
    )
    assert (status, answer["failed_events"]) == (200, [])
    reason = "an audience update is not a conversion that Roku takes"
    assert answer["withheld"] == [{"index": 0, "reason": reason}]


# --- many, and troubles of Rokt ---------------------------------------------------------------------------------------


def test_250_conversions_go_in_requests_of_a_hundred_at_most(relay: RoktRelay) -> None:
    ids = [f"bulk-{number}" for number in range(250)]
    status, _ = relay.post(*map(conversion, ids), **GROUP)
    assert status == 202
    until(lambda: {one["event_id"] for one in relay.rokt.events()}.issuperset(ids))
    bulk = [request for request in relay.rokt.requests() if not set(ids).isdisjoint(request["event_ids"])]
    assert max(request["count"] for request in bulk) == 100
    assert sorted(one for request in bulk for one in request["event_ids"]) == sorted(ids)
    assert {request["path"] for request in bulk} == {"/v2/bulkevents"}
    assert max(request["bytes"] for request in bulk) <= 256_000


@pytest.mark.parametrize("naming", ["path", "position", "none"])
def test_of_a_partial_failure_only_the_culprit_is_a_dead_letter_and_is_redriven(relay: RoktRelay, naming: str) -> None:
    before, culprit, after = (f"{naming}-{place}" for place in ("before", "culprit", "after"))
    # The error quotes what it found: the click id of the person.
    told = {"refuse": {culprit: "amount is above the limit of the account"}, "naming": naming, "echo": True}
    relay.rokt.set_faults(told)
    posted = [conversion(event_id, rtid=f"rtid-of-{event_id}") for event_id in (before, culprit, after)]
    assert relay.post(*posted, **GROUP)[0] == 202
    (letter,) = until(relay.letters)
    until(lambda: relay.taken(before) and relay.taken(after))
    assert letter.event["events"][0]["data"]["custom_attributes"]["event_id"] == culprit
    assert "amount is above the limit of the account" in letter.reason
    assert "rtid-of" not in json.dumps(letter.attributes)
    assert relay.taken(culprit) is None
    relay.rokt.set_faults({})
    assert relay.redrive() == 1
    assert until(lambda: relay.taken(culprit)) == letter.event
    assert relay.letters() == []


def test_a_refused_pair_waits_is_counted_and_heals_after_rotation(relay: RoktRelay) -> None:
    counted = relay.counted("KeyRefused")
    relay.rokt.set_pairs({"new-key:new-secret"})
    assert relay.post(conversion("rotated"), **GROUP)[0] == 202
    until(lambda: relay.counted("KeyRefused") > counted)
    until(lambda: roku_has(relay, "rotated"))  # Roku has no part in it
    assert {request["status"] for request in relay.requests_of("rotated")} == {403}
    relay.put_pair('{"key": "new-key", "secret": "new-secret"}')

    def healed() -> object:
        relay.try_now()  # the function reads its secret again after 2 s, not sooner
        return relay.taken("rotated")

    until(healed)
    assert relay.letters() == []


def test_401_waits_too(relay: RoktRelay) -> None:
    counted = relay.counted("KeyRefused")
    relay.rokt.set_faults({"status": 401})
    assert relay.post(conversion("unknown-key"), **GROUP)[0] == 202
    until(lambda: relay.counted("KeyRefused") > counted)
    assert relay.taken("unknown-key") is None
    relay.rokt.set_faults({})
    until(relay.try_now)
    assert until(lambda: relay.taken("unknown-key"))
    assert relay.letters() == []


def test_429_waits_as_long_as_rokt_says(relay: RoktRelay) -> None:
    relay.rokt.set_faults({"status": 429, "headers": {"Retry-After": "600"}, "times": 1})
    assert relay.post(conversion("throttled"), **GROUP)[0] == 202
    (asked,) = until(lambda: relay.requests_of("throttled"))
    (again,) = until(relay.waiting)
    assert again >= asked["at"] + 600  # without the header it would be 30 s at most
    assert relay.try_now() == 1
    assert until(lambda: relay.taken("throttled"))
    assert [request["status"] for request in relay.requests_of("throttled")] == [429, 202]
