"""The bundle that `sam build` made, so that it runs here: with native modules of this machine, and its certificate."""

import platform
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).parents[2]


def adapted(build: Path, target: Path, certificate: Path, python: Path, requirements: Path) -> Path:
    """A copy of the folder `build` in `target`; metric-math alarms are left out (see gaps.py). Returns its template."""
    shutil.copytree(build, target)
    functions = [folder for folder in target.iterdir() if folder.is_dir()]
    natives = target.parent / "natives"
    if platform.machine() not in {"aarch64", "arm64"} and not natives.exists():
        flags = "-m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary=:all:"
        asked: list[str | Path] = [python, *flags.split(), "--target", natives, "-r", requirements]
        subprocess.run(asked, check=True, capture_output=True)
    trusted = certificate.read_text(encoding="ascii")
    for folder in functions:
        for native in natives.rglob("*.so"):
            shutil.copy(native, folder / native.relative_to(natives))
        with (folder / "certifi" / "cacert.pem").open("a", encoding="ascii") as known:
            known.write(f"\n{trusted}")
    template = target / "template.yaml"
    template.write_text(_without_metric_math(template.read_text(encoding="utf-8")), encoding="utf-8")
    return template


def _without_metric_math(text: str) -> str:
    parsed: dict[str, Any] = yaml_parse(text)  # type: ignore[no-untyped-call]
    resources = parsed["Resources"]
    for name in list(_metric_math(resources)):
        del resources[name]
    return yaml.safe_dump(parsed, sort_keys=False, width=1000)


def _metric_math(resources: dict[str, Any]) -> Iterator[str]:
    for name, item in resources.items():
        if item["Type"] == "AWS::CloudWatch::Alarm" and "Metrics" in item["Properties"]:
            yield name
