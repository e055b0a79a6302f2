"""Redrive as an operator does it: the whole stack, its own command, and what Roku and the ledger then know."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.relay import EVENT_TIME, Relay, running, until


@pytest.fixture
def relay() -> Iterator[Relay]:
    with running() as relay:
        yield relay


def test_a_rejected_event_is_redriven_as_it_was_and_counted_once(relay: Relay) -> None:
    relay.refuse("order-1")
    relay.post("order-1")
    (letter,) = until(relay.letters)
    assert letter.reason == "event_time: is too old"
    assert set(letter.attributes) == {"reason", "status", "rejected_at", "event_group_id"}
    assert (letter.event["event_id"], letter.event["event_time"]) == ("order-1", EVENT_TIME)
    assert relay.conversions("order-1") == []

    relay.accept()
    assert relay.redrive() == 1
    (conversion,) = until(lambda: relay.conversions("order-1"))
    assert conversion["received"] == 1
    assert conversion["event"] == letter.event  # its event_id and event_time included
    assert relay.letters() == []


def test_the_ledger_says_why_an_event_was_rejected_and_when_it_was_delivered(relay: Relay) -> None:
    relay.refuse("order-2")
    relay.post("order-2")
    rejected = until(lambda: relay.known("order-2"))
    assert set(rejected) == {"rejected#roku#g#PURCHASE"}
    noted = rejected["rejected#roku#g#PURCHASE"]
    assert noted["reason"] == "event_time: is too old"
    assert noted["request_id"]
    assert int(noted["at"]) <= time.time() < int(noted["expires"])
    assert relay.known("another-order") == {}

    relay.accept()
    relay.redrive()
    delivered, why = "delivered#roku#g#PURCHASE", "rejected#roku#g#PURCHASE"
    until(lambda: delivered in relay.known("order-2"))
    assert set(relay.known("order-2")) == {delivered, why}


def test_redriving_an_event_that_was_delivered_meanwhile_sends_nothing(relay: Relay) -> None:
    relay.refuse("order-3")
    relay.post("order-3")
    until(relay.letters)
    relay.accept()
    relay.post("order-3")  # its sender, too, tries again
    until(lambda: "delivered#roku#g#PURCHASE" in relay.known("order-3"))
    refused, taken = relay.answers("order-3")
    assert (refused, taken) == (400, 200)

    assert relay.redrive() == 1
    until(lambda: '"Repeated"' in relay.stack.log_text())
    assert relay.answers("order-3") == [400, 200]
    assert relay.letters() == []


def test_without_a_destination_sqs_moves_no_dead_letter_of_ours(relay: Relay) -> None:
    relay.refuse("order-4")
    relay.post("order-4")
    until(relay.letters)
    source = relay.stack.outputs()["RokuDeadLetterQueueArn"]
    relay.stack.sqs.start_message_move_task(SourceArn=source)

    def ended() -> list[Any]:
        tasks = relay.stack.sqs.list_message_move_tasks(SourceArn=source)["Results"]
        return [task for task in tasks if task["Status"] != "RUNNING"]

    (task,) = until(ended)
    assert (task["Status"], task["FailureReason"]) == ("FAILED", "CouldNotDetermineMessageSource")
    assert [letter.event["event_id"] for letter in relay.letters()] == ["order-4"]


def test_without_days_of_memory_there_is_no_table_and_delivery_goes_on() -> None:
    with running(LedgerDays="0") as relay:
        relay.post("order-9")
        until(lambda: relay.conversions("order-9"))
        assert relay.ledger.list_tables()["TableNames"] == []
