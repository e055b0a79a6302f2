"""release.py FIRST SECOND SBOM OUT [TAG]: makes a release in OUT of two builds by `sam build`, equal to the byte.

OUT then holds the bundle as a zip, a template that takes it from a bucket, the wheel, the list of what the bundle holds
(CycloneDX, from SBOM), and SHA256SUMS. Beside it is notes.md: what the changelog says of the version.
"""

import hashlib
import json
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

from pipeline.values.version import VERSION

ROOT = Path(__file__).parents[1]
NAME = "roku-conversions-relay"
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can say; the time of a build must not be in it
_CHANGES = re.compile(r"^## \[(.+?)\].*\n", re.MULTILINE)
PARAMETERS = {
    "BundleBucket": {
        "Type": "String",
        "Description": "The bucket that holds the bundle. It must be in the region of this stack.",
    },
    "BundleKey": {"Type": "String", "Description": "The bundle's name in that bucket.", "Default": ""},
}


class Fault(Exception):
    """Why no release can be made."""


def release(first: Path, second: Path, sbom: Path, out: Path, tag: str | None) -> None:
    """Write all of it to `out`. Raises Fault."""
    if tag is not None and tag != f"v{VERSION}":
        raise Fault(f"the tag is {tag}, and src/pipeline/values/version.py says {VERSION}")
    said = notes((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    out.mkdir(parents=True, exist_ok=True)
    (out.parent / "notes.md").write_text(said, encoding="utf-8")
    bundle = out / f"{NAME}-{VERSION}-bundle.zip"
    bundle.write_bytes(_twice("bundle", lambda build: zipped(build / "IngestFunction"), first, second))
    text = _twice("template", lambda build: packaged(build, bundle.name).encode(), first, second)
    (out / f"{NAME}-{VERSION}-template.yaml").write_bytes(text)
    _wheel(out)
    listed = out / f"{NAME}-{VERSION}-sbom.cdx.json"
    listed.write_text(_named(json.loads(sbom.read_text(encoding="utf-8"))), encoding="utf-8")
    (out / "SHA256SUMS").write_text(sums(out), encoding="utf-8")


def notes(changelog: str) -> str:
    """What the changelog says of this version. Raises Fault."""
    _, *parts = _CHANGES.split(changelog)
    sections = dict(zip(parts[::2], parts[1::2], strict=True))
    if not sections.get(VERSION, "").strip():
        raise Fault(f"CHANGELOG.md says nothing of {VERSION}")
    return sections[VERSION].strip() + "\n"


def _twice(what: str, made: Callable[[Path], bytes], first: Path, second: Path) -> bytes:
    one = made(first)
    if one != made(second):
        raise Fault(f"the {what} of the second build differs from that of the first")
    return one


def zipped(folder: Path) -> bytes:
    """The folder as a zip: the same bytes for the same files, whenever and wherever they were made."""
    with tempfile.TemporaryFile() as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as made:
            for path in sorted(path for path in folder.rglob("*") if path.is_file()):
                entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _FIRST_DAY)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.create_system = 3  # Unix, whose rights follow
                entry.external_attr = 0o644 << 16
                made.writestr(entry, path.read_bytes())
        file.seek(0)
        return file.read()


def packaged(build: Path, key: str) -> str:
    """The template of a build, whose functions take the bundle `key` from a bucket that a parameter names."""
    template: dict[str, Any] = yaml.safe_load((build / "template.yaml").read_text(encoding="utf-8"))
    template["Parameters"] |= PARAMETERS | {"BundleKey": PARAMETERS["BundleKey"] | {"Default": key}}
    functions = [one for one in template["Resources"].values() if one["Type"] == "AWS::Serverless::Function"]
    for one in functions:
        one["Properties"]["CodeUri"] = {"Bucket": {"Ref": "BundleBucket"}, "Key": {"Ref": "BundleKey"}}
        for said in ("BuildMethod", "SamResourceId"):  # of `sam build`
            one.get("Metadata", {}).pop(said, None)
    template["Globals"]["Function"].pop("CodeUri", None)
    return yaml.dump(template, Dumper=_Plain, sort_keys=False, width=120, allow_unicode=True)


class _Plain(yaml.SafeDumper):
    """Without anchors: CloudFormation reads them, people do not."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - PyYAML's name
        """Write each value where it is."""
        return True


def _wheel(out: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d"]
    made = []
    with tempfile.TemporaryDirectory() as second:
        for folder in (out, Path(second)):
            subprocess.run([*build, folder.resolve()], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
            (wheel,) = folder.glob(f"*-{VERSION}-*.whl")
            made.append(wheel.read_bytes())
    if made[0] != made[1]:
        raise Fault("the wheel of the second build differs from that of the first")


def _named(sbom: Mapping[str, Any]) -> str:
    """The list of the bundle's packages, naming what they are part of."""
    whole = {"type": "application", "bom-ref": NAME, "name": NAME, "version": VERSION}
    return json.dumps({**sbom, "metadata": {**sbom.get("metadata", {}), "component": whole}}, indent=2) + "\n"


def sums(folder: Path) -> str:
    """SHA-256 of each file in the folder, as `sha256sum --check` reads it."""
    files = sorted(path for path in folder.iterdir() if path.name != "SHA256SUMS")
    return "".join(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files)


if __name__ == "__main__":
    try:
        one, other, sbom, out = map(Path, sys.argv[1:5])
        release(one, other, sbom, out, "".join(sys.argv[5:]) or None)
    except Fault as fault:
        sys.exit(f"no release: {fault}")
    print((Path(sys.argv[4]) / "SHA256SUMS").read_text(encoding="utf-8"), end="")
