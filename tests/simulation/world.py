"""Simulated time: greenlets that stop wherever the code under test does I/O, in one seeded order."""

import heapq
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ALL_COMPLETED, Executor, Future
from typing import Any

from greenlet import GreenletExit, getcurrent, greenlet


class Killed(GreenletExit):
    """The function's process is gone: a crash, or the end of its time. No `except Exception` sees it."""


class Process:
    """One invocation: the greenlets that run in it, since when and until when (seconds) they may."""

    def __init__(self, name: str, began: float, seconds: float, crash: float) -> None:
        """`crash` is the chance that the process dies at one point of I/O."""
        self.name, self.began, self.ends, self.crash, self.dead = name, began, began + seconds, crash, False


class World:
    """A clock, and everything that is going to happen."""

    def __init__(self, seed: int) -> None:
        """Everything that is left to chance comes from `seed`."""
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

    def pause(self, seconds: float) -> None:
        """Let time pass for the running greenlet. Raises Killed if its process ends in the meantime."""
        process = self.process()
        if self.now + seconds >= process.ends:
            self._sleep(max(0.0, process.ends - self.now))
            process.dead = True
        else:
            self._sleep(seconds)
        if process.dead or self.chance(process.crash):
            process.dead = True
            raise Killed

    def _sleep(self, seconds: float) -> None:
        self.at(seconds, getcurrent().switch)
        self._hub.switch()

    def wait(self, futures: Sequence[Future[Any]], enough: Callable[[], bool], timeout: float | None) -> None:
        """Let time pass until enough of the futures are done, or the timeout (seconds) is over."""
        process = self.process()
        ends = process.ends if timeout is None else min(process.ends, self.now + timeout)
        while not enough() and self.now < ends:
            wake = self._alarm()
            for future in futures:
                if not future.done():
                    future.add_done_callback(wake)
            self.at(ends - self.now, wake)
            self._hub.switch()
            if process.dead or self.now >= process.ends:
                process.dead = True
                raise Killed

    def _alarm(self) -> Callable[..., None]:
        """Something to call that wakes the running greenlet, once."""
        sleeper = getcurrent()
        rung = False

        def wake(*_: object) -> None:
            nonlocal rung
            if not rung:
                rung = True
                self.at(0, sleeper.switch)

        return wake


class GreenExecutor(Executor):
    """An executor whose threads are greenlets of the world."""

    def __init__(self, world: World) -> None:
        """Work in `world`."""
        self._world = world

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Begin the call now, beside the caller."""
        future: Future[Any] = Future()
        future.set_running_or_notify_cancel()

        def work() -> Any:
            try:
                future.set_result(fn(*args, **kwargs))
            except Exception as error:  # noqa: BLE001 - a future carries whatever was raised
                future.set_exception(error)

        self._world.spawn(self._world.process(), work, lambda *_: None)
        return future

    def map(self, fn: Callable[..., Any], *iterables: Iterable[Any], **_: Any) -> Iterator[Any]:
        """Call with each, all beside one another, and give the results in order."""
        futures = [self.submit(fn, *args) for args in zip(*iterables, strict=False)]
        self._world.wait(futures, lambda: all(future.done() for future in futures), None)
        return iter([future.result() for future in futures])

    def wait(
        self, futures: Iterable[Future[Any]], timeout: float | None = None, return_when: str = ALL_COMPLETED
    ) -> tuple[set[Future[Any]], set[Future[Any]]]:
        """What `concurrent.futures.wait` does, in the world's time."""
        waiting = list(futures)
        enough = all if return_when == ALL_COMPLETED else any
        self._world.wait(waiting, lambda: enough(future.done() for future in waiting), timeout)
        return {f for f in waiting if f.done()}, {f for f in waiting if not f.done()}


class GreenLock:
    """A lock between greenlets, which would wait for ever at a thread's lock."""

    def __init__(self, world: World) -> None:
        """Wait in the world's time."""
        self._world, self._held = world, False

    def __enter__(self) -> None:
        """Wait until it is free, and take it."""
        while self._held:
            self._world.pause(0.01)
        self._held = True

    def __exit__(self, *_: object) -> None:
        """Give it back, also when the process dies."""
        self._held = False
