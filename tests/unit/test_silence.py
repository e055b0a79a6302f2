"""Who falls silent is noticed: the arithmetic of surprise, what is usual, what is remembered, what is told."""

from math import isclose, log
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.cost import Setting
from bench.watching import watching
from pipeline.silence import asking, falls, memory, telling
from pipeline.silence.chance import of_count, of_share
from pipeline.silence.falls import Fall
from pipeline.silence.rhythm import UNKNOWN, WEEK, Rhythm, rhythm
from pipeline.silence.stream import COUNT, GIVEN_UP, KEPT, Stream, Wrong
from pipeline.silence.telling import Told
from tests.silence import __main__ as simulation
from tests.silence import figures
from tests.silence.chances import poisson

FIRST = 480_000 - 480_000 % WEEK
DAYS_LEARNED = 28


def _steady(rate: float, days: int = DAYS_LEARNED, seed: str = "steady", **shares: float) -> Stream:
    random, stream = Random(seed), Stream(FIRST)
    for _ in range(days * 24):
        _add(stream, random, rate, **shares)
    return stream


def _add(stream: Stream, random: Random, rate: float, **shares: float) -> None:
    count = poisson(random, rate)
    stream.add({COUNT: count, **{kind: round(count * share) for kind, share in shares.items()}})


def _until_told(stream: Stream, rate: float, what: str = COUNT, hours: int = 400, **shares: float) -> int:
    random = Random("after")
    for hour in range(1, hours):
        _add(stream, random, rate, **shares)
        if any(one.what == what for one in stream.news()):
            return hour
    return hours


# --- chance -----------------------------------------------------------------------------------------------------------


def test_the_surprise_of_nothing_is_the_logarithm_of_its_chance() -> None:
    # Poisson: the chance of 0 where 9 are expected is e to the -9.
    assert isclose(of_count(0, 9, 1e-9), 9, rel_tol=1e-6)
    # Negative binomial with variance 9 + 0.25 * 81: shape 4, chance (1 + 9/4) to the -4.
    assert isclose(of_count(0, 9, 0.25), 4 * log(1 + 9 / 4))


def test_what_is_not_below_the_expectation_is_no_surprise() -> None:
    assert of_count(9, 9, 0.1) == of_count(20, 9, 0.1) == of_share(5, 10, 0.5, 0.01) == of_share(9, 10, 0.5, 0.01) == 0


def test_the_surprise_of_a_share_is_that_of_coins() -> None:
    # Ten heads where tails have 1/2: 2 to the -10.
    assert isclose(of_share(0, 10, 0.5, 0.0), 10 * log(2))


# --- what is usual ----------------------------------------------------------------------------------------------------


def test_nights_and_weekends_are_learned() -> None:
    random = Random("week")

    def rate(hour: int) -> float:
        working = (hour // 24) % 7 < 5 and 8 <= hour % 24 < 18
        return 40.0 if working else 2.0

    learned = rhythm([poisson(random, rate(FIRST + hour)) for hour in range(KEPT)], FIRST)
    assert learned is not None
    assert all(abs(learned.hours[hour] - rate(hour)) < 0.2 * rate(hour) + 2 for hour in range(WEEK))


def test_less_than_two_weeks_are_no_rhythm() -> None:
    assert rhythm([3] * (13 * 24), FIRST) is None
    assert rhythm([0] * (30 * 24), FIRST) is None
    assert rhythm([3] * (14 * 24), FIRST) is not None


def test_a_campaign_is_no_level() -> None:
    hours = [10] * (28 * 24)
    hours[24 * 20 : 24 * 23] = [50] * 72
    learned = rhythm(hours, FIRST)
    assert learned is not None
    assert 9 < sum(learned.hours) / WEEK < 12


def test_hours_of_which_nobody_knows_are_not_silent() -> None:
    hours = [10] * (28 * 24)
    hours[100:300] = [UNKNOWN] * 200
    learned = rhythm(hours, FIRST)
    assert learned is not None
    assert all(9 < rate < 11 for rate in learned.hours)
    assert falls.of_counts([*hours, *[UNKNOWN] * 48], FIRST + len(hours) + 48, learned) is None


# --- what falls -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("a_day", "most"),
    # A Poisson test that knows the rate needs 9 to 10 expected ones: 1.9 days of 5, 0.4 of 24, an hour of 2,400.
    [(5, 55), (24, 16), (240, 2), (2_400, 1)],
)
def test_silence_is_noticed(a_day: float, most: int) -> None:
    assert _until_told(_steady(a_day / 24), 0.0) <= most


