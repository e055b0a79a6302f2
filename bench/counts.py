"""Rows that count: SQS calls of a POST, and requests to Roku or Rokt for 10,000 events. Speed plays no part in them."""

import random
import re
from collections.abc import Iterator
from math import ceil
from typing import Any

from bench.boundary import Relay
from bench.conversions import mixed, post_body, purchases
from bench.figures import RELAY, Figure
from bench.invocations import api_event, sqs_event

# SQS takes 1 MiB a call; Lambda hands over 6 MB of messages at once.
SQS_BYTES = 1_048_576
LAMBDA_BYTES, RECORD_BYTES = 6_000_000, 700  # the second: what Lambda writes around a message
EVENTS = 10_000
_NUMBERS = re.compile(r"order-\d{8}").findall
# Of a request: bytes, events; and requests that may be made for ordinary conversions, beside the fewest.
ROKU, ROKT = (1_000_000, 1_000, 13 / 12), (256_000, 100, 1.0)


def measure(events: int = EVENTS) -> list[Figure]:
    """Counts beside the fewest that the limits allow, of so many events."""
    figures = []
    with Relay.running() as relay:
        for name, most in (("Roku", ROKU), ("Rokt", ROKT)):
            relay.use(name.lower())
            figures += [_calls(relay, name), *_requests_to(relay, events, name, *most)]
    return figures


def _calls(relay: Relay, name: str) -> Figure:
    relay.world.forget()
    relay.ingest(api_event(post_body(purchases(1_000))))
    calls = relay.world.calls["SendMessageBatch"]
    fewest = ceil(sum(map(len, relay.world.messages())) / SQS_BYTES)
    case = "ordinary" if name == "Roku" else f"ordinary, {name}"
    return _figure("SQS calls for a POST of 1,000", case, calls, "calls", fewest, goal=1.0)


def _requests_to(
    relay: Relay, events: int, name: str, most_bytes: int, most_events: int, reach: float
) -> Iterator[Figure]:
    row = f"requests to {name} for {events:,} events"
    for case, posts, goal in (
        ("ordinary, POSTs of 100", list(_posts(purchases(events), [100])), reach),
        ("mixed size, POSTs of 1 to 1,000", list(_posts(mixed(events), _mixed_sizes())), None),
    ):
        bodies, size = _queued(relay, posts)
        fewest = max(ceil(size / most_bytes), ceil(events / most_events))
        made = _requests(relay, [bodies], name.lower())
        yield _figure(row, case + ", one batch", made, "requests", fewest, goal)
        made = _requests(relay, list(_batches(bodies)), name.lower())
        yield _figure(row, case + ", batches of 6 MB", made, "requests", fewest, None)


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
    """The messages that the POSTs become, and the bytes of their events with a comma each."""
    relay.world.forget()
    for conversions in posts:
        relay.ingest(api_event(post_body(conversions)))
    # In the order in which they were posted: calls of several threads come in any.
    bodies = sorted(relay.world.messages(), key=lambda body: _NUMBERS(body)[0])
    lines = [line for body in bodies for line in body.split("\n")[1:]]
    if len(lines) != sum(map(len, posts)):
        raise RuntimeError(f"{len(lines)} events are queued instead of {sum(map(len, posts))}")
    return bodies, sum(len(line) + 1 for line in lines)


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


def _requests(relay: Relay, batches: list[list[str]], name: str) -> int:
    relay.world.forget()
    for batch in batches:
        relay.deliver(sqs_event(batch), to=name)
    return len(relay.world.requests)


def _figure(row: str, case: str, count: int, unit: str, fewest: int, goal: float | None) -> Figure:
    return Figure(row, case, RELAY, count, unit, count / fewest, "the fewest that fit", fewest, goal)
