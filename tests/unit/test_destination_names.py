"""What knows a destination by name: its own rooms and the list of them. A new one is edited into nothing else."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from destinations import NAMES

ROOT = Path(__file__).parents[2]
FILES = sorted(file for folder in ("src", "relay", "local") for file in (ROOT / folder).rglob("*.py"))
# Beside a destination's own rooms: what only Roku has, a report to download, and a test endpoint to ask what its
# documents leave open; and our API, whose language is that of Roku's Events API.
KNOW_IT = {
    "relay/calibrate.py": {"roku"},
    "src/handlers/ingest.py": {"roku"},
    "src/handlers/silence.py": {"roku"},
    "src/handlers/telemetry.py": {"roku"},
}


def named(code: str) -> Iterator[str]:
    """The destinations that the code names: as a text of its own, or by an import."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from (name for name in NAMES if node.value.lower() == name)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (name for name in NAMES if node.module.split(".")[0] == name)
        elif isinstance(node, ast.Import):
            yield from (name for name in NAMES for one in node.names if one.name.split(".")[0] == name)


def own(path: str, name: str) -> bool:
    """Whether a file is in a room of the destination: its folder, its sandbox, its word to the command line."""
    rooms = (f"src/{name}/", f"local/{name}_sandbox/")
    return path.startswith(rooms) or path in (f"relay/destinations/{name}.py", f"relay/orders/{name}_report.py")


def test_the_list_and_a_destinations_own_rooms_alone_name_it() -> None:
    found = {}
    for file in FILES:
        path = file.relative_to(ROOT).as_posix()
        strangers = {name for name in named(file.read_text(encoding="utf-8")) if not own(path, name)}
        if strangers and path != "src/destinations/__init__.py":
            found[path] = strangers
    assert found == KNOW_IT


@pytest.mark.parametrize(
    "code", ['if name == "rokt": ...', "from rokt import event", "import rokt.event", 'KNOWN = ("roku", "Rokt")']
)
def test_each_way_to_name_one_is_seen(code: str) -> None:
    assert "rokt" in named(code)
