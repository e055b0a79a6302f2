"""`python -m bench.cost --events 1000000 --per-post 1`: dollars, item by item, beside the floor and hosted services.

The floor is API Gateway straight to SQS (with raw personal data in the queue) and the second function alone. Numbers of
calls follow from the limits; CPU time is the one measured in results.json. `--destination` says who gets the events.
What a month costs without any is printed beside (`cost_table`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path

from bench import prices

RESULTS = Path(__file__).parent / "results.json"

_HTTP_API_UNIT_BYTES, _SQS_UNIT_BYTES = 512 * 1024, 64 * 1024
_SQS_CALL_BYTES, _SQS_CALL_MESSAGES = 1_048_576, 10
_LAMBDA_BATCH_BYTES = 6_000_000
_READS, _WRITES = 100, 25  # items of one call of DynamoDB
# Under way at once in one run: requests to a destination, calls of AWS.
_WORKERS, _CALLS = 20, 10
# Bytes, with the 26 that CloudWatch counts for each line: of an invocation Lambda's START, END and REPORT (70, 52, 140)
# and our own line (ingest 415, deliver 386), of a POST the API's access line (35). Deliver's line has a delay (5) for
# each message, 100 of them at most.
_PLATFORM_LOG, INGEST_LOG, _DELIVER_LOG, _ACCESS_LOG = 340, 441, 412, 61
_DELAY_LOG, _MOST_DELAYS = 5, 100
_KEYS_KEPT = 60.0  # seconds that a function's environment remembers a secret (src/pipeline/aws/secrets.py)


@dataclass(frozen=True, slots=True)
class Load:
    """What is sent: events in all, in each POST and each second; bytes of an event as posted and as queued.

    A message holds no more than one request to the destination does: `request_events`, `request_bytes`.
    """

    events: int
    per_post: int
    a_second: float = 200.0
    raw_bytes: int = 902
    line_bytes: int = 1_166
    destination: str = "Roku"
    request_events: int = 1_000
    request_bytes: int = 1_000_000

    def to_rokt(self) -> "Load":
        """The same for Rokt."""
        return replace(self, line_bytes=996, destination="Rokt", request_events=100, request_bytes=256_000)


@dataclass(frozen=True, slots=True)
class Setting:
    """How the stack is set, and how long others take: milliseconds of a call of SQS or DynamoDB, of Roku or Rokt."""

    memory_mb: int = 384
    window: float = 5.0
    ledger: bool = False
    json_logs: bool = False  # the parameter LogFormat: Lambda leaves its own lines out
    aws_ms: float = 10.0
    roku_ms: float = 200.0

    @property
    def processor(self) -> float:
        """The share of a processor that a function of this memory has; 1,769 MB have one."""
        return min(1.0, self.memory_mb / 1_769)

    @property
    def platform_log(self) -> int:
        """Bytes that Lambda itself logs of an invocation."""
        return 0 if self.json_logs else _PLATFORM_LOG


@dataclass(frozen=True, slots=True)
class Speed:
    """CPU microseconds: of one POST besides its events, of an event in it, and of an event's delivery."""

    post: float
    ingest: float
    deliver: float
    deliver_with_ledger: float


@dataclass(frozen=True, slots=True)
class Shape:
    """How events travel: POSTs, messages of a POST, and for each batch of the queue its events and messages."""

    posts: int
    messages: int
    batches: int
    batch_events: float
    batch_messages: float


def shape(load: Load, setting: Setting) -> Shape:
    """Of a steady stream: a batch holds what comes within the window, and at most 6 MB."""
    posts = ceil(load.events / load.per_post)
    messages = _requests(load, load.per_post)
    in_window = max(load.per_post, load.a_second * setting.window)
    batch_events = min(in_window, _LAMBDA_BATCH_BYTES / (load.line_bytes + 1), load.events)
    batches = ceil(load.events / batch_events)
    return Shape(posts, messages, batches, load.events / batches, posts * messages / batches)


def relay(load: Load, setting: Setting, speed: Speed) -> dict[str, float]:
    """Dollars of each item, for all the events."""
    return relay_to_all([(load, speed)], setting, speed)


