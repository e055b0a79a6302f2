"""What the page for contributors names is there."""

import re
from pathlib import Path

import pytest

from relay.equation import METRICS

ROOT = Path(__file__).parents[2]
NAMED = sorted(
    set(re.findall(r"`((?:src|tests|docs|local|relay|events)/[\w./]+)`", (ROOT / "CONTRIBUTING.md").read_text()))
)
# Of what somebody adds the page gives a pattern.
GIVEN = [path for path in NAMED if "NAME" not in path]


def test_the_page_names_files() -> None:
    assert len(GIVEN) > 10


@pytest.mark.parametrize("path", GIVEN)
def test_a_path_that_the_page_names_exists(path: str) -> None:
    assert (ROOT / path).exists()


@pytest.mark.parametrize("target", ["words.md", "decisions.md"])
def test_it_leads_to_the_words_and_the_decisions(target: str) -> None:
    assert f"(docs/{target})" in (ROOT / "CONTRIBUTING.md").read_text()
    assert (ROOT / "docs" / target).exists()


def test_every_path_that_the_decisions_name_exists() -> None:
    named = re.findall(r"`((?:src|local|tests|relay)/[\w./]+)`", (ROOT / "docs" / "decisions.md").read_text())
    assert len(named) > 10
    assert [path for path in named if not (ROOT / path).exists()] == []


# A table of many small decisions, each with its reason.
_TABLES = ("What a doubtful value of a person is taken for",)


def test_every_decision_says_what_would_change_it() -> None:
    _, *sections = re.split(r"^## ", (ROOT / "docs" / "decisions.md").read_text(), flags=re.MULTILINE)
    titles = [one.partition("\n")[0] for one in sections if not re.search(r"^\*\*.+ when\*\* ", one, re.MULTILINE)]
    assert titles == list(_TABLES)


def test_the_words_have_each_count_of_conversions_and_events() -> None:
    tables = (ROOT / "docs" / "words.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"\| `([A-Z]\w+)` \|$", tables, re.MULTILINE)) == sorted(METRICS)
