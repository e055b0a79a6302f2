"""What a destination is to the pipeline: how it turns, limits, takes and answers events. One folder implements it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from pipeline.outcome import Outcome
from pipeline.words import Word


class Prepared(NamedTuple):
    """A finished event: its line (compact JSON, UTF-8), its id, its partner, and what was dropped or changed.

    `event_name` as `identify` finds it in the line. `identifiers`: what `pipeline.fingerprints` is made of.
    """

    line: bytes
    event_id: str
    partner_name: str | None
    warnings: list[tuple[str, str]]
    event_name: str = ""
    identifiers: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Refused:
    """A conversion that cannot become an event: errors by field, each with its cure, and further warnings."""

    errors: dict[str, str]
    warnings: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Withheld:
    """A conversion that is right, and that this destination does not take: why not, and further warnings."""

    reason: Word
    warnings: list[tuple[str, str]]


class Routing(NamedTuple):
    """What the events of one request must share, besides the destination."""

    event_group_id: str
    partner_name: str | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that one request may hold, and how long (seconds) it may take at the longest.

    `repeat_window`: seconds in which the destination drops a repeat of an event that it has taken.
    """

    events: int
    bytes: int
    seconds: float
    repeat_window: float


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back from one request, raw. Without a `status` there was no answer, and `failure` says why.

    `ambiguous`: the request may have been taken all the same. `setup`: it was not sent, for want of a key.
    `retry_after` is in seconds. `partner_refused`: the same request is not refused without its partner.
    """

    status: int | None = None
    body: bytes = b""
    retry_after: float | None = None
    failure: str = ""
    ambiguous: bool = False
    setup: bool = False
    partner_refused: bool = False


class Transform(Protocol):
    """Turns conversions into one destination's finished events. Pure."""

    def __call__(
        self, conversion: object, *, group: str, now: float, context: Mapping[str, Any]
    ) -> Prepared | Refused | Withheld:
        """Return the finished event of one conversion, its errors, or why it is withheld; never raises."""


@dataclass(frozen=True, slots=True)
class Inlet:
    """What ingest needs of a destination: all that is pure. `needs_group`: it takes nothing without an event group."""

    name: str
    transform: Transform
    limits: Limits
    overhead: Callable[[Routing], int]
    identify: Callable[[Mapping[str, Any]], tuple[str, str] | None]
    needs_group: bool


class Destination(Protocol):
    """Takes finished events. `assemble` and `read` are pure; only `post` does I/O. None of them raises."""

    @property
    def name(self) -> str:
        """The word for it in metrics, ledger and logs."""

    @property
    def limits(self) -> Limits:
        """What one request may hold."""

    accepts_empty: bool
    """An operator says that a success without a body means delivered. Each run sets it anew."""

    def identify(self, event: Mapping[str, Any]) -> tuple[str, str] | None:
        """The event id and event name of one finished event; None if it is not one of this destination's."""

    def overhead(self, routing: Routing) -> int:
        """Bytes of a request besides its events and the commas between them."""

    def renamed(self, line: str, event_id: str) -> str:
        """The event under another event id."""

    def assemble(self, routing: Routing, lines: Sequence[str]) -> bytes:
        """The body of one request, the events' lines unchanged."""

    def post(self, routing: Routing, body: bytes) -> Answer:
        """Send one request."""

    def read(self, answer: Answer, lines: Sequence[str]) -> list[Outcome]:
        """One outcome for each event of the request, in its order."""
