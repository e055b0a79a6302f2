"""Each sender's page opens with three commands (open it, try it, see that it arrived), and says when it was checked."""

import re
from datetime import date
from pathlib import Path

import pytest

from tests.sender_pages import PAGES, commands


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_has_its_three_commands_in_order(page: Path) -> None:
    kinds = [" ".join(command[:3]) for command in commands(page)]
    wanted = (r"relay keys add", r"relay (trigger|send) .*|curl .*", r"relay (status|log) .*")
    places = ("open it: relay keys add ...", "try it: relay trigger ..., or curl ...", "see it: relay status ...")
    lacking = [said for said, kind, form in zip(places, kinds, wanted, strict=False) if not re.fullmatch(form, kind)]
    assert not lacking + list(places[len(kinds) :]), f"the commands of {page.name}, under '## In three commands'"
    assert len(kinds) == len(wanted)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_says_when_it_was_checked(page: Path) -> None:
    said = re.findall(r"^Last checked: (\S+)\. ", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(said) == 1, f"{page.name} needs one line 'Last checked: YYYY-MM-DD. ' and what was done then"
    assert date.fromisoformat(said[0]) >= date(2026, 11, 28)
