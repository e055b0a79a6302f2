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
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import pytest

from local.__main__ import main
from local.cases import read_cases
from local.choices import PORT, ROOT
from local.tables import TELLING
from tests.bounds import BOUND

FREE_PORTS = ("--port", "0", "--aws-port", "0", "--sandbox-port", "0", "--rokt-sandbox-port", "0")
AT_ONCE = ("--window", "0")

COMMAND = os.path.relpath(Path(sys.executable).with_name("relay"), ROOT)  # of the environment that runs it

Run = Callable[..., "subprocess.Popen[bytes]"]


# `local` where only what requirements/run.txt holds can be imported: `make run` has no more than that.
SMALL = """
import re, runpy, sys
from importlib.metadata import packages_distributions

locked = set(re.findall("^([a-z0-9-]+)==", open("requirements/run.txt").read(), re.MULTILINE))
plain = lambda name: re.sub("[-_.]+", "-", name).lower()
known = packages_distributions().items()
others = {name for name, made_by in known if not locked & {plain(one) for one in made_by}}
others -= {"roku-conversions-relay", *(name for name, made_by in known if "roku-conversions-relay" in made_by)}

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in others:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Absent())
runpy.run_module("local", run_name="__main__", alter_sys=True)
"""


def _command(arguments: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", "local", *arguments]


def _run(*arguments: str, program: Sequence[str] = ("-m", "local")) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *program, *arguments],
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


def _said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """The exit code and what was said, without a process of its own: for what ends before the stack starts."""
    code = main(["--once", *FREE_PORTS, *arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


def _destinations(said: str) -> tuple[list[str], list[str]]:
    """Those whose deliveries are counted, and those whose address is named."""
    counted = re.findall(r"^(\w+): \d+ delivered, ", said, re.MULTILINE)
    return counted, [name.lower() for name in re.findall(r"^(Ro\w+) +http", said, re.MULTILINE)]


def test_all_posts_the_samples_and_each_ends_as_its_file_says() -> None:
    done = _run("--all", *FREE_PORTS)  # without a terminal it does as with --once
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert "all samples ended as expected" in done.stdout
    for case in read_cases(ROOT / "events"):
        assert case.name.removesuffix(".json") in done.stdout
    for outcome in ("delivered", "rejected", "invalid", "ignored", "redriven", "withheld"):
        assert outcome in done.stdout
    for name in ("Roku", "Rokt"):
        assert re.search(rf"^{name}\s+http://127\.0\.0\.1:\d+ \(sandbox\)$", done.stdout, re.MULTILINE)
    assert _destinations(done.stdout) == (["roku", "rokt"], ["roku", "rokt"])
    assert "Serving" not in done.stdout


def test_a_destination_and_its_api_can_be_chosen_and_logs_are_shown_on_stderr_when_asked_for() -> None:
    options = ("--destinations", "rokt", "--rokt-api", "events", "--logs")
    done = _run("--once", *FREE_PORTS, *AT_ONCE, *options, program=("-c", SMALL))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "all samples ended as expected" in done.stdout
    assert _destinations(done.stdout) == (["rokt"], ["rokt"])
    assert '"_aws"' in done.stderr
    assert '"_aws"' not in done.stdout
    shown = done.stdout.split("why", 1)[1].split("rokt: ")[0].strip().splitlines()
    assert 5 <= len(shown) <= TELLING
    assert max(map(len, done.stdout.splitlines())) <= 100


def test_a_destination_that_nobody_knows_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--once", "--destinations", "roku,nowhere"])
    assert ended.value.code == 2
    assert "roku and rokt" in capsys.readouterr().err


def test_at_a_terminal_it_shows_the_table_and_serves_until_interrupted(start: Run) -> None:
    ours, theirs = pty.openpty()
    with os.fdopen(ours, "rb", buffering=0) as screen:
        process = start(*FREE_PORTS, *AT_ONCE, terminal=theirs)
        os.close(theirs)
        said = _read_until(screen, "Serving until interrupted")
        assert "all samples ended as expected" in said
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=BOUND)
    assert (process.returncode, errors) == (0, b"")


def test_serve_posts_nothing_names_the_next_commands_and_ends_cleanly_when_terminated(start: Run) -> None:
    with _busy(PORT):
        process = start("--serve", *FREE_PORTS[2:])
        assert process.stdout is not None
        said = _read_until(process.stdout, "Serving until interrupted")
    assert "ended as expected" not in said
    assert re.match(r"Console\s+http://127\.0\.0\.1:\d+/\n", said)
    url = re.search(r"API\s+(http://127\.0\.0\.1:\d+)", said)
    assert url is not None
    assert not url[1].endswith(f":{PORT}")
    assert f"Port {PORT} is in use" in said
    assert f"curl -i {url[1]}/v1/events -H 'Authorization: Bearer local-sender-key'" in said
    aws_endpoint = re.search(r"AWS\s+(http://127\.0\.0\.1:\d+)", said)
    assert aws_endpoint is not None
    for verb in ("status order-1", "dlq list"):
        assert f" {COMMAND} {verb} --local --local-endpoint {aws_endpoint[1]}\n" in said
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=BOUND)
    assert (process.returncode, errors) == (0, b"")


@contextmanager
def _busy(port: int) -> Iterator[None]:
    """Somebody has that port; perhaps somebody else had it before."""
    with socket.socket() as taken:
        with suppress(OSError):
            taken.bind(("127.0.0.1", port))
            taken.listen()
        yield


def test_a_chosen_port_in_use_is_one_line_that_names_the_flag(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        code, said, errors = _said(capsys, "--port", str(taken.getsockname()[1]))
    assert (code, said) == (2, "")
    assert re.fullmatch(r"port \d+ cannot be used .*: choose another with --port\n", errors)


def test_samples_are_never_posted_to_another_roku(capsys: pytest.CaptureFixture[str]) -> None:
    code, said, errors = _said(capsys, "--roku-url", "http://127.0.0.1:9")
    assert (code, said) == (2, "")
    assert "--serve" in errors


@pytest.mark.parametrize(
    ("flag", "key"), [("--key", "two words"), ("--key", ""), ("--roku-key", "two\nlines"), ("--rokt-key", "no pair")]
)
def test_a_key_that_cannot_work_is_refused_by_its_flag(flag: str, key: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, said, errors = _said(capsys, flag, key)
    assert (code, said) == (2, "")
    assert errors.startswith(f"{flag} cannot be ")
