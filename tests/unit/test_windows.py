"""Windows of tries: by arithmetic over a repeat window of 600 s."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.delivery.windows import MOST, Standing, Tried, length, next_try, piece, standing

bounded = settings(derandomize=True, max_examples=200, deadline=None)
BEGAN, WINDOW = 1_790_000_000, 600.0


@pytest.mark.parametrize(
    ("tried", "elapsed", "expected"),
    [
        (Tried(), 0, Standing.FRESH),
        (Tried(1, BEGAN), 0, Standing.INSIDE),
        (Tried(1, BEGAN), 479, Standing.INSIDE),
        (Tried(1, BEGAN), 480, Standing.WAITING),
        (Tried(2), 0, Standing.CLAIMED),
        (Tried(2, BEGAN), 479, Standing.INSIDE),
        (Tried(2, BEGAN), 480, Standing.OVER),
    ],
)
def test_what_may_be_done_with_an_event(tried: Tried, elapsed: int, expected: Standing) -> None:
    assert standing(tried, BEGAN + elapsed, WINDOW) is expected


def test_a_window_of_ours_ends_within_the_destinations() -> None:
    assert length(600.0) == 480.0


@pytest.mark.parametrize(
    ("elapsed", "seconds"),
    # Tries after 1, 3 and 6 minutes; one that was made a little early or late is not made again.
    [
        (0, 60),
        (11, 49),
        (49, 11),
        (50, 130),  # 10 s before it is due, a try has been made: a sixth of a minute
        (51, 129),
        (149, 31),
        (150, 210),
        (154, 206),
        (299, 61),
        (300, None),
        (55, 125),
        (62, 118),
        (140, 40),
        (155, 205),
        (182, 178),
        (290, 70),
        (310, None),
        (365, None),
    ],
)
def test_the_next_try_is_after_1_3_or_6_minutes(elapsed: int, seconds: int | None) -> None:
    assert next_try(Tried(1, BEGAN), BEGAN + elapsed, WINDOW) == seconds
    assert next_try(Tried(1, 0), elapsed, WINDOW) == seconds


@given(st.floats(0, 30), st.floats(0, 1))
@bounded
def test_in_a_window_there_are_four_tries_at_the_most_and_all_are_within_it(late: float, share: float) -> None:
    """Each try may come up to 30 s late, and its answer after that."""
    now, tries = float(BEGAN), 1
    while (seconds := next_try(Tried(1, BEGAN), now, WINDOW)) is not None:
        now += seconds + late * share
        tries += 1
        assert now < BEGAN + length(WINDOW)
    assert tries == 4


def test_requests_of_further_tries_are_ever_smaller_until_each_event_is_alone() -> None:
    assert [piece(Tried(1, BEGAN), BEGAN + at, WINDOW) for at in (60, 120, 180, 240, 360, 400)] == [10, 10, 3, 3, 1, 1]


@pytest.mark.parametrize("began", [0, BEGAN])
@pytest.mark.parametrize(
    ("elapsed", "size"),
    # A try that comes up to half a minute before 3 minutes, or a minute before 6, is the one that was due then.
    [(149.5, 10), (150.0, 3), (299.5, 3), (300.0, 1)],
)
def test_a_try_a_little_early_is_as_small_as_the_one_that_was_due(began: int, elapsed: float, size: int) -> None:
    assert piece(Tried(1, began), began + elapsed, WINDOW) == size
    assert piece(Tried(1, began), began + 3 * elapsed, 3 * WINDOW) == size  # in a window three times as long


def test_an_event_has_two_windows() -> None:
    assert MOST == 2
