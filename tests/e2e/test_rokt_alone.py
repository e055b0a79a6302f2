"""Rokt without Roku: the Conversions API with hashing off, a birth date, and no event group."""

import hashlib
import json
from collections.abc import Iterator
from uuid import uuid5

import pytest

from rokt.event import IDS
from tests.e2e.relay import until
from tests.e2e.rokt import RoktRelay, conversion, delivering, golden


@pytest.fixture(scope="module")
def running() -> Iterator[RoktRelay]:
    options = {"RoktHashed": "", "RoktSendBirthDate": "true", "RoktCopyRtid": "false", "DeliveryMode": "test"}
    with delivering(DeliverToRoku="false", DeliverToRokt="true", **options) as relay:
        yield relay


@pytest.fixture
def relay(running: RoktRelay) -> Iterator[RoktRelay]:
    yield running
    running.rokt.set_faults({})


def test_each_field_arrives_in_clear_in_the_development_environment(relay: RoktRelay) -> None:
    case = golden("conversions-clear")
    status, answer = relay.post(case["posted"], event_group_id=case["group"])
    assert (status, answer["warnings"]) == (202, [])
    assert until(lambda: relay.taken("order-1001")) == case["wire"]


def test_there_is_no_roku_and_nobody_needs_an_event_group(relay: RoktRelay) -> None:
    assert not any("Roku" in name for name in relay.stack.deployment.names if name.endswith(("Queue", "Secret")))
    status, answer = relay.post(conversion("groupless", event_name="seatupgrade"))
    assert (status, answer["failed_events"], "destinations" in answer) == (202, [], False)
    (event,) = until(lambda: relay.taken("groupless"))["events"]
    assert event["data"]["custom_attributes"]["conversiontype"] == "seatupgrade"


def test_a_digest_stays_one_with_the_switches_off(relay: RoktRelay) -> None:
    digest = hashlib.sha256(b"jane@example.com").hexdigest()
    assert relay.post(conversion("digest", user_data={"em": digest.upper(), "fn": digest}))[0] == 202
    sent = until(lambda: relay.taken("digest"))
    assert sent["user_identities"] == {"other": digest}
    assert sent["user_attributes"] == {"firstnamesha256": digest}


def test_an_audience_update_alone_is_taken(relay: RoktRelay) -> None:
    case = golden("conversions-audience")
    status, answer = relay.post(case["posted"], event_group_id=case["group"])
    assert (status, "withheld" in answer) == (202, False)
    clear = {"environment": "development", "user_identities": {"email": "jane@example.com"}}
    # Of the group, "test", the update with the digest of what it changes and when, and the id: a test uses up no live
    # identity, and to leave an audience is not a repeat of having joined it.
    changes = b'["first_time_shopper","drop",1705579200000]'
    name = f"test audiencemembershipupdate {hashlib.sha256(changes).hexdigest()[:16]}"
    identity = str(uuid5(IDS, json.dumps([case["group"], name, "personas_2fyF"], separators=(",", ":"))))
    wire = json.loads(json.dumps(case["wire"]).replace(case["wire"]["source_request_id"], identity))
    assert until(lambda: relay.taken("personas_2fyF")) == wire | clear


def test_nothing_to_deliver_is_200_with_the_reasons(relay: RoktRelay) -> None:
    status, answer = relay.post(conversion("out", opt_out=True), conversion("nobody", user_data={"fn": "Jane"}))
    assert (status, answer["description"], answer["failed_events"]) == (200, "all events were processed", [])
    assert [one["index"] for one in answer["withheld"]] == [0, 1]
    assert all("destination" not in one for one in answer["withheld"])


def test_what_lies_in_clear_in_queue_and_dead_letter_is_in_no_log_and_no_attribute(relay: RoktRelay) -> None:
    relay.rokt.set_faults({"refuse": {"canary": "is on a list"}, "echo": True})
    person = {"em": "canary.em@example.com", "fn": "Canaryfirst", "ph": "+1 323 867 5309", "db": "1983-12-15"}
    assert relay.post(conversion("canary", user_data=person))[0] == 202
    (letter,) = until(relay.letters)
    assert letter.event["user_identities"] == {"email": "canary.em@example.com"}
    assert "is on a list" in letter.reason
    written = relay.stack.log_text() + json.dumps(letter.attributes)
    # Nothing shorter of the birth date: ids and times are in the log too, and four digits are in any of them by chance.
    traces = ("canary.em", "Canaryfirst", "8675309", "1983-12-15", "19831215", "local-rokt-secret")
    assert [trace for trace in traces if trace in written] == []
