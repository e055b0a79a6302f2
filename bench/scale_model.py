"""Messages, batches and runs of deliver as `scale_stream` simulates them, with Roku's latency.

What the code fixes is taken from the code: packing, limits of a request, requests at once. Every other number is here
with its source. `docs/scale.md` says what is assumed and what is left out.
"""

import heapq
import json
from dataclasses import dataclass, replace
from functools import cache
from math import ceil, exp, log
from random import Random

from bench.conversions import GROUP, NOW, purchases
from bench.cost import Setting, Speed
from pipeline.contract import packing
from pipeline.contract.destination import Prepared, Routing
from pipeline.contract.messages import Head, QueuedEvent, encode
from pipeline.delivery.ask import WORKERS
from roku import event, request
from roku.destination import DESTINATION
from roku.normalise import Settings

# The event source mapping (AWS Lambda's guide): bytes of one batch, and what it writes around a message.
BATCH_BYTES, RECORD_BYTES = 6_000_000, 700
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
    """One POST as it is in the queue: its events, their bytes in a request, its bytes in a batch for Lambda."""

    events: int
    size: int
    payload: int


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


def without_ledger(world: World) -> World:
    """The same with LedgerDays 0."""
    return replace(world, setting=replace(world.setting, ledger=False))
