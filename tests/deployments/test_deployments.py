"""Histories of deployments: what the stack says is what runs, and nothing accepted is stranded."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from moto import mock_aws

from local.template import Template, read
from tests.deployments.history import Broken, History, switches

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def template() -> Template:
    return read(ROOT / "template.yaml", {})


@pytest.fixture(autouse=True)
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        yield


@pytest.mark.parametrize("seed", range(4))
def test_histories(template: Template, seed: int) -> None:
    History(template, random.Random(seed)).run(steps=12)


@pytest.mark.thorough(reason="many histories of deployments")
@pytest.mark.parametrize("seed", range(100, 150))
def test_many_histories(template: Template, seed: int) -> None:
    History(template, random.Random(seed)).run(steps=30)


def test_a_version_that_stays_behind_is_found(tmp_path: Path) -> None:
    text = (ROOT / "template.yaml").read_text(encoding="utf-8")
    written = text.replace("    Runtime: python3.13\n", "    Runtime: python3.13\n    AutoPublishAlias: live\n", 1)
    assert written != text
    (tmp_path / "template.yaml").write_text(written, encoding="utf-8")
    history = History(read(tmp_path / "template.yaml", {"DeliveryMode": "test"}), random.Random(0))
    history.deploy()
    with pytest.raises(Broken, match="IngestFunction does not run with what the stack says: DELIVERY_MODE"):
        history.deploy(DeliveryMode="live")


def test_what_an_old_queue_still_holds_is_missed(template: Template) -> None:
    history = History(template, random.Random(0))
    history.deploy(**switches("roku", "rokt"))
    history.post()
    history.renew()
    history.account.left.clear()  # nobody drains it
    with pytest.raises(Broken, match=r"accepted and never delivered: .*roku.*rokt"):
        history.settle()
