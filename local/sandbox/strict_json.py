"""JSON as a careful server reads it: no NaN, no numbers beyond a double, no name twice in one object."""

import json
import math
from typing import Any, NoReturn


def read(body: bytes) -> Any:
    """Read a body; ValueError (or RecursionError) if it is not JSON."""
    return json.loads(body, parse_constant=_no_number, parse_float=_finite, object_pairs_hook=_without_duplicates)


def _no_number(constant: str) -> NoReturn:
    raise ValueError(constant)  # Python would take NaN and Infinity; JSON has neither


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(digits)  # 1e999, which Python would take for infinity
    return number


def _without_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("a name stands twice in one object")
    return members
