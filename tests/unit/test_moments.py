"""Dates and times in the forms that the world writes: one moment, and a question where there are two."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.values.faults import Fault
from pipeline.values.moments import Habits, moment, zone_of

THEN = datetime(2026, 3, 9, 14, 5, 7, tzinfo=UTC)  # a Monday; in New York the first day of summer time has passed
NEW_YORK = zone_of("America/New_York")


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-09 14:05:07 UTC",  # BigQuery, Ruby
        "2026-03-09 14:05:07 +0000",
        "2026-03-09 14:05:07 +00:00",
        "2026-03-09T10:05:07-0400",
        "2026-03-09 10:05:07 -04",
        "2026-03-09T14:05:07.123456789Z",
        "2026-03-09T14:05:07,5Z",
        "2026/03/09 14:05:07 GMT",
        "Mon, 09 Mar 2026 14:05:07 GMT",  # RFC 9110
        "Monday, 09-Mar-26 14:05:07 GMT",
        "Mon Mar  9 14:05:07 UTC 2026",
        "Mon, 9 Mar 2026 10:05:07 -0400",  # RFC 5322
        "Mon, 9 Mar 2026 10:05:07 EDT",
        "Mon Mar 09 2026 10:05:07 GMT-0400 (Eastern Daylight Time)",  # JavaScript
        "2026-03-09 10:05:07 AM -04:00",
        "Mar 9, 2026 2:05:07 PM UTC",
        "March 9th, 2026 at 2:05:07 p.m. UTC",
        "9 March 2026 14:05:07 Z",
        "2026-03-09 10:05:07 America/New_York",
    ],
)
def test_a_text_that_says_its_zone_is_one_moment(text: str) -> None:
    when, said = moment(text, Habits(zone_of("Asia/Tokyo"), "dmy"))
    assert when.replace(microsecond=0) == THEN
    assert said


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("03/09/2026 10:05:07", "mdy"),
        ("09/03/2026 10:05:07", "dmy"),
        ("9.3.2026 10:05:07", "dmy"),
        ("3-9-26 10:05:07 am", "mdy"),
        ("2026-03-09 10:05:07", None),
        ("Mar 9 2026, 10:05:07 AM", None),
        ("20260309T100507", None),
    ],
)
def test_a_text_without_a_zone_is_of_the_senders(text: str, order: str | None) -> None:
    assert moment(text, Habits(NEW_YORK, order)) == (THEN, True)  # type: ignore[arg-type]
    when, said = moment(text, Habits(None, order))  # type: ignore[arg-type]
    assert (when, said) == (THEN.replace(hour=10), False)


@pytest.mark.parametrize(("text", "day"), [("31/12/2025", (12, 31)), ("12/31/2025", (12, 31)), ("5/5/2025", (5, 5))])
def test_a_day_that_can_be_only_one_needs_no_order(text: str, day: tuple[int, int]) -> None:
    when, _ = moment(text, Habits())
    assert (when.year, when.month, when.day) == (2025, *day)


@pytest.mark.parametrize("text", ["03/09/2026", "03/09/2026 10:05 AM", "3.9.26", "03-09-2026 10:05:07Z"])
def test_a_day_that_can_be_two_is_asked_about(text: str) -> None:
    with pytest.raises(Fault, match="date_order"):
        moment(text, Habits())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "2026-02-30",
        "2026-03-09 25:00",
        "13:00 PM",
        "2026-03-09 13:05 PM",
        "32/13/2026",
        "2026-03-09 10:05 XYZ",
        "Foo 9 2026",
        "2026-03-09 10:05 +99:00",
        "2026-03-09 10:05 Mars/Olympus",
        "1/2/3/4",
        "9" * 10000,
        "- -",
    ],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(Fault):
        moment(text, Habits())


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)),  # noqa: DTZ001 - the strategy adds the zone
    st.sampled_from([None, "mdy", "dmy"]),
)
def test_what_the_standard_library_writes_is_read(when: datetime, order: str | None) -> None:
    from email.utils import format_datetime

    whole = when.replace(microsecond=0, tzinfo=UTC)
    habits = Habits(NEW_YORK, order)  # type: ignore[arg-type]
    assert moment(format_datetime(whole, usegmt=True), habits) == (whole, True)
    assert moment(whole.isoformat(), habits) == (whole, True)
    assert moment(whole.strftime("%a %b %d %H:%M:%S UTC %Y"), habits) == (whole, True)


@given(st.text("0123456789-/.: TZamp+,", max_size=40))
def test_any_text_is_a_moment_or_a_fault(text: str) -> None:
    try:
        when, _ = moment(text, Habits(None, "mdy"))
    except Fault:
        return
    assert when.tzinfo is not None
