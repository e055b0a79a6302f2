"""`sam deploy --guided` at a terminal, with Enter at every question, against an AWS of this machine."""

import json
import os
import re
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer
from samtranslator.yaml_helper import yaml_parse

from local.template import expand
from tests import terminal
from tests.bounds import BOUND

ROOT = Path(__file__).parents[2]
SAM = ROOT / ".venv-sam" / "bin" / "sam"
TEMPLATE = ROOT / "template.yaml"
# What SAM itself would make first in an account: moto forgets the tags by which SAM knows its own stack.
MANAGED = {
    "Resources": {"Bucket": {"Type": "AWS::S3::Bucket"}},
    "Outputs": {"SourceBucket": {"Value": {"Ref": "Bucket"}}},
}
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An AWS that has SAM's own stack already."""
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    boto3.client("cloudformation", endpoint_url=url).create_stack(
        StackName="aws-sam-cli-managed-default",
        TemplateBody=json.dumps(MANAGED),
        Tags=[{"Key": "ManagedStackSource", "Value": "AwsSamCli"}],
    )
    yield url
    server.stop()


@pytest.mark.thorough(reason="the SAM CLI")
def test_enter_at_every_question_ends_in_a_change_set(endpoint: str, tmp_path: Path) -> None:
    for name in ("template.yaml", "samconfig.yaml"):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "bundle.py").touch()
    said = _with_enter_only([str(SAM), "deploy", "--guided"], tmp_path, endpoint)
    assert "has no authentication" not in said
    assert "Uploading to " in said
    # moto refuses the address of the bucket: there is no more to see of the change set than that it was asked for.
    assert "calling the CreateChangeSet operation" in said
    uploaded = _uploaded_template(endpoint)
    assert "RokuQueue" in uploaded
    assert not re.search(r"<<:|[&*]id\d", uploaded)  # CloudFormation knows no anchors and no merge keys
    saved = tomllib.loads((tmp_path / "samconfig.toml").read_text(encoding="utf-8"))
    answers = saved["default"]["deploy"]["parameters"]["parameter_overrides"]
    assert 'DeliverToRoku="true"' in answers
    assert "\nsamconfig.toml\n" in (ROOT / ".gitignore").read_text(encoding="utf-8")
    for name in ("template.yaml", "samconfig.yaml"):
        assert (tmp_path / name).read_bytes() == (ROOT / name).read_bytes()


def _uploaded_template(endpoint: str) -> str:
    s3 = boto3.client("s3", endpoint_url=endpoint)
    (bucket,) = s3.list_buckets()["Buckets"]
    names = [item["Key"] for item in s3.list_objects_v2(Bucket=bucket["Name"])["Contents"]]
    (key,) = (name for name in names if name.endswith(".template"))
    text: str = s3.get_object(Bucket=bucket["Name"], Key=key)["Body"].read().decode()
    return text


def test_what_keeps_the_question_away_changes_nothing_in_the_api(tmp_path: Path) -> None:
    source: dict[str, Any] = yaml_parse(TEMPLATE.read_text(encoding="utf-8"))  # type: ignore[no-untyped-call]
    del source["Resources"]["HttpApi"]["Properties"]["Auth"]
    without = tmp_path / "template.yaml"
    without.write_text(json.dumps(source), encoding="utf-8")
    assert expand(TEMPLATE, {}) == expand(without, {})


def _with_enter_only(command: list[str], folder: Path, endpoint: str) -> str:
    """What the command says at a terminal where somebody presses Enter whenever it waits for an answer."""
    own = CREDENTIALS | {"AWS_ENDPOINT_URL": endpoint, "SAM_CLI_TELEMETRY": "0", "HOME": str(folder), "TERM": "dumb"}
    env = {"PATH": os.environ["PATH"], **own}
    return terminal.answered(command, {}, seconds=2 * BOUND, cwd=folder, env=env)[1]
