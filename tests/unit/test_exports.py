"""Exports of platforms, known by their header row: which rows are conversions, with which id, at which time."""

import io
import json
import math
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from pipeline.intake.body import Body, Ignored
from pipeline.intake.senders import SourceSettings
from pipeline.values.amounts import number_in
from pipeline.values.moments import Habits
from sources import registry
from sources.fieldnames import fold
from sources.files import delimited, zones
from sources.files.export_table import export_of
from sources.files.file_times import Open, order_of
from sources.inbound import Inbound
from tests.unit.conversions import NOW
from tests.unit.test_ready_mappings import posted as hooked

NEW_YORK = ZoneInfo("America/New_York")
FOLDER = Path(delimited.__file__).parent / "known_exports"


def posted(text: str, **settings: Any) -> Body:
    return delimited.read(Inbound(text.encode(), {}, SourceSettings(**settings), NOW, "csv"))


def conversions(text: str, **settings: Any) -> list[dict[str, Any]]:
    return [made for made in posted(text, **settings).conversions if isinstance(made, dict)]


def reasons(text: str, **settings: Any) -> list[str]:
    return [made.text for made in posted(text, **settings).conversions if isinstance(made, Ignored)]


def sent(text: str, habits: Habits | None = None, asked: Any = None) -> list[dict[str, Any]]:
    """What `relay send` makes of a file."""
    read = delimited.rows(io.StringIO(text, newline=""), habits=habits or Habits(), asked=asked)
    return [made for row in read if (made := row.named()) is not None]


def seconds(*when: int, zone: Any = UTC) -> int:
    return math.floor(datetime(*when, tzinfo=zone).timestamp())  # type: ignore[misc,arg-type]


SHOPIFY = (
    "Name,Email,Financial Status,Paid at,Currency,Total,Created at,Lineitem quantity,Lineitem name,Lineitem price,"
    "Lineitem sku,Billing Zip,Note Attributes,Cancelled at,Payment Method,Refunded Amount,Id,Source,Phone\n"
)
STRIPE = (
    "id,Created (UTC),Amount,Amount Refunded,Currency,Captured,Description,Mode,PaymentIntent ID,Status,Customer ID,"
    "Customer Email,Checkout Session ID,order_id (metadata)\n"
)
SQUARE = (
    "Date,Time,Time Zone,Total Collected,Source,Transaction ID,Payment ID,Event Type,Customer ID,Transaction Status\n"
)
PLUGIN = (
    "Order Number,Order Status,Order Date,First Name (Billing),Email (Billing),Phone (Billing),Postcode (Billing),"
    "Country Code (Billing),Order Total Amount,SKU,Item Name,Quantity,Item Cost\n"
)
OPPORTUNITIES = "Opportunity ID,Opportunity Name,Stage,Amount,Close Date,Contact: Email\n"
CALLRAIL = (
    "Call Status,Name,Phone Number,Tracking Number,Start Time,Duration (seconds),First-Time Caller,Value,Call ID\n"
)
RINGBA = "Campaign,Publisher,Call Date,Caller ID,Duration,Connected,Converted,Is Duplicate,Revenue,Inbound Call ID\n"


def test_every_entry_of_the_table_is_found_by_its_own_titles_and_no_two_are_known_by_the_same() -> None:
    abouts = set()
    for file in sorted(FOLDER.glob("*.json")):
        given = json.loads(file.read_text(encoding="utf-8"))
        titles = [one if isinstance(one, str) else one[0] for one in given["known_by"]]
        found = export_of(frozenset(fold(title) for title in titles))
        assert found is not None
        assert found.about == given["about"]
        abouts.add(found.about)
    assert len(abouts) == len(list(FOLDER.glob("*.json"))) >= 12


def test_columns_of_nobody_in_particular_are_no_export() -> None:
    assert export_of(frozenset({"email", "eventname", "eventtime", "eventid", "value", "currency", "orderid"})) is None


def test_deals_with_a_column_of_addresses_are_no_contacts() -> None:
    text = "Record ID,Deal Name,Deal Stage,Close Date,Create Date,Email\n7,Roof,Closed Won,2026-03-02,,a@example.org\n"
    assert [one["event_name"] for one in conversions(text)] == ["PURCHASE"]


# ── one conversion, whether the webhook tells about it or a file ──────────────────────────────────────────────────────


