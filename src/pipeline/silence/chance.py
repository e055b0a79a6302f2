"""How surprising a fall is: likelihood ratios of counts and of shares, in nats. Pure.

A ratio compares what was counted with what was expected, where the expectation itself is uncertain: an hour, a day and
a week of a shop differ by more than chance alone (Poisson, binomial). e to the power of minus the surprise is about the
chance of such a count; of a count of 0 it is exactly that chance.
"""

from math import log


def of_count(counted: int, expected: float, spread: float) -> float:
    """The surprise of a count, 0 where it is not below what was expected.

    Negative binomial: `spread` is the variance of the rate around what was expected, relative to its square.
    """
    if counted >= expected:
        return 0.0
    shape = 1 / spread
    there = counted * log(counted / expected) if counted else 0.0
    return there - (counted + shape) * log((counted + shape) / (expected + shape))


def of_share(having: int, counted: int, share: float, spread: float) -> float:
    """The surprise that so few of the counted ones have something that a share of 0 < `share` < 1 usually has.

    `spread` is the variance of the share beyond that of the binomial distribution.
    """
    if having >= counted * share:
        return 0.0
    without = counted - having
    there = having * log(having / (counted * share)) if having else 0.0
    lacking = without * log(without / (counted * (1 - share)))
    return (there + lacking) / (1 + counted * spread / (share * (1 - share)))
