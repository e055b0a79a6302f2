"""Whether the last hours, or days, fall below the rhythm by more than chance. Pure.

Every window that ends now is tested, from one hour to a week (a window-limited generalised likelihood ratio test): a
silence of a busy sender is seen within an hour, a small fall of a small one within days, and nobody has to say before
which of them it will be.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

from pipeline.silence.chance import of_count, of_share
from pipeline.silence.rhythm import DAY, UNKNOWN, WEEK, Rhythm

WINDOWS = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 18, 21, 24, 30, 36, 42, 48, 60, 72, 84, 96, 120, 144, 168)
# The least surprise that is an alarm: where nothing came at all, of a fall that leaves some, and of a share. Bad days
# make falls, but hardly ever silence. With these the shops of `python -m tests.silence --thresholds` have 0.048 false
# alarms a month each, half of the 0.1 that they may have: other shops, which measure them, differ.
SILENCE_SURPRISE, FALL_SURPRISE, SHARE_SURPRISE = 9.5, 11.0, 10.5
# A fall to more than this part of what is usual is nobody's alarm, however certain it is.
MOST_LEFT = 0.8
# What comes in lumps is missing after this many times the longest pause.
_PAUSES = 1.5
# A share above this counts as this, so that a sender's first conversions without an e-mail address are no alarm.
_HIGHEST_SHARE = 0.97
# It is over when what has come since is a hundred times likelier to be the usual than what was left of it; of what
# fell to nothing a tenth counts as left.
_AGAIN, _LEAST_LEFT = log(100), 0.1
# And 12 hours of it must be nearly all: what hovers about an alarm's edge is to ring once.
_AGAIN_HOURS, _AGAIN_PART = 12, 0.9
# What shares stray by from day to day before any was seen (a deviation of 2 %), and conversions that must be known.
_USUAL_SHARE_SPREAD, _LEAST_KNOWN = 0.02**2, 30


@dataclass(frozen=True, slots=True)
class Fall:
    """What fell: `hours` up to now, what was counted in them, what was expected, and how surprising that is."""

    hours: int
    counted: int
    expected: float
    surprise: float

    @property
    def left(self) -> float:
        """The part of the usual that is left."""
        return self.counted / self.expected


@dataclass(frozen=True, slots=True)
class Share:
    """The usual share of conversions that have something, and its variance beyond chance."""

    usual: float
    spread: float


def of_counts(
    counts: Sequence[int],
    end: int,
    rhythm: Rhythm,
    of_silence: float = SILENCE_SURPRISE,
    of_fall: float = FALL_SURPRISE,
) -> Fall | None:
    """The most surprising fall of the last counts; `end` is the hour after the last one. None: it may be chance.

    A window in which nothing came needs the surprise `of_silence`, another one `of_fall`.
    """
    if rhythm.in_lumps:
        return _of_lumps(counts, end, rhythm)
    worst: Fall | None = None
    for length, counted, usual in zip(WINDOWS, _sums(counts), _expected(counts, end, rhythm), strict=False):
        if counted < usual * MOST_LEFT:
            mean = _at_another_hour(counted, usual, end, length, rhythm)
            surprise = of_count(counted, mean, rhythm.spread(length))
            least = of_fall if counted else of_silence
            if surprise >= max(least, worst.surprise if worst else 0.0):
                worst = Fall(length, counted, mean, surprise)
    return worst


def _of_lumps(counts: Sequence[int], end: int, rhythm: Rhythm) -> Fall | None:
    """The pause since the last file, once it is half as long again as the longest before."""
    recent = counts[-WEEK:]
    pause = next((back for back, count in enumerate(reversed(recent)) if count != 0), len(recent))
    if pause <= rhythm.pause * _PAUSES:
        return None
    mean = rhythm.expected(end, pause)
    return Fall(pause, 0, mean, of_count(0, mean, rhythm.spread(pause))) if mean else None


def _at_another_hour(counted: int, mean: float, end: int, length: int, rhythm: Rhythm) -> float:
    """What is expected at least, if everything came an hour earlier or later: clocks change twice a year.

    Where next to nothing came, that is no reason.
    """
    if counted <= mean / 10:
        return mean
    now = rhythm.expected(end, length)
    return mean * min(now, rhythm.expected(end - 1, length), rhythm.expected(end + 1, length)) / now


def usual_again(counts: Sequence[int], end: int, rhythm: Rhythm, left: float, hours: int) -> int:
    """The hours up to now in which counts were as usual, and not as low as when so much was `left`; 0 if not.

    `hours` ago it fell: only the newer half of them is looked at, for a long window would be as usual from the first.
    """
    return _again(_sums(counts), _expected(counts, end, rhythm), left, hours // 2)


def share(having: Sequence[int], counts: Sequence[int]) -> Share | None:
    """The usual share of these hours, as many of both.

    None while fewer than 30 conversions are known, or if it is next to nothing.
    """
    counts = _none_for_unknown(_known(having, counts))
    having = _none_for_unknown(having)
    days = [
        (sum(having[start : start + DAY]), sum(counts[start : start + DAY])) for start in range(0, len(having), DAY)
    ]
    with_it, of_all = sum(one for one, _ in days), sum(count for _, count in days)
    if of_all < _LEAST_KNOWN or with_it < 0.02 * of_all:
        return None
    usual = min(with_it / of_all, _HIGHEST_SHARE)
    beyond = sum((one - usual * count) ** 2 - count * usual * (1 - usual) for one, count in days)
    squares = sum(count * count for _, count in days)
    return Share(usual, max(0.0, beyond / squares) * 1.2 + _USUAL_SHARE_SPREAD + usual * (1 - usual) / of_all)


def of_shares(having: Sequence[int], counts: Sequence[int], usual: Share, least: float = SHARE_SURPRISE) -> Fall | None:
    """The most surprising fall of a share in the last hours; `expected` are the conversions that should have it."""
    worst: Fall | None = None
    for length, with_it, counted in zip(
        WINDOWS, _sums(having), _sums(_known(having[-WEEK:], counts[-WEEK:])), strict=True
    ):
        if with_it < counted * usual.usual * MOST_LEFT:
            surprise = of_share(with_it, counted, usual.usual, usual.spread)
            if surprise >= (worst.surprise if worst else least):
                worst = Fall(length, with_it, counted * usual.usual, surprise)
    return worst


def share_again(having: Sequence[int], counts: Sequence[int], usual: Share, left: float, hours: int) -> int:
    """The same of the share."""
    return _again(
        _sums(having),
        [count * usual.usual for count in _sums(_known(having[-WEEK:], counts[-WEEK:]))],
        left,
        hours // 2,
    )


def _sums(counts: Sequence[int]) -> list[int]:
    """What was counted in each of the windows that are not longer than the counts."""
    recent = _none_for_unknown(counts[-WEEK:])
    found, total, before = [], 0, len(recent)
    for length in WINDOWS:
        if length > len(recent):
            break
        total += sum(recent[len(recent) - length : before])
        before = len(recent) - length
        found.append(total)
    return found


def _none_for_unknown(counts: Sequence[int]) -> Sequence[int]:
    return [0 if count == UNKNOWN else count for count in counts] if UNKNOWN in counts else counts


def _known(having: Sequence[int], counts: Sequence[int]) -> Sequence[int]:
    """The counts, without those of which nobody knows how many had it."""
    if UNKNOWN not in having:
        return counts
    return [UNKNOWN if one == UNKNOWN else count for one, count in zip(having, counts, strict=True)]


def _expected(counts: Sequence[int], end: int, rhythm: Rhythm) -> list[float]:
    """What is expected in each of the windows, as far as its hours are known."""
    recent = counts[-WEEK:]
    if UNKNOWN not in recent:
        return [rhythm.expected(end, length) for length in WINDOWS]
    unknown = [back for back, one in enumerate(reversed(recent), 1) if one == UNKNOWN]
    return [
        max(
            0.0,
            rhythm.expected(end, length) - sum(rhythm.hours[(end - back) % WEEK] for back in unknown if back <= length),
        )
        for length in WINDOWS
    ]


def _again(counted: Sequence[int], expected: Sequence[float], left: float, longest: int) -> int:
    left = max(left, _LEAST_LEFT)
    for length, came, mean in zip(WINDOWS, counted, expected, strict=False):
        likelier = came * log(1 / left) - mean * (1 - left)
        if _AGAIN_HOURS <= length <= longest and likelier >= _AGAIN and came >= mean * _AGAIN_PART:
            return length
    return 0
