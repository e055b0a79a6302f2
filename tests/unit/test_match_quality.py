"""What the log line of a post says of its quality, and what `relay report` and `relay doctor` make of such lines."""

import ast
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from unittest.mock import Mock

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from pipeline.contract.destination import Prepared
from pipeline.contract.matching import counted
from pipeline.intake import quality
from pipeline.intake.received import Received
from pipeline.values.words import Word
from relay.deployment import Deployment
from relay.doctor import match_checks
from relay.senders import sender_lines, senders_report
from relay.senders.shares import Share, shares
from tests.unit import rokt_conversions
from tests.unit.conversions import DEVICE, conversion, outcome
from tests.unit.test_words import CALLS, named

START, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)


def _kinds(made: object) -> set[str]:
    assert isinstance(made, Prepared), made
    return set(counted([made.kinds]))


# --- what an event has ------------------------------------------------------------------------------------------------

SEEN = {"client_ip_address": "203.0.113.9", "client_user_agent": "Mozilla/5.0 (X11)"}
DIGEST = "0" * 63 + "1"


@pytest.mark.parametrize(
    ("user", "custom", "kinds"),
    [
        ({"em": "jane@example.com"}, {}, {"em", "person"}),
        ({"em": DIGEST}, {}, {"em", "person"}),
        ({"ph": "+12125550123"}, {}, {"ph", "person"}),
        ({"aID": DEVICE}, {}, {"device_id", "person"}),
        (SEEN, {}, {"ip_agent"}),
        ({"client_ip_address": "203.0.113.9"}, {}, set()),
        (SEEN | {"external_id": "cust-1"}, {}, {"ip_agent", "external_id"}),
        (SEEN, {"value": 25, "currency": "USD"}, {"ip_agent", "value", "currency"}),
        (SEEN, {"value": 0, "currency": "USD"}, {"ip_agent", "value", "currency"}),
        # What is dropped is not there: a withheld number, an amount in a currency that nobody knows.
        (SEEN | {"ph": "anonymous"}, {"value": 25, "currency": "XXQ"}, {"ip_agent"}),
    ],
)
def test_kinds_of_data_that_roku_gets(user: dict[str, Any], custom: dict[str, Any], kinds: set[str]) -> None:
    assert _kinds(outcome(conversion(user_data=user, custom_data=custom))) == kinds


@pytest.mark.parametrize(
    ("fields", "kinds"),
    [
        ({"user_data": {"em": "jane@example.com"}}, {"em", "person"}),
        ({"user_data": {"external_id": "cust-1"}}, {"external_id", "person"}),  # Rokt knows customers by it
        ({"user_data": {"aID": DEVICE}}, {"device_id", "person"}),
        ({"user_data": SEEN}, {"ip_agent"}),
        ({"user_data": SEEN | {"ph": "+12125550123"}}, {"ip_agent", "ph"}),  # an attribute, no identity
        ({"user_data": {}, "rtid": "0123456789abcdef"}, {"person"}),
        ({"user_data": SEEN, "custom_data": {"value": 25, "currency": "USD"}}, {"ip_agent", "value", "currency"}),
    ],
)
def test_kinds_of_data_that_rokt_gets(fields: dict[str, Any], kinds: set[str]) -> None:
    assert _kinds(rokt_conversions.outcome(rokt_conversions.conversion(**fields))) == kinds


def test_of_a_post_the_queued_conversions_are_counted_by_kind() -> None:
    received = Received("g", 4, [{}] * 4)
    users: list[dict[str, Any]] = [{"em": "a@example.com"}, {"em": "b@example.com"}, {"ph": "+12125550123"}, SEEN]
    for index, user in enumerate(users):
        made = outcome(conversion(user_data=user))
        assert isinstance(made, Prepared)
        received.events[index] = made
    received.not_queued.add(1)
    assert quality.kinds(received) == {"em": 1, "ph": 1, "ip_agent": 1, "person": 2}


# --- what was dropped or changed --------------------------------------------------------------------------------------


def _warned(*warnings: tuple[str, str, int]) -> str:
    received = Received("g", 1, [{}])
    received.warnings = [{"field": name, "warning": text, "count": count} for name, text, count in warnings]
    return quality.warned(received)


def test_warnings_are_told_by_field_fate_and_reason_the_commonest_first() -> None:
    text = "dropped: has no country code: write it as +15550100123"
    assert _warned(
        ("user_data.em", "holds several addresses, of which the first was taken", 2),
        ("user_data.ph", text, 3),
        ("user_data.ph", text + ", or set another", 4),
        ("custom_data.value", "is missing: send value and currency with every PURCHASE", 1),
    ) == (
        "user_data.ph: dropped: no country code: 7; user_data.em: changed: several values: 2;"
        " custom_data.value: missing: missing: 1"
    )
    assert _warned() == ""


