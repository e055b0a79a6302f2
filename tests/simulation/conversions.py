"""What the models know of each conversion, and of what its destination did with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Conversion:
    """One conversion of a sender, and what became of it at one destination."""

    name: str
    group: str
    counted: list[float] = field(default_factory=list)
    counts: int = 0  # since it was last redriven
    is_shadowed: bool = False  # the destination dropped it, for it knew its id of another conversion
    was_underway: bool = False  # sent by a run that began before anybody could know that answers are lost
    extras: list[float] = field(default_factory=list)  # when it was counted again


@dataclass(slots=True)
class Variant:
    """One content of a conversion: a sender may post another with the same id. `place` is the event's own number."""

    name: str
    place: int
    conversion: Conversion
    bad_until: float = 0.0
    poison: str = ""
    partner: str | None = None
    sender: str = "server"  # the class of its sender's key
    refuses: bool = False  # its person did: every request must say so
    shares_id: bool = False  # with another conversion
    is_thin: bool = False  # it cannot be told from that other
    finished: Mapping[str, Any] | None = None  # as ingest queued it for the first time
    since: float = 0.0  # when that was
    tries: list[float] = field(default_factory=list)  # when a request with it was sent
    lost: list[float] = field(default_factory=list)  # when one was, whose answer could not be read
    statuses: set[str] = field(default_factory=lambda: {"none"})  # of the answers to them
    not_before: float = 0.0  # it was told not to ask sooner
    told_by: str = ""  # in this run
    settled_by: str = ""  # the run that was told what became of it, for good
    refused_from: float = 0.0  # since when it is refused for a while, and always is

    @property
    def words(self) -> str:
        """A text of its own, for reasons: letters only, for whatever looks like a number is taken out of reasons."""
        return "plausibility " + "".join(chr(ord("a") + int(digit)) for digit in str(self.place))


@dataclass(slots=True, eq=False)
class Acceptance:
    """One request that the destination took, as far as the relay learned of it."""

    at: float
    process: str
    answered: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Posted:
    """One event of a request: as it was sent, what it is here, and by what the destination knows repeats."""

    content: Mapping[str, Any]
    variant: Variant
    identity: str


@dataclass(slots=True)
class Hearing:
    """What the relay could understand of a destination's answers for one event group."""

    lost: int = 0  # in a row
    known_at: float | None = None  # since when it could know that answers are lost
    lost_by: str = ""  # the run that heard the last one so
    first_lost_began: float = 0.0
    understood: list[float] = field(default_factory=list)  # when requests began whose answers could be
    understood_at: float = 0.0  # when the last of these answers came
    small_since: float | None = None  # since when one probe was understood, and nothing after it

    def hear(self, process: str, began: float, now: float, *, understood: bool, certain: bool) -> None:
        """A run hears an answer to a request begun then, or its time is up; `certain`: a success that says nothing."""
        if understood:
            self.understood.append(began)
            self.understood_at = now
            if self.small_since is not None and began >= self.small_since:
                self.small_since = None
            if began > self.first_lost_began:
                self.small_since = self.small_since if self.known_at is None else now
                self.lost, self.known_at = 0, None
            return
        if not self.lost:
            self.first_lost_began = now
        self.lost += 1
        self.lost_by = process
        if self.known_at is None and (certain or self.lost >= 2):
            self.known_at = now
