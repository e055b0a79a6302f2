"""What senders' own programs post is known to be clean at first sight; what JSON cannot hold is not taken for null."""

from typing import Any

import pytest

from pipeline.contract.destination import Invalid, Prepared
from pipeline.values import sight
from roku import checked, event, fast, fields
from roku.normalise import Settings
from tests.unit.test_fast_reading import DIGEST, NOW, PURCHASE, changed

LOOK = sight.reader(fields.TABLE)


@pytest.mark.parametrize(
    ("section", "given"),
    [
        ("user_data", {"ct": "Austin", "st": "TX", "zp": "78701", "country": "US"}),
        ("user_data", {"ct": "New York", "st": "New York", "zp": "10001-1234"}),
        ("user_data", {"ge": None, "ct": None, "external_id": None}),
        ("user_data", {"external_id": 7, "aGA": "5E2D9C1A-9E9C-4D5B-9C1A-9E9C4D5B9C1A"}),
        ("user_data", {"em": DIGEST, "fn": DIGEST, "is_hashed": True}),
        ("", {"event_time": "2026-05-01T12:00:00Z", "partner_name": None, "opt_out": "false"}),
        ("", {"event_id": "5e2d9c1a-9e9c-4d5b-9c1a-9e9c4d5b9c1a", "event_type": "conversion"}),
        ("", {"event_source_url": "https://shop.example/caf%C3%A9?utm_campaign=summer%20sale&gclid=Cj0KCQ1"}),
        ("custom_data", {"value": "99.50", "order_id": 7, "content_name": "Blue Air 90", "content_ids": ["A-1", 7]}),
    ],
)
def test_what_senders_post_is_known_at_first_sight(section: str, given: dict[str, Any]) -> None:
    found = LOOK(changed(PURCHASE, section, **given))
    assert found is not None
    assert None not in found.values()
    assert None not in found["user_data"].values()


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -1.0, 10**16, 2**70])
@pytest.mark.parametrize(("section", "name"), [("", "partner_name"), ("user_data", "ct"), ("custom_data", "value")])
def test_a_number_that_json_has_not_and_one_that_is_no_amount_need_a_closer_look(
    section: str, name: str, number: float
) -> None:
    assert LOOK(changed(PURCHASE, section, **{name: number})) is None


@pytest.mark.parametrize("value", ["\ud800", {"a": "b"}, [], "a" * 5_000, 'a "b"', "a\\b", "size\n"])
def test_so_do_texts_that_json_writes_otherwise_and_what_is_no_text(value: Any) -> None:
    assert LOOK(changed(PURCHASE, "user_data", ct=value)) is None


@pytest.mark.parametrize("conversion", [None, 1, "x", [], [PURCHASE], PURCHASE | {"size": None}, {1: 2}])
def test_so_do_what_is_no_conversion_and_a_field_of_nobody_though_it_is_null(conversion: Any) -> None:
    assert LOOK(conversion) is None


@pytest.mark.parametrize(
    "changes", [{"event_name": "PURCHASED"}, {"event_time": "yesterday"}, {"event_name": "purchas"}]
)
def test_where_name_or_time_are_at_fault_that_is_said_at_once(changes: dict[str, Any]) -> None:
    conversion = PURCHASE | changes
    made = fast.read(conversion, now=NOW, settings=Settings(), context={})
    assert isinstance(made, Invalid)
    assert made == checked.read(conversion, now=NOW, settings=Settings(), context={})
    assert list(made.errors) == list(changes)


def test_a_whole_number_of_more_than_64_bits_is_sent_to_the_last_digit() -> None:
    conversion = changed(PURCHASE, "custom_data", content_ids=[2**70])
    made = event.prepare(conversion, group="g", now=NOW, settings=Settings(), context={})
    assert isinstance(made, Prepared)
    assert b'"content_ids":[1180591620717411303424]' in made.line
