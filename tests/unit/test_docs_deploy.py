"""docs/deploy.md: its commands are ones that there are, with options that there are, and its figures are the code's."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from relay import costs
from relay.ambiguities import probes
from relay.app import app

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"(?<![\w.-])relay ((?:deploy|remove|drain|calibrate|doctor)\b[^`\n#<]*)", PAGE)


def test_readmes_section_is_five_lines() -> None:
    section = (ROOT / "README.md").read_text(encoding="utf-8").partition("\n## Deploy\n")[2].partition("\n## ")[0]
    assert len([line for line in section.splitlines() if line]) == 5
    assert "$ relay deploy" in section


def test_each_make_command_on_the_page_and_in_readme_is_one_of_the_makefile() -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    text = PAGE + (ROOT / "README.md").read_text(encoding="utf-8")
    named = re.findall(r"(?:\$ |`|run: )make ([a-z-]+)", text)
    assert {"relay", "smoke", "emulator", "run"} <= set(named) <= set(targets)


def test_the_page_has_commands() -> None:
    assert {command.split()[0] for command in COMMANDS} == {"deploy", "remove", "drain", "calibrate", "doctor"}


@pytest.mark.parametrize("command", sorted({command.strip() for command in COMMANDS if "--" in command}))
def test_each_option_is_one_of_its_verb(command: str) -> None:
    verb, *rest = shlex.split(command.rstrip(".,;:"))
    known: Any = get_command(app).commands[verb]  # type: ignore[attr-defined]
    options = {option for parameter in known.params for option in parameter.opts}
    assert {word for word in rest if word.startswith("--")} <= options


def test_each_parameter_on_it_is_one_of_the_template() -> None:
    template = (ROOT / "template.yaml").read_text(encoding="utf-8")
    for name in re.findall(r"--set (\w+)=|`(\w+)=\w+`", PAGE):
        assert f"\n  {''.join(name)}:\n" in template, name


def test_its_prices_are_those_that_relay_deploy_says() -> None:
    said = {costs.ONE_BY_ONE, costs.BY_THE_THOUSAND, costs.ONE_BY_ONE_WITHOUT, costs.BY_THE_THOUSAND_WITHOUT}
    for price in said:
        assert f"${price:.2f}" in PAGE
    assert f"About ${costs.MONTH:.0f} a month" in PAGE
    assert f"sends {len(probes(0, 'x'))} small requests" in PAGE


def test_its_workflow_and_its_trust_can_be_read_and_its_links_lead_somewhere() -> None:
    (workflow,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    (trust,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    assert yaml.safe_load(workflow)["permissions"]["id-token"] == "write"
    assert json.loads(trust)["Statement"][0]["Action"] == "sts:AssumeRoleWithWebIdentity"
    for link in re.findall(r"\]\((?!https:|#)([^)#]+)", PAGE):
        assert (ROOT / "docs" / link).exists(), link
