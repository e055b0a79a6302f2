"""The destinations that there are: a folder each, which declares itself in its `destination.py`."""

from functools import cache
from importlib import import_module

from pipeline.contract.destination import Destination

NAMES: tuple[str, ...] = ("roku", "rokt")


@cache
def load(name: str) -> Destination:
    """The destination of this name, with its usual settings. One that nobody asks for is not even imported.

    Raises ValueError if there is none.
    """
    if name not in NAMES:
        raise ValueError(f"there is no destination of this name: there are {', '.join(NAMES)}")
    declared: Destination = import_module(f"{name}.destination").DESTINATION
    return declared
