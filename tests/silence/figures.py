"""What many shops say together: false alarms a month, and how soon each rule notices at the same rate of them."""

from collections.abc import Iterable, Iterator, Sequence
from statistics import fmean

from tests.silence.measuring import FAULTS, FAULTY, OTHERS, Path, Seen

MOST_FALSE = 0.1  # alarms a shop and month
SIZES = ((0, 4), (4, 7), (7, 20), (20, 100), (100, 1_000), (1_000, 60_000))
_NEVER = FAULTY * 24  # hours: what was not noticed in the days that were tried counts as that
DAYS_OF_THE_MEAN = (1, 2, 4, 7)
MEANS, Z, TRUTH = OTHERS[:4], OTHERS[4], OTHERS[5]


def least_for(shops: Sequence[Seen], rule: str, most: float = MOST_FALSE) -> float:
    """The lowest threshold at which a rule has at most so many false alarms a shop and month."""
    paths = [path for shop in shops for path in shop.paths[rule]]
    heights = sorted({day for path in paths for day in path.days})
    low, high = 0, len(heights)
    while low < high:
        middle = (low + high) // 2
        if false_alarms(paths, heights[middle]) / len(shops) <= most:
            high = middle
        else:
            low = middle + 1
    return heights[low] if low < len(heights) else float("inf")


def false_alarms(paths: Iterable[Path], least: float) -> int:
    """The alarms of a month without a fault."""
    return sum(path.alarms(least) for path in paths)


def _hours(delay: int | None) -> int:
    return _NEVER if delay is None else delay


def of_rule(shops: Sequence[Seen], rule: str, fault: str, least: float) -> list[int]:
    """The delays of a rule at a threshold, in hours."""
    return [_hours(path.delay(fault, least)) for shop in shops for path in shop.paths[rule] if fault in path.heights]


def of_detector(shops: Sequence[Seen], fault: str) -> list[int]:
    """The detector's delays, in hours; of e-mails where at least 30 % have one."""
    return [_hours(shop.delays[fault]) for shop in shops if fault != "no e-mails" or shop.with_emails]


def by_size(shops: Sequence[Seen]) -> Iterator[tuple[str, list[Seen]]]:
    """The shops by the conversions a day of the event name that fails, then all of them."""
    for least, most in SIZES:
        found = [shop for shop in shops if least <= shop.failing < most]
        if found:
            yield f"{least:,} to {most:,}", found
    yield "all", list(shops)


def table(shops: Sequence[Seen]) -> list[str]:
    """The figures as lines of Markdown: mean days from the fault to the alarm, by conversions a day."""
    # A rule may choose its threshold again for shops of each size, and its number of days: the best that it can do.
    lines = [
        "| Fault | Conversions a day | Shops | This relay | Knowing the true rate | Ratio | Half of the mean | z |"
    ]
    lines.append("|---|---|---:|---:|---:|---:|---:|---:|")
    truth = least_for(shops, TRUTH)
    for fault in FAULTS:
        for size, some in by_size(shops):
            ours = fmean(of_detector(some, fault) or [0])
            told = [fault, size, f"{len(some):,}", f"{ours / 24:.2f}"]
            if fault == "no e-mails":
                told += ["", "", "", ""]
            else:
                theirs = fmean(of_rule(some, TRUTH, fault, truth))
                means = min(fmean(of_rule(some, rule, fault, least_for(some, rule))) for rule in MEANS)
                z = fmean(of_rule(some, Z, fault, least_for(some, Z)))
                told += [f"{theirs / 24:.2f}", f"{ours / theirs:.2f}", f"{means / 24:.2f}", f"{z / 24:.2f}"]
            lines.append(f"| {' | '.join(told)} |")
    return lines


def summary(shops: Sequence[Seen]) -> list[str]:
    """False alarms a shop and month: the detector's, and those of the public rules as they are published."""
    what = sorted({one for shop in shops for one in shop.alarms})
    of_each = ", ".join(f"{name} {sum(shop.alarms.count(name) for shop in shops)}" for name in what)
    every = sum(len(shop.alarms) for shop in shops)
    lines = [f"{len(shops):,} shops, a month each: {every} false alarms, {every / len(shops):.3f} a shop ({of_each})"]
    for rule, least, title in (
        (MEANS[0], 0.5, "fewer than half of 14 days' mean"),
        (Z, 2.5, "a z-score of 2.5 an hour"),
    ):
        found = false_alarms((path for shop in shops for path in shop.paths[rule]), least) / len(shops)
        lines.append(f"{title}, as published: {found:.1f} false alarms a shop")
    lines.append(f"the test that knows the true rate: threshold {least_for(shops, TRUTH):.2f} for {MOST_FALSE} a shop")
    return lines
