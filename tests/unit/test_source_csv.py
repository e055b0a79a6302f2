"""Files of offline conversions as CSV: header rows of several programs, and rows that harm no other row."""

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.contract.destination import Invalid
from pipeline.intake.body import BadRequest, Body, Ignored
from pipeline.intake.senders import SourceSettings
from pipeline.values import language
from sources.fieldnames import find
from sources.files.delimited import read, rows
from sources.files.records import MOST_LINES
from sources.files.rows import Row
from sources.inbound import Inbound
from tests.unit.arbitrary import FUZZ, check_judged
from tests.unit.conversions import NOW, finished, sha

HEADER = "event_name,event_time,event_id,email,value,currency"
ROW = f"PURCHASE,{NOW},order-1,jane@example.com,25.00,USD"


def of(text: str, **caller: Any) -> list[Row]:
    return list(rows(io.StringIO(text, newline=""), **caller))


def one(text: str, **caller: Any) -> dict[str, Any]:
    (row,) = of(text, **caller)
    assert row.conversion is not None, row.fault
    return row.conversion


def said(text: str, **caller: Any) -> list[tuple[str, str]]:
    warnings: list[tuple[str, str]] = []
    rows(io.StringIO(text, newline=""), warnings=warnings, **caller)
    return warnings


def posted(body: str | bytes, headers: dict[str, str] | None = None, **settings: Any) -> Body:
    raw = body if isinstance(body, bytes) else body.encode()
    return read(Inbound(raw, headers or {}, SourceSettings(**settings), NOW))


def test_a_row_becomes_a_conversion_with_its_texts_as_they_stand() -> None:
    assert one(f"{HEADER}\n{ROW}\n") == {
        "event_name": "PURCHASE",
        "event_time": str(NOW),
        "event_id": "order-1",
        "user_data": {"em": "jane@example.com"},
        "custom_data": {"value": "25.00", "currency": "USD"},
    }


def test_the_destinations_rules_read_times_and_amounts() -> None:
    made = finished(one(f'{HEADER}\nPURCHASE,2025-12-31T18:30:00-05:00,o-1,Jane@Example.com,"$1,234.50",usd\n'))
    assert made["event_time"] == 1_767_223_800  # 2025-12-31T23:30:00Z
    assert made["user_data"]["em"] == sha("jane@example.com")
    assert made["custom_data"] == {"value": 1234.5, "currency": "USD"}


# Roku's own names, Google's and Meta's files of offline conversions, and exports of CRM and shop systems.
@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("em", ("user_data", "em")),
        ("user_data.em", ("user_data", "em")),
        ("custom_data.value", ("custom_data", "value")),
        ("aGA", ("user_data", "aGA")),
        ("aRI", ("user_data", "aRI")),
        ("Email", ("user_data", "em")),
        ("E-Mail Address", ("user_data", "em")),
        ("Phone Number", ("user_data", "ph")),
        ("First Name", ("user_data", "fn")),
        ("LastName", ("user_data", "ln")),
        ("gen", ("user_data", "ge")),
        ("Date of birth", ("user_data", "db")),
        ("MailingCity", ("user_data", "ct")),
        ("State/Region", ("user_data", "st")),
        ("Postal Code", ("user_data", "zp")),
        ("Country", ("user_data", "country")),
        ("Customer ID", ("user_data", "external_id")),
        ("extern_id", ("user_data", "external_id")),
        ("IP Address", ("user_data", "client_ip_address")),
        ("Conversion Name", ("", "event_name")),
        ("Conversion Time", ("", "event_time")),
        ("Close Date", ("", "event_time")),
        ("Created at", ("", "event_time")),
        ("action_source", ("", "event_source")),
        ("Conversion Value", ("custom_data", "value")),
        ("Amount", ("custom_data", "value")),
        ("Total", ("custom_data", "value")),
        ("Conversion Currency", ("custom_data", "currency")),
        ("CurrencyIsoCode", ("custom_data", "currency")),
        ("Order ID", ("custom_data", "order_id")),
        ("Order Number", ("custom_data", "order_id")),
        ("Google Click ID", ("click_ids", "gclid")),
        ("UTM Source", ("custom_data", "utm_source")),
        ("opt-out", ("", "opt_out")),
    ],
)
def test_a_column_is_known_by_its_usual_names(name: str, path: tuple[str, str]) -> None:
    assert find(name) == path


