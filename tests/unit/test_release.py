"""`make release`: the same files give the same bytes, and the version is the same wherever it is said."""

import hashlib
import io
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline.values.version import VERSION
from tests.programs import program

ROOT = Path(__file__).parents[2]
release = program("release")

TEMPLATE = """
Globals: {Function: {Runtime: python3.13, CodeUri: src/}}
Parameters: {Mode: {Type: String}}
Resources:
  Take:
    Type: AWS::Serverless::Function
    Metadata: {BuildMethod: makefile, SamResourceId: Take}
    Properties: {Handler: a.b, CodeUri: IngestFunction}
  Queue: {Type: AWS::SQS::Queue}
"""


def build(folder: Path, *, code: bytes = b"x = 1\n", template: str = TEMPLATE) -> Path:
    """What `sam build` leaves behind, made at another time in each folder."""
    (folder / "IngestFunction" / "inner").mkdir(parents=True)
    (folder / "IngestFunction" / "b.py").write_bytes(b"")
    (folder / "IngestFunction" / "inner" / "a.py").write_bytes(code)
    (folder / "template.yaml").write_text(template)
    for number, path in enumerate(folder.rglob("*.py")):
        os.utime(path, (number + len(str(folder)), number + 7))
        path.chmod(0o600 + 0o044 * number)
    return folder


def test_the_zip_tells_nothing_of_when_and_where_it_was_made(tmp_path: Path) -> None:
    first, second = build(tmp_path / "first"), build(tmp_path / "elsewhere" / "second")
    made = release.zipped(first / "IngestFunction")
    assert made == release.zipped(second / "IngestFunction")
    with zipfile.ZipFile(io.BytesIO(made)) as opened:
        assert opened.namelist() == ["b.py", "inner/a.py"]
        assert opened.read("inner/a.py") == b"x = 1\n"
        assert {entry.external_attr >> 16 for entry in opened.infolist()} == {0o644}


def test_the_functions_of_the_packaged_template_take_the_bundle_from_a_bucket(tmp_path: Path) -> None:
    made = yaml.safe_load(release.packaged(build(tmp_path / "build"), "bundle.zip"))
    assert made["Resources"]["Take"]["Properties"]["CodeUri"] == {
        "Bucket": {"Ref": "BundleBucket"},
        "Key": {"Ref": "BundleKey"},
    }
    assert made["Parameters"]["BundleKey"]["Default"] == "bundle.zip"
    assert "Default" not in made["Parameters"]["BundleBucket"]
    assert made["Parameters"]["Mode"] == {"Type": "String"}
    assert made["Globals"]["Function"] == {"Runtime": "python3.13"}
    assert made["Resources"]["Queue"] == {"Type": "AWS::SQS::Queue"}


@pytest.mark.parametrize(
    ("other", "what"), [({"code": b"x = 2\n"}, "bundle"), ({"template": TEMPLATE + "Outputs: {}\n"}, "template")]
)
def test_builds_that_differ_make_no_release(tmp_path: Path, other: dict[str, Any], what: str) -> None:
    first, second = build(tmp_path / "first"), build(tmp_path / "second", **other)
    with pytest.raises(release.Fault, match=f"the {what} of the second build differs"):
        release.release(first, second, tmp_path / "sbom", tmp_path / "out", None)


def test_a_tag_of_another_version_makes_no_release(tmp_path: Path) -> None:
    with pytest.raises(release.Fault, match="the tag is v9"):
        release.release(tmp_path, tmp_path, tmp_path, tmp_path / "out", "v9.9.9")
    assert not (tmp_path / "out").exists()


def test_the_checksums_are_read_by_sha256sum(tmp_path: Path) -> None:
    (tmp_path / "a b").write_bytes(b"1")
    (tmp_path / "SHA256SUMS").write_bytes(b"old")
    assert release.sums(tmp_path) == f"{hashlib.sha256(b'1').hexdigest()}  a b\n"


def test_the_notes_are_the_section_of_the_version() -> None:
    text = (
        f"# C\n\n## [Unreleased]\n\n- u\n\n## [{VERSION}] - 2026-01-02\n\n- a\n- b\n\n## [0.0.1] - 2025-01-02\n\n- c\n"
    )
    assert release.notes(text) == "- a\n- b\n"
    with pytest.raises(release.Fault, match="says nothing"):
        release.notes("# C\n\n## [0.0.1]\n\n- c\n")


def test_the_changelog_and_the_openapi_document_have_the_version() -> None:
    assert release.notes((ROOT / "CHANGELOG.md").read_text(encoding="utf-8")).count("\n- ") > 3
    assert yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text(encoding="utf-8"))["info"]["version"] == VERSION


def test_the_page_of_releases_names_the_files_and_parameters_that_there_are() -> None:
    page = (ROOT / "docs" / "release.md").read_text(encoding="utf-8")
    template = (ROOT / "template.yaml").read_text(encoding="utf-8")
    named = {word.partition("=")[0] for word in page.replace("`", "&").split("&") if word.startswith("param_")}
    missing = {name for name in named if f"\n  {name.removeprefix('param_')}:\n" not in template}
    assert missing == {"param_BundleBucket"}
    assert f"{release.NAME}-{VERSION}-template.yaml" in page
