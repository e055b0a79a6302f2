"""The three commands of each sender's page do what the page says, on a local stack."""

import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bounds import BOUND
from tests.e2e.operator import Operator, operating
from tests.e2e.relay import until
from tests.sender_pages import PAGES, lines

pytestmark = pytest.mark.thorough(reason="a local stack, on which each page's commands run")


@pytest.fixture(scope="module")
def operator() -> Iterator[Operator]:
    with operating() as operator:
        yield operator


@pytest.fixture(scope="module")
def keys(operator: Operator) -> dict[str, str]:
    """The key that each page's first command shows; all are made first, since the secret is read every few seconds."""
    made = {}
    for page in PAGES:
        opened = lines(page)[0]
        name = opened.split()[3]  # the local stack has senders of such names
        said = operator.run(*_words(opened.replace(f"add {name}", f"add {name}-of-{page.stem}")))
        assert said.code == 0, said
        made[page.stem] = said.text.split()[0]
    return made


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_commands_of_a_page_work(operator: Operator, keys: dict[str, str], page: Path) -> None:
    _, tried, seen = lines(page)
    if tried.startswith("curl"):
        answer = _typed(tried.replace("http://127.0.0.1:8080", operator.relay.stack.url))
        assert answer.startswith("HTTP/1.1 202 "), answer
        until(lambda: "delivered" in operator.run(*_words(seen)).text)
    else:
        words = _words(tried.replace("--key KEY", f"--key {keys[page.stem]}"))
        until(lambda: " 401 " not in operator.run(*words).text)  # until the stack knows the key
        said = operator.run(*words)
        assert said.code == 0, said
        assert "accepted" in said.text
        assert "not known" in operator.run(*_words(seen)).text  # in test mode nothing counts


def _words(line: str) -> list[str]:
    """The arguments of a command for the local stack, which the operator names."""
    line = line.replace("YOUR_EVENT_GROUP_ID", "example_website_123").replace("--stack STACK", "")
    return [word for word in shlex.split(line)[1:] if word != "--local"]


def _typed(line: str) -> str:
    """What a shell prints for the line."""
    return subprocess.run(["bash", "-c", line], capture_output=True, text=True, timeout=BOUND, check=True).stdout
