"""The wheel of this folder in a fresh environment: `relay` works there with what `make relay` installs, and no more."""

import subprocess
import sys
import venv
from pathlib import Path

import pytest

from pipeline.values.version import VERSION
from tests.bounds import BOUND

ROOT = Path(__file__).parents[2]
VERBS = (
    "calibrate", "circuit list", "deploy", "dlq redrive", "doctor", "drain", "hash", "keys add", "map", "remove",
    "report", "send", "status", "tail",
)  # fmt: skip


def _run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=cwd, check=False, capture_output=True, text=True, timeout=BOUND, env={})


@pytest.mark.thorough(reason="builds the wheel and installs it with its dependencies")
def test_the_wheel_alone_gives_a_command_that_works(tmp_path: Path) -> None:
    built = _run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path, cwd=ROOT)
    assert built.returncode == 0, built.stderr
    (wheel,) = tmp_path.glob(f"*-{VERSION}-*.whl")
    venv.create(tmp_path / "own", with_pip=True)
    pip: list[str | Path] = [
        tmp_path / "own" / "bin" / "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
        wheel,
    ]
    locked: list[str | Path] = ["bash", ".ci/install", tmp_path / "own", "requirements/relay.txt"]
    for install in (locked, pip):
        installed = subprocess.run(install, cwd=ROOT, check=False, capture_output=True, text=True, timeout=BOUND)
        assert installed.returncode == 0, installed.stderr
    relay = tmp_path / "own" / "bin" / "relay"

    assert _run(relay, "--version", cwd=tmp_path).stdout == f"relay {VERSION}\n"
    assert "12125550123" in _run(relay, "hash", "(212) 555-0123", cwd=tmp_path).stdout
    assert [verb for verb in VERBS if _run(relay, *verb.split(), "--help", cwd=tmp_path).returncode] == []
    assert _run(relay, "doctor", cwd=tmp_path).returncode == 2
    unreachable = _run(relay, "doctor", "--local", "--local-endpoint", "http://127.0.0.1:1", "--json", cwd=tmp_path)
    assert (unreachable.returncode, unreachable.stdout.count("no local stack runs")) == (3, 1)
