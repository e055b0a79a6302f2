"""The bundle that `sam build` made, so that it runs here: with native modules of this machine, and its certificate."""

import platform
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).parents[2]


def adapted(build: Path, target: Path, certificate: Path, python: Path, requirements: Path) -> Path:
    """The template for a copy of the folder `build` in `target`, which has one bundle for all functions.

    The bundles are equal but for paths in their bytecode, and each would be packed and uploaded. Metric-math alarms are
    left out (see gaps.py).
    """
    template: dict[str, Any] = yaml_parse((build / "template.yaml").read_text(encoding="utf-8"))  # type: ignore[no-untyped-call]
    resources = template["Resources"]
    for name in list(_metric_math(resources)):
        del resources[name]
    functions = [item["Properties"] for item in resources.values() if item["Type"] == "AWS::Serverless::Function"]
    bundle = target / "bundle"
    shutil.copytree(build / functions[0]["CodeUri"], bundle)
    for function in functions:
        function["CodeUri"] = "bundle"
    _make_native(bundle, python, requirements)
    with (bundle / "certifi" / "cacert.pem").open("a", encoding="ascii") as known:
        known.write(f"\n{certificate.read_text(encoding='ascii')}")
    written = target / "template.yaml"
    written.write_text(yaml.safe_dump(template, sort_keys=False, width=1000), encoding="utf-8")
    return written


def _make_native(bundle: Path, python: Path, requirements: Path) -> None:
    """Lays this machine's native modules beside those for Lambda's processor, if it has another one."""
    if platform.machine() in {"aarch64", "arm64"}:
        return
    with tempfile.TemporaryDirectory() as natives:
        flags = "-m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary=:all:"
        asked: list[str | Path] = [python, *flags.split(), "--target", natives, "-r", requirements]
        subprocess.run(asked, check=True, capture_output=True)
        for native in Path(natives).rglob("*.so"):
            shutil.copy(native, bundle / native.relative_to(natives))


def _metric_math(resources: dict[str, Any]) -> Iterator[str]:
    for name, item in resources.items():
        if item["Type"] == "AWS::CloudWatch::Alarm" and "Metrics" in item["Properties"]:
            yield name
