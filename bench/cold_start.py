"""Row: a whole process from its start to its first answer, through Lambda's own runtime client, beside one that does
nothing but make an SQS client.

A process finds the bundle first and then what Lambda brings, and may write no bytecode, as in Lambda. AWS and Roku
answer over plain HTTP on 127.0.0.1, so no certificates are read. Processor time counts; memory never limits it here.
"""

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from bench import package
from bench.boundary import ROKU_ANSWER, Relay, World
from bench.conversions import post_body, purchases
from bench.environment import ENVIRONMENT
from bench.figures import RELAY, Figure
from bench.invocations import api_event, sqs_event
from bench.runtime_api import RuntimeApi
from bench.timing import compared, interleaved

_BOUND = 30.0  # seconds after which a start has failed
FLOOR = 'boto3.client("sqs") alone'
_FLOOR_MODULE = "import boto3\n\nclient = boto3.client('sqs')\n\n\ndef handler(event, context):\n    return {}\n"
# The prototype's, for ingest.
GOAL = 1.55


def measure(turns: int) -> list[Figure]:
    """Ratios of processor time, and of time on the clock, for each function; and the size of the bundle."""
    with tempfile.TemporaryDirectory() as scratch, _outside() as outside:
        folder = Path(scratch)
        plain, shipped = package.build(folder)
        runtime = package.runtime(folder / "runtime")
        nothing = folder / "nothing"
        nothing.mkdir()
        (nothing / "alone.py").write_text(_FLOOR_MODULE, encoding="utf-8")
        figures = []
        for name, event in _events().items():
            starts = {
                FLOOR: Start(nothing, runtime, "alone.handler", {}, outside),
                "without bytecode": Start(plain, runtime, f"handlers.{name}.handler", event, outside),
                RELAY: Start(shipped, runtime, f"handlers.{name}.handler", event, outside),
            }
            taken = interleaved({who: start.run for who, start in starts.items()}, turns=turns)
            walls = {who: start.walls[1:] for who, start in starts.items()}
            for who, mine, base in (
                (RELAY, taken[RELAY], taken[FLOOR]),
                ("without bytecode, as a plain sam build leaves it", taken["without bytecode"], taken[FLOOR]),
                ("on the clock", walls[RELAY], walls[FLOOR]),
                ("on the clock without bytecode", walls["without bytecode"], walls[FLOOR]),
            ):
                timed = compared(mine, base)
                figures.append(
                    Figure(
                        row="cold start, whole process to the first answer",
                        case=name,
                        who=who,
                        value=timed.seconds * 1e3,
                        unit="ms CPU" if "clock" not in who else "ms",
                        ratio=timed.ratio,
                        floor=FLOOR,
                        floor_value=timed.floor * 1e3,
                        goal=GOAL if (who, name) == (RELAY, "ingest") else None,
                    )
                )
        return figures + package.sizes(plain, shipped)


def _events() -> dict[str, dict[str, Any]]:
    """The first invocation of each function."""
    post = api_event(post_body(purchases(1)))
    with Relay.running() as relay:
        relay.ingest(post)
        batch = sqs_event(relay.world.messages())
    return {"ingest": post, "deliver": batch, "test_events": post | {"rawPath": "/v1/test_events"}}


class Start:
    """One function's cold start, repeatable."""

    def __init__(self, task: Path, runtime: Path, handler: str, event: dict[str, Any], outside: str) -> None:
        """Of `handler` in the folder `task`, with what Lambda brings in `runtime`; `outside` is everybody's URL."""
        self.walls: list[float] = []
        self._event = event
        self._task = task
        # Without site (-S): nothing of this environment is found but what is named here.
        self._command = [os.path.realpath(sys.executable), "-S", "-m", "awslambdaric", handler]
        self._environment = ENVIRONMENT | {
            "PYTHONPATH": f"{task}{os.pathsep}{runtime}",
            "PYTHONDONTWRITEBYTECODE": "1",
            "LAMBDA_TASK_ROOT": str(task),
            "AWS_LAMBDA_FUNCTION_NAME": "bench",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024",
            "AWS_EXECUTION_ENV": f"AWS_Lambda_python3.{sys.version_info.minor}",
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_ENDPOINT_URL": outside,
            "ROKU_URL": outside,
            "PATH": os.environ["PATH"],
        }

    def run(self) -> float:
        """Start, wait for the first answer, end the process; return its CPU seconds."""
        api = RuntimeApi(self._event)
        threading.Thread(target=api.serve_forever, args=(0.01,), daemon=True).start()
        started = time.monotonic()
        process = subprocess.Popen(
            self._command,
            env=self._environment | {"AWS_LAMBDA_RUNTIME_API": api.address},
            cwd=self._task,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            if not (api.done.wait(_BOUND) and _is_good(api.answer)):
                raise RuntimeError(f"{self._command[-1]} did not start: {api.fault or api.answer}")
        finally:
            process.kill()
            _, _, usage = os.wait4(process.pid, 0)
            process.returncode = -9  # it was waited for here, where its CPU time is told
            api.shutdown()
            api.server_close()
        self.walls.append(api.answered - started)
        return usage.ru_utime + usage.ru_stime


def _is_good(answer: Any) -> bool:
    """Whether the work was done: the floor has none, deliver leaves no message, the others say 200 or 202."""
    return answer in ({}, {"batchItemFailures": []}) or (answer or {}).get("statusCode") in (200, 202)


class _Outside(BaseHTTPRequestHandler):
    """AWS and Roku on one address."""

    protocol_version = "HTTP/1.1"
    world = World()

    def do_POST(self) -> None:
        """Answer as they do when all goes well."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        target = self.headers.get("X-Amz-Target")
        answer = self.world.answer(target, body) if target else ROKU_ANSWER
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name it has there
        """Nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing: the processes that end here leave their connections open."""


@contextmanager
def _outside() -> Iterator[str]:
    server = _Server(("127.0.0.1", 0), _Outside)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
