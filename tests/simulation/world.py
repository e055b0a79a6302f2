"""Simulated time: greenlets that stop wherever the code under test does I/O, in one seeded order."""

import heapq
import random
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any, NoReturn

from greenlet import GreenletExit, getcurrent, greenlet


class Killed(GreenletExit):
    """The function's process is gone: a crash, or the end of its time. No `except Exception` sees it."""


class Process:
    """One invocation: the greenlets that run in it, since when and until when (seconds) they may."""

    def __init__(self, name: str, began: float, seconds: float, crash: float, memory: dict[Any, Any]) -> None:
        """`crash` is the chance that the process dies at one point of I/O.

        `memory` is what the machine under it remembers from one invocation to the next.
        """
        self.name, self.began, self.ends, self.crash, self.memory = name, began, began + seconds, crash, memory
        self.dead = False
        self.crashed = False  # by chance, and not because its time was over


class World:
    """A clock, and everything that is going to happen."""

    def __init__(self, seed: int) -> None:
        """Everything that is left to chance comes from `seed`."""
        self.seed = seed
        self.random = random.Random(seed)
        self.now = 1_800_000_000.0
        self.start = self.now
        self.log: list[str] = []
        self._agenda: list[tuple[float, int, Callable[[], None]]] = []
        self._count = 0
        self._hub = getcurrent()
        self._process: dict[greenlet, Process] = {}

    def say(self, text: str) -> None:
        """Write a line of the history."""
        self.log.append(f"{self.now - self.start:10.1f} s  {text}")

    def chance(self, probability: float) -> bool:
        """Whether something of this probability happens now."""
        return probability > 0 and self.random.random() < probability

    def at(self, delay: float, call: Callable[[], None]) -> None:
        """Call it after so many seconds."""
        self._count += 1
        heapq.heappush(self._agenda, (self.now + delay, self._count, call))

    def run(self, until: float) -> None:
        """Let everything happen that is due before `until`."""
        while self._agenda and self._agenda[0][0] <= until:
            self.now, _, call = heapq.heappop(self._agenda)
            call()
        self.now = max(self.now, until)

    def spawn(self, process: Process, work: Callable[[], Any], done: Callable[[Any, bool], None]) -> None:
        """Run `work` in a greenlet from now on; `done` gets its result and whether the process survived it."""

        def body() -> None:
            try:
                result, alive = work(), True
            except Killed:
                result, alive = None, False
            self._process.pop(getcurrent(), None)
            done(result, alive)

        thread = greenlet(body, parent=self._hub)
        self._process[thread] = process
        self.at(0, thread.switch)

    def process(self) -> Process:
        """The process that is running now."""
        return self._process[getcurrent()]

    def running(self) -> Process | None:
        """The process that is running now, if it is one and not the world itself."""
        return self._process.get(getcurrent())

    def pause(self, seconds: float) -> None:
        """Let time pass for the running greenlet. Raises Killed if its process ends in the meantime."""
        process = self.process()
        if self.now + seconds >= process.ends:
            self._sleep(max(0.0, process.ends - self.now))
            process.dead = True
        else:
            self._sleep(seconds)
        if process.dead:
            raise Killed
        if self.chance(process.crash):
            process.dead = process.crashed = True
            raise Killed

    def hang(self) -> NoReturn:
        """Never come back: Killed when the process's time is over."""
        self.pause(float("inf"))
        raise AssertionError

    def _sleep(self, seconds: float) -> None:
        self.at(seconds, getcurrent().switch)
        self._hub.switch()

    def wait(self, futures: Sequence[Future[Any]], needed: int, timeout: float | None) -> None:
        """Let time pass until so many of the futures are done, or the timeout (seconds) is over."""
        process = self.process()
        ends = process.ends if timeout is None else min(process.ends, self.now + timeout)
        left = needed - sum(future.done() for future in futures)
        if left <= 0 or self.now >= ends:
            return
        sleeper = getcurrent()
        rung = False

        def ring(*_: object) -> None:
            nonlocal rung
            if not rung:
                rung = True
                self.at(0, sleeper.switch)

        def count(_: Future[Any]) -> None:
            nonlocal left
            left -= 1
            if left <= 0:
                ring()

        for future in futures:
            if not future.done():
                future.add_done_callback(count)
        self.at(ends - self.now, ring)
        self._hub.switch()
        if process.dead or self.now >= process.ends:
            process.dead = True
            raise Killed
