"""Which calls are conversions, and which of Roku's events each is."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.intake.body import Ignored
from pipeline.intake.senders import SourceSettings
from sources.calls import call_fields
from sources.calls.calls import Call, conversions

ANSWERED: dict[str, Any] = {"answered": True, "duration": 60.0, "first_call": True}


def decided(settings: dict[str, Any] | None = None, **call: Any) -> list[str]:
    """For each conversion its event's name and id; for what is ignored its code."""
    whole = Call(partner="Tracker", id="call-1", **call)
    return [
        one.code if isinstance(one, Ignored) else f"{one['event_name']} {one['event_id']}"
        for one in conversions(whole, SourceSettings(**settings or {}), [])
    ]


@pytest.mark.parametrize(
    ("call", "settings", "expected"),
    [
        (ANSWERED, {}, "CONTACT call-1"),
        ({}, {}, "CONTACT call-1"),  # a tracker that says nothing of all this
        ({"finished": False} | ANSWERED, {}, "not_finished"),
        ({"inbound": False} | ANSWERED, {}, "outbound"),
        ({"spam": True} | ANSWERED, {}, "spam"),
        ({"answered": False}, {}, "not_answered"),
        ({"voicemail": True}, {}, "not_answered"),
        ({"answered": True, "voicemail": True}, {}, "not_answered"),
        ({"answered": False}, {"answered_only": False}, "CONTACT call-1"),
        ({"voicemail": True}, {"answered_only": False}, "CONTACT call-1"),
        ({"duration": 29.9}, {"minimum_duration": 30.0}, "too_short"),
        ({"duration": 30.0}, {"minimum_duration": 30.0}, "CONTACT call-1"),
        ({"duration": 0.0}, {"minimum_duration": 0.0}, "CONTACT call-1"),
        ({}, {"minimum_duration": 30.0}, "unknown_duration"),
        ({"first_call": False}, {}, "CONTACT call-1"),
        ({"first_call": False}, {"first_calls_only": True}, "repeat_caller"),
        ({"first_call": True}, {"first_calls_only": True}, "CONTACT call-1"),
        ({}, {"first_calls_only": True}, "unknown_first_call"),
    ],
)
def test_what_the_settings_let_pass(call: dict[str, Any], settings: dict[str, Any], expected: str) -> None:
    assert decided(settings, **call) == [expected]


NAMES = {"voicemail": "SEARCH", "missed": "DONATE", "first": "LEAD", "repeat": "SCHEDULE", "answered": "SIGN_UP"}


@pytest.mark.parametrize(
    ("call", "without", "expected"),
    [
        (ANSWERED, "", "LEAD call-1"),
        (ANSWERED, "first", "SIGN_UP call-1"),
        (ANSWERED, "first answered", "CONTACT call-1"),
        (ANSWERED | {"first_call": False}, "", "SCHEDULE call-1"),
        ({"first_call": None, "answered": True}, "", "SIGN_UP call-1"),
        ({"first_call": None, "answered": None}, "", "SIGN_UP call-1"),
        ({"voicemail": True, "first_call": True}, "", "SEARCH call-1"),
        ({"voicemail": True, "first_call": True}, "voicemail", "LEAD call-1"),
        ({"voicemail": True, "answered": False}, "voicemail", "CONTACT call-1"),  # not "answered", and not "missed"
        ({"answered": False, "first_call": True}, "", "DONATE call-1"),
        ({"answered": False, "first_call": False}, "missed", "SCHEDULE call-1"),
    ],
)
def test_the_most_specific_kind_that_has_a_name_chooses_the_event(
    call: dict[str, Any], without: str, expected: str
) -> None:
    names = {kind: name for kind, name in NAMES.items() if kind not in without.split()}
    assert decided({"event_names": names, "answered_only": False}, **call) == [expected]


def test_a_kind_without_an_event_is_ignored_and_says_which() -> None:
    settings = SourceSettings(event_names={"repeat": None})
    (one,) = conversions(Call(partner="Tracker", id="1", first_call=False), settings, [])
    assert isinstance(one, Ignored)
    assert (one.code, "repeat" in one.text, "event_names" in one.text) == ("unmapped_event", True, True)
    assert decided({"event_names": {"repeat": None}}, **ANSWERED) == ["CONTACT call-1"]


@pytest.mark.parametrize(
    ("names", "marks", "expected"),
    [
        ({"tag:sale": "PURCHASE"}, [], ["CONTACT call-1"]),
        ({"tag:sale": "PURCHASE"}, ["tag:other"], ["CONTACT call-1"]),
        ({"tag:sale": "PURCHASE"}, ["tag:sale"], ["CONTACT call-1", "PURCHASE call-1-PURCHASE"]),
        ({"Tag:Sale ": "PURCHASE"}, ["tag:SALE"], ["CONTACT call-1", "PURCHASE call-1-PURCHASE"]),
        ({"tag:sale": "CONTACT"}, ["tag:sale"], ["CONTACT call-1"]),
        ({"tag:a": "LEAD", "tag:b": "LEAD"}, ["tag:a", "tag:b"], ["CONTACT call-1", "LEAD call-1-LEAD"]),
        # One event of Roku's however it is written: two would count the call twice.
        ({"tag:a": "contact"}, ["tag:a"], ["CONTACT call-1"]),
        ({"tag:a": "LEAD", "tag:b": "lead"}, ["tag:a", "tag:b"], ["CONTACT call-1", "LEAD call-1-LEAD"]),
        ({"answered": "Sign Up", "tag:a": "sign-up"}, ["tag:a"], ["SIGN_UP call-1"]),
        (
            {"tag:a": "ADD_TO_CART", "tag:b": "AddToCart"},
            ["tag:a", "tag:b"],
            ["CONTACT call-1", "ADD_TO_CART call-1-ADD_TO_CART"],
        ),
        ({"tag:a": "add to cart"}, ["tag:a"], ["CONTACT call-1", "ADD_TO_CART call-1-ADD_TO_CART"]),
        ({"answered": None, "tag:sale": "PURCHASE"}, [], ["unmapped_event"]),
        ({"answered": None, "tag:sale": "PURCHASE"}, ["tag:sale"], ["PURCHASE call-1-PURCHASE"]),
        ({"tag:wrong number": None, "tag:sale": "PURCHASE"}, ["tag:sale", "tag:wrong number"], ["unmapped_event"]),
    ],
)
def test_a_mark_adds_an_event_with_an_id_of_its_own(
    names: dict[str, str | None], marks: list[str], expected: list[str]
) -> None:
    assert decided({"event_names": names}, marks=marks) == expected


