"""What threads are in simulated time: executors with so many workers, and locks."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ALL_COMPLETED, Executor, Future
from typing import Any

from tests.simulation.world import World


class GreenExecutor(Executor):
    """An executor whose threads are greenlets of the world: `workers` at once, the other calls wait."""

    def __init__(self, world: World, workers: int) -> None:
        """Work in `world`."""
        self._world, self._idle = world, workers
        self._calls: deque[tuple[Future[Any], Callable[[], Any]]] = deque()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Begin the call as soon as a worker is free."""
        future: Future[Any] = Future()
        self._calls.append((future, lambda: fn(*args, **kwargs)))
        if self._idle:
            self._idle -= 1
            self._world.spawn(self._world.process(), self._work, lambda *_: None)
        return future

    def _work(self) -> None:
        """One worker: it takes calls until none is left."""
        try:
            while self._calls:
                future, call = self._calls.popleft()
                if future.set_running_or_notify_cancel():
                    _fulfil(future, call)
        finally:
            self._idle += 1

    def map(self, fn: Callable[..., Any], *iterables: Iterable[Any], **_: Any) -> Iterator[Any]:
        """Call with each, several beside one another, and give the results in order."""
        futures = [self.submit(fn, *args) for args in zip(*iterables, strict=False)]
        self._world.wait(futures, len(futures), None)
        return iter([future.result() for future in futures])

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Forget the calls that nobody has begun, if so told. The world waits for no thread."""
        if wait:
            left = [future for future, _ in self._calls]
            self._world.wait(left, len(left), None)
        if cancel_futures:
            for future, _ in self._calls:
                future.cancel()


def _fulfil(future: Future[Any], call: Callable[[], Any]) -> None:
    try:
        future.set_result(call())
    except AssertionError:  # a broken promise, or a model's own word: nobody may catch it
        raise
    except Exception as error:  # noqa: BLE001 - a future carries whatever was raised
        future.set_exception(error)


def wait_in(
    world: World, futures: Iterable[Future[Any]], timeout: float | None = None, return_when: str = ALL_COMPLETED
) -> tuple[set[Future[Any]], set[Future[Any]]]:
    """What `concurrent.futures.wait` does, in the world's time."""
    waiting = list(futures)
    world.wait(waiting, len(waiting) if return_when == ALL_COMPLETED else min(1, len(waiting)), timeout)
    return {f for f in waiting if f.done()}, {f for f in waiting if not f.done()}


class GreenLock:
    """A lock between greenlets, which would wait forever at a thread's lock."""

    def __init__(self, world: World) -> None:
        """Wait in the world's time."""
        self._world, self._held = world, False
        self._freed: list[Future[None]] = []

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        """Take it, or wait until it is free: at most `timeout` seconds, if that is not a negative number."""
        ends = self._world.now + timeout if timeout >= 0 else float("inf")
        while self._held and blocking and self._world.now < ends:
            freed: Future[None] = Future()
            self._freed.append(freed)
            self._world.wait([freed], 1, None if timeout < 0 else ends - self._world.now)
        taken = not self._held
        self._held = True
        return taken

    def release(self) -> None:
        """Give it back."""
        self._held = False
        freed, self._freed = self._freed, []
        for one in freed:
            one.set_result(None)

    def __enter__(self) -> None:
        """Wait until it is free, and take it."""
        self.acquire()

    def __exit__(self, *_: object) -> None:
        """Give it back, also when the process dies."""
        self.release()
