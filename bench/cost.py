"""`python -m bench.cost --events 1000000 --per-post 1`: dollars, item by item, beside the floor and hosted services.

The floor is API Gateway straight to SQS (with raw personal data in the queue) and the second function alone. Numbers of
calls follow from the limits; CPU time is the one measured in results.json.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path

from bench import prices
from bench.figures import RELAY, Figure, read

RESULTS = Path(__file__).parent / "results.json"

_HTTP_API_UNIT_BYTES, _SQS_UNIT_BYTES = 512 * 1024, 64 * 1024
_SQS_CALL_BYTES, _SQS_CALL_MESSAGES = 1_048_576, 10
_LAMBDA_BATCH_BYTES, _ROKU_BYTES, _ROKU_EVENTS = 6_000_000, 1_000_000, 1_000
_READS, _WRITES = 100, 25  # items of one call of DynamoDB
# Under way at once in one run: requests to Roku, calls of AWS.
_WORKERS, _CALLS = 20, 10
# Bytes, with the 26 that CloudWatch counts for each line: of an invocation Lambda's START, END and REPORT (70, 52, 140)
# and our own line (ingest 345, deliver 377), of a POST the API's access line (185). Deliver's line has a delay (7) for
# each message, 99 of them at most.
_PLATFORM_LOG, _INGEST_LOG, _DELIVER_LOG, _ACCESS_LOG = 340, 371, 403, 211
_DELAY_LOG, _MOST_DELAYS = 7, 99


@dataclass(frozen=True, slots=True)
class Load:
    """What is sent: events in all, in each POST and each second; bytes of an event as posted and as queued."""

    events: int
    per_post: int
    a_second: float = 200.0
    raw_bytes: int = 902
    line_bytes: int = 1_166


@dataclass(frozen=True, slots=True)
class Setting:
    """How the stack is set, and how long others take: milliseconds of a call of SQS or DynamoDB, and of Roku."""

    memory_mb: int = 1_024
    window: float = 5.0
    ledger: bool = False
    aws_ms: float = 10.0
    roku_ms: float = 200.0

    @property
    def processor(self) -> float:
        """The share of a processor that a function of this memory has; 1,769 MB have one."""
        return min(1.0, self.memory_mb / 1_769)


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
    messages = ceil(load.per_post * (load.line_bytes + 1) / _ROKU_BYTES)
    in_window = max(load.per_post, load.a_second * setting.window)
    batch_events = min(in_window, _LAMBDA_BATCH_BYTES / (load.line_bytes + 1), load.events)
    batches = ceil(load.events / batch_events)
    return Shape(posts, messages, batches, load.events / batches, posts * messages / batches)


def relay(load: Load, setting: Setting, speed: Speed) -> dict[str, float]:
    """Dollars of each item, for all the events."""
    way = shape(load, setting)
    gb = setting.memory_mb / 1_024
    ingest_ms = (speed.post + speed.ingest * load.per_post) / 1e3 / setting.processor + setting.aws_ms
    delays = _DELAY_LOG * min(_MOST_DELAYS, way.batch_messages)
    from_posts = way.posts * (_PLATFORM_LOG + _INGEST_LOG + _ACCESS_LOG)
    from_batches = way.batches * (_PLATFORM_LOG + _DELIVER_LOG + delays)
    return _common(load, setting, speed) | {
        "ingest: Lambda requests": way.posts * prices.LAMBDA_REQUEST,
        "ingest: Lambda time": way.posts * ceil(ingest_ms) / 1e3 * gb * prices.LAMBDA_GB_SECOND,
        "logs": (from_posts + from_batches) / 1e9 * prices.LOGS_GB,
    }


def floor(load: Load, setting: Setting, speed: Speed) -> dict[str, float]:
    """The same without a function before the queue and without any log."""
    return _common(load, setting, speed)


def _common(load: Load, setting: Setting, speed: Speed) -> dict[str, float]:
    way = shape(load, setting)
    post_bytes, queued_bytes = load.per_post * load.raw_bytes, load.per_post * load.line_bytes
    # A POST's messages go in as few calls as 1 MiB allows; they come back ten at a time.
    sends = way.posts * _units(queued_bytes, _SQS_UNIT_BYTES)
    receives = way.batches * max(
        way.batch_messages / _SQS_CALL_MESSAGES, way.batch_events * load.line_bytes / _SQS_UNIT_BYTES
    )
    deletes = way.batches * ceil(way.batch_messages / _SQS_CALL_MESSAGES)
    requests = max(way.batch_events * (load.line_bytes + 1) / _ROKU_BYTES, way.batch_events / _ROKU_EVENTS)
    cpu = speed.deliver_with_ledger if setting.ledger else speed.deliver
    deliver_ms = cpu * way.batch_events / 1e3 / setting.processor + ceil(requests / _WORKERS) * setting.roku_ms
    items = {
        "API Gateway (HTTP API)": way.posts * _units(post_bytes, _HTTP_API_UNIT_BYTES) * prices.HTTP_API_UNIT,
        "SQS": (sends + receives + deletes) * prices.SQS_REQUEST,
    }
    if setting.ledger:
        calls = ceil(way.batch_events / _READS / _CALLS) + ceil(way.batch_events / _WRITES / _CALLS)
        deliver_ms += calls * setting.aws_ms
        items["ledger (DynamoDB)"] = load.events * (prices.DYNAMODB_WRITE + prices.DYNAMODB_READ / 2)
    seconds = way.batches * ceil(deliver_ms) / 1e3
    return items | {
        "deliver: Lambda requests": way.batches * prices.LAMBDA_REQUEST,
        "deliver: Lambda time": seconds * setting.memory_mb / 1_024 * prices.LAMBDA_GB_SECOND,
        "egress to Roku": load.events * (load.line_bytes + 1) / 1e9 * prices.EGRESS_GB,
    }


def _units(size: int, unit: int) -> int:
    return max(1, ceil(size / unit))


def measured(figures: Sequence[Figure], per_post: int) -> Speed:
    """The speed that a run of the benchmarks found, of the measured case nearest to `per_post`."""
    found = {
        (f.row.endswith("ledger on"), f.case, f.who): f.value for f in figures if f.row.startswith("end-to-end CPU")
    }
    one, thousand = (found[False, f"POST of {count}", "ingest"] for count in ("1", "1,000"))
    case = f"POST of {'1' if per_post < 10 else '100' if per_post < 300 else '1,000'}"
    # Two equations: post + event = one, post / 1000 + event = thousand.
    post = (one - thousand) / (1 - 1 / 1_000)
    return Speed(post, one - post, found[False, case, "deliver"], found[True, case, "deliver"])


def figures(found: Sequence[Figure]) -> list[Figure]:
    """What the speeds of a run mean in dollars for a million conversions, beside the floor."""
    made = []
    # The prototype's: $2.11 where the floor was 1.62, and 0.126 where it was 0.125.
    for per_post, goal in ((1, 2.11 / 1.62), (1_000, 0.126 / 0.125)):
        load, speed = Load(1_000_000, per_post), measured(found, per_post)
        least = sum(floor(load, Setting(), speed).values())
        for suffix, ledger in (("", False), (", ledger on", True)):
            value = sum(relay(load, Setting(ledger=ledger), speed).values())
            made.append(
                Figure(
                    row="dollars for a million conversions",
                    case=f"POSTs of {per_post:,}{suffix}",
                    who=RELAY,
                    value=value,
                    unit="dollars",
                    ratio=value / least,
                    floor="API Gateway straight to SQS",
                    floor_value=least,
                    goal=None if ledger else goal,
                )
            )
    return made


def table(columns: Mapping[str, Mapping[str, float]]) -> str:
    """Markdown: an item a line, a column each, their sums last."""
    items = list(dict.fromkeys(item for column in columns.values() for item in column))
    lines = ["| | " + " | ".join(columns) + " |", "|---" + "|---:" * len(columns) + "|"]
    for item in items:
        lines.append(f"| {item} | " + " | ".join(_dollars(column.get(item, 0.0)) for column in columns.values()) + " |")
    sums = (f"**{_dollars(sum(column.values()))}**" for column in columns.values())
    return "\n".join([*lines, "| **sum** | " + " | ".join(sums) + " |"])


def _dollars(value: float) -> str:
    return "" if not value else f"${value:,.3f}" if value < 100 else f"${value:,.0f}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.cost", description="Dollars for so many conversions.")
    parser.add_argument("--events", type=int, default=1_000_000, help="conversions in all (default 1000000)")
    parser.add_argument("--per-post", type=int, default=1, help="conversions in each POST, 1 to 1000 (default 1)")
    parser.add_argument("--a-second", type=float, default=200.0, help="conversions a second while they come (200)")
    parser.add_argument("--window", type=float, default=5.0, help="the parameter BatchWindow, seconds (default 5)")
    parser.add_argument("--memory-mb", type=int, default=1_024, help="memory of the functions (default 1024)")
    parser.add_argument("--roku-ms", type=float, default=200.0, help="how long Roku takes to answer (default 200)")
    given = parser.parse_args(arguments)
    load = Load(given.events, given.per_post, given.a_second)
    speed = measured(read(RESULTS).figures, given.per_post)
    off = Setting(given.memory_mb, given.window, roku_ms=given.roku_ms)
    on = Setting(given.memory_mb, given.window, ledger=True, roku_ms=given.roku_ms)
    how = f"in POSTs of {load.per_post:,}, {load.a_second:g} a second"
    print(f"{load.events:,} conversions {how}; prices of {prices.AS_OF}\n")
    columns = {
        "this relay": relay(load, off, speed),
        "with the ledger": relay(load, on, speed),
        "floor: API Gateway straight to SQS": floor(load, off, speed),
    }
    print(table(columns))
    million = load.events / 1e6
    for name, (least, most) in prices.HOSTED.items():
        print(f"\n{name}, public plans: ${least * million:,.0f} to ${most * million:,.0f}")


if __name__ == "__main__":
    main(sys.argv[1:])
