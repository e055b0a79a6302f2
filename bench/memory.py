"""Row: the most memory that the second function holds while it delivers 10,000 queued events, in a process of its own.

`python -m bench.memory` is that process: it reads the batch as JSON and prints what it held (Linux only).
"""

import gc
import json
import subprocess
import sys
from pathlib import Path

from bench.boundary import Relay
from bench.conversions import post_body, purchases
from bench.figures import RELAY, Figure
from bench.invocations import api_event, sqs_event

EVENTS = 10_000


def measure() -> list[Figure]:
    """Peak resident memory beside that of the same process with the batch in hand and nothing done."""
    figures = []
    with Relay.running() as relay:
        for per_post in (1, 100, 1_000):
            relay.world.forget()
            for start in range(0, EVENTS, per_post):
                relay.ingest(api_event(post_body(purchases(per_post, first=start))))
            batch = json.dumps(sqs_event(relay.world.messages()))
            done = subprocess.run(
                [sys.executable, "-m", "bench.memory"], input=batch, capture_output=True, text=True, check=True
            )
            before, peak = map(float, done.stdout.split())
            figures.append(
                Figure(
                    row=f"peak memory of delivering {EVENTS:,} events",
                    case=f"queued by POSTs of {per_post:,}",
                    who=RELAY,
                    value=peak,
                    unit="MB",
                    ratio=peak / before,
                    floor="the same process holding the batch",
                    floor_value=before,
                )
            )
    return figures


def _held(name: str) -> float:
    """VmRSS, what is held now, or VmHWM, the most so far; MB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith(name)) * 1_024 / 1e6


def main() -> None:
    """Print what is held before the delivery and at most during it, in MB."""
    event = json.load(sys.stdin)
    gc.collect()
    with Relay.running() as relay:
        before = _held("VmRSS")
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the most so far is what is held now
        relay.deliver(event)
    print(before, _held("VmHWM"))


if __name__ == "__main__":
    main()