def test_bad_days_make_falls_but_no_silence_so_a_fall_must_be_more_surprising() -> None:
    chance_alone = (1e-9,) * 8

    def seen(rate: int, last: list[int]) -> Fall | None:
        counts = [rate] * WEEK + last
        return falls.of_counts(counts, FIRST + len(counts), Rhythm((float(rate),) * WEEK, chance_alone))

    # Poisson: ten hours without the 1 that is expected in each have a surprise of 10, nine of 9.
    assert seen(1, [0] * 9) is None
    assert isclose((seen(1, [0] * 10) or Fall(0, 0, 0, 0)).surprise, 10, rel_tol=1e-6)
    # Hours of 8 in place of 16 have 8 + 8 log(1/2) each, 2.45: four of them 9.8, six of them 14.7.
    assert seen(16, [8] * 4) is None
    assert isclose((seen(16, [8] * 6) or Fall(0, 0, 0, 0)).surprise, 6 * (8 - 8 * log(2)), rel_tol=1e-6)


def test_a_fall_to_a_quarter_is_noticed_within_the_day_by_a_sender_of_a_thousand() -> None:
    assert _until_told(_steady(1_000 / 24), 250 / 24) <= 24


def test_e_mail_addresses_that_vanish_are_noticed_though_conversions_come() -> None:
    stream = _steady(10, em=0.9, value=1.0)
    assert _until_told(stream, 10, "em", em=0.0, value=1.0) <= 2
    assert list(stream.wrong) == ["em"]


def test_what_comes_as_usual_is_no_news() -> None:
    stream, random = _steady(3, em=0.5), Random("calm")
    for _ in range(14 * 24):
        _add(stream, random, 3, em=0.5)
        assert stream.news() == []


def test_a_nightly_file_is_a_rhythm_and_is_missed_within_two_days() -> None:
    stream, random = Stream(FIRST), Random("file")

    def day(count: int) -> list[str]:
        told, hour = [], random.choice((2, 2, 2, 3))
        for at in range(24):
            stream.add({COUNT: count if at == hour else 0})
            told += [one.what for one in stream.news()]
        return told

    for _ in range(DAYS_LEARNED):
        day(400 + random.randrange(200))
    assert [told for _ in range(14) if (told := day(400 + random.randrange(200)))] == []
    assert day(0) + day(0) == [COUNT]


def test_it_is_told_once_and_again_when_it_is_over() -> None:
    stream = _steady(10)
    _until_told(stream, 0.0)
    random, told = Random("over"), []
    for rate in (0.0, 10.0):
        for _ in range(48):
            _add(stream, random, rate)
            told += [(one.what, one.fall) for one in stream.news()]
    assert told == [(COUNT, None)]
    # The silent hours are no part of what is usual.
    assert UNKNOWN in stream.counts
    assert abs((stream.expected_a_day() or 0) - 240) < 24


def test_after_two_weeks_what_is_left_is_usual_and_of_nothing_nothing_is_remembered() -> None:
    stream = _steady(10)
    _until_told(stream, 0.0)
    for _ in range(GIVEN_UP + 48):
        stream.add({})
        stream.news()
    assert not stream.wrong
    assert stream.is_over


# --- what is remembered -----------------------------------------------------------------------------------------------


