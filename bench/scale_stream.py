"""The way of conversions from POST to Roku, simulated: arrivals, the queue, the event source mapping and its runs."""

import heapq
from collections import deque
from dataclasses import dataclass, field
from random import Random

from bench.scale_model import Message, World, capacity, ingest_seconds, run
from bench.standing import POLLERS

# The event source mapping of a standard queue (AWS Lambda's guide): batches at the start, and batches more each minute
# while messages wait.
STARTING, MORE_A_MINUTE = POLLERS, 300
_RECEIVE = 10  # messages of one call of ReceiveMessage


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
