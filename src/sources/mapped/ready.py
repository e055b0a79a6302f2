"""The ready-made mappings: a file each, used by its name."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

from pipeline.values.faults import Fault
from pipeline.values.hints import nearest
from pipeline.values.rules import quoted

_FOLDER = "ready"


@cache
def names() -> tuple[str, ...]:
    """The names of all of them, sorted."""
    found = (entry.name for entry in files(__package__).joinpath(_FOLDER).iterdir())
    return tuple(sorted(name.removesuffix(".json") for name in found if name.endswith(".json")))


def ready(name: str) -> dict[str, Any]:
    """The mapping of this name. Raises Fault."""
    if name not in names():
        close = nearest(name, names(), cutoff=0.6)
        hint = f"did you mean {close}?" if close else f"there are {', '.join(names())}"
        raise Fault(f"{quoted(name)} is not a ready-made mapping: {hint}")
    made: dict[str, Any] = json.loads(files(__package__).joinpath(_FOLDER, f"{name}.json").read_text(encoding="utf-8"))
    return made
