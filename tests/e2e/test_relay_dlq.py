"""`relay dlq` and `relay status`: what is no longer tried, seen, moved, exported and dropped."""

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.contract.outcome import COUNTED_TWICE
from tests.e2e.operator import Operator
from tests.e2e.relay import until

pytestmark = pytest.mark.usefixtures("no_dead_letters")

TOO_OLD, TOO_MUCH = "event_time: is too old", "custom_data.value: is too much"


def _refused(operator: Operator, **reasons: str) -> None:
    """Dead letters with these event ids and reasons."""
    faults = {name: dict([reason.split(": ", 1)]) for name, reason in reasons.items()}
    operator.relay.sandbox.set_faults({"refuse": faults})
    before = len(operator.relay.letters())
    for event_id in reasons:
        operator.relay.post(event_id)
    until(lambda: len(operator.relay.letters()) == before + len(reasons))


def test_an_empty_queue_is_no_trouble(operator: Operator) -> None:
    assert operator.run("dlq", "list").text == "no dead letters\n"
    assert operator.json("dlq", "list") == {"dead_letters": 0, "reasons": []}
    assert operator.json("dlq", "redrive") == [{"destination": "roku", "moved": 0, "not_moved": 0, "left_out": 0}]


def test_dead_letters_are_listed_by_reason_and_stay_in_sight(operator: Operator) -> None:
    _refused(operator, a=TOO_OLD, b=TOO_OLD, c=TOO_MUCH)
    for _ in range(2):  # looking takes nothing away
        reasons = operator.json("dlq", "list")["reasons"]
        assert [(one["reason"], one["count"], one["event_names"]) for one in reasons] == [
            (TOO_OLD, 2, ["PURCHASE"]),
            (TOO_MUCH, 1, ["PURCHASE"]),
        ]
    assert operator.json("dlq", "list", "--reason", "too much")["dead_letters"] == 1
    assert operator.json("dlq", "list", "--event-name", "LEAD")["dead_letters"] == 0
    assert operator.json("dlq", "list", "--group", "g")["dead_letters"] == 3
    assert operator.json("dlq", "list", "--older-than", "1h")["dead_letters"] == 0
    assert len(operator.relay.letters()) == 3


def test_more_dead_letters_than_one_receive_gives_are_all_found(operator: Operator) -> None:
    _refused(operator, **{f"many-{number}": TOO_OLD for number in range(25)})
    assert operator.json("dlq", "list")["dead_letters"] == 25


def test_events_are_shown_without_user_data_unless_it_is_asked_for(operator: Operator) -> None:
    _refused(operator, d=TOO_OLD)
    (letter,) = operator.relay.letters()
    digest = letter.event["user_data"]["em"]
    for command in (("dlq", "show"), ("dlq", "show", "--json"), ("dlq", "export")):
        hidden, shown = operator.run(*command), operator.run(*command, "--show-data")
        assert digest not in hidden.text
        assert digest in shown.text
        assert '"order' not in hidden.text
        assert TOO_OLD in hidden.text


def test_redrive_moves_all_or_those_of_one_reason(operator: Operator) -> None:
    _refused(operator, e=TOO_OLD, f=TOO_MUCH, g=TOO_MUCH)
    operator.relay.accept()
    assert operator.json("dlq", "redrive", "--reason", TOO_MUCH) == [
        {"destination": "roku", "moved": 2, "not_moved": 0, "left_out": 0}
    ]
    until(lambda: operator.relay.conversions("f") and operator.relay.conversions("g"))
    assert [letter.event["event_id"] for letter in operator.relay.letters()] == ["e"]
    assert operator.relay.conversions("e") == []
    assert operator.json("dlq", "redrive")[0]["moved"] == 1
    (taken,) = until(lambda: operator.relay.conversions("e"))
    assert taken["received"] == 1
    assert operator.relay.letters() == []


