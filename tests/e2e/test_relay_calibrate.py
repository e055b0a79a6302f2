"""`relay calibrate`: the vendors' ambiguous sentences are asked of Roku itself, and its answers are written down."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from local.http_server import Answer, Request
from local.roku_sandbox.declared import KEY as ROKU_KEY
from relay.ambiguities import Probe, probes
from relay.calibrate import assumption, judge, told
from tests.e2e.operator import Operator

PARAMETERS = {"DefaultEventGroup": "shop_us"}

NAMES = [probe.name for probe in probes(1_700_000_000, "x")]


def test_every_question_gets_an_answer_which_is_shown_and_written_down_and_nothing_counts(
    operator: Operator, tmp_path: Path
) -> None:
    said = operator.run("calibrate", "--folder", str(tmp_path), "--json")
    report = said.json()
    assert [one["name"] for one in report["answers"]] == NAMES
    assert report["url"] == f"{operator.relay.sandbox.url}/v1/test_events"
    assert all(None not in one["valid"] for one in report["answers"])
    (page,) = tmp_path.glob("roku-answers-*.md")
    (data,) = tmp_path.glob("roku-answers-*.json")
    assert json.loads(data.read_text()) == {name: report[name] for name in ("asked_at", "url", "answers")}
    assert page.read_text().count("\n| ") == len(NAMES) + 2 - 1  # its head, and a line for each question
    assert ROKU_KEY not in page.read_text() + data.read_text() + said.text + said.errors
    assert operator.relay.sandbox.events() == []
    assert {request["path"] for request in operator.relay.sandbox.requests()} == {"/v1/test_events"}


def test_what_the_sandbox_says_by_its_own_rules(operator: Operator, tmp_path: Path) -> None:
    report = operator.json("calibrate", "--folder", str(tmp_path))
    valid = {one["name"]: one["valid"] for one in report["answers"]}
    # The sandbox refuses unlisted sources, raw e-mail addresses, unknown fields and a flag outside of user_data.
    refused = "email_spelled_out hashed_in_user_data hashed_beside_the_group hashed_beside_the_event hashed_nowhere"
    for name in (*refused.split(), "hashed_wrongly", "kiosk", "unknown_field", "no_event_type"):
        assert valid[name] == [False], name
    for name in "control phone_alone address_alone name_of_2026 no_value state_short thirty_days".split():
        assert valid[name] == [True], name
    partial = next(one for one in report["answers"] if one["name"] == "partial")
    assert (partial["status"], partial["valid"]) == (210, [True, False])


def test_an_answer_that_differs_from_what_the_relay_takes_for_granted_is_marked_and_the_exit_code_is_1(
    operator: Operator, tmp_path: Path
) -> None:
    assert operator.run("calibrate", "--folder", str(tmp_path)).code == 0
    real = operator.relay.sandbox._serve

    def stricter(request: Request) -> Answer | None:
        # Another Roku: a phone number alone is not an identifier.
        return real(replace(request, body=b"{}") if b'"user_data": {"ph"' in request.body else request)

    operator.relay.sandbox._serve = stricter  # type: ignore[method-assign]
    try:
        said = operator.run("calibrate", "--folder", str(tmp_path / "second"))
    finally:
        operator.relay.sandbox._serve = real  # type: ignore[method-assign]
    assert said.code == 1
    (line,) = [line for line in said.text.splitlines() if line.startswith("phone_alone")]
    assert line.split()[1:3] == ["valid", "differs"]


def test_a_key_that_roku_does_not_know_asks_nothing_further(operator: Operator, tmp_path: Path) -> None:
    operator.relay.sandbox.set_keys({})
    before = len(operator.relay.sandbox.requests())
    try:
        said = operator.run("calibrate", "--folder", str(tmp_path))
    finally:
        operator.relay.sandbox.set_keys({ROKU_KEY: ["*"]})
    assert said.code == 3
    assert "Roku does not know the key" in said.errors
    assert len(operator.relay.sandbox.requests()) == before + 1
    assert list(tmp_path.iterdir()) == []


PARTIAL = next(probe for probe in probes(1_700_000_000, "x") if probe.name == "partial")
KIOSK = next(probe for probe in probes(1_700_000_000, "x") if probe.name == "kiosk")
BAD = PARTIAL.events[1]


@pytest.mark.parametrize(
    ("probe", "status", "body", "valid", "words"),
    [
        (KIOSK, 200, {"code": 200}, [True], "valid (200)"),
        (KIOSK, 400, {"code": 400, "failed_events": [{"errors": {"event_source": "no"}}]}, [False], "event_source: no"),
        (KIOSK, 200, {"code": 210, "failed_events": [{"errors": {}}]}, [False], "invalid (200, code 210)"),
        (KIOSK, 400, None, [False], "invalid (400)"),
        (KIOSK, 400, {"description": "not a field"}, [False], "invalid (400): not a field"),
        (KIOSK, 500, {}, [None], "no verdict (500)"),
        (KIOSK, 401, {}, [None], "no verdict (401)"),
        (KIOSK, None, None, [None], "no answer"),
        (
            PARTIAL,
            200,
            {"code": 210, "failed_events": [{"event_id": BAD["event_id"]}]},
            [True, False],
            "names event_id",
        ),
        (PARTIAL, 210, {"failed_events": [{"event_name": BAD["event_name"]}]}, [True, False], "names event_name"),
        (PARTIAL, 210, {"failed_events": [{"errors": {"x": "y"}}]}, [None, None], "no verdict, no verdict"),
        (PARTIAL, 400, {"code": 400}, [False, False], "invalid, invalid"),
    ],
)
def test_what_an_answer_says_of_each_event(
    probe: Probe, status: int | None, body: Any, valid: list[bool | None], words: str
) -> None:
    answer = judge(probe, status, body)
    assert answer["valid"] == valid
    assert words in told(answer)


def test_what_the_relay_takes_for_granted_is_said_in_words() -> None:
    assert assumption(judge(PARTIAL, 210, {})) == "valid, invalid"
    assert assumption(judge(KIOSK, 200, {})) == "nothing"


def test_a_platforms_sample_is_tried_as_its_sender_and_counts_nowhere(operator: Operator) -> None:
    counted = len(operator.relay.sandbox.events())
    said = operator.json("trigger", "callrail")
    assert (said["sample"], said["sender"], said["status"]) == ("callrail-post-call", "callrail", 200)
    assert [one["event_name"] for one in said["answer"]["passed"]] == ["CONTACT"]
    shown = operator.run("trigger", "shopify")
    assert (shown.code, shown.text.splitlines()[0]) == (
        0,
        "shopify-order-paid as shopify: 200 all events were processed",
    )
    ignored = operator.run("trigger", "callrail", "--sample", "callrail-voicemail")
    assert ignored.code == 1
    assert "ignored" in ignored.text
    assert operator.run("trigger", "callrail", "--key", "wrong").code == 3
    assert operator.run("trigger", "tiktok").code == 2
    assert len(operator.relay.sandbox.events()) == counted
    assert operator.relay.everything_known() == []