def test_an_order_of_shopify_has_the_id_of_its_webhook() -> None:
    row = (
        "#2001,ann@example.org,paid,2026-03-02 08:00:00 +0100,EUR,30.00,,1,Cup,30.00,CUP,'01067,,,,0.00,"
        "990011223344,pos,"
    )
    (made,) = conversions(SHOPIFY + row)
    order = {"id": 990011223344, "email": "ann@example.org", "total_price": "30.00", "currency": "EUR"}
    body = json.dumps(order | {"processed_at": "2026-03-02T08:00:00+01:00"}).encode()
    read = registry.reader("shopify")
    assert read is not None
    (hook,) = read(Inbound(body, {"x-shopify-topic": "orders/paid"}, SourceSettings(), NOW, "shopify")).conversions
    assert {made["event_id"]} == {str(hook["event_id"])}
    assert made["event_name"] == hook["event_name"] == "PURCHASE"
    assert made["event_source"] == "physical_store"


def test_an_event_id_that_the_shops_theme_noted_is_the_exports_too() -> None:
    notes = '"gift: yes\nevent_id: web-77"'
    row = f"#1,a@example.org,paid,2026-03-02 08:00:00 +0000,EUR,3,,1,Cup,3,C,,{notes},,,,991,web,"
    assert conversions(SHOPIFY + row)[0]["event_id"] == "web-77"


def test_an_id_that_a_spreadsheet_rounded_gives_way_to_the_orders_name() -> None:
    row = "#2002,a@example.org,paid,2026-03-02 08:00:00 +0000,EUR,3,,1,Cup,3,C,,,,,,9.90011E+11,web,"
    assert conversions(SHOPIFY + row)[0]["event_id"] == "#2002"


def test_an_export_without_the_webhooks_id_says_so() -> None:
    old = "Name,Email,Financial Status,Paid at,Total,Currency\n#3,a@example.org,paid,2026-03-02 08:00:00 +0000,3,EUR\n"
    posting = posted(old)
    assert posting.conversions[0]["event_id"] == "#3"
    assert any(field == "event_id" and "counts twice" in text for field, text in posting.warnings)


def test_a_checkout_of_stripe_has_the_id_of_its_webhook() -> None:
    row = "ch_9,2026-03-02 09:15:00,12.00,0.00,eur,true,,Live,pi_9,Paid,cus_9,bo@example.org,cs_live_9,shop-9\n"
    (made,) = conversions(STRIPE + row)
    session = {"id": "cs_live_9", "mode": "payment", "payment_status": "paid", "amount_total": 1200, "currency": "eur"}
    event = {"object": "event", "livemode": True, "type": "checkout.session.completed", "created": 1772442900}
    (hook,) = hooked("stripe", {"body": event | {"data": {"object": session}}}).conversions
    assert made["event_id"] == hook["event_id"]
    assert (made["event_name"], made["event_time"]) == ("PURCHASE", seconds(2026, 3, 2, 9, 15))
    assert made["custom_data"] == {"value": "12.00", "currency": "eur", "order_id": "shop-9"}
    assert made["user_data"] == {"em": "bo@example.org"}


def test_a_record_of_salesforce_has_the_id_of_its_api() -> None:
    # 001AA: capitals at 3 and 4, 8 + 16 = 24 is Y. aaAaA: 4 + 16 = 20 is U. aA000: 2 is C.
    row = "001AAaaAaAaA000,Roof,Closed Won,100,2026-03-02T10:00:00Z,a@example.org\n"
    assert conversions(OPPORTUNITIES + row)[0]["event_id"] == "001AAaaAaAaA000YUC"


@pytest.mark.parametrize("shown", ["001D000000IRFma", "001D000000IRFmaIAH"])
def test_an_id_of_salesforce_is_one_in_both_lengths(shown: str) -> None:
    row = f"{shown},Roof,Closed Won,100,2026-03-02T10:00:00Z,a@example.org\n"
    assert conversions(OPPORTUNITIES + row)[0]["event_id"] == "001D000000IRFmaIAH"


def test_a_lead_of_meta_has_the_id_of_its_webhook() -> None:
    text = "id\tcreated_time\tad_id\tform_id\temail\nl:1200345\t2026-03-02T10:00:00+0000\tag:1\tf:2\ta@example.org\n"
    (made,) = conversions(text)
    assert (made["event_id"], made["event_name"]) == ("1200345", "LEAD")


