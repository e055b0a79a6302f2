"""Rows that count: SQS calls of one POST, and requests to Roku for 10,000 events. Speed plays no part in them."""

import random
from collections.abc import Iterator
from math import ceil
from typing import Any

from bench.boundary import Relay, api_event, sqs_event
from bench.conversions import mixed, post_body, purchases
from bench.figures import RELAY, Figure

# SQS takes 1 MiB a call; Roku 1,000,000 bytes and 1,000 events a request; Lambda hands over 6 MB of messages at once.
SQS_BYTES, ROKU_BYTES, ROKU_EVENTS = 1_048_576, 1_000_000, 1_000
LAMBDA_BYTES, RECORD_BYTES = 6_000_000, 700  # the second: what Lambda writes around a message
EVENTS = 10_000


def measure() -> list[Figure]:
    """Counts beside the fewest that the limits allow."""
    with Relay.running() as relay:
        relay.ingest(api_event(post_body(purchases(1_000))))
        calls = relay.world.calls["SendMessageBatch"]
        fewest = ceil(sum(map(len, relay.world.messages())) / SQS_BYTES)
        figures = [_figure("SQS calls for a POST of 1,000", "ordinary", calls, "calls", fewest, goal=2 / fewest)]
        row = f"requests to Roku for {EVENTS:,} events"
        for case, posts, goal in (
            ("ordinary, POSTs of 100", list(_posts(purchases(EVENTS), [100])), 13 / 12),
            ("mixed size, POSTs of 1 to 1,000", list(_posts(mixed(EVENTS), _mixed_sizes())), None),
        ):
            bodies, fewest = _queued(relay, posts)
            made = _requests(relay, [bodies])
            figures.append(_figure(row, case + ", one batch", made, "requests", fewest, goal))
            made = _requests(relay, list(_batches(bodies)))
            figures.append(_figure(row, case + ", batches of 6 MB", made, "requests", fewest, None))
    return figures


def _posts(conversions: list[dict[str, Any]], sizes: list[int]) -> Iterator[list[dict[str, Any]]]:
    start, place = 0, 0
    while start < len(conversions):
        size = sizes[place % len(sizes)]
        yield conversions[start : start + size]
        start, place = start + size, place + 1


def _mixed_sizes() -> list[int]:
    """POSTs as several senders make them: many of one event, some of hundreds; always the same."""
    chance = random.Random(2)  # noqa: S311 - it makes sizes
    return [chance.choice((1, 1, 1, 1, 10, 10, 50, 100, 250, 1_000)) for _ in range(100)]


def _queued(relay: Relay, posts: list[list[dict[str, Any]]]) -> tuple[list[str], int]:
    """The messages that the POSTs become, and the fewest requests that can carry their events."""
    relay.world.forget()
    for conversions in posts:
        relay.ingest(api_event(post_body(conversions)))
    # In the order in which they were posted: calls of several threads come in any.
    bodies = sorted(relay.world.messages(), key=lambda body: body.split("\n")[1])
    lines = [line for body in bodies for line in body.split("\n")[1:]]
    if len(lines) != EVENTS:
        raise RuntimeError(f"{len(lines)} events are queued instead of {EVENTS}")
    size = sum(len(line) + 1 for line in lines)
    return bodies, max(ceil(size / ROKU_BYTES), ceil(EVENTS / ROKU_EVENTS))


def _batches(bodies: list[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    room = LAMBDA_BYTES
    for body in bodies:
        size = len(body) + RECORD_BYTES
        if size > room and batch:
            yield batch
            batch, room = [], LAMBDA_BYTES
        batch.append(body)
        room -= size
    yield batch


def _requests(relay: Relay, batches: list[list[str]]) -> int:
    relay.world.forget()
    for batch in batches:
        relay.deliver(sqs_event(batch))
    return len(relay.world.requests)


def _figure(row: str, case: str, count: int, unit: str, fewest: int, goal: float | None) -> Figure:
    return Figure(row, case, RELAY, count, unit, count / fewest, "the fewest that fit", fewest, goal)