@given(
    st.dictionaries(st.sampled_from([*NAMES, "tag:a", "tag:b"]), st.sampled_from(["LEAD", "PURCHASE"]), max_size=7),
    st.lists(st.sampled_from(["tag:a", "tag:b", "tag:c"]), max_size=3),
    st.lists(st.sampled_from(["tag:a", "tag:b", "tag:c"]), max_size=3),
    st.sampled_from([ANSWERED, {}, {"voicemail": True}, {"answered": False, "first_call": False}]),
)
def test_what_is_marked_later_takes_no_event_back_and_renames_none(
    names: dict[str, str | None], early: list[str], late: list[str], call: dict[str, Any]
) -> None:
    settings = {"event_names": names, "answered_only": False}
    assert set(decided(settings, marks=early, **call)) <= set(decided(settings, marks=[*early, *late], **call))


@pytest.mark.parametrize(
    ("value", "currency", "custom"),
    [
        ("25.00", "USD", {"value": "25.00", "currency": "USD"}),
        ("25.00", None, {"value": "25.00"}),
        (None, "USD", None),  # a currency alone says nothing
    ],
)
def test_the_settings_currency_goes_with_a_value(value: Any, currency: str | None, custom: Any) -> None:
    (one,) = conversions(Call(partner="Tracker", value=value), SourceSettings(currency=currency), [])
    assert isinstance(one, dict)
    assert one.get("custom_data") == custom


def test_a_conversion_holds_what_the_call_does_and_nothing_else() -> None:
    call = Call(partner="Tracker", time=7, phone="+15550100123", contact={"ct": "York"}, click_ids={"gclid": "c"})
    assert conversions(call, SourceSettings(), []) == [
        {
            "event_name": "CONTACT",
            "event_time": 7,
            "event_source": "phone_call",
            "user_data": {"ph": "+15550100123", "ct": "York"},
            "click_ids": {"gclid": "c"},
            "partner_name": "Tracker",
        }
    ]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (13, 13.0), (13.5, 13.5), ("13", 13.0), (" 13.5 ", 13.5), ("0", 0.0), ("1:35", 95.0), ("00:01:35", 95.0),
        ("1:00:00", 3600.0), ("", None), ("--", None), ("13s", None), ("-1", None), (-1, None), (True, None),
        (None, None), ([13], None), (10**400, None), ("9" * 400, None), ("٣", None), ("1:2", None),
    ],
)  # fmt: skip
def test_durations(value: Any, expected: float | None) -> None:
    assert call_fields.seconds(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, True), (False, False), ("true", True), ("False", False), ("YES", True), ("no", False), ("1", True),
        (1, True), (0, False), ("0", False), ("35", True), ("", None), ("--", None), ("[tag:X:Y]", None), (None, None),
        ("perhaps", None), ({}, None), (1_767_225_600, True), ("1767225600", True), (10**400, True),
        (0.0, False), (-1, None), ("-1", None), (float("nan"), None),
    ],
)  # fmt: skip
def test_flags(value: Any, expected: bool | None) -> None:
    assert call_fields.flag(value) is expected


@pytest.mark.parametrize(("call_id", "expected"), [(12.0, "12"), (12, "12"), (" 12 ", "12"), (None, None), ([], [])])
def test_the_ids_of_one_call_are_one_however_they_are_written(call_id: Any, expected: Any) -> None:
    settings = SourceSettings(event_names={"tag:sale": "PURCHASE"})
    made = conversions(Call(partner="Tracker", id=call_id, marks=["tag:sale"]), settings, [])
    ids = [one.get("event_id") for one in made if isinstance(one, dict)]
    assert ids == [expected, f"{expected}-PURCHASE" if isinstance(expected, str) else None]


def test_a_kind_that_no_call_can_be_of_is_told() -> None:
    warnings: list[tuple[str, str]] = []
    names = {"awnsered": "LEAD", "Voicemail": None, "tag:sale": "PURCHASE", "signal:sale": "PURCHASE"}
    conversions(Call(partner="Tracker", kinds_of_marks=("tag:",)), SourceSettings(event_names=names), warnings)
    assert [field for field, _ in warnings] == ["event_names", "event_names"]
    assert '"awnsered" is not a kind of call: use answered, missed, voicemail, first, repeat, tag:...' in warnings[0][1]
    assert '"signal:sale"' in warnings[1][1]
