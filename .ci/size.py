"""How large the house is, in lines, beside what was aimed at; what later work is in it; and what is written twice.

A line is a line of a file, with comments and docstrings. Which files are later work, and which sentence of the product
each serves, is in `sentences.toml`; docs/decisions.md says why a part is larger than its aim. A repeated piece is 6
lines or more that are equal in two files but for the space at their beginning; lines of one word, imports and brackets
alone do not begin one.
"""

import re
import subprocess
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from destinations import NAMES, load
from sources.registry import SOURCES

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


@dataclass(frozen=True, slots=True)
class Room:
    """Files of one part that serve one sentence of the product."""

    part: str
    name: str
    sentence: str
    files: tuple[Path, ...]
    lacking: list[str]  # patterns that match no file


def named_rooms(text: str, paths: Sequence[Path]) -> list[Room]:
    """The rooms that the text of `sentences.toml` names. A file that is in two of them is counted in the first."""
    found, left = [], list(paths)
    for part, named in tomllib.loads(text).items():
        for room in named:
            files = tuple(path for path in left if any(path.match(pattern) for pattern in room["files"]))
            lacking = [pattern for pattern in room["files"] if not any(path.match(pattern) for path in files)]
            left = [path for path in left if path not in files]
            found.append(Room(part, room["name"], room["sentence"], files, lacking))
    return found


def parts(paths: Sequence[Path], named: Sequence[Room]) -> list[tuple[str, int, int]]:
    """Each part with its lines and the aim; the core and the sources without later work."""

    def total(*folders: str, part: str = "") -> int:
        apart = {file for room in named if room.part == part for file in room.files}
        return sum(lines(path) for path in paths if path not in apart and any(path.is_relative_to(f) for f in folders))

    modules = [Path("src/sources", *source.module.split(".")).with_suffix(".py") for source in SOURCES.values()]
    later = {file for room in named for file in room.files}
    sources = [module for module in modules if module not in later]
    shown = ("local/console", "local/sandbox", *(f"local/{name}_sandbox" for name in NAMES))
    return [
        ("core (handlers and pipeline)", total("src/handlers", "src/pipeline", part="core"), 3_200),
        *((load(name).title, total(f"src/{name}"), 900) for name in NAMES),
        ("a source, with its share of helpers", total("src/sources", part="sources") // len(sources), 170),
        ("template.yaml", lines(Path("template.yaml")), 1_400),
        ("local, no console, no sandboxes", total("local") - total(*shown), 2_600),
    ]


def main() -> None:
    """Print all of it."""
    paths = tracked()
    named = named_rooms((Path(__file__).parent / "sentences.toml").read_text(encoding="utf-8"), paths)
    pieces = repeated(paths)
    print(f"{'part':<36}{'lines':>7}{'aim':>7}")
    for part, size, aim in [*parts(paths, named), ("pieces that are in two files", len(pieces), 21)]:
        print(f"{part:<36}{size:>7,}{aim:>7,}")
    print("\nlater work beside core and sources, and what of the other parts one could do without:")
    for part in dict.fromkeys(room.part for room in named):
        mine = [(sum(map(lines, room.files)), room) for room in named if room.part == part]
        print(f"{part:<36}{sum(size for size, _ in mine):>7,}")
        for size, room in mine:
            print(f"  {room.name:<34}{size:>7,}  {room.sentence}")
            print("".join(f"  (not there: {pattern})\n" for pattern in room.lacking), end="")
    print()
    for folder, size in rooms(paths).items():
        print(f"{folder:<36}{size:>7,}")
    print(f"\npieces of {_LEAST_REPEATED} lines or more that are in two files: {len(pieces)}")
    for path, number, other, place, length in sorted(pieces, key=lambda piece: -piece[-1]):
        print(f"  {length:>3}  {path}:{number}  {other}:{place}")


if __name__ == "__main__":
    main()
