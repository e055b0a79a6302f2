"""Texts in the place of an id that identify nothing."""

import pytest

from pipeline.values import ids, texts
from pipeline.values.placeholders import is_placeholder, is_tag
from pipeline.values.rules import Rule


@pytest.mark.parametrize(
    "word",
    [
        *("0", "0000", "-", "TBD", "#REF!", "#N/A", "n/a", "unknown", "Guest", "order_id", "-1", "NULL", "\\N"),
        "00000000-0000-0000-0000-000000000000",
        *("6.12345E+12", "1,23457E+15", "1e+21", "9.99e20"),
        *("order-undefined", "undefined-7", "cart_null", "inv.None", "orderundefined", "id-NaN", "[object Object]"),
        *("order-{{id}}", "A-%order%", "x${n}", "so-<number>", "*|ID|*-9", "__ORDER_ID__", "12-[[id]]"),
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    ],
)
@pytest.mark.parametrize("rule", [texts.event_id, texts.reference])
def test_what_names_nobody_is_no_id_and_is_told(rule: Rule, word: str) -> None:
    notes: list[str] = []
    assert rule(word, notes) is None
    # In any field a word for "absent" is not a value; of an event's id it is told, for another is made in its place.
    assert len(notes) == (rule is texts.event_id or not is_placeholder(word) or is_tag(word))


@pytest.mark.parametrize(
    "word",
    [
        *("7", "000001", "12E5", "1E10", "A-100", "#1001", "NULLARBOR-7", "annullo-3", "Nonesuch3"),
        *("R_2024_01", "5-0", "0x1F", "canull3", "unknown-soldier-12", "guest-7", "a[0]", "100%-cotton-3"),
        "018f2d7c-6a1e-7b3a-9f00-0000000000aa",
    ],
)
def test_what_may_be_an_id_is_one(word: str) -> None:
    notes: list[str] = []
    assert texts.event_id(word, notes) == word
    assert notes == []
    assert ids.is_one(word)


@pytest.mark.parametrize(
    ("number", "word"),
    [
        (9_000_000_000_000_000.0, "9000000000000000"),
        (1_234_567_890_123.0, "1234567890123"),
        (12.0, "12"),
        ("8700000000000001.0", "8700000000000001"),
        (123_456_789_012_345_678, "123456789012345678"),
    ],
)
def test_a_whole_number_below_two_to_the_53_is_that_number(number: object, word: str) -> None:
    assert texts.event_id(number, []) == word


def test_a_number_that_no_double_holds_is_no_id() -> None:
    notes: list[str] = []
    assert texts.event_id(12_345_678_901_234_567_890.0, notes) is None
    assert "scientific" in notes[0]
