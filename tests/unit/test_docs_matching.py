"""docs/matching.md: each example becomes what the page says, and each reason is one that is told."""

import json
import re
from pathlib import Path
from typing import NamedTuple

import pytest

from pipeline.intake import quality
from pipeline.values.digests import as_digest
from tests.unit.conversions import DEVICE, conversion, finished, outcome, sha

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "matching.md").read_text(encoding="utf-8")
_ROW = re.compile(r"^\| `(\".+?)` \| (.+?) \| (.*?) ?\|$", re.MULTILINE)
_SECTIONS = PAGE.split("\n## ")[1:-1]


class Example(NamedTuple):
    """One row: where it is, what is posted, what Roku gets of its first field, and what is told."""

    section: str
    posted: str
    gets: str
    told: str


EXAMPLES = [
    Example(section.partition("\n")[0], *match.groups()) for section in _SECTIONS for match in _ROW.finditer(section)
]


def test_no_row_is_passed_over() -> None:
    rows = [line for section in _SECTIONS for line in section.splitlines() if line.startswith("| `")]
    assert len(EXAMPLES) == len(rows) > 30


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: one.posted)
def test_an_example_becomes_what_the_page_says(example: Example) -> None:
    part = "custom_data" if example.section.startswith("Value") else "user_data"
    fields = json.loads("{" + example.posted + "}")
    first = {"sha256_phone_number": "ph"}.get(next(iter(fields)), next(iter(fields)))
    # Beside a known device: what an example loses must not take the conversion with it.
    posted = conversion(user_data={"aRI": DEVICE}) | (
        {"user_data": {"aRI": DEVICE, **fields}} if part == "user_data" else {part: fields}
    )
    event = finished(posted, default_country="US").get(part, {})
    if example.gets == "nothing":
        assert first not in event
    elif example.gets.startswith("the digest of "):
        assert event[first] == sha(example.gets.partition("`")[2].rstrip("`"))
    else:
        assert str(event[first]) == example.gets.strip("`")
    told = [text for name, text in outcome(posted, default_country="US").warnings if name == f"{part}.{first}"]
    assert [text.startswith(example.told) for text in told] == ([True] if example.told else [])


@pytest.mark.parametrize("section", sorted({one.section for one in EXAMPLES}))
def test_each_section_shows_what_is_kept_what_is_fixed_and_what_is_dropped(section: str) -> None:
    fates = {
        "kept" if not one.told else "dropped" if one.told.startswith("dropped: ") else "fixed"
        for one in EXAMPLES
        if one.section == section
    }
    assert fates == {"kept", "fixed", "dropped"}


def test_a_digest_of_the_page_is_the_one_that_it_says() -> None:
    assert as_digest(sha("jane@example.com").upper()) == sha("jane@example.com")
    assert sha("jane@example.com").upper() in PAGE
    assert sha("+12125550123") in PAGE  # Google's, with its +


def test_the_page_has_every_reason_that_is_told_and_no_other() -> None:
    table = PAGE.partition("## The reasons, in short")[2]
    named = re.findall(r"^\| ([^|]+?) \| ", table, re.MULTILINE)[1:]
    told = {str(word) for _, word in quality._WHY} | {"missing", "not usable", "read with care"}
    assert sorted(named) == sorted(told)
