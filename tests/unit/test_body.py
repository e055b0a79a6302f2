"""A posted body: every form that senders give it, and the refusals that say how to fix it."""

import json
import re
from typing import Any

import pytest

from pipeline.intake.body import MAX_BYTES, MAX_EVENTS, BadRequest, Body, read
from pipeline.intake.fault_words import of_post
from pipeline.values.words import OTHER

EVENT = {"event_name": "LEAD", "event_time": 1_767_225_600, "user_data": {"em": "jane@example.com"}}


def posted(body: object) -> Body:
    return read(json.dumps(body).encode())


def refusal(body: bytes | str | dict[str, Any]) -> BadRequest:
    raw = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
    with pytest.raises(BadRequest) as caught:
        read(raw)
    return caught.value


def fields_warned(posting: Body) -> list[str]:
    return [name for name, _ in posting.warnings]


def test_the_body_of_rokus_page_is_read_as_it_is() -> None:
    posting = posted({"event_group_id": "example_website_123", "events": [EVENT, EVENT]})
    assert posting.event_group_id == "example_website_123"
    assert posting.conversions == [EVENT, EVENT]
    assert posting.warnings == []


@pytest.mark.parametrize(
    "events",
    [[EVENT], [[EVENT]], EVENT],
)
def test_an_array_an_array_in_an_array_and_one_object_are_understood(events: object) -> None:
    posting = posted({"event_group_id": "g", "events": events})
    assert posting.conversions == [EVENT]
    assert fields_warned(posting) == ([] if events == [EVENT] else ["events"])


def test_an_array_without_an_object_around_it_needs_a_default_group() -> None:
    posting = posted([EVENT])
    assert (posting.event_group_id, posting.conversions) == (None, [EVENT])


def test_one_event_without_an_array_is_the_flat_body() -> None:
    posting = posted({"event_group_id": "g", "is_hashed": False, **EVENT})
    assert posting.event_group_id == "g"
    assert posting.conversions == [EVENT]
    assert posting.context["is_hashed"] is False
    assert posting.warnings == []


@pytest.mark.parametrize("mark", ["event_name", "event_time", "user_data"])
def test_a_flat_body_is_known_by_any_field_that_an_event_must_have(mark: str) -> None:
    assert posted({"event_group_id": "g", mark: "x"}).conversions == [{mark: "x"}]


@pytest.mark.parametrize(
    ("given", "flag"),
    [(True, True), (False, False), ("true", True), (" FALSE ", False), ("", None), (1, None), (None, None)],
)
def test_the_flag_beside_the_events_is_kept_for_all_of_them(given: object, flag: bool | None) -> None:
    posting = posted({"event_group_id": "g", "is_hashed": given, "data_processing_country": "US", "events": [EVENT]})
    assert posting.context == {"is_hashed": flag, "data_processing_country": "US"}


def test_an_unknown_field_beside_the_events_is_told() -> None:
    posting = posted({"event_group_id": "g", "event": [], "events": [EVENT], "Events": 1})
    assert sorted(fields_warned(posting)) == ["Events", "event"]


@pytest.mark.parametrize("nothing", [None, "", "  ", "null", "[group]", "{{group}}"])
def test_a_group_that_is_absent_is_none(nothing: object) -> None:
    assert posted({"event_group_id": nothing, "events": [EVENT]}).event_group_id is None


@pytest.mark.parametrize(("given", "group"), [(42, "42"), (" g1 ", "g1"), ("0042", "0042"), ("g" * 256, "g" * 256)])
def test_a_group_is_trimmed_text(given: object, group: str) -> None:
    assert posted({"event_group_id": given, "events": [EVENT]}).event_group_id == group


@pytest.mark.parametrize(
    "wrong",
    [True, 1.5, ["g", "h"], {"id": "g"}, "g" * 257, "a\nb", "a\u0000", "\uffff", "YOUR_EVENT_GROUP_ID", 10**300],
)
def test_a_group_that_cannot_be_one_refuses_the_body(wrong: object) -> None:
    said = refusal({"event_group_id": wrong, "events": [EVENT]})
    assert said.status == 400
    assert "event_group_id" in said.description


def test_a_byte_order_mark_is_skipped() -> None:
    assert read(b"\xef\xbb\xbf" + json.dumps({"events": [EVENT]}).encode()).conversions == [EVENT]


def test_half_a_surrogate_pair_costs_one_character_not_the_body() -> None:
    posting = read(b'{"events": [{"event_name": "LEAD", "fn": "a\\ud83d"}]}')
    assert posting.conversions == [{"event_name": "LEAD", "fn": "a\ufffd"}]
    assert fields_warned(posting) == ["body"]


def test_bare_values_are_fixed_with_advice() -> None:
    posting = read(b'{"event_group_id": g1, "events": [{"event_id": RGB1A2B, "event_time": }]}')
    assert (posting.event_group_id, posting.conversions) == ("g1", [{"event_id": "RGB1A2B", "event_time": None}])
    ((field, advice),) = posting.warnings
    assert field == "body"
    assert "quotes" in advice


