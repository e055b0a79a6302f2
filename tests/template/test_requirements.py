"""The locked packages: the bundle runs what the tests ran, each file is known by its hash, and no host is named."""

import ast
import json
import re
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = ["src/requirements.txt", *sorted(f"requirements/{path.name}" for path in (ROOT / "requirements").glob("*.txt"))]
NPM_LOCKS = sorted(
    path.relative_to(ROOT).as_posix()
    for folder in ("bench", "tests")
    for path in (ROOT / folder).rglob("package-lock.json")
    if "node_modules" not in path.parts
)


def test_the_bundle_holds_the_versions_that_the_tests_ran_with() -> None:
    bundle, dev = _pins("src/requirements.txt"), _pins("requirements/dev.txt")
    assert bundle
    assert {name: dev.get(name) for name in bundle} == bundle


def test_the_environment_of_make_run_is_a_small_part_of_what_the_tests_run_with() -> None:
    small, dev = (
        {name.split()[0]: version for name, version in _pins(f"requirements/{lock}.txt").items()}
        for lock in ("run", "dev")
    )
    assert {name: dev.get(name) for name in small} == small
    assert not small.keys() & {"cfn-lint", "docker", "mypy", "playwright", "pytest", "ruff"}


def test_the_bundle_holds_no_sdk_for_lambda_brings_one() -> None:
    path = ROOT / ".ci" / "check_bundle.py"
    (brought,) = re.findall(r"^OF_THE_RUNTIME = (\{.+\})$", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert "boto3" in ast.literal_eval(brought)
    assert not ast.literal_eval(brought) & _pins("src/requirements.txt").keys()


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_is_pinned_and_has_a_hash(lock: str) -> None:
    blocks = re.split(r"\n(?=[a-z0-9])", (ROOT / lock).read_text(encoding="utf-8"))[1:]
    assert len(blocks) == len(_pins(lock)) >= 10
    assert [block for block in blocks if "--hash=sha256:" not in block] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_neither_an_index_nor_a_machine(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert not re.search(r"://|--(extra-)?index-url|--find-links|^\s*#.*\s/", text, re.MULTILINE)


def test_there_are_these_locks() -> None:
    assert {"requirements/dev.txt", "requirements/sam.txt", "requirements/scan.txt"} < set(LOCKS)
    assert "tests/integration/npm/package-lock.json" in NPM_LOCKS


@pytest.mark.parametrize("lock", NPM_LOCKS)
def test_every_package_of_npm_has_a_hash_and_no_address(lock: str) -> None:
    packages = json.loads((ROOT / lock).read_text(encoding="utf-8"))["packages"]
    installed = {name: package for name, package in packages.items() if name}  # "" is the project's own
    assert installed
    assert [name for name, package in installed.items() if not package.get("integrity", "").startswith("sha512-")] == []
    assert [name for name, package in installed.items() if "resolved" in package] == []


@pytest.mark.parametrize("makefile", ["Makefile", "src/Makefile", ".ci/install"])
def test_whatever_installs_checks_the_hashes(makefile: str) -> None:
    rules = (ROOT / makefile).read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    installs = [rule for rule in rules if re.search(r"pip install|npm (ci|i|install)\b", rule)]
    assert installs
    # Two exceptions: uv only writes the locks, and this folder itself is installed without fetching anything.
    own = "--no-deps --no-build-isolation --editable ."
    checked = ("--require-hashes", "npm ci --ignore-scripts", "uv==", own)
    assert [rule for rule in installs if not any(word in rule for word in checked)] == []


def test_every_action_is_pinned_to_a_commit() -> None:
    used = [
        line.split("uses:")[1].split("#")[0].strip()
        for path in sorted((ROOT / ".github" / "workflows").glob("*.yml"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if "uses:" in line
    ]
    assert used
    assert [action for action in used if not re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}", action)] == []


def _pins(lock: str) -> dict[str, str]:
    """The versions by package; one that differs between Pythons stands once for each."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    return {
        f"{name}{marker}": version for name, version, marker in re.findall(r"^([\w.-]+)==(\S+)([^\\]*)\\$", text, re.M)
    }


def test_the_command_line_declares_what_it_imports_and_nothing_else() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    declared = {re.split(r"[>=]", one)[0].replace("-", "_"): one for one in project["project"]["dependencies"]}
    own = {"relay", *(path.name for path in (ROOT / "src").iterdir() if path.is_dir())}
    imported = {
        name.split(".")[0]
        for path in (ROOT / "relay").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in _imported(node)
    } - own
    outside = imported - sys.stdlib_module_names - {"botocore"}  # boto3 brings it
    # phonenumberslite is `phonenumbers`, which the pipeline imports like orjson, and jmespath reads the paths of the
    # sources.
    assert outside == declared.keys() - {"phonenumberslite", "jmespath", "orjson"}
    groups = project["dependency-groups"]
    tested = [
        re.sub(r"\[.*\]", "", one)
        for one in [*groups["dev"], *groups["relay"], *groups["runtime"]]
        if isinstance(one, str)
    ]
    assert [one for one in declared.values() if one not in tested] == []


def test_make_relay_installs_what_the_command_line_declares_as_the_tests_ran_with_it() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    own, dev = (
        {name.split()[0]: version for name, version in _pins(f"requirements/{lock}.txt").items()}
        for lock in ("relay", "dev")
    )
    assert {name: dev.get(name) for name in own} == own
    declared = set(project["project"]["dependencies"])
    assert set(project["dependency-groups"]["relay"]) == declared | {*project["build-system"]["requires"]}
    assert {re.split(r"[>=]", one)[0] for one in declared} <= own.keys()
    assert not own.keys() & {"aws-sam-translator", "moto", "pytest"}


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
