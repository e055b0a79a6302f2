"""Keeps what functions print apart from what the local stack says to the person at the terminal."""

import io
import logging
import sys
import threading
from collections.abc import Callable
from typing import TextIO


class SplitStdout(io.TextIOBase):
    """Writes of the main thread go to the terminal; functions run in other threads, and theirs go to the log."""

    def __init__(self, log: TextIO) -> None:
        """Stands nowhere yet: see `install`."""
        self._terminal = sys.stdout
        self._log = log
        # Told what functions print, in the printing thread.
        self.listeners: list[Callable[[str], object]] = []

    def install(self) -> None:
        """Takes the place of sys.stdout, again if somebody else took it meanwhile, as pytest does for each test."""
        if sys.stdout is not self:
            self._terminal = sys.stdout
            sys.stdout = self

    def remove(self) -> None:
        """Gives the place of sys.stdout back."""
        if sys.stdout is self:
            sys.stdout = self._terminal

    def write(self, text: str) -> int:
        target = self._target()
        if threading.current_thread() is not threading.main_thread():
            for listener in self.listeners:
                listener(text)
        return target.write(text)

    def flush(self) -> None:
        self._target().flush()

    def isatty(self) -> bool:
        return self._target().isatty()

    def fileno(self) -> int:
        return self._target().fileno()

    def writable(self) -> bool:
        return True

    def _target(self) -> TextIO:
        if threading.current_thread() is threading.main_thread():
            return sys.__stdout__ if self._terminal.closed and sys.__stdout__ else self._terminal
        return (sys.__stderr__ or sys.stderr) if self._log.closed else self._log


def redirect_loggers() -> None:
    """Points loggers that already write to some stdout at the present one: they outlive the stack that made them."""
    for name in list(logging.Logger.manager.loggerDict):
        for handler in logging.getLogger(name).handlers:
            if type(handler) is logging.StreamHandler and handler.stream is not sys.stderr:
                handler.stream = sys.stdout  # not setStream(): it flushes the old stream, which may be closed
