"""One emulator for all tests of this folder; this process, too, meets it in AWS's place."""

import importlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.emulator import bundle, server

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[server.Emulator]:
    """It serves until the last test has ended. Its environment becomes this process's."""
    for needed in (server.PYTHON, ROOT / ".venv-sam" / "bin" / "sam", ROOT / ".aws-sam" / "build" / "template.yaml"):
        if not needed.exists():
            pytest.skip(f"{needed.relative_to(ROOT)} is not here: `make emulator` makes it")
    before = dict(os.environ)
    with server.serving(tmp_path_factory.mktemp("emulator")) as serving:
        os.environ.clear()
        os.environ.update(serving.environment)
        sys.path.append(str(server.NAMES))
        importlib.import_module("localhost_names")
        yield serving
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(scope="session")
def build(emulator: server.Emulator, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the built bundle, so that it runs here."""
    target = tmp_path_factory.mktemp("now") / "build"
    bundle.adapted(
        ROOT / ".aws-sam" / "build", target, emulator.certificate, server.PYTHON, ROOT / "src" / "requirements.txt"
    )
    return target
