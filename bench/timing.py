"""CPU time on a machine that others use too: short runs, one after another in turn, medians of ratios within a turn."""

import gc
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

# Does the work once and returns the CPU seconds that it took.
Run = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Timed:
    """Median seconds of one run and of the floor's, and the median of their ratio within a turn."""

    seconds: float
    floor: float
    ratio: float


def cpu(work: Callable[[], object]) -> Run:
    """A run that takes the CPU time, all threads together, that `work` takes in this process."""

    def run() -> float:
        gc.collect()  # nobody pays for another's garbage; their own they do pay for
        started = time.process_time()
        work()
        return time.process_time() - started

    return run


def interleaved(runs: Mapping[str, Run], *, turns: int) -> dict[str, list[float]]:
    """Run all in turn, A B C A B C ..., after one turn that does not count; seconds of each by turn."""
    taken: dict[str, list[float]] = {name: [] for name in runs}
    for turn in range(turns + 1):
        for name, run in runs.items():
            seconds = run()
            if turn:
                taken[name].append(seconds)
    return taken


def compared(mine: Sequence[float], floor: Sequence[float]) -> Timed:
    """What the turns say: a neighbour that slows one turn down slows both sides of its ratio."""
    return Timed(median(mine), median(floor), median(one / base for one, base in zip(mine, floor, strict=True)))


def together(*parts: Sequence[float]) -> list[float]:
    """The seconds of several works that are one, turn by turn."""
    return [sum(turn) for turn in zip(*parts, strict=True)]
