"""Rokt's Event API v2, for accounts that have not moved: every suggested field, repeats, partial failures."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.e2e.relay import until
from tests.e2e.rokt import EVENT_TIME, RoktRelay, conversion, delivering, golden

CASE = golden("events-clear")


@pytest.fixture(scope="module")
def running() -> Iterator[RoktRelay]:
    alone = {"DeliverToRoku": "false", "DeliverToRokt": "true"}
    with delivering(**alone, RoktApi="events", RoktAccountId="12345", RoktHashed="") as relay:
        yield relay


@pytest.fixture
def relay(running: RoktRelay) -> Iterator[RoktRelay]:
    yield running
    running.rokt.set_faults({})


@pytest.fixture(scope="module")
def arrived(running: RoktRelay) -> dict[str, Any]:
    """What Rokt got of the conversion with all fields. The time is of today: Rokt takes none of 18 months ago."""
    status, _ = running.post(CASE["posted"] | {"event_time": EVENT_TIME}, event_group_id=CASE["group"])
    assert status == 202
    event: dict[str, Any] = until(lambda: running.taken("order-2002"))
    return event


@pytest.mark.parametrize("pair", CASE["wire"]["objectData"], ids=lambda pair: pair["name"])
def test_each_suggested_field_arrives_under_its_name(arrived: dict[str, Any], pair: dict[str, str]) -> None:
    assert pair in arrived["objectData"]


def test_the_event_has_its_id_its_time_and_nothing_else(arrived: dict[str, Any]) -> None:
    assert len(arrived["objectData"]) == len(CASE["wire"]["objectData"])
    moment = datetime.fromtimestamp(EVENT_TIME, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert arrived == CASE["wire"] | {"eventTime": moment, "objectData": arrived["objectData"]}


def test_a_click_id_is_enough(relay: RoktRelay) -> None:
    url = "https://shop.example/thanks?rclid=1bc29b36f623ba82aaf6724fd3b16718"
    assert relay.post(conversion("clicked", user_data={}, event_source_url=url))[0] == 202
    sent = until(lambda: relay.taken("clicked"))
    pairs = {pair["name"]: pair["value"] for pair in sent["objectData"]}
    assert pairs["passbackconversiontrackingid"] == "1bc29b36f623ba82aaf6724fd3b16718"
    assert pairs["confirmationref"] == sent["clientEventId"]  # by which Rokt drops repeats


def test_what_the_api_does_not_take_is_withheld_or_refused_before_it_harms_its_neighbours(relay: RoktRelay) -> None:
    update = {"event_name": "audiencemembershipupdate", "audience_name": "vip", "audience_membership": True}
    status, answer = relay.post(
        conversion("good"),
        conversion("update", **update),
        conversion("customer", user_data={"external_id": "7"}),
        conversion("old", event_time=EVENT_TIME - 550 * 86_400),
    )
    assert status == 210
    assert [(one["index"], "Event API" in one["reason"]) for one in answer["withheld"]] == [(1, True), (2, True)]
    (failed,) = answer["failed_events"]
    assert (failed["event_id"], "18 months" in failed["errors"]["event_time"]) == ("old", True)
    assert until(lambda: relay.taken("good"))


def test_409_after_a_lost_answer_is_delivered_and_counted_once(relay: RoktRelay) -> None:
    relay.rokt.set_faults({"drop": "after", "times": 1})
    assert relay.post(conversion("lost-answer"))[0] == 202
    until(relay.try_now)
    until(lambda: len(relay.requests_of("lost-answer")) == 2)
    assert [request["status"] for request in relay.requests_of("lost-answer")] == [None, 409]
    before = relay.counted("Delivered")
    assert relay.post(conversion("lost-answer"))[0] == 202  # its sender, too, tries again: the ledger knows it
    until(lambda: relay.counted("Repeated") or relay.counted("Delivered") > before)
    assert relay.taken("lost-answer")
    assert len(relay.requests_of("lost-answer")) == 2
    assert relay.letters() == []


def test_an_unprocessed_record_alone_is_a_dead_letter_and_is_redriven(relay: RoktRelay) -> None:
    relay.rokt.set_faults({"refuse": {"culprit": "amount is above the limit of the account"}, "echo": True})
    ids = [f"batch-{number}" for number in range(120)]
    posted = [conversion(event_id) for event_id in ids] + [conversion("culprit", user_data={"em": "a.canary@b.co"})]
    assert relay.post(*posted)[0] == 202
    (letter,) = until(relay.letters)
    until(lambda: {one["event_id"] for one in relay.rokt.events()}.issuperset(ids))
    assert {"name": "event_id", "value": "culprit"} in letter.event["objectData"]
    assert "amount is above the limit of the account" in letter.reason
    assert "canary" not in str(letter.attributes)
    assert max(request["count"] for request in relay.rokt.requests()) <= 100
    relay.rokt.set_faults({})
    assert relay.redrive() == 1
    assert until(lambda: relay.taken("culprit")) == letter.event
    assert relay.letters() == []
