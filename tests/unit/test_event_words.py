"""Names of events and of sources that no list has, and products without a price."""

from typing import Any

import pytest

from pipeline.contract.destination import Invalid
from rokt import conversion as rokt
from rokt import fast
from rokt.settings import Settings as Rokt
from roku import checked
from roku.normalise import Settings as Roku
from tests.unit.conversions import NOW, conversion, finished


def for_roku(**custom: Any) -> tuple[dict[str, Any], list[str]]:
    whole = {"event_name": "LEAD", "event_time": NOW, "user_data": {"em": "a@example.com"}, **custom}
    made = checked.read(whole, now=NOW, settings=Roku(), context={})
    assert not isinstance(made, Invalid)
    return made[0], [name for name, _ in made[1]]


def for_rokt(name: str, settings: Rokt = Rokt()) -> str | None:  # noqa: B008 - frozen
    whole = {"event_name": name, "event_time": NOW, "user_data": {"em": "a@example.com"}}
    made = rokt.read(whole, now=NOW, settings=settings)
    quick = fast.read(whole, now=NOW, settings=settings)
    assert quick is None or (not isinstance(made, Invalid) and quick.name == made[0].name)
    if isinstance(made, Invalid):
        assert set(made.errors) == {"event_name"}
        return None
    return made[0].name


@pytest.mark.parametrize("slip", ["PURHCASE", "Purchased", "purchasse", "LEADS", "ad_to_cart", "SIGNUPS", "CONTCAT"])
def test_a_slip_of_a_listed_name_is_no_conversion_type_of_its_own(slip: str) -> None:
    assert for_rokt(slip) is None


@pytest.mark.parametrize(
    ("written", "name"), [("purchase", "PURCHASE"), ("Add to Cart", "ADD_TO_CART"), ("LEAD", "LEAD")]
)
def test_a_listed_name_has_one_spelling(written: str, name: str) -> None:
    assert for_rokt(written, Rokt(conversion_types="listed")) == name


@pytest.mark.parametrize("written", ["purchase", "Add to Cart", "signup", "LEAD"])
def test_unless_the_stack_says_otherwise_rokt_gets_the_name_as_it_is_written(written: str) -> None:
    assert for_rokt(written) == written


@pytest.mark.parametrize("own", ["loan_approved", "Test drive", "quote", "download_app", "video_watched"])
def test_a_name_of_the_senders_own_stays(own: str) -> None:
    assert for_rokt(own) == own


@pytest.mark.parametrize("source", ["kiosk", "web site of ours", "call centre"])
def test_a_source_that_no_list_has_is_other_and_told(source: str) -> None:
    event, told = for_roku(event_source=source)
    assert event["event_source"] == "other"
    assert told == ["event_source"]


@pytest.mark.parametrize("source", ["", "n/a", "-", None])
def test_no_source_is_none(source: str | None) -> None:
    assert "event_source" not in for_roku(event_source=source)[0]


def test_ids_of_products_without_a_price_stay() -> None:
    bought = [
        {"id": "A", "quantity": 1, "price": 5},
        {"id": "B", "quantity": 2},
        {"id": 7, "quantity": 1, "price": "free"},
        {"quantity": 1},
    ]
    event, told = for_roku(custom_data={"contents": bought, "content_ids": ["Z"], "currency": "USD"})
    assert event["custom_data"]["contents"] == [{"id": "A", "quantity": "1", "price": 5}]
    assert event["custom_data"]["content_ids"] == ["Z", "B", 7]
    assert "custom_data.content_ids" in told


@pytest.mark.parametrize("bought", [{"content_ids": [10**20]}, {"contents": [{"id": 10**20}]}])
def test_an_id_of_a_product_may_have_more_digits_than_64_bits(bought: dict[str, Any]) -> None:
    assert str(10**20) in str(finished(conversion(custom_data=bought))["custom_data"])
