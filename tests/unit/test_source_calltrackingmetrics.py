"""CallTrackingMetrics' webhooks: bodies that are public, its statuses, and the stages of one call."""

from typing import Any

import pytest

from pipeline.contract.destination import Invalid
from pipeline.intake.body import BadRequest
from sources.calls.calltrackingmetrics import read
from sources.values import text
from tests.unit.arbitrary import check_spoiled
from tests.unit.call_posts import FIELDS, conversion, event, ignored, outcome, post
from tests.unit.conversions import NOW, sha

# What a start posts, in public: no duration yet, and the last dial's status alone.
START: dict[str, Any] = {
    "id": 4379952365,
    "caller_number_bare": "5550100142",
    "caller_number_format": "(555) 010-0142",
    "cnam": "JANE DOE",
    "tracking_number_bare": "5550100177",
    "source": "Direct",
    "city": "",
    "state": "FL",
    "is_new_caller": True,
    "tag_list": [],
    "dial_status": "ringing",
    "unix_time": NOW - 100,
}
END: dict[str, Any] = START | {
    "caller_number": "+15550100142",
    "name": "Jane Doe",
    "direction": "inbound",
    "call_status": "answered",
    "dial_status": "completed",
    "duration": 107,
    "talk_time": 101,
    "ring_time": 6,
}


def test_a_call_becomes_an_event() -> None:
    body = END | {
        "email": "jane@example.com",
        "city": "Tampa",
        "postal_code": "33601",
        "country": "US",
        "visitor_ip": "203.0.113.7",
        "location": "https://www.example.com/offer",
        "referrer": "https://www.example.com/",
        "web_source": "roku",
        "medium": "ctv",
        "campaign": "Spring",
    }
    assert event(read, body) == {
        "event_id": "4379952365",
        "event_name": "CONTACT",
        "event_type": "conversion",
        "event_time": NOW - 100,
        "event_source": "phone_call",
        "event_source_url": "https://www.example.com/offer",
        "referrer_url": "https://www.example.com/",
        "user_data": {
            "is_hashed": True,
            "ph": sha("15550100142"),
            "em": sha("jane@example.com"),
            "ct": "Tampa",
            "st": "Florida",
            "zp": "33601",
            "country": "US",
            "client_ip_address": "203.0.113.7",
        },
        "custom_data": {"utm_source": "roku", "utm_medium": "ctv", "utm_campaign": "Spring"},
        "partner_name": "CallTrackingMetrics",
    }


# The page "Activity Statuses"; `dial_status` is the last dial's, with a telephone exchange's words.
@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"call_status": "answered"}, None),
        ({"call_status": "Answered"}, None),
        ({"call_status": "completed"}, "not_answered"),  # a menu, and no human
        ({"call_status": "in progress"}, "not_finished"),
        ({"call_status": "in-progress"}, "not_finished"),
        ({"call_status": "hangup", "talk_time": 0}, "not_answered"),
        ({"call_status": "busy", "talk_time": 0}, "not_answered"),
        ({"call_status": "failed", "duration": 0, "talk_time": 0}, "not_answered"),
        ({"call_status": "no answer", "talk_time": 0}, "not_answered"),
        ({"call_status": "no-answer", "duration": None, "talk_time": None}, "not_answered"),
        ({"call_status": "voicemail"}, "not_answered"),
        ({"voicemail": True}, "not_answered"),
        ({"call_status": "answered", "duration": 0, "talk_time": 0}, "not_finished"),
        ({"call_status": "answered", "duration": None, "talk_time": None}, "not_finished"),
        ({"call_status": None, "dial_status": "completed"}, None),
        ({"call_status": "", "dial_status": "answered"}, None),
        ({"call_status": None, "dial_status": "ringing"}, "not_finished"),
        ({"call_status": None, "dial_status": "no-answer"}, "not_answered"),
        ({"call_status": None, "dial_status": "hangup"}, None),  # after talking
        ({"call_status": None, "dial_status": None}, None),
        ({"call_status": None, "dial_status": None, "talk_time": 0}, "not_answered"),
        ({"call_status": None, "dial_status": None, "talk_time": None}, None),
        ({"call_status": "a new word"}, None),
        ({"call_status": "a new word", "talk_time": 0}, "not_answered"),
        ({"direction": "outbound"}, "outbound"),
        ({"direction": "Outbound"}, "outbound"),
        ({"direction": "INBOUND"}, None),
        ({"direction": "msg_inbound"}, "not_a_call"),
        ({"direction": "form"}, "not_a_call"),
        ({"direction": "chat"}, "not_a_call"),
        ({"direction": None}, None),
    ],
)
def test_statuses(changes: dict[str, Any], expected: str | None) -> None:
    if expected is None:
        assert conversion(read, END | changes)["event_name"] == "CONTACT"
    else:
        told = ignored(read, END | changes)
        assert (told.code, text(told.event_id)) == (expected, "4379952365")


