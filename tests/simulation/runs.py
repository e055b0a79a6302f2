"""What a run of delivery did, and what it says of itself."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tests.simulation.stage import Violation
from tests.simulation.world import Process

ENOUGH = 6.0  # seconds before a run's end in which there is time for another call
_FATES = ("Delivered", "Repeated", "Retried", "DeadLettered")


@dataclass(frozen=True)
class Run:
    """One run, at its end: whether it lived to it, the events that it was given, and how many requests it made."""

    process: Process
    alive: bool
    now: float
    given: Sequence[str]
    asked: int

    def judge(self, given_up: Sequence[str], said: Counter[str]) -> None:
        """What SQS refused once and it did not ask for again, and its metrics. Raises Violation."""
        name, events = self.process.name, len(self.given)
        if self.alive and given_up and self.process.ends - self.now > ENOUGH:
            raise Violation(f"{name} is refused once and gives up: {given_up}")
        if self.asked > 2 * (2 * events - 1):  # 2n - 1 for a search, each once more with a rotated key
            raise Violation(f"{self.asked} requests for {events} events")
        if not self.alive and not self.process.crashed:
            raise Violation(f"{name} ran past its end, with {events} events")
        if self.alive and sum(said[fate] for fate in _FATES) != events:
            raise Violation(f"{name} was given {events} events and says {dict(+said)}")
