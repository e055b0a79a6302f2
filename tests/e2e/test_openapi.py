"""docs/openapi.yaml: a linter finds nothing, a client that is generated from it works, and the API keeps to it."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import yaml
from openapi_spec_validator import validate

from local.choices import Choices
from local.senders import SENDER_KEY
from local.stack import Stack
from tests.bounds import BOUND

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "openapi.yaml"
FOLDER = ROOT / "tests" / "integration" / "npm_openapi"
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
needs_node = pytest.mark.skipif(
    shutil.which("node") is None or not (FOLDER / "node_modules" / "openapi-typescript").is_dir(),
    reason="`make thorough` installs a linter and a generator of clients; they need Node.js",
)


def test_the_document_is_valid_openapi() -> None:
    validate(yaml.safe_load(DOCUMENT.read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """With both destinations: its answers have all that those of one have, and more."""
    with Stack(Choices.free(parameters={"DeliverToRokt": "true"})) as stack:
        yield stack


@pytest.mark.thorough(reason="spectral on Node.js")
@needs_node
def test_the_linter_finds_nothing() -> None:
    linter = "node_modules/@stoplight/spectral-cli/dist/index.js"
    _node(FOLDER, linter, "lint", DOCUMENT, "-r", ".spectral.yaml", "--fail-severity=hint")


@pytest.mark.thorough(reason="openapi-typescript on Node.js")
@needs_node
def test_a_client_that_is_generated_from_it_posts_and_reads_the_answers(stack: Stack, tmp_path: Path) -> None:
    (tmp_path / "node_modules").symlink_to(FOLDER / "node_modules")
    for name in ("client.ts", "package.json"):
        shutil.copy(FOLDER / name, tmp_path)
    _node(tmp_path, "node_modules/openapi-typescript/bin/cli.js", DOCUMENT, "-o", "relay.d.ts")
    strict = ("--strict", "--skipLibCheck", "--target", "es2022", "--module", "nodenext")
    _node(tmp_path, "node_modules/typescript/bin/tsc", *strict, "client.ts")
    said = _node(tmp_path, "client.js", stack.url, SENDER_KEY)
    assert [json.loads(line) for line in said.splitlines()] == [
        [202, 202, 1, [], True],
        [400, 400, 1, [[0, ["event_time"], "all"]], True],
        [401, 401, 0, [], True],
    ]


def _node(folder: Path, program: str, *arguments: str | Path) -> str:
    """What a program says that Node.js runs in the folder; it must end well."""
    command = ["node", program, *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=BOUND, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.thorough(reason="schemathesis posts for minutes")
@pytest.mark.parametrize("authorization", [f"Bearer {SENDER_KEY}", "Bearer unknown"])
def test_no_request_finds_a_5xx_or_an_answer_outside_the_document(
    stack: Stack, authorization: str, tmp_path: Path
) -> None:
    document = requests.get(f"{stack.url}/openapi.yaml", timeout=BOUND)
    assert document.text == DOCUMENT.read_text(encoding="utf-8")
    run = subprocess.run(
        [
            str(Path(sys.executable).parent / "st"),
            "run",
            f"{stack.url}/openapi.yaml",
            f"--url={stack.url}",
            f"--header=Authorization: {authorization}",
            f"--checks={','.join(CHECKS)}",
            "--max-examples=60",
            "--generation-deterministic",
            "--no-shrink",
            "--warnings=off",
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=BOUND * 10,
        check=False,
    )
    assert run.returncode == 0, run.stdout
