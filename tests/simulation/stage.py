"""What all destinations of a history share: time, the plan, AWS, the processes; and what the history shows."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from tests.simulation.containers import Containers
from tests.simulation.ledger import ModelLedger
from tests.simulation.plan import DAY, Phase, Plan
from tests.simulation.sqs import ModelSqs, SqsFaults
from tests.simulation.world import Process, World

# Of a history: an outage of three days with batches of one message has some 20,000.
MOST_RUNS = 60_000


class Violation(AssertionError):
    """A promise was broken."""


@dataclass
class Result:
    """What a history showed: repeats that were counted by their cause, and how much happened."""

    repeats: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    log: list[str] = field(default_factory=list)
    violation: str | None = None
    greatest: int = 1  # counts of one conversion between two redrives


class Stage:
    """One history's."""

    def __init__(self, plan: Plan) -> None:
        """Nothing has happened yet."""
        self.plan = plan
        self.containers = Containers()
        self.world = World(plan.seed)
        self.result = Result()
        self.over = False  # nothing fails any more
        self.healed_at = float("inf")  # since when (epoch seconds)
        self.told: dict[str, Counter[str]] = {}  # what runs said in their metrics
        self.most_runs: float = MOST_RUNS
        self.processes: dict[str, Process] = {}
        self.died: set[str] = set()
        self.sqs = ModelSqs(
            self.world,
            SqsFaults(plan.sqs_refuses, plan.sqs_loses_answers, plan.sqs_refuses_entries, plan.sqs_twice),
            lambda: self.mode(plan.sqs),
        )
        self.ledger = ModelLedger(self.world, lambda: self.mode(plan.ledger), plan.ledger_days * DAY)

    def mode(self, phases: Sequence[Phase]) -> str:
        """How something that has such phases behaves now."""
        since = self.world.now - self.world.start
        active = [phase.mode for phase in phases if phase.start <= since < phase.end]
        return active[-1] if active and not self.over else "ok"

    @property
    def has_ledger(self) -> bool:
        """Whether delivery remembers anything."""
        return self.plan.ledger_days > 0 and self.plan.delivery == "live"

    @property
    def ledger_failed(self) -> bool:
        """Whether the ledger has had a trouble so far."""
        return any(phase.start <= self.world.now - self.world.start for phase in self.plan.ledger)

    def has_secrets(self, seconds: float) -> bool:
        """Whether Secrets Manager has answered for so long."""
        now = self.world.now - self.world.start
        return not any(phase.start <= now and now - seconds <= phase.end for phase in self.plan.secrets)

    def had_modes(self, destination: str) -> set[str]:
        """How a destination has behaved so far."""
        since = self.world.now - self.world.start
        begun = [phase.mode for phase in self.plan.phases(destination) if phase.start <= since]
        return {re.split("[@>~]", one)[0] for mode in begun for one in mode.split("|")}

    def was_quiet(self, destination: str, first: float, last: float) -> bool:
        """Whether nothing at all could fail on the way to a destination between these times (epoch seconds)."""
        plan, start = self.plan, self.world.start
        chances = (plan.crash, plan.lost_reports, plan.sqs_refuses, plan.sqs_loses_answers, plan.sqs_refuses_entries)
        poisoned = any(event.poison for post in plan.posts for event in post.events)
        rotations = plan.rokt_rotations if destination == "rokt" else plan.rotations
        phases = [*plan.phases(destination), *plan.ledger, *plan.sqs, *plan.secrets]
        phases += [Phase(at, at + 1_000, "rotated") for at in rotations]
        overlap = any(phase.start <= last - start and first - start <= phase.end for phase in phases)
        return not (any(chances) or poisoned or overlap)

    def heal(self) -> None:
        """From now on nothing fails."""
        self.over, self.healed_at = True, self.world.now
        self.sqs.faults = SqsFaults()
        self.world.say("nothing fails any more")

    def loses_report(self) -> bool:
        """Whether nobody learns of this run's result."""
        return self.world.chance(0 if self.over else self.plan.lost_reports)

    def begin(self, function: str, seconds: float, *, reliable: bool = False) -> Process:
        """An invocation of a function."""
        self.result.counts["runs"] += 1
        if self.result.counts["runs"] > self.most_runs:
            raise Violation(f"{function} runs without end")
        crash = 0.0 if self.over or reliable else self.plan.crash
        memory = self.containers.take(function)
        process = Process(f"{function}-{self.result.counts['runs']}", self.world.now, seconds, crash, memory)
        self.processes[process.name] = process
        return process

    def end(self, process: Process, alive: bool) -> None:
        """The run is over: whatever it still had under way dies with it."""
        process.dead = True
        if alive:
            self.containers.give_back(process.name.rpartition("-")[0], process.memory)
        else:
            self.died.add(process.name)
            self.world.say(f"{process.name} dies")

    def context(self, process: Process) -> Any:
        """Lambda's context object."""
        return SimpleNamespace(
            aws_request_id=process.name,
            get_remaining_time_in_millis=lambda: int(1000 * (process.ends - self.world.now)),
        )
