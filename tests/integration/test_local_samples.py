"""The reading of sample files and the judgement of what became of their conversions."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local import samples
from local.cases import Case, CaseError, Expected, read_cases
from local.samples import run
from local.stack import Choices, Stack

EMAIL = "f660ab912ec121d1b1e928a0bb4bc61b15f5ad44d5efdc4e1c92a25e99b8e44a"


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with Stack(Choices(port=0, aws_port=0, sandbox_port=0, window=0)) as stack:
        yield stack


def _file(**changes: Any) -> dict[str, Any]:
    event = {"event_id": "e-1", "event_name": "LEAD", "event_time": 1767225600, "user_data": {"em": EMAIL}}
    body = {"event_group_id": "group", "events": [event, {**event, "event_id": "e-2", "event_name": "PURCHASE"}]}
    return {
        "about": "A case.",
        "post": {"path": "/v1/events", "body": body},
        "answer": {"status": 202},
        "conversions": [
            {"event_id": "e-1", "outcome": "delivered", "dropped": []},
            {"event_id": "e-2", "outcome": "rejected", "reason": "no"},
        ],
        **changes,
    }


def _write(folder: Path, name: str, content: object) -> None:
    (folder / name).write_text(json.dumps(content))


def test_a_file_is_read_as_a_case(tmp_path: Path) -> None:
    _write(tmp_path, "b.json", _file(sandbox={"refuse": {"e-2": {"event_name": "no"}}}))
    (case,) = read_cases(tmp_path)
    assert (case.name, case.path, case.key, case.status) == ("b.json", "/v1/events", "server", 202)
    assert json.loads(case.body)["event_group_id"] == "group"
    assert case.faults == {"refuse": {"e-2": {"event_name": "no"}}}
    assert list(case.conversions) == [
        Expected("e-1", "LEAD", "delivered", dropped=frozenset()),
        Expected("e-2", "PURCHASE", "rejected", reason="no"),
    ]


def test_accepted_events_without_ids_are_expected_to_be_delivered(tmp_path: Path) -> None:
    content = _file(conversions=[])
    content["post"]["body"]["events"] = [[{"event_name": "LEAD"}]]
    _write(tmp_path, "a.json", content)
    (case,) = read_cases(tmp_path)
    assert list(case.conversions) == [Expected(None, "LEAD", "delivered")]


@pytest.mark.parametrize(
    "content",
    [
        {},
        _file(post={"path": "/v1/events"}),
        _file(post={"path": "/v1/events", "text": "", "key": "mine"}),
        _file(conversions=[{"event_id": "e-1", "outcome": "vanished"}]),
    ],
)
def test_a_file_that_is_no_case_is_named(tmp_path: Path, content: object) -> None:
    _write(tmp_path, "broken.json", content)
    with pytest.raises(CaseError, match=r"^broken\.json is no sample"):
        read_cases(tmp_path)


def _case(stack: Stack, event: dict[str, Any], expected: Expected, *, status: int = 202) -> tuple[str, str]:
    """Outcome and fault of one conversion."""
    full = {"event_id": expected.event_id, "event_name": "LEAD", "event_time": 1767225600, "user_data": {"em": EMAIL}}
    body = json.dumps({"event_group_id": "group", "events": [{**full, **event}]}).encode()
    (row,) = run(stack, [Case("case.json", "/v1/events", {}, "server", body, {}, status, [expected])])
    return row.outcome, row.fault


def test_what_ends_as_its_file_says_has_no_fault(stack: Stack) -> None:
    dropped = frozenset({"event_source"})
    expected = Expected("right-1", "LEAD", "delivered", dropped=dropped)
    assert _case(stack, {"event_source": "nowhere"}, expected) == ("delivered", "")


@pytest.mark.parametrize(
    ("expected", "status", "fault"),
    [
        (Expected("wrong-1", "LEAD", "delivered"), 210, "answered 202 instead of 210"),
        (Expected("wrong-2", "LEAD", "delivered", dropped=frozenset({"opt_out"})), 202, "should drop opt_out"),
        (Expected("wrong-3", "LEAD", "delivered", reason="late"), 202, "the reason should say: late"),
    ],
)
def test_what_differs_from_its_file_is_said(stack: Stack, expected: Expected, status: int, fault: str) -> None:
    assert _case(stack, {}, expected, status=status) == ("delivered", fault)


def test_another_outcome_is_a_fault(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(samples, "_WAIT_SECONDS", 0)  # what never comes need not be waited for
    wrong = Expected("wrong-4", "NOTHING", "rejected")
    assert _case(stack, {"event_name": "NOTHING"}, wrong, status=400) == ("invalid", "should be rejected")