def relay_to_all(ways: Sequence[tuple[Load, Speed]], setting: Setting, speed: Speed) -> dict[str, float]:
    """The same for several destinations, each with its load and the speed of its delivery; `speed` is ingest's."""
    load = ways[0][0]
    posts = shape(load, setting).posts
    # One destination's messages are sent after another's.
    aws_ms = setting.aws_ms * len(ways)
    ingest_ms = (speed.post + speed.ingest * load.per_post) / 1e3 / setting.processor + aws_ms
    logs: float = posts * (setting.platform_log + INGEST_LOG + _ACCESS_LOG)
    logs += sum(_deliver_logs(one, setting) for one, _ in ways)
    batches = sum(shape(one, setting).batches for one, _ in ways)
    return floor_of_all(ways, setting) | {
        "ingest: Lambda requests": posts * prices.LAMBDA_REQUEST,
        "Secrets Manager": (_secret_reads(posts, load, ingest_ms) + _secret_reads(batches, load)) * prices.SECRET_READ,
        "ingest: Lambda time": posts * ceil(ingest_ms) / 1e3 * setting.memory_mb / 1_024 * prices.LAMBDA_GB_SECOND,
        "logs": logs / 1e9 * prices.LOGS_GB,
    }


def _secret_reads(invocations: int, load: Load, milliseconds: float = 0.0) -> float:
    """The reads of a secret: each environment's own, once a minute while it works, and none without an invocation."""
    environments = max(1, ceil(load.a_second / load.per_post * milliseconds / 1e3))
    return min(invocations, environments * ceil(load.events / load.a_second / _KEYS_KEPT))


def _deliver_logs(load: Load, setting: Setting) -> float:
    way = shape(load, setting)
    return way.batches * (setting.platform_log + _DELIVER_LOG + _DELAY_LOG * min(_MOST_DELAYS, way.batch_messages))


def floor(load: Load, setting: Setting, speed: Speed) -> dict[str, float]:
    """The same without a function before the queue and without any log."""
    return floor_of_all([(load, speed)], setting)


def floor_of_all(ways: Sequence[tuple[Load, Speed]], setting: Setting) -> dict[str, float]:
    """The same for several destinations."""
    load = ways[0][0]
    units = _units(load.per_post * load.raw_bytes, _HTTP_API_UNIT_BYTES)
    items = {"API Gateway (HTTP API)": shape(load, setting).posts * units * prices.HTTP_API_UNIT}
    for one, speed in ways:
        for item, dollars in _behind_the_queue(one, setting, speed).items():
            items[item] = items.get(item, 0.0) + dollars
    return items


def _requests(load: Load, events: float) -> int:
    """The requests that carry so many events, or the messages that hold those of a POST."""
    return ceil(max(events * (load.line_bytes + 1) / load.request_bytes, events / load.request_events))


def _behind_the_queue(load: Load, setting: Setting, speed: Speed) -> dict[str, float]:
    way = shape(load, setting)
    queued_bytes = load.per_post * load.line_bytes
    # A POST's messages go in as few calls as 1 MiB allows; they come back ten at a time.
    sends = way.posts * _units(queued_bytes, _SQS_UNIT_BYTES)
    receives = way.batches * max(
        way.batch_messages / _SQS_CALL_MESSAGES, way.batch_events * load.line_bytes / _SQS_UNIT_BYTES
    )
    deletes = way.batches * ceil(way.batch_messages / _SQS_CALL_MESSAGES)
    requests = _requests(load, way.batch_events)
    cpu = speed.deliver_with_ledger if setting.ledger else speed.deliver
    deliver_ms = cpu * way.batch_events / 1e3 / setting.processor + ceil(requests / _WORKERS) * setting.roku_ms
    items = {"SQS": (sends + receives + deletes) * prices.SQS_REQUEST}
    if setting.ledger:
        calls = ceil(way.batch_events / _READS / _CALLS) + ceil(way.batch_events / _WRITES / _CALLS)
        deliver_ms += calls * setting.aws_ms
        items["ledger (DynamoDB)"] = load.events * (prices.DYNAMODB_WRITE + prices.DYNAMODB_READ / 2)
    seconds = way.batches * ceil(deliver_ms) / 1e3
    return items | {
        "deliver: Lambda requests": way.batches * prices.LAMBDA_REQUEST,
        "deliver: Lambda time": seconds * setting.memory_mb / 1_024 * prices.LAMBDA_GB_SECOND,
        f"egress to {load.destination}": load.events * (load.line_bytes + 1) / 1e9 * prices.EGRESS_GB,
    }


def _units(size: int, unit: int) -> int:
    return max(1, ceil(size / unit))


if __name__ == "__main__":
    from bench import cost_table

    cost_table.main()