# ── rows that are not conversions ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (SHOPIFY + "#5,a@example.org,,,,,2026-03-02,2,Cup,3,C,,,,,,,,\n", "further line"),
        (SHOPIFY + "#5,a@example.org,paid,2026-03-02,EUR,3,,1,Cup,3,C,,,,bogus,,1,web,\n", "test"),
        (STRIPE + "ch_1,2026-03-02 09:15,12,0,eur,true,,Live,pi,Failed,c,a@example.org,,\n", "did not succeed"),
        (STRIPE + "ch_1,2026-03-02 09:15,12,0,eur,true,,Test,pi,Paid,c,a@example.org,,\n", "test mode"),
        (STRIPE + "ch_1,2026-03-02 09:15,12,0,eur,false,,Live,pi,Paid,c,a@example.org,,\n", "captured"),
        (STRIPE + "ch_1,2026-03-02 09:15,12,12,eur,true,,Live,pi,Paid,c,a@example.org,,\n", "refunded"),
        (SQUARE + "2026-03-02,9:00:00,London,-$4.00,,T,P,Refund,C,Complete\n", "refund"),
        (SQUARE + "2026-03-02,9:00:00,London,$4.00,,T,P,Payment,C,Failed\n", "not complete"),
        (PLUGIN + "7,Cancelled,2026-03-02 9:00,A,a@example.org,,,,9,S,N,1,9\n", "cancelled"),
        (OPPORTUNITIES + "006000000000009,Roof,Prospecting,100,3/2/2026,a@example.org\n", "not won"),
        (OPPORTUNITIES + '"Grand Totals (1 records)","","","","",""\n', "not won"),
        (OPPORTUNITIES + '"Copyright (c) 2000-2026"\n', "below the table"),
        (CALLRAIL + "Missed Call,A,+12125550101,+12125550100,2026-03-02 9:00,0,Yes,,CAL1\n", "not answered"),
        (RINGBA + "C,P,03/02/2026 09:00:00 AM,+12125550101,00:01:00,Yes,No,No,$0.00,RGB1\n", "not converted"),
        (RINGBA + "C,P,03/02/2026 09:00:00 AM,+12125550101,00:01:00,Yes,Yes,Yes,$5.00,RGB1\n", "duplicate"),
        ("Publisher,Caller ID,Call Date,Revenue\nP,+12125550101,03/02/2026 09:00:00 AM,$0.00\n", "earned nothing"),
        ("Deal Name,Deal Stage,Close Date,Record ID\nRoof,Closed Lost (Main),2026-03-02,1\n", "not won"),
        ("Record ID,Email,Lead Status\n1,a@example.org,Unqualified\n", "not a lead"),
        ("Lead ID,Lead Status,Email\n00Q000000000001,Unqualified,a@example.org\n", "is none"),
        (
            "Email,Conversion Name,Conversion Time,Adjustment Type\na@example.org,Sale,2026-03-02,RETRACT\n",
            "takes back",
        ),
    ],
)
def test_a_row_that_is_no_conversion_is_left_out_with_its_reason(text: str, word: str) -> None:
    (reason,) = reasons(text)
    assert word in reason
    assert conversions(text) == []


def test_the_settings_of_calls_hold_for_a_file_of_calls_too() -> None:
    short = CALLRAIL + "Answered Call,A,+12125550101,+12125550100,2026-03-02 9:00,20,Yes,,CAL1\n"
    assert "minimum_duration" in reasons(short, minimum_duration=60)[0]
    assert conversions(short)[0]["event_name"] == "CONTACT"
    assert conversions(short, event_names={"first": "LEAD"})[0]["event_name"] == "LEAD"


# ── orders of several lines ──────────────────────────────────────────────────────────────────────────────────────────


