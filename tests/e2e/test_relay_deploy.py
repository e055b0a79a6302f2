"""`relay deploy` and `relay remove`: a stack from nothing to Roku's verdict, changed, and taken away.

AWS is moto's; `sam` is a program that writes down what it is told and makes the stack; API, secrets and Roku are the
local stack's.
"""

import json
import os
import shlex
import shutil
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from unittest.mock import patch

import pytest

from local import aws
from local.roku_sandbox.declared import KEY as ROKU_KEY
from local.senders import SENDER_KEY
from relay import costs
from tests import terminal
from tests.bounds import BOUND
from tests.e2e.operator import Operator, Said, run
from tests.e2e.relay import BOTH

PARAMETERS = BOTH

ROOT = Path(__file__).resolve().parents[2]
GROUP = "shop_us"


class Desk:
    """An operator with a checkout, a `sam`, and an AWS account."""

    def __init__(self, operator: Operator, folder: Path) -> None:
        self.operator, self.checkout, self.sam = operator, folder / "checkout", folder / "sam"
        self.aws = operator.relay.stack.aws_endpoint

    def deploy(self, *arguments: str, answer: str = "") -> Said:
        """`relay deploy` in the checkout."""
        return self._run("deploy", *arguments, "--checkout", str(self.checkout), answer=answer)

    def remove(self, *arguments: str, answer: str = "") -> Said:
        """`relay remove`."""
        return self._run("remove", *arguments, answer=answer)

    def _run(self, *arguments: str, answer: str) -> Said:
        stdout = self.operator.relay.stack._stdout
        stdout.install()
        with patch.object(stdout, "_terminal", StringIO()) as terminal:
            return run(*arguments, "--region", "us-east-1", answer=answer, stdout=terminal)

    def calls(self) -> list[list[str]]:
        """The arguments of each run of sam."""
        lines = (self.sam / "calls.jsonl").read_text().splitlines()
        assert {json.loads(line)["folder"] for line in lines} == {str(self.checkout)}
        return [json.loads(line)["arguments"] for line in lines]

    def parameters(self) -> dict[str, str]:
        """The parameters that sam was told last."""
        told = self.calls()[-1]
        given = told[told.index("--parameter-overrides") + 1 :]
        return {name: value.strip('"') for name, value in (one.split("=", 1) for one in given)}

    def secret(self, name: str) -> str:
        """A secret's text."""
        client = aws.client("secretsmanager", self.aws)
        return str(client.get_secret_value(SecretId=f"local/{name}")["SecretString"])

    def stacks(self) -> set[str]:
        """The names of the stacks."""
        found = aws.client("cloudformation", self.aws).describe_stacks()["Stacks"]
        return {one["StackName"] for one in found}


