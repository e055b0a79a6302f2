"""At the end of a run it says what was not run, and why; xdist's workers tell their controller."""

from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import Any

import pytest
from botocore import loaders

_LEFT = pytest.StashKey[dict[str, int]]()
_KEY = "left to another command"  # of what a worker tells

_read, _list = loaders.JSONFileLoader().load_file, loaders.Loader.list_available_services
_listed: dict[tuple[str, ...], list[str]] = {}


@cache
def _read_once(path: str) -> Any:
    return _read(path)


def _list_once(loader: loaders.Loader, type_name: str) -> list[str]:
    key = (*loader.search_paths, type_name)
    if key not in _listed:
        _listed[key] = _list(loader, type_name)
    return _listed[key]


# Each session of botocore reads megabytes of JSON, half a second's work, and looks into 400 folders; what is there
# stays as it is while tests run.
loaders.JSONFileLoader.load_file = lambda _, path: _read_once(path)  # type: ignore[method-assign,assignment]
loaders.Loader.list_available_services = _list_once  # type: ignore[method-assign,assignment]


def pytest_configure(config: pytest.Config) -> None:
    """Nothing is left out yet."""
    config.stash[_LEFT] = {}


def pytest_deselected(items: Sequence[pytest.Item]) -> None:
    """Count what the marker leaves to another command, by reason."""
    markers = [item.get_closest_marker(command) for item in items for command in ("thorough", "emulator")]
    counted = Counter(f"left to `make {marker.name}`: {marker.kwargs['reason']}" for marker in markers if marker)
    for item in items[:1]:
        item.config.stash[_LEFT].update(counted)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker tells what it left out."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput[_KEY] = session.config.stash[_LEFT]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """The controller hears it: from each worker the same, since each collects everything."""
    node.config.stash[_LEFT].update(getattr(node, "workeroutput", {}).get(_KEY, {}))


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Name each reason with its number of tests, or say that there is none."""
    skipped = Counter(
        f"skipped: {report.longrepr[2].removeprefix('Skipped: ')}"
        for report in terminalreporter.stats.get("skipped", [])
    )
    left = config.stash[_LEFT]
    terminalreporter.section("not run here")
    for why, number in [*skipped.items(), *left.items()]:
        terminalreporter.line(f"{number:5} {why}")
    if not skipped and not left:
        terminalreporter.line("nothing was skipped or left out")
