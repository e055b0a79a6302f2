"""What Rokt gets of Segment's calls is what Segment's own destination sends, by what that sent (recorded with Node.js).

tests/integration/test_segment_parity.py runs that destination itself, on many more calls, and that the record is fresh.
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.unit.segment_calls import CASES, generated
from tests.unit.segment_parity import DELIBERATE, differences, unexplained

RECORD: dict[str, Any] = json.loads((Path(__file__).parent / "golden" / "segment_rokt.json").read_text("utf-8"))
RECORDED = [*CASES, *generated(40, seed=7)]
PAGE = Path(__file__).parents[2] / "docs" / "senders" / "segment.md"


def test_each_case_is_recorded_once() -> None:
    assert list(RECORD) == [case.name for case in RECORDED]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_case_of_the_destinations_own_tests_becomes_the_same(case: Any) -> None:
    assert unexplained(case, RECORD[case.name]) == []


def test_random_calls_become_the_same() -> None:
    assert [one for case in RECORDED for one in unexplained(case, RECORD[case.name])] == []


def test_each_difference_that_is_meant_is_met_and_is_on_the_page() -> None:
    met: set[str] = set()
    for case in RECORDED:
        unexplained(case, RECORD[case.name], met)
    assert met == set(DELIBERATE)
    section = PAGE.read_text("utf-8").partition("### Where it differs")[2].partition("\n#")[0]
    assert re.findall(r"^\| \*\*([^*]+)\*\* ", section, re.MULTILINE) == list(DELIBERATE)


def test_the_comparison_finds_a_field_that_is_missing_or_another() -> None:
    case = CASES[0]
    sent = RECORD[case.name]
    other = sent | {"ip": "8.8.8.8", "user_attributes": {"firstname": "x"}}
    assert [(one.place, one.theirs, one.ours) for one in unexplained(case, other)] == [
        ("ip", "8.8.8.8", sent["ip"]),
        ("user_attributes.firstname", "x", None),
    ]
    assert [one.place for one in differences(case, {"refused": "x"})] == [""]