@pytest.mark.parametrize("name", ["Name", "Source", "Price", "Type", "ID", "Notes", "", "—"])
def test_a_name_that_means_different_things_means_none(name: str) -> None:
    assert find(name) is None


def test_every_field_that_a_column_may_be_is_known_by_its_own_name() -> None:
    names = [
        (section, field.name) for section, fields in language.whole().items() for field in fields if field.in_files
    ]
    for section, name in (path for path in names if path[0] != "custom_data.contents"):
        assert find(f"{section}.{name}") == find(name) == (section, name)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_delimiter_and_the_ends_of_lines_are_found_out(delimiter: str, end: str) -> None:
    text = end.join([HEADER.replace(",", delimiter), ROW.replace(",", delimiter), ""])
    assert one(text) == one(f"{HEADER}\n{ROW}\n")


def test_the_delimiter_is_the_one_that_finds_names_and_not_the_commonest() -> None:
    assert one('email;"Notes, remarks, and, more";event_time\na@example.com;x;1\n')["event_time"] == "1"


def test_excels_first_line_names_the_delimiter() -> None:
    (row,) = of("sep=;\r\nemail;value\r\na@example.com;2,50\r\n")
    assert row == Row(3, {"user_data": {"em": "a@example.com"}, "custom_data": {"value": "2,50"}}, None)


def test_a_byte_order_mark_is_no_part_of_the_first_name() -> None:
    assert one(f"\ufeff{HEADER}\n{ROW}\n") == one(f"{HEADER}\n{ROW}\n")
    assert one('\ufeff"Notes, long",email\nx,a@example.com\n') == {"user_data": {"em": "a@example.com"}}
    assert posted(b"\xef\xbb\xbf" + f"{HEADER}\n{ROW}\n".encode()).conversions == [one(f"{HEADER}\n{ROW}\n")]


def test_line_breaks_and_delimiters_within_quotes_belong_to_the_cell() -> None:
    text = 'email,content_name,status\na@example.com,"a ""big"", long\r\nname",ok\nb@example.com,x,y\n'
    first, second = of(text)
    assert first.number == 2
    assert first.conversion is not None
    assert first.conversion["custom_data"] == {"content_name": 'a "big", long\r\nname', "status": "ok"}
    assert (second.number, second.fault) == (4, None)


def test_empty_cells_and_placeholders_are_absent() -> None:
    text = "email,phone,value,event_name\na@example.com,,n/a, \n"
    assert one(text) == {"user_data": {"em": "a@example.com"}}


def test_empty_rows_are_none() -> None:
    assert [row.number for row in of("\n\nemail,value\n\na@example.com,1\n,\n \nb@example.com,2\n,,,\n")] == [5, 8]


@pytest.mark.parametrize("broken", ["a@example.com", "a@example.com,1,2", "a@example.com,1,,3"])
def test_a_row_with_too_many_or_too_few_cells_is_its_own_fault(broken: str) -> None:
    first, second, third = of(f"email,value\nx@example.com,1\n{broken}\ny@example.com,2\n")
    assert (first.fault, third.fault) == (None, None)
    assert second.conversion is None
    assert second.number == 3
    assert f"has {broken.count(',') + 1} cells where the header row has 2" in str(second.fault)
    assert "example.com" not in str(second.fault)


def test_a_quote_that_is_not_closed_swallows_no_other_row() -> None:
    good = "".join(f"{number}@example.com,{number}\n" for number in range(200))
    found = of(f'email,value\n"open@example.com,1\n{good}')
    assert [row.number for row in found if row.fault] == [2]
    assert "quote that is not closed" in str(found[0].fault)
    assert [row.number for row in found if not row.fault] == list(range(3, 203))


def test_a_quote_that_another_row_closes_swallows_no_row_between() -> None:
    found = of('email,value\n"open@example.com,1\nb@example.com,2\n"c@example.com",3\nd@example.com,4\n')
    assert [(row.number, row.fault is None) for row in found] == [(2, False), (3, True), (4, True), (5, True)]


