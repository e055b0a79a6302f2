"""A sender's conversions of one event name, hour by hour: what is remembered of them, and what becomes news. Pure.

Only counts are remembered, for eight weeks. What is usual is calculated from them each time, so a changed rule needs no
other memory. Hours in which something was wrong count as unknown, not as usual.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.silence import falls
from pipeline.silence.falls import Fall, Share
from pipeline.silence.rhythm import DAY, LAG_DAYS, UNKNOWN, WEEK, Rhythm, rhythm

KEPT = 8 * WEEK  # hours
COUNT = "conversions"
# Of what a share is watched, as the log line of a post calls it.
KINDS = ("em", "ph", "value", "device_id", "external_id")
# Hours after which what fell is what is usual.
GIVEN_UP = 14 * DAY


@dataclass(frozen=True, slots=True)
class News:
    """What began, with how it fell, or is over: conversions, or the share of a kind of data."""

    what: str
    fall: Fall | None


@dataclass(frozen=True, slots=True)
class Wrong:
    """Since which hour something is wrong, and which part of the usual was left when that was noticed."""

    since: int
    left: float


@dataclass(slots=True)
class Stream:
    """Counts by hour from the hour `first` on (hours since the epoch), and what is wrong."""

    first: int
    counts: list[int] = field(default_factory=list)
    kinds: dict[str, list[int]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    wrong: dict[str, Wrong] = field(default_factory=dict)
    _learned: "tuple[int, Rhythm | None, dict[str, Share]] | None" = None

    @property
    def end(self) -> int:
        """The hour after the last one that is known of."""
        return self.first + len(self.counts)

    def add(self, counted: Mapping[str, int] | None) -> None:
        """One more hour: its conversions, and those with each kind; None if nobody knows."""
        self.counts.append(UNKNOWN if counted is None else counted.get(COUNT, 0))
        for kind, having in self.kinds.items():
            having.append(UNKNOWN if counted is None else counted.get(kind, 0))
        if len(self.counts) > KEPT:
            self._cut(self.first + 1)

    def news(self) -> list[News]:
        """What has begun or is over with the last hour."""
        usual, _ = self._usual()
        found = None if usual is None else self._of_count(usual)
        return [*([] if found is None else [found]), *self.news_of_shares()]

    def news_of_shares(self) -> list[News]:
        """The same of shares alone."""
        usual, shares = self._usual()
        if usual is None or not self.counts or self.counts[-1] <= 0:  # then no share is another than an hour before
            return []
        found = [self._of_share(kind, one) for kind, one in shares.items()]
        return [one for one in found if one is not None]

    def expected_a_day(self) -> float | None:
        """Conversions of a day of the usual week; None while nothing is learned."""
        usual, _ = self._usual()
        return None if usual is None else sum(usual.hours) / 7

    @property
    def is_over(self) -> bool:
        """Whether there is nothing left to remember."""
        return not any(count > 0 for count in self.counts)

    def _usual(self) -> tuple[Rhythm | None, dict[str, Share]]:
        """What is usual, as it was LAG_DAYS before this day and before anything was wrong."""
        today = self.end // DAY * DAY
        if self._learned is None or self._learned[0] != today:
            until = today - LAG_DAYS * DAY
            shares = {}
            for kind, having in self.kinds.items():
                hours = self._learnable(kind, until)
                one = falls.share(having[:hours], self.counts[:hours])
                if one is not None:
                    shares[kind] = one
            self._learned = today, rhythm(self.counts[: self._learnable(COUNT, until)], self.first), shares
        return self._learned[1:]

    def _learnable(self, what: str, until: int) -> int:
        """How many hours before `until` say what is usual."""
        return max(0, min(until, self.wrong[what].since if what in self.wrong else until) - self.first)

    def _of_count(self, usual: Rhythm) -> News | None:
        wrong = self.wrong.get(COUNT)
        if wrong is None:
            fall = falls.of_counts(self.counts, self.end, usual)
            return self._begun(COUNT, fall) if fall else None
        if self.end - wrong.since >= GIVEN_UP:
            self._cut(wrong.since)
            return self._over(COUNT)
        length = falls.usual_again(self.counts, self.end, usual, wrong.left, self.end - wrong.since)
        return self._fixed(COUNT, [self.counts, *self.kinds.values()], length) if length else None

    def _of_share(self, kind: str, usual: Share) -> News | None:
        having = self.kinds[kind]
        wrong = self.wrong.get(kind)
        if wrong is None:
            fall = falls.of_shares(having, self.counts, usual)
            return self._begun(kind, fall) if fall else None
        if self.end - wrong.since >= GIVEN_UP:
            before = wrong.since - self.first
            having[:before] = [UNKNOWN] * before
            return self._over(kind)
        length = falls.share_again(having, self.counts, usual, wrong.left, self.end - wrong.since)
        return self._fixed(kind, [having], length) if length else None

    def _begun(self, what: str, fall: Fall) -> News:
        self.wrong[what] = Wrong(self.end - fall.hours, fall.left)
        return News(what, fall)

    def _fixed(self, what: str, series: Sequence[list[int]], length: int) -> News:
        """It is as usual again since so many hours: those before, since it began, are forgotten."""
        begun, fixed = max(0, self.wrong[what].since - self.first), len(self.counts) - length
        for one in series:
            one[begun:fixed] = [UNKNOWN] * max(0, fixed - begun)
        return self._over(what)

    def _over(self, what: str) -> News:
        self.wrong.pop(what, None)
        self._learned = None
        return News(what, None)

    def _cut(self, first: int) -> None:
        gone = first - self.first
        self.first = first
        for series in (self.counts, *self.kinds.values()):
            del series[:gone]
