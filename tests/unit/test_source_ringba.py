"""Ringba's pixels: our flat body, the body of its own guide, and what Ringba's template engine leaves of them."""

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.contract.destination import Invalid
from pipeline.intake.body import BadRequest
from sources.calls.ringba import read
from tests.unit.arbitrary import check_spoiled
from tests.unit.call_posts import FIELDS, conversion, event, ignored, outcome, post
from tests.unit.conversions import NOW, sha

# The body of docs/senders/ringba.md, filled in.
FLAT: dict[str, Any] = {
    "event_group_id": "example_website_123",
    "event_id": "RGB6A1D2B3C4E5F",
    "event_time": str(NOW - 100),
    "user_data": {"ph": "+15550100142"},
    "trigger": "converted",
    "connected": "true",
    "duration": "95",
    "duplicate": "no",
    "value": "25.00",
}
# The body of Ringba's guide, its tags to be filled in.
GUIDE = (
    '{ "event_group_id": "YOUR_EVENT_GROUP_ID", "is_hashed": false, "events": [[ { "event_name": "CONTACT",'
    ' "event_type": "conversion", "event_time": [tag:JS:epoch], "event_source": "phone_call",'
    ' "event_id": [Call:InboundCallId], "partner_name": "Ringba",'
    ' "user_data": { "ph": "[Call:InboundPhoneNumber]" } } ]] }'
)


def filled(template: str, **tags: str) -> bytes:
    """The template as Ringba posts it."""
    values = {
        "YOUR_EVENT_GROUP_ID": "example_website_123",
        "[tag:JS:epoch]": tags.get("epoch", str(NOW - 100)),
        "[Call:InboundCallId]": tags.get("call", "RGB6A1D2B3C4E5F"),
        "[Call:InboundPhoneNumber]": tags.get("number", "+15550100142"),
    }
    for tag, value in values.items():
        template = template.replace(tag, value)
    return template.encode()


SENT = {
    "event_id": "RGB6A1D2B3C4E5F",
    "event_name": "CONTACT",
    "event_type": "conversion",
    "event_time": NOW - 100,
    "event_source": "phone_call",
    "user_data": {"is_hashed": True, "ph": sha("15550100142")},
    "partner_name": "Ringba",
}


def test_the_flat_body_becomes_an_event_with_what_it_leaves_out() -> None:
    assert event(read, FLAT, currency="USD") == SENT | {"custom_data": {"value": 25.0, "currency": "USD"}}
    assert post(read, FLAT).event_group_id == "example_website_123"
    assert post(read, FLAT, event_group="other").event_group_id == "other"


def test_what_the_settings_are_for_does_not_travel_on() -> None:
    beside = set(conversion(read, FLAT)) - {"event_id", "event_time", "user_data", "custom_data"}
    assert beside == {"event_name", "event_type", "event_source", "partner_name"}
    assert outcome(conversion(read, FLAT)).warnings == []


# Ringba may leave the double brackets as they are, or take one of the two.
@pytest.mark.parametrize("brackets", ["[[ ]]", "[ ]"])
def test_the_guides_body_becomes_the_same_event(brackets: str) -> None:
    opening, closing = brackets.split()
    assert event(read, filled(GUIDE.replace("[[", opening).replace("]]", closing))) == SENT


def test_the_guides_unquoted_tags_are_told() -> None:
    assert [field for field, _ in post(read, filled(GUIDE)).warnings] == ["body", "events"]
    assert post(read, FLAT).warnings == []


@pytest.mark.parametrize(
    "raw",
    [
        b'{ "event_group_id": "g", "is_hashed": false, "events": "," }',
        b'{ "event_group_id": "g", "events": , "event_id": RGB1 }',
        b'{ "event_group_id": "g", "events": ", "event_source": "phone_call", "event_id": "RGB1" } ] }',
    ],
)
def test_a_swallowed_array_is_400_with_the_fix(raw: bytes) -> None:
    with pytest.raises(BadRequest) as refused:
        post(read, raw)
    assert refused.value.status == 400
    assert "[[ ]]" in refused.value.description
    assert "event_group_id" in refused.value.description


