"""The command line on a stack that delivers to Rokt alone."""

from collections.abc import Iterator

import pytest

from tests.e2e.operator import Operator, operating
from tests.e2e.relay import until


@pytest.fixture(scope="module")
def operator() -> Iterator[Operator]:
    alone = {"DeliverToRoku": "false", "DeliverToRokt": "true"}
    with operating(**alone, RoktApi="events", RoktAccountId="account-1") as operator:
        yield operator


def test_doctor_asks_nothing_of_roku(operator: Operator) -> None:
    said = operator.run("doctor", "--json")
    found = {one["check"]: one["found"] for one in said.json()}
    assert said.code == 0
    assert found["Rokt keys"].startswith("a pair of the Event API")
    assert [check for check in found if "roku" in check.lower()] == []


def test_the_other_verbs_know_its_one_destination(operator: Operator) -> None:
    assert operator.json("dlq", "redrive") == [{"destination": "rokt", "moved": 0, "not_moved": 0, "left_out": 0}]
    assert [one["destination"] for one in operator.json("report")["destinations"]] == ["rokt"]
    assert operator.json("status", "nobody")["destinations"] == {"rokt": "unknown"}
    assert operator.run("tail", "--no-follow").code == 0


@pytest.mark.usefixtures("no_dead_letters")
def test_a_dead_letter_of_the_event_api_is_shown_without_a_person(operator: Operator) -> None:
    sandbox = operator.relay.rokt_sandbox
    assert sandbox is not None
    sandbox.set_faults({"refuse": {"old-1": "is too old"}})
    operator.relay.post("old-1", user_data={"em": "jane@example.com", "client_ip_address": "203.0.113.9"})
    (letter,) = until(lambda: operator.relay.letters("Rokt"))
    digest = next(pair["value"] for pair in letter.event["objectData"] if pair["name"] == "emailsha256")
    hidden, shown = operator.run("dlq", "show"), operator.run("dlq", "show", "--show-data")
    for word in (digest, "203.0.113.9"):
        assert word not in hidden.text
        assert word in shown.text
    assert '{"name": "conversiontype", "value": "PURCHASE"}' in hidden.text
