"""What is pasted elsewhere: run on Node.js in doubles of its platform, and what the relay makes of what it posts."""

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from pipeline.intake.access import Request
from pipeline.intake.body import Body
from pipeline.intake.received import Received
from pipeline.intake.reception import receive
from pipeline.intake.senders import Sender
from roku.destination import DESTINATION
from tests.unit.conversions import GROUP

DOCS = Path(__file__).parents[2] / "docs" / "senders"
DOUBLES = Path(__file__).parent / "pastes"
NOW = 1_772_359_260  # 2026-03-01T10:01:00Z

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="what is pasted runs on Node.js")


def run(double: str, pasted: str, tasks: Sequence[Any]) -> list[Any]:
    """What each task came to, in one start of Node.js."""
    lines = "".join(json.dumps(one) + "\n" for one in tasks)
    ran = subprocess.run(
        ["node", DOUBLES / double, DOCS / pasted], input=lines, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    found = [json.loads(line) for line in ran.stdout.splitlines()]
    assert len(found) == len(tasks)
    return found


def received(posting: Body, *, browser: bool = False) -> Received:
    """What becomes of a post for Roku, by a page's key or a server's."""
    sender = Sender(name="pasted", key="a-key-of-nobody", browser=browser, origins=("null",))
    headers = {"origin": "null"} if browser else {}
    request = Request("POST", "/v1/beacon", headers, {}, b"", "203.0.113.9", "Mozilla/5.0 (X11)")
    return receive(request, sender, posting, [DESTINATION], default=GROUP, now=NOW)["roku"]