def test_a_quote_that_the_end_of_the_file_leaves_open_is_a_fault() -> None:
    found = of('email,value\na@example.com,1\n"b@example.com,2')
    assert [row.fault is None for row in found] == [True, False]


def test_a_cell_may_have_as_many_lines_as_a_row_may() -> None:
    text = "\n".join(["x"] * (MOST_LINES - 1))
    assert one(f'email,content_name\na@example.com,"{text}\n"\n')["custom_data"]["content_name"] == text
    assert of(f'email,content_name\na@example.com,"{text}\n\n"\n')[0].fault is not None


def test_a_cell_beyond_what_can_be_read_is_its_rows_fault() -> None:
    found = of(f"email,value\n{'x' * 200_000},1\na@example.com,2\n")
    assert [row.fault is None for row in found] == [False, True]


def test_lists_in_a_cell_are_json_or_have_commas() -> None:
    text = 'email;content_ids;contents\na@example.com;A1, B2;[{"id": "A1", "quantity": 1, "price": 5}]\n'
    assert one(text)["custom_data"] == {
        "content_ids": ["A1", "B2"],
        "contents": [{"id": "A1", "quantity": 1, "price": 5}],
    }


def test_the_callers_mapping_names_columns_and_wins() -> None:
    text = "Order Number,Order ID,E-Mail\n77,a,jane@example.com\n"
    made = one(text, mapping={"order number": "event_id", "Order ID": "custom_data.order_id"})
    assert made == {"event_id": "77", "user_data": {"em": "jane@example.com"}, "custom_data": {"order_id": "a"}}
    assert one("event_id,No.,email\n1,2,a@example.com\n", mapping={"No.": "event_id"})["event_id"] == "2"


def test_defaults_stand_where_a_row_has_nothing() -> None:
    defaults = {"event_name": "PURCHASE", "event_source": "physical_store", "currency": "USD"}
    first, second = of("email,event_name,value\na@example.com,,5\nb@example.com,LEAD,\n", defaults=defaults)
    assert first.conversion == {
        "event_name": "PURCHASE",
        "event_source": "physical_store",
        "user_data": {"em": "a@example.com"},
        "custom_data": {"value": "5", "currency": "USD"},
    }
    assert second.conversion is not None
    assert second.conversion["event_name"] == "LEAD"


@pytest.mark.parametrize("caller", [{"mapping": {"x": "event_idd"}}, {"defaults": {"event_idd": "x"}}])
def test_a_field_that_nobody_knows_is_refused_before_the_first_row(caller: dict[str, Any]) -> None:
    with pytest.raises(BadRequest, match="did you mean event_id"):
        rows(io.StringIO("email\n"), **caller)


def test_columns_that_nobody_knows_are_told_once_with_what_was_meant() -> None:
    assert said("Emial,event_time,Shoe size,value\na,1,2,3\nb,1,2,3\n") == [
        ("column 1", 'dropped: "Emial" is not a known field: did you mean user_data.em?'),
        ("column 3", 'dropped: "Shoe size" is not a known field'),
    ]


def test_of_many_columns_that_nobody_knows_the_rest_is_counted() -> None:
    warnings = said(",".join(["email", *(f"Column {number}" for number in range(60))]) + "\n")
    assert len(warnings) == 51
    assert "10 further columns" in warnings[-1][1]


def test_a_row_without_a_close_date_does_not_get_another_date() -> None:
    text = "Create Date,Closed Date,Close Date,email\n1,2,3,a@example.com\n1,,3,b@example.com\n"
    first, second = of(text)
    assert first.conversion == {"event_time": "2", "user_data": {"em": "a@example.com"}}
    assert second.conversion == {"user_data": {"em": "b@example.com"}}
    assert ("column 3", "dropped: means event_time, as column 2 does") in said(text)


def test_of_columns_that_mean_one_field_a_row_has_the_first_that_is_not_empty() -> None:
    text = "Email,Work Email,Phone,Mobile\n,b@example.com,1,2\na@example.com,b@example.com,n/a,2\n,,,\n,,,3\n"
    assert [row.conversion for row in of(text)] == [
        {"user_data": {"em": "b@example.com", "ph": "1"}},
        {"user_data": {"em": "a@example.com", "ph": "2"}},
        {"user_data": {"ph": "3"}},
    ]
    fault = "means user_data.em, as column 1 does: it counts in rows where that is empty"
    assert ("column 2", fault) in said(text)


