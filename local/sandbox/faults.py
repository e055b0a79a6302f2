"""The ways in which any sandbox can be told to fail, as JSON on `/_control`; every key is optional.

    status      answer this HTTP status and take nothing      headers   add these headers to the answer
    delay       wait this many seconds first                  revoked   refuse the key, whatever it is
    drop        close the connection without an answer, "before" or "after" the events are taken
    malformed   take the events, then answer success with JSON that breaks off
    wording     take the events, then answer success without a body ("empty") or in no documented form ("unfamiliar")
    failing     take the events, then answer 500
    profile     judge events by this profile: page, strict, lenient or relay (see `local.sandbox.profiles`); no fault
    times       how many requests are affected until all of this is gone (otherwise until it is replaced)

A sandbox adds the faults of its own API. A request is affected if it is answered otherwise than without the faults.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, ClassVar, Final, Generic, Literal, Self, TypeGuard, TypeVar, cast

from local.sandbox.profiles import PROFILES, Profile

# An answer with one of these has no body, which would confuse a connection that stays open.
_BODILESS: Final = frozenset({204, 205, 304})

Check = Callable[[object], bool]


def is_integer(value: object) -> TypeGuard[int]:
    """Tell whether this is a whole JSON number."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_texts(value: object) -> TypeGuard[dict[str, str]]:
    """Tell whether this is an object of texts."""
    return isinstance(value, dict) and all(isinstance(item, str) for pair in value.items() for item in pair)


def is_flag(value: object) -> bool:
    """Tell whether this is true or false."""
    return isinstance(value, bool)


def _is_status(value: object) -> bool:
    return is_integer(value) and 200 <= value <= 599 and value not in _BODILESS


def _is_delay(value: object) -> bool:
    return (is_integer(value) or isinstance(value, float)) and 0 <= value <= threading.TIMEOUT_MAX


def _is_header_set(value: object) -> bool:
    return is_texts(value) and all(text.isascii() and text.isprintable() for text in (*value, *value.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """One set of faults, already checked; the defaults mean that nothing is wrong."""

    CHECKS: ClassVar[Mapping[str, Check]] = {
        "status": _is_status,
        "headers": _is_header_set,
        "delay": _is_delay,
        "drop": lambda value: value in ("before", "after"),
        "malformed": is_flag,
        "wording": lambda value: value in ("empty", "unfamiliar"),
        "failing": is_flag,
        "revoked": is_flag,
        "profile": lambda value: value in PROFILES,
        "times": lambda value: is_integer(value) and value >= 1,
    }

    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    drop: Literal["before", "after"] | None = None
    malformed: bool = False
    wording: Literal["empty", "unfamiliar"] | None = None
    failing: bool = False
    revoked: bool = False
    profile: Profile | None = None
    times: int | None = None

    @classmethod
    def read(cls, told: object) -> Self:
        """Check faults told as JSON; ValueError names the fault that is unknown or has a wrong value."""
        if not isinstance(told, dict):
            raise ValueError("faults must be a JSON object")
        for name, value in told.items():
            check = cls.CHECKS.get(name)
            if check is None:
                raise ValueError(f"unknown fault: {name}")
            if not check(value):
                raise ValueError(f"wrong value of the fault {name}")
        return cls(**cast(dict[str, Any], told))

    def affects_all(self) -> bool:
        """Tell whether every request is answered otherwise than it would be."""
        worded = self.malformed or self.wording or self.failing
        return bool(self.status or self.headers or self.delay or self.drop or worded or self.revoked)

    def as_json(self) -> dict[str, Any]:
        """Give the faults that are set, in the form in which they were told."""
        told = {fault.name: getattr(self, fault.name) for fault in fields(self)}
        return {name: value for name, value in told.items() if value}


F = TypeVar("F", bound=Faults)


class FaultSwitch(Generic[F]):
    """Holds the faults in force and counts down their `times`; safe to use from any thread."""

    def __init__(self, none: F) -> None:
        """Start with `none`."""
        self._none = none
        self._faults = none
        self._lock = threading.Lock()

    def put(self, faults: F) -> None:
        """Replace the faults in force."""
        with self._lock:
            self._faults = faults

    def get(self) -> F:
        """Give the faults in force, `times` being what is left of it."""
        with self._lock:
            return self._faults

    def take(self, affects: Callable[[F], bool]) -> F:
        """Give the faults for one request, and count the request if they affect it."""
        with self._lock:
            faults = self._faults
            if faults.times is not None and affects(faults):
                self._faults = replace(faults, times=faults.times - 1) if faults.times > 1 else self._none
            return faults