def test_fields_and_texts_of_a_sender_are_not_told() -> None:
    said = _warned(
        ("user_data.Jane", "dropped: is not a known field", 1),
        ("event_source", '"Jane Doe 5550100" is not supported; it was sent as other', 1),
        ("", "further warnings were left out", 9),
    )
    assert said.split("; ") == [
        "unknown_field: changed: read with care: 9",
        "event_source: changed: unknown value: 1",
        "unknown_field: dropped: unknown field: 1",
    ]


@pytest.mark.parametrize(
    ("text", "what", "why"),
    [
        (
            "dropped: holds a program's word for nothing (undefined, null): fill the id in",
            "dropped",
            "word for nothing",
        ),
        ("is a program's, not a visitor's: send the agent of the visitor's browser", "changed", "a program's"),
        ("dropped: lost digits in scientific notation: keep the column as text", "dropped", "not an id"),
    ],
)
def test_texts_that_are_alike_have_classes_of_their_own(text: str, what: str, why: str) -> None:
    assert _warned(("user_data.external_id", text, 1)) == f"user_data.external_id: {what}: {why}: 1"


@given(st.text())
def test_no_letter_of_a_text_is_in_its_class(text: str) -> None:
    found = quality._class_of(f"{text}jane.canary{text}")
    assert all(type(word) is Word and "canary" not in word for word in found)


def test_reasons_for_which_a_persons_data_is_dropped_have_a_class_of_their_own() -> None:
    names = ("phone", "phone_texts", "hashing", "persons", "mailboxes", "births")
    files = {f"pipeline/values/{name}.py" for name in names}
    texts = [
        str(call.args[0].value)
        for path, call in CALLS
        if path in files and named(call) in ("Fault", "append") and isinstance(call.args[0], ast.Constant)
    ]
    assert len(texts) > 8
    unclassed = [text for text in texts if quality._class_of("dropped: " + text)[1] == "not usable"]
    # Of these the field alone says enough.
    assert [text for text in unclassed if "date" not in text and "male" not in text and "a name" not in text] == []


def test_of_many_reasons_the_commonest_are_told_and_how_many_conversions_have_others() -> None:
    said = _warned(*((f"user_data.{name}", "dropped: is too long", 1) for name in "em ph fn ln ge db ct st zp".split()),
                   *((f"custom_data.{name}", "dropped: is too long", 1) for name in "value currency".split()),
                   *((name, text, 1) for name in ("event_time", "referrer_url", "event_source_url", "opt_out")
                     for text in ("dropped: x", "x", "dropped: is too long", "is too long", "dropped: refund")),
                   ("body", "x", 2))  # fmt: skip
    told = said.split("; ")
    assert (told[0], len(told), told[-1]) == ("body: changed: read with care: 2", 31, "2 more")


# --- the lines, added up ----------------------------------------------------------------------------------------------

LINE = {
    "sender": "shop",
    "destination": "roku",
    "Accepted": [2.0],
    "Invalid": [1.0],
    "Refused": [1.0],
    "em": 2,
    "person": 2,
    "invalid": "event_time, user_data.ph",
    "refused_by": "us_privacy",
    "warned": "user_data.ph: dropped: no country code: 2",
}


def _deployment(logs: Mock, *, local: bool = False) -> Deployment:
    return Deployment("ads", "", START, {}, {}, local, None, clients={"logs": logs})


def _cells(**values: Any) -> list[dict[str, str]]:
    return [{"field": name, "value": str(value)} for name, value in values.items()]


def _insights(*answers: Mapping[str, Any]) -> Mock:
    logs = Mock()
    logs.start_query.return_value = {"queryId": "q"}
    logs.get_query_results.side_effect = answers
    return logs


def test_one_query_adds_up_all_lines_of_the_window() -> None:
    words = {name: LINE[name] for name in ("sender", "destination", "invalid", "refused_by", "warned")}
    row = _cells(**words, posts=3, Accepted="6.0", Invalid="3", Refused=3, em=6, person=6)
    logs = _insights({"status": "Running"}, {"status": "Complete", "results": [row, _cells(posts=1)]})
    waited: list[float] = []
    rows, whole = sender_lines.rows(_deployment(logs), START, END, waited.append)
    assert (whole, len(waited), logs.start_query.call_count) == (True, 1, 1)
    asked = logs.start_query.call_args.kwargs
    assert asked["logGroupName"] == "/aws/lambda/ads-ingest"
    assert asked["endTime"] - asked["startTime"] == 86_400  # seconds
    (share,) = shares(rows)
    assert (share.received, share.accepted, share.invalid, share.refused) == (9, 6, 3, 3)
    assert share.warned == {("user_data.ph", "dropped", "no country code"): 6}


