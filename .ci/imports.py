"""Run the import rules of pyproject.toml over every folder of src/.

The rules name Roku's folder where they mean any destination. A folder of src/ that no rule names is a destination too:
what holds for `roku` holds for it. So a new folder is covered without a new line, and may do the least.
"""

import json
import re
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from importlinter.cli import lint_imports

_NAMED = re.compile(r"\broku\b")


def covered(rules: dict[str, Any], folders: Sequence[str]) -> dict[str, Any]:
    """The rules for these folders of src/ as well."""
    others = [name for name in folders if name not in rules["root_packages"]]
    told = {name: value for name, value in rules.items() if name != "contracts"}
    contracts = [{name: _for_all(name, value, others) for name, value in one.items()} for one in rules["contracts"]]
    return told | {"root_packages": [*rules["root_packages"], *others], "contracts": contracts}


def _for_all(option: str, value: Any, others: Sequence[str]) -> Any:
    if option == "layers":  # siblings are in one line
        return [_NAMED.sub(" | ".join(["roku", *others]), line) for line in value]
    if not isinstance(value, list):
        return value
    return [_NAMED.sub(name, line) for line in value for name in (["roku", *others] if _NAMED.search(line) else [""])]


def folders_of(source: Path) -> list[str]:
    """The names of the folders with Python files."""
    return sorted(folder.name for folder in source.iterdir() if any(folder.glob("*.py")))


def _toml(rules: dict[str, Any]) -> str:
    """The rules as TOML: texts, lists of texts and truth values are written as in JSON."""
    tables = [("[tool.importlinter]", {name: value for name, value in rules.items() if name != "contracts"})]
    tables += [("[[tool.importlinter.contracts]]", contract) for contract in rules["contracts"]]
    lines = [[head, *(f"{name} = {json.dumps(value)}" for name, value in table.items())] for head, table in tables]
    return "\n".join(line for table in lines for line in table)


def main() -> int:
    """Check, in the current folder; returns the exit code."""
    rules = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    source = Path("src").resolve()
    sys.path[:0] = [str(source), str(source.parent)]
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder, "rules.toml")
        config.write_text(_toml(covered(rules, folders_of(source))), encoding="utf-8")
        return lint_imports(config_filename=str(config), no_logo=True)


if __name__ == "__main__":
    sys.exit(main())
