"""An environment for each function, as in Lambda: while a function is called, its own variables hide the process's."""

import os
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from unittest.mock import patch

_own: ContextVar[Mapping[str, str]] = ContextVar("_own")


class _Environment(MutableMapping[str, str]):
    """The process's environment, behind that of the function which this thread calls."""

    def __init__(self, process: MutableMapping[str, str]) -> None:
        self._process = process

    def __getitem__(self, name: str) -> str:
        own = _own.get({})
        return own[name] if name in own else self._process[name]

    def __setitem__(self, name: str, value: str) -> None:
        self._process[name] = value

    def __delitem__(self, name: str) -> None:
        del self._process[name]

    def __iter__(self) -> Iterator[str]:
        return iter({**self._process, **_own.get({})})

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __or__(self, other: Mapping[str, str]) -> dict[str, str]:
        """A dict of all of it and of the other, as of `os.environ`."""
        return {**self, **other}

    def copy(self) -> dict[str, str]:
        """A dict of all of it, as of `os.environ`."""
        return dict(self)


@contextmanager
def separate() -> Iterator[None]:
    """Within it functions can have environments of their own; afterwards the process has the one it had before."""
    before = dict(os.environ)
    try:
        with patch.object(os, "environ", _Environment(os.environ)):
            yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def of(variables: Mapping[str, str]) -> Iterator[None]:
    """Within it this thread reads these variables."""
    token = _own.set(variables)
    try:
        yield
    finally:
        _own.reset(token)
