"""The command line on a stack that delivers to Roku and to Rokt: each verb tells about both."""

import json
from pathlib import Path
from typing import Any

import pytest

from local import aws
from tests.e2e.operator import Operator
from tests.e2e.relay import BOTH, EVENT, until

PARAMETERS = BOTH

pytestmark = pytest.mark.usefixtures("no_dead_letters")

DATA = {"em": "jane@example.com", "client_ip_address": "203.0.113.9", "client_user_agent": "Canary/1.0"}


def _refused_by_rokt(operator: Operator, **reasons: str) -> None:
    """Dead letters of Rokt with these event ids and reasons; Roku takes the events."""
    sandbox = operator.relay.rokt_sandbox
    assert sandbox is not None
    sandbox.set_faults({"refuse": reasons})
    before = len(operator.relay.letters("Rokt"))
    for event_id in reasons:
        operator.relay.post(event_id, user_data=DATA)
    until(lambda: len(operator.relay.letters("Rokt")) == before + len(reasons))
    until(lambda: all(operator.relay.conversions(event_id) for event_id in reasons))


def _findings(operator: Operator) -> dict[str, tuple[str, str]]:
    return {one["check"]: (one["level"], one["found"]) for one in operator.json("doctor")}


def test_doctor_looks_at_both_and_says_what_of_rokt_nobody_can_ask(operator: Operator) -> None:
    found = _findings(operator)
    assert found["Rokt keys"][0] == found["rokt queue"][0] == found["rokt dead letters"][0] == "ok"
    assert found["roku queue"][0] == found["Roku, example_website_123"][0] == "ok"
    assert found["Rokt keys"][1].startswith("a pair of the Conversions API")
    level, text = found["Rokt"]
    assert level == "not asked"
    assert "no test endpoint" in text
    assert operator.run("doctor").code == 0


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("YOUR_KEY:YOUR_SECRET", "placeholder"),
        ("only-a-s3cret", "no usable pair"),
        ('{"key": "s3cret"}', "no usable pair"),
        ("{s3cret", "not one"),
        ("rpub-s3cret:rsec-s3cret", "a pair of the Event API, and the stack uses the Conversions API"),
    ],
)
def test_a_pair_of_rokt_that_cannot_work_is_a_problem_and_is_not_quoted(
    operator: Operator, text: str, word: str
) -> None:
    secrets: Any = aws.client("secretsmanager", operator.relay.stack.aws_endpoint)
    before = secrets.get_secret_value(SecretId="local/rokt-keys")["SecretString"]
    secrets.put_secret_value(SecretId="local/rokt-keys", SecretString=text)
    try:
        said = operator.run("doctor")
        level, told = _findings(operator)["Rokt keys"]
    finally:
        secrets.put_secret_value(SecretId="local/rokt-keys", SecretString=before)
        secrets.close()
    assert (said.code, level) == (1, "problem")
    assert word in told
    assert "put-secret-value" in said.text
    assert "s3cret" not in said.text


def test_status_tells_of_each_destination_and_is_as_bad_as_the_worst(operator: Operator) -> None:
    _refused_by_rokt(operator, **{"half-1": "is too old"})
    until(lambda: operator.json("status", "half-1")["destinations"] == {"roku": "delivered", "rokt": "dead letter"})
    said = operator.run("status", "half-1")
    assert said.code == 1
    assert "delivered" in said.text
    assert "rokt: it is in the dead-letter queue" in said.text
    operator.relay.accept()
    operator.run("dlq", "redrive")
    until(lambda: operator.json("status", "half-1")["destinations"] == {"roku": "delivered", "rokt": "delivered"})
    assert operator.run("status", "half-1").code == 0


def test_status_of_what_one_destination_never_got_is_that_of_the_other(operator: Operator) -> None:
    operator.relay.post("out-1", opt_out="true")
    until(lambda: operator.relay.known("out-1"))
    said = operator.run("status", "out-1")
    assert said.code == 0
    assert "rokt: it is right, and this destination does not get it" in said.text
    assert "by opt_out" in said.text
    assert operator.json("status", "out-1")["destinations"] == {"roku": "delivered", "rokt": "withheld"}


