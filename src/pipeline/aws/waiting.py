"""Waiting for what runs beside us, never longer than is left: one deadline for all that a run waits for."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor, wait
from typing import TypeVar

Thing = TypeVar("Thing")
Result = TypeVar("Result")

__all__ = ["Allowance", "Deadline", "each", "wait"]


class Deadline:
    """When a run must be over."""

    def __init__(self, time_left: Callable[[], float]) -> None:
        """`time_left` gives the seconds until the run is killed."""
        self._time_left = time_left

    def left(self, keep: float = 0.0, most: float = float("inf")) -> float:
        """Seconds that may still be waited, of which `keep` are for what comes after; `most` at most."""
        return max(0.0, min(self._time_left() - keep, most))


class Allowance:
    """How long (seconds) some kind of question may keep a run waiting, all together."""

    def __init__(self, seconds: float, now: Callable[[], float]) -> None:
        """`now` is any clock's seconds."""
        self._left, self._now = seconds, now

    def ask(self, question: Callable[[float], Result]) -> Result:
        """Ask with the seconds that are left, and take off what it took."""
        begun = self._now()
        try:
            return question(max(0.0, self._left))
        finally:
            self._left -= self._now() - begun


def each(
    executor: Executor, call: Callable[[Thing], Result], things: Sequence[Thing], seconds: float
) -> list[Result | None]:
    """Call with each thing, several at once, and wait so many seconds at most.

    None for a call that was not over by then. It is abandoned: nobody hears its answer, and its thread is not ours.
    """
    if not things:
        return []
    futures = [executor.submit(call, thing) for thing in things]
    wait(futures, timeout=None if seconds == float("inf") else seconds)
    return [None if future.cancel() or not future.done() else future.result() for future in futures]
