"""`make smoke` in the emulator: all but its named gaps."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.emulator.server import ROOT, Emulator

pytestmark = pytest.mark.emulator(reason="an emulator of AWS that others wrote, and the built bundle")


def test_smoke(emulator: Emulator, build: Path) -> None:
    flags = "-m tests.smoke --stack smoke --emulated --build"
    command: list[str | Path] = [sys.executable, *flags.split(), build]
    path = f"{emulator.environment['PYTHONPATH']}:{ROOT}:{ROOT / 'src'}"
    own = {**emulator.environment, "PYTHONPATH": path}
    run = subprocess.run(command, cwd=ROOT, env=own, stdout=subprocess.PIPE, text=True, check=False)
    sys.stdout.write(run.stdout)  # `make emulator` shows the table
    assert run.returncode == 0
