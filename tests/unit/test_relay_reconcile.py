"""`relay reconcile`: twenty and more planted differences, each found and named with its cause; what Roku attributed."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from unittest.mock import Mock, patch

import pytest

from pipeline.contract.fingerprints import make
from pipeline.delivery import door_items
from pipeline.intake import door
from pipeline.intake.door import Ended
from pipeline.values.words import Word
from relay import ledger_table
from relay.deployment import Deployment, Destination
from relay.errors import Trouble
from relay.events import ledger_items, posts
from relay.files.inputs import Reading
from relay.orders import differences, order_days, order_entries, order_worlds, orders, reconcile, roku_report
from relay.orders.differences import Kind, World
from relay.orders.order_entries import Entry
from relay.orders.orders import Order
from relay.orders.roku_report import Counted, Delivered
from relay.printing import Out

NOW = 1_767_312_000  # 2026-01-02T00:00:00Z
AT = NOW - 3_600
KEY = b"fingerprint-key"
NAMES = {one.name: one for one in vars(differences).values() if isinstance(one, differences.Cause)}


def digest(value: float) -> str:
    """What the table keeps of an amount."""
    return make({"value": str(value + 0.0)}, KEY).partition(":")[2]


def _paid(value: float | None = 25.0, currency: str | None = "USD") -> str:
    said = {"em": "a", "value": None if value is None else str(value), "currency": currency}
    return make({name: text for name, text in said.items() if text}, KEY)


def _item(outcome: str, place: str = "g#PURCHASE", to: str = "roku", **fields: Any) -> dict[str, Any]:
    """An item of the table, as it is written."""
    said = {"event_id": "x", "what": f"{outcome}#{to}#{place}", **fields}
    numbers = {"at": {"N": str(fields.get("at", AT))}, "expires": {"N": str(NOW + 86_400)}}
    return {name: {"S": str(value)} for name, value in said.items() if name != "at"} | numbers


DELIVERED = _item("delivered", fingerprint=_paid())


def _letter(reason: str, *, twice: bool = False) -> Entry:
    return Entry("letter", ("roku",), "g", "PURCHASE", AT, reason, counted_twice=twice)


# What the shop has (beside an id, a PURCHASE of 25 USD), what the relay has, and the cause that must be named.
PLANTED: list[tuple[str, dict[str, Any], Sequence[dict[str, Any] | Entry], str]] = [
    ("never posted", {}, [], "never posted"),
    ("invalid", {}, [_item("invalid", "g#0", fields="user_data", reason="no usable identifier")], "invalid"),
    ("ignored", {}, [_item("ignored", "g#3", reason="test_order")], "ignored"),
    ("withheld", {}, [_item("withheld", "g#0", to="roku,rokt", reason="an audience update")], "withheld"),
    ("opted out", {}, [_item("withheld", "g#0", reason="refused", refused_by="tcf")], "opted out"),
    ("not queued", {}, [_item("not queued", "g#0", reason="the queue did not take it")], "not queued"),
    ("a dead letter", {}, [_item("rejected", reason="too old"), _letter("too old")], "dead letter"),
    ("refused", {}, [_item("rejected", reason="value: too high", status="400")], "refused"),
    ("answer lost", {}, [_item("unread", windows="1")], "answer lost"),
    ("dead, perhaps counted", {}, [_letter("may have been counted twice: 200", twice=True)], "may be counted twice"),
    ("in two groups", {}, [DELIVERED, _item("delivered", "h#PURCHASE", fingerprint=_paid())], "in two event groups"),
    ("as a lead", {}, [_item("delivered", "g#LEAD", fingerprint=_paid())], "posted under another name"),
    ("cents", {}, [_item("delivered", fingerprint=_paid(2500.0))], "amount in minor units"),
    ("hundredths", {"value": "2500"}, [DELIVERED], "amount in minor units"),
    ("rounded", {"value": "25.90"}, [DELIVERED], "amount without its cents"),
    ("another amount", {"value": "31.50"}, [DELIVERED], "another amount"),
    ("euros", {}, [_item("delivered", fingerprint=_paid(currency="EUR"))], "another currency"),
    ("no currency", {}, [_item("delivered", fingerprint=_paid(currency=None))], "posted without a currency"),
    ("no amount", {}, [_item("delivered", fingerprint=_paid(None, None))], "posted without an amount"),
    ("refunded", {"status": "refunded"}, [DELIVERED], "refunded or cancelled since"),
    ("cancelled", {"status": "cancelled"}, [DELIVERED], "refunded or cancelled since"),
    ("long ago", {"time": NOW - 9 * 86_400}, [], "too long ago to know"),
    ("without an id", {"id": "undefined"}, [], "row without an id"),
    ("no time of a clock", {"time": "soon"}, [], "row cannot be read"),
    ("to Rokt alone", {}, [_item("delivered", to="rokt", fingerprint=_paid())], "never posted"),
]  # fmt: skip
SOUND: list[tuple[dict[str, Any], Sequence[dict[str, Any]]]] = [
    ({}, [DELIVERED]),
    ({}, [DELIVERED, _item("invalid", "g#0", reason="missing", at=AT - 60)]),  # corrected and sent again
    ({}, [DELIVERED, _item("delivered", "g#LEAD")]),  # two names are two conversions
    ({"value": ""}, [DELIVERED]),  # nothing to compare
    ({"value": "-25"}, []),  # a refund is not a purchase, and was not posted
    ({}, [_item("delivered")]),  # an entry without a fingerprint
    ({"name": "Lead"}, [_item("delivered", "g#LEAD", fingerprint=_paid())]),
]


def _orders(rows: Sequence[Mapping[str, Any]], folder: Path) -> list[Order]:
    """The rows as a shop's file, read as the command reads it."""
    usual = {"time": AT, "value": "25.00", "currency": "USD", "name": "PURCHASE", "status": "paid"}
    lines = []
    for place, row in enumerate(rows):
        one = {"id": f"order-{place}", **usual, **row}
        custom = {"value": one["value"], "currency": one["currency"], "status": one["status"]}
        lines.append(
            {"event_id": one["id"], "event_name": one["name"], "event_time": one["time"], "custom_data": custom}
        )
    file = folder / "orders.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return list(orders.read(str(file), Reading(), "{}", NOW, lambda _: None))


