"""The faults of Roku's API beside those of every sandbox (see `local.sandbox.faults`); every key is optional.

    refuse      {event_id: {field: text}}: refuse these events with these reasons
    forbidden_partners   [partner_name]: 403 for a request that holds an event of one of them
    thin        what failed_events repeats of an event beside its errors: "id", "name" or "none" (otherwise all of it)

`refuse` and `forbidden_partners` affect only requests that hold such an event. `thin` only words an answer; by itself
it uses up no `times`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Final, Literal

from local.sandbox import faults
from local.sandbox.faults import Check, is_texts


def _is_refusal_set(value: object) -> bool:
    return isinstance(value, dict) and all(is_texts(reasons) and reasons for reasons in value.values())


def _is_name_list(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) for name in value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults(faults.Faults):
    """One set of faults, already checked; the defaults mean that nothing is wrong."""

    CHECKS: ClassVar[Mapping[str, Check]] = {
        **faults.Faults.CHECKS,
        "refuse": _is_refusal_set,
        "forbidden_partners": _is_name_list,
        "thin": lambda value: value in ("id", "name", "none"),
    }

    refuse: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    forbidden_partners: Sequence[str] = ()
    thin: Literal["id", "name", "none"] | None = None

    def affects(self, event_ids: set[str], partners: set[str]) -> bool:
        """Tell whether a request with these events and partners is answered otherwise than it would be."""
        if self.affects_all():
            return True
        return not event_ids.isdisjoint(self.refuse) or not partners.isdisjoint(self.forbidden_partners)


NO_FAULTS: Final = Faults()
read_faults = Faults.read
