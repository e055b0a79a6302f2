"""What a run of delivery did, and what it says of itself."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tests.simulation.asking import Asked
from tests.simulation.stage import Violation
from tests.simulation.world import Process

ENOUGH = 6.0  # seconds before a run's end in which there is time for another call
LEAST_LEFT = 40.0  # and for another request
_FATES = ("Delivered", "Repeated", "Retried", "DeadLettered")


@dataclass(frozen=True)
class Run:
    """One run, at its end: whether it lived to it, the events that it was given, and what it asked for."""

    process: Process
    alive: bool
    now: float
    given: Sequence[str]
    asked: Asked
    letters: int  # dead letters that it wrote
    strangers: int  # and those of them that were never messages of the relay's
    is_unheard: bool  # the ledger did not answer all that it asked
    has_no_secrets: bool  # Secrets Manager may not have answered

    def judge(self, given_up: Sequence[str], said: Counter[str]) -> None:
        """What SQS refused once and it did not ask for again, and its metrics. Raises Violation."""
        name, events = self.process.name, len(self.given)
        if self.alive and given_up and self.process.ends - self.now > ENOUGH:
            raise Violation(f"{name} is refused once and gives up: {given_up}")
        if self.asked.requests > max(0, 2 * (2 * events - 1)):  # 2n - 1 for a search, each once more with a rotated key
            raise Violation(f"{self.asked.requests} requests for {events} events")
        if not self.alive and not self.process.crashed:
            raise Violation(f"{name} ran past its end, with {events} events")
        if self.alive and not events <= sum(said[fate] for fate in _FATES) <= events + self.strangers:
            raise Violation(f"{name} was given {events} events and says {dict(+said)}")
        asked = len(self.asked.events)
        if self.alive and (said["Delivered"] > asked or said["DeadLettered"] > self.letters + self.strangers):
            raise Violation(f"{name} asked for {asked}, wrote {self.letters} letters, says {dict(+said)}")
        if self.alive and self.asked.is_open() and self.process.ends - self.now > LEAST_LEFT:
            raise Violation(
                f"{name} was not told about {sorted(self.asked.left_open)[:9]}, and did not ask in smaller requests"
            )
        if self.alive and self.asked.is_stale and not self.has_no_secrets:
            raise Violation(f"{name} was refused for its key and did not read the secret again")
        if self.alive and self.is_unheard and not said["LedgerUnavailable"]:
            raise Violation(f"{name} did not hear of the ledger, and does not say so: {dict(+said)}")
