"""The exceptions of the static scan: each has its reason, and what a reason relies on is so."""

from pathlib import Path

import yaml

from local.template import read
from tests.programs import program
from tests.template.test_parameters import TEMPLATE, accepts

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / ".checkov.yaml").read_text(encoding="utf-8")


def test_every_exception_has_its_reason() -> None:
    lines = [line.strip() for line in TEXT.splitlines()]
    rules = [place for place, line in enumerate(lines) if line.startswith("- ")]
    assert [lines[place].removeprefix("- ") for place in rules] == yaml.safe_load(TEXT)["skip-check"]
    assert [lines[place] for place in rules if not lines[place - 1].startswith("# ")] == []


def test_the_scan_reads_what_cloudformation_gets_and_asks_nobody() -> None:
    settings = yaml.safe_load(TEXT)
    assert (settings["file"], settings["framework"]) == ([".aws-sam/expanded.json"], ["cloudformation"])
    assert settings["skip-download"] is True
    assert not {"soft-fail", "check"} & settings.keys()


def test_lint_and_scan_see_all_that_a_stack_can_have() -> None:
    whole = program("expand").WHOLE
    seen = read(TEMPLATE, whole)
    assert seen.resources.keys() == seen.body["Resources"].keys()
    declared = seen.body["Parameters"]
    assert all(accepts(declared[name], int(value) if value.isdigit() else value) for name, value in whole.items())