def _entries(items: Sequence[dict[str, Any] | Entry]) -> list[Entry]:
    read = (one if isinstance(one, Entry) else order_entries.entry_of(one) for one in items)
    return [one for one in read if one is not None]


def _world(**changes: Any) -> World:
    return replace(World("roku", since=NOW - 7 * 86_400.0, digest=digest), **changes)


def _causes(found: Sequence[Order], kept: Mapping[str, Sequence[Entry]], world: World) -> dict[str, str]:
    return {one.order.event_id: one.cause.name for one in order_days.compare(found, kept, world, {}, UTC)}


def test_each_planted_difference_is_named_with_its_cause(tmp_path: Path) -> None:
    found = _orders([row for _, row, _, _ in PLANTED], tmp_path)
    kept = {order.event_id: _entries(items) for order, (_, _, items, _) in zip(found, PLANTED, strict=True)}
    told = list(order_days.compare(found, kept, _world(), {}, UTC))
    assert len(PLANTED) >= 20
    assert {PLANTED[one.order.line - 1][0]: one.cause.name for one in told} == {
        name: cause for name, *_, cause in PLANTED
    }
    assert all(one.cause.fix for one in told)


def test_an_order_that_is_at_the_relay_as_in_the_shop_is_no_difference(tmp_path: Path) -> None:
    found = _orders([row for row, _ in SOUND], tmp_path)
    kept = {order.event_id: _entries(items) for order, (_, items) in zip(found, SOUND, strict=True)}
    assert _causes(found, kept, _world()) == {}


