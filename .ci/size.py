"""How large the house is, in lines, beside what was aimed at; and how many pieces of its code stand there twice.

A line is a line of a file, with comments and docstrings. A repeated piece is 6 lines or more that are equal in two
files but for the space at their beginning; lines of one word, imports and brackets alone do not begin one.
"""

import re
import subprocess
from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

_LEAST_REPEATED = 6
_TELLS = re.compile(r"\w+\W+\w+").search
_SAYS_NOTHING = re.compile(r"(from|import) |@|#").match


def tracked() -> list[Path]:
    """The files of Python that are in the repository."""
    said = subprocess.run(["git", "ls-files", "*.py"], capture_output=True, text=True, check=True)  # noqa: S607
    return [Path(name) for name in said.stdout.splitlines() if Path(name).exists()]


def lines(path: Path) -> int:
    """Lines of a file."""
    return len(path.read_text().splitlines())


def rooms(paths: list[Path]) -> dict[str, int]:
    """Lines of each folder that has files of its own."""
    found: defaultdict[str, int] = defaultdict(int)
    for path in paths:
        found[str(path.parent)] += lines(path)
    return dict(sorted(found.items()))


def _places(paths: list[Path]) -> Iterable[list[tuple[Path, int]]]:
    """Where each piece of code begins: the files and lines."""
    places: defaultdict[tuple[str, ...], list[tuple[Path, int]]] = defaultdict(list)
    for path in paths:
        text = [line.strip() for line in path.read_text().splitlines()]
        for number in range(len(text) - _LEAST_REPEATED + 1):
            piece = tuple(text[number : number + _LEAST_REPEATED])
            if sum(bool(_TELLS(line)) and not _SAYS_NOTHING(line) for line in piece) >= _LEAST_REPEATED - 2:
                places[piece].append((path, number))
    return places.values()


def repeated(paths: list[Path]) -> list[tuple[Path, int, Path, int, int]]:
    """Pieces that are in two files: the first file and line, the second file and line, and how many lines."""
    found = (pair for places in _places(paths) for pair in pairwise(places))
    starts = {(one, other) for one, other in found if one[0] != other[0]}
    pieces = []
    for (path, number), (other, place) in sorted(starts):
        if ((path, number - 1), (other, place - 1)) in starts:
            continue  # within a piece that begins before
        length = _LEAST_REPEATED
        while ((path, number + length - _LEAST_REPEATED + 1), (other, place + length - _LEAST_REPEATED + 1)) in starts:
            length += 1
        pieces.append((path, number + 1, other, place + 1, length))
    return pieces


def main() -> None:
    """Print both."""
    paths = tracked()
    sizes = rooms(paths)

    def total(*folders: str) -> int:
        return sum(size for folder, size in sizes.items() if any(f"{folder}/".startswith(f"{f}/") for f in folders))

    sandboxes = ("local/console", *(folder for folder in sizes if folder.startswith("local/") and "sandbox" in folder))
    platforms = len(list(Path("docs/senders").glob("*.md")))
    print(f"{'part':<34}{'lines':>7}{'aim':>7}")
    for part, size, aim in (
        ("core (handlers and pipeline)", total("src/handlers", "src/pipeline") - total("src/pipeline/consent"), 3_200),
        ("Roku", total("src/roku"), 900),
        ("Rokt", total("src/rokt"), 900),
        ("a source, with its share", total("src/sources") // platforms, 170),
        ("template.yaml", lines(Path("template.yaml")), 1_400),
        ("local, no console, no sandboxes", total("local") - total(*sandboxes), 2_600),
    ):
        print(f"{part:<34}{size:>7,}{aim:>7,}")
    print()
    for folder, size in sizes.items():
        print(f"{folder:<34}{size:>7,}")
    pieces = repeated(paths)
    print(f"\npieces of {_LEAST_REPEATED} lines or more that are in two files: {len(pieces)}")
    for path, number, other, place, length in sorted(pieces, key=lambda piece: -piece[-1]):
        print(f"  {length:>3}  {path}:{number}  {other}:{place}")


if __name__ == "__main__":
    main()
