"""Rows: CPU of ingest and of deliver, from the POST that API Gateway hands over to the answer of Roku, Rokt or both.

The floor does per event what F2 does (orjson, SHA-256 of each hashed field, orjson), sends the finished lines to SQS
with boto3 in messages as large as a request, joins what was received and posts it with requests: no check, no key, no
isolation, no metric. With both destinations the floor is the sum of theirs.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import boto3

from bench import core, rokt_core
from bench.boundary import Relay, Taker, World, watch
from bench.conversions import GROUP, post_body, purchases
from bench.figures import END_TO_END, RELAY, Figure
from bench.invocations import api_event, sqs_event
from bench.timing import Run, compared, cpu, interleaved, together
from pipeline.aws.http import open_session
from pipeline.contract.destination import Limits
from pipeline.contract.messages import MESSAGE_BYTES
from rokt.request import LIMITS as ROKT_LIMITS
from roku.request import LIMITS as ROKU_LIMITS

# (events a POST, POSTs that one batch of the queue brings to the second function, the prototype's ratio for Roku)
CASES = ((1, 200, None), (100, 10, 3.2), (1_000, 1, 2.3))


@dataclass(frozen=True, slots=True)
class Wire:
    """What the floor knows of a destination: hashed fields, what stands around the events, limits, where to."""

    hashed: Sequence[str]
    head: bytes
    tail: bytes
    limits: Limits
    url: str


WIRES = {
    "roku": Wire(
        core.HASHED,
        b'{"event_group_id":"' + GROUP.encode() + b'","events":[',
        b"]}",
        ROKU_LIMITS,
        "https://roku.invalid/v1/events",
    ),
    "rokt": Wire(rokt_core.HASHED, b"[", b"]", ROKT_LIMITS, "https://rokt.invalid/v2/bulkevents"),
}


class Floor:
    """The least that carries events from a POST to a destination, through the same stand-ins."""

    def __init__(self, wire: Wire) -> None:
        """Open its own clients."""
        self.world = World()
        self._wire = wire
        self._sqs = boto3.client("sqs")
        watch(self._sqs, self.world)
        self._session = open_session()
        self._session.mount("https://", Taker(self.world))

    def ingest(self, event: dict[str, Any]) -> None:
        """Hash, and queue in messages as large as a request, in as few calls as SQS allows."""
        lines = core.floor_orjson(event["body"].encode(), self._wire.hashed)
        bodies = [b"\n".join(chunk) for chunk in _chunks(lines, self._room(), self._wire.limits.events)]
        for chunk in _chunks(bodies, MESSAGE_BYTES, 10):
            entries: Any = [{"Id": str(number), "MessageBody": body.decode()} for number, body in enumerate(chunk)]
            self._sqs.send_message_batch(QueueUrl="https://sqs.us-east-1.amazonaws.com/1/q", Entries=entries)

    def deliver(self, event: dict[str, Any]) -> None:
        """Join and post."""
        lines = [line for record in event["Records"] for line in record["body"].encode().split(b"\n")]
        for chunk in _chunks(lines, self._room(), self._wire.limits.events):
            self._session.post(
                self._wire.url,
                data=self._wire.head + b",".join(chunk) + self._wire.tail,
                headers={"Authorization": "Bearer bench"},
                timeout=10,
            )

    def _room(self) -> int:
        return self._wire.limits.bytes - 100


def _chunks(parts: Sequence[bytes], capacity: int, most: int) -> list[list[bytes]]:
    chunks: list[list[bytes]] = [[]]
    room = capacity
    for part in parts:
        if chunks[-1] and (len(part) + 1 > room or len(chunks[-1]) == most):
            chunks.append([])
            room = capacity
        chunks[-1].append(part)
        room -= len(part) + 1
    return chunks


def measure(turns: int) -> list[Figure]:
    """Ratios of CPU to the floor for POSTs of 1, 100 and 1,000, for each destination and both, with and without the
    ledger.
    """
    figures: list[Figure] = []
    with Relay.running() as relay:
        floors = {name: Floor(wire) for name, wire in WIRES.items()}
        for per_post, posts, goal in CASES:
            taken = interleaved(_runs(relay, floors, per_post, posts), turns=turns)
            figures += _figures(taken, per_post, posts, goal)
    return figures


def _figures(taken: dict[str, list[float]], per_post: int, posts: int, goal: float | None) -> Iterator[Figure]:
    for (destinations, ledger), row in END_TO_END.items():
        names = destinations.split(" and ")
        base = together(*[taken[f"floor: {part} {name}"] for part in ("ingest", "deliver") for name in names])
        ingest = taken[f"ingest {destinations}"]
        deliver = together(*[taken[f"deliver {name}{', ledger on' if ledger else ''}"] for name in names])
        for who, mine in ((RELAY, together(ingest, deliver)), ("ingest", ingest), ("deliver", deliver)):
            timed = compared(mine, base)
            yield Figure(
                row=row,
                case=f"POST of {per_post:,}",
                who=who,
                value=timed.seconds / (per_post * posts) * 1e6,
                unit="µs CPU an event",
                ratio=timed.ratio,
                floor="F2 + boto3 + requests",
                floor_value=timed.floor / (per_post * posts) * 1e6,
                goal=goal if who == RELAY and destinations == "roku" and not ledger else None,
            )


def _runs(relay: Relay, floors: dict[str, Floor], per_post: int, posts: int) -> dict[str, Run]:
    events = [api_event(post_body(purchases(per_post, first=number * per_post))) for number in range(posts)]

    def post_all(ingest: Callable[[dict[str, Any]], object]) -> None:
        for event in events:
            ingest(event)

    def queue(ingest: Callable[[dict[str, Any]], object], world: World) -> dict[str, Any]:
        """What the second function gets of these events."""
        world.forget()
        post_all(ingest)
        return sqs_event(world.messages())

    def run(world: World, work: Callable[[], object], before: Callable[[], None] = lambda: None) -> Run:
        timed = cpu(work)

        def forgetting() -> float:
            world.forget()
            before()
            return timed()

        return forgetting

    def floor_runs(name: str, floor: Floor) -> dict[str, Run]:
        queued = queue(floor.ingest, floor.world)
        return {
            f"floor: ingest {name}": run(floor.world, lambda: post_all(floor.ingest)),
            f"floor: deliver {name}": run(floor.world, lambda: floor.deliver(queued)),
        }

    def relay_runs(name: str) -> dict[str, Run]:
        relay.use(name)
        queued = queue(relay.ingest, relay.world)
        return {
            f"ingest {name}": run(relay.world, lambda: post_all(relay.ingest), lambda: relay.use(name)),
            f"deliver {name}": run(relay.world, lambda: relay.deliver(queued, to=name)),
            f"deliver {name}, ledger on": run(relay.world, lambda: relay.deliver(queued, to=name, ledger=True)),
        }

    runs: dict[str, Run] = {}
    for name, floor in floors.items():
        runs |= floor_runs(name, floor) | relay_runs(name)
    both = run(relay.world, lambda: post_all(relay.ingest), lambda: relay.use(*floors))
    return runs | {f"ingest {' and '.join(floors)}": both}
