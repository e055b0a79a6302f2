"""Whole conversions and the very JSON that goes to Rokt: the documents' example bodies, beside what is posted for them.

The digests in the files are `sha256sum`'s, the UUIDs `uuid.uuid5`'s of [event group, event name, event id],
in the development environment of [event group, "test " and the event name, event id]. In the place of an update's name
stands its name and the first 16 digits of `sha256sum`'s digest of [audience, status, milliseconds].
"""

import json
from pathlib import Path
from typing import Any

import pytest

from local.rokt_sandbox import conversions, event_api
from pipeline.contract.destination import Prepared
from rokt.event import prepare
from rokt.settings import Settings

FOLDER = Path(__file__).parent / "golden" / "rokt"
FILES = sorted(FOLDER.glob("*.json"))

# The Event API page's sample, what is missing of its JSON added.
SAMPLE: dict[str, Any] = {
    "clientEventId": "ff3bd69c-ca74-4337-af91-4d5d0bd00e38",
    "eventTime": "2020-05-22T10:21:29.339Z",
    "eventType": "conversion",
    "objectData": [
        {"name": "email", "value": "email123@emailserver.com"},
        {"name": "transactionid", "value": "123456789"},
        {"name": "amount", "value": "99.80"},
        {"name": "currency", "value": "USD"},
        {"name": "quantity", "value": "2"},
        {"name": "conversiontype", "value": "hotel_booking"},
        {"name": "margin", "value": "10"},
    ],
}


def golden(path: Path) -> dict[str, Any]:
    """What the file says."""
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def test_the_files_are_there() -> None:
    assert len(FILES) == 6


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_is_posted_becomes_exactly_this_line(path: Path) -> None:
    case = golden(path)
    settings = Settings(**case["settings"])
    made = prepare(case["posted"], group=case["group"], now=case["now"], settings=settings)
    assert isinstance(made, Prepared)
    assert json.loads(made.line) == case["wire"]
    assert made.event_id == case["posted"]["event_id"]
    assert made.line == json.dumps(json.loads(made.line), separators=(",", ":"), ensure_ascii=False).encode()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_sandbox_takes_it(path: Path) -> None:
    case = golden(path)
    wire = case["wire"]
    if "objectData" in wire:
        assert event_api.check_request({"accountId": "12345", "events": [wire]}, now=case["now"]) is None
        assert event_api.check(wire) is None
    else:
        assert conversions.check(wire, size=len(json.dumps(wire))) == []


def test_the_sample_of_the_event_api_page_is_said_again_but_for_our_id() -> None:
    wire = golden(FOLDER / "events-sample.json")["wire"]
    ours = {pair["name"]: pair["value"] for pair in wire["objectData"]}
    theirs = {pair["name"]: pair["value"] for pair in SAMPLE["objectData"]}
    assert float(ours.pop("amount")) == float(theirs.pop("amount"))
    assert ours.pop("event_id") == SAMPLE["clientEventId"]
    assert ours == theirs
    assert wire["eventTime"] == SAMPLE["eventTime"]
    assert wire["eventType"] == SAMPLE["eventType"]
    assert event_api.check(SAMPLE) is None