def test_dead_letters_of_rokt_are_listed_shown_without_a_person_and_redriven_by_reason(operator: Operator) -> None:
    _refused_by_rokt(operator, **{"r-1": "is too old", "r-2": "is of nobody"})
    reasons = operator.json("dlq", "list")["reasons"]
    assert sorted((one["destination"], one["count"], *one["event_names"]) for one in reasons) == [
        ("rokt", 1, "PURCHASE"),
        ("rokt", 1, "PURCHASE"),
    ]
    assert operator.json("dlq", "list", "--destination", "roku")["dead_letters"] == 0
    (letter, *_) = operator.relay.letters("Rokt")
    digest = letter.event["user_identities"]["other"]
    for command in (("dlq", "show"), ("dlq", "export")):
        hidden, shown = operator.run(*command), operator.run(*command, "--show-data")
        for word in (digest, "203.0.113.9", "Canary"):
            assert word not in hidden.text
            assert word in shown.text
        assert '"conversiontype": "PURCHASE"' in hidden.text

    operator.relay.accept()
    assert operator.json("dlq", "redrive", "--reason", "too old") == [
        {"destination": "roku", "moved": 0, "not_moved": 0, "left_out": 0},
        {"destination": "rokt", "moved": 1, "not_moved": 0, "left_out": 0},
    ]
    until(lambda: operator.relay.rokt_conversions("r-1"))
    assert [one.event_id for one in operator.relay.letters("Rokt")] == ["r-2"]
    assert [one["moved"] for one in operator.json("dlq", "redrive")] == [0, 1]
    until(lambda: operator.relay.rokt_conversions("r-2"))


def test_send_names_the_destination_that_refuses_or_is_not_given_a_line(operator: Operator, tmp_path: Path) -> None:
    lines = [EVENT | {"event_id": "s-1"}, EVENT | {"event_id": "s-2", "event_name": "OWN_NAME"}]
    lines.append(EVENT | {"event_id": "s-3", "opt_out": "true"})
    file = tmp_path / "events.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    said = operator.run("send", str(file), "--group", "g")
    assert said.code == 1
    assert "1 event withheld: rokt: the person opted out" in said.text
    assert ":2 (s-2): roku: event_name:" in said.text
    until(lambda: operator.relay.rokt_conversions("s-2") and operator.relay.conversions("s-1"))
    assert operator.relay.conversions("s-2") == []
    # The refused line is sent again, and Rokt, which has it, is not told twice.
    assert operator.json("send", str(file), "--group", "g")["files"][0]["accepted_before"] == 2


def test_tail_knows_the_function_of_each_destination(operator: Operator) -> None:
    operator.relay.post("tail-1")
    until(lambda: "delivered" in operator.run("tail", "--no-follow", "--function", "deliver-rokt").text)


def test_report_counts_each_destination_and_what_was_withheld(operator: Operator) -> None:
    words = ("received", "accepted", "withheld", "delivered", "waiting_events")

    def counts() -> dict[str, list[int]]:
        found = operator.json("report", "--since", "1h")["destinations"]
        return {one["destination"]: [one[word] for word in words] for one in found if one["adds_up"]}

    # Nothing of an earlier test is on its way any more.
    before = until(lambda: len(found := counts()) == 2 and not any(one[-1] for one in found.values()) and found)
    operator.relay.post("both-1")
    operator.relay.post("both-2", opt_out="true")
    more = {"roku": [2, 2, 0, 2, 0], "rokt": [2, 1, 1, 1, 0]}
    after = {name: [old + new for old, new in zip(before[name], more[name], strict=True)] for name in more}
    until(lambda: counts() == after)
    said = operator.run("report")
    assert (said.code, said.text.count("adds up")) == (0, 2)
    assert "withheld" in said.text