def test_the_lines_of_one_order_of_a_plugin_are_one_conversion_with_all_items() -> None:
    person = "Ann,ann@example.org,+14155550102,94105,US"
    text = (
        PLUGIN + f"31,wc-completed,2026-03-02 09:00,{person},20.00,A-1,Cup,2,5.00\n"
        f"31,wc-completed,2026-03-02 09:00,{person},20.00,,Tray,1,10.00\n"
        f"32,wc-completed,2026-03-02 10:00,{person},5.00,A-1,Cup,1,5.00\n"
    )
    first, second = conversions(text, currency="USD")
    assert (first["event_id"], second["event_id"]) == ("31", "32")
    assert first["custom_data"]["contents"] == [
        {"id": "A-1", "quantity": "2", "price": "5.00"},
        {"id": "Tray", "quantity": "1", "price": "10.00"},
    ]
    assert (first["custom_data"]["value"], first["custom_data"]["currency"]) == ("20.00", "USD")
    assert first["user_data"] == {
        "em": "ann@example.org", "ph": "+14155550102", "fn": "Ann", "zp": "94105", "country": "US"
    }  # fmt: skip


def test_a_further_line_may_leave_the_orders_name_empty() -> None:
    row = "#9,a@example.org,paid,2026-03-02 08:00:00 +0000,EUR,9,,1,Cup,3,C,,,,,,501,web,\n"
    (made,) = conversions(SHOPIFY + row + ",,,,,,,2,Pin,3,P,,,,,,,,\n")
    assert [item["id"] for item in made["custom_data"]["contents"]] == ["C", "P"]


def test_orders_of_one_name_with_two_ids_are_two() -> None:
    row = "#9,a@example.org,paid,2026-03-02 08:00:00 +0000,EUR,3,,1,Cup,3,C,,,,,,{},web,\n"
    assert [one["event_id"] for one in conversions(SHOPIFY + row.format(501) + row.format(502))] == ["501", "502"]


# ── times ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_zone_is_in_a_column_of_square() -> None:
    text = SQUARE + (
        "03/14/2026,2:30:00 PM,Pacific Time (US & Canada),$4.00,,T1,P1,Payment,C,Complete\n"
        "03/14/2026,2:30:00 PM,Tokyo,$4.00,,T2,P2,Payment,C,Complete\n"
    )
    first, second = conversions(text)
    assert first["event_time"] == seconds(2026, 3, 14, 14, 30, zone=ZoneInfo("America/Los_Angeles"))
    assert second["event_time"] == seconds(2026, 3, 14, 14, 30, zone=ZoneInfo("Asia/Tokyo"))


def test_the_zone_is_in_the_title_of_a_column_and_means_the_clocks_of_the_place() -> None:
    header = "Record ID,Email,Create Date (EDT),Lead Status\n"
    text = f"{header}1,a@example.org,2026-01-05 10:00,New\n2,b@example.org,2026-07-05 10:00,\n"
    assert [one["event_time"] for one in conversions(text)] == [
        seconds(2026, 1, 5, 15, 0),
        seconds(2026, 7, 5, 14, 0),
    ]


def test_googles_whole_template_is_read_with_its_instructions() -> None:
    text = (
        "### INSTRUCTIONS ###,,,,\n"
        '"# IMPORTANT: Remember to set the TimeZone value, in the ""parameters"" row",,,,\n'
        ",,,,\n### TEMPLATE ###,,,,\nParameters:TimeZone=America/Los_Angeles;,,,,\n"
        "Google Click ID,Conversion Name,Conversion Time,Conversion Value,Conversion Currency,Email,Order ID\n"
        'EAI1,Sale,"Mar 02, 2026 09:00:00 am",7,USD,a@example.org,77\n'
        "EAI2,Qualified lead,03/04/2026 09:00:00 AM +0100,,,b@example.org,78\n"
    )
    first, second = conversions(text)
    assert (first["event_name"], first["event_id"], first["event_time"]) == ("PURCHASE", "77", seconds(2026, 3, 2, 17))
    assert (second["event_name"], second["event_time"]) == ("LEAD", seconds(2026, 3, 4, 8))
    assert conversions(text, event_names={"qualified lead": "SIGN_UP"})[1]["event_name"] == "SIGN_UP"


def test_titles_above_the_header_row_are_left_out_and_told() -> None:
    posting = posted("Deals won in March\n\nReport of;;\nemail;event_name;event_time\na@example.org;LEAD;1772442900\n")
    assert posting.conversions == [
        {"event_name": "LEAD", "event_time": "1772442900", "user_data": {"em": "a@example.org"}}
    ]
    assert ("header", "2 lines above the header row were left out") in posting.warnings


