"""Outages of 24 h in which Roku takes events and no answer can be read, under traffic of a whole advertiser.

Real messages go straight onto the queue and the real function delivers them; ingest is left out. What is measured: how
often the conversion was counted that was counted most, and how many counts there were beyond one for each.
"""

import gc
import importlib
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from tests.simulation.functions import installed
from tests.simulation.plan import DAY, HOUR, Phase, Plan
from tests.simulation.queues import Message, ModelQueue
from tests.simulation.secrets import ModelSecrets
from tests.simulation.stage import Stage, Violation
from tests.simulation.traffic_roku import CountingLedger, CountingRoku, Finished
from tests.simulation.traffics import Measured, Traffic
from tests.simulation.world import Process

MODES = ("broken", "silent", "late")
# The outage begins after so much (s) of the same traffic, and the traffic ends so long after the outage.
BEFORE, AFTER = 2 * HOUR, HOUR
# Once traffic is over everything must have come to rest after so long (s).
REST = 12 * HOUR
# template.yaml: the window and the largest batch of the event source mapping, its runs at once, the function's time.
WINDOW, BATCH, RUNS, SECONDS = 5.0, 10_000, 10, 60.0
RETENTION, VISIBILITY, RECEIVES = 7 * DAY, 420.0, 1_000
# Objects that are made before Python looks for garbage: with so many alive, looking takes much of the time.
_GARBAGE = 1_000_000


def play(traffic: Traffic, mode: str, hours: float = 24.0) -> Measured:
    """One outage of so many hours."""
    plan = Plan(seed=7, roku=(Phase(BEFORE, BEFORE + hours * HOUR, mode),))
    outage = _Outage(traffic, plan, hours)
    thresholds = gc.get_threshold()
    gc.set_threshold(_GARBAGE)
    try:
        with installed(outage.stage, outage, outage.secrets):
            return outage.play()
    except Violation as error:
        return replace(outage.measured, violation=str(error))
    finally:
        gc.set_threshold(*thresholds)


class _Outage:
    """The queue's watcher, the event source mapping, and the session that the function is given."""

    def __init__(self, traffic: Traffic, plan: Plan, hours: float) -> None:
        self.traffic, self.hours = traffic, hours
        self.stage = stage = Stage(plan)
        stage.most_runs = float("inf")
        stage.ledger = CountingLedger(stage.world, lambda: "ok")
        self.world = stage.world
        self.roku = CountingRoku(stage.world, lambda: stage.mode(plan.roku))
        self.secrets = ModelSecrets(stage.world, {"roku": lambda: "key-0"}, lambda: "ok")
        self.dead = ModelQueue(stage.world, "roku-dead-letters", self, 14 * DAY, 30.0, reliable=True)
        self.queue = ModelQueue(stage.world, "roku", self, RETENTION, VISIBILITY, RECEIVES, self.dead, reliable=True)
        stage.sqs.queues |= {self.queue.name: self.queue, self.dead.name: self.dead}
        self.measured = Measured(traffic.groups)
        self._finished = Finished(traffic.groups, traffic.partners)
        self._running, self._poll_due = 0, False

    # ------------------------------------------------------------------ what the models ask for

    def post(self, url: str, **request: Any) -> Any:
        """What `Session.post` does."""
        return self.roku.post(url, **request)

    def names(self, body: str) -> tuple[str, ...]:
        """Nobody asks which conversions a message holds."""
        head = body[: body.index("\n")]
        if '"generation":' in head:
            self.measured.deepest = max(self.measured.deepest, json.loads(head)["generation"])
        return ()

    def put(self, _: Message, queue: ModelQueue) -> None:
        """A message came onto a queue."""
        self.measured.dead += queue is self.dead

    def gone(self, _: Message, why: str) -> None:
        """A message left its queue."""
        if why != "acknowledged":
            raise Violation(f"a message left the queue: {why}")

    def doubled(self, message: Message) -> None:
        """It never happens here."""

    def put_off(self, message: Message) -> None:
        """Nothing depends on it here."""

    def refused(self, body: str) -> None:
        """It never happens here."""

    def arrived(self, queue: ModelQueue) -> None:
        """The event source mapping looks after its window."""
        if queue is self.queue and not self._poll_due:
            self._poll_due = True
            self.world.at(WINDOW, self._poll)

    # ------------------------------------------------------------------ the history

    def play(self) -> Measured:
        """Let it happen, and measure."""
        ends = BEFORE + self.hours * HOUR
        self._feed(self._arrivals(ends + AFTER))
        start = self.world.start
        self.world.run(start + ends + AFTER)
        quiet = start + ends + AFTER + REST
        while self.queue.messages and self.world.now < quiet:
            self.world.run(self.world.now + 60.0)
        measured, counted = self.measured, self.roku.counts
        if self.queue.messages:
            raise Violation(f"{len(self.queue.messages)} messages never come to rest")
        measured.rested = (self.world.now - start - ends) / HOUR
        measured.conversions = self._finished.made
        measured.missing = self._finished.made - len(counted)
        measured.greatest = max(counted.values())
        measured.extra = sum(counted.values()) - len(counted)
        measured.worst_group = max(self.roku.extra.values(), default=0)
        measured.runs, measured.requests = self.stage.result.counts["runs"], self.roku.requests
        return measured

    def _arrivals(self, until: float) -> Iterator[tuple[float, int]]:
        """When conversions come, and how many in one message."""
        step = DAY / self.traffic.per_day
        rows = [BEFORE + (place + 0.5) * self.hours * HOUR / self.traffic.posts for place in range(self.traffic.posts)]
        at = step / 2
        while at < until:
            while rows and rows[0] <= at:
                yield rows.pop(0), 1_000
            yield at, 1
            at += step

    def _feed(self, arrivals: Iterator[tuple[float, int]]) -> None:
        """The next message, and when it comes."""
        following = next(arrivals, None)
        if following is None:
            return
        at, count = following

        def arrive() -> None:
            for body in self._finished.bodies(count, int(self.world.now)):
                self.stage.sqs.put(self.queue, body, {})
            self._feed(arrivals)

        self.world.at(max(0.0, self.world.start + at - self.world.now), arrive)

    def _poll(self) -> None:
        self._poll_due = False
        for received in self.stage.sqs.batches(self.queue, BATCH, lambda: self._running < RUNS):
            self._deliver(received)

    def _deliver(self, received: list[tuple[str, Message]]) -> None:
        self._running += 1
        process = self.stage.begin("deliver-roku", SECONDS)
        records = [message.record(receipt) for receipt, message in received]
        function = importlib.import_module("handlers.deliver")

        def done(answer: Any, alive: bool) -> None:
            self._running -= 1
            self.stage.end(process, alive)
            self._forget(process)
            if not alive:
                raise Violation(f"a run with {len(records)} messages ran past its end")
            failures = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
            for _, message in received:
                if message.name not in failures:
                    self.stage.sqs.delete(self.queue, message)
            self.arrived(self.queue)

        context = self.stage.context(process)
        self.world.spawn(process, lambda: function.run({"Records": records}, context, "roku"), done)

    def _forget(self, process: Process) -> None:
        """Drop what nobody asks for here: a million conversions come back so often that it would fill the memory."""
        del self.stage.processes[process.name]
        self.stage.sqs.given_up(process.name)
