"""Row: CPU of both functions, from the POST that API Gateway hands over to Roku's 200, beside the least that does it.

The floor does per event what F2 does (orjson, five SHA-256, orjson), sends the finished lines to SQS with boto3 in
messages of 1 MB, joins what was received and posts it with requests: no check, no key, no isolation, no metric.
"""

from collections.abc import Callable, Sequence
from typing import Any

import boto3

from bench.boundary import Relay, Roku, World, api_event, sqs_event, watch
from bench.conversions import GROUP, post_body, purchases
from bench.core import floor_orjson
from bench.figures import RELAY, Figure
from bench.timing import Run, compared, cpu, interleaved, together
from roku.client import open_session
from roku.request import LIMITS

# (events a POST, POSTs that one batch of the queue brings to the second function, the prototype's ratio)
CASES = ((1, 200, None), (100, 10, 3.2), (1_000, 1, 2.3))
_HEAD, _TAIL = b'{"event_group_id":"' + GROUP.encode() + b'","events":[', b"]}"


class Floor:
    """The least that carries events from a POST to Roku, through the same stand-ins."""

    def __init__(self) -> None:
        """Open its own clients."""
        self.world = World()
        self._sqs = boto3.client("sqs")
        watch(self._sqs, self.world)
        self._session = open_session()
        self._session.mount("https://", Roku(self.world))

    def ingest(self, event: dict[str, Any]) -> None:
        """Hash, and queue in messages as large as a request to Roku."""
        for lines in _chunks(floor_orjson(event["body"].encode())):
            entry: Any = {"Id": "0", "MessageBody": b"\n".join(lines).decode()}
            self._sqs.send_message_batch(QueueUrl="https://sqs.us-east-1.amazonaws.com/1/q", Entries=[entry])

    def deliver(self, event: dict[str, Any]) -> None:
        """Join and post."""
        lines = [line for record in event["Records"] for line in record["body"].encode().split(b"\n")]
        for chunk in _chunks(lines):
            self._session.post(
                "https://roku.invalid/v1/events",
                data=_HEAD + b",".join(chunk) + _TAIL,
                headers={"Authorization": "Bearer bench"},
                timeout=10,
            )


def _chunks(lines: Sequence[bytes]) -> list[list[bytes]]:
    chunks: list[list[bytes]] = [[]]
    room = LIMITS.bytes - 100
    for line in lines:
        if len(line) + 1 > room or len(chunks[-1]) == LIMITS.events:
            chunks.append([])
            room = LIMITS.bytes - 100
        chunks[-1].append(line)
        room -= len(line) + 1
    return chunks


def measure(turns: int) -> list[Figure]:
    """Ratios of CPU to the floor for POSTs of 1, 100 and 1,000, without and with the ledger."""
    figures = []
    with Relay.running() as relay:
        floor = Floor()
        for per_post, posts, goal in CASES:
            taken = interleaved(_runs(relay, floor, per_post, posts), turns=turns)
            base = together(taken["floor: ingest"], taken["floor: deliver"])
            for ledger in (False, True):
                deliver = taken["deliver, ledger on" if ledger else "deliver"]
                for who, mine in (
                    (RELAY, together(taken["ingest"], deliver)),
                    ("ingest", taken["ingest"]),
                    ("deliver", deliver),
                ):
                    timed = compared(mine, base)
                    figures.append(
                        Figure(
                            row="end-to-end CPU, ledger on" if ledger else "end-to-end CPU of both functions",
                            case=f"POST of {per_post:,}",
                            who=who,
                            value=timed.seconds / (per_post * posts) * 1e6,
                            unit="µs CPU an event",
                            ratio=timed.ratio,
                            floor="F2 + boto3 + requests",
                            floor_value=timed.floor / (per_post * posts) * 1e6,
                            goal=goal if who == RELAY and not ledger else None,
                        )
                    )
    return figures


def _runs(relay: Relay, floor: Floor, per_post: int, posts: int) -> dict[str, Run]:
    events = [api_event(post_body(purchases(per_post, first=number * per_post))) for number in range(posts)]

    def post_all(ingest: Callable[[dict[str, Any]], object]) -> None:
        for event in events:
            ingest(event)

    def queue(ingest: Callable[[dict[str, Any]], object], world: World) -> dict[str, Any]:
        """What the second function gets of these events."""
        world.forget()
        post_all(ingest)
        return sqs_event(world.messages())

    ours, theirs = queue(relay.ingest, relay.world), queue(floor.ingest, floor.world)

    def run(world: World, work: Callable[[], object]) -> Run:
        timed = cpu(work)

        def forgetting() -> float:
            world.forget()
            return timed()

        return forgetting

    return {
        "floor: ingest": run(floor.world, lambda: post_all(floor.ingest)),
        "ingest": run(relay.world, lambda: post_all(relay.ingest)),
        "floor: deliver": run(floor.world, lambda: floor.deliver(theirs)),
        "deliver": run(relay.world, lambda: relay.deliver(ours)),
        "deliver, ledger on": run(relay.world, lambda: relay.deliver(ours, ledger=True)),
    }