@pytest.mark.parametrize(
    ("changes", "warned"),
    [({"event_time": "[tag:JS:epoch]"}, True), ({"event_time": ""}, True), ({"event_time": None}, True)],
)
def test_a_time_that_was_not_filled_in_is_the_posts(changes: dict[str, Any], warned: bool) -> None:
    posting = post(read, FLAT | changes, received_at=NOW - 5.5)
    assert posting.conversions[0]["event_time"] == NOW - 6
    assert [field for field, _ in posting.warnings] == (["event_time"] if warned else [])


def test_a_time_that_is_left_out_is_the_posts_without_a_word() -> None:
    posting = post(read, {name: value for name, value in FLAT.items() if name != "event_time"}, received_at=NOW - 5.5)
    assert posting.conversions[0]["event_time"] == NOW - 6
    assert posting.warnings == []


def test_an_empty_epoch_of_the_guide_is_the_posts() -> None:
    assert event(read, filled(GUIDE, epoch=""), received_at=NOW - 7.0)["event_time"] == NOW - 7


@pytest.mark.parametrize(
    ("changes", "settings", "code"),
    [
        ({"connected": "false"}, {}, "not_answered"),
        ({"connected": "0"}, {}, "not_answered"),  # the seconds since the connection
        ({"connected": "No"}, {}, "not_answered"),
        ({"connected": "false"}, {"answered_only": False}, None),
        ({"connected": "95"}, {}, None),
        ({"connected": ""}, {}, None),  # which pixel fires is chosen in Ringba
        ({"connected": "[tag:Call:Connected]"}, {}, None),
        ({"trigger": "Incoming"}, {}, "not_finished"),
        ({"duration": "95"}, {"minimum_duration": 95.0}, None),
        ({"duration": "94"}, {"minimum_duration": 95.0}, "too_short"),
        ({"duration": "00:01:35"}, {"minimum_duration": 95.0}, None),
        ({"duration": ""}, {"minimum_duration": 95.0}, "unknown_duration"),
        ({"duplicate": "yes"}, {"first_calls_only": True}, "repeat_caller"),
        ({"duplicate": "True"}, {"first_calls_only": True}, "repeat_caller"),
        ({"duplicate": "no"}, {"first_calls_only": True}, None),
        ({"duplicate": ""}, {"first_calls_only": True}, "unknown_first_call"),
        ({}, {"event_names": {"converted": None}}, "unmapped_event"),
    ],
)
def test_settings(changes: dict[str, Any], settings: dict[str, Any], code: str | None) -> None:
    (one,) = post(read, FLAT | changes, **settings).conversions
    assert getattr(one, "code", None) == code


@pytest.mark.parametrize(
    ("changes", "names", "expected"),
    [
        ({}, {}, "CONTACT"),
        ({}, {"converted": "LEAD"}, "LEAD"),
        ({"trigger": "Converted"}, {"converted": "LEAD"}, "LEAD"),
        ({"trigger": "Converted"}, {" CONVERTED": "lead"}, "LEAD"),
        ({"trigger": "payout"}, {"converted": "LEAD"}, "CONTACT"),
        ({"trigger": "payout"}, {"converted": "LEAD", "first": "SCHEDULE"}, "SCHEDULE"),
        ({"trigger": "payout", "duplicate": "yes"}, {"repeat": "SCHEDULE"}, "SCHEDULE"),
        ({"event_name": "SIGN_UP"}, {"converted": "LEAD"}, "SIGN_UP"),  # the body's own word outweighs
        ({"event_name": "SIGN_UP"}, {"converted": None}, "SIGN_UP"),
        ({"event_name": ""}, {"converted": "LEAD"}, "LEAD"),
        ({"event_name": "[tag:User:event]"}, {}, "CONTACT"),
    ],
)
def test_the_events_name(changes: dict[str, Any], names: dict[str, str | None], expected: str) -> None:
    assert conversion(read, FLAT | changes, event_names=names)["event_name"] == expected


