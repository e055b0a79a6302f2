"""`python -m local` as a person and a script use it: the real template, functions and samples, on free ports."""

import os
import pty
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import IO

import pytest

from local.cases import read_cases
from local.stack import ROOT
from tests.bounds import BOUND

FREE_PORTS = ("--port", "0", "--aws-port", "0", "--sandbox-port", "0", "--rokt-sandbox-port", "0")
AT_ONCE = ("--window", "0")

Run = Callable[..., "subprocess.Popen[bytes]"]


def _command(arguments: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", "local", *arguments]


def _run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        _command(arguments),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=BOUND,
        check=False,
    )


@pytest.fixture
def start() -> Iterator[Run]:
    started: list[subprocess.Popen[bytes]] = []

    def start(*arguments: str, terminal: int | None = None) -> "subprocess.Popen[bytes]":
        stream = subprocess.DEVNULL if terminal is None else terminal
        output = subprocess.PIPE if terminal is None else terminal
        started.append(
            subprocess.Popen(_command(arguments), cwd=ROOT, stdin=stream, stdout=output, stderr=subprocess.PIPE)
        )
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def _read_until(stream: IO[bytes], text: str) -> str:
    """What the process has said up to `text`."""
    found = bytearray()

    def read() -> None:
        while text.encode() not in found and (piece := os.read(stream.fileno(), 65_536)):
            found.extend(piece)

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    reader.join(BOUND)
    said = found.decode()
    assert text in said
    return said


def test_once_posts_the_samples_and_each_ends_as_its_file_says() -> None:
    done = _run("--once", *FREE_PORTS)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert "all as their files say" in done.stdout
    for case in read_cases(ROOT / "events"):
        assert case.name.removesuffix(".json") in done.stdout
    for outcome in ("delivered", "rejected", "invalid", "ignored", "redriven", "withheld"):
        assert outcome in done.stdout
    for name in ("Roku", "Rokt"):
        assert re.search(rf"^{name}\s+http://127\.0\.0\.1:\d+ \(sandbox\)$", done.stdout, re.MULTILINE)
        assert re.search(rf"^{name.lower()}: \d+ delivered, ", done.stdout, re.MULTILINE)


def _destinations(said: str) -> tuple[list[str], list[str]]:
    """Those whose deliveries are counted, and those whose address is named."""
    counted = re.findall(r"^(\w+): \d+ delivered, ", said, re.MULTILINE)
    return counted, [name.lower() for name in re.findall(r"^(Ro\w+) +http", said, re.MULTILINE)]


def test_one_destination_can_be_chosen_and_logs_are_shown_on_stderr_when_asked_for() -> None:
    done = _run("--once", *FREE_PORTS, *AT_ONCE, "--destinations", "rokt", "--logs")
    assert done.returncode == 0, done.stdout
    assert _destinations(done.stdout) == (["rokt"], ["rokt"])
    assert '"_aws"' in done.stderr
    assert '"_aws"' not in done.stdout


def test_a_destination_that_nobody_knows_is_a_usage_error() -> None:
    done = _run("--once", "--destinations", "roku,nowhere")
    assert (done.returncode, done.stdout) == (2, "")
    assert "roku and rokt" in done.stderr


def test_rokts_other_api_can_be_chosen_and_without_a_terminal_it_does_as_with_once() -> None:
    done = _run(*FREE_PORTS, *AT_ONCE, "--rokt-api", "events")
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert _destinations(done.stdout) == (["roku", "rokt"], ["roku", "rokt"])
    assert "all as their files say" in done.stdout
    assert "Serving" not in done.stdout


def test_serve_posts_nothing_and_ends_cleanly_when_terminated(start: Run) -> None:
    process = start("--serve", *FREE_PORTS)
    assert process.stdout is not None
    said = _read_until(process.stdout, "Serving until interrupted")
    assert "What became of" not in said
    assert re.match(r"Console\s+http://127\.0\.0\.1:\d+/\n", said)
    url = re.search(r"API\s+(http://127\.0\.0\.1:\d+)", said)
    assert url is not None
    assert said.count("start-message-move-task") == 2  # a redrive for each destination
    assert f"curl -i {url[1]}/v1/events -H 'Authorization: Bearer local-sender-key'" in said
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=BOUND)
    assert (process.returncode, errors) == (0, b"")


def test_with_a_terminal_it_shows_the_table_and_goes_on_serving_until_interrupted(start: Run) -> None:
    ours, theirs = pty.openpty()
    with os.fdopen(ours, "rb", buffering=0) as screen:
        process = start(*FREE_PORTS, *AT_ONCE, terminal=theirs)
        os.close(theirs)
        said = _read_until(screen, "Serving until interrupted")
        assert "all as their files say" in said
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=BOUND)
    assert (process.returncode, errors) == (0, b"")


def test_a_port_in_use_is_one_line_that_names_the_flag() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = _run("--once", *FREE_PORTS, "--port", str(taken.getsockname()[1]))
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(r"port \d+ cannot be used .*: choose another with --port\n", done.stderr)


def test_samples_are_never_posted_to_another_roku() -> None:
    done = _run("--once", *FREE_PORTS, "--roku-url", "http://127.0.0.1:9")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--serve" in done.stderr