def test_what_waits_is_not_called_never_posted_and_an_order_is_one_in_the_file(tmp_path: Path) -> None:
    found = _orders([{}, {"id": "order-0"}], tmp_path)
    told = list(order_days.compare(found, {}, _world(waiting=3), {}, UTC))
    assert [(one.order.line, one.cause.name) for one in told] == [(1, "may wait"), (2, "twice in the file")]
    assert _causes(found[:1], {}, _world(since=None)) == {"order-0": "not known"}


def test_an_id_that_posts_write_otherwise_is_found(tmp_path: Path) -> None:
    (order,) = _orders([{"id": "#1001"}], tmp_path)
    assert _causes([order], {"1001": _entries([DELIVERED])}, _world()) == {"#1001": "posted under another id"}
    file = tmp_path / "orders.jsonl"
    (formed,) = orders.read(str(file), Reading(), "shop-{}", NOW, lambda _: None)
    assert formed.event_id == "shop-#1001"


def test_the_sums_are_by_day_of_the_zone_event_and_destination(tmp_path: Path) -> None:
    found = _orders([{"time": NOW - 60}, {"time": NOW + 60}, {"time": NOW + 120, "value": "31.5"}], tmp_path)
    kept = {order.event_id: _entries([DELIVERED]) for order in found[1:]}
    days: dict[order_days.DayKey, order_days.Day] = {}
    list(order_days.compare(found, kept, _world(), days, UTC))
    first, second = days["2026-01-01", "PURCHASE", "roku"], days["2026-01-02", "PURCHASE", "roku"]
    assert (first.orders, first.delivered, first.kinds) == (1, 0, {Kind.MISSING: 1})
    assert (second.orders, second.delivered, second.value, second.kinds) == (2, 2, 56.5, {Kind.DIFFERS: 1})
    assert order_days.delivered_to("roku", days)["2026-01-02", "PURCHASE"] == Delivered(2, 56.5)


def test_without_the_key_amounts_are_not_compared(tmp_path: Path) -> None:
    (order,) = _orders([{"value": "31.50"}], tmp_path)
    assert _causes([order], {"order-0": _entries([DELIVERED])}, _world(digest=None)) == {}


def test_circuits_and_what_has_expired_are_no_entries() -> None:
    circuit = {"event_id": {"S": "circuit"}, "what": {"S": "circuit#roku#g"}, "expires": {"N": str(NOW * 2)}}
    old = DELIVERED | {"expires": {"N": "1"}}
    client = Mock()
    client.get_paginator.return_value.paginate.return_value = [{"Items": [circuit, old, DELIVERED]}]
    deployment = Deployment("ads", "", datetime.now(UTC), {}, {"LedgerTableName": "t"}, False, None)
    deployment.clients["dynamodb"] = client
    with patch.object(ledger_table, "now", lambda: NOW):
        assert [one.outcome for one in order_entries.kept(deployment, ["x"])["x"]] == ["delivered"]


# What came of the sender "shop" within the day after the order, and what must be said of the order.
AT_THE_DOOR: list[tuple[str, Sequence[Ended], float, str]] = [
    ("a post refused whole", [door.refused(400, "The body is not JSON.")], AT + 60, "from shop via events"),
    (
        "invalid without an id",
        [Ended(0, "", Word("invalid"), ("roku",), Word("em"), Word("missing"))],
        AT,
        "em: missing",
    ),
    ("the same at Rokt", [Ended(0, "", Word("invalid"), ("rokt",), Word("em"), Word("missing"))], AT, ""),
    ("a missed call", [Ended(0, "", Word("ignored"), ("roku",), reason=Word("too_short"))], AT, ""),
    ("another event's", [Ended(0, "other", Word("invalid"), ("roku",), Word("em"), Word("missing"))], AT, ""),
    ("before the order", [door.refused(400, "The body is not JSON.")], AT - 3_600, ""),
    ("days after the order", [door.refused(400, "The body is not JSON.")], AT + 2 * 86_400, ""),
]


