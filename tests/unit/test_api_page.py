"""The page of the API says what docs/openapi.yaml says, with samples that are there."""

import re
from pathlib import Path

import yaml

from tests.programs import program

ROOT = Path(__file__).parents[2]
api = program("api_page")

DOCUMENT = yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text(encoding="utf-8"))
PAGE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")


def test_the_page_is_fresh() -> None:
    """`make fields` writes it."""
    assert api.page(DOCUMENT) == PAGE


def test_each_operation_has_a_heading_and_every_status() -> None:
    sections = {title: text for title, _, text in (part.partition("\n") for part in PAGE.split("\n## "))}
    for path, item in DOCUMENT["paths"].items():
        for method in ("get", "post"):
            if method in item:
                told = re.findall(r"\b[2-5][0-9][0-9](?=,| \|)", sections[f"{method.upper()} {path}"])
                assert set(told) >= set(item[method]["responses"])


def test_each_example_belongs_to_an_operation() -> None:
    known = {
        item[method]["operationId"] for item in DOCUMENT["paths"].values() for method in item if method != "parameters"
    }
    assert set(api.EXAMPLES) <= known