@pytest.mark.parametrize(
    "body",
    [
        '{"event_group_id": "g", "events": ",\n"event_source": "phone_call", "user_data": {"ph": "+15550100123"} } ] }',
        '{"event_group_id": "g", "events": , "is_hashed": false}',
        '{"event_group_id": "g", "events": ""}',
        '{"event_group_id": "g", "events": " , "}',
    ],
)
def test_a_swallowed_array_is_answered_with_the_double_brackets(body: str) -> None:
    said = refusal(body)
    assert said.status == 400
    assert "[[ ]]" in said.description


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"\xff\xfe{}", "UTF-8"),
        (b"event_name=LEAD&em=jane@example.com", "JSON"),
        (b"{'events': []}", "at least one event"),
        (b"{", "JSON"),
        (b"[" * 100_000, "JSON"),
        (b"9" * 5_000, "JSON"),
        (b"null", "object"),
        (b'"text"', "object"),
        (b"7", "object"),
        (b"{}", "events"),
        (b"[]", "events"),
        (b'{"events": []}', "events"),
        (b'{"events": [[]]}', "events"),
        (b'{"events": null}', "events"),
        (b'{"events": 7, "event_name": "LEAD"}', "events"),
        (b'{"event_group_id": "g"}', "events"),
    ],
)
def test_a_body_without_an_event_is_refused_with_a_reason(body: bytes, word: str) -> None:
    said = refusal(body)
    assert said.status == 400
    assert word in said.description


def test_no_personal_data_of_a_broken_body_stands_in_the_refusal() -> None:
    assert "jane" not in refusal('{"events": [{"em": "jane@example.com"').description


@pytest.mark.parametrize("nested", [False, True])
def test_a_thousand_events_are_taken_and_not_one_more(nested: bool) -> None:
    events: list[Any] = [EVENT] * MAX_EVENTS
    assert MAX_EVENTS == 1_000
    assert len(posted({"events": [events] if nested else events}).conversions) == 1_000
    assert refusal({"events": [[*events, EVENT]] if nested else [*events, EVENT]}).status == 400


def test_a_body_over_the_limit_is_413() -> None:
    whole = json.dumps({"events": [EVENT]}).encode()
    assert read(whole.ljust(MAX_BYTES)).conversions == [EVENT]
    assert refusal(whole.ljust(MAX_BYTES + 1)).status == 413


@pytest.mark.parametrize("item", [None, 7, "x", True, []])
def test_an_event_that_is_no_object_is_left_to_its_own_verdict(item: object) -> None:
    expected = [EVENT] if item == [] else [EVENT, item]
    assert posted({"events": [EVENT, item]}).conversions == expected


@pytest.mark.parametrize(
    ("body", "what", "door"),
    [
        ("event_name=LEAD&em=jane%40example.com", "form-encoded", "/v1/sources/webhook"),
        ("user_data[em]=x", "form-encoded", "/v1/sources/webhook"),
        (
            '--b7\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--b7--',
            "multipart form",
            "/v1/sources/webhook",
        ),
        ('<?xml version="1.0"?><order/>', "XML", "/v1/sources/webhook"),
        ('{"event_name": "LEAD"}\n{"event_name": "PURCHASE"}\n', "one JSON object a line", "/v1/sources/jsonl"),
        ("Order,Email,Total\n7,jane@example.com,12.50\n", "looks like CSV", "/v1/sources/csv"),
        ("Order\tTotal\r\n7\t12.50", "looks like CSV", "/v1/sources/csv"),
    ],
)
def test_a_body_of_another_form_is_named_with_the_door_that_reads_it(body: str, what: str, door: str) -> None:
    refused = refusal(body)
    assert refused.status == 400
    assert what in refused.description
    assert "not JSON" in refused.description
    assert door in refused.description
    assert of_post(refused.description) != OTHER


@pytest.mark.parametrize("body", ["jane", '{"events": [}', "{'events': 1}\n{", "[1,\n2", "a b = c", " "])
def test_what_is_of_no_other_form_gets_the_parsers_word(body: str) -> None:
    assert not re.search("form|XML|CSV|a line, not", refusal(body).description)


@pytest.mark.parametrize("name", ["data", "conversions", "records", "batch"])
def test_events_under_another_name_are_named(name: str) -> None:
    told = refusal({name: [EVENT], "access_token": "EAAB"}).description
    assert told.startswith(f'events is missing: it seems that "{name}" holds the events. Name it events: send {{')
    assert ("/v1/sources/segment" in told) == (name == "batch")
    assert of_post(told) == "no event"


@pytest.mark.parametrize("body", [{"event": EVENT}, {"payload": [EVENT, EVENT]}])
def test_one_object_or_an_array_may_hold_them(body: dict[str, Any]) -> None:
    assert f'"{next(iter(body))}" holds the events' in refusal(body).description


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"data": []},
        {"data": [1]},
        {"data": [{"em": 1}]},
        {"a": [EVENT], "b": [EVENT]},
        {"jane@example.com": [EVENT]},
    ],
)
def test_what_does_not_look_like_events_is_not_taken_for_them(body: dict[str, Any]) -> None:
    assert refusal(body).description.startswith("events is missing: send {")


@pytest.mark.parametrize("events", [7, "LEAD", None, True])
def test_events_that_are_no_array_are_not_called_missing(events: object) -> None:
    assert refusal({"events": events}).description.startswith("events must be an array: send {")