@pytest.mark.parametrize(
    ("times", "order"),
    [
        (["03/04/2026", "25/03/2026 10:00"], "dmy"),
        (["03/04/2026", "3.31.26"], "mdy"),
        (["03/04/2026", "2026-03-31"], None),
        (["25/03/2026", "03/25/2026"], None),
    ],
)
def test_a_day_beyond_twelve_tells_the_order_of_a_files_dates(times: list[str], order: str | None) -> None:
    assert order_of(times) == order


def test_the_order_that_one_row_shows_holds_for_all_rows() -> None:
    text = "email,event_time\na@example.org,03/04/2026 10:00 Z\nb@example.org,25/03/2026 10:00 Z\n"
    assert [one["event_time"] for one in conversions(text)] == [seconds(2026, 4, 3, 10), seconds(2026, 3, 25, 10)]


def test_the_order_that_a_file_shows_counts_before_the_one_that_its_platform_documents() -> None:
    header = "Email,Conversion Name,Conversion Time\n"
    first = "a@example.org,Lead,03/04/2026 10:00:00 AM +0000\n"
    assert conversions(header + first)[0]["event_time"] == seconds(2026, 3, 4, 10)
    text = header + first + "b@example.org,Lead,25/03/2026 10:00:00 AM +0000\n"
    assert [one["event_time"] for one in conversions(text)] == [seconds(2026, 4, 3, 10), seconds(2026, 3, 25, 10)]


def test_what_a_file_leaves_open_is_asked_once_with_an_example() -> None:
    asked: list[Open] = []

    def answer(unsaid: Open, habits: Habits) -> Habits:
        asked.append(unsaid)
        return Habits(NEW_YORK, "mdy")

    text = OPPORTUNITIES + (
        "006000000000001,Roof,Closed Won,100,3/2/2026 9:00 AM,a@example.org\n"
        "006000000000002,Wall,Closed Won,100,3/3/2026 9:00 AM,b@example.org\n"
    )
    assert [one["event_time"] for one in sent(text, asked=answer)] == [
        seconds(2026, 3, 2, 9, zone=NEW_YORK),
        seconds(2026, 3, 3, 9, zone=NEW_YORK),
    ]
    assert asked == [Open("3/2/2026 9:00 AM", "3/2/2026 9:00 AM", "a Salesforce report of opportunities")]


def test_a_file_that_says_all_of_its_times_asks_nothing() -> None:
    def fail(unsaid: Open, habits: Habits) -> Habits:
        raise AssertionError(unsaid)

    sent("email,event_time\na@example.org,1772442900\nb@example.org,2026-03-02T09:00:00Z\n,\n", asked=fail)
    sent("email,event_time\na@example.org,03/04/2026 10:00\n", Habits(NEW_YORK, "dmy"), fail)
    sent(STRIPE + "ch_1,2026-03-02 09:15,12,0,eur,true,,Live,pi,Paid,c,a@example.org,,\n", asked=fail)
    sent(SQUARE + "2026-03-02,9:00:00,London,$4.00,,T,P,Payment,C,Complete\n", asked=fail)


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("EDT", "America/New_York"),
        ("America/Chicago", "America/Chicago"),
        ("Arizona", "America/Phoenix"),
        ("Poland", None),
        ("Mars/Olympus", None),
        ("metadata", None),
        ("", None),
    ],
)
def test_a_text_names_a_zone_or_none(text: str, zone: str | None) -> None:
    assert zones.named(text) == (None if zone is None else ZoneInfo(zone))


@pytest.mark.parametrize("text", ["UTC+2", "GMT+02:00", "+0200", "+02:00", "utc +2"])
def test_an_offset_is_a_zone(text: str) -> None:
    zone = zones.named(text)
    assert zone is not None
    assert datetime(2026, 3, 2, tzinfo=zone).utcoffset() == datetime(2026, 7, 2, tzinfo=zone).utcoffset()
    assert seconds(2026, 3, 2, 12, zone=zone) == seconds(2026, 3, 2, 10)


