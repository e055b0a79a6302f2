"""Many histories, one after another or on several processors, and the smallest plan that still fails."""

from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from tests.simulation.draws import make
from tests.simulation.faults import FAULTS
from tests.simulation.history import run
from tests.simulation.plan import Plan, smaller
from tests.simulation.stage import Result

CHUNK = 50
# A shrinking failure is run again this often at most.
ATTEMPTS = 400


@dataclass
class Findings:
    """What some histories showed together."""

    histories: int = 0
    repeats: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    failing: list[int] = field(default_factory=list)
    greatest: int = 0
    violation: str = ""  # of the first that failed

    def add(self, other: "Findings") -> None:
        """Take in what others showed."""
        self.histories += other.histories
        self.repeats += other.repeats
        self.counts += other.counts
        self.failing += other.failing
        self.greatest = max(self.greatest, other.greatest)
        self.violation = self.violation or other.violation


def with_fault(fault: str | None) -> AbstractContextManager[Any]:
    """The code under test as it is, or with one deliberate fault."""
    return FAULTS[fault]() if fault else nullcontext()


def played(plan: Plan, fault: str | None) -> Result:
    """The history of this plan; a fault remembers nothing of the one before."""
    with with_fault(fault):
        return run(plan)


def look(seeds: Iterable[int], fault: str | None = None) -> Findings:
    """Run the histories of these seeds, until one fails."""
    findings = Findings()
    for seed in seeds:
        result = played(make(seed), fault)
        findings.histories += 1
        findings.repeats += result.repeats
        findings.counts += result.counts
        findings.greatest = max(findings.greatest, result.greatest)
        if result.violation is not None:
            findings.failing.append(seed)
            findings.violation = result.violation
            break
    return findings


def search(first: int, histories: int, workers: int, fault: str | None = None) -> Iterator[Findings]:
    """Run so many histories from seed `first` on, and give what every chunk of them showed."""
    chunks = [range(start, min(start + CHUNK, first + histories)) for start in range(first, first + histories, CHUNK)]
    with ProcessPoolExecutor(workers) as pool:
        yield from pool.map(partial(look, fault=fault), chunks)


def shrink(plan: Plan, fault: str | None = None) -> tuple[Plan, Result]:
    """The smallest plan found that fails as well, and what it shows."""
    result, attempts = played(plan, fault), 0
    found = True
    while found and attempts < ATTEMPTS:
        found = False
        for candidate in smaller(plan):
            attempts += 1
            tried = played(candidate, fault)
            if tried.violation is not None:
                plan, result, found = candidate, tried, True
                break
    return plan, result
