"""`relay circuit` and what `relay doctor` says of circuits, on the running local stack."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.operator import Operator
from tests.e2e.relay import Relay, until


@pytest.fixture
def operator(stack: Operator) -> Iterator[Operator]:
    yield stack
    stack.relay.accept()
    table = stack.relay.stack.deployment.names["LedgerTable"]
    for item in stack.relay.everything_known():
        key = {name: item[name] for name in ("event_id", "what")}
        stack.relay.ledger.delete_item(TableName=table, Key=key)


def _opened(operator: Operator, group: str, **numbers: float) -> None:
    """A circuit that opened 10 minutes ago, as deliveries write it."""
    now = time.time()
    said = {"version": 3, "opened_at": now - 600, "probes": 3, "next_probe_at": now + 300, "expires": int(now) + 9_999}
    item: dict[str, Any] = {name: {"N": str(number)} for name, number in (said | numbers).items()}
    operator.relay.ledger.put_item(
        TableName=operator.relay.stack.deployment.names["LedgerTable"],
        Item=item | {"event_id": {"S": "circuit"}, "what": {"S": f"circuit#roku#{group}"}, "why": {"S": "no body"}},
    )


def test_a_stack_that_has_delivered_nothing_knows_no_circuit(operator: Operator) -> None:
    assert operator.run("circuit", "list").text.startswith("no circuit is known")
    assert operator.json("circuit", "list") == {"open": 0, "circuits": [], "empty_counts_as_delivered": []}


def test_an_open_circuit_is_listed_told_by_doctor_and_closed(operator: Operator) -> None:
    _opened(operator, "shop%2523us")
    listed = operator.run("circuit", "list")
    assert listed.code == 0
    for word in ("open ", "roku", "shop%23us", "no body", "the next is due in"):
        assert word in listed.text
    (told,) = operator.json("circuit", "list")["circuits"]
    assert (told["state"], told["event_group_id"], told["probes"], told["why"]) == ("open", "shop%23us", 3, "no body")
    doctor = operator.run("doctor")
    assert doctor.code == 1
    assert "shop%23us: open since" in doctor.text
    closed = operator.run("circuit", "close", "shop%23us")
    assert (closed.code, closed.text) == (0, "roku, shop%23us: closed; what waits comes back within 15 minutes\n")
    assert operator.json("circuit", "list")["open"] == 0
    assert operator.json("circuit", "close", "shop%23us") == {"event_group_id": "shop%23us", "closed": []}
    assert "none of 1 is open" in operator.run("doctor").text


def test_closing_what_nobody_knows_is_told(operator: Operator) -> None:
    said = operator.run("circuit", "close", "nobody")
    assert said.code == 3
    assert "no circuit of an event group nobody is known" in said.errors


def test_empty_answers_count_only_after_a_yes_and_until_it_is_taken_back(operator: Operator) -> None:
    asked = ("circuit", "accept-empty", "--destination", "roku")
    no = operator.run(*asked, answer="n\n")
    assert no.code == 3
    assert "Nothing that Roku refuses in such an answer will be seen" in no.errors
    assert operator.json("circuit", "list")["empty_counts_as_delivered"] == []
    assert operator.run(*asked, answer="y\n").text.startswith("roku: a success without a body counts as delivered\n")
    assert operator.json("circuit", "list")["empty_counts_as_delivered"] == ["roku"]
    assert operator.json(*asked)["changed"] is False  # there is nothing to ask any more
    assert "a success without a body counts as delivered" in operator.run("doctor").text
    assert operator.json(*asked, "--undo") == {
        "destination": "roku",
        "empty_counts_as_delivered": False,
        "changed": True,
    }
    assert operator.json(*asked, "--undo")["changed"] is False
    assert operator.json("circuit", "list")["empty_counts_as_delivered"] == []


def test_an_open_circuit_holds_events_until_an_operator_closes_it(operator: Operator) -> None:
    relay = operator.relay
    relay.sandbox.set_faults({"malformed": True})
    relay.post("held-1")
    until(lambda: operator.json("circuit", "list")["open"])
    relay.post("held-2")
    (told,) = operator.json("circuit", "list")["circuits"]
    assert (told["event_group_id"], told["why"]) == ("g", "Roku answered 200 with a body that cannot be read")
    assert "answer lost" in until(lambda: "answer lost" in (text := operator.run("status", "held-1").text) and text)
    relay.accept()
    assert operator.json("circuit", "close", "g")["closed"] == ["roku"]
    _delivered(operator, "held-1", "held-2")
    assert operator.json("status", "held-1")["state"] == "delivered"
    assert relay.sandbox.counts()["duplicates"] <= 3  # the tries of one window, none of which counts


def test_an_empty_success_is_delivered_once_an_operator_says_so(operator: Operator) -> None:
    relay = operator.relay
    relay.sandbox.set_faults({"wording": "empty"})
    relay.post("empty-1")
    until(lambda: operator.json("circuit", "list")["open"])
    until(lambda: operator.json("status", "empty-1")["state"] == "answer lost")  # noted after the circuit
    operator.run("circuit", "accept-empty", "--destination", "roku", "--yes")
    _delivered(operator, "empty-1")
    relay.post("empty-2")
    _delivered(operator, "empty-2")
    operator.run("circuit", "accept-empty", "--destination", "roku", "--undo")
    relay.post("empty-3")
    until(lambda: operator.json("circuit", "list")["open"])
    relay.accept()
    operator.run("circuit", "close", "g")
    _delivered(operator, "empty-3")


def _delivered(operator: Operator, *event_ids: str) -> None:
    """They are in the ledger, without waiting for the pauses between tries, and Roku has each once."""
    relay = operator.relay
    for event_id in event_ids:
        until(lambda: relay.try_now() and _is_delivered(relay, event_id))  # noqa: B023
        assert len(relay.conversions(event_id)) == 1


def _is_delivered(relay: Relay, event_id: str) -> bool:
    return any(what.startswith("delivered#") for what in relay.known(event_id))


def test_without_a_destination_it_is_a_usage_error(operator: Operator) -> None:
    assert operator.run("circuit", "accept-empty").code == 2
