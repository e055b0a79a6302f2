"""What files start once: a stack with the command line on it, the console in a browser, websites with a browser.

A file whose stack is not the usual one names the template's parameters in PARAMETERS.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.e2e.chromium import chromium
from tests.e2e.console import Console, opened
from tests.e2e.operator import Operator, operating
from tests.e2e.relay import Relay, running
from tests.e2e.web import Web, web


def _parameters(request: pytest.FixtureRequest) -> dict[str, str]:
    return getattr(request.module, "PARAMETERS", {})


@pytest.fixture(scope="module")
def stack(request: pytest.FixtureRequest) -> Iterator[Operator]:
    """The command line on a stack of the file's own."""
    with operating(**_parameters(request)) as operator:
        yield operator


@pytest.fixture(scope="module")
def operator(stack: Operator) -> Operator:
    """The same, for files that leave everything as it is."""
    return stack


@pytest.fixture
def no_dead_letters(operator: Operator) -> Iterator[None]:
    """After the test nothing is refused any more, and no dead letter is left."""
    yield
    operator.relay.accept()
    operator.run("dlq", "drop", "--yes")


@pytest.fixture(scope="module")
def relay(request: pytest.FixtureRequest) -> Iterator[Relay]:
    """A stack of the file's own."""
    with running(**_parameters(request)) as relay:
        yield relay


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser of the file's own."""
    with chromium() as browser:
        yield browser


@pytest.fixture
def console(relay: Relay, browser: Browser) -> Iterator[Console]:
    """The console's page."""
    with opened(relay, browser) as console:
        yield console


@pytest.fixture(scope="module")
def world() -> Iterator[Web]:
    """The relay, its websites and a browser."""
    with web() as running:
        yield running
