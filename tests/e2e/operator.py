"""The operator at the command line: `relay` in this process, against the running local stack."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass
from io import BytesIO, StringIO, TextIOWrapper
from typing import Any
from unittest.mock import patch

from typer.main import get_command

from destinations import NAMES
from relay.app import app
from relay.destinations import shown
from tests.e2e.relay import Relay, running

_RELAY = get_command(app)  # once: typer makes all verbs again at each call, a fifth of the work of a short one

# A running stack has modules of its own: what the command line imports and keeps must be imported before it starts, or
# the next tests of this process get rules that raise the stack's Fault.
for _name in NAMES:
    shown(_name)


@dataclass(frozen=True)
class Said:
    """What a command answered: its exit code, stdout and stderr."""

    code: int
    text: str
    errors: str

    def json(self) -> Any:
        return json.loads(self.text)


class Operator:
    """Runs verbs with --local; `relay` is the stack from outside."""

    def __init__(self, relay: Relay) -> None:
        self.relay = relay

    def run(self, *arguments: str, answer: str = "") -> Said:
        """The command, with `answer` on stdin."""
        where = ("--local", "--local-endpoint", self.relay.stack.aws_endpoint)
        # The functions print meanwhile: their words go to the log, and this thread's to `terminal`.
        stdout = self.relay.stack._stdout
        stdout.install()
        with patch.object(stdout, "_terminal", StringIO()) as terminal:
            return run(*arguments, *where, answer=answer, stdout=terminal)

    def json(self, *arguments: str) -> Any:
        """The answer in JSON, whatever the exit code."""
        return self.run(*arguments, "--json").json()


def run(*arguments: str, answer: str = "", stdout: StringIO) -> Said:
    """A command as it is; what it prints goes to `stdout`."""
    stdin, errors = TextIOWrapper(BytesIO(answer.encode())), StringIO()
    with patch("sys.stdin", stdin), redirect_stderr(errors):
        try:
            _RELAY(list(arguments), prog_name="relay")
        except SystemExit as ended:
            code = ended.code
        else:
            code = 0
    assert isinstance(code, int)
    return Said(code, stdout.getvalue(), errors.getvalue())


@contextmanager
def operating(**parameters: str) -> Iterator[Operator]:
    """A running stack and its operator."""
    with running(**parameters) as relay:
        yield Operator(relay)
