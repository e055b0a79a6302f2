"""Each ready-made mapping with posts of its platform: what must become of them, and how the platform is known."""

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.intake.body import Body, Ignored
from pipeline.intake.senders import SourceSettings
from sources import registry
from sources.inbound import Inbound
from sources.mapped import ready

FOLDER = Path(__file__).parent / "ready_mappings"
RECEIVED = 1768212910.0  # ten seconds after the conversions
KINDS = {"body": "application/json", "form": "application/x-www-form-urlencoded", "text": "", "query": ""}
CASES = [
    (name, case) for name in ready.names() for case in json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
]


def posted(name: str, post: dict[str, Any], settings: SourceSettings | None = None) -> Body:
    """What the mapping of this name makes of a post."""
    (kind,) = KINDS.keys() & post.keys()
    sent = post[kind]
    url = f"https://relay.example.com/v1/sources/webhook/{name}?key=k"
    read = registry.reader(f"webhook/{name}")
    assert read is not None
    body = b"" if kind == "query" else (sent if isinstance(sent, str) else json.dumps(sent)).encode()
    return read(
        Inbound(
            body,
            {"content-type": post.get("content_type", KINDS[kind])},
            settings or SourceSettings(),
            RECEIVED,
            f"webhook/{name}",
            "GET" if kind == "query" else "POST",
            f"{url}&{sent}" if kind == "query" else url,
        )
    )


@pytest.mark.parametrize(("name", "case"), CASES, ids=[f"{name}: {case['about']}" for name, case in CASES])
def test_a_platforms_post_becomes_what_its_file_says(name: str, case: dict[str, Any]) -> None:
    read = posted(name, case["post"])
    assert len(read.conversions) == len(case["becomes"])
    for made, said in zip(read.conversions, case["becomes"], strict=True):
        if isinstance(said, str):
            assert isinstance(made, Ignored)
            assert said in made.text
            continue
        custom = made.get("custom_data", {})
        found = {field: made.get(field) for field in ("event_name", "event_time", "event_id")}
        found |= {"user_data": made.get("user_data", {})}
        found |= {field: custom[field] for field in ("value", "currency", "contents") if field in custom}
        assert found == said


def test_every_ready_made_mapping_has_a_conversion_among_its_posts_and_says_what_it_is() -> None:
    with_conversion = {name for name, case in CASES if any(isinstance(one, dict) for one in case["becomes"])}
    assert with_conversion == set(ready.names())
    assert all(ready.ready(name)["about"] for name in ready.names())
    assert len(ready.names()) >= 20


def test_the_senders_settings_hold_for_ready_made_mappings_too() -> None:
    (case,) = [case for name, case in CASES if name == "zapier" and "nobody" in case["about"]]
    (made,) = posted("zapier", case["post"], SourceSettings(event_names={"task DONE": "lead"})).conversions
    assert made["event_name"] == "LEAD"
    call = {"body": {"call_id": "1", "status": "answered", "duration": "0:45", "caller_number": "+15550100142"}}
    (short,) = posted("nimbata", call, SourceSettings(minimum_duration=60)).conversions
    assert isinstance(short, Ignored)
    assert short.code == "too_short"
    (euros,) = posted("retreaver", {"query": "call_uuid=1&revenue=5"}, SourceSettings(currency="EUR")).conversions
    assert euros["custom_data"] == {"value": "5", "currency": "EUR"}


def test_the_page_of_platforms_has_a_row_and_a_post_of_each() -> None:
    page = (Path(__file__).parents[2] / "docs" / "senders" / "platforms.md").read_text(encoding="utf-8")
    rows = [line.split("`")[1] for line in page.splitlines() if line.startswith("| `") and "`NAME`" not in line]
    assert sorted(rows) == list(ready.names())
    assert all(f"$U/{name}?$K" in page for name in ready.names())
    signed = {line.split("`")[1] for line in page.splitlines() if line.startswith("| `") and "not signed" not in line}
    assert signed - {"NAME"} == {name for name in ready.names() if "signature" in ready.ready(name)}
