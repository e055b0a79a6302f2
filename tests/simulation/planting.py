"""Planting a fault: a module of the code under test as if one piece of its source were another."""

import importlib
import inspect
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from types import FunctionType, ModuleType
from typing import Any
from unittest.mock import patch

from destinations import NAMES

_LAYERS = ("pipeline", *NAMES, "destinations", "handlers")
_CONSTANTS = (int, float, str, tuple, frozenset)


def planted(module: str, right: str, wrong: str, *more: tuple[str, str, str]) -> Callable[[], Any]:
    """The fault that the module has `wrong` in the place of `right`, which is in its source once; `more` such too."""

    @contextmanager
    def fault() -> Iterator[None]:
        with ExitStack() as stack:
            for place in {module, *(piece[0] for piece in more)}:
                _plant(stack, place, [piece[1:] for piece in ((module, right, wrong), *more) if piece[0] == place])
            yield

    return fault


def _plant(stack: ExitStack, module: str, changes: Sequence[tuple[str, str]]) -> None:
    place = importlib.import_module(module)
    source = inspect.getsource(place)
    for right, wrong in changes:
        if source.count(right) != 1:
            raise LookupError(f"{module} holds this {source.count(right)} times, it must be once: {right}")
        source = source.replace(right, wrong)
    fresh: dict[str, Any] = {"__name__": module, "__file__": place.__file__}
    exec(compile(source, str(place.__file__), "exec"), fresh)
    named = [(name, made) for name, made in fresh.items() if not name.startswith("__") and name in vars(place)]
    if not sum(_exchange(stack, place, name, made) for name, made in named):
        raise LookupError(f"{module} is as it was with this: {changes[0][1]}")


def _exchange(stack: ExitStack, place: ModuleType, name: str, made: Any) -> bool:
    """Put what was made in the place of what was there, wherever it is known; whether they differ."""
    old = vars(place)[name]
    if isinstance(made, type) and made.__module__ == place.__name__:
        members = [(_function(vars(old).get(member)), _function(value)) for member, value in vars(made).items()]
        return sum(_swap(stack, *pair) for pair in members) > 0
    if getattr(made, "__module__", None) == place.__name__ and _function(made):
        return _swap(stack, _function(old), _function(made))
    if isinstance(made, _CONSTANTS) and type(made) is type(old) and made != old:
        for other in list(sys.modules.values()):
            if other.__name__.split(".")[0] in _LAYERS and vars(other).get(name) is old:
                stack.enter_context(patch.object(other, name, made))
        return True
    return False


def _function(thing: Any) -> FunctionType | None:
    """The function in a member, a property or a cache."""
    thing = getattr(thing, "fget", None) or getattr(thing, "__wrapped__", thing)
    return thing if isinstance(thing, FunctionType) else None


def _swap(stack: ExitStack, old: FunctionType | None, made: FunctionType | None) -> bool:
    if old is None or made is None:
        return False
    differs = False
    for name in ("__code__", "__defaults__"):
        if getattr(old, name) != getattr(made, name):
            stack.callback(setattr, old, name, getattr(old, name))
            setattr(old, name, getattr(made, name))
            differs = True
    return differs
