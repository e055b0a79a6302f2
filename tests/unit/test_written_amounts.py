"""Amounts in the sender's own way: in cents, or with decimal commas."""

import json
from typing import Any

import pytest

from pipeline.intake.senders import Sender
from pipeline.values.written_amounts import as_written
from tests.unit.conversions import NOW, take


def written(custom: dict[str, Any], amounts_in: Any) -> tuple[Any, list[str]]:
    said: list[tuple[str, str]] = []
    return as_written({"custom_data": custom}, amounts_in, said)["custom_data"], [name for name, _ in said]


@pytest.mark.parametrize(
    ("value", "currency", "whole"),
    [(2550, "USD", 25.5), ("2550", "eur", 25.5), (2500, "USD", 25), (2500, "JPY", 2500), (25500, "KWD", 25.5)],
)
def test_minor_units_are_divided_by_the_decimals_of_the_currency(value: Any, currency: str, whole: float) -> None:
    given = {"value": value, "currency": currency, "contents": [{"id": "a", "price": value}, "b"]}
    custom, said = written(given, "minor_units")
    assert (custom["value"], custom["contents"], said) == (whole, [{"id": "a", "price": whole}, "b"], [])


@pytest.mark.parametrize("currency", [None, "XXX", "%CURRENCY%"])
def test_minor_units_of_no_known_currency_are_dropped_and_it_is_told(currency: Any) -> None:
    assert written({"value": 2550, "currency": currency}, "minor_units") == (
        {"value": None, "currency": currency},
        ["custom_data.value"],
    )


@pytest.mark.parametrize(
    ("text", "point"),
    [("1.234", "1234"), ("1.234,50", "1234.50"), ("12,345", "12.345"), ("99,9 €", "99.9 €"), ("1.234.567", "1234567")],
)
def test_with_decimal_commas_a_point_is_between_thousands(text: str, point: str) -> None:
    assert written({"value": text}, "decimal_comma") == ({"value": point}, [])


def test_numbers_and_other_senders_amounts_stay() -> None:
    assert written({"value": 1.234}, "decimal_comma") == ({"value": 1.234}, [])
    assert written({"value": "1.234"}, None) == ({"value": "1.234"}, [])
    assert as_written({"custom_data": "x"}, "minor_units", []) == {"custom_data": "x"}


def test_a_sender_of_cents_is_read_so_at_the_door() -> None:
    event = {"event_id": "o-1", "event_name": "PURCHASE", "event_time": NOW, "user_data": {"em": "jane@firma.example"}}
    body = {"event_group_id": "g", "events": [event | {"custom_data": {"value": 1999, "currency": "USD"}}]}
    taken = take(json.dumps(body), Sender(name="shop", key="some-key-1", amounts_in="minor_units"))
    (made,) = taken.events.values()
    assert json.loads(made.line)["custom_data"]["value"] == 19.99
