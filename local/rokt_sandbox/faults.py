"""The faults of Rokt's APIs beside those of every sandbox (see `local.sandbox.faults`); every key is optional.

    refuse      {event_id: text}: refuse the events with this attribute `event_id`, in these words
    naming      how an error of the Conversions API names its object: "path" (usual), "position" or "none"
    echo        errors quote the e-mail address or click id that they found, as errors of parsers do

`refuse` affects only requests that hold such an event. `naming` and `echo` only word an answer; by themselves they use
up no `times`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Final, Literal

from local.sandbox import faults
from local.sandbox.faults import Check, is_flag, is_texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults(faults.Faults):
    """One set of faults, already checked; the defaults mean that nothing is wrong."""

    CHECKS: ClassVar[Mapping[str, Check]] = {
        **faults.Faults.CHECKS,
        "refuse": is_texts,
        "naming": lambda value: value in ("path", "position", "none"),
        "echo": is_flag,
    }

    refuse: Mapping[str, str] = field(default_factory=dict)
    naming: Literal["path", "position", "none"] | None = None
    echo: bool = False

    def affects(self, event_ids: set[str]) -> bool:
        """Tell whether a request with these events is answered otherwise than it would be."""
        return self.affects_all() or not event_ids.isdisjoint(self.refuse)


NO_FAULTS: Final = Faults()
