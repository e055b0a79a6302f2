"""When to try again: by arithmetic over the waits, never by waiting."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.contract.outcome import LONGEST_AGE, LONGEST_PASSING, MOST_RECEIVES, Retry, is_exhausted, wait

bounded = settings(derandomize=True, max_examples=200, deadline=None)
DAY = 86_400
PLAIN, AMBIGUOUS, SETUP = Retry("r"), Retry("r", ambiguous=True), Retry("r", setup=True)


@pytest.mark.parametrize(
    ("receives", "least", "most"),
    # 30 s doubled with each receive up to 15 minutes, drawn from the upper 40 %.
    [(1, 18, 30), (2, 36, 60), (3, 72, 120), (4, 144, 240), (5, 288, 480), (6, 540, 900), (400, 540, 900)],
)
def test_waits_double_up_to_15_minutes(receives: int, least: int, most: int) -> None:
    assert wait(PLAIN, receives, 0.0) == least
    assert wait(PLAIN, receives, 1.0) == most
    assert least < wait(PLAIN, receives, 0.5) < most


@given(st.integers(1, 1_000), st.floats(0, 1), st.floats(0, 3_600), st.booleans())
@bounded
def test_retry_after_is_honoured(receives: int, jitter: float, after: float, ambiguous: bool) -> None:
    seconds = wait(Retry("r", after=after, ambiguous=ambiguous), receives, jitter)
    assert seconds >= round(after)
    assert seconds >= wait(Retry("r", ambiguous=ambiguous), receives, jitter)
    assert seconds <= 3_600


@given(st.integers(0, 1_000), st.floats(0, 1))
@bounded
def test_what_only_lacked_time_comes_back_at_once(receives: int, jitter: float) -> None:
    assert 0 <= wait(Retry("r", at_once=True, after=50.0), receives, jitter) <= 2


@pytest.mark.parametrize("retry", [PLAIN, AMBIGUOUS, SETUP, Retry("r", after=0.0), Retry("r", after=1.0)])
def test_an_outage_of_24_hours_exhausts_nothing_even_with_the_shortest_waits(retry: Retry) -> None:
    age, receives = 0, 1
    while age <= DAY:
        assert not is_exhausted(age, receives)
        age += wait(retry, receives, 0.0)
        receives += 1
    assert receives <= MOST_RECEIVES


def test_waiting_ends_before_sqs_forgets_or_moves_the_message_without_a_reason() -> None:
    assert DAY < LONGEST_AGE + 11 * 3_600 < 7 * DAY  # retention
    assert MOST_RECEIVES < 1_000  # maxReceiveCount
    assert is_exhausted(LONGEST_AGE, 1)
    assert is_exhausted(0, MOST_RECEIVES)
    assert not is_exhausted(LONGEST_AGE - 1, MOST_RECEIVES - 1)
    assert is_exhausted(0, 1, refused=LONGEST_PASSING)
    assert not is_exhausted(LONGEST_PASSING + 1, 1, refused=LONGEST_PASSING - 1)
