"""One line of a destination's table is all that an optional field needs, and the documents say what the tables say."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from pipeline.contract.destination import Prepared
from pipeline.values import field, kinds, language, rules
from pipeline.values.field import Field, Table
from rokt import fields as rokt_fields
from roku import checked, fast
from roku import fields as roku_fields
from roku.event import prepare
from roku.normalise import Settings
from sources.fieldnames import fold, paths
from tests.programs import program
from tests.unit.conversions import NOW

ROOT = Path(__file__).parents[2]


documents, examples = program("fields"), program("examples")

LINE = Field("loyalty_tier", kinds.choice("gold", "silver"), "tier membership_tier", hint="level", says="How loyal.")
CONVERSION = {"event_name": "PURCHASE", "event_time": NOW, "user_data": {"aGI": "5e2d9c1a"}}


def with_line(section: str) -> dict[str, Table]:
    """The tables with one more line in Roku's."""
    roku = {**roku_fields.TABLE, section: (*roku_fields.TABLE[section], LINE)}
    return {"roku": roku, "rokt": rokt_fields.TABLE}


@pytest.mark.parametrize("section", ["", "user_data", "custom_data", "custom_data.contents"])
def test_a_line_is_found_wherever_fields_are_listed(section: str) -> None:
    tables = with_line(section)
    known = tables["roku"][section]
    inner = field.schema(tables["roku"], section)["fields"]
    assert inner["loyalty_tier"]["schema"]["choices"][0] == {"type": "literal", "expected": ["gold", "silver"]}
    known_rules, names = field.rules(known), field.aliases(known)
    for name in ("tier", "Membership-Tier", "level", "loyaltytier", "loyalty_teir"):
        assert rules.unknown([name], "", known_rules, names)[0][1].endswith("did you mean loyalty_tier?")
    if section != "custom_data.contents":  # an item is not a row's
        found = paths(language.together(tables))
        assert [found.get(fold(name)) for name in ("Loyalty tier", "tier", f"{section}.loyalty_tier", "level")] == [
            *[(section, "loyalty_tier")] * 3,
            None,
        ]
    assert "| `loyalty_tier` | `gold`, `silver` | Roku | `tier`, `membership_tier`, (`level`) | How loyal. |" in (
        documents.page(tables)
    )
    document = (ROOT / "docs" / "openapi.yaml").read_text(encoding="utf-8")
    schemas = yaml.safe_load(documents.openapi(document, tables))["components"]["schemas"]
    places = {
        "": schemas["Event"],
        "user_data": schemas["UserData"],
        "custom_data": schemas["CustomData"],
        "custom_data.contents": schemas["CustomData"]["properties"]["contents"]["items"],
    }
    assert places[section]["properties"]["loyalty_tier"] == {
        "type": "string",
        "enum": ["gold", "silver"],
        "description": "How loyal.",
    }


@pytest.fixture
def read_again() -> Iterator[None]:
    """What was made of the tables is made again, before and after."""
    made = (fast._usual, checked._custom_rules)
    for each in made:
        each.cache_clear()
    yield
    for each in made:
        each.cache_clear()


@pytest.mark.usefixtures("read_again")
@pytest.mark.parametrize("value", ["gold", "Gold"])  # in one pass, and with care
def test_a_line_is_enough_for_its_field_to_be_sent(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    table = with_line("custom_data")["roku"]
    monkeypatch.setattr(roku_fields, "TABLE", table)
    monkeypatch.setattr(roku_fields, "CUSTOM", table["custom_data"])
    posted = CONVERSION | {"custom_data": {"loyalty_tier": value}}
    is_usual = fast.read(posted, now=NOW, settings=Settings(), context={}) is not None
    assert is_usual == (value == "gold")
    made = prepare(posted, group="group", now=NOW, settings=Settings(), context={})
    assert isinstance(made, Prepared)
    assert yaml.safe_load(made.line)["custom_data"] == {"loyalty_tier": "gold"}


def test_a_second_name_of_two_fields_is_refused() -> None:
    twice = {"custom_data": (LINE, Field("rank", kinds.TEXT, "tier"))}
    with pytest.raises(ValueError, match="tier means two fields"):
        paths(twice)


def test_what_is_for_another_destination_is_passed_over() -> None:
    assert language.elsewhere("roku", "") >= {"click_ids", "rtid", "attributes", "audience_name"}
    assert language.elsewhere("roku", "user_data") == {"AID", "idfv", "android_uuid"}


def test_the_page_of_fields_is_fresh() -> None:
    """`make fields` writes it."""
    assert (ROOT / "docs" / "fields.md").read_text(encoding="utf-8") == documents.page(language.tables())


def test_the_fields_of_the_openapi_document_are_fresh() -> None:
    """`make fields` writes them."""
    document = (ROOT / "docs" / "openapi.yaml").read_text(encoding="utf-8")
    assert document == documents.openapi(document, language.tables())
    required = yaml.safe_load(document)["components"]["schemas"]["Event"]["required"]
    assert required == documents.record(language.tables(), "")["required"]


def test_the_examples_of_the_openapi_document_are_the_posts_of_events() -> None:
    """`make fields` writes them."""
    document = (ROOT / "docs" / "openapi.yaml").read_text(encoding="utf-8")
    assert document == examples.with_examples(document, ROOT / "events")
    (events,) = (yaml.safe_load(document)["components"]["requestBodies"]["Events"]["content"]["application/json"],)
    assert events["examples"]["purchase-clear"]["value"]["events"][0]["event_id"] == "order-1001"


def test_a_document_without_a_list_of_fields_is_refused() -> None:
    with pytest.raises(ValueError, match="expected"):
        documents.openapi("openapi: 3.1.0\n", language.tables())