def test_a_mapped_column_stands_alone() -> None:
    text = "value,Net,Net\n5,,3\n"  # 5 is gross: another amount than what the caller asked for
    assert one(text, mapping={"Net": "value"}) == {}
    assert [place for place, _ in said(text, mapping={"Net": "value"})] == ["column 1", "column 3"]


def test_of_many_columns_that_mean_one_field_the_rest_is_counted() -> None:
    warnings = said(",".join(["email"] * 61) + "\n")
    assert len(warnings) == 51
    assert "10 further columns" in warnings[-1][1]


def test_a_mapped_column_that_is_not_there_is_told() -> None:
    assert "Ordr" in said("email\n", mapping={"Ordr": "event_id"})[0][1]


@pytest.mark.parametrize("text", ["", "\n \n", "jane@example.com,25.00\njohn@example.com,30.00\n", "a;b\n1;2\n"])
def test_a_file_without_a_header_row_is_refused_without_quoting_it(text: str) -> None:
    with pytest.raises(BadRequest, match="header row") as caught:
        rows(io.StringIO(text, newline=""))
    assert "jane" not in caught.value.description


@pytest.mark.parametrize(
    "row",
    [
        "Jane,Doe,total,jane@example.com",
        "Jane,Doe,total,2026-01-05",
        "Doe,phone,+1 555 010 0123",
        "Doe,sku," + 64 * "a",
    ],
)
def test_what_may_be_a_person_in_the_first_row_is_not_quoted(row: str) -> None:
    warnings = said(f"{row}\n")
    assert [place for place, _ in warnings] == ["columns"]
    assert "is the first row a header row?" in warnings[0][1]
    assert not any(word in warnings[0][1] for word in ("Jane", "Doe", "@", "555", "2026"))


def test_a_cell_that_is_no_name_is_told_by_its_place() -> None:
    assert said(f"email,?,{'x' * 61}\n") == [
        ("column 2", "dropped: is not a known field"),
        ("column 3", "dropped: is not a known field"),
    ]


# ── posted ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_posted_file_has_a_conversion_for_each_row_and_a_failure_for_each_fault() -> None:
    posting = posted(f"{HEADER}\n{ROW}\nLEAD\n{ROW}\n")
    first, second, third = posting.conversions
    assert first == third == one(f"{HEADER}\n{ROW}\n")
    assert isinstance(second, Invalid)
    assert "has 1 cells" in second.errors["line 3"]


def test_a_thousand_rows_are_taken() -> None:
    assert len(posted(f"{HEADER}\n" + f"{ROW}\n" * 1_000).conversions) == 1_000


def test_the_senders_settings_name_the_event_the_value_and_the_currency() -> None:
    posting = posted(
        "email,event_name,Net,value\na@example.com,,5,6\nb@example.com,won,7,8\nc@example.com,lost,1,1\n",
        event_names={"default": "LEAD", "won": "PURCHASE", "lost": None},
        value_field="net",
        currency="EUR",
        event_group="shop",
    )
    first, second, third = posting.conversions
    assert first["event_name"] == "LEAD"
    assert second["event_name"] == "PURCHASE"
    assert second["custom_data"] == {"value": "7", "currency": "EUR"}
    assert isinstance(third, Ignored)
    assert (third.code, posting.event_group_id) == ("unmapped_event", "shop")


def test_names_of_events_are_compared_without_case() -> None:
    body = "email,event_name\na@example.com,CLOSED WON\nb@example.com,page_VIEW\n"
    first, second = posted(body, event_names={"Closed Won": "purchase", "page_view": None}).conversions
    assert first["event_name"] == "PURCHASE"
    assert isinstance(second, Ignored)


def test_without_an_amount_there_is_no_currency() -> None:
    assert posted("value,status\n,paid\n", currency="EUR").conversions == [{"custom_data": {"status": "paid"}}]
    assert posted("status\npaid\n", currency="EUR").conversions == [{"custom_data": {"status": "paid"}}]


