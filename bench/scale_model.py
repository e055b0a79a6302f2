"""The way of conversions from POST to Roku, simulated: queue, event source mapping, runs of deliver, Roku's latency.

What the code fixes is taken from the code: packing, limits of a request, requests at once. Every other number is here
with its source. `docs/scale.md` says what is assumed and what is left out.
"""

import heapq
import json
from collections import deque
from dataclasses import dataclass, field, replace
from functools import cache
from math import ceil, exp, log
from random import Random

from bench.conversions import GROUP, NOW, purchases
from bench.cost import Setting, Speed
from bench.standing import POLLERS
from pipeline import packing
from pipeline.destination import Prepared, Routing
from pipeline.messages import Head, QueuedEvent, encode
from pipeline.sending import WORKERS
from roku import event, request
from roku.destination import DESTINATION
from roku.normalise import Settings

# The event source mapping of a standard queue (AWS Lambda's guide): batches at the start, batches more each minute
# while messages wait, bytes of one batch; and what it writes around a message.
STARTING, MORE_A_MINUTE, BATCH_BYTES, RECORD_BYTES = POLLERS, 300, 6_000_000, 700
_RECEIVE = 10  # messages of one call of ReceiveMessage
_READS, _WRITES, _CALLS = 100, 25, 10  # the ledger's items a call, and its calls at once


@dataclass(frozen=True, slots=True)
class World:
    """How the stack is set and how long Roku takes (seconds, lognormal: its median and the sigma of its logarithm)."""

    window: float
    concurrency: int
    batch: int
    setting: Setting
    speed: Speed
    roku_median: float = 0.150
    roku_sigma: float = 0.5
    routings: int = 1


@dataclass(frozen=True, slots=True)
class Message:
    """One POST as it lies in the queue: its events, their bytes in a request, its bytes in a batch for Lambda."""

    events: int
    size: int
    payload: int


@dataclass(slots=True)
class Observed:
    """What one simulation saw. `delays` are (seconds from POST to Roku's answer, events)."""

    seconds: float
    arrived: int = 0
    delivered: int = 0
    runs: int = 0
    requests: int = 0
    busy: float = 0.0
    roku: float = 0.0
    longest: float = 0.0
    most_running: int = 0
    most_in_flight: int = 0
    delays: list[tuple[float, int]] = field(default_factory=list)


@dataclass(slots=True)
class _Poller:
    """One batch being gathered or run: (arrival, messages) in order, and how many messages they are."""

    batch: deque[tuple[float, int]] = field(default_factory=deque)
    count: int = 0
    turn: int = 0


@cache
def message(per_post: int) -> Message:
    """A POST of so many ordinary purchases, finished by the code itself. At most as many as one message holds."""
    events = []
    for conversion in purchases(per_post):
        made = event.prepare(conversion, group=GROUP, now=NOW, settings=Settings(), context={})
        assert isinstance(made, Prepared)
        events.append(QueuedEvent(made.line.decode(), made.event_id, made.event_name))
    body = encode(Head(Routing(GROUP), accepted_at=int(NOW), waits_from=int(NOW)), events)
    size = sum(len(event.line.encode()) + 1 for event in events)
    return Message(per_post, size, len(json.dumps(body)) + RECORD_BYTES)


