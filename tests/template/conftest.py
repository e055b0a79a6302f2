"""template.yaml as it is written and as CloudFormation gets it."""

from pathlib import Path
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse

from local.template import Template, read

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def source() -> dict[str, Any]:
    """The template as it is written."""
    parsed: dict[str, Any] = yaml_parse((ROOT / "template.yaml").read_text(encoding="utf-8"))  # type: ignore[no-untyped-call]
    return parsed


@pytest.fixture(scope="session")
def template() -> Template:
    """The template as CloudFormation gets it, with an alarm address so that no resource is left out."""
    return read(ROOT / "template.yaml", {"AlarmEmail": "operator@example.com"})