def test_a_file_names_its_event_group_in_a_column() -> None:
    posting = posted("email,event_group_id\na@example.com,web\nb@example.com,web\n")
    assert posting.event_group_id == "web"
    assert posting.conversions[0] == {"user_data": {"em": "a@example.com"}}
    with pytest.raises(BadRequest, match="names 2 event groups"):
        posted("email,event_group_id\na@example.com,web\nb@example.com,app\n")


# As many columns as a row of the table has, so that rows are read.
EXPORTS = (
    "Name,Financial Status,Id,Total,Lineitem sku\n",
    "Deal Stage,Deal Name,Close Date (EDT),Time Zone,Associated Contact\n",
    "Phone Number,Answered,Tracking Number,Start Time,Value\n",
)
CELL = st.text(max_size=12) | st.sampled_from(["email", "event_time", "contents", "[1]", "{}", '"', "\n", "sep=;"])
TABLE = st.lists(st.lists(CELL, max_size=5).map(",".join), max_size=6).map("\n".join)


@FUZZ
@given(st.sampled_from(["", f"{HEADER}\n", "email,contents,content_ids\n", *EXPORTS]), TABLE)
def test_whatever_text_comes_nothing_but_a_refusal_is_raised(header: str, text: str) -> None:
    try:
        posting = posted(header + text, currency="USD")
    except BadRequest:
        return
    check_judged(posting)


@given(st.lists(st.sampled_from(["a@example.com,1", '"b@example.com",2', "", "c", 'd"d,4', "x,y,z"]), max_size=80))
def test_every_row_without_an_open_quote_is_read_or_named(lines: list[str]) -> None:
    found = of("email,value\n" + "".join(f"{line}\n" for line in lines))
    assert [row.number for row in found] == [number for number, line in enumerate(lines, 2) if line]
    assert [row.fault is None for row in found] == [line.count(",") == 1 for line in lines if line]


@given(st.lists(st.sampled_from(["a@example.com,1", '"open,2', 'b,"open', "c@example.com,3"]), max_size=120))
def test_an_open_quote_costs_no_other_row(lines: list[str]) -> None:
    found = of("email,value\n" + "".join(f"{line}\n" for line in lines))
    assert [row.number for row in found] == list(range(2, len(lines) + 2))
    assert [row.fault is None for row in found] == ['"' not in line for line in lines]


# ── what programs do to rows ──────────────────────────────────────────────────────────────────────────────────────────


def test_last_cells_that_were_left_out_are_empty_and_told() -> None:
    warnings: list[tuple[str, str]] = []
    (row,) = of("email,value,city,phone\na@example.com,7\n", warnings=warnings)
    assert row.conversion == {"user_data": {"em": "a@example.com"}, "custom_data": {"value": "7"}}
    assert [place for place, _ in warnings] == ["line 2"]


def test_empty_cells_beyond_the_header_row_are_nothing() -> None:
    warnings: list[tuple[str, str]] = []
    (row,) = of("email,value\na@example.com,7,, ,\n", warnings=warnings)
    assert row.conversion == {"user_data": {"em": "a@example.com"}, "custom_data": {"value": "7"}}
    assert warnings == []


@pytest.mark.parametrize(
    ("line", "seconds"),
    [
        ("Parameters:TimeZone=Asia/Tokyo", 1_740_787_200),
        ("Parameters:TimeZone=+0900;", 1_740_787_200),
        ('"Parameters:TimeZone=Asia/Tokyo",,', 1_740_787_200),
        ("parameters:timezone=UTC", 1_740_819_600),
    ],
)
def test_the_first_line_of_googles_template_says_the_zone_of_all_times(line: str, seconds: int) -> None:
    assert one(f"{line}\nEmail,Conversion Time\na@example.com,2025-03-01 09:00:00\n")["event_time"] == seconds


def test_a_time_with_its_own_zone_needs_none() -> None:
    text = "Parameters:TimeZone=Asia/Tokyo\nemail,time\na@example.com,2025-03-01 09:00:00 UTC\n"
    assert one(text)["event_time"] == 1_740_819_600


