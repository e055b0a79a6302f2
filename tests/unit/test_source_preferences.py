"""What a sender's settings say of its conversions: names of events, the field of the value, a currency."""

from typing import Any

import pytest

from pipeline.intake.body import Ignored
from pipeline.intake.senders import SourceSettings
from sources import source_settings
from sources.source_settings import event_names, kind_of, priced, settle, value_of


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("Order Completed", "PURCHASE"),
        (" order completed ", "PURCHASE"),
        ("Lead Won", "LEAD"),
        ("Signed Up", None),
        ("Order Refunded", None),
    ],
)
def test_event_names_adds_to_the_known_and_overrides_them(kind: str, name: str | None) -> None:
    settings = SourceSettings(event_names={"lead won": "LEAD", "signed up": None})
    assert event_names(settings, {"Order Completed": "PURCHASE", "Signed Up": "SIGN_UP"}).get(kind_of(kind)) == name


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("PURCHASE", "PURCHASE"),
        ("purchase", "PURCHASE"),
        (" Add to cart ", "ADD_TO_CART"),
        ("add-to-cart", "ADD_TO_CART"),
        ("ADD__TO_ CART", "ADD_TO_CART"),
    ],
)
def test_rokus_names_are_taken_in_any_spelling(written: str, name: str) -> None:
    assert event_names(SourceSettings(event_names={"kind": written})) == {"kind": name}
    assert source_settings.is_same(written, name)
    assert not source_settings.is_same(written, "LEAD")


def test_a_name_without_its_underscores_is_the_same_event() -> None:
    assert source_settings.is_same("ADDTOCART", "ADD_TO_CART")


@pytest.mark.parametrize(
    ("custom", "currency"),
    [
        ({"value": 0}, "USD"),
        ({"value": "25.00"}, "USD"),
        ({"predicted_ltv": 5}, "USD"),
        ({"contents": [{"id": "A", "price": 5}]}, "USD"),
        ({"value": 5, "currency": ""}, "USD"),
        ({"value": 5, "currency": "EUR"}, "EUR"),
        # Without an amount a currency says nothing.
        ({"order_id": "1"}, None),
        ({"value": None}, None),
        ({"value": ""}, None),
        ({"value": "free"}, None),
        ({"value": [5]}, None),
        ({"contents": []}, None),
        ({"contents": [{"id": "A"}, 5]}, None),
        ({"contents": "A"}, None),
        # An amount that says its currency itself.
        ({"value": "€250.00"}, "EUR"),
        ({"value": "250,00 €"}, "EUR"),
        ({"value": "£250"}, "GBP"),
        ({"value": "GBP 250"}, "GBP"),
        ({"value": "250.00 CAD"}, "CAD"),
        ({"value": "CAD $250.00"}, "CAD"),
        ({"value": "US$250"}, "USD"),
        ({"contents": [{"id": "A", "price": "€5"}, {"id": "B", "price": 6}]}, "EUR"),
        # One that may be of several countries.
        ({"value": "$250.00"}, "USD"),
        ({"value": "¥250"}, "USD"),
        # No amount at all, whatever it says.
        ({"value": "about €20"}, None),
        ({"value": "SKU25"}, None),
    ],
)
def test_amounts_without_a_currency_get_their_own_or_the_senders(custom: dict[str, Any], currency: str | None) -> None:
    made = priced(custom, SourceSettings(currency="USD"), [])
    assert made == (custom if currency is None else custom | {"currency": currency})


def test_without_a_setting_an_amount_still_says_its_own_currency() -> None:
    assert priced({"value": "€5"}, SourceSettings(), []) == {"value": "€5", "currency": "EUR"}
    assert priced({"value": "$5"}, SourceSettings(), []) == {"value": "$5"}


def test_an_amount_that_contradicts_the_setting_is_told() -> None:
    warnings: list[tuple[str, str]] = []
    priced({"value": "€5"}, SourceSettings(currency="EUR"), warnings)
    assert warnings == []
    priced({"value": "€5"}, SourceSettings(currency="USD"), warnings)
    ((field, text),) = warnings
    assert field == "custom_data.currency"
    assert "EUR was taken from the amount, not the sender's currency USD" in text


@pytest.mark.parametrize(
    "custom",
    [{"value": "€5 USD"}, {"value": "€5", "predicted_ltv": "£6"}, {"contents": [{"price": "€5"}, {"price": "£6"}]}],
)
def test_amounts_that_contradict_each_other_get_no_currency(custom: dict[str, Any]) -> None:
    warnings: list[tuple[str, str]] = []
    assert priced(custom, SourceSettings(currency="USD"), warnings) == custom
    ((_, text),) = warnings
    assert "several (EUR, " in text


@pytest.mark.parametrize(
    ("body", "field", "always", "value", "warned"),
    [
        ({"total": 5, "net": 4}, None, True, 5, 0),
        ({"total": "", "net": 4}, None, True, None, 0),
        ({"total": 5, "net": 4}, "net", True, 4, 0),
        ({"total": 5, "net": ""}, "net", True, None, 0),
        ({"total": 5}, "net", True, None, 1),
        ({}, "net", True, None, 1),
        ({"total": 5}, "net", False, None, 1),
        ({}, "net", False, None, 0),  # an event of a kind that has no value
    ],
)
def test_the_value_is_of_the_field_that_the_settings_name(
    body: dict[str, Any], field: str | None, always: bool, value: Any, warned: int
) -> None:
    warnings: list[tuple[str, str]] = []
    assert value_of(body, SourceSettings(value_field=field), ("total",), warnings, always=always) == value
    assert len(warnings) == warned
    assert all(place == "value_field" and '"net"' in text for place, text in warnings)


@pytest.mark.parametrize("given", ["Closed Won", "closed won", " CLOSED WON "])
def test_names_of_conversions_are_compared_without_case(given: str) -> None:
    settings = SourceSettings(event_names={"Closed Won": "purchase", "page_view": None})
    names = event_names(settings)
    assert settle({"event_name": given}, names, settings, []) == {"event_name": "PURCHASE"}
    one = settle({"event_name": "PAGE_VIEW"}, names, settings, [])
    assert isinstance(one, Ignored)
    assert settle({"event_name": ["page_view"]}, names, settings, []) == {"event_name": ["page_view"]}
    assert settle({"event_name": 7}, {"7": "LEAD"}, settings, []) == {"event_name": "LEAD"}
