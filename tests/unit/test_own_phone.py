"""The event's own phone number in ids and texts: bare digits are an id's own unless the event says whose they are."""

from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.values import own_phone
from pipeline.values.own_phone import without_own_phone
from tests.unit.conversions import sha


def hidden(ph: object, **conversion: Any) -> dict[str, Any]:
    """The conversion without its own phone number, and without its `ph`; a warning tells whether it was changed."""
    user = {"ph": ph} | conversion.pop("user_data", {})
    given = {"user_data": user, **conversion}
    warnings: list[tuple[str, str]] = []
    made: dict[str, Any] = dict(without_own_phone(given, warnings))
    assert given["user_data"] == user  # another destination reads it too
    made["user_data"] = {name: value for name, value in made["user_data"].items() if name != "ph"}
    assert bool(warnings) is (made != {"user_data": {n: v for n, v in user.items() if n != "ph"}, **conversion})
    return made


@pytest.mark.parametrize(
    ("ph", "given"),
    [
        ("+1 (555) 010-0199", "15550100199"),
        ("+15550100199", "5550100199"),
        ("5550100199", "+1 555 010 0199"),
        ("5550100199", 5550100199),
        (15550100199, "15550100199"),
        ("+49 30 1234567", "0301234567"),
        ("0301234567", "0301234567"),
        (sha("15550100199"), "15550100199"),
        (sha("+15550100199").upper(), "15550100199"),
    ],
)
def test_an_id_that_is_the_events_own_number_is_replaced_by_its_digest(ph: object, given: object) -> None:
    custom = {"order_id": given, "content_ids": ["a", given], "contents": [{"id": given, "price": 1}, 5]}
    made = hidden(ph, event_id=given, custom_data=custom, user_data={"external_id": given})
    digest = sha(str(given))  # so that equal ids stay equal
    assert made == {
        "event_id": digest,
        "custom_data": {
            "order_id": digest,
            "content_ids": ["a", digest],
            "contents": [{"id": digest, "price": 1}, 5],
        },
        "user_data": {"external_id": digest},
    }


@pytest.mark.parametrize(
    "given", ["5550100142", "25550100199x", "0199", 199, "order-0199", "995550100199777", "", None, []]
)
def test_any_other_id_stays(given: object) -> None:
    made = hidden("+15550100199", event_id=given, custom_data={"order_id": given})
    assert made == {"event_id": given, "custom_data": {"order_id": given}, "user_data": {}}


def test_from_texts_and_addresses_the_digits_are_taken_out() -> None:
    made = hidden(
        "5550100199",
        event_source_url="https://shop.example/t?p=5550100199&x=1",
        custom_data={"search_string": "call 15550100199 please", "value": 5},
        attributes={"note": "5550100199"},
    )
    assert "5550100199" not in str(made)
    assert made["event_source_url"] == "https://shop.example/t?p=&x=1"


@pytest.mark.parametrize(
    "conversion", [None, 5, [], {}, {"user_data": 5}, {"user_data": {}}, {"user_data": {"ph": "x" * 9}}]
)
def test_without_a_number_it_is_the_very_same(conversion: Any) -> None:
    assert without_own_phone(conversion, []) is conversion


_IDS = st.lists(st.sampled_from([*"555 010 0199 1 + ( ) - . x order- \x1c \n \t \uff11".split(" "), " "]), max_size=7)


@settings(max_examples=500)
@given(_IDS.map("".join), st.sampled_from(["+1 (555) 010-0199", "5550100199", "0100199", sha("15550100199")]))
@example("\x1c+1 555 010 0199\x1c", "5550100199")
def test_the_glance_overlooks_no_id_that_ends_with_its_last_four_digits(text: str, ph: str) -> None:
    given_ids = {"event_id": text, "custom_data": {"order_id": text, "content_ids": [text], "search_string": text}}
    quick = hidden(ph, **given_ids)
    ends = text.strip()[-4:] == "0199" or len(ph) == 64
    with patch.object(own_phone, "_may_be_in", lambda *_: ends):
        assert hidden(ph, **given_ids) == quick or not ends


_ENDS = st.lists(st.sampled_from([*"0199 01 99 - ) . +1 555 010 ٠١٩٩ x".split(" "), " ", "\t"]), max_size=6)


@given(_ENDS.map("".join) | st.sampled_from([sha("15550100199"), "5550100199 "]), _IDS.map("".join))
@example("+1 (555) 010-0199", "555 010 0199")
@example("555 010 01-99", "5550100199")
@example(sha("15550100199"), "15550100199")
@example("5550100199 ", "5550100199")
def test_looking_for_the_last_four_digits_as_they_are_written_rules_out_what_a_closer_look_does(
    ph: str, text: str
) -> None:
    user = {"ph": ph}
    conversion = {"event_id": text, "user_data": user}
    phone = own_phone._phone(ph)
    closer = phone is not None and own_phone._may_be_in(own_phone._joined(conversion, user), phone)
    assert (own_phone._phone_within(conversion) is not None) is closer
