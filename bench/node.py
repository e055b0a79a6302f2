"""The peers that run under Node: each in a process of its own that measures its own CPU time, a batch at a time."""

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from bench.timing import Run

FOLDER = Path(__file__).parent / "npm"
SCRIPTS = {
    "facebook-nodejs-business-sdk": "facebook.cjs",
    "@segment/action-destinations": "segment.cjs",
}
ROKT_SCRIPTS = {"@segment/action-destinations (Rokt)": "segment-rokt.cjs"}
# V8 compiles what is hot only after a while: 12,000 events are enough.
_WARM_UP = 12


class Script:
    """A running peer; it takes the number of a posted body on a line and answers with what it did."""

    def __init__(self, process: "subprocess.Popen[str]", bodies: int) -> None:
        """Warm it up with each of the `bodies`."""
        self._process = process
        for number in range(bodies):
            for _ in range(_WARM_UP):
                self.ask(number)

    def ask(self, number: int) -> dict[str, Any]:
        """CPU `seconds` (user and system, all threads of the process), events `finished`, `bytes` written."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{number}\n")
        self._process.stdin.flush()
        said: dict[str, Any] = json.loads(self._process.stdout.readline())
        return said

    def run(self, number: int) -> Run:
        """A run over that body."""
        return lambda: float(self.ask(number)["seconds"])


@contextmanager
def peers(
    posts: Sequence[bytes], notices: list[str], scripts: Mapping[str, str] = SCRIPTS
) -> Iterator[dict[str, Script]]:
    """The peers that can run here, by name, ready for the posted bodies; why others cannot goes to `notices`."""
    with ExitStack() as stack:
        node = shutil.which("node")
        if node is None or not (FOLDER / "node_modules").is_dir():
            lacks = "Node is not installed" if node is None else "npm has not installed bench/npm"
            notices.append(f"{lacks}: {' and '.join(scripts)} left out")
            yield {}
            return
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        files = []
        for number, post in enumerate(posts):
            files.append(folder / f"{number}.json")
            files[-1].write_bytes(post)
        running = {}
        for name, script in scripts.items():
            process = subprocess.Popen(
                [node, str(FOLDER / script), *map(str, files)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            stack.callback(process.wait, 10)
            stack.callback(process.kill)
            running[name] = Script(process, len(posts))
        yield running
