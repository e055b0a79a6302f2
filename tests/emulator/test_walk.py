"""The operator's walk: deploy with Enter, try it, go live, Rokt on, ledger off, upgrade, remove, drain."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import terminal
from tests.bounds import BOUND
from tests.emulator import bundle, gaps, server
from tests.smoke import recorder, steps
from tests.smoke.account import client, outputs, until
from tests.smoke.recorder import ROKT_PAIR, ROKU_KEY, Recorder
from tests.smoke.stack import SAM, RelayStack
from tests.smoke.steps import Smoke, expect, says

pytestmark = pytest.mark.emulator(reason="an emulator of AWS that others wrote, and the built bundle")

ROOT = server.ROOT
# The last commit before this walk was a test: one parameter Destinations, functions behind an alias.
BEFORE = "f9f92944116f31f8d5b8c4a969f4bedc42217058"


def test_the_operators_walk(emulator: server.Emulator, build: Path, tmp_path: Path) -> None:
    if subprocess.run(["git", "cat-file", "-e", BEFORE], cwd=ROOT, check=False, capture_output=True).returncode:
        pytest.skip(f"commit {BEFORE[:7]} is not in this checkout: fetch the whole history")
    client("s3").create_bucket(Bucket="walk")
    taker = recorder.deploy("walk-recorder")
    smoke = Smoke(_deployed_with_enter(build, tmp_path), taker, emulated=True)
    smoke.stack.deploy(RokuUrl=taker.url, DeliveryMode="test", BatchWindow="1")
    steps.test_mode(smoke)
    steps.live(smoke)
    smoke.stack.deploy(DeliverToRokt="true", RoktUrl=taker.url)
    smoke.stack.put_key("rokt", ROKT_PAIR)
    smoke.stack.deploy(LedgerDays="0")
    steps.runs_as_said(smoke)
    event = smoke.event()
    says(smoke.post(event), 202)
    until(lambda: len(taker.delivered(event["event_id"])) == 2, "the event at both destinations")

    old = _the_version_before(emulator, tmp_path, taker)
    waiting = _accepted_while_nothing_is_delivered(old)
    old.stack.template, old.stack.source = smoke.stack.template, smoke.stack.source
    del old.stack.parameters["Destinations"]
    old.stack.deploy(DeliverToRoku="true", DeliverToRokt="false")
    steps.runs_as_said(old)
    _deliver(old, on=True)
    until(lambda: all(taker.delivered(event_id) for event_id in waiting), "what the version before had queued")

    left = _accepted_while_nothing_is_delivered(old)
    queue = outputs(old.stack.name)["RokuQueueUrl"]
    _relay("remove", "--stack", old.stack.name, "--force")
    expect(not any(taker.delivered(event_id) for event_id in left), "it was delivered already")
    _relay("drain", queue, "--stack", smoke.stack.name, "--yes")
    until(lambda: all(taker.delivered(event_id) for event_id in left), "what the removed stack had queued")
    steps.nothing_lost(smoke)


def _deployed_with_enter(build: Path, folder: Path) -> RelayStack:
    """README's command with Enter at every question. There is no key yet, and it says so."""
    checkout = folder / "checkout"
    (checkout / ".aws-sam").mkdir(parents=True)
    (checkout / ".aws-sam" / "build").symlink_to(build)
    for name in ("template.yaml", "samconfig.yaml"):
        shutil.copy(ROOT / name, checkout / name)
    for name in ("src", ".ci", "docs"):
        (checkout / name).symlink_to(ROOT / name)
    (folder / "sam").mkdir()
    # The bundle is built already, and made to run here.
    (folder / "sam" / "sam").write_text(f'#!/bin/sh\n[ "$1" = build ] || exec {SAM} "$@"\n')
    (folder / "sam" / "sam").chmod(0o755)
    env = {**_environment(), "COLUMNS": "400", "PATH": f"{folder / 'sam'}{os.pathsep}{os.environ['PATH']}"}
    command = [sys.executable, "-m", "relay", "deploy"]
    code, shown = terminal.answered(command, {}, seconds=4 * BOUND, cwd=checkout, env=env)
    assert "Successfully created" in shown, shown[-3_000:]
    assert "relay deploy --stack roku-conversions-relay asks for it" in shown, shown[-3_000:]
    assert code == 1, shown[-3_000:]
    stack = RelayStack(
        name="roku-conversions-relay", template=build / "template.yaml", bucket="walk", parameters={}, after=gaps.fill
    )
    gaps.fill(stack)
    return stack


def _the_version_before(emulator: server.Emulator, folder: Path, taker: Recorder) -> Smoke:
    """A live stack of the commit BEFORE."""
    source = folder / "before"
    source.mkdir()
    archive = subprocess.run(["git", "archive", BEFORE], cwd=ROOT, stdout=subprocess.PIPE, check=True)
    subprocess.run(["tar", "xf", "-"], input=archive.stdout, cwd=source, check=True)
    python = subprocess.run(
        ["bash", ".ci/find-python", "3.13"], cwd=source, stdout=subprocess.PIPE, text=True, check=True
    )
    path = f"{python.stdout.strip()}:{os.environ['PATH']}"
    plain = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "REQUESTS_CA_BUNDLE"}}
    subprocess.run([SAM, "build"], cwd=source, env={**plain, "PATH": path}, check=True, capture_output=True)
    template = bundle.adapted(
        source / ".aws-sam" / "build", folder / "built-before", emulator.certificate, server.PYTHON,
        source / "src" / "requirements.txt",
    )  # fmt: skip
    parameters = {"Destinations": "roku", "RokuUrl": taker.url, "BatchWindow": "1"}
    stack = RelayStack(
        name="before",
        template=template,
        bucket="walk",
        parameters=parameters,
        source=source / "template.yaml",
        after=gaps.fill,
    )
    stack.deploy()
    stack.put_key("roku", ROKU_KEY)
    return Smoke(stack, taker, emulated=True)


def _accepted_while_nothing_is_delivered(smoke: Smoke) -> list[str]:
    """Ids of events that were accepted and still wait in the queue."""
    _deliver(smoke, on=False)
    events = [smoke.event() for _ in range(3)]
    for event in events:
        says(smoke.post(event), 202)
    return [event["event_id"] for event in events]


def _deliver(smoke: Smoke, *, on: bool) -> None:
    """Switches the mapping from the queue to the function."""
    arn = outputs(smoke.stack.name)["RokuQueueArn"]
    (mapping,) = client("lambda").list_event_source_mappings(EventSourceArn=arn)["EventSourceMappings"]
    client("lambda").update_event_source_mapping(UUID=mapping["UUID"], Enabled=on)


def _relay(*arguments: str) -> object:
    """What the operator's command says, as JSON; it must end with 0."""
    run = subprocess.run(
        [sys.executable, "-m", "relay", *arguments, "--json"],
        cwd=ROOT, env=_environment(), capture_output=True, text=True, timeout=BOUND, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr
    return json.loads(run.stdout)


def _environment() -> dict[str, str]:
    """Of a process that runs this folder's `relay` against the emulator."""
    return {**os.environ, "PYTHONPATH": f"{os.environ['PYTHONPATH']}:{ROOT}:{ROOT / 'src'}"}
