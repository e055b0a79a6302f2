"""The reading of sample files and the judgement of what became of their conversions."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from local import samples
from local.cases import Case, CaseError, Expected, Outcome, Said, read_cases
from local.choices import Choices
from local.destinations import Destination
from local.samples import Posted, Row, run
from local.stack import Stack
from tests.e2e.relay import until

EMAIL = "f660ab912ec121d1b1e928a0bb4bc61b15f5ad44d5efdc4e1c92a25e99b8e44a"


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    both = {"DeliverToRokt": "true"}
    with Stack(Choices.free(window=0, parameters=both)) as stack:
        yield stack


def expected(
    event_id: str | None,
    event_name: str,
    outcome: Outcome,
    *,
    reason: str = "",
    dropped: frozenset[str] | None = None,
    **others: Said,
) -> Expected:
    """What a file says of a conversion: of Roku, and of other destinations."""
    return Expected(event_id, event_name, {"roku": Said(outcome, reason), **others}, dropped)


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
    content = _file(sandbox={"refuse": {"e-2": {"event_name": "no"}}}, rokt_sandbox={"refuse": {"e-1": "no"}})
    first, second = content["conversions"]
    first["rokt"], second["rokt"] = "delivered", {"outcome": "withheld", "reason": "opted out"}
    _write(tmp_path, "b.json", content)
    (case,) = read_cases(tmp_path)
    assert (case.name, case.path, case.key, case.status) == ("b.json", "/v1/events", "server", 202)
    assert json.loads(case.body)["event_group_id"] == "group"
    assert case.faults == {
        "roku": {"refuse": {"e-2": {"event_name": "no"}}},
        "rokt": {"refuse": {"e-1": "no"}},
    }
    assert list(case.conversions) == [
        expected("e-1", "LEAD", "delivered", dropped=frozenset(), rokt=Said("delivered")),
        expected("e-2", "PURCHASE", "rejected", reason="no", rokt=Said("withheld", "opted out")),
    ]


def test_accepted_events_without_ids_are_expected_to_be_delivered(tmp_path: Path) -> None:
    content = _file(conversions=[])
    content["post"]["body"]["events"] = [[{"event_name": "LEAD"}]]
    _write(tmp_path, "a.json", content)
    (case,) = read_cases(tmp_path)
    assert list(case.conversions) == [expected(None, "LEAD", "delivered")]


@pytest.mark.parametrize(
    "content",
    [
        {},
        _file(post={"path": "/v1/events"}),
        _file(post={"path": "/v1/events", "text": "", "key": "mine"}),
        _file(conversions=[{"event_id": "e-1", "outcome": "vanished"}]),
        _file(conversions=[{"event_id": "e-1", "outcome": "delivered", "rokt": "vanished"}]),
    ],
)
def test_a_file_that_is_no_case_is_named(tmp_path: Path, content: object) -> None:
    _write(tmp_path, "broken.json", content)
    with pytest.raises(CaseError, match=r"^broken\.json is not a sample"):
        read_cases(tmp_path)


def _row(stack: Stack, event: dict[str, Any], expected: Expected, *, status: int = 202, **faults: Any) -> Row:
    """What became of one conversion; `faults` are the sandboxes'."""
    full = {"event_id": expected.event_id, "event_name": "LEAD", "event_time": 1767225600, "user_data": {"em": EMAIL}}
    body = json.dumps({"event_group_id": "group", "events": [{**full, **event}]}).encode()
    (row,) = run(stack, [Case("case.json", "/v1/events", {}, "server", body, faults, status, [expected])])
    return row


def _outcomes(row: Row) -> dict[str, str]:
    return {name: end.outcome for name, end in row.ends.items()}


def test_what_ends_as_its_file_says_has_no_fault(stack: Stack) -> None:
    told = expected("right-1", "LEAD", "delivered", dropped=frozenset({"referrer_url"}), rokt=Said("delivered"))
    row = _row(stack, {"referrer_url": "nowhere"}, told)
    assert (_outcomes(row), row.fault) == ({"roku": "delivered", "rokt": "delivered"}, "")
    assert (row.ends["roku"].note, row.ends["rokt"].note) == ("dropped referrer_url", "")


