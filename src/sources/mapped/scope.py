"""What a mapping is compiled into: functions of one element of a post. Pure."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pipeline.values.faults import Fault
from pipeline.values.hints import nearest
from pipeline.values.rules import quoted
from sources.mapped.paths import MOST, Path, Post, path_of
from sources.source_settings import Warnings, kind_of
from sources.values import is_absent


@dataclass(slots=True)
class Scope:
    """One element of a post, the post, the currency of its conversion once that is known, and what there is to say."""

    post: Post
    element: Any
    warnings: Warnings
    currency: str | None = None


Value = Callable[[Scope], Any]
Test = Callable[[Scope], bool]


@dataclass(slots=True)
class Paths:
    """The paths of one mapping, counted."""

    made: list[Path] = field(default_factory=list)

    def of(self, given: Any) -> Path:
        """The path that a text is. Raises Fault."""
        if not isinstance(given, str):
            raise Fault("must be a path, a text such as billing.email")
        if len(self.made) == MOST:
            raise Fault(f"is one path too many: a mapping has at most {MOST}")
        self.made.append(path_of(given))
        return self.made[-1]


def is_empty(value: Any) -> bool:
    """Whether the value says nothing. 0 and false say something."""
    return is_absent(value) or value in ({}, [])


def word(value: Any) -> str | None:
    """A scalar as it is compared: without case and outer spaces; 12.0 and "12" are one. None for anything else."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if math.isfinite(value) and value.is_integer() else str(value)
    return kind_of(value) if isinstance(value, str) else str(value) if isinstance(value, int) else None


def known_only(given: Any, known: tuple[str, ...], what: str) -> dict[str, Any]:
    """The object, if it has no other names than these. Raises Fault."""
    if not isinstance(given, dict):
        raise Fault(f"must be {what}: an object of {', '.join(known)}")
    for name in given:
        if name not in known:
            close = nearest(str(name), known, cutoff=0.6)
            hint = f"did you mean {close}?" if close else f"{what} has {', '.join(known)}"
            raise Fault(f"{quoted(str(name))} is not known: {hint}")
    return given