@pytest.mark.parametrize(
    ("ended", "at", "words"), [one[1:] for one in AT_THE_DOOR], ids=[one[0] for one in AT_THE_DOOR]
)
def test_what_the_door_refused_without_an_id_may_have_been_the_order(
    tmp_path: Path, ended: Sequence[Ended], at: float, words: str
) -> None:
    post = door_items.items(door_items.Post("r-1", at, "shop", "events"), ended)[-1]
    with patch.object(posts, "items", return_value=[post]):
        nameless = order_entries.nameless(Mock(spec=Deployment))
    (order,) = _orders([{}], tmp_path)
    (told,) = order_days.compare([order], {}, _world(nameless=nameless), {}, UTC)
    assert told.cause.name == ("may have ended at the door" if words else "never posted")
    assert words in told.text


def test_orders_that_were_invalid_under_the_digest_of_their_id_are_found() -> None:
    kept = {door.safe_id("x" * 300): [_item("invalid", "g#0", reason="missing")]}
    deployment = Deployment("ads", "", datetime.now(UTC), {}, {"LedgerTableName": "t"}, False, Mock())
    deployment.clients["dynamodb"] = Mock()
    with (
        patch.object(ledger_items, "items", lambda _, event_id: kept.get(event_id, [])),
        patch.object(ledger_table, "now", lambda: NOW),
    ):
        (entry,) = order_entries.kept(deployment, ["x" * 300])["x" * 300]
    assert (entry.outcome, entry.reason) == ("invalid", "missing")


# --- what Roku attributed ---------------------------------------------------------------------------------------------

REPORT = """\ufeffaccount_name,activity_name,date,actions,total_unique_actions,order_value
"Shop, Inc.",Purchase,01/01/2026,"1,200",900,"$30,000.00"
"Shop, Inc.",Sign Up,2026-01-01,3,3,
Total,,,"1,203",,
"""


def _lines(text: str) -> Iterator[str]:
    return iter(text.splitlines(keepends=True))


def test_a_report_is_read_by_its_titles_in_both_notations() -> None:
    counted, notes = roku_report.read(_lines(REPORT))
    assert counted == {
        ("2026-01-01", "PURCHASE"): Counted(1_200, 30_000.0),
        ("2026-01-01", "SIGN_UP"): Counted(3, 0.0),
    }
    assert notes == ["1 rows of the report have no day or no name, such as a total: left out"]


@pytest.mark.parametrize("title", ["date,actions", "activity_name,actions"])
def test_a_report_without_a_day_or_a_name_cannot_be_compared(title: str) -> None:
    with pytest.raises(Trouble, match="make it with the dimensions date and activity_name"):
        roku_report.read(_lines(title + "\n"))


@pytest.mark.parametrize(
    ("delivered", "counted", "word"),
    [
        (Delivered(100, 2_500.0), Counted(20, 500.0), None),  # fewer are attributed, as they should be
        (Delivered(100, 2_500.0), Counted(101, 2_525.0), "a pixel or a partner"),
        (Delivered(100, 2_500.0), Counted(20, 50_000.0), "100 times the shop's"),
        (Delivered(100, 250_000.0), Counted(20, 500.0), "100 times less than the shop's"),
        (Delivered(100, 2_500.0), Counted(9, 22_500.0), None),  # nine actions may be one large basket
        (Delivered(100, 2_500.0), Counted(0), "none attributed"),
        (Delivered(0), Counted(5), "the file has none delivered"),
    ],
)
def test_what_can_be_said_of_attributed_actions(delivered: Delivered, counted: Counted, word: str | None) -> None:
    key = "2026-01-01", "PURCHASE"
    found = roku_report.compared({key: delivered}, {key: counted}, date(2026, 1, 10))
    assert [name for name, _ in found] == ([] if word is None else ["PURCHASE"])
    assert word is None or word in found[0][1]


