"""template.yaml as it is written and as CloudFormation gets it."""

from pathlib import Path
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse

from local.template import Template, read
from tests.template.stacks import CHOICES

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def source() -> dict[str, Any]:
    """The template as it is written."""
    parsed: dict[str, Any] = yaml_parse((ROOT / "template.yaml").read_text(encoding="utf-8"))  # type: ignore[no-untyped-call]
    return parsed


@pytest.fixture(scope="session")
def template() -> Template:
    """The template as CloudFormation gets it, so that no resource is left out: all destinations, an alarm address."""
    return read(ROOT / "template.yaml", {"AlarmEmail": "operator@example.com", "Destinations": CHOICES[-1]})


@pytest.fixture(scope="session", params=CHOICES)
def stack(request: pytest.FixtureRequest) -> Template:
    """The template as CloudFormation gets it, for each choice of destinations."""
    return read(ROOT / "template.yaml", {"AlarmEmail": "operator@example.com", "Destinations": request.param})


@pytest.fixture(scope="session", params=[(days, choice) for choice in CHOICES for days in ("7", "0")], ids=str)
def deployed(request: pytest.FixtureRequest) -> Template:
    """The same with and without a ledger."""
    days, choice = request.param
    return read(ROOT / "template.yaml", {"LedgerDays": days, "Destinations": choice})
