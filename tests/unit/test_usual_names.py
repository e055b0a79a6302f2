"""A person's fields under the names that everybody uses."""

import json
from typing import Any

import pytest

from pipeline.intake import body
from tests.unit.conversions import finished

JANE = "jane@firma.example"


def read(user: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    event = {"event_name": "LEAD", "event_time": 1_767_225_600, "user_data": user}
    found = body.read(json.dumps({"event_group_id": "g", "events": [event, event]}).encode())
    return found.conversions[1]["user_data"], [name for name, _ in found.warnings]


@pytest.mark.parametrize(
    ("name", "own"),
    [("email", "em"), ("E-Mail Address", "em"), ("phoneNumber", "ph"), ("firstName", "fn"), ("postal_code", "zp")],
)
def test_a_usual_name_is_the_fields_and_it_is_told_once(name: str, own: str) -> None:
    assert read({name: JANE}) == ({own: JANE}, [f"user_data.{name}"])


@pytest.mark.parametrize("user", [{"em": JANE, "email": "x@y.example"}, {"em": JANE}, {"em": JANE, "size": "L"}])
def test_what_has_its_own_name_stays(user: dict[str, Any]) -> None:
    assert read(user) == (user, [])


@pytest.mark.parametrize(
    ("word", "sent"), [("granted", "false"), ("1YNN", "false"), ("opted-in", "false"), ("1YYN", "true")]
)
def test_a_plain_word_for_not_opted_out_is_no_opt_out(word: str, sent: str) -> None:
    event = {"event_name": "LEAD", "event_time": 1_767_225_600, "user_data": {"em": JANE}, "opt_out": word}
    assert finished(event)["opt_out"] == sent
