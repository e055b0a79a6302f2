"""Which limit binds first: what a load asks of each, how much each allows, and the setting to change."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil

from bench import scale_model as model
from bench import scale_stream as stream
from pipeline.delivery.ask import RESERVE
from roku import request

# AWS's default quotas: requests a second of all HTTP APIs of an account and region, concurrent executions, requests a
# second for each of these, messages of a queue in flight, writes a second of a table and of one that was never busier.
HTTP_API, EXECUTIONS, REQUESTS_AN_EXECUTION, IN_FLIGHT = 10_000, 1_000, 10, 120_000
TABLE_WRITES, NEW_TABLE_WRITES = 40_000, 4_000
DELIVER_TIMEOUT = 60.0  # template.yaml, DeliverRokuFunction
# What the event source mapping takes in: five pollers at first, never fewer with MaximumConcurrency. AWS says no rate
# of theirs; a poller of provisioned mode takes about 1 MB a second.
POLLERS, POLLER_BYTES = 5, 1_000_000
_GATEWAY = "AWS's quota of API Gateway raised and the parameter's MaxValue with it"
ROOM = 1.25  # what a setting is raised to, as a multiple of what is asked


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit. `linear`: what is asked of it grows with the load. `change` is what lifts it."""

    name: str
    asked: float
    allowed: float
    change: str
    linear: bool = True

    @property
    def use(self) -> float:
        """What is asked, as a share of what is allowed; it binds at 1."""
        return self.asked / self.allowed


def limits(
    *, posts: float, sent: model.Message, world: model.World, throttle: float, peak: stream.Observed
) -> list[Limit]:
    """Every limit at a peak of so many POSTs a second, the most used first."""
    events = posts * sent.events
    runs = posts / model.capacity(sent, world) * model.full_run_seconds(sent, world)
    executing = posts * model.ingest_seconds(sent.events, world) + runs
    found = [
        Limit("ThrottleRate", posts, throttle, _throttle(posts, throttle)),
        Limit("HTTP API requests/s", posts, HTTP_API, f"larger POSTs; or {_GATEWAY}"),
        Limit(
            "Lambda requests/s",
            posts,
            EXECUTIONS * REQUESTS_AN_EXECUTION,
            "AWS's quota of Lambda's concurrent executions",
        ),
        Limit("Lambda concurrent executions", executing, EXECUTIONS, "AWS's quota of Lambda's concurrent executions"),
        Limit("MaximumConcurrency", runs, world.concurrency, _concurrency(runs, world)),
        _intake(posts * sent.payload),
        Limit("SQS messages in flight", peak.most_in_flight, IN_FLIGHT, "smaller BatchWindow, larger POSTs", False),
        Limit(
            "60 s of one delivery",
            peak.longest,
            DELIVER_TIMEOUT - RESERVE - request.LIMITS.seconds,
            "more memory, or a smaller BatchWindow",
            False,
        ),
    ]
    if world.setting.ledger:
        found += [
            Limit(
                "DynamoDB writes/s, new table",
                events,
                NEW_TABLE_WRITES,
                "none if the load at most doubles within 30 minutes; else warm the table first",
            ),
            Limit("DynamoDB writes/s, table", events, TABLE_WRITES, "AWS's quota of a table's writes; or LedgerDays 0"),
        ]
    return sorted(found, key=lambda limit: -limit.use)


def enough(runs: float, world: model.World) -> int:
    """The MaximumConcurrency that carries so many runs at once: the present one if it does."""
    return world.concurrency if runs <= world.concurrency else ceil(runs * ROOM)


def raised(found: Sequence[Limit], world: model.World) -> model.World:
    """The world with as much MaximumConcurrency as is asked of it."""
    asked = next(limit.asked for limit in found if limit.name == "MaximumConcurrency")
    return replace(world, concurrency=enough(asked, world))


def _concurrency(runs: float, world: model.World) -> str:
    return "MaximumConcurrency" if runs <= world.concurrency else f"MaximumConcurrency {enough(runs, world):,}"


def _intake(bytes_a_second: float) -> Limit:
    needed = max(POLLERS, ceil(bytes_a_second * ROOM / POLLER_BYTES))
    change = f"provisioned mode with {needed:,} pollers, in the place of MaximumConcurrency; or larger POSTs"
    return Limit("Intake of the mapping, MB/s", bytes_a_second / 1e6, POLLERS * POLLER_BYTES / 1e6, change)


def _throttle(posts: float, throttle: float) -> str:
    if posts <= throttle:
        return "ThrottleRate"
    rate = ceil(posts * ROOM / 100) * 100
    if rate <= HTTP_API:
        return f"ThrottleRate {rate:,}"
    return f"ThrottleRate {HTTP_API:,} and larger POSTs; or {rate:,}, with {_GATEWAY}"
