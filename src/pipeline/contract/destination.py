"""What a destination is to the pipeline: how it turns, limits, takes and answers events. One folder declares it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from pipeline.contract.outcome import Outcome
from pipeline.values.words import Word

if TYPE_CHECKING:
    import requests


class Prepared(NamedTuple):
    """A finished event: its line (compact JSON, UTF-8), its id, its partner, and what was dropped or changed.

    `event_name` as `identify` finds it in the line. `identifiers`: what `pipeline.contract.fingerprints` is made of.
    `kinds`: what it has to find a person by, as `pipeline.contract.matching` numbers it.
    `posted_name`: the sender's event name, where that is another one: it is what keys are checked for.
    """

    line: bytes
    event_id: str
    partner_name: str | None
    warnings: list[tuple[str, str]]
    event_name: str = ""
    identifiers: Mapping[str, str] = MappingProxyType({})
    kinds: int = 0
    posted_name: str = ""


@dataclass(frozen=True, slots=True)
class Invalid:
    """A conversion that cannot become an event: errors by field, each with its fix, and further warnings."""

    errors: dict[str, str]
    warnings: list[tuple[str, str]]


def not_an_object() -> Invalid:
    """The refusal of a conversion that is not a JSON object."""
    return Invalid({"events": "each event must be a JSON object"}, [])


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

    `ambiguous`: the request may have been accepted anyway. `setup`: it was not sent, because there is no usable key.
    `retry_after` is in seconds. `partner_refused`: the same request is not refused without its partner.
    """

    status: int | None = None
    body: bytes = b""
    retry_after: float | None = None
    failure: str = ""
    ambiguous: bool = False
    setup: bool = False
    partner_refused: bool = False


class Shared(NamedTuple):
    """What all conversions of a post share: the event group, the time (epoch seconds), what the body said for all.

    `event_group_id` is empty where none is said and the destination needs none. `country` (ISO 3166 alpha-2) is that of
    the sender's records which name none, if its entry says one.
    """

    event_group_id: str
    now: float
    context: Mapping[str, Any]
    country: str | None = None


class Frame(NamedTuple):
    """What a request has before and after its events. `is_for_one`: a single event has it too."""

    head: bytes
    tail: bytes
    is_for_one: bool = True


class KeySecret(Protocol):
    """The secret that holds a destination's keys."""

    def text(self) -> str:
        """The secret's text, maybe remembered. Raises SecretUnavailable."""

    def reread(self) -> str:
        """The secret's text, read again. Raises SecretUnavailable."""


# One conversion -> its finished event, its errors, or why it is withheld. Pure; never raises.
Transform = Callable[[object, Shared], Prepared | Invalid | Withheld]
# Sends the body of one request. Never raises.
Post = Callable[[Routing, bytes], Answer]


class Read(Protocol):
    """Reads answers. Pure."""

    def __call__(self, answer: Answer, lines: Sequence[str], /, *, empty_is_delivered: bool = False) -> list[Outcome]:
        """Return one outcome for each event of the request, in its order; never raises.

        `empty_is_delivered`: an operator says that a success without a body means that all events were taken.
        """


class Connect(Protocol):
    """Makes what posts to the destination: the one part of it that does I/O, imported only when it is called."""

    def __call__(self, *, keys: KeySecret, session: "requests.Session", now: Callable[[], float]) -> Post:
        """Return what posts over `session` with the keys in the secret. `now` is epoch seconds."""


def _not_connected(_: Routing, __: bytes) -> Answer:
    return Answer(failure="the destination is not connected")


@dataclass(frozen=True, slots=True)
class Destination:
    """All that is known of a destination. Its folder's `destination.py` declares one, with its usual settings.

    `name` is the word for it in metrics, the ledger, logs and queues' variables; `title` is its name in sentences.
    `needs_group`: it takes nothing without an event group. `identify` gives the event id and event name of a finished
    event, None if it is not one of this destination's; `renamed` gives the line of an event under another event id.
    `key_words` finds the key of an event group in the secret's text, for a stack with these variables; it raises NoKey,
    which says what is wrong with the text.
    `masked` puts a word in place of all that a finished event says of a person. `configured` gives the destination with
    the settings in an environment; it raises KeyError or ValueError if they are none. `vendor` is its id in the IAB's
    Global Vendor List, if it has one. `any_name`: it takes events of any name.
    `one_key`: all event groups have one key, so what refuses or slows down one of them holds for all.
    """

    name: str
    title: str
    limits: Limits
    needs_group: bool
    transform: Transform
    identify: Callable[[Mapping[str, Any]], tuple[str, str] | None]
    renamed: Callable[[str, str], str]
    frame: Callable[[Routing], Frame]
    read: Read
    key_words: Callable[[str, str, Mapping[str, str]], Sequence[str]]
    masked: Callable[[Mapping[str, Any], str], dict[str, Any]]
    configured: Callable[[Mapping[str, str]], "Destination"]
    connect: Connect
    post: Post = _not_connected
    vendor: int | None = None
    any_name: bool = False
    one_key: bool = False

    def connected(self, *, keys: KeySecret, session: "requests.Session", now: Callable[[], float]) -> "Destination":
        """The destination with what posts to it. `now` is epoch seconds."""
        return replace(self, post=self.connect(keys=keys, session=session, now=now))

    def overhead(self, routing: Routing) -> int:
        """Bytes of a request besides its events and the commas between them, at most."""
        frame = self.frame(routing)
        return len(frame.head) + len(frame.tail)

    def assemble(self, routing: Routing, lines: Sequence[str]) -> bytes:
        """The body of one request: the events' lines as they are, joined."""
        frame = self.frame(routing)
        if len(lines) == 1 and not frame.is_for_one:
            return lines[0].encode()
        return frame.head + ",".join(lines).encode() + frame.tail
