"""Fail where a struck word is in a text that a person reads: code, docs, template, pages, samples and tests.

The words are the first column of the last table of docs/words.md, which says what to write in their place. A number in
it stands for any number. Letter case does not count, and neither does a line break within a comment.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

PAGE = "docs/words.md"
_HEADING = "## Words that we do not use"
_FOLDERS = ("src", "relay", "local", "bench", "tests", "docs", "events", ".ci", ".github")
_SUFFIXES = {".css", ".html", ".js", ".json", ".md", ".mjs", ".py", ".toml", ".ts", ".txt", ".yaml", ".yml"}
_NOT_OURS = {"node_modules", "__pycache__", "golden", "results.json", "package-lock.json"}
_GAP = r"(?:\s+(?:(?:#|//|\*)\s*)?)"


def struck(root: Path) -> dict[str, str]:
    """What to write, by what not to. Raises ValueError if the page has no such table."""
    table = (root / PAGE).read_text(encoding="utf-8").partition(_HEADING)[2].partition("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("| ").split("|")] for line in table.splitlines() if line[:1] == "|"][
        2:
    ]
    if not rows:
        raise ValueError(f"{PAGE} has no table under '{_HEADING}'")
    return {word.strip().lower(): row[1] for row in rows for word in row[0].split(",")}


def expression(words: dict[str, str]) -> re.Pattern[str]:
    """Finds any of the words, as a whole word."""
    ways = "|".join(_GAP.join(_part(part) for part in word.split()) for word in words)
    return re.compile(rf"(?<![^\W_])(?:{ways})(?![^\W_])", re.IGNORECASE)


def _part(text: str) -> str:
    return r"\d+" if text.isdigit() else re.escape(text)


def found(root: Path) -> Iterator[str]:
    """Each place with a struck word, with what to write."""
    words = struck(root)
    search = expression(words)
    for file in _files(root):
        text = file.read_text(encoding="utf-8")
        for match in search.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            said = re.sub(_GAP, " ", match[0])
            better = words[next(word for word in words if expression({word: ""}).fullmatch(match[0]))]
            yield f"{file.relative_to(root)}:{line}: '{said}': write '{better}' ({PAGE})"


def _files(root: Path) -> list[Path]:
    inside = [file for folder in _FOLDERS for file in root.joinpath(folder).rglob("*")]
    files = [file for file in [*root.iterdir(), *inside] if file.suffix in _SUFFIXES or file.name == "Makefile"]
    ours = (file for file in files if not _NOT_OURS.intersection(file.relative_to(root).parts) and file.is_file())
    return sorted(file for file in ours if file != root / PAGE)


def main() -> int:
    """Check the current folder; returns the exit code."""
    told = list(found(Path.cwd()))
    print("\n".join(told) or f"no word that {PAGE} strikes")
    return 1 if told else 0


if __name__ == "__main__":
    sys.exit(main())
