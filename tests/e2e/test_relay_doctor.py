"""`relay doctor`, `keys`, `tail`, and how trouble is told: each fault is put in, found, and named with its fix."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any
from unittest.mock import Mock, patch

import pytest
import requests

from local import aws
from local.roku_sandbox.declared import KEY as ROKU_KEY
from local.senders import SENDER_KEY
from relay import secret_texts
from relay.deployment import Deployment
from tests.bounds import BOUND
from tests.e2e.operator import Operator, Said, run
from tests.e2e.relay import EVENT, until

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def secrets(operator: Operator) -> Iterator[Any]:
    """Secrets Manager; both secrets are afterwards what they were, and the functions remember none of their texts."""
    client = aws.client("secretsmanager", operator.relay.stack.aws_endpoint)
    names = ("local/sender-keys", "local/roku-keys")
    before = {name: client.get_secret_value(SecretId=name)["SecretString"] for name in names}
    yield client
    for name, text in before.items():
        client.put_secret_value(SecretId=name, SecretString=text)
    sys.modules["handlers.clients"].secret.cache_clear()  # the running stack's own module
    client.close()


def _found(operator: Operator, level: str, *arguments: str) -> dict[str, str]:
    findings = operator.json("doctor", *arguments)
    return {one["check"]: f"{one['found']} -> {one['fix']}" for one in findings if one["level"] == level}


def test_a_sound_stack_has_no_problem_and_what_is_not_local_is_not_called_ok(operator: Operator) -> None:
    said = operator.run("doctor", "--json")
    assert said.code == 0
    levels = {one["check"]: one["level"] for one in said.json()}
    assert levels["sender keys"] == levels["Roku keys"] == levels["clock"] == levels["roku queue"] == "ok"
    assert levels["Roku, example_website_123"] == "ok"
    assert levels["alarms"] == levels["alarm e-mail"] == levels["roku delivery"] == "not local"
    assert "not on the local stack" in operator.run("doctor").text


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("YOUR_ROKU_KEY", "placeholder"),
        ("two\nlines", "not a line of plain text"),
        ("{broken", "not one"),
        ('{"g": ""}', "holds no usable key"),
    ],
)
def test_a_roku_key_that_cannot_work_is_a_problem(operator: Operator, secrets: Any, text: str, word: str) -> None:
    secrets.put_secret_value(SecretId="local/roku-keys", SecretString=text)
    said = operator.run("doctor")
    assert said.code == 1
    assert word in " ".join(said.text.split())
    assert "*:" not in said.text


def test_a_key_of_another_account_is_told_from_one_that_nobody_knows(operator: Operator) -> None:
    operator.relay.sandbox.set_keys({ROKU_KEY: ["g"]})
    try:
        assert "another Roku account" in _found(operator, "problem")["Roku, example_website_123"]
        operator.relay.sandbox.set_keys({})
        assert "does not know the key" in _found(operator, "problem", "--group", "g")["Roku, g"]
    finally:
        operator.relay.sandbox.set_keys({ROKU_KEY: ["*"]})
    assert not _found(operator, "problem")


def test_roku_out_of_order_is_no_fault_of_the_key(operator: Operator) -> None:
    operator.relay.sandbox.set_faults({"status": 500})
    try:
        assert "is down" in _found(operator, "problem")["Roku, example_website_123"]
    finally:
        operator.relay.accept()


def test_a_sender_key_that_is_not_known_is_told_as_such(operator: Operator) -> None:
    assert "the sender key is not known" in _found(operator, "problem", "--key", "x" * 9)["Roku, example_website_123"]


def test_a_wrong_entry_of_the_sender_keys_is_found_and_not_quoted(operator: Operator, secrets: Any) -> None:
    secrets.put_secret_value(SecretId="local/sender-keys", SecretString='{"a": {"key": "s3cret-key", "colour": 1}}')
    said = operator.run("doctor")
    assert said.code == 1
    assert "entry 1 of the sender keys secret is left out" in " ".join(said.text.split())
    assert "s3cret" not in said.text


def test_a_queue_that_was_changed_by_hand_is_found(operator: Operator) -> None:
    url = operator.relay.stack.outputs()["RokuQueueUrl"]
    names: tuple[Any, ...] = (("VisibilityTimeout", "30", "420"), ("MessageRetentionPeriod", "3600", "604800"))
    for name, wrong, right in names:
        operator.relay.stack.sqs.set_queue_attributes(QueueUrl=url, Attributes={name: wrong})
        assert "by hand" in _found(operator, "problem")["roku queue"]
        operator.relay.stack.sqs.set_queue_attributes(QueueUrl=url, Attributes={name: right})
    assert not _found(operator, "problem")


def test_dead_letters_are_a_warning_with_their_age(operator: Operator) -> None:
    operator.relay.refuse("dead-1")
    operator.relay.post("dead-1")
    until(operator.relay.letters)
    assert "1 dead letter, the oldest " in _found(operator, "warning")["roku dead letters"]
    operator.run("dlq", "drop", "--yes")
    operator.relay.accept()


def test_an_alarm_that_rings_is_a_problem_with_its_own_fix(operator: Operator) -> None:
    cloudwatch = aws.client("cloudwatch", operator.relay.stack.aws_endpoint)
    for state in ("ALARM", "OK"):
        cloudwatch.set_alarm_state(AlarmName="local-RokuNotQueuedAlarm-LOCAL", StateValue=state, StateReason="a test")
        told = _found(operator, "problem").get("RokuNotQueuedAlarm")
        assert ("SQS's health" in str(told)) == (state == "ALARM")
    cloudwatch.close()


def test_a_new_key_works_within_seconds_and_is_kept_as_a_digest(operator: Operator, secrets: Any) -> None:
    said = operator.run("keys", "add", "shop", "--group", "g", "--default-group", "g")
    assert said.code == 0
    key = said.text.strip()
    entries = json.loads(secrets.get_secret_value(SecretId="local/sender-keys")["SecretString"])
    assert key not in json.dumps(entries)
    assert entries["local"] == SENDER_KEY  # the others are untouched

    def posted() -> bool:
        answer = requests.post(
            f"{operator.relay.stack.url}/v1/events",
            json={"events": [EVENT | {"event_id": "shop-1"}]},
            headers={"Authorization": f"Bearer {key}"},
            timeout=BOUND,
        )
        return answer.status_code == 202

    assert until(posted)  # the secret is read again if that was 5 seconds ago or longer
    listed = {one["name"]: one for one in operator.json("keys", "list")["senders"]}
    assert (listed["shop"]["kept_as"], listed["shop"]["event_groups"]) == ("digest", ["g"])
    assert SENDER_KEY not in operator.run("keys", "list").text
    assert operator.run("keys", "add", "shop").code == 3
    assert operator.run("keys", "revoke", "shop", answer="n\n").code == 3
    assert operator.run("keys", "revoke", "shop", "--yes").code == 0
    assert "shop" not in {one["name"] for one in operator.json("keys", "list")["senders"]}


@pytest.mark.parametrize(
    "options",
    [
        ("--browser", "--origin", "example.com"),
        ("--source", "callrail.colour=red"),
        ("--source", "callrail.minimum_duration"),
        ("--browser", "--source", "ga4"),  # a browser key opens none but analytics.js's
        ("--browser", "--event-name", "--"),
    ],
)
def test_an_entry_that_would_not_be_used_is_not_written(
    operator: Operator, secrets: Any, options: tuple[str, ...]
) -> None:
    before = secrets.get_secret_value(SecretId="local/sender-keys")["VersionId"]
    assert operator.run("keys", "add", "page", *options).code == 2
    assert secrets.get_secret_value(SecretId="local/sender-keys")["VersionId"] == before


def test_settings_of_a_source_and_of_a_page_are_written(operator: Operator, secrets: Any) -> None:
    options = ("--source", "callrail.minimum_duration=30", "--source", "ringba", "--source", "csv.currency=USD")
    assert operator.run("keys", "add", "calls", *options).code == 0
    page = ("--browser", "--origin", "https://www.example.com", "--event-name", "LEAD", "--event-name", "PAGE_VIEW")
    made = operator.run("keys", "add", "site", *page, "--source", "segment.currency=USD")  # of analytics.js
    assert (made.code, "/v1/t (analytics.js)" in made.errors, "/v1/sources" in made.errors) == (0, True, False)
    entries = json.loads(secrets.get_secret_value(SecretId="local/sender-keys")["SecretString"])
    assert entries["calls"]["sources"] == {
        "callrail": {"minimum_duration": 30},
        "ringba": {},
        "csv": {"currency": "USD"},
    }
    assert entries["site"]["sources"] == {"segment": {"currency": "USD"}}
    assert (entries["site"]["browser"], entries["site"]["origins"]) == (True, ["https://www.example.com"])
    assert entries["site"]["event_names"] == ["LEAD", "PAGE_VIEW"]
    listed = {one["name"]: one["event_names"] for one in operator.json("keys", "list")["senders"]}
    assert (listed["site"], listed["calls"]) == (["LEAD", "PAGE_VIEW"], ["*"])


def test_a_secret_that_changed_meanwhile_is_not_overwritten(
    operator: Operator, secrets: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = secret_texts.read_secret

    def read_and_wait(*arguments: Any) -> secret_texts.SecretText:
        found = read(*arguments)
        secrets.put_secret_value(SecretId="local/sender-keys", SecretString=json.dumps({"other": "another-key"}))
        return found

    monkeypatch.setattr(secret_texts, "read_secret", read_and_wait)
    said = operator.run("keys", "add", "late")
    assert said.code == 3
    assert "changed meanwhile" in said.errors
    monkeypatch.undo()
    assert [one["name"] for one in operator.json("keys", "list")["senders"]] == ["other"]


def test_a_new_key_is_shown_also_if_another_edit_begins_meanwhile(
    operator: Operator, secrets: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Deployment.client

    def overtaken(deployment: Deployment, service: str) -> Any:
        found = client(deployment, service)
        if service != "secretsmanager":
            return found
        double = Mock(wraps=found)

        def move(**given: Any) -> Any:
            if given["VersionStage"] == "AWSCURRENT":  # the other edit writes its version, and takes the label
                secrets.put_secret_value(
                    SecretId="local/sender-keys", SecretString="{}", VersionStages=[secret_texts.PENDING]
                )
            return found.update_secret_version_stage(**given)

        double.update_secret_version_stage = move
        return double

    monkeypatch.setattr(Deployment, "client", overtaken)
    said = operator.run("keys", "add", "overtaken")
    assert (said.code, len(said.text.strip())) == (0, 40), said.errors
    monkeypatch.undo()
    assert "overtaken" in [one["name"] for one in operator.json("keys", "list")["senders"]]


def test_tail_tells_the_functions_lines_in_plain_words(operator: Operator) -> None:
    operator.relay.refuse("tail-1")
    operator.relay.post("tail-1")

    def tail(*arguments: str) -> str:
        return operator.run("tail", "--no-follow", *arguments).text

    until(lambda: "deliver-roku  WARNING rejected" in tail())
    assert "1 accepted" in tail("--function", "ingest")
    assert "rejected" not in tail("--function", "ingest")
    assert '"_aws"' in tail("--raw")
    assert json.loads(tail("--json").splitlines()[0])["function"]
    assert operator.run("tail", "--function", "nothing", "--no-follow").code == 2
    operator.relay.accept()
    operator.run("dlq", "drop", "--yes")


def test_an_origin_without_a_browser_key_limits_nothing_and_is_refused(operator: Operator, secrets: Any) -> None:
    before = operator.json("keys", "list")
    said = operator.run("keys", "add", "half-a-page", "--origin", "https://www.example.com")
    assert said.code == 2
    assert "add --browser" in said.errors
    assert operator.json("keys", "list") == before


def test_another_port_of_the_local_stack_is_told_in_one_line(operator: Operator) -> None:
    said = run("doctor", "--local", "--local-endpoint", operator.relay.stack.url, stdout=StringIO())
    assert said.code == 3
    assert "name its AWS port with --local-endpoint" in said.errors


def test_a_local_stack_that_does_not_run_is_told_in_one_line() -> None:
    said = run("doctor", "--local", "--local-endpoint", "http://127.0.0.1:9", stdout=StringIO())
    assert said.code == 3
    assert said.errors.startswith("relay: no local stack runs at http://127.0.0.1:9: start it with `make run")
    assert len(said.errors.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "has_keys", "word"),
    [
        ((), True, "say which stack"),
        (("--stack", "nowhere"), True, "no stack nowhere in us-east-1"),
        (("--stack", "nowhere"), False, "no AWS credentials"),
        (("--stack", "nowhere", "--profile", "nobody"), True, "name one of ~/.aws/config"),
        (("--stack", "bare"), True, "has no output"),
    ],
)
def test_a_stack_that_cannot_be_asked_is_told_in_one_line(
    operator: Operator,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    has_keys: bool,
    word: str,
) -> None:
    cloudformation = aws.client("cloudformation", operator.relay.stack.aws_endpoint)
    if "bare" in arguments and not [
        s for s in cloudformation.list_stacks()["StackSummaries"] if s["StackName"] == "bare"
    ]:
        queue = {"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}}
        cloudformation.create_stack(StackName="bare", TemplateBody=json.dumps(queue))
    if not has_keys:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.delenv(name)
    said = _deployed(operator, "dlq", "list", *arguments)
    assert said.code == (3 if arguments else 2), said.errors
    assert word in said.errors
    assert len(said.errors.splitlines()) == 1
    assert said.text == ""


def test_from_another_folder_it_is_told_in_one_line_too(operator: Operator) -> None:
    """In a process of its own: nothing of the tests' paths and modules helps it."""
    done = subprocess.run(
        [sys.executable, "-m", "relay", "dlq", "list", "--stack", "nowhere"],
        env=dict(os.environ) | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"},
        cwd="/",
        check=False,
        capture_output=True,
        text=True,
        timeout=BOUND,
    )
    assert (done.returncode, done.stdout) == (3, "")
    assert "no stack nowhere in us-east-1" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def _deployed(operator: Operator, *arguments: str) -> Said:
    """The command without --local."""
    stdout = operator.relay.stack._stdout
    stdout.install()
    with patch.object(stdout, "_terminal", StringIO()) as terminal:
        return run(*arguments, stdout=terminal)


def test_a_deployed_stack_is_asked_by_the_same_code(operator: Operator) -> None:
    """The environment of the running stack leads every client to it: only --local's dummy keys are missing."""
    said = _deployed(operator, "dlq", "list", "--stack", "local", "--region", "us-east-1")
    assert (said.code, said.text) == (0, "no dead letters\n")