# ── names, persons, amounts ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Publisher,Caller ID,Call Date,Revenue\nP,+12125550101,03/02/2026 09:00:00 AM,$7.00\n", "LEAD"),
        (
            (
                "Created,Name,Email address,Form,Channel,Stage,Phone number (recommended),Amount\n"
                '"03/25/2026, 21:35",Ann,,F,,Intake,+12125550101,7\n'
            ),
            "LEAD",
        ),
        ("Deal stage,Deal amount,Contact Email,Close date\nClosed Won,7,a@example.org,2026-03-02\n", "PURCHASE"),
        (
            (
                "id,Created date (UTC),Amount,Fee,Statement Descriptor,Status,Currency,Customer Email\n"
                'ch_1,2026-03-02 09:00:00,"7,00","0,50",SHOP,Paid,eur,a@example.org\n'
            ),
            "PURCHASE",
        ),
    ],
)
def test_an_export_with_few_of_its_columns_is_known_too(text: str, name: str) -> None:
    (made,) = conversions(text)
    assert made["event_name"] == name
    assert number_in(made["custom_data"]["value"], 2) == 7


def test_a_won_deal_of_hubspot_is_a_purchase_of_the_contact_in_brackets() -> None:
    text = (
        "Record ID,Deal Name,Deal Stage,Close Date,Amount,Associated Contact\n"
        '7,Roof,Closed Won (Sales Pipeline),2026-03-02T09:00Z,50,"Ann Lee (ann@example.org);Bo (bo@example.org)"\n'
    )
    (made,) = conversions(text, currency="USD")
    assert (made["event_name"], made["event_id"], made["user_data"]) == ("PURCHASE", "7", {"em": "ann@example.org"})


def test_the_senders_own_default_and_the_rows_own_name_come_before_the_exports() -> None:
    row = "#2,a@example.org,paid,2026-03-02 08:00:00 +0000,EUR,3,,1,Cup,3,C,,,,,,5,web,"
    assert conversions(SHOPIFY + row, event_names={"default": "SUBSCRIBE"})[0]["event_name"] == "SUBSCRIBE"
    own = SHOPIFY.replace(",Phone", ",Event") + row + "LEAD"
    assert conversions(own)[0]["event_name"] == "LEAD"


def test_subscriptions_of_stripe_are_told_apart_from_purchases() -> None:
    row = "ch_1,2026-03-02 09:15,12,0,eur,true,Subscription {},Live,pi,Paid,c,a@example.org,,\n"
    text = STRIPE + row.format("creation") + row.format("update")
    assert [one["event_name"] for one in conversions(text)] == ["SUBSCRIBE", "SUBSCRIPTION_RENEWAL"]


def test_dollars_of_a_platform_without_a_currency_are_told() -> None:
    row = "C,P,03/02/2026 09:00:00 AM,+12125550101,00:01:00,Yes,Yes,No,$5.00,RGB1\n"
    posting = posted(RINGBA + row * 2)
    assert posting.conversions[0]["custom_data"]["currency"] == "USD"
    said = [text for field, text in posting.warnings if field == "custom_data.currency"]
    assert len(said) == 1
    assert "USD was taken" in said[0]
    assert conversions(RINGBA + row, currency="CAD")[0]["custom_data"]["currency"] == "CAD"


def test_a_column_that_the_caller_maps_counts_before_the_exports() -> None:
    text = SHOPIFY + "#2,a@example.org,paid,2026-03-02 08:00:00 +0000,EUR,3,,1,Cup,3,C,,,,,1.00,5,web,"
    read = delimited.rows(io.StringIO(text), mapping={"Name": "event_id", "Lineitem price": "value"})
    (row,) = read
    assert row.conversion is not None
    assert (row.conversion["event_id"], row.conversion["custom_data"]["value"]) == ("#2", "3")


def test_items_of_metas_template_have_ids_of_their_own() -> None:
    header = "email,fn,event_time,event_name,value,currency,order_id,item_number\n"
    text = header + "a@example.org,Ann,1772442900,Purchase,{},USD,88,{}\n"
    one, other = (conversions(text.format(*values))[0]["event_id"] for values in ((5, ""), (6, "2")))
    assert (one, other) == ("88", "88-2")


def test_what_a_known_export_has_besides_is_told_in_one_warning() -> None:
    row = "C,P,03/02/2026 09:00:00 AM,+12125550101,00:01:00,Yes,Yes,No,5.00 USD,RGB1\n"
    assert posted(RINGBA + row).warnings == [
        ("header", "is that of Ringba's call log: each row is read as this platform means it")
    ]
