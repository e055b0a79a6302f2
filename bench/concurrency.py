"""Row: twenty requests to Roku that take 100 ms each, under way at once, beside one."""

import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from bench.conversions import GROUP
from bench.figures import RELAY, Figure
from bench.timing import Run, compared, interleaved
from pipeline.aws.http import open_session
from pipeline.contract.destination import Routing
from pipeline.contract.outcome import Delivered
from pipeline.delivery.ask import WORKERS, send
from pipeline.delivery.unsent import Load
from roku.destination import declared
from roku.settings import Settings

REQUESTS, SECONDS = 20, 0.1
GOAL = 1.4
_LINE = '{"event_id":"1","event_name":"PURCHASE","user_data":{"is_hashed":true}}'


class Key:
    """A Roku key that is known."""

    def text(self) -> str:
        """The key."""
        return "bench-roku-key"

    reread = text


def measure(turns: int) -> list[Figure]:
    """Wall time, in multiples of one request's 100 ms."""
    with _server() as url, ThreadPoolExecutor(WORKERS) as executor:
        roku = declared(Settings(url=url)).connected(keys=Key(), session=open_session(), now=time.time)

        def requests(count: int) -> Run:
            """Each of another event group, so that none can share a request."""
            messages = [Load(Routing(f"{GROUP}-{n}"), [_LINE]) for n in range(count)]

            def run() -> float:
                started = time.perf_counter()
                outcomes = send(messages, roku, now=time.time, time_left=lambda: 60.0, executor=executor)
                seconds = time.perf_counter() - started
                if outcomes != [[Delivered()]] * count:
                    raise RuntimeError(f"not delivered: {outcomes}")
                return seconds

            return run

        taken = interleaved({"one": requests(1), "twenty": requests(REQUESTS)}, turns=turns)
    timed = compared(taken["twenty"], [SECONDS] * turns)
    one = compared(taken["one"], [SECONDS] * turns)
    return [
        Figure(
            row=f"{REQUESTS} requests at 100 ms each",
            case="wall time",
            who=who,
            value=seconds * 1e3,
            unit="ms",
            ratio=ratio,
            floor="100 ms",
            floor_value=SECONDS * 1e3,
            goal=goal,
        )
        for who, seconds, ratio, goal in (
            (RELAY, timed.seconds, timed.ratio, GOAL),
            ("one request alone", one.seconds, one.ratio, None),
            ("one after another", one.seconds * REQUESTS, one.ratio * REQUESTS, None),
        )
    ]


@contextmanager
def _server() -> Iterator[str]:
    command = [sys.executable, "-m", "bench.slow_server", str(SECONDS)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.kill()