def _counted_twice(operator: Operator, *event_ids: str) -> None:
    """Dead letters of events whose answers were lost in both windows, each with another last reason."""
    _refused(operator, **dict.fromkeys(event_ids, TOO_OLD))
    operator.relay.accept()
    sqs, url = operator.relay.stack.sqs, operator.relay.stack.outputs()["RokuDeadLetterQueueUrl"]
    for event_id in event_ids:
        (letter,) = [one for one in operator.relay.letters() if one.event_id == event_id]
        body = json.dumps({"event_group_id": "g"}) + "\n" + json.dumps(letter.event)
        reason = f"{COUNTED_TWICE}: the last answer to {event_id} was lost"
        said = letter.attributes | {"reason": reason}
        attributes: Any = {name: {"DataType": "String", "StringValue": value} for name, value in said.items()}
        sqs.send_message(QueueUrl=url, MessageBody=body, MessageAttributes=attributes)
    assert operator.json("dlq", "drop", "--reason", TOO_OLD, "--yes") == {"dropped": len(event_ids)}


def test_what_may_have_been_counted_twice_is_listed_under_one_reason(operator: Operator) -> None:
    _counted_twice(operator, "two-a", "two-b")
    (reason,) = operator.json("dlq", "list")["reasons"]
    assert (reason["reason"], reason["count"]) == (COUNTED_TWICE, 2)
    assert [one["reason"] for one in operator.json("dlq", "show", "--reason", "counted twice")] == [
        f"{COUNTED_TWICE}: the last answer to {name} was lost" for name in ("two-a", "two-b")
    ]


def test_redrive_leaves_out_what_may_have_been_counted_twice_unless_it_is_named(operator: Operator) -> None:
    _counted_twice(operator, "two-c", "two-d")
    _refused(operator, p=TOO_OLD)
    operator.relay.accept()
    # A part of the reason that says something else does not name them.
    for filters, moved in ((("--reason", "was lost"), 0), (("--group", "g"), 1), ((), 0)):
        said = operator.run("dlq", "redrive", *filters)
        assert said.text == f"roku: {moved} dead letter{'' if moved == 1 else 's'} moved back to the queue\n"
        assert "2 dead letters left out that may have been counted twice" in said.errors
        assert 'relay dlq redrive --reason "counted twice"' in said.errors
        assert said.code == 0
    assert operator.relay.conversions("two-c") == operator.relay.conversions("two-d") == []
    assert operator.json("dlq", "redrive", "--reason", "Counted twice") == [
        {"destination": "roku", "moved": 2, "not_moved": 0, "left_out": 0}
    ]
    until(lambda: all(operator.relay.conversions(name) for name in ("p", "two-c", "two-d")))


def test_what_is_refused_again_at_once_is_not_moved_round_and_round(operator: Operator) -> None:
    _refused(operator, **{f"again-{number}": TOO_OLD for number in range(12)})
    for _ in range(2):
        assert operator.json("dlq", "redrive")[0]["moved"] == 12
        until(lambda: len(operator.relay.letters()) == 12)


def test_a_chosen_letter_is_redriven_as_it_was_attributes_included(operator: Operator) -> None:
    _refused(operator, h=TOO_OLD)
    (before,) = operator.relay.letters()
    operator.relay.sandbox.set_faults({"refuse": {"h": {"event_time": "is still too old"}}})
    operator.run("dlq", "redrive", "--reason", "too old")
    (after,) = until(lambda: [one for one in operator.relay.letters() if "still" in one.reason])
    assert after.event == before.event


