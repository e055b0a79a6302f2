"""Exit codes as docs/command-line.md has them, and with --json one document that says the same."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from botocore.exceptions import EndpointConnectionError, NoCredentialsError
from typer.testing import CliRunner

from pipeline.values.version import VERSION
from relay import verbs
from relay.app import app
from relay.deployment import Deployment, Where, connect
from relay.errors import Misuse, Trouble

PAGE = Path(__file__).parents[2] / "docs" / "command-line.md"
QUEUES = ("QueueUrl", "QueueArn", "DeadLetterQueueUrl", "DeadLetterQueueArn")
STACK = Deployment(
    name="ads",
    stack_id="arn:stack",
    created=datetime(2026, 1, 1, tzinfo=UTC),
    parameters={},
    outputs={f"Roku{name}": "x" for name in QUEUES},
    local=False,
    session=None,
)


@pytest.fixture(autouse=True)
def stack(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RELAY_STACK", raising=False)
    monkeypatch.setattr(verbs, "connect", lambda where: STACK if where.stack == "ads" else connect(where))


def _run(*arguments: str, answer: str = "") -> Any:
    return CliRunner().invoke(app, list(arguments), input=answer)


@pytest.mark.parametrize(
    "arguments",
    [
        ("nosuch",),
        ("status",),
        ("dlq", "list", "--colour"),
        ("dlq", "show", "--most", "0"),
        ("doctor",),
        ("doctor", "--stack", "ads", "--local"),
        ("doctor", "--stack=ads", "--local"),
        ("doctor", "--local-endpoint", "http://127.0.0.1:1"),
        ("doctor", "--stack", "ads", "--local-endpoint", "http://127.0.0.1:1"),
        ("dlq", "list", "--stack", "ads", "--destination", "tiktok"),
        ("dlq", "list", "--stack", "ads", "--older-than", "a week"),
        ("dlq", "drop", "--stack", "ads", "--group", ""),
        ("tail", "--stack", "ads", "--function", "nope"),
        ("tail", "--stack", "ads", "--since", "0s"),
        ("report", "--stack", "ads", "--since", "yesterday"),
        ("send", "orders.csv", "--stack", "ads", "--map", "foo"),
        ("send", "orders.csv", "--stack", "ads", "--set", "=x"),
        ("send", "orders", "--stack", "ads"),
        ("send", "orders.csv", "--stack", "ads", "--time-zone", "Mars/Olympus"),
        ("keys", "add", "x", "--stack", "ads", "--origin", "https://www.example.com"),
        ("keys", "add", "x", "--stack", "ads", "--source", "callrail=1"),
        ("keys", "add", "x", "--stack", "ads", "--consent", "categories"),
        ("calibrate", "--stack", "ads"),
        ("drain", "https://sqs.example/1/orders", "--stack", "ads"),
        ("hash", " "),
        ("hash", "2125550123", "--country", "USA"),
        ("deploy", "--keys-from-stdin"),
    ],
    ids=" ".join,
)
def test_a_wrong_command_line_is_2_and_json_says_so(arguments: tuple[str, ...]) -> None:
    plain, told = _run(*arguments), _run(*arguments, "--json")
    assert (plain.exit_code, plain.stdout) == (2, "")
    assert plain.stderr
    assert told.exit_code == 2
    said = json.loads(told.stdout)
    assert said["exit_code"] == 2
    assert len(said["error"]) > 10


def test_a_stack_of_the_environment_gives_way_to_local(monkeypatch: pytest.MonkeyPatch) -> None:
    meant: list[Where] = []
    monkeypatch.setenv("RELAY_STACK", "ads")
    monkeypatch.setattr(verbs, "connect", meant.append)
    _run("doctor", "--local", "--local-endpoint", "http://127.0.0.1:1")
    _run("doctor")
    assert meant == [Where(local=True, local_endpoint="http://127.0.0.1:1"), Where(stack="ads")]


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (Misuse("say which"), 2, "say which"),
        (Trouble("there is no file x"), 3, "there is no file x"),
        (NoCredentialsError(), 3, "no AWS credentials"),
        (EndpointConnectionError(endpoint_url="https://sqs"), 3, "AWS is out of reach"),
        (requests.ConnectionError(), 3, "the API is out of reach"),
        (PermissionError(13, "Permission denied", "orders.csv"), 3, "orders.csv: Permission denied"),
        (KeyboardInterrupt(), 130, "interrupted"),
        (ValueError("jane@example.com"), 3, "a bug in relay: ValueError"),
    ],
)
def test_what_goes_wrong_is_one_line_and_one_document(
    monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, words: str
) -> None:
    def fail(_: Any) -> Any:
        raise error

    monkeypatch.setattr(verbs, "connect", fail)
    plain, told = _run("doctor", "--stack", "ads"), _run("doctor", "--stack", "ads", "--json")
    assert (plain.exit_code, plain.stdout, len(plain.stderr.splitlines())) == (code, "", 1)
    assert plain.stderr.startswith(f"relay: {words}")
    assert "jane" not in plain.stderr + told.stdout
    said = json.loads(told.stdout)
    assert (told.exit_code, said["exit_code"]) == (code, code)
    assert said["error"].startswith(words)


def test_a_bad_answer_is_a_document_too() -> None:
    for value in ("d41d8cd98f00b204e9800998ecf8427e", "not@an address"):
        said = _run("hash", value, "--json")
        assert (said.exit_code, json.loads(said.stdout)["exit_code"]) == (1, 1)


def test_what_one_destination_alone_refuses_is_in_the_document() -> None:
    said = _run("hash", "unknown", "--as", "ge", "--json")
    answer = json.loads(said.stdout)
    assert said.exit_code == 0
    assert [one["destination"] for one in answer["forms"]] == ["roku"]
    assert set(answer["faults"]) == {"rokt"}


def test_the_version_is_said() -> None:
    said = _run("--version")
    assert (said.exit_code, said.stdout) == (0, f"relay {VERSION}\n")


def test_the_page_has_every_exit_code() -> None:
    listed = re.findall(r"^\| (\d+) \| ", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    codes = {verbs.BAD, verbs.WRONG, verbs.TROUBLE, verbs.UNKNOWN, verbs.INTERRUPTED}
    assert [int(code) for code in listed] == sorted({0, *codes})
