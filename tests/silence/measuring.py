"""One shop: what each rule thinks of a month without a fault, and how soon it notices one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf
from random import Random

from pipeline.silence import falls
from pipeline.silence.falls import Fall
from pipeline.silence.stream import COUNT, Stream
from tests.silence import suspicions
from tests.silence.shops import KINDS, Hour, Name, Shop, drawn

LEARNED, WATCHED, FAULTY = 42, 30, 14  # days
DAYS = LEARNED + WATCHED + 1 + FAULTY
# What is planted: by how much the rate and the share of e-mail addresses are multiplied.
FAULTS = {"silence": (0.0, 1.0), "a quarter left": (0.25, 1.0), "half left": (0.5, 1.0), "no e-mails": (1.0, 0.0)}
OTHERS = (
    "half of 14 days' mean",
    "the same of 2 days",
    "the same of 4 days",
    "the same of 7 days",
    "z of the hour",
    "the true rate",
)


@dataclass(slots=True)
class Path:
    """Of one event name and rule: each day's highest suspicion, and by fault each new height with its hour."""

    days: list[float] = field(default_factory=list)
    heights: dict[str, list[tuple[int, float]]] = field(default_factory=dict)

    def alarms(self, least: float) -> int:
        """How often the rule would have rung: days in a row are one alarm."""
        rung = [day >= least for day in self.days]
        return sum(now and not before for before, now in zip([False, *rung], rung, strict=False))

    def delay(self, fault: str, least: float) -> int | None:
        """The hours until it rings; None: not within the days that were tried."""
        return next((hour for hour, height in self.heights[fault] if height >= least), None)


@dataclass(slots=True)
class Seen:
    """One shop: its alarms without a fault, by what, and for the event name that fails its rate and all delays."""

    daily: float
    alarms: list[str]
    failing: float
    delays: dict[str, int | None]
    paths: dict[str, list[Path]]
    with_emails: bool


def see(shop: Shop, random: Random) -> Seen:
    """Watch the shop for a month, then let one of its event names fail in each of the ways."""
    begin = (LEARNED + WATCHED) * 24 + random.randrange(24)
    failing = random.choice(shop.names)
    alarms: list[str] = []
    paths: dict[str, list[Path]] = {name: [] for name in OTHERS}
    delays: dict[str, int | None] = {}
    for name in shop.names:
        hours = [_hour(random, name, hour) for hour in range(begin)]
        stream = Stream(first=480_000)
        for hour, found in enumerate(hours):
            stream.add(found)
            if hour >= LEARNED * 24:
                alarms += [one.what for one in stream.news() if one.fall is not None]
        after = {fault: [_hour(random, name, begin + at, fault) for at in range(FAULTY * 24)] for fault in FAULTS}
        if name is failing:
            delays = {fault: _delay(stream, fault, after[fault]) for fault in FAULTS}
        counts = [hour[COUNT] for hour in hours]
        later = {fault: [hour[COUNT] for hour in found] for fault, found in after.items()}
        for rule, make in _rules(name).items():
            paths[rule].append(_path(make, counts, later if name is failing else {}))
    rate = sum(failing.rates) / DAYS
    emails = failing.shares["em"][begin]
    return Seen(shop.daily, alarms, rate, delays, paths, emails >= 0.3)


def _hour(random: Random, name: Name, hour: int, fault: str | None = None) -> Hour:
    rate, em = FAULTS[fault] if fault else (1.0, 1.0)
    shares = {kind: name.shares[kind][hour] * (em if kind == "em" else 1.0) for kind in KINDS}
    return drawn(random, name.rates[hour] * rate, shares)


def _delay(stream: Stream, fault: str, hours: Sequence[Hour]) -> int | None:
    """The hours until the detector tells about it; what was wrongly said before does not count."""
    what = "em" if fault == "no e-mails" else COUNT
    kinds = {kind: list(having) for kind, having in stream.kinds.items()}
    watched = Stream(stream.first, list(stream.counts), kinds)
    for after, hour in enumerate(hours, 1):
        watched.add(hour)
        if any(one.what == what and one.fall is not None for one in watched.news()):
            return after
    return None


def _rules(name: Name) -> Mapping[str, Callable[[Sequence[int]], suspicions.Rule]]:
    return {
        "half of 14 days' mean": lambda counts: suspicions.half_of_the_mean(counts, 1),
        "the same of 2 days": lambda counts: suspicions.half_of_the_mean(counts, 2),
        "the same of 4 days": lambda counts: suspicions.half_of_the_mean(counts, 4),
        "the same of 7 days": lambda counts: suspicions.half_of_the_mean(counts, 7),
        "z of the hour": suspicions.z_of_the_hour,
        "the true rate": lambda counts: suspicions.knowing_the_rate(counts, name.rates),
    }


def _path(
    make: Callable[[Sequence[int]], suspicions.Rule], counts: Sequence[int], later: Mapping[str, Sequence[int]]
) -> Path:
    path, rule = Path(), make(counts)
    for day in range(LEARNED, LEARNED + WATCHED):
        path.days.append(max(rule(hour) for hour in range(day * 24 + 1, day * 24 + 25)))
    for fault, after in later.items():
        if fault == "no e-mails":
            continue
        rule, heights = make([*counts, *after]), [(0, float("-inf"))]
        for hour in range(1, len(after) + 1):
            height = rule(len(counts) + hour)
            if height > heights[-1][1]:
                heights.append((hour, height))
        path.heights[fault] = heights
    return path


def highest(shop: Shop, random: Random) -> dict[str, list[Path]]:
    """The detector's own suspicions of a month without a fault, whatever its thresholds: to fix them by."""
    found: dict[str, list[Path]] = {"silence": [], "falls": [], "shares": []}
    for name in shop.names:
        stream, paths = Stream(first=480_000), {what: Path() for what in found}
        for hour in range((LEARNED + WATCHED) * 24):
            stream.add(_hour(random, name, hour))
            if hour < LEARNED * 24:
                continue
            usual, usual_shares = stream._usual()
            if usual is None:
                continue
            silent = falls.of_counts(stream.counts, stream.end, usual, 0.0, inf)
            if silent is not None and usual.in_lumps:  # then it rings whatever the threshold
                silent = replace(silent, surprise=inf)
            _note(paths["silence"], hour, silent)
            some_left = None if usual.in_lumps else falls.of_counts(stream.counts, stream.end, usual, inf, 0.0)
            _note(paths["falls"], hour, some_left)
            shares = (
                falls.of_shares(stream.kinds[kind], stream.counts, share, 0.0) for kind, share in usual_shares.items()
            )
            _note(paths["shares"], hour, *shares)
        for what, path in paths.items():
            found[what].append(path)
    return found


def _note(path: Path, hour: int, *seen: Fall | None) -> None:
    if hour % 24 == 0:
        path.days.append(0.0)
    path.days[-1] = max(path.days[-1], *(fall.surprise for fall in seen if fall is not None), 0.0)
