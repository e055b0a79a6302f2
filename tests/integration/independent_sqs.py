"""An independent SQS (the npm package local-aws-sqs on Node): does ours behave as it does?"""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.bounds import BOUND

thorough = pytest.mark.thorough(reason="an SQS on Node.js that others wrote")

_FOLDER = Path(__file__).parent / "npm"


def _missing() -> str:
    if shutil.which("node") is None:
        return "Node.js is not on this machine"
    return "" if (_FOLDER / "node_modules" / "local-aws-sqs").is_dir() else "`make thorough` installs it"


@contextmanager
def serving() -> Iterator[str]:
    """The endpoint's URL while it serves, at the longest as long as this process; skips the test where it cannot."""
    if missing := _missing():
        pytest.skip(f"the independent SQS is not here: {missing}")
    with subprocess.Popen(
        ["node", _FOLDER / "sqs.cjs"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stdout is not None
            yield f"http://127.0.0.1:{int(server.stdout.readline())}"
        finally:
            server.communicate(timeout=BOUND)  # closes its standard input, and so ends it