def test_the_stages_of_a_call_are_one_event() -> None:
    settings: dict[str, Any] = {"event_names": {"first": "LEAD", "tag:sale": "PURCHASE"}, "currency": "USD"}
    assert ignored(read, START, **settings).code == "not_finished"
    ended = conversion(read, END, **settings)
    assert (ended["event_name"], ended["event_id"]) == ("LEAD", "4379952365")
    sold = END | {"tag_list": ["Sale"], "sale": {"value": "250.00", "conversion": 1}}
    first, second = post(read, sold, **settings).conversions
    assert (first["event_name"], first["event_id"]) == ("LEAD", "4379952365")
    assert (second["event_name"], second["event_id"]) == ("PURCHASE", "4379952365-PURCHASE")
    assert second["custom_data"] == {"value": "250.00", "currency": "USD"}


def test_an_activity_inside_of_call_is_read() -> None:
    assert conversion(read, {"event": "call.completed", "call": END}) == conversion(read, END)


@pytest.mark.parametrize(
    ("minimum", "expected"),
    [(101.0, None), (102.0, "too_short"), (107.0, "too_short")],
)
def test_the_minimum_is_of_talking(minimum: float, expected: str | None) -> None:
    (one,) = post(read, END, minimum_duration=minimum).conversions
    assert getattr(one, "code", None) == expected


def test_without_a_time_of_talking_the_whole_duration_counts() -> None:
    assert conversion(read, END | {"talk_time": None}, minimum_duration=107.0)["event_name"] == "CONTACT"


def test_callers_known_before_are_repeat() -> None:
    names = {"repeat": "SCHEDULE"}
    assert conversion(read, END | {"is_new_caller": False}, event_names=names)["event_name"] == "SCHEDULE"
    assert ignored(read, END | {"is_new_caller": False}, first_calls_only=True).code == "repeat_caller"


@pytest.mark.parametrize(
    ("numbers", "sent"),
    [
        ({"caller_number": "+15550100142"}, "15550100142"),
        ({"caller_number_complete": "+468890443", "caller_number": "8890443"}, "468890443"),
        ({"caller_number_bare": "5550100142"}, "15550100142"),
        ({"caller_number": "", "caller_number_bare": 5550100142, "country": "CA"}, "15550100142"),
        ({"caller_number_bare": "2079460018", "country": "GB"}, "442079460018"),
        ({"caller_number_bare": "5550100142", "country": "us"}, "15550100142"),
        ({"caller_number_bare": "5550100142", "country": "United States"}, "15550100142"),
        ({"caller_number_bare": "5550100142", "country": "CAN"}, "15550100142"),
        ({"caller_number_bare": "5550100142", "country": "PR"}, "15550100142"),
    ],
)
def test_numbers(numbers: dict[str, Any], sent: str) -> None:
    bare = {name: value for name, value in END.items() if not name.startswith("caller_number")}
    assert event(read, bare | numbers)["user_data"]["ph"] == sha(sent)


@pytest.mark.parametrize("number", ["anonymous", "Restricted", "unknown", "+266696687", "+7378742833", ""])
def test_a_withheld_number_identifies_nobody(number: str) -> None:
    given = conversion(
        read, {"id": 1, "caller_number": number, "call_status": "answered", "duration": 9, "unix_time": NOW}
    )
    refused = outcome(given)
    assert isinstance(refused, Invalid)
    assert set(refused.errors) <= {"user_data", "user_data.ph"}


def test_another_field_can_hold_the_value() -> None:
    body = END | {"custom_fields": {"deal_size": "1250"}}
    assert event(read, body, value_field="custom_fields.deal_size")["custom_data"] == {"value": 1250}
    assert "custom_data" not in event(read, END | {"sale": None})


@pytest.mark.parametrize(
    "body", [{}, {"id": 1, "caller_number": "+15550100142"}, {"data": END}, {"call": {"id": 1}}, {"event": "end"}]
)
def test_a_body_that_can_never_tell_of_a_finished_call_is_400_with_the_fix(body: dict[str, Any]) -> None:
    with pytest.raises(BadRequest, match="CTM's own body") as refused:
        post(read, body)
    assert refused.value.status == 400
    assert "call_status" in refused.value.description


# `name` and `cnam` are one field each: often a business, or the last name first.
def test_the_callers_name_is_not_sent() -> None:
    assert {"fn", "ln"}.isdisjoint(conversion(read, END | {"name": "Jane Doe", "cnam": "DOE JANE"})["user_data"])


def test_click_ids_of_the_page_go_along() -> None:
    made = conversion(read, END | {"location": "https://www.example.com/?gbraid=g-1&msclkid=old", "msclkid": "m-1"})
    assert made["click_ids"] == {"gbraid": "g-1", "msclkid": "m-1"}


@pytest.mark.parametrize("field", [None, "sale.value"])
def test_junk_in_any_one_place_is_read_or_refused(field: str | None) -> None:
    whole = (
        dict.fromkeys(FIELDS["calltrackingmetrics"].split(), "x")
        | END
        | {"tag_list": [{"name": "sale"}], "sale": {"value": "5"}, "call": {}}
    )
    names = {"first": "LEAD", "tag:sale": "PURCHASE", "signal:sale": "PURCHASE"}
    check_spoiled(whole, lambda body: post(read, body, event_names=names, value_field=field, currency="USD"))
