"""Imports the functions' code as a fresh Lambda environment does: nothing of an earlier stack is remembered."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import boto3
from aws_lambda_powertools.utilities.parameters import clear_caches


@contextmanager
def fresh(folder: Path) -> Iterator[None]:
    """Within it, imports find `folder` first and its modules are new; the ones loaded before are back afterwards.

    Handlers keep settings and clients for the life of their process, and two stacks in one process have different
    ones. boto3's default session and Powertools' cache of secrets are forgotten for the same reason.
    """
    before = _remove(folder)
    sys.path.insert(0, str(folder))
    _forget_clients()
    try:
        yield
    finally:
        _remove(folder)
        sys.modules.update(before)
        sys.path.remove(str(folder))
        _forget_clients()


def _remove(folder: Path) -> dict[str, ModuleType]:
    """Takes the modules that `folder` has out of the loaded ones, wherever those were loaded from."""
    names = {path.stem for path in folder.iterdir()}
    inside = {name: module for name, module in list(sys.modules.items()) if name.partition(".")[0] in names}
    for name in inside:
        del sys.modules[name]
    return inside


def _forget_clients() -> None:
    boto3.DEFAULT_SESSION = None
    clear_caches()  # type: ignore[no-untyped-call]  # Powertools left it without types
