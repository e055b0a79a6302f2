"""The ways in which the sandbox can be told to fail, as JSON on `/_control`; every key is optional.

    status      answer this HTTP status and take nothing      headers   add these headers to the answer
    delay       wait this many seconds first                  revoked   401, whatever the key
    drop        close the connection without an answer, "before" or "after" the events are taken
    malformed   take the events, then answer 200 with JSON that breaks off
    refuse      {event_id: {field: text}}: refuse these events with these reasons
    forbidden_partners   [partner_name]: 403 for a request that holds an event of one of them
    thin        what failed_events repeats of an event beside its errors: "id", "name" or "none" (otherwise all of it)
    times       how many requests are affected until all of this is gone (otherwise until it is replaced)

A request is affected if it is answered otherwise than without the faults: `refuse` and `forbidden_partners` affect only
requests that hold such an event. `thin` only words an answer; by itself it uses up no `times`.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final, Literal, TypeGuard, cast


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """One set of faults, already checked; the defaults mean that nothing is wrong."""

    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    drop: Literal["before", "after"] | None = None
    malformed: bool = False
    refuse: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    revoked: bool = False
    forbidden_partners: Sequence[str] = ()
    thin: Literal["id", "name", "none"] | None = None
    times: int | None = None

    def affects(self, event_ids: set[str], partners: set[str]) -> bool:
        """Tell whether a request with these events and partners is answered otherwise than it would be."""
        if self.status or self.headers or self.delay or self.drop or self.malformed or self.revoked:
            return True
        return not event_ids.isdisjoint(self.refuse) or not partners.isdisjoint(self.forbidden_partners)

    def as_json(self) -> dict[str, Any]:
        """Give the faults that are set, in the form in which they were told."""
        told = {fault.name: getattr(self, fault.name) for fault in fields(self)}
        return {name: value for name, value in told.items() if value}


NO_FAULTS: Final = Faults()
# An answer with one of these has no body, which would confuse a connection that stays open.
_BODILESS: Final = frozenset({204, 205, 304})


def read_faults(told: object) -> Faults:
    """Check faults told as JSON; ValueError names the fault that is unknown or has a wrong value."""
    if fault := _find_fault(told):
        raise ValueError(fault)
    return Faults(**cast(dict[str, Any], told))


def _find_fault(told: object) -> str | None:
    if not isinstance(told, dict):
        return "faults must be a JSON object"
    for name, value in told.items():
        check = _CHECKS.get(name)
        if check is None:
            return f"unknown fault: {name}"
        if not check(value):
            return f"wrong value of the fault {name}"
    return None


def _is_integer(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_texts(value: object) -> TypeGuard[dict[str, str]]:
    return isinstance(value, dict) and all(isinstance(item, str) for pair in value.items() for item in pair)


def _is_status(value: object) -> bool:
    return _is_integer(value) and 200 <= value <= 599 and value not in _BODILESS


def _is_delay(value: object) -> bool:
    return (_is_integer(value) or isinstance(value, float)) and 0 <= value <= threading.TIMEOUT_MAX


def _is_header_set(value: object) -> bool:
    return _is_texts(value) and all(text.isascii() and text.isprintable() for text in (*value, *value.values()))


def _is_refusal_set(value: object) -> bool:
    return isinstance(value, dict) and all(_is_texts(reasons) and reasons for reasons in value.values())


def _is_name_list(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) for name in value)


_CHECKS: Final[Mapping[str, Callable[[object], bool]]] = {
    "status": _is_status,
    "headers": _is_header_set,
    "delay": _is_delay,
    "drop": lambda value: value in ("before", "after"),
    "malformed": lambda value: isinstance(value, bool),
    "refuse": _is_refusal_set,
    "revoked": lambda value: isinstance(value, bool),
    "forbidden_partners": _is_name_list,
    "thin": lambda value: value in ("id", "name", "none"),
    "times": lambda value: _is_integer(value) and value >= 1,
}


class FaultSwitch:
    """Holds the faults in force and counts down their `times`; safe to use from any thread."""

    def __init__(self) -> None:
        self._faults = NO_FAULTS
        self._lock = threading.Lock()

    def put(self, faults: Faults) -> None:
        """Replace the faults in force."""
        with self._lock:
            self._faults = faults

    def get(self) -> Faults:
        """Give the faults in force, `times` being what is left of it."""
        with self._lock:
            return self._faults

    def take(self, event_ids: set[str], partners: set[str]) -> Faults:
        """Give the faults for one request, and count the request if it is affected."""
        with self._lock:
            faults = self._faults
            if faults.times is not None and faults.affects(event_ids, partners):
                self._faults = replace(faults, times=faults.times - 1) if faults.times > 1 else NO_FAULTS
            return faults
