"""Files of offline conversions as JSON Lines: the language of /v1/events, or its fields side by side."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.contract.destination import Invalid
from pipeline.intake.body import BadRequest, Body, Ignored
from pipeline.intake.senders import SourceSettings
from sources.files.json_lines import read, rows
from sources.files.rows import Row
from sources.inbound import Inbound
from tests.unit.arbitrary import FUZZ, JSON, check_judged, check_spoiled, with_names
from tests.unit.conversions import NOW, conversion, finished, outcome, sha


def posted(body: str | bytes, headers: dict[str, str] | None = None, **settings: Any) -> Body:
    raw = body if isinstance(body, bytes) else body.encode()
    return read(Inbound(raw, headers or {}, SourceSettings(**settings), NOW))


def one(data: object, **caller: Any) -> dict[str, Any]:
    (row,) = rows([json.dumps(data)], **caller)
    assert row.conversion is not None, row.fault
    return row.conversion


def test_a_conversion_of_v1_events_stays_as_it_is() -> None:
    given = conversion(custom_data={"value": 5, "currency": "USD"}, opt_out="true", click_ids={"gclid": "x"})
    assert one(given) == given


def test_fields_side_by_side_are_put_in_their_places() -> None:
    flat = {"Event Name": "LEAD", "time": NOW, "email": "Jane@Example.com", "orderId": 7, "user_data.fn": "Jane"}
    assert one(flat) == {
        "event_name": "LEAD",
        "event_time": NOW,
        "user_data": {"em": "Jane@Example.com", "fn": "Jane"},
        "custom_data": {"order_id": 7},
    }
    assert finished(one(flat))["user_data"]["em"] == sha("jane@example.com")


def test_what_is_nested_and_what_is_not_go_together() -> None:
    assert one({"user_data": {"em": "a@example.com"}, "phone": "+15550100123"})["user_data"] == {
        "em": "a@example.com",
        "ph": "+15550100123",
    }


@pytest.mark.parametrize("flat", [{"shoe_size": 7}, {"user_data": {"em": "a@example.com"}, "email": "b@example.com"}])
def test_what_has_no_place_is_named_by_the_destination(flat: dict[str, Any]) -> None:
    name = list(flat)[-1]
    given = one(conversion(**flat))
    assert given[name] == flat[name]
    assert name in [field for field, _ in outcome(given).warnings]


def test_nulls_and_placeholders_are_absent() -> None:
    assert one({"email": "", "value": None, "event_id": None, "phone": "n/a"}) == {}


def test_rows_have_the_number_of_their_line_and_blank_lines_are_none() -> None:
    found = list(rows(["\ufeff\n", '{"email": "a@example.com"}\r\n', "  \n", '{"email": "b@example.com"}']))
    assert found == [
        Row(2, {"user_data": {"em": "a@example.com"}}, None),
        Row(4, {"user_data": {"em": "b@example.com"}}, None),
    ]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ('{"email": "jane@example.com"', "is not JSON"),
        ("jane@example.com,5", "is not JSON"),
        ('{"email" "jane@example.com"}', "is not JSON"),
        ('{"value" NaN}', "is not JSON"),
        ("5", "not a JSON object"),
        ('["jane@example.com"]', "not a JSON object"),
        ("null", "not a JSON object"),
    ],
)
def test_a_line_that_is_no_object_is_its_own_fault_and_not_quoted(line: str, fault: str) -> None:
    first, second, third = rows(['{"value": 1}', line, '{"value": 2}'])
    assert (first.fault, third.fault) == (None, None)
    assert (second.number, second.conversion) == (2, None)
    assert fault in str(second.fault)
    assert "jane" not in str(second.fault)


@pytest.mark.parametrize("start", ["[\n", '[{"value": 1},\n', "{\n", '\ufeff[{"value": 1}]'])
def test_json_that_is_not_written_line_by_line_is_refused_at_once(start: str) -> None:
    with pytest.raises(BadRequest, match="one object a line"):
        rows([start, '"value": 1\n', "}\n"])


def test_the_callers_mapping_names_fields_and_wins() -> None:
    mapping = {"Order Number": "event_id", "won": "custom_data.value"}
    made = one({"event_id": "a", "order_number": "77", "won": 5, "value": 4}, mapping=mapping)
    assert made == {"event_id": "77", "custom_data": {"value": 5}}


def test_defaults_stand_where_a_row_has_nothing() -> None:
    defaults = {"event_name": "PURCHASE", "currency": "USD"}
    assert one({"event_name": "", "value": 5}, defaults=defaults) == {
        "event_name": "PURCHASE",
        "custom_data": {"value": 5, "currency": "USD"},
    }
    assert one({"event_name": "LEAD", "custom_data": {"currency": "EUR"}}, defaults=defaults) == {
        "event_name": "LEAD",
        "custom_data": {"currency": "EUR"},
    }


@pytest.mark.parametrize("caller", [{"mapping": {"x": "event_idd"}}, {"defaults": {"event_idd": "x"}}])
def test_a_field_that_nobody_knows_is_refused_before_the_first_row(caller: dict[str, Any]) -> None:
    with pytest.raises(BadRequest, match="did you mean event_id"):
        rows([], **caller)


# ── posted ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_posted_file_has_a_conversion_for_each_row_and_a_failure_for_each_fault() -> None:
    posting = posted('{"email": "a@example.com"}\n{"email"\n{"email": "b\u2028@example.com"}\n')
    first, second, third = posting.conversions
    assert (first, third) == ({"user_data": {"em": "a@example.com"}}, {"user_data": {"em": "b\u2028@example.com"}})
    assert isinstance(second, Invalid)
    assert "is not JSON" in second.errors["line 2"]


def test_the_senders_settings_name_the_event_the_value_and_the_currency() -> None:
    first, second, third = posted(
        '{"Net": 5, "event_name": ""}\n{"event_name": "won", "net": 7, "value": 8}\n{"event_name": "lost"}\n',
        event_names={"default": "LEAD", "won": "PURCHASE", "lost": None},
        value_field="net",
        currency="EUR",
    ).conversions
    assert first == {"event_name": "LEAD", "custom_data": {"value": 5, "currency": "EUR"}}
    assert second == {"event_name": "PURCHASE", "custom_data": {"value": 7, "currency": "EUR"}}
    assert isinstance(third, Ignored)


def test_rows_name_one_event_group() -> None:
    assert posted('{"event_group_id": "web", "value": 1}\n{"value": 2}\n').event_group_id == "web"
    with pytest.raises(BadRequest, match="names 2 event groups"):
        posted('{"event_group_id": "web"}\n{"event_group_id": "app"}\n')


NAMES = "event_name event_time user_data custom_data email phone value contents content_ids event_group_id click_ids x"


@FUZZ
@given(st.lists(with_names(NAMES).map(json.dumps) | st.text(max_size=10), max_size=5))
def test_whatever_lines_come_nothing_but_a_refusal_is_raised(lines: list[str]) -> None:
    try:
        posting = posted("\n".join(lines), currency="USD", event_names={"default": "LEAD"})
    except BadRequest:
        return
    check_judged(posting)


@FUZZ
@given(JSON, st.dictionaries(st.sampled_from(["email", "x"]), st.sampled_from(["event_id", "em", "contents"])))
def test_any_json_is_a_row(data: object, mapping: dict[str, str]) -> None:
    with suppress(BadRequest):  # [...] on the first line
        (row,) = rows([json.dumps(data)], mapping=mapping, defaults={"em": "a@example.com"})
        assert (row.fault is None) == isinstance(data, dict)


@FUZZ
@given(st.binary(max_size=200))
def test_whatever_bytes_come_nothing_but_a_refusal_is_raised(body: bytes) -> None:
    with suppress(BadRequest):
        posted(body)


@pytest.mark.parametrize("line", ['{"fn": "Zo\udceb"}', "\udceb", '{"\ud800": 1}'])
def test_half_a_surrogate_pair_is_its_rows_fault(line: str) -> None:
    first, second = rows(['{"value": 1}\n', line])
    assert first.fault is None
    assert second.fault == "is not UTF-8: export the file in UTF-8"


def test_letters_that_were_lost_on_the_way_refuse_the_file() -> None:
    with pytest.raises(BadRequest, match="line 2 of the body holds U"):
        posted('{"value": 1}\n{"event_id": "Zo\ufffd"}\n'.encode())


def test_names_of_events_are_compared_without_case() -> None:
    made = posted('{"event_name": "CLOSED WON"}\n', event_names={"Closed Won": "purchase"}).conversions
    assert made == [{"event_name": "PURCHASE"}]


def test_more_lines_than_any_file_has_are_refused() -> None:
    with pytest.raises(BadRequest, match="delete empty lines"):
        posted("\r" * 100_001)
    assert len(posted('{"value": 1}' + "\r\n" * 100_000).conversions) == 1


def test_junk_in_any_one_place_is_read_or_refused() -> None:
    nested = {"user_data": {"em": "x"}, "custom_data": {"value": 5, "contents": [{"price": 5}]}, "event_group_id": "g"}
    whole = dict.fromkeys(NAMES.split(), "x") | nested
    check_spoiled(whole, lambda body: posted(json.dumps(body), currency="USD", event_names={"default": "LEAD"}))


def test_the_address_says_the_zone_of_times_here_too() -> None:
    body = b'{"event_name": "LEAD", "email": "a@example.com", "event_time": "2026-03-04 10:00"}\n'
    url = "https://relay.example.com/v1/sources/jsonl?time_zone=America/New_York"
    (made,) = read(Inbound(body, {}, SourceSettings(), NOW, "jsonl", "POST", url)).conversions
    assert made["event_time"] == 1_772_636_400  # 2026-03-04T15:00:00Z
