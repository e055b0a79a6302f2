"""Lambda's Runtime API on 127.0.0.1, as far as its runtime client asks: the next invocation, and its answer."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class RuntimeApi(ThreadingHTTPServer):
    """Hands out one invocation and holds its answer; a second one never comes."""

    daemon_threads = True

    def __init__(self, event: dict[str, Any]) -> None:
        """Listen on a free port."""
        super().__init__(("127.0.0.1", 0), _Handler)
        self.invocation = json.dumps(event).encode()
        self.asked = False
        self.answered = 0.0  # monotonic seconds
        self.answer: Any = None
        self.fault: str | None = None
        self.done = threading.Event()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing: a process that is ended leaves its connection open."""

    @property
    def address(self) -> str:
        """Host and port, as AWS_LAMBDA_RUNTIME_API has them."""
        return f"127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: RuntimeApi
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """The next invocation."""
        if self.server.asked:
            self.rfile.read(1)  # nothing comes until the process is ended
            self.close_connection = True
            return
        self.server.asked = True
        self._send(
            200,
            self.server.invocation,
            {
                "Lambda-Runtime-Aws-Request-Id": "0c6f9a2e-0000-0000-0000-000000000000",
                "Lambda-Runtime-Deadline-Ms": str(int((time.time() + 60) * 1000)),
                "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:us-east-1:123456789012:function:bench",
            },
        )

    def do_POST(self) -> None:
        """The answer, or why there is none."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.answered = time.monotonic()
        if self.path.endswith("/error"):
            self.server.fault = body.decode()
        else:
            self.server.answer = json.loads(body)
        self._send(202, b"{}", {})
        self.server.done.set()

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in ({"Content-Type": "application/json", "Content-Length": str(len(body))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name it has there
        """Nothing."""