@settings(max_examples=30)
@given(st.lists(st.integers(UNKNOWN, 10**9), max_size=50))
def test_counts_come_back_as_they_were(counts: list[int]) -> None:
    assert memory.unpacked(memory.packed(counts)) == counts


def test_a_stream_comes_back_from_its_item() -> None:
    stream = _steady(2, days=2, em=0.5)
    stream.wrong["em"] = Wrong(FIRST + 3, 0.25)
    item = memory.item("Shop A", "PURCHASE", stream)
    assert memory.named(item) == ("Shop A", "PURCHASE")
    again = memory.stream(item)
    assert (again.first, again.counts, again.kinds, again.wrong) == (
        stream.first,
        stream.counts,
        stream.kinds,
        stream.wrong,
    )


def test_an_item_is_small() -> None:
    item = memory.item("shop", "PURCHASE", _steady(5_000 / 24, days=56, em=0.9, ph=0.5, value=1.0))
    assert sum(len(value["B"]) for value in item.values() if "B" in value) < 10_000


def test_eight_weeks_are_kept() -> None:
    stream = _steady(1, days=60)
    assert len(stream.counts) == KEPT
    assert stream.end == FIRST + 60 * 24


# --- what is asked ----------------------------------------------------------------------------------------------------

NAMES = ("PURCHASE", "LEAD")


def test_posts_of_one_name_and_of_several_are_added_up() -> None:
    rows = [
        {"hour": "2026-01-05 03:00:00.000", "sender": "a", "event_names": "PURCHASE", COUNT: "3", "em": "2"},
        {"hour": "2026-01-05 03:00:00.000", "sender": "a", "event_names": "LEAD, PURCHASE", COUNT: "5", "em": "4",
         "of_LEAD": "2", "of_PURCHASE": "3.0"},
    ]  # fmt: skip
    found = asking.counted(rows, NAMES)
    (hour,) = {hour for hours in found.values() for hour in hours}
    assert hour == 1_767_582_000 // 3_600
    assert {name: hours[hour][COUNT] for (_, name), hours in found.items()} == {"PURCHASE": 6, "LEAD": 2, "several": 5}
    assert {name: hours[hour].get("em", 0) for (_, name), hours in found.items()} == {
        "PURCHASE": 2,
        "LEAD": 0,
        "several": 4,
    }


# --- what is told -----------------------------------------------------------------------------------------------------


def test_the_message_names_the_sender_what_fell_and_the_verb() -> None:
    news = [Told("Shop Ü", "PURCHASE", COUNT, Fall(30, 0, 9.4, 9.4)), Told("b", "LEAD", "em", None)]
    assert telling.subject("ads", news) == "ads: fewer conversions than usual from Shop ?"
    said = telling.text("ads", news)
    assert said.startswith("Shop Ü, PURCHASE: 0 conversions in the last 30 hours, where 9.4 are usual.\n")
    assert "b, LEAD: conversions with an e-mail address come as usual again." in said
    assert "relay silence --stack ads" in said
    assert len(telling.subject("s" * 128, news)) == 100


# --- the simulation, small --------------------------------------------------------------------------------------------


def test_few_shops_are_alarmed_wrongly_and_silence_is_noticed_soon() -> None:
    shops = [simulation.seen("small", number) for number in range(2)]
    # At 0.1 a month each, three or more alarms of two shops have a chance of 1 in 1,000.
    assert sum(len(shop.alarms) for shop in shops) <= 2
    assert all((shop.delays["silence"] or 999) <= 24 * 24 / shop.failing * 12 + 3 for shop in shops)
    assert any("silence" in line for line in figures.table(shops))


def test_the_check_costs_at_most_a_dollar_a_month_at_100_000_a_day() -> None:
    month = watching(100_000, 40, Setting())
    assert 0.5 < sum(month.values()) <= 1.0
    # 100,000 lines of some 800 bytes a day are 2.4 GB a month, of which each is searched once for $0.005 a GB.
    assert 0.01 < month["searching the log"] < 0.02