@pytest.fixture
def desk(operator: Operator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    made = Desk(operator, tmp_path)
    for folder in (made.checkout / "src", made.checkout / ".ci", made.sam):
        folder.mkdir(parents=True)
    for name in ("template.yaml", "samconfig.yaml", "src/Makefile"):
        shutil.copy(ROOT / name, made.checkout / name)
    shutil.copytree(ROOT / "docs" / "senders", made.checkout / "docs" / "senders")
    (made.checkout / ".ci" / "find-python").write_text("echo /nowhere\n")
    (made.sam / "sam").write_text(f'#!/bin/sh\nexec {sys.executable} -P {ROOT}/tests/e2e/fake_sam.py "$@"\n')
    (made.sam / "sam").chmod(0o755)
    (made.sam / "outputs.json").write_text(json.dumps(operator.relay.stack.outputs()))
    monkeypatch.setenv("PATH", f"{made.sam}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("FAKE_SAM", str(made.sam))
    monkeypatch.delenv("RELAY_STACK", raising=False)
    secrets = aws.client("secretsmanager", made.aws)
    before = {name: made.secret(name) for name in ("roku-keys", "rokt-keys", "sender-keys")}
    yield made
    for name, text in before.items():
        secrets.put_secret_value(SecretId=f"local/{name}", SecretString=text)
    cloudformation = aws.client("cloudformation", made.aws)
    for name in made.stacks() - {"local"}:
        cloudformation.delete_stack(StackName=name)


ALL = ("--stack", "ads", "--to", "roku", "--default-group", GROUP, "--yes")


def test_from_nothing_to_rokus_verdict(desk: Desk) -> None:
    said = desk.deploy(
        *ALL, "--mode", "test", "--alarm-email", "me@example.com", "--keys-from-stdin", answer=f"{ROKU_KEY}\n"
    )
    assert said.code == 0, said.errors
    build, deploy = desk.calls()
    assert build == ["build"]
    assert deploy[:5] == ["deploy", "--config-file", str(desk.checkout / "samconfig.yaml"), "--stack-name", "ads"]
    assert {"--no-confirm-changeset", "--no-fail-on-empty-changeset"} <= set(deploy)
    assert desk.parameters() == {
        "DeliverToRoku": "true",
        "DeliverToRokt": "false",
        "DefaultEventGroup": GROUP,
        "DeliveryMode": "test",
        "AlarmEmail": "me@example.com",
    }
    assert f"Roku, {GROUP}: Roku takes the key" in said.text
    assert ROKU_KEY not in said.text + said.errors + json.dumps(desk.calls())
    assert "$10 a month" in said.errors
    assert f"${costs.ONE_BY_ONE:.2f}" in said.errors


def test_the_curl_is_filled_in_but_for_a_key_that_a_log_must_not_have(desk: Desk) -> None:
    url = desk.operator.relay.stack.url
    hidden = desk.deploy(*ALL, "--sender", "local", "--json").json()
    assert hidden["curl"].startswith(f"curl -i {url}/v1/events -H 'Authorization: Bearer SENDER_KEY'")
    assert f'"event_group_id": "{GROUP}"' in hidden["curl"]
    shown = desk.deploy(*ALL, "--sender", "local", "--json", "--show-key").json()
    assert f"Bearer {SENDER_KEY}'" in shown["curl"]


def test_a_key_with_a_quote_leaves_the_curl_one_command(desk: Desk) -> None:
    client = aws.client("secretsmanager", desk.aws)
    client.put_secret_value(SecretId="local/sender-keys", SecretString=json.dumps({"odd": "it's-an-odd-key"}))
    shown = desk.deploy(*ALL, "--sender", "odd", "--json", "--show-key").json()
    assert "Authorization: Bearer it's-an-odd-key" in shlex.split(shown["curl"])


def test_each_platforms_page_is_filled_in(desk: Desk) -> None:
    said = desk.deploy(*ALL, "--json").json()
    pages = {Path(page).name: Path(page).read_text() for page in said["pages"]}
    assert set(pages) == {page.name for page in (ROOT / "docs" / "senders").glob("*.md")}
    for name, text in pages.items():
        assert "https://ID." not in text, name
        assert "YOUR_EVENT_GROUP_ID" not in text, name
        assert "STACK/" not in text, name
    assert f"{desk.operator.relay.stack.url}/v1/sources/ringba" in pages["ringba.md"]
    assert all(Path(page).is_relative_to(desk.checkout / ".relay") for page in said["pages"])
    assert ".relay/" in (ROOT / ".gitignore").read_text().splitlines()


def test_a_sender_is_made_once_and_its_key_works(desk: Desk) -> None:
    first = desk.deploy(*ALL, "--sender", "shop", "--show-key", "--json").json()
    assert first["verdict"][-1]["level"] == "ok"
    entries = json.loads(desk.secret("sender-keys"))
    assert entries["shop"]["default_event_group"] == GROUP
    assert desk.deploy(*ALL, "--sender", "shop", "--json").code == 0
    assert json.loads(desk.secret("sender-keys")) == entries


def test_run_again_it_keeps_what_the_stack_has_been_told_and_changes_what_is_said(desk: Desk) -> None:
    desk.deploy(*ALL, "--mode", "test", "--alarm-email", "me@example.com")
    assert desk.deploy("--yes", "--mode", "live", "--set", "LedgerDays=30").code == 0
    assert desk.parameters() == {
        "DeliverToRoku": "true",
        "DeliverToRokt": "false",
        "DefaultEventGroup": GROUP,
        "DeliveryMode": "live",
        "AlarmEmail": "me@example.com",
        "LedgerDays": "30",
    }
    assert desk.calls()[-1][4] == "ads"  # the stack of the last time


def test_answers_in_capitals_are_the_same_answers(desk: Desk) -> None:
    assert desk.deploy("--stack", "loud", "--to", "Both", "--mode", "TEST", "--yes").code == 0
    told = desk.parameters()
    assert (told["DeliverToRoku"], told["DeliverToRokt"], told["DeliveryMode"]) == ("true", "true", "test")


def test_at_a_terminal_enter_at_every_question_deploys_and_the_key_is_not_echoed(desk: Desk) -> None:
    code, shown = at_a_terminal(desk, {"API key": ROKU_KEY})
    assert code == 0, shown
    assert desk.calls()[-1][4] == "roku-conversions-relay"
    assert desk.parameters() == {
        "DeliverToRoku": "true",
        "DeliverToRokt": "false",
        "DefaultEventGroup": "",
        "DeliveryMode": "live",
        "AlarmEmail": "",
    }
    assert "a month" in shown
    assert "Deploy the stack roku-conversions-relay (us-east-1, account 123456789012)? [Y/n]" in shown
    assert "sam says: build" in shown
    assert ROKU_KEY not in shown
    assert desk.secret("roku-keys") == ROKU_KEY
    assert "Bearer SENDER_KEY" not in shown  # a person sees the first key


def test_a_wrong_answer_is_told_and_asked_again(desk: Desk) -> None:
    wrong = {"Where do": "everywhere", "event group": "no spaces please", "Live, or": "maybe", "E-mail": "nobody"}
    code, shown = at_a_terminal(desk, {**wrong, "API key": "YOUR_ROKU_KEY"})
    assert code == 0, shown
    for word in (
        "say roku, rokt or both",
        "letters, digits, dots",
        "say live or test",
        "one e-mail address",
        "placeholder",
    ):
        assert word in shown
    assert desk.parameters()["DeliveryMode"] == "live"
    assert desk.secret("roku-keys") == ROKU_KEY  # the placeholder was not put in


def at_a_terminal(desk: Desk, answers: dict[str, str], *arguments: str) -> tuple[int, str]:
    """The exit code and the words of `relay deploy`, or of another verb, with Enter at all other prompts."""
    verb = arguments or ("deploy", "--checkout", str(desk.checkout))
    command = [sys.executable, "-m", "relay", *verb, "--region", "us-east-1"]
    env = os.environ | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    return terminal.answered(command, answers, seconds=BOUND, env=env)


def test_both_destinations_get_their_keys_from_standard_input(desk: Desk) -> None:
    pair = "a-key-of-rokt:a-secret-of-rokt"
    options = ("--stack", "two", "--to", "both", "--default-group", GROUP, "--yes", "--keys-from-stdin")
    said = desk.deploy(*options, answer=f"{ROKU_KEY}\n{pair}\n")
    assert said.code == 0, said.errors
    assert (desk.secret("roku-keys"), desk.secret("rokt-keys")) == (ROKU_KEY, pair)
    assert "second destination" in said.errors
    assert pair not in said.text + said.errors


@pytest.mark.parametrize(
    ("arguments", "answer", "word", "code"),
    [
        (("--keys-from-stdin",), "", "needs --yes", 2),
        (("--yes", "--keys-from-stdin"), "\n", "no key for roku on standard input", 3),
        (("--yes", "--keys-from-stdin"), "YOUR_ROKU_KEY\n", "it is a placeholder", 3),
        (("--yes", "--to", "nowhere"), "", "say roku, rokt or both", 2),
        (("--yes", "--mode", "dry"), "", "say live or test", 2),
        (("--yes", "--alarm-email", "a b"), "", "one e-mail address or nothing", 2),
        (("--yes", "--default-group", "a b"), "", "letters, digits, dots", 2),
        (("--yes", "--stack", "1st"), "", "begins with a letter", 2),
        (("--yes", "--set", "LedgerDay=3"), "", "say NAME=VALUE, with one of", 2),
        (("--yes", "--set", "DeliveryMode=test"), "", "an option of its own", 2),
        (("--yes", "--set", 'RokuUrl=https://a.example" X="'), "", "a quote or a backslash", 2),
        (("--yes", "--set", "DomainName=https://events.example.com"), "", "a host name", 2),
        ((), "", "no answer", 3),
    ],
)
def test_what_cannot_be_right_is_told_before_anything_is_built(
    desk: Desk, arguments: tuple[str, ...], answer: str, word: str, code: int
) -> None:
    said = desk.deploy(*arguments, answer=answer)
    assert said.code == code
    assert word in said.errors
    assert not (desk.sam / "calls.jsonl").exists()


@pytest.mark.parametrize("step", ["build", "deploy"])
def test_a_step_that_fails_ends_it_with_the_words_of_sam(desk: Desk, step: str) -> None:
    (desk.sam / "fail").write_text(step)
    said = desk.deploy(*ALL)
    assert said.code == 3
    assert f"sam says: {step}" in said.errors
    assert f"`sam {step}` ended with exit code 1" in said.errors
    assert "ads" not in desk.stacks()


def test_a_destination_whose_queue_holds_conversions_is_not_switched_off_in_silence(desk: Desk) -> None:
    both = ("--stack", "two", "--default-group", GROUP, "--yes")
    desk.deploy(*both, "--to", "both")
    sqs, url = desk.operator.relay.stack.sqs, desk.operator.relay.stack.outputs()["RoktDeadLetterQueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="a conversion")
    try:
        said = desk.deploy(*both, "--to", "roku")
        assert said.code == 3
        assert "rokt: 0 messages waiting" in said.errors
        assert "1 dead letter" in said.errors
        assert desk.parameters()["DeliverToRokt"] == "true"
        assert desk.deploy(*both, "--to", "roku", "--force").code == 0
        assert desk.parameters()["DeliverToRokt"] == "false"
    finally:
        sqs.purge_queue(QueueUrl=url)


def test_a_verdict_that_is_bad_is_exit_code_1(desk: Desk) -> None:
    desk.operator.relay.sandbox.set_keys({})
    try:
        said = desk.deploy(*ALL)
    finally:
        desk.operator.relay.sandbox.set_keys({ROKU_KEY: ["*"]})
    assert said.code == 1
    assert "Roku does not know the key" in said.text


def test_an_empty_stack_goes_after_a_yes(desk: Desk) -> None:
    desk.deploy(*ALL)
    assert desk.remove("--stack", "ads", answer="n\n").code == 3
    assert "ads" in desk.stacks()
    code, shown = at_a_terminal(desk, {"Delete the stack ads? [y/N] ": "y"}, "remove", "--stack", "ads")
    assert code == 0, shown
    assert "ads" not in desk.stacks()
    assert "left: " in shown


def test_a_stack_whose_queues_hold_conversions_goes_only_by_its_name_or_by_force(desk: Desk) -> None:
    desk.deploy(*ALL)
    sqs, url = desk.operator.relay.stack.sqs, desk.operator.relay.stack.outputs()["RokuDeadLetterQueueUrl"]
    for number in range(3):
        sqs.send_message(QueueUrl=url, MessageBody=f"conversion {number}")
    try:
        refused = desk.remove("--stack", "ads", "--yes")
        assert refused.code == 3
        assert "3 dead letters" in refused.errors
        assert f"relay drain {url} --stack NEW_STACK" in refused.errors
        assert desk.remove("--stack", "ads", answer="yes\n").code == 3
        assert "ads" in desk.stacks()
        said = desk.remove("--stack", "ads", "--json", answer="ads\n")
        assert said.code == 0, said.errors
        assert "Type the stack's name (ads) to delete it:" in said.errors
        assert said.json()["dead_letters"] == 3
        desk.deploy(*ALL)
        assert desk.remove("--stack", "ads", "--force").code == 0
        assert "ads" not in desk.stacks()
    finally:
        sqs.purge_queue(QueueUrl=url)


def test_the_local_stack_and_one_that_is_not_there_are_not_removed(desk: Desk) -> None:
    assert "ctrl-C" in desk.operator.run("remove", "--yes").errors
    said = desk.remove("--stack", "nobody", "--force")
    assert said.code == 3
    assert "no stack nobody" in said.errors
