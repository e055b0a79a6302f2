"""The exceptions of the static scan: each has its reason, and what a reason relies on is so."""

from pathlib import Path

import yaml

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