def test_a_zone_that_nobody_knows_refuses_the_file() -> None:
    with pytest.raises(BadRequest, match="time zone of the first line"):
        of("Parameters:TimeZone=Mars/Olympus\nemail,time\na@example.com,2025-03-01\n")


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("Date,Time", "2025-03-01,9:00 AM"),
        ("Order Time,Order Date", "09:00:00,2025-03-01"),
        ("Conversion Date,Conversion Time", "Mar 1 2025,09:00 UTC"),
        ("Order Date,Time", "2025-03-01,09:00"),
    ],
)
def test_a_date_and_a_time_of_the_day_in_two_columns_are_one_time(header: str, cells: str) -> None:
    event = finished(one(f"event_name,email,{header}\nLEAD,a@example.com,{cells}\n"))
    assert event["event_time"] == 1_740_819_600


def test_of_a_time_and_another_date_the_first_counts() -> None:
    row = one("Conversion Time,Close Date\n2025-03-01T09:00:00Z,2024-12-24\n")
    assert row == {"event_time": "2025-03-01T09:00:00Z"}


def test_in_a_file_of_decimal_commas_a_point_divides_thousands() -> None:
    found = of("email;total\na@example.com;2.500\nb@example.com;7,50\nc@example.com;1.250.000 €\nd@example.com;3\n")
    assert [row.conversion and row.conversion["custom_data"]["value"] for row in found] == [
        "2500",
        "7,50",
        "1250000 €",
        "3",
    ]


@pytest.mark.parametrize("other", ["7.50", "3", "1,234.50"])
def test_without_a_decimal_comma_or_with_a_decimal_point_too_it_stays(other: str) -> None:
    found = of(f'email,total\na@example.com,2.500\nb@example.com,"{other}"\n')
    assert found[0].conversion is not None
    assert found[0].conversion["custom_data"]["value"] == "2.500"


# ── exports of shops ──────────────────────────────────────────────────────────────────────────────────────────────────

SHOP = (
    "Name,Email,Financial Status,Paid at,Total,Currency,Created at,Cancelled at,Refunded Amount,Id,"
    "Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Billing Phone,event_name\n"
)


def shop(row: str) -> Row:
    (found,) = of(f"{SHOP}{row}\n")
    return found


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("#7,a@example.com,refunded,2025-03-01 09:00:00 +0000,80,EUR,,,80,91,1,Mug,80,M,,PURCHASE", "refund"),
        ("#7,a@example.com,paid,2025-03-01 09:00:00 +0000,80,EUR,,,80.00,91,1,Mug,80,M,,PURCHASE", "refund"),
        ("#7,a@example.com,voided,,80,EUR,,,0,91,1,Mug,80,M,,PURCHASE", "refund"),
        ("#7,a@example.com,paid,2025-03-01 09:00:00 +0000,80,EUR,,2025-03-02,0,91,1,Mug,80,M,,X", "cancelled_order"),
        ("#7,a@example.com,pending,,80,EUR,,,0,91,1,Mug,80,M,,PURCHASE", "unpaid_order"),
    ],
)
def test_a_refunded_a_cancelled_and_an_unpaid_order_of_an_export_are_ignored(row: str, code: str) -> None:
    found = shop(row)
    assert found.conversion is None
    assert found.ignored is not None
    assert found.ignored.code == code


def test_further_line_items_join_their_order_with_the_webhooks_id() -> None:
    warnings: list[tuple[str, str]] = []
    text = (
        SHOP
        + "#7,a@example.com,paid,2025-03-01 09:00:00 +0000,80,EUR,,,0,9100001,1,Mug,50,M-1,(312) 555-0188,PURCHASE\n"
        "#7,a@example.com,,,,,2025-03-01,,,,2,Cup,15,,,\n"
        "#8,b@example.com,paid,,20,EUR,2025-03-02 09:00:00 +0000,,5,9100002,1,Pin,,P-1,,PURCHASE\n"
    )
    first, second = of(text, warnings=warnings)
    assert (first.number, second.number) == (2, 4)
    assert first.conversion is not None
    assert first.conversion["event_id"] == first.conversion["custom_data"]["order_id"] == "9100001"
    assert first.conversion["user_data"]["ph"] == "(312) 555-0188"
    assert first.conversion["custom_data"]["contents"] == [
        {"id": "M-1", "quantity": "1", "price": "50"},
        {"id": "Cup", "quantity": "2", "price": "15"},
    ]
    assert second.conversion is not None
    assert second.conversion["event_time"] == "2025-03-02 09:00:00 +0000"
    assert second.conversion["custom_data"]["content_ids"] == ["P-1"]
    assert any(place == "line 4" and "partial refund" in text for place, text in warnings)