def test_a_letter_is_sent_before_it_is_deleted(operator: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    _refused(operator, i=TOO_OLD)
    operator.relay.accept()

    def crash(*_: Any) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("relay.letters.letter_queue.delete", crash)
    said = operator.run("dlq", "redrive", "--reason", "too old")
    assert (said.code, said.errors) == (130, "relay: interrupted\n")
    until(lambda: operator.relay.conversions("i"))
    assert [letter.event["event_id"] for letter in operator.relay.letters()] == ["i"]  # repeated, not lost


def test_what_is_exported_can_be_sent_again(operator: Operator, tmp_path: Path) -> None:
    _refused(operator, j=TOO_OLD)
    operator.relay.accept()
    file = tmp_path / "letters.jsonl"
    assert operator.run("dlq", "export", str(file), "--show-data").text == f"1 event in {file}\n"
    (line,) = file.read_text().splitlines()
    assert json.loads(line)["dead_letter"]["reason"] == TOO_OLD
    assert len(operator.relay.letters()) == 1  # it stays where it is
    assert operator.run("send", str(file)).code == 0
    until(lambda: operator.relay.conversions("j"))


def test_drop_says_what_it_drops_and_asks(operator: Operator) -> None:
    _refused(operator, k=TOO_OLD, m=TOO_MUCH)
    no = operator.run("dlq", "drop", "--reason", "too old", answer="n\n")
    assert no.code == 3
    assert f"roku: 1 dead letter (PURCHASE): {TOO_OLD}" in no.errors
    assert "Delete 1 dead letter of local for good?" in no.errors
    assert len(operator.relay.letters()) == 2
    assert operator.run("dlq", "drop", "--reason", "too old", answer="y\n").text == "1 dead letter dropped\n"
    assert [letter.reason for letter in operator.relay.letters()] == [TOO_MUCH]


def test_a_message_that_nobody_can_read_is_listed_and_dropped_too(operator: Operator) -> None:
    url = operator.relay.stack.outputs()["RokuDeadLetterQueueUrl"]
    operator.relay.stack.sqs.send_message(QueueUrl=url, MessageBody="nothing of ours")
    (reason,) = operator.json("dlq", "list")["reasons"]
    assert reason["event_names"] == ["(unreadable)"]
    assert "no run of the function ever finished it" in reason["reason"]
    assert operator.json("dlq", "show")[0]["events"] == []
    assert operator.json("dlq", "drop", "--yes") == {"dropped": 1}


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("dlq", "list", "--destination", "nowhere"), "the stack has no destination nowhere: it has roku"),
        (("dlq", "drop", "--yes", "--reason", ""), "--reason is empty"),
    ],
)
def test_a_wrong_filter_is_told_and_nothing_is_done(operator: Operator, arguments: tuple[str, ...], word: str) -> None:
    said = operator.run(*arguments)
    assert said.code == 2
    assert word in said.errors


def test_a_wrong_span_is_a_usage_error(operator: Operator) -> None:
    said = operator.run("dlq", "list", "--older-than", "soon")
    assert said.code == 2
    assert "90s, 15m, 24h or 7d" in said.errors


def test_status_of_a_delivered_event(operator: Operator) -> None:
    operator.relay.post("n")
    until(lambda: operator.relay.known("n"))
    said = operator.json("status", "n")
    assert said["state"] == "delivered"
    (entry,) = said["ledger"]
    assert (entry["outcome"], entry["event_group_id"], entry["event_name"]) == ("delivered", "g", "PURCHASE")
    assert operator.run("status", "n").code == 0


def test_status_of_a_dead_letter_and_of_one_that_was_dropped(operator: Operator) -> None:
    _refused(operator, o=TOO_OLD)
    until(lambda: operator.relay.known("o"))
    said = operator.run("status", "o")
    assert said.code == 1
    assert TOO_OLD in said.text
    assert "relay dlq redrive" in said.text
    operator.run("dlq", "drop", "--yes")
    assert operator.json("status", "o")["state"] == "rejected"


# Of a person's id ingest puts the digest in its place, and that is what the ledger knows.
@pytest.mark.parametrize("event_id", ["x" * 3_000, "+15550100199", "jane@example.com"])
def test_status_of_an_id_that_the_ledger_knows_by_a_digest(operator: Operator, event_id: str) -> None:
    operator.relay.post(event_id)
    assert until(lambda: operator.json("status", event_id)["ledger"])[0]["outcome"] == "delivered"


def test_status_of_what_nobody_knows(operator: Operator) -> None:
    said = operator.run("status", "nobody")
    assert said.code == 4
    assert "neither in the ledger nor a dead letter" in said.text
    assert "nothing waits" in said.text
