"""The locked packages: the bundle runs what the tests ran, each file is known by its hash, and no host is named."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = ["src/requirements.txt", "requirements/dev.txt", "requirements/sam.txt"]


def test_the_bundle_holds_the_versions_that_the_tests_ran_with() -> None:
    bundle, dev = _pins("src/requirements.txt"), _pins("requirements/dev.txt")
    assert bundle
    assert {name: dev.get(name) for name in bundle} == bundle


def test_the_bundle_holds_no_sdk_for_lambda_brings_one() -> None:
    assert not {"boto3", "botocore", "s3transfer"} & _pins("src/requirements.txt").keys()


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_is_pinned_and_has_a_hash(lock: str) -> None:
    blocks = re.split(r"\n(?=[a-z0-9])", (ROOT / lock).read_text(encoding="utf-8"))[1:]
    assert len(blocks) == len(_pins(lock)) >= 10
    assert [block for block in blocks if "--hash=sha256:" not in block] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_neither_an_index_nor_a_machine(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert not re.search(r"://|--(extra-)?index-url|--find-links|^\s*#.*\s/", text, re.MULTILINE)


def _pins(lock: str) -> dict[str, str]:
    """The versions by package; one that differs between Pythons stands once for each."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    return {
        f"{name}{marker}": version for name, version, marker in re.findall(r"^([\w.-]+)==(\S+)([^\\]*)\\$", text, re.M)
    }
