"""Imports the functions' code as a fresh Lambda environment does: nothing of an earlier stack is remembered."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType


@contextmanager
def fresh(folder: Path) -> Iterator[None]:
    """Within it, imports find `folder` first and its modules are new; the ones loaded before are back afterwards.

    Handlers keep settings and clients for the life of their process, and two stacks in one process have different
    ones.
    """
    before = _remove(folder)
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        _remove(folder)
        sys.modules.update(before)
        sys.path.remove(str(folder))


def _remove(folder: Path) -> dict[str, ModuleType]:
    """Takes the modules that `folder` has out of the loaded ones, wherever those were loaded from."""
    names = {path.stem for path in folder.iterdir()}
    inside = {name: module for name, module in list(sys.modules.items()) if name.partition(".")[0] in names}
    for name in inside:
        del sys.modules[name]
    return inside
