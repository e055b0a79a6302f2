"""The three commands of each sender's page."""

import re
import shlex
from pathlib import Path

PAGES = sorted((Path(__file__).parents[1] / "docs" / "senders").glob("*.md"))
_BLOCK = re.compile(r"^## In three commands\n.*?^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)


def lines(page: Path) -> list[str]:
    """The lines of the section "In three commands" as they are typed; none if there is no such section."""
    section = _BLOCK.search(page.read_text(encoding="utf-8"))
    return [line.removeprefix("$ ") for line in section[1].splitlines()] if section else []


def commands(page: Path) -> list[list[str]]:
    """The commands in words."""
    return [shlex.split(line) for line in lines(page)]
