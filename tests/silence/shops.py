"""Two worlds of shops: thresholds are fixed in the one, and measured in the other. Neither knows the detector.

A shop has 5 to 50,000 conversions a day, of one to three event names, a night, weekends, good and bad days, campaigns,
a trend, and a time zone. `Hour` is what happens in one hour of one event name, and what the truth about it is.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import cos, exp, pi
from random import Random

from tests.silence.chances import binomial, poisson

KINDS = ("em", "ph", "value", "external_id")


@dataclass(frozen=True, slots=True)
class Name:
    """One event name of a shop: its true rate in every hour, and by hour the share of each kind of data."""

    rates: Sequence[float]
    shares: Mapping[str, Sequence[float]]


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop of so many conversions a day on the whole."""

    daily: float
    names: Sequence[Name]


Hour = dict[str, int]


def drawn(random: Random, rate: float, shares: dict[str, float]) -> Hour:
    """What an hour brings."""
    count = poisson(random, rate)
    return {"conversions": count, **{kind: binomial(random, count, share) for kind, share in shares.items()}}


def size(random: Random) -> float:
    """Conversions a day: 5 to 50,000, each order of magnitude alike."""
    return float(5 * 10 ** random.uniform(0, 4))


def for_thresholds(random: Random, days: int, daily: float) -> Shop:
    """A shop of the first world: a cosine of a day, gamma days, campaigns that begin and end at once."""
    night, peak, weekend = random.uniform(0.02, 0.5), random.uniform(0, 24), random.choice((0.2, 0.6, 1.0, 1.3))
    spread, growth = random.uniform(0.0, 0.2), random.uniform(-0.005, 0.005)
    day_of_start = random.randrange(7)
    good = [random.gammavariate(1 / spread**2, spread**2) if spread > 0.01 else 1.0 for _ in range(days)]
    lift = _campaigns(random, days, lambda at, hours, times: times if at < hours else 1.0)
    rates = []
    for hour in range(days * 24):
        day = hour // 24
        curve = night + (1 - night) * (1 + cos((hour - peak) * pi / 12)) / 2
        of_day = weekend if (day + day_of_start) % 7 >= 5 else 1.0
        rates.append(curve * of_day * good[day] * lift[hour] * (1 + growth) ** day)
    return _shop(random, rates, daily, lambda: [random.gauss(0, 0.02) for _ in range(days)])


def for_measures(random: Random, days: int, daily: float) -> Shop:
    """A shop of the second world: two peaks of a day, days that remember the one before, campaigns that fade."""
    peaks = [(random.uniform(8, 13), random.uniform(1.5, 4)), (random.uniform(17, 22), random.uniform(1, 3))]
    heights, night = (1.0, random.uniform(0.2, 1.2)), 10 ** random.uniform(-2, -0.3)
    week = [exp(random.gauss(0, 0.1)) for _ in range(5)] + [random.uniform(0.1, 1.4) for _ in range(2)]
    zone, spread, memory = random.randrange(24), random.uniform(0.03, 0.2), random.uniform(0.0, 0.6)
    restless, drift, level = random.uniform(0.0, 0.1), random.uniform(0.0, 0.01), 0.0
    stray = random.gauss(0, spread)
    lift = _campaigns(random, days, lambda at, hours, times: 1 + (times - 1) * exp(-at / hours))
    rates = []
    for hour in range(days * 24):
        if hour % 24 == 0:
            stray = memory * stray + (1 - memory**2) ** 0.5 * random.gauss(0, spread)
            level += random.gauss(0, drift)
        local = (hour + zone) % 24
        curve = night + sum(
            height * exp(-((min(abs(local - at), 24 - abs(local - at)) / wide) ** 2) / 2)
            for (at, wide), height in zip(peaks, heights, strict=True)
        )
        of_day = week[(hour + zone) // 24 % 7]
        rates.append(curve * of_day * exp(stray + level + random.gauss(0, restless)) * lift[hour])
    return _shop(random, rates, daily, lambda: _wandering(random, days))


def _shop(random: Random, rates: Sequence[float], daily: float, strays: Callable[[], Sequence[float]]) -> Shop:
    scale = daily / (sum(rates) / len(rates) * 24)
    most = min(random.choice((1, 1, 2, 3)), max(1, int(daily / 10)))
    parts = [random.uniform(0.5, 1) if most * 20 > daily else random.uniform(0.1, 1) for _ in range(most)]
    names = []
    for part in parts:
        shares = {}
        for kind in KINDS:
            usual = random.choice((0.0, random.uniform(0.1, 0.9), random.uniform(0.9, 1.0), 1.0))
            stray = strays()
            shares[kind] = [_within(usual, stray[hour // 24]) for hour in range(len(rates))]
        names.append(Name([rate * scale * part / sum(parts) for rate in rates], shares))
    return Shop(daily, names)


def _within(share: float, stray: float) -> float:
    return share if share in (0.0, 1.0) else min(1.0, max(0.0, share + stray * 4 * share * (1 - share)))


def _wandering(random: Random, days: int) -> Sequence[float]:
    found, at, step = [], 0.0, random.uniform(0.0, 0.03)
    for _ in range(days):
        at = 0.8 * at + random.gauss(0, step)
        found.append(at)
    return found


def _campaigns(random: Random, days: int, shape: Callable[[int, float, float], float]) -> Sequence[float]:
    """By what each hour's rate is multiplied: one and a half campaigns a month, of 3 to 96 hours, by 1.3 to 4."""
    lift = [1.0] * (days * 24)
    for _ in range(poisson(random, days / 20)):
        begin, hours, times = random.randrange(days * 24), random.uniform(3, 96), random.uniform(1.3, 4)
        for at in range(min(round(4 * hours), days * 24 - begin)):
            lift[begin + at] = max(lift[begin + at], shape(at, hours, times))
    return lift
