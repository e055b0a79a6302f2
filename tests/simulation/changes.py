"""Ways to put something wrong in the place of something right, in the code under test."""

import importlib
from collections.abc import Callable
from pkgutil import resolve_name
from typing import Any
from unittest.mock import patch


def changed(module: str, name: str, change: Callable[[Any, Any], Any]) -> Callable[[], Any]:
    """The fault in which the function of a module, or of a class of it, is `change(right,
    pipeline.contract.outcome)`."""

    def fault() -> Any:
        place = resolve_name(module)
        return patch.object(
            place, name, change(getattr(place, name), importlib.import_module("pipeline.contract.outcome"))
        )

    return fault


def verdicts(wrong: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """A `read` of answers that gives `wrong(one, pipeline.contract.outcome)` for each outcome."""

    def change(right: Any, outcome: Any) -> Any:
        return lambda *args, **options: [wrong(one, outcome) for one in right(*args, **options)]

    return change


def unmatched_delivered(one: Any, outcome: Any) -> Any:
    """What a partial failure does not name is taken for delivered."""
    return outcome.Delivered() if isinstance(one, outcome.AskAgain) and one.status in (200, 202, 210) else one


def acknowledged(destination: str) -> Callable[[Any, Any], Any]:
    """A delivery to this destination that acknowledges whatever it was given."""

    def change(right: Any, _: Any) -> Any:
        def run(event: Any, context: Any, name: str) -> Any:
            report = right(event, context, name)
            return {"batchItemFailures": []} if name == destination else report

        return run

    return change