def test_actions_that_ended_are_told_and_late_ones_are_waited_for() -> None:
    ours = {(f"2026-01-{day:02}", "LEAD"): Delivered(10) for day in range(1, 11)}
    theirs = {("2026-01-01", "LEAD"): Counted(1)}
    ((_, text),) = roku_report.compared(ours, theirs, date(2026, 1, 20))
    assert "attributed until 2026-01-01" in text
    assert roku_report.compared({("2026-01-10", "LEAD"): Delivered(10)}, {}, date(2026, 1, 10)) == []


@pytest.mark.parametrize(
    ("rows", "today", "words"),
    [
        ({}, 20, "the report has no row"),
        ({(8, "LEAD"): 4}, 20, "the report has 2026-01-08 to 2026-01-08, and it was delivered on 2026-01-10"),
        ({(12, "LEAD"): 4}, 20, "download one of that day"),
        # Its zone may put the conversion a day earlier, and two days are not complete.
        ({(9, "LEAD"): 4}, 11, "Roku's figures of 2026-01-10 are complete on 2026-01-12"),
        ({(1, "LEAD"): 4, (9, "SIGN_UP"): 4}, 20, "no LEAD of about 2026-01-10, the last one is of 2026-01-01"),
        ({(1, "LEAD"): 0, (9, "SIGN_UP"): 4}, 20, "no LEAD at all: is the name spelled so"),
        ({(9, "LEAD"): 1_000, (11, "LEAD"): 2, (12, "LEAD"): 5}, 20, "has 1,002 LEAD of about 2026-01-10"),
    ],
)
def test_where_to_look_if_a_report_lacks_an_event_that_roku_took(
    rows: dict[tuple[int, str], int], today: int, words: str
) -> None:
    counted = {(f"2026-01-{day:02}", name): Counted(actions) for (day, name), actions in rows.items()}
    assert words in roku_report.of_event(counted, "LEAD", date(2026, 1, 10), date(2026, 1, today))


def test_a_report_that_is_no_csv_in_utf_8_is_named(tmp_path: Path) -> None:
    path = tmp_path / "report.csv"
    path.write_bytes("date,activity_name\n01/01/2026,Lead \xe9\n".encode("latin-1"))
    with pytest.raises(Trouble, match=r"report\.csv: this is not a CSV in UTF-8"):
        roku_report.of_file(path)


# --- the command ------------------------------------------------------------------------------------------------------


def test_the_command_answers_with_orders_causes_and_what_roku_attributed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    orders_file, report = tmp_path / "orders.csv", tmp_path / "roku.csv"
    orders_file.write_text(
        "event_id,event_time,value,currency\na,2026-01-01T10:00:00Z,25,USD\nb,2026-01-01T10:00:00Z,9,USD\n"
    )
    report.write_text(REPORT, encoding="utf-8")
    deployment = Mock(spec=Deployment)
    deployment.destinations.return_value = [Destination("roku", "", "", "", "")]
    known = ({"a": _entries([DELIVERED])}, [_world(since=0.0)])
    with (
        patch.object(order_worlds, "known", return_value=known),
        patch.object(order_worlds, "digest_of", return_value=(digest, [])),
    ):
        code = reconcile.reconcile(deployment, Out(as_json=True), str(orders_file), report)
        told = json.loads(capsys.readouterr().out)
        reconcile.reconcile(deployment, Out(), str(orders_file), report)
    assert code == 1
    assert [(one["event_id"], one["cause"], one["line"]) for one in told["differences"]] == [("b", "never posted", 3)]
    assert told["days"][0] | {"day": "2026-01-01", "orders": 2, "delivered": 1, "missing": 1} == told["days"][0]
    assert told["roku"]["attributed"][0] == {
        "day": "2026-01-01", "event_name": "PURCHASE", "actions": 1_200, "order_value": 30_000.0,
    }  # fmt: skip
    said = capsys.readouterr()
    assert "never posted, 1 order" in said.out
    assert "attributed by Roku" in said.out
    assert "say neither which conversions arrived" in " ".join(said.err.split())
