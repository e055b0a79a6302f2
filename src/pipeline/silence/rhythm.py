"""What a sender's conversions of one event name usually are in each hour of the week, and how far they stray. Pure.

The rate of an hour is a product: the level, the hour of the day, the day of the week, and the hour of the week. Each
factor is drawn towards 1 where little was counted, so that 5 conversions a day give a rhythm as 50,000 do. The level is
that of the last weeks, of which a campaign counts in part only. How far counts stray is seen by predicting the past as
the next hours will be predicted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import log, sqrt
from operator import mul, sub

DAY, WEEK = 24, 168
UNKNOWN = -1  # in place of a count: nobody read that hour, or something was wrong in it
# Days that a prediction does not look at: what is being tested is not to be what it is tested by.
LAG_DAYS = 3
LEAST_DAYS = 14 + LAG_DAYS  # of history: each hour of the week was seen twice
# Hours of the stretches for which strays are measured; between them they are read off a line.
_STRETCHES = (1, 3, 6, 12, 24, 48, 96, 168)
# Counts that each factor begins with: what would be seen of nothing but the factors before.
_HOUR_PRIOR, _DAY_PRIOR, _WEEK_PRIOR = 2.0, 4.0, 8.0
# Days after which a day counts half for the level.
_HALF_LIFE = 14
_DECAY = 0.5 ** (1 / _HALF_LIFE)
# A day above its expectation by more than 1.5 of these deviations counts as that much: a campaign is not a level.
_CAP_DEVIATIONS, _CAP_SPREAD = 1.5, 0.1**2
# What strays are before any were seen: a variance of 0.015 (12 %), itself known to 0.02.
_USUAL, _USUAL_ERROR = 0.015, 0.02
_LEAST = 0.003
_LUMPS = 0.2  # the variance of an hour (a deviation of 45 %) from which on conversions come in lumps


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Expected counts by hour of the week (hours since the epoch modulo 168).

    `spreads` are relative variances by stretch, `pause` the most hours in a row in which nothing came.
    """

    hours: tuple[float, ...]
    spreads: tuple[float, ...]
    pause: int = 0
    _sums: tuple[float, ...] = ()  # of three weeks: what is expected in the first 0, 1, 2 ... hours

    def __post_init__(self) -> None:
        """Add the hours up once: each window is a difference."""
        object.__setattr__(self, "_sums", (0.0, *accumulate(self.hours * 3)))

    @property
    def in_lumps(self) -> bool:
        """Whether conversions come in files, now in this hour and now in that: not one by one, as chance is counted."""
        return self.spreads[0] > _LUMPS

    def expected(self, end: int, length: int) -> float:
        """What is expected in so many hours, of which `end` is the first one after."""
        at = end % WEEK + 2 * WEEK
        return self._sums[at] - self._sums[at - length]

    def spread(self, length: int) -> float:
        """The relative variance of what is counted in so many hours."""
        for place in range(1, len(_STRETCHES)):
            if length <= _STRETCHES[place]:
                low, high = _STRETCHES[place - 1], _STRETCHES[place]
                part = log(length / low) / log(high / low)
                return self.spreads[place - 1] * (1 - part) + self.spreads[place] * part
        return self.spreads[-1]


