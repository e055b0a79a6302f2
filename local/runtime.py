"""Runs a function's real handler as Lambda's runtime does: one invocation at a time, JSON in, JSON out, a context."""

import importlib
import json
import threading
import time
import traceback
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from local import environment
from local.functions import Function

# Lambda's limit for the payload of a synchronous invocation, and for its answer.
MAX_PAYLOAD_BYTES = 6_291_456


class FunctionError(Exception):
    """The invocation failed as a whole: the handler raised, ran out of time or answered what JSON cannot hold."""


class PayloadTooLarge(Exception):
    """The event is larger than Lambda takes (6,291,456 bytes); the handler was not called."""


@dataclass(frozen=True, slots=True)
class Context:
    """The context object of one invocation, with the attributes that Lambda's Python runtime gives it."""

    function_name: str
    invoked_function_arn: str
    memory_limit_in_mb: int
    deadline: float  # on the monotonic clock, seconds
    aws_request_id: str
    function_version: str = "$LATEST"
    log_group_name: str = "/aws/lambda/local"
    log_stream_name: str = "local"

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the function's timeout, never negative."""
        return max(0, int((self.deadline - time.monotonic()) * 1000))


class Runtime:
    """One execution environment of one function; invocations that come at the same time wait for one another.

    A Lambda environment never serves two events at once, so handlers need not be safe for threads.
    """

    def __init__(
        self, function: Function, variables: Mapping[str, str], *, before: Callable[[], None] = lambda: None
    ) -> None:
        """Imports the handler's module; `variables` are the function's, `before` is called before each invocation."""
        module, _, name = function.handler.rpartition(".")
        self._function = function
        self._variables = variables
        self._before = before
        self._handler: Callable[[Any, Context], Any] = getattr(importlib.import_module(module), name)
        self._alone = threading.Lock()

    def invoke(self, event: Any) -> Any:
        """The handler's answer as JSON values.

        Raises PayloadTooLarge before and FunctionError after the handler is called; the traceback goes to stdout,
        where Lambda's log is taken from.
        """
        payload = json.dumps(event, separators=(",", ":"))
        if len(payload) > MAX_PAYLOAD_BYTES:
            raise PayloadTooLarge
        with self._alone:
            self._before()
            deadline = time.monotonic() + self._function.timeout_seconds
            context = Context(
                function_name=self._function.name,
                invoked_function_arn=self._function.arn,
                memory_limit_in_mb=self._function.memory_mb,
                deadline=deadline,
                aws_request_id=str(uuid.uuid4()),
            )
            try:
                with environment.of(self._variables):
                    answer = json.dumps(self._handler(json.loads(payload), context))
            except Exception as error:  # whatever a handler raises fails its invocation and nothing else
                print(traceback.format_exc(), flush=True)
                raise FunctionError(f"{self._function.handler} raised {type(error).__name__}") from error
        if time.monotonic() > deadline:
            raise FunctionError(f"{self._function.handler} took longer than {self._function.timeout_seconds} s")
        if len(answer) > MAX_PAYLOAD_BYTES:
            raise FunctionError(f"{self._function.handler} answered more than {MAX_PAYLOAD_BYTES} bytes")
        return json.loads(answer)
