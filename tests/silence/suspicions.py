"""What other rules think of an hour: the higher, the more suspicious. Each knows the counts up to that hour.

Two are public: fewer than half of the mean of 14 days, and a z-score of 2.5 an hour. The third is the measure: a
Poisson test that knows the true rate of every hour, as nobody does.
"""

from collections.abc import Callable, Sequence
from itertools import accumulate
from math import log, sqrt

WINDOWS = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 18, 21, 24, 30, 36, 42, 48, 60, 72, 84, 96, 120, 144, 168)

# Of the hour after which it is asked: how suspicious.
Rule = Callable[[int], float]


def half_of_the_mean(counts: Sequence[int], days: int) -> Rule:
    """What is missing of the mean of 14 days in the last so many days: 0.5 where it is half of it."""
    total = [0, *accumulate(counts)]

    def rule(end: int) -> float:
        mean = (total[end] - total[end - 14 * 24]) / 14 * days
        return 1 - (total[end] - total[end - 24 * days]) / mean if mean else 0.0

    return rule


def z_of_the_hour(counts: Sequence[int]) -> Rule:
    """How many deviations the last hour is below the same hour of the last five weeks; at least those of chance."""

    def rule(end: int) -> float:
        before = [counts[end - 1 - week * 168] for week in range(1, 6)]
        mean = sum(before) / 5
        variance = sum(count * count for count in before) / 5 - mean * mean
        return (mean - counts[end - 1]) / sqrt(max(variance, mean)) if mean else 0.0

    return rule


def knowing_the_rate(counts: Sequence[int], rates: Sequence[float]) -> Rule:
    """The greatest Poisson likelihood ratio of a fall in any window up to this hour."""
    counted, expected = [0, *accumulate(counts)], [0.0, *accumulate(rates)]

    def rule(end: int) -> float:
        worst = 0.0
        for length in WINDOWS:
            found, mean = counted[end] - counted[end - length], expected[end] - expected[end - length]
            if found < mean:
                surprise = mean - found + (found * log(found / mean) if found else 0.0)
                worst = max(worst, surprise)
        return worst

    return rule
