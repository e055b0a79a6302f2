"""The time of a conversion, in every unit and notation that senders use."""

from typing import Any

import pytest

from pipeline.values.faults import Fault
from pipeline.values.moments import Habits, zone_of
from pipeline.values.timestamps import epoch_seconds, with_habits

HOUR = 3_600  # as far in the future as Roku takes
NOW = 1_767_225_600  # 2026-01-01T00:00:00Z
THEN = 1_621_436_800  # of Roku's example: 2021-05-19T15:06:40Z
Y2000 = 946_684_800


@pytest.mark.parametrize(
    "value",
    [
        THEN,
        float(THEN),
        THEN + 0.999,
        str(THEN),
        f" {THEN}\n",
        f"{THEN}.25",
        THEN * 1_000,
        THEN * 1_000 + 999,
        str(THEN * 1_000),
        THEN * 1_000_000 + 999_999,
        THEN * 1_000_000_000,
        str(THEN * 1_000_000_000 + 999_999_999),
    ],
)
def test_the_unit_of_a_number_is_seen_by_its_magnitude(value: Any) -> None:
    assert epoch_seconds(value, NOW, HOUR) == (THEN, None)


@pytest.mark.parametrize(
    "value",
    [
        "2021-05-19T15:06:40Z",
        "2021-05-19t15:06:40z",
        "2021-05-19T15:06:40.999Z",
        "2021-05-19T15:06:40.123456789Z",
        "2021-05-19 15:06:40+00:00",
        "2021-05-19T10:06:40-05:00",
        "2021-05-19T20:36:40+0530",
        "20210519T150640Z",
        " 2021-05-19T15:06:40Z ",
    ],
)
def test_iso_8601_with_a_zone_is_exact(value: str) -> None:
    assert epoch_seconds(value, NOW, HOUR) == (THEN, None)


@pytest.mark.parametrize("value", ["2021-05-19 15:06:40", "2021-05-19T15:06:40", "2021-05-19T15:06:40.5"])
def test_iso_8601_without_a_zone_is_utc_with_a_warning(value: str) -> None:
    seconds, warning = epoch_seconds(value, NOW, HOUR)
    assert seconds == THEN
    assert warning is not None
    assert "UTC" in warning


def test_a_date_alone_is_its_midnight_in_utc() -> None:
    assert epoch_seconds("2021-05-19", NOW, HOUR)[0] == THEN - (15 * 3_600 + 6 * 60 + 40)


@pytest.mark.parametrize("unit", [1, 1_000, 1_000_000, 1_000_000_000])
def test_an_hour_ahead_is_a_clock_that_is_wrong_more_is_an_error(unit: int) -> None:
    assert epoch_seconds((NOW + 3_600) * unit, NOW, HOUR) == (NOW + 3_600, None)
    with pytest.raises(Fault, match="future"):
        epoch_seconds((NOW + 3_601) * unit, NOW, HOUR)


def test_a_local_time_with_a_z_is_told_about_the_zone() -> None:
    with pytest.raises(Fault, match="time zone"):
        epoch_seconds("2026-01-01T05:30:00Z", NOW, HOUR)


@pytest.mark.parametrize("unit", [1, 1_000, 1_000_000, 1_000_000_000])
def test_no_conversion_is_older_than_the_year_2000(unit: int) -> None:
    assert epoch_seconds(Y2000 * unit, NOW, HOUR) == (Y2000, None)
    with pytest.raises(Fault, match="2000"):
        epoch_seconds(Y2000 * unit - 1, NOW, HOUR)


@pytest.mark.parametrize(
    "value",
    [0, -1, -THEN, 20210519, "20210519", 120, "0", 0.5, "1999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", -1e300],
)
def test_a_duration_a_date_or_a_zero_is_no_time(value: Any) -> None:
    with pytest.raises(Fault, match="2000"):
        epoch_seconds(value, NOW, HOUR)


@pytest.mark.parametrize(
    "value",
    [
        *("yesterday", "2021-05-19T15:06:40 PM", "05/06/2021", "2021-13-01", "1e9", "0x60a5"),
        *(True, False, [THEN], {"seconds": THEN}, None),
        *(10**20, 10**400, "9" * 21, "9" * 5_000, float("inf"), float("-inf"), float("nan"), 1e300),
        *("9999-12-31T23:59:59-14:00", "", "+", "1" * 1_000_000),
    ],
)
def test_anything_else_is_an_error(value: Any) -> None:
    with pytest.raises(Fault):
        epoch_seconds(value, NOW, HOUR)


@pytest.mark.parametrize(
    ("text", "habits", "read"),
    [
        ("03/04/2021 15:06", Habits(zone_of("America/New_York"), "mdy"), 1_614_888_360),
        ("03/04/2021 15:06", Habits(zone_of("+01:00"), "dmy"), 1_617_458_760),
        ("2021-03-04 15:06 UTC", Habits(zone_of("Asia/Tokyo"), "mdy"), 1_614_870_360),
        ("03/04/2021 15:06", Habits(None, "dmy"), "2021-04-03T15:06:00"),  # the destination tells about the zone
        ("03/04/2021 15:06", Habits(zone_of("UTC")), "03/04/2021 15:06"),  # and of the order
        ("1614870360", Habits(zone_of("UTC"), "dmy"), "1614870360"),
        ("n/a", Habits(zone_of("UTC"), "dmy"), "n/a"),
        (1_614_870_360, Habits(zone_of("UTC"), "dmy"), 1_614_870_360),
        ("2021-03-04 15:06", Habits(), "2021-03-04 15:06"),
    ],
)
def test_the_senders_habits_decide_what_a_time_leaves_open(text: object, habits: Habits, read: object) -> None:
    assert with_habits({"event_time": text, "a": 1}, habits) == {"event_time": read, "a": 1}


@pytest.mark.parametrize(("order", "day"), [("dmy", "1990-06-05"), ("mdy", "1990-05-06"), (None, "05/06/1990")])
def test_the_order_of_a_senders_dates_is_that_of_birth_dates_too(order: Any, day: str) -> None:
    posted = {"event_time": NOW, "user_data": {"db": "05/06/1990"}}
    assert with_habits(posted, Habits(order=order))["user_data"]["db"] == day
    assert posted["user_data"] == {"db": "05/06/1990"}


@pytest.mark.parametrize("born", ["1990-06-05", "%BIRTHDAY%", None, 7])
def test_a_birth_date_that_needs_no_order_stays_what_it_is(born: Any) -> None:
    assert with_habits({"user_data": {"db": born}}, Habits(order="dmy"))["user_data"]["db"] == born
