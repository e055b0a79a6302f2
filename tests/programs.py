"""The programs of `.ci`, which are in no package, as modules."""

import importlib.util
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parents[1] / ".ci"


def program(name: str) -> Any:
    """The program of this name, as a module of its own each time; it is not run."""
    spec = importlib.util.spec_from_file_location(f"{name}_of_ci", _FOLDER / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
