"""Every source that the API names has its module, its page, its samples and its sender on the local stack."""

import json
from pathlib import Path

import pytest
import yaml

from local.senders import SOURCES
from sources import registry

ROOT = Path(__file__).parents[2]
# A page that describes more than one source.
PAGES = {"csv": "offline", "jsonl": "offline", "meta": "meta-capi"}


@pytest.mark.parametrize("name", registry.SOURCES)
def test_a_source_can_be_read_and_has_its_page_and_its_samples(name: str) -> None:
    assert registry.reader(name) is not None
    page = (ROOT / "docs" / "senders" / f"{PAGES.get(name, name)}.md").read_text(encoding="utf-8")
    assert f"/v1/sources/{name}" in page
    assert list((ROOT / "events" / "sources").glob(f"{name}-*.json"))


def test_the_document_and_the_local_stack_know_the_same_sources() -> None:
    document = yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text(encoding="utf-8"))
    ((parameter),) = document["paths"]["/v1/sources/{source}"]["parameters"]
    assert sorted(parameter["schema"]["enum"]) == sorted(SOURCES) == sorted(registry.SOURCES)


@pytest.mark.parametrize("name", ["", "registry", "inbound", "__init__", "../roku/event", "calls", "calls.callrail"])
def test_no_other_module_can_be_asked_for(name: str) -> None:
    assert registry.reader(name) is None


def test_columns_of_a_senders_entry_are_checked_with_it_and_belong_to_files() -> None:
    def read(source: str, columns: dict[str, str]) -> list[str]:
        entry = {"key": "a-long-enough-key", "sources": {source: {"columns": columns}}}
        return registry.senders(json.dumps({"shop": entry}))[1]

    assert read("csv", {"No.": "event_id"}) == read("jsonl", {"No.": "order number"}) == []
    (fault,) = read("csv", {"No.": "event_idd"})
    assert "did you mean event_id" in fault
    (fault,) = read("shopify", {"No.": "event_id"})
    assert "csv and jsonl" in fault
