"""Each planted fault of the simulation, put into a copy of the code: which test of `make test` finds it first.

The simulation itself is left out: `make simulation ARGS=--faults` shows what it finds. Exit code 1 if a fault stays
unfound. Some seconds a fault; a name, or a part of one, chooses.
"""

import shutil
import subprocess
import sys
import tempfile
from importlib import import_module
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_FAULTS = ("run", "try", "back", "wire", "circuits", "forms", "kinds", "others")
# What waits forever has been found, and what never ends: seconds, and seconds of a processor besides 5 a test file.
_SECONDS, _CPU_SECONDS = 3_600, 30
_BYTES = 4_000_000_000  # so has what takes all memory
# The test files that are nearest find nearly all: so many first, then more; to collect all others takes 10 s.
_NEAREST = (2, 10)


def main(chosen: str) -> int:
    """Print a line for each fault: its name, and the test."""
    faults = {
        name: fault
        for one in _FAULTS
        for name, fault in import_module(f"tests.simulation.faults_{one}").SOURCES.items()
        if chosen in name
    }
    unfound = 0
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        _copy(copy)
        if failed := _found(copy, []):
            print(f"without any fault there is {failed}", file=sys.stderr)
            return 1
        for name, (module, right, wrong, *more) in faults.items():
            found = _found(copy, [(module, right, wrong), *more])
            unfound += not found
            print(f"{name}: {found or 'NOT FOUND'}", flush=True)
    print(f"{len(faults) - unfound} of {len(faults)} faults found")
    return int(unfound > 0)


def _copy(to: Path) -> None:
    """What git knows of the project."""
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout  # noqa: S607
    for name in filter(None, names.split("\0")):
        (to / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, to / name)


def _found(copy: Path, pieces: list[tuple[str, str, str]]) -> str:
    """The first test that fails with these pieces of the code changed; empty if none does."""
    places = {copy / "src" / (module.replace(".", "/") + ".py") for module, _, _ in pieces}
    before = {place: place.read_text(encoding="utf-8") for place in places}
    try:
        for module, right, wrong in pieces:
            place = copy / "src" / (module.replace(".", "/") + ".py")
            place.write_text(place.read_text(encoding="utf-8").replace(right, wrong), encoding="utf-8")
        files = _nearest_first(copy, pieces[0][0] if pieces else "")
        steps = pairwise((0, *_NEAREST, len(files)))
        return next(filter(None, (_first_failure(copy, files[start:end]) for start, end in steps)), "")
    finally:
        for place, text in before.items():
            place.write_text(text, encoding="utf-8")


def _nearest_first(copy: Path, module: str) -> list[str]:
    """The test files, those first that name the module."""
    files = [*copy.glob("tests/unit/test_*.py")]
    files += [*copy.glob("tests/integration/test_h*.py"), *copy.glob("tests/integration/test_*_client.py")]
    folder, last = ("", *module.split("."))[-2:]
    texts = {file: file.read_text(encoding="utf-8") for file in files}

    def distance(file: Path) -> tuple[bool, bool, bool, bool, str]:
        name, text = file.name, texts[file]
        return last not in name, module not in text, folder not in name, last not in text, name

    files.sort(key=distance)
    return [str(file.relative_to(copy)) for file in files]


def _first_failure(copy: Path, files: list[str]) -> str:
    options = ["-q", "-x", "--tb=no", "-p", "no:cacheprovider"]
    bounds = [f"--as={_BYTES}", f"--cpu={_CPU_SECONDS + 5 * len(files)}"]
    command = ["prlimit", *bounds, sys.executable, "-m", "pytest", *options, *files]
    try:
        ran = subprocess.run(command, cwd=copy, capture_output=True, text=True, timeout=_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return "a test that does not end"
    failed = [line.split(" ", 1)[1] for line in ran.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return failed[0] if failed else "" if ran.returncode == 0 else "an end of the tests without a word"


if __name__ == "__main__":
    sys.exit(main(" ".join(sys.argv[1:])))
