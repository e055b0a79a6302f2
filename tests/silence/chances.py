"""Draws of numbers."""

from math import exp, sqrt
from random import Random


def poisson(random: Random, mean: float) -> int:
    """A Poisson number; of a large mean by the normal approximation with its skewness (Cornish and Fisher)."""
    if mean > 30:
        z = random.gauss(0, 1)
        return max(0, round(mean + sqrt(mean) * z + (z * z - 1) / 6))
    number, product, least = 0, random.random(), exp(-mean)
    while product > least:
        number += 1
        product *= random.random()
    return number


def binomial(random: Random, number: int, share: float) -> int:
    """How many of a number have what a share of all has; of many by the normal or the Poisson approximation."""
    if number == 0 or share in (0.0, 1.0):
        return number if share else 0
    if number <= 20:
        return sum(random.random() < share for _ in range(number))
    rarer = min(share, 1 - share)
    if number * rarer > 9:
        found = round(random.gauss(number * rarer, sqrt(number * rarer * (1 - rarer))))
    else:
        found = poisson(random, number * rarer)
    found = min(number, max(0, found))
    return found if share <= 0.5 else number - found