@pytest.mark.parametrize(
    ("expected", "status", "fault"),
    [
        (expected("wrong-1", "LEAD", "delivered"), 210, "answered 202 instead of 210"),
        (expected("wrong-2", "LEAD", "delivered", dropped=frozenset({"opt_out"})), 202, "should drop opt_out"),
        (expected("wrong-3", "LEAD", "delivered", reason="late"), 202, "the reason should say: late"),
        (expected("wrong-4", "LEAD", "delivered", rokt=Said("rejected")), 202, "rokt: should be rejected"),
        (
            expected("wrong-5", "LEAD", "delivered", rokt=Said("delivered", "late")),
            202,
            "rokt: the reason should say: late",
        ),
    ],
)
def test_what_differs_from_its_file_is_said(stack: Stack, expected: Expected, status: int, fault: str) -> None:
    row = _row(stack, {}, expected, status=status)
    assert (_outcomes(row), row.fault) == ({"roku": "delivered", "rokt": "delivered"}, fault)


def test_another_outcome_is_a_fault(stack: Stack) -> None:
    row = _row(stack, {"event_name": "NOTHING"}, expected("wrong-6", "NOTHING", "rejected"), status=210)
    assert (_outcomes(row), row.fault) == ({"roku": "invalid", "rokt": "delivered"}, "should be rejected")


def test_of_rokt_whatever_settles_a_conversion_is_right_if_the_file_says_nothing(stack: Stack) -> None:
    row = _row(stack, {"opt_out": "true"}, expected("quiet-1", "LEAD", "delivered"))
    assert (_outcomes(row), row.fault) == ({"roku": "delivered", "rokt": "withheld"}, "")
    row = _row(stack, {}, expected("quiet-2", "LEAD", "delivered"), rokt={"refuse": {"quiet-2": "is too old"}})
    assert (_outcomes(row), row.fault) == ({"roku": "delivered", "rokt": "rejected"}, "")
    assert "is too old" in row.ends["rokt"].note


def _settled(way: Destination, item: Expected) -> bool:
    way.look()
    return way.settled(item)


def test_what_neither_arrives_nor_is_a_dead_letter_is_lost_whatever_the_file_says(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    rokts_requests = stack.sandboxes["rokt"].requests
    before = len(rokts_requests())

    def wait_for_what_comes(ways: Sequence[Destination], posted: Posted) -> None:
        """Roku's delivery, and the request to Rokt whose answer is lost."""
        roku, rokt = ways
        (item,) = samples._accepted(roku, posted)
        until(lambda: _settled(roku, item))
        until(lambda: len(rokts_requests()) > before)
        rokt.look()

    monkeypatch.setattr(samples, "_wait", wait_for_what_comes)
    row = _row(stack, {}, expected("lost-1", "LEAD", "delivered"), rokt={"drop": "before"})
    assert (_outcomes(row), row.fault) == ({"roku": "delivered", "rokt": "lost"}, "rokt: is lost")


def test_a_dead_letter_of_rokt_is_redriven_as_the_file_says(stack: Stack) -> None:
    told = expected("again-1", "LEAD", "delivered", rokt=Said("redriven", "at first"))
    row = _row(stack, {}, told, rokt={"refuse": {"again-1": "is too old"}})
    assert (_outcomes(row), row.fault) == ({"roku": "delivered", "rokt": "redriven"}, "")


def test_a_derived_id_is_each_destinations_own_and_the_row_finds_both(stack: Stack) -> None:
    row = _row(stack, {"event_name": "DOWNLOAD"}, expected(None, "DOWNLOAD", "delivered", rokt=Said("delivered")))
    assert (_outcomes(row), row.fault) == ({"roku": "delivered", "rokt": "delivered"}, "")
    assert len(row.event_id) == 32
