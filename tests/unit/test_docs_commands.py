"""Every `relay` command that a page shows is one that the command line reads, so that no page falls behind it."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer.main
from typer.core import TyperGroup

from relay.app import app

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "SECURITY.md", ROOT / "CONTRIBUTING.md", *sorted(ROOT.glob("docs/**/*.md"))]
# The command line's own tree, which refuses an option or a verb that it does not have.
COMMAND = typer.main.get_command(app)
_BLOCKS = re.compile(r"```(?:console|sh|bash)\n(.*?)```", re.DOTALL)
_OF_RELAY = re.compile(r"^\s*\$ (?:\.venv/bin/)?relay (?!--)(.+)$", re.MULTILINE)
_OF_THE_SHELL = ("|", ">", ">>", "<", "&&", ";")


def commands(page: Path) -> list[str]:
    """The arguments of `relay` in the page's blocks of commands."""
    blocks = "".join(_BLOCKS.findall(page.read_text(encoding="utf-8")))
    return _OF_RELAY.findall(blocks.replace("\\\n", " "))


SHOWN = [(page, command) for page in PAGES for command in commands(page)]


@pytest.mark.parametrize(("page", "command"), SHOWN, ids=lambda one: one.name if isinstance(one, Path) else one[:40])
def test_a_command_that_a_page_shows_can_be_read(page: Path, command: str) -> None:
    words = shlex.split(command, comments=True)
    end = next((place for place, word in enumerate(words) if word in _OF_THE_SHELL), len(words))
    _parse(COMMAND, words[:end])


def test_the_pages_show_commands() -> None:
    assert {page.name for page, _ in SHOWN} >= {"README.md", "operating.md", "command-line.md", "deploy.md"}


def test_an_option_that_the_command_line_does_not_have_is_refused() -> None:
    with pytest.raises(typer.BadParameter.__bases__[0], match="--nope"):
        _parse(COMMAND, shlex.split("keys add shop --nope --stack ads"))


def _parse(command: Any, arguments: list[str]) -> None:
    """Read the arguments, down to the verb's own, without running it."""
    with command.make_context("relay", list(arguments)) as context:
        if isinstance(command, TyperGroup):
            _, verb, left = command.resolve_command(context, [*context._protected_args, *context.args])
            _parse(verb, left)
