"""What Rokt gets of Segment's calls beside what Segment's own destination sends (npm: @segment/action-destinations)."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.unit.segment_calls import Case, generated
from tests.unit.segment_parity import DELIBERATE, unexplained
from tests.unit.test_segment_parity import RECORD, RECORDED

FOLDER = Path(__file__).parent / "npm_segment"
MANY = 2_000

pytestmark = [
    pytest.mark.thorough(reason="Segment's destination on Node.js"),
    pytest.mark.skipif(
        shutil.which("node") is None or not (FOLDER / "node_modules" / "@segment").is_dir(),
        reason="`make thorough` installs Segment's destination; it needs Node.js",
    ),
]


def sent(cases: list[Case]) -> list[Any]:
    """What Segment's destination posts for each call."""
    lines = "".join(json.dumps([case.call, case.mapping]) + "\n" for case in cases)
    run = subprocess.run(["node", "send.cjs"], input=lines, capture_output=True, text=True, check=True, cwd=FOLDER)
    found = [json.loads(line) for line in run.stdout.splitlines()]
    assert len(found) == len(cases)
    return found


def test_the_record_is_what_it_sends() -> None:
    assert dict(zip(RECORD, sent(RECORDED), strict=True)) == RECORD


def test_2000_random_calls_become_the_same() -> None:
    cases = list(generated(MANY, seed=2026))
    met: set[str] = set()
    left = [one for case, body in zip(cases, sent(cases), strict=True) for one in unexplained(case, body, met)]
    assert left == []
    assert met <= set(DELIBERATE)
    assert {"Ids", "Amount", "Mobile numbers", "Zip codes", "Device ids"} <= met