def test_in_other_exports_a_refund_is_known_by_its_column() -> None:
    assert of("email,amount,Amount Refunded\na@example.com,30,30.00\n")[0].ignored is not None
    assert of("email,amount,Amount Refunded\na@example.com,30,0.00\n")[0].ignored is None


def test_the_marks_of_an_export_of_leads_are_taken_off() -> None:
    row = one("email\tphone\tzip\ncol@example.com\tp:+13125550188\tz:60601\n")
    assert row["user_data"] == {"em": "col@example.com", "ph": "+13125550188", "zp": "60601"}


def test_rows_that_differ_in_nothing_have_one_id() -> None:
    posting = posted("event_name,event_time,email,value\n" + f"LEAD,{NOW},a@example.com,5\n" * 2)
    first, second = (finished(conversion)["event_id"] for conversion in posting.conversions)
    assert first == second


# ── columns of a post's own ───────────────────────────────────────────────────────────────────────────────────────────

OWN = "Auftrag,Kunde,Brutto,Wann\nA-7,a@example.com,12.50,2025-12-31T18:30:00Z\n"
OWN_MADE = {
    "event_name": "PURCHASE",
    "event_id": "A-7",
    "event_time": "2025-12-31T18:30:00Z",
    "user_data": {"em": "a@example.com"},
    "custom_data": {"value": "12.50", "currency": "EUR"},
}


def asked(query: str, body: str = OWN, **settings: Any) -> Body:
    url = f"https://relay.example.com/v1/sources/csv?key=k&{query}"
    return read(Inbound(body.encode(), {}, SourceSettings(**settings), NOW, "csv", "POST", url))


def test_a_senders_entry_maps_columns_of_a_posted_file() -> None:
    columns = {"Auftrag": "event_id", "kunde": "email", "Brutto": "custom_data.value", "Wann": "event_time"}
    posting = posted(OWN, columns=columns, currency="EUR", event_names={"default": "PURCHASE"})
    assert (posting.conversions, posting.warnings) == ([OWN_MADE], [])


def test_the_address_of_a_post_maps_columns_and_sets_values_as_relay_send_does() -> None:
    query = (
        "map=Auftrag%3Devent_id&map=Kunde=em&map=Brutto=value&map=Wann=time&set=event_name=PURCHASE&set=currency=EUR"
    )
    assert asked(query).conversions == [OWN_MADE]
    assert asked("map=Wann=event_id", "Wann,event_id,email\n1,2,a@example.com\n").conversions[0]["event_id"] == "1"


def test_the_address_counts_before_the_entry() -> None:
    posting = asked("map=B=event_id", "A,B,email\n1,2,a@example.com\n", columns={"A": "event_id", "B": "order_id"})
    assert posting.conversions[0]["event_id"] == "2"


@pytest.mark.parametrize("zone", ["America/New_York", "-05:00", "%2D0500"])
def test_the_address_says_how_times_are_written(zone: str) -> None:
    body = "email,event_time\na@example.com,03/04/2026 10:00\n"
    (made,) = asked(f"time_zone={zone}&date_order=mdy", body).conversions
    assert made["event_time"] == 1_772_636_400  # 2026-03-04T15:00:00Z


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ("time_zone=Mars", "time_zone in the address is not a time zone"),
        ("date_order=ymd", "must be mdy or dmy"),
        ("map=Auftrag=event_idd", "did you mean event_id"),
        ("map=Auftrag", "must be NAME=VALUE"),
        ("set==x", "must be NAME=VALUE"),
        ("a=1&" * 201, "more than 200 parameters"),
    ],
)
def test_an_address_that_maps_nothing_is_refused(query: str, fault: str) -> None:
    with pytest.raises(BadRequest, match=fault):
        asked(query)
