"""The answer to a sender: Roku's shape, nothing of a person, and small enough to be sent."""

import json

import pytest

from pipeline.intake.reply import failed_event, gather, reply


def test_the_answer_has_the_fields_of_rokus_answer_and_warnings() -> None:
    assert reply(202, 1) == {
        "code": 202,
        "description": "all events were accepted",
        "events_received": 1,
        "failed_events": [],
        "warnings": [],
    }


@pytest.mark.parametrize(
    ("status", "description"),
    [(200, "all events were processed"), (210, "some events could not be processed"), (400, "all events failed")],
)
def test_the_descriptions_are_rokus_own(status: int, description: str) -> None:
    assert reply(status, 2)["description"] == description


def test_a_refusal_says_its_own_words() -> None:
    assert reply(413, 0, description="too large")["description"] == "too large"
    assert reply(418, 0)["description"]


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"event_id": "a", "event_name": "LEAD"}, {"event_id": "a", "event_name": "LEAD"}),
        ({"event_id": 42}, {"event_id": "42"}),
        ({"event_id": True, "event_name": None}, {}),
        ({"event_id": {"a": 1}, "event_name": ["x"]}, {}),
        ({"event_id": "x" * 300}, {"event_id": "x" * 200}),
        ({}, {}),
        ("text", {}),
        (None, {}),
    ],
)
def test_a_failed_event_is_named_by_place_id_and_name(given: object, named: dict[str, str]) -> None:
    errors = {"event_name": "is required"}
    assert failed_event(3, given, errors) == {"index": 3, **named, "errors": errors}


def test_a_failed_event_echoes_nobody() -> None:
    entry = failed_event(
        0, {"event_id": "a", "user_data": {"em": "jane@example.com", "fn": "Jane"}}, {"event_time": "x"}
    )
    assert "jane" not in json.dumps(entry).lower()


def test_warnings_that_are_alike_are_told_once_with_their_events() -> None:
    assert gather([(0, "ph", "a"), (None, "body", "b"), (2, "ph", "a"), (2, "ph", "c")]) == [
        {"field": "ph", "warning": "a", "count": 2, "events": [0, 2]},
        {"field": "body", "warning": "b", "count": 1, "events": []},
        {"field": "ph", "warning": "c", "count": 1, "events": [2]},
    ]
    assert gather([]) == []


def test_every_warning_is_counted_and_the_answer_stays_small() -> None:
    alike = gather([(index, "ph", "a") for index in range(1_000)])
    assert (alike[0]["count"], alike[0]["events"]) == (1_000, list(range(20)))
    many = gather([(index, f"field{index}", "x" * 200) for index in range(100_000)])
    assert sum(entry["count"] for entry in many) == 100_000
    assert len(json.dumps(many)) < 100_000
