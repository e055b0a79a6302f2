"""Ways to put something wrong in the place of something right, in the code under test."""

import importlib
from collections.abc import Callable
from typing import Any
from unittest.mock import patch


def changed(module: str, name: str, change: Callable[[Any, Any], Any]) -> Callable[[], Any]:
    """The fault in which `change(right, pipeline.outcome)` stands in the place of the module's function."""

    def fault() -> Any:
        place = importlib.import_module(module)
        return patch.object(place, name, change(getattr(place, name), importlib.import_module("pipeline.outcome")))

    return fault


def verdicts(wrong: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """A `read` of answers that gives `wrong(one, pipeline.outcome)` for each outcome."""

    def change(right: Any, outcome: Any) -> Any:
        return lambda *args, **options: [wrong(one, outcome) for one in right(*args, **options)]

    return change


def unmatched_delivered(one: Any, outcome: Any) -> Any:
    """What a partial failure does not name is taken for delivered."""
    return outcome.Delivered() if isinstance(one, outcome.Unsettled) and one.status in (200, 202, 210) else one


def acknowledged(right: Any, _: Any) -> Any:
    """A handler that acknowledges whatever it was given."""

    def acknowledge(event: Any, context: Any) -> Any:
        right(event, context)
        return {"batchItemFailures": []}

    return acknowledge