@pytest.mark.parametrize(
    ("changes", "settings", "custom"),
    [
        ({"value": ""}, {"currency": "USD"}, None),
        ({"value": "--"}, {"currency": "USD"}, None),
        ({"value": "$25.00"}, {}, {"value": 25.0}),
        ({"value": "25", "currency": "EUR"}, {"currency": "USD"}, {"value": 25, "currency": "EUR"}),
        ({"value": "", "payout": "7.50"}, {"value_field": "payout"}, {"value": 7.5}),
        ({"value": "25", "custom_data": None}, {"currency": "USD"}, {"value": 25, "currency": "USD"}),
        ({"value": "25", "custom_data": ""}, {"currency": "USD"}, {"value": 25, "currency": "USD"}),
        ({"value": "25", "custom_data": {"value": ""}}, {"currency": "USD"}, {"value": 25, "currency": "USD"}),
        ({"value": "25", "custom_data": "x"}, {"currency": "USD"}, None),
        ({"value": "", "custom_data": {"value": None}}, {"currency": "USD"}, None),
        ({"value": "€25"}, {"currency": "USD"}, {"value": 25, "currency": "EUR"}),
        (
            {"value": "25", "custom_data": {"value": 30, "order_id": "o-1"}},
            {"currency": "USD"},
            {"value": 30, "currency": "USD", "order_id": "o-1"},
        ),
    ],
)
def test_values(changes: dict[str, Any], settings: dict[str, Any], custom: Any) -> None:
    assert event(read, FLAT | changes, **settings).get("custom_data") == custom


@pytest.mark.parametrize("number", ["anonymous", "restricted", "unknown", "Anonymous", "+266696687"])
def test_a_caller_who_hides_the_number_is_refused_by_name_of_the_field(number: str) -> None:
    refused = outcome(conversion(read, FLAT | {"user_data": {"ph": number}}))
    assert isinstance(refused, Invalid)
    assert refused.errors["user_data.ph"] == "dropped: is a withheld number, which identifies nobody"


def test_several_events_are_judged_one_by_one() -> None:
    body = {"event_group_id": "g", "events": [FLAT, FLAT | {"connected": "false"}, "text"]}
    first, second, third = post(read, body).conversions
    assert first["event_name"] == "CONTACT"
    assert second.code == "not_answered"
    assert isinstance(outcome(third), Invalid)


def test_the_body_that_the_page_says_to_paste_is_the_one_tested_here() -> None:
    page = (Path(__file__).parents[2] / "docs/senders/ringba.md").read_text(encoding="utf-8")
    pasted = json.loads(page.split("```json\n", 1)[1].split("```", 1)[0])
    assert set(pasted) <= set(FLAT) | {"event_name"}
    assert all(isinstance(value, str) for name, value in pasted.items() if name != "user_data")
    assert pasted.pop("event_group_id") == "YOUR_EVENT_GROUP_ID"  # refused until it is replaced
    assert ignored(read, pasted | {"connected": "false"}).code == "not_answered"
    # As it stands every tag is unfilled, which is the same as missing.
    assert event(read, pasted | {"user_data": {"ph": "+15550100142"}})["event_name"] == "CONTACT"


@pytest.mark.parametrize(
    ("left_out", "warned"),
    [
        (["event_id", "event_time"], ["event_id"]),  # a repetition would be another conversion
        (["event_id"], []),  # the same content gets the same id
        (["event_time"], []),
        ([], []),
    ],
)
def test_a_post_that_would_count_twice_if_repeated_is_warned_of(left_out: list[str], warned: list[str]) -> None:
    body = {name: value for name, value in FLAT.items() if name not in left_out}
    assert [field for field, _ in post(read, body).warnings] == warned
    assert [field for field, _ in post(read, FLAT | dict.fromkeys(left_out, "")).warnings][: len(warned)] == warned


@pytest.mark.parametrize("field", [None, "sale.value"])
def test_junk_in_any_one_place_is_read_or_refused(field: str | None) -> None:
    whole = (
        dict.fromkeys(FIELDS["ringba"].split(), "x")
        | FLAT
        | {"events": [FLAT], "custom_data": {"value": 5, "currency": "USD"}}
    )
    names = {"first": "LEAD", "tag:sale": "PURCHASE", "signal:sale": "PURCHASE"}
    check_spoiled(whole, lambda body: post(read, body, event_names=names, value_field=field, currency="USD"))


def test_junk_in_any_one_place_of_a_flat_body_is_read_or_refused() -> None:
    check_spoiled(FLAT | {"custom_data": {"value": 5}}, lambda body: post(read, body, currency="USD"))
