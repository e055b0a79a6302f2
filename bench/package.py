"""The bundle as it would be deployed, built for this machine so that it can run here; and its size."""

import compileall
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from importlib.metadata import distribution
from pathlib import Path
from py_compile import PycInvalidationMode

from bench.figures import RELAY, Figure

ROOT = Path(__file__).parent.parent
# What Lambda itself brings: its runtime client, and the SDK with what it needs.
_OF_THE_RUNTIME = (
    "awslambdaric simplejson snapshot-restore-py boto3 botocore s3transfer jmespath python-dateutil six urllib3".split()
)


def build(folder: Path) -> tuple[Path, Path]:
    """Make the bundle twice: as a plain `sam build` leaves it, without bytecode, and with it, as it is shipped."""
    plain, shipped = folder / "plain", folder / "shipped"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"]
    command += ["--no-deps", "--require-hashes", "--target", str(plain), "-r", str(ROOT / "src/requirements.txt")]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    for package in (ROOT / "src").glob("*/"):  # as src/Makefile
        shutil.copytree(package, plain / package.name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(plain, shipped)
    # Checked against nothing at run time: deploying gives every file a new date, which would make all bytecode stale.
    mode = PycInvalidationMode.UNCHECKED_HASH
    compileall.compile_dir(shipped, quiet=1, invalidation_mode=mode)
    return plain, shipped


def runtime(folder: Path) -> Path:
    """A folder with what Lambda brings, linked from this environment, where it is compiled already."""
    folder.mkdir()
    site = Path(sysconfig.get_path("purelib"))
    for name in _OF_THE_RUNTIME:
        for top in {Path(str(file)).parts[0] for file in distribution(name).files or []}:
            if top not in ("..", "__pycache__") and not (folder / top).exists():
                (folder / top).symlink_to(site / top)
    return folder


def sizes(plain: Path, shipped: Path) -> list[Figure]:
    """Bytes as they lie and as they are uploaded; what Lambda takes is 262 MB and 50 MB."""
    figures = []
    for case, most, size in (("unzipped", 262_144_000, _unzipped), ("zipped", 50_000_000, _zipped)):
        for who, folder in ((RELAY, shipped), ("without bytecode", plain)):
            held = size(folder)
            figures.append(
                Figure("package size", case, who, held / 1e6, "MB", held / most, "Lambda's limit", most / 1e6)
            )
    return figures


def _unzipped(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _zipped(folder: Path) -> int:
    target = folder.with_suffix(".zip")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            archive.write(path, path.relative_to(folder))
    return target.stat().st_size