def test_insights_is_asked_for_each_number_as_the_lines_have_it() -> None:
    assert "sum(`Accepted.0`) as Accepted" in sender_lines.QUERY  # a metric is a list
    assert "sum(`em`) as em" in sender_lines.QUERY
    assert sender_lines.QUERY.endswith("limit 10000")  # the most that an answer has


@pytest.mark.parametrize("status", ["Failed", "Timeout", "Running"])
def test_a_query_that_does_not_end_well_is_said_to_be_a_part(status: str) -> None:
    logs = _insights(*[{"status": status, "results": []}] * 200)
    assert sender_lines.rows(_deployment(logs), START, END, lambda _: None) == ([], False)


def test_the_local_stacks_lines_say_the_same() -> None:
    logs = Mock()
    others = ["START RequestId", json.dumps({"message": "answered"}), json.dumps([1])]
    events = [{"message": text} for text in (json.dumps(LINE), *others, json.dumps(LINE))]
    logs.get_paginator.return_value.paginate.return_value = [{"events": events}]
    rows, whole = sender_lines.rows(_deployment(logs, local=True), START, END)
    (share,) = shares(rows)
    assert whole
    assert share.told() == {
        "sender": "shop",
        "received": 6,
        "refused": 2,
        "share": 0.3333,
        "signals": ["us_privacy"],
        "accepted": 4,
        "invalid": 2,
        "invalid_fields": ["event_time", "user_data.ph"],
        "has": {
            name: {"events": 4, "share": 1.0} if name in ("em", "person") else {"events": 0, "share": 0.0}
            for name in "em ph ip_agent device_id external_id value currency person".split()
        },
        "warned": [{"field": "user_data.ph", "what": "dropped", "why": "no country code", "events": 4}],
    }


def test_a_stack_without_a_log_has_no_senders_and_a_right_that_lacks_is_said() -> None:
    def refused(name: str) -> Mock:
        logs = Mock()
        logs.start_query.side_effect = ClientError({"Error": {"Code": name}}, "StartQuery")
        return logs

    assert senders_report.senders_of(_deployment(refused("ResourceNotFoundException")), START, END) == ([], [])
    none, (note,) = senders_report.senders_of(_deployment(refused("AccessDeniedException")), START, END)
    assert not none
    assert "may not call StartQuery" in note


# --- whose conversions hardly match -----------------------------------------------------------------------------------


def _share(accepted: int = 100, invalid: int = 0, faults: str = "", warned: str = "", **kinds: int) -> Share:
    line = {"sender": "shop", "destination": "roku", "Accepted": accepted, "Invalid": invalid, "invalid": faults}
    row = sender_lines.row_of({**line, "warned": warned, **kinds})
    assert row is not None
    (share,) = shares([row])
    return share


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (_share(person=50), []),
        (_share(person=49, em=40, ph=9), ["shop to roku: 49% of 100 conversions", "e-mail 40%, phone 9%"]),
        (_share(accepted=19), []),  # too few to say
        (_share(person=100, warned="user_data.ph: dropped: no country code: 10"),
         ["user_data.ph is dropped in 10 of 100", "no country code", "set country in its entry"]),
        (_share(person=100, warned="user_data.ph: dropped: no country code: 9"), []),
        (_share(person=100, warned="event_time: changed: no time zone: 100"), []),  # nothing is lost
        (_share(person=100, warned="custom_data.value: missing: missing: 60"),
         ["custom_data.value is missing in 60", "every purchase needs value and currency"]),
        (_share(accepted=0, invalid=30, faults="user_data.ph"),
         ["30 of 30 conversions are invalid, for user_data.ph"]),
    ],
)  # fmt: skip
def test_the_sender_whose_conversions_hardly_match_is_named_with_the_fix(share: Share, words: list[str]) -> None:
    found = match_checks.findings([share])
    assert [one.level for one in found] == (["warning"] if words else ["ok"])
    assert [word for word in words if word not in found[0].told()] == []


def test_every_reason_with_advice_is_one_that_is_told() -> None:
    told = {str(word) for _, word in quality._WHY} | {str(quality.MISSING)}
    assert set(match_checks._FIXES) <= told
