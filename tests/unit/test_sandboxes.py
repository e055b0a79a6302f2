"""The sandboxes are second opinions: no code shared with what they judge, nor but for the transport among them."""

import ast
import sys
from pathlib import Path

import pytest

import destinations
import local

FOLDER = Path(local.__file__).parent
SANDBOXES = [f"{name}_sandbox" for name in destinations.NAMES]
SHARED = [*(FOLDER / "sandbox").glob("*.py"), FOLDER / "http_server.py"]


def imported(source: Path) -> set[str]:
    """The modules that a file imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module == "local":
            names |= {f"local.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(str(node.module))
    return names


@pytest.mark.parametrize("sandbox", SANDBOXES)
def test_a_sandbox_shares_no_code_with_what_it_judges(sandbox: str) -> None:
    sources = [*(FOLDER / sandbox).glob("*.py"), *SHARED]
    assert len(sources) > len(SHARED)
    for source in sources:
        for name in imported(source):
            own = name.startswith((f"local.{sandbox}", "local.sandbox")) or name == "local.http_server"
            assert own or name.partition(".")[0] in sys.stdlib_module_names, f"{source.name} imports {name}"
