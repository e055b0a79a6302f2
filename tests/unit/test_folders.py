"""A new folder of src/ is covered by the import rules, and is in the bundle and the wheel, without a new line."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

ROOT = Path(__file__).parents[2]
FOLDERS = sorted(folder.name for folder in (ROOT / "src").iterdir() if any(folder.glob("*.py")))
CLEAN = {
    "__init__.py": "",
    "destination.py": "def connect() -> object:\n    from pinboard import client\n\n    return client\n",
    "client.py": "import requests\n\nfrom pipeline.aws import http\n\nUSED = (requests, http)\n",
    "event.py": "from pipeline.values import rules\n\nUSED = rules\n",
}
FORBIDDEN = {
    "environment": "import os",
    "aws": "import boto3",
    "aws_core": "import botocore.session",
    "calls": "import requests",
    "sockets": "import socket",
    "sends": "from pipeline.aws import http",
    "knows_client": "from pinboard import client",
    "knows_another": "from roku import event",
    "knows_a_source": "from sources import registry",
    "knows_functions": "from handlers import clients",
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's code with one more folder in src/, of a destination that nobody has named anywhere."""
    root = tmp_path_factory.mktemp("project")
    for name in ("src", "relay", "events", ".ci"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, root / name)
    (root / "src" / "pinboard").mkdir()
    for name, text in CLEAN.items():
        (root / "src" / "pinboard" / name).write_text(text)
    return root


def checked(root: Path) -> tuple[int, str]:
    """The exit code of the import rules, and what they print."""
    run = subprocess.run(
        [sys.executable, ".ci/imports.py"],
        cwd=root,
        env={"COLUMNS": "300"},
        capture_output=True,
        text=True,
        check=False,
    )
    return run.returncode, run.stdout


def test_a_new_destination_may_do_what_every_destination_may(copy: Path) -> None:
    code, said = checked(copy)
    assert code == 0, said


def test_a_new_destination_may_do_nothing_else_and_the_pipeline_does_not_know_it(copy: Path) -> None:
    lines = {f"pinboard.{name}": line for name, line in FORBIDDEN.items()}
    lines["pipeline.knows_a_destination"] = "from pinboard import event"
    files = [copy / "src" / f"{module.replace('.', '/')}.py" for module in lines]
    for file, line in zip(files, lines.values(), strict=True):
        file.write_text(line + "\n")
    try:
        code, said = checked(copy)
    finally:
        for file in files:
            file.unlink()
    assert code == 1
    assert [module for module in lines if f"{module} " not in said] == []


def test_every_folder_is_in_the_bundle() -> None:
    shown = subprocess.run(
        ["make", "-n", "-C", str(ROOT / "src"), "build-IngestFunction", "ARTIFACTS_DIR=/bundle"],
        capture_output=True,
        text=True,
        check=True,
    )
    copied = next(line for line in shown.stdout.splitlines() if line.startswith("cp "))
    assert sorted(copied.split()[2:-1]) == FOLDERS


def test_every_folder_but_the_functions_is_in_the_wheel(copy: Path) -> None:
    packed = {file.distribution_path.partition("/")[0] for file in WheelBuilder(str(copy)).recurse_included_files()}
    assert packed == {*FOLDERS, "pinboard", "relay"} - {"handlers"}