def rhythm(counts: Sequence[int], first: int) -> Rhythm | None:
    """The rhythm of these hourly counts for what comes LAG_DAYS after them; `first` is the first one's hour.

    None while there are fewer than two weeks of them, or no count at all.
    """
    skipped = -first % DAY
    counts, first = counts[skipped : skipped + (len(counts) - skipped) // DAY * DAY], first + skipped
    known = [count for count in counts if count != UNKNOWN]
    if len(known) < (LEAST_DAYS - LAG_DAYS) * DAY or not any(known):
        return None
    shape = _shape(counts, first)
    levels = _levels(counts, first, shape)
    shape = _shape(_without_campaigns(counts, first, shape, levels), first)
    levels = _levels(counts, first, shape)
    level = levels[-1]
    return Rhythm(tuple(rate * level for rate in shape), _spreads(counts, first, shape, levels), _pause(counts))


def _shape(counts: Sequence[float], first: int) -> list[float]:
    """The expected count of each hour of the week, at the mean level."""
    cells, seen = [0.0] * WEEK, [0] * WEEK
    for place in range(min(WEEK, len(counts))):
        hours = counts[place::WEEK]
        unknown = hours.count(UNKNOWN)
        cells[(first + place) % WEEK] = sum(hours) - unknown * UNKNOWN
        seen[(first + place) % WEEK] = len(hours) - unknown
    hourly = [sum(cells[hour::DAY]) for hour in range(DAY)]
    hours_seen = [sum(seen[hour::DAY]) for hour in range(DAY)]
    rate = sum(hourly) / sum(hours_seen)
    of_hours = [
        rate * (counted + _HOUR_PRIOR) / (rate * known + _HOUR_PRIOR)
        for counted, known in zip(hourly, hours_seen, strict=True)
    ]
    shape: list[float] = []
    for day in range(0, WEEK, DAY):
        known = seen[day : day + DAY]
        expected = sum(map(mul, of_hours, known))
        factor = (sum(cells[day : day + DAY]) + _DAY_PRIOR) / (expected + _DAY_PRIOR)
        shape += [usual * factor for usual in of_hours]
    return [
        usual * (counted + _WEEK_PRIOR) / (usual * known + _WEEK_PRIOR)
        for usual, counted, known in zip(shape, cells, seen, strict=True)
    ]


def _days(counts: Sequence[float], first: int, shape: Sequence[float]) -> list[tuple[float, float]]:
    """Of each day what was counted, and what the shape expects of the hours that are known."""
    found = []
    for start in range(0, len(counts), DAY):
        day, begin = counts[start : start + DAY], (first + start) % WEEK
        rates = shape[begin : begin + DAY]  # days are whole ones
        if UNKNOWN in day:
            known = [(count, rate) for count, rate in zip(day, rates, strict=True) if count != UNKNOWN]
            found.append((sum(count for count, _ in known), sum(rate for _, rate in known)))
        else:
            found.append((sum(day), sum(rates)))
    return found


def _levels(counts: Sequence[int], first: int, shape: Sequence[float]) -> list[float]:
    """The level before each day, and after the last: of the days before, the newest most, without what was too much."""
    days = _days(counts, first, shape)
    top = bottom = max(1.0, sum(expected for _, expected in days[:7]) / 3)
    levels = [1.0]
    for counted, expected in days:
        top = top * _DECAY + min(counted, _cap(levels[-1] * expected))
        bottom = bottom * _DECAY + expected
        levels.append(top / bottom)
    return levels


def _cap(expected: float) -> float:
    return expected + _CAP_DEVIATIONS * sqrt(expected + _CAP_SPREAD * expected**2)


def _without_campaigns(
    counts: Sequence[int], first: int, shape: Sequence[float], levels: Sequence[float]
) -> list[float]:
    """The counts, those of a day that had too many in proportion fewer."""
    fewer: list[float] = list(counts)
    for day, (counted, expected) in enumerate(_days(counts, first, shape)):
        most = _cap(levels[day] * expected)
        if counted > most:
            for hour in range(day * DAY, (day + 1) * DAY):
                fewer[hour] = counts[hour] if counts[hour] == UNKNOWN else counts[hour] * most / counted
    return fewer


def _pause(counts: Sequence[int]) -> int:
    """The most hours in a row in which nothing came."""
    longest = run = 0
    for count in counts:
        run = run + 1 if count == 0 else 0
        longest = max(longest, run)
    return longest


def _spreads(counts: Sequence[int], first: int, shape: Sequence[float], levels: Sequence[float]) -> tuple[float, ...]:
    """How far stretches of each length fell below what was predicted for them LAG_DAYS before."""
    predicted: list[float] = []
    for day in range(len(counts) // DAY):
        level, begin = levels[max(0, day - LAG_DAYS)], (first + day * DAY) % WEEK
        hours = counts[day * DAY : (day + 1) * DAY]
        rates = zip(shape[begin : begin + DAY], hours, strict=True)
        predicted += [0.0 if count == UNKNOWN else level * rate for rate, count in rates]
    expected = [0.0, *accumulate(predicted)]
    counted = [0, *accumulate([0 if count == UNKNOWN else count for count in counts])]
    found: list[float] = []
    for length in _STRETCHES:
        step = 3 if length <= 6 else length // 2
        means = list(map(sub, expected[length::step], expected[:-length:step]))
        came = map(sub, counted[length::step], counted[:-length:step])
        below = sum([short * short for short in map(sub, means, came) if short > 0])
        found.append(_drawn(2 * below, sum(means), sum(map(mul, means, means)), len(counts) / length))
    return tuple(found)


def _drawn(below: float, means: float, squares: float, independent: float) -> float:
    """The relative variance of stretches, drawn towards what is usual as far as chance alone could have made it.

    Twice the squares below the mean are the variance, for what is above it may be a campaign.
    """
    if not squares:
        return _USUAL
    variance = 1.2 * max(0.0, (below - means) / squares)
    error = sqrt(2 / max(1.0, independent)) * (means / squares + _USUAL)
    weight, usual = 1 / error**2, 1 / _USUAL_ERROR**2
    drawn = (variance * weight + _USUAL * usual) / (weight + usual)
    return max(_LEAST, drawn, variance - 2 * error)
