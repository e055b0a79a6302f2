"""`relay report`: the sums of a stack that posts, refuses, redrives, ignores and repeats."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from local import aws
from tests.e2e.operator import Operator, operating
from tests.e2e.relay import EVENT, until


@pytest.fixture
def operator() -> Iterator[Operator]:
    with operating() as operator:
        yield operator


def _report(operator: Operator) -> Any:
    (answer,) = operator.json("report", "--since", "1h")["destinations"]
    return answer


def _numbers(answer: Any, *names: str) -> dict[str, int]:
    return {name: answer[name] for name in names}


def test_a_stack_that_did_nothing_adds_up(operator: Operator) -> None:
    said = operator.run("report")
    assert said.code == 0
    assert "adds up" in said.text
    answer = _report(operator)
    assert (answer["received"], answer["waiting_events"], answer["adds_up"]) == (0, 0, True)


def test_everything_that_can_become_of_an_event_is_counted_once(operator: Operator) -> None:
    operator.relay.refuse("bad")
    events = [EVENT | {"event_id": name} for name in ("good", "bad")] + [{"event_name": "NONSENSE"}]
    operator.relay.post_all(events, status=210)
    until(operator.relay.letters)
    operator.relay.post("good")  # a repeat

    def settled(name: str, number: int) -> Any:
        return until(lambda: (found := _report(operator))[name] == number and found["adds_up"] and found)

    first = settled("repeated", 1)
    names = ("received", "accepted", "invalid", "delivered", "dead_letters", "redriven", "waiting_events")
    assert _numbers(first, *names) == {
        "received": 4,
        "accepted": 3,
        "invalid": 1,
        "delivered": 1,
        "dead_letters": 1,
        "redriven": 0,
        "waiting_events": 0,
    }
    assert first["dead_letters_now"] == 1

    # Still refused: it goes round, in and out once more, by the relay's own hand and then by SQS's task.
    operator.run("dlq", "redrive", "--event-name", "PURCHASE")
    second = settled("dead_letters", 2)
    assert _numbers(second, "redriven", "waiting_events") == {"redriven": 1, "waiting_events": 0}
    until(operator.relay.letters)
    operator.relay.accept()
    operator.run("dlq", "redrive")
    third = settled("delivered", 2)
    assert _numbers(third, "redriven", "dead_letters", "dead_letters_now", "waiting_events") == {
        "redriven": 2,
        "dead_letters": 2,
        "dead_letters_now": 0,
        "waiting_events": 0,
    }
    assert operator.run("report").code == 0


def test_events_that_wait_are_what_the_sums_leave(operator: Operator) -> None:
    operator.relay.sandbox.set_faults({"status": 503})
    for number in range(3):
        operator.relay.post(f"wait-{number}")
    # A message that was counted is in the queue twice for a moment: until it is deleted nothing adds up.
    answer = until(lambda: (found := _report(operator))["retried"] >= 3 and found["adds_up"] and found)
    assert _numbers(answer, "accepted", "delivered", "waiting_events") == {
        "accepted": 3,
        "delivered": 0,
        "waiting_events": 3,
    }


def test_sums_that_are_wrong_are_said_to_be(operator: Operator) -> None:
    cloudwatch = aws.client("cloudwatch", operator.relay.stack.aws_endpoint)
    cloudwatch.put_metric_data(
        Namespace="RokuConversionsRelay",
        MetricData=[
            {
                "MetricName": "Accepted",
                "Value": 7,
                "Timestamp": datetime.fromtimestamp(datetime.now(UTC).timestamp() - 1_800, UTC),
                "Dimensions": [{"Name": "service", "Value": "local"}, {"Name": "destination", "Value": "roku"}],
            }
        ],
    )
    cloudwatch.close()
    said = operator.run("report")
    assert said.code == 1
    assert "DOES NOT ADD UP: 7 events went in and did not come out" in said.text


def test_a_conversion_under_the_id_of_another_is_delivered_and_told(operator: Operator) -> None:
    def person(email: str, value: int) -> dict[str, Any]:
        return {"user_data": {"em": email}, "custom_data": {"value": value, "currency": "USD"}}

    operator.relay.post("same", **person("jane@example.com", 25))
    until(lambda: operator.relay.known("same"))
    operator.relay.post("same", **person("john@example.com", 40))
    answer = until(lambda: (found := _report(operator))["collisions"] and found["adds_up"] and found)
    assert _numbers(answer, "delivered", "repeated", "collisions") == {
        "delivered": 2,
        "repeated": 0,
        "collisions": 1,
    }
    told = "1 of them under an id of its own: another conversion had the same id"
    assert told in operator.run("report", "--since", "1h").text


def test_refusals_and_match_quality_are_told_by_sender(operator: Operator) -> None:
    operator.relay.post("plain", user_data={"em": "jane@example.com", "ph": "anonymous"})
    operator.relay.post("us", us_privacy="1YYN")
    operator.relay.post("gpc", gpc=True, opt_out="false")

    def whole() -> Any:
        """The senders are read before the sums."""
        one = _report(operator)
        return one["refused"] == 2 and [sender["received"] for sender in one["senders"]] == [3] and one

    (sender,) = until(whole)["senders"]
    assert (sender["received"], sender["refused"], sender["share"]) == (3, 2, 0.6667)
    assert sender["signals"] == ["global_privacy_control", "us_privacy"]
    assert (sender["accepted"], sender["has"]["em"]["share"], sender["has"]["ph"]["events"]) == (3, 1.0, 0)
    # The withheld number of one, and the value that no PURCHASE here has.
    assert {(one["field"], one["what"], one["why"], one["events"]) for one in sender["warned"]} == {
        ("user_data.ph", "dropped", "withheld number", 1),
        ("custom_data.value", "missing", "missing", 3),
    }
    text = operator.run("report", "--since", "1h").text
    assert [word for word in ("66.7%", "with e-mail", "100%", "withheld number") if word not in text] == []
    said = until(lambda: (one := operator.json("status", "us"))["state"] == "delivered" and one)
    assert [entry["refused_by"] for entry in said["ledger"]] == ["us_privacy"]
    assert "limited: us_privacy" in operator.run("status", "us").text
