"""Each sender's page opens with three commands (open it, try it, see that it arrived), and says when it was checked."""

import re
import shlex
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import typer.main
from typer.core import TyperGroup

from relay.app import app
from tests.sender_pages import PAGES, commands

# The command line's own tree, which refuses an option or a verb that it does not have.
COMMAND = typer.main.get_command(app)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_has_its_three_commands_in_order(page: Path) -> None:
    kinds = [" ".join(command[:3]) for command in commands(page)]
    wanted = (r"relay keys add", r"relay (trigger|send) .*|curl .*", r"relay (status|log) .*")
    places = ("open it: relay keys add ...", "try it: relay trigger ..., or curl ...", "see it: relay status ...")
    lacking = [said for said, kind, form in zip(places, kinds, wanted, strict=False) if not re.fullmatch(form, kind)]
    assert not lacking + list(places[len(kinds) :]), f"the commands of {page.name}, under '## In three commands'"
    assert len(kinds) == len(wanted)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_its_commands_are_those_of_the_command_line(page: Path) -> None:
    for command in commands(page):
        if command[0] == "relay":
            _parse(COMMAND, command[1:])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_says_when_it_was_checked(page: Path) -> None:
    said = re.findall(r"^Last checked: (\S+)\. ", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(said) == 1, f"{page.name} needs one line 'Last checked: YYYY-MM-DD. ' and what was done then"
    assert date.fromisoformat(said[0]) >= date(2026, 11, 28)


def test_an_option_that_the_command_line_does_not_have_is_refused() -> None:
    with pytest.raises(typer.BadParameter.__bases__[0], match="--nope"):
        _parse(COMMAND, shlex.split("keys add shop --nope --stack ads"))


def _parse(command: Any, arguments: list[str]) -> None:
    """Read the arguments, down to the verb's own, without running it."""
    with command.make_context("relay", list(arguments)) as context:
        if isinstance(command, TyperGroup):
            _, verb, left = command.resolve_command(context, [*context._protected_args, *context.args])
            _parse(verb, left)
