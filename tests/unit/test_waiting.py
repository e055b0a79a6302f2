"""No wait is longer than what is left, and what was not over by then was not done."""

from collections.abc import Callable

import pytest

from pipeline.aws.waiting import Allowance, Deadline, each
from tests.unit.doubles import AtOnce, Never


@pytest.mark.parametrize(
    ("left", "keep", "most", "seconds"),
    [
        (10.0, 0.0, 99.0, 10.0),
        (10.0, 4.0, 99.0, 6.0),
        (10.0, 4.0, 5.0, 5.0),
        (10.0, 10.5, 5.0, 0.0),
        (-1.0, 0.0, 5.0, 0.0),
    ],
)
def test_of_what_is_left_some_is_kept_for_what_comes_after(
    left: float, keep: float, most: float, seconds: float
) -> None:
    assert Deadline(lambda: left).left(keep, most) == seconds


def test_without_a_bound_all_that_is_left_may_be_waited() -> None:
    assert Deadline(lambda: 1_000.5).left() == 1_000.5


def asking(clock: list[float], took: float, heard: list[float]) -> Callable[[float], str]:
    """A question that takes so many seconds."""

    def question(seconds: float) -> str:
        heard.append(seconds)
        clock[0] += took
        return "answer"

    return question


def test_questions_share_their_seconds_and_the_last_ones_have_none() -> None:
    clock, heard = [500.0], list[float]()
    allowance = Allowance(3.0, lambda: clock[0])
    for took in (2.0, 0.5, 4.0, 1.0):
        assert allowance.ask(asking(clock, took, heard)) == "answer"
    assert heard == [3.0, 1.0, 0.5, 0.0]


def test_a_question_that_raises_has_used_its_time_too() -> None:
    clock = [500.0]
    allowance = Allowance(3.0, lambda: clock[0])

    def fail(_: float) -> None:
        clock[0] += 2.0
        raise ValueError

    with pytest.raises(ValueError, match=r"^$"):
        allowance.ask(fail)
    heard: list[float] = []
    allowance.ask(asking(clock, 0.0, heard))
    assert heard == [1.0]


def test_each_call_has_its_answer_in_order() -> None:
    assert each(AtOnce(), lambda thing: thing * 2, [1, 2, 3], 0.0) == [2, 4, 6]
    assert each(AtOnce(), lambda thing: thing * 2, [1], float("inf")) == [2]
    assert each(Never(begun=False), lambda thing: thing, [], 0.0) == []


def test_a_call_that_was_not_begun_is_called_back_and_one_under_way_is_abandoned() -> None:
    waits = Never(begun=False)
    assert each(waits, lambda thing: thing, [1, 2], 0.0) == [None, None]
    assert all(future.cancelled() for future in waits.futures)
    assert each(Never(begun=True), lambda thing: thing, [1, 2], 0.0) == [None, None]
