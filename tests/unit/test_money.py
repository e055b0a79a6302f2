"""Amounts read with their currency, and purchases that are none."""

from typing import Any

import pycountry
import pytest

from pipeline.intake import orders
from pipeline.values import currencies
from pipeline.values.amounts import number_in
from pipeline.values.money import settled


@pytest.mark.parametrize(
    ("text", "decimals", "number"),
    [
        ("2,500", 2, 2500),
        ("£2,500", 2, 2500),
        ("2,500", 3, None),
        ("2,500", None, None),
        ("2.500", 2, 2.5),
        ("2.500", 0, 2500),
        ("0,500", 2, None),
        ("(12.50)", 2, -12.5),
        ("($1,200)", 2, -1200),
        ("12.50-", 2, -12.5),
        ("\u221212,50", 2, -12.5),
        ("-$7", 2, -7),
        ("$-7", 2, -7),
        ("--7", 2, None),
    ],
)
def test_the_decimals_of_the_currency_say_what_a_separator_means(text: str, decimals: int | None, number: Any) -> None:
    assert number_in(text, decimals) == number


@pytest.mark.parametrize(
    ("value", "code"),
    [("40 USD", "EUR"), ("£40", "USD"), ("40,00 €", "CHF"), ("$40", "GBP"), ("US$40", "CAD"), ("¥400", "USD")],
)
def test_an_amount_of_another_currency_than_its_field_is_dropped_and_told(value: str, code: str) -> None:
    warnings: list[tuple[str, str]] = []
    read = settled(
        {"value": value, "currency": code, "contents": [{"id": "1", "quantity": 1, "price": value}]}, warnings
    )
    assert read["value"] is None
    assert read["contents"][0]["price"] is None
    assert [name for name, _ in warnings] == ["custom_data.value", "custom_data.contents item 0 price"]


@pytest.mark.parametrize(
    ("value", "code"), [("$40", "CAD"), ("40 €", "eur"), ("A", "USD"), (40, "USD"), ("¥400", "CNY")]
)
def test_an_amount_that_agrees_with_its_field_stays(value: Any, code: str) -> None:
    warnings: list[tuple[str, str]] = []
    assert settled({"value": value, "currency": code}, warnings)["value"] == value
    assert warnings == []


def test_a_missing_currency_is_taken_from_an_amount_that_names_one() -> None:
    warnings: list[tuple[str, str]] = []
    assert settled({"value": "3,000 EUR"}, warnings) == {"value": 3000, "currency": "EUR"}
    assert {name for name, _ in warnings} == {"custom_data.value", "custom_data.currency"}


@pytest.mark.parametrize(
    ("custom", "code"),
    [
        ({"value": -1, "currency": "USD"}, "refund"),
        ({"value": "(9.99)", "currency": "USD"}, "refund"),
        ({"value": 9, "currency": "USD", "status": "Chargeback"}, "refund"),
        ({"value": 9, "currency": "USD", "status": "canceled"}, "cancelled_order"),
    ],
)
@pytest.mark.parametrize("name", ["PURCHASE", "purchase", "Purchase "])
def test_a_refund_and_a_cancelled_order_are_no_purchase(custom: dict[str, Any], code: str, name: str) -> None:
    ignored = orders.judge({"event_name": name, "custom_data": custom}, [])
    assert ignored is not None
    assert ignored.code == code


@pytest.mark.parametrize(
    ("conversion", "told"),
    [
        ({"event_name": "PURCHASE"}, ["custom_data.value"]),
        ({"event_name": "PURCHASE", "custom_data": {"value": "n/a", "currency": "USD"}}, ["custom_data.value"]),
        ({"event_name": "LEAD", "custom_data": {"value": 5}}, ["custom_data.currency"]),
        ({"event_name": "LEAD", "custom_data": {"value": "5 €"}}, []),
        ({"event_name": "LEAD"}, []),
        ({"event_name": "LEAD", "custom_data": {"value": -5, "currency": "USD"}}, []),
        ({"event_name": "PURCHASE", "custom_data": {"value": 0, "currency": "USD"}}, []),
        (
            {"event_name": "PURCHASE", "custom_data": {"value": 9, "currency": "USD", "status": "Partially refunded"}},
            ["custom_data.status"],
        ),
    ],
)
def test_what_a_purchase_lacks_is_told(conversion: dict[str, Any], told: list[str]) -> None:
    warnings: list[tuple[str, str]] = []
    assert orders.judge(conversion, warnings) is None
    assert [name for name, _ in warnings] == told


def test_each_sign_means_a_currency_of_the_list() -> None:
    assert currencies.named("€ £ ₹ ₩ ₽ ₺ ₪ ฿ ₫ ₴ US$") <= currencies.ISO_4217


def test_the_list_is_the_standards_without_funds_metals_and_codes_for_tests() -> None:
    funds = "BOV CHE CHW CLF COU MXV USN UYI UYW XAD XAG XAU XBA XBB XBC XBD XDR XPD XPT XSU XTS XUA XXX".split()
    withdrawn = {"ANG", "BGN", "ZWL"}  # since 2024; orders from before may still come
    maintained = {one.alpha_3 for one in pycountry.currencies}
    assert currencies.ISO_4217 - withdrawn == maintained - {*funds} - withdrawn


@pytest.mark.parametrize(
    ("text", "number"),
    [
        *(
            ("R$ 19,90", 19.9),
            ("19,90 zł", 19.9),
            ("450 Kč", 450),
            ("C$19.90", 19.9),
            ("kr 199", 199),
            ("199,50 kr.", 199.5),
        ),
        *(
            ("Rs. 500", 500),
            ("₹12,34,567.50", 1234567.5),
            ("₹ 500/-", 500),
            ("CHF 19.-", 19),
            ("19,-", 19),
            ("Fr. 19.90", 19.9),
        ),
        *(
            ("2.500 円", None),
            ("￥2500", 2500),
            ("２５", 25),
            ("1.5e3", 1500),
            ("19 euros", 19),
            ("19 dollars", 19),
            ("19 USD.", 19),
        ),
    ],
)
def test_signs_and_ways_of_many_countries(text: str, number: Any) -> None:
    assert number_in(text) == (2.5 if number is None else number)


@pytest.mark.parametrize(
    ("value", "code"), [("R$ 19", "USD"), ("19 zł", "EUR"), ("kr 19", "USD"), ("C$19", "USD"), ("Rs. 19", "EUR")]
)
def test_a_sign_of_another_currency_contradicts(value: str, code: str) -> None:
    assert currencies.contradicts(value, code)


@pytest.mark.parametrize(("value", "code"), [("R$ 19", "BRL"), ("kr 19", "DKK"), ("C$19", "CAD"), ("Rs. 19", "PKR")])
def test_a_sign_of_the_same_currency_does_not(value: str, code: str) -> None:
    assert not currencies.contradicts(value, code)


def test_without_decimals_a_point_is_between_thousands_also_where_it_could_be_one() -> None:
    assert settled({"value": "2.500", "currency": "JPY"}, [])["value"] == 2500
