"""Invoca's webhooks, with the parameters that docs/senders/invoca.md names."""

from typing import Any

import pytest

from sources.calls.invoca import read
from tests.unit.arbitrary import check_spoiled
from tests.unit.call_posts import FIELDS, conversion, event, ignored, post
from tests.unit.conversions import NOW, sha

# Formats as in Invoca's documentation: the id's and the number's, and a start in milliseconds.
CALL: dict[str, Any] = {
    "complete_call_id": "FE7F3A51-11111111",
    "start_time_utc": str((NOW - 100) * 1000),
    "calling_phone_number": "555-010-0142",
    "duration": "120",
    "connect_duration": "95",
    "repeat_calling_phone_number": "false",
    "city": "Tampa",
    "region": "FL",
    "verified_zip": "33601",
    "revenue": "",
    "signal_name": "",
    "utm_source": "roku",
    "calling_page": "https://www.example.com/call",
    "landing_page": "https://www.example.com/",
    "gclid": "",
}


def test_a_call_becomes_an_event() -> None:
    body = CALL | {"first_name_data_append": "Jane", "last_name_data_append": "Doe", "revenue": "250.00"}
    assert event(read, body, currency="USD") == {
        "event_id": "FE7F3A51-11111111",
        "event_name": "CONTACT",
        "event_type": "conversion",
        "event_time": NOW - 100,
        "event_source": "phone_call",
        "event_source_url": "https://www.example.com/call",
        "user_data": {
            "is_hashed": True,
            "ph": sha("15550100142"),
            "ct": "Tampa",
            "st": "Florida",
            "zp": "33601",
            "fn": sha("jane"),
            "ln": sha("doe"),
        },
        "custom_data": {"utm_source": "roku", "value": 250.0, "currency": "USD"},
        "partner_name": "Invoca",
    }


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"connect_duration": "0"}, "not_answered"),
        ({"connect_duration": 0, "duration": "0"}, "not_answered"),
        ({"connect_duration": ""}, None),  # whether it was connected is not said
        ({"connect_duration": "", "duration": ""}, "not_finished"),  # the same parameters before the transfer
        ({"connect_duration": None, "duration": "null"}, "not_finished"),
    ],
)
def test_a_call_is_answered_if_it_was_connected(changes: dict[str, Any], expected: str | None) -> None:
    (one,) = post(read, CALL | changes).conversions
    assert getattr(one, "code", None) == expected


def test_a_template_without_durations_is_taken_for_a_finished_call() -> None:
    body = {name: value for name, value in CALL.items() if "duration" not in name}
    assert conversion(read, body)["event_name"] == "CONTACT"
    assert ignored(read, body, minimum_duration=1.0).code == "unknown_duration"


@pytest.mark.parametrize(("minimum", "expected"), [(95.0, None), (96.0, "too_short")])
def test_the_minimum_is_of_being_connected(minimum: float, expected: str | None) -> None:
    (one,) = post(read, CALL, minimum_duration=minimum).conversions
    assert getattr(one, "code", None) == expected


@pytest.mark.parametrize(
    ("repeat", "expected"),
    [("true", "repeat_caller"), (True, "repeat_caller"), ("false", None), ("", "unknown_first_call")],
)
def test_first_calls(repeat: Any, expected: str | None) -> None:
    (one,) = post(read, CALL | {"repeat_calling_phone_number": repeat}, first_calls_only=True).conversions
    assert getattr(one, "code", None) == expected


# "Custom Data & Signal": a signal is named, or has a field of its own that is 1 or true.
@pytest.mark.parametrize(
    "changes",
    [
        {"signal_name": "Purchase Made"},
        {"signal_name": "Quote, Purchase Made"},
        {"signal_name": ["Quote", "purchase made"]},
        {"Purchase Made": 1},
        {"Purchase Made": True},
        {"Purchase Made": "true"},
    ],
)
def test_a_signal_adds_its_event(changes: dict[str, Any]) -> None:
    made = post(read, CALL | changes, event_names={"signal:Purchase Made": "PURCHASE"}).conversions
    assert [(one["event_name"], one["event_id"]) for one in made] == [
        ("CONTACT", "FE7F3A51-11111111"),
        ("PURCHASE", "FE7F3A51-11111111-PURCHASE"),
    ]


@pytest.mark.parametrize("changes", [{}, {"signal_name": "Quote"}, {"Purchase Made": None}, {"Purchase Made": "0"}])
def test_a_signal_that_is_not_true_adds_none(changes: dict[str, Any]) -> None:
    names = {"signal:Purchase Made": "PURCHASE"}
    assert conversion(read, CALL | changes, event_names=names)["event_name"] == "CONTACT"


def test_a_signal_with_a_comma_in_its_name_is_one() -> None:
    made = post(
        read, CALL | {"signal_name": "Booked, paid"}, event_names={"signal:booked, paid": "SCHEDULE"}
    ).conversions
    assert [one["event_name"] for one in made] == ["CONTACT", "SCHEDULE"]


@pytest.mark.parametrize(
    ("changes", "field", "sent"),
    [
        ({"revenue": "", "sale_amount": "99.50"}, None, 99.5),
        ({"revenue": "10", "sale_amount": "99.50"}, None, 10),
        ({"revenue": "10", "margin": "3"}, "margin", 3),
        ({"revenue": "10"}, "margin", None),
        ({"revenue": "--"}, None, None),
        ({"revenue": "0.00", "sale_amount": "99.50"}, None, 99.5),
        ({"revenue": 0, "sale_amount": "$99.50"}, None, 99.5),
        ({"revenue": "0.00", "sale_amount": "0"}, None, 0),
        ({"revenue": "0.00", "sale_amount": ""}, None, 0),
        ({"revenue": "0.00", "sale_amount": "unknown"}, None, 0),
    ],
)
def test_values(changes: dict[str, Any], field: str | None, sent: float | None) -> None:
    assert event(read, CALL | changes, value_field=field)["custom_data"].get("value") == sent


@pytest.mark.parametrize(
    ("number", "sent"),
    [("866-555-1234", "18665551234"), ("+44 20 7946 0018", "442079460018"), ("15550100142", "15550100142")],
)
def test_numbers(number: str, sent: str) -> None:
    assert event(read, CALL | {"calling_phone_number": number})["user_data"]["ph"] == sha(sent)


def test_a_post_about_a_signal_is_about_the_same_call() -> None:
    later = CALL | {"transaction_id": "E9C4063A-22222222", "transaction_type": "Signal", "signal_name": "Quote"}
    assert conversion(read, later) == conversion(read, CALL | {"transaction_id": "FE7F3A51-11111111"})


@pytest.mark.parametrize("field", [None, "sale.value"])
def test_junk_in_any_one_place_is_read_or_refused(field: str | None) -> None:
    whole = (
        dict.fromkeys(FIELDS["invoca"].split(), "x")
        | CALL
        | {"revenue": "0", "sale_amount": "5", "sale": {"value": "5"}}
    )
    names = {"first": "LEAD", "tag:sale": "PURCHASE", "signal:sale": "PURCHASE"}
    check_spoiled(whole, lambda body: post(read, body, event_names=names, value_field=field, currency="USD"))
