"""template.yaml as it is written and as CloudFormation gets it."""

from pathlib import Path
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse

from local.template import Template, read
from tests.template.stacks import ALL, CHOICES

ROOT = Path(__file__).parents[2]
EXTRAS = {"ledger": {"QuietHours": "12", "WatchSenders": "true"}, "no ledger": {"LedgerDays": "0"}}


@pytest.fixture(scope="session")
def source() -> dict[str, Any]:
    """The template as it is written."""
    parsed: dict[str, Any] = yaml_parse((ROOT / "template.yaml").read_text(encoding="utf-8"))  # type: ignore[no-untyped-call]
    return parsed


@pytest.fixture(scope="session")
def template() -> Template:
    """The template as CloudFormation gets it, so that no resource is left out."""
    return read(ROOT / "template.yaml", ALL)


@pytest.fixture(scope="session", params=CHOICES)
def stack(request: pytest.FixtureRequest) -> Template:
    """The template as CloudFormation gets it, for each choice of destinations."""
    return read(ROOT / "template.yaml", {"AlarmEmail": "operator@example.com", **CHOICES[request.param]})


@pytest.fixture(scope="session", params=[(extra, choice) for choice in CHOICES for extra in EXTRAS], ids=str)
def deployed(request: pytest.FixtureRequest) -> Template:
    """The same with and without a ledger, and with an alarm for quiet hours."""
    extra, choice = request.param
    return read(ROOT / "template.yaml", EXTRAS[extra] | CHOICES[choice])