def capacity(sent: Message, world: World) -> int:
    """Messages of a full batch."""
    return max(1, min(world.batch, BATCH_BYTES // sent.payload))


@cache
def requests(messages: int, sent: Message, routings: int) -> list[int]:
    """Messages of each request that a batch becomes, its messages spread evenly over the routings."""
    room = request.LIMITS.bytes - DESTINATION.overhead(Routing(GROUP)) + 1
    found = []
    for place in range(min(routings, messages)):
        share = (messages - place - 1) // routings + 1
        groups = packing.first_fit([(sent.size, sent.events)] * share, capacity=room, most=request.LIMITS.events)
        found += [len(group) for group in groups]
    return found


def ingest_seconds(per_post: int, world: World) -> float:
    """How long ingest takes for a POST: its CPU on the function's share of a processor, and one call of SQS."""
    cpu = world.speed.post + world.speed.ingest * per_post
    return cpu / 1e6 / world.setting.processor + world.setting.aws_ms / 1e3


@dataclass(frozen=True, slots=True)
class Run:
    """One run: seconds until each request is answered, with its messages, and seconds in all and for Roku alone."""

    answers: list[tuple[float, int]]
    seconds: float
    roku: float


def run(messages: int, sent: Message, world: World, chance: Random) -> Run:
    """Read the ledger, send up to WORKERS requests at once, write the ledger. All CPU of a kind comes in one piece."""
    events, cpu = messages * sent.events, world.speed.deliver
    before = events * cpu / 1e6 / world.setting.processor
    after = 0.0
    if world.setting.ledger:
        ledger_cpu = events * (world.speed.deliver_with_ledger - cpu) / 1e6 / world.setting.processor
        before += ledger_cpu / 2 + ceil(events / _READS / _CALLS) * world.setting.aws_ms / 1e3
        after = ledger_cpu / 2 + ceil(events / _WRITES / _CALLS) * world.setting.aws_ms / 1e3
    workers = [0.0] * WORKERS
    answers = []
    for count in requests(messages, sent, world.routings):
        at = heapq.heappop(workers) + exp(chance.gauss(log(world.roku_median), world.roku_sigma))
        heapq.heappush(workers, at)
        answers.append((before + at, count))
    roku = max(workers)
    return Run(answers, before + roku + after, roku)


def full_run_seconds(sent: Message, world: World, tries: int = 200) -> float:
    """How long a run of a full batch takes, on average."""
    chance, messages = Random("a full run"), capacity(sent, world)  # noqa: S311 - it makes latencies
    return sum(run(messages, sent, world, chance).seconds for _ in range(tries)) / tries


class _Mapping:
    """The event source mapping: pollers that gather batches and wait for their runs."""

    def __init__(self, sent: Message, world: World, chance: Random, seen: Observed) -> None:
        self.sent, self.world, self.chance, self.seen = sent, world, chance, seen
        self.capacity = capacity(sent, world)
        self.ingest = ingest_seconds(sent.events, world)
        self.gathering = [_Poller() for _ in range(min(STARTING, world.concurrency))]
        self.pollers = len(self.gathering)
        self.running = self.in_flight = 0
        self.grow_at = 0.0
        self.waiting: deque[tuple[float, int]] = deque()
        self.due: list[tuple[float, int, str, _Poller, int]] = []
        self.number = 0

    def arrive(self, now: float, count: int) -> None:
        """Messages come: a poller takes them, any of those that gather, or they wait."""
        left = count
        while left and self.gathering:
            left -= self.take(self.chance.choice(self.gathering), now, now, left)
        if left:
            self.waiting.append((now, left))
            if self.pollers < self.world.concurrency and now >= self.grow_at:
                self.pollers += 1
                self.grow_at = now + 60 / MORE_A_MINUTE
                poller = _Poller()
                self.gathering.append(poller)
                self.drain(poller, now)

    def take(self, poller: _Poller, now: float, arrival: float, count: int) -> int:
        """Put messages into the poller's batch; the first starts its window, the last that fits ends it."""
        taken = min(count, self.capacity - poller.count)
        if not poller.count:
            self.later(now + self.world.window, "close", poller)
        poller.batch.append((arrival, taken))
        poller.count += taken
        self.in_flight += taken
        self.seen.most_in_flight = max(self.seen.most_in_flight, self.in_flight)
        if poller.count == self.capacity:
            self.start(poller, now)
        return taken

    def start(self, poller: _Poller, now: float) -> None:
        """Invoke the function with the poller's batch."""
        self.gathering.remove(poller)
        poller.turn += 1
        made = run(poller.count, self.sent, self.world, self.chance)
        self.later(now + made.seconds, "finish", poller)
        self.running += 1
        seen = self.seen
        seen.runs += 1
        seen.requests += len(made.answers)
        seen.busy += made.seconds
        seen.roku += made.roku
        seen.longest = max(seen.longest, made.seconds)
        seen.most_running = max(seen.most_running, self.running)
        for answered, messages in made.answers:
            left = messages
            while left:
                arrival, count = poller.batch.popleft()
                if count > left:
                    poller.batch.appendleft((arrival, count - left))
                    count = left
                left -= count
                seen.delivered += count * self.sent.events
                seen.delays.append((self.ingest + now + answered - arrival, count * self.sent.events))

    def finish(self, poller: _Poller, now: float) -> None:
        """The run is over: its messages are gone and the poller takes what waits."""
        self.running -= 1
        self.in_flight -= poller.count
        poller.count = 0
        self.gathering.append(poller)
        self.drain(poller, now)

    def drain(self, poller: _Poller, now: float) -> None:
        while self.waiting and poller in self.gathering:
            arrival, count = self.waiting.popleft()
            taken = self.take(poller, now, arrival, count)
            if taken < count:
                self.waiting.appendleft((arrival, count - taken))

    def later(self, at: float, what: str, poller: _Poller) -> None:
        self.number += 1  # equal times stay in order
        heapq.heappush(self.due, (at, self.number, what, poller, poller.turn))

    def until(self, now: float) -> None:
        """Let happen what is due by now."""
        while self.due and self.due[0][0] <= now:
            at, _, what, poller, turn = heapq.heappop(self.due)
            if turn != poller.turn:
                continue  # this batch was full before its window ended
            if what == "close":
                self.start(poller, at)
            else:
                self.finish(poller, at)


def simulate(sent: Message, a_second: float, seconds: float, world: World, seed: str) -> Observed:
    """Poisson arrivals of so many messages a second for so long, then until the last of them is answered."""
    chance, seen = Random(seed), Observed(seconds)  # noqa: S311 - it makes arrivals and latencies
    mapping = _Mapping(sent, world, chance, seen)
    # A crowd comes in the tens in which ReceiveMessage hands it over: one step instead of ten.
    together = _RECEIVE if a_second >= 500 else 1
    now = chance.expovariate(a_second / together)
    while now < seconds:
        mapping.until(now)
        mapping.arrive(now, together)
        seen.arrived += together * sent.events
        now += chance.expovariate(a_second / together)
    mapping.until(float("inf"))
    return seen


def quantile(delays: list[tuple[float, float]], share: float) -> float:
    """The delay that this share of the weighted delays does not exceed."""
    limit = share * sum(weight for _, weight in delays)
    for delay, weight in sorted(delays):
        limit -= weight
        if limit <= 0:
            return delay
    raise ValueError("no delays")


def without_ledger(world: World) -> World:
    """The same with LedgerDays 0."""
    return replace(world, setting=replace(world.setting, ledger=False))
