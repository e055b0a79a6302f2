"""The machines under the functions: what a process remembers, the next invocation on the same machine knows too."""

import importlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from tests.simulation.world import World

# The modules whose `functools.cache` keeps something from one invocation to the next.
_HANDLERS = ("clients", "api", "deliver", "ingest")

Memory = dict[Any, Any]


class Containers:
    """Machines of each function: an invocation gets one that is idle, or a new one."""

    def __init__(self) -> None:
        """No machine yet."""
        self._idle: dict[str, list[Memory]] = {}
        self.made: Counter[str] = Counter()

    def take(self, function: str) -> Memory:
        """The memory of a machine for one invocation."""
        idle = self._idle.setdefault(function, [])
        self.made[function] += not idle
        return idle.pop() if idle else {}

    def give_back(self, function: str, memory: Memory) -> None:
        """The invocation is over and its process alive: the machine waits for the next one."""
        self._idle[function].append(memory)


@contextmanager
def separate_memories(world: World) -> Iterator[None]:
    """Make every cache of the handlers one for each machine."""
    with ExitStack() as stack:
        for name in _HANDLERS:
            module = importlib.import_module(f"handlers.{name}")
            for member_name, member in list(vars(module).items()):
                if hasattr(member, "cache_clear"):
                    stack.enter_context(patch.object(module, member_name, _remembered(world, member)))
        yield


def _remembered(world: World, cached: Any) -> Callable[..., Any]:
    make = cached.__wrapped__

    def call(*args: Any) -> Any:
        memory = world.process().memory
        if (make, args) not in memory:
            memory[make, args] = make(*args)
        return memory[make, args]

    return call
