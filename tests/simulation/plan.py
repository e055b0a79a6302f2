"""A history before it happens: who posts what and when, and what fails. Plain data; `draws` makes it from a seed."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from tests.simulation.sender import Event, Post

HOUR, DAY = 3_600.0, 86_400.0
_PHASES = ("roku", "rokt", "ledger", "sqs", "secrets")
_TIMES = ("rotations", "rokt_rotations", "strangers", "words")
_CHANCES = ("crash", "lost_reports", "sqs_refuses", "sqs_loses_answers", "sqs_refuses_entries", "sqs_twice")


@dataclass(frozen=True)
class Phase:
    """From `start` to `end` (seconds) something behaves as `mode` says."""

    start: float
    end: float
    mode: str


@dataclass(frozen=True)
class Redrive:
    """An operator moves dead letters back to the queue: this share of them, with or without their attributes."""

    at: float
    share: float = 1.0
    attributes: bool = True
    destination: str = "roku"


@dataclass(frozen=True)
class Plan:
    """Everything that is decided before the history runs; chances are per call or message.

    `destinations` as the stack's parameter has it. On the one that `calm` names nothing fails from its queue on.
    `ledger_days` of 0 is no ledger; `delivery` is live or test. `strangers`: when somebody puts on the queues what is
    no message of the relay's; `words`: when an operator says that Roku's successes without a body count as delivered.
    """

    seed: int
    posts: tuple[Post, ...] = ()
    destinations: str = "roku"
    rokt_api: str = "conversions"
    calm: str = ""
    ledger_days: int = 7
    delivery: str = "live"
    roku: tuple[Phase, ...] = ()
    rokt: tuple[Phase, ...] = ()
    ledger: tuple[Phase, ...] = ()
    sqs: tuple[Phase, ...] = ()
    secrets: tuple[Phase, ...] = ()
    redrives: tuple[Redrive, ...] = ()
    rotations: tuple[float, ...] = ()
    rokt_rotations: tuple[float, ...] = ()
    strangers: tuple[float, ...] = ()
    words: tuple[float, ...] = ()
    crash: float = 0.0
    lost_reports: float = 0.0
    sqs_refuses: float = 0.0
    sqs_loses_answers: float = 0.0
    sqs_refuses_entries: float = 0.0
    sqs_twice: float = 0.0
    batch: int = 10
    concurrency: int = 2
    seconds: float = field(default=2 * HOUR)

    def names(self) -> list[str]:
        """The destinations that are on."""
        return self.destinations.split(",")

    def phases(self, destination: str) -> tuple[Phase, ...]:
        """How a destination behaves."""
        return self.rokt if destination == "rokt" else self.roku

    def troubled(self) -> float:
        """Until when (seconds) something may fail."""
        phases: list[Phase] = [phase for name in _PHASES for phase in getattr(self, name)]
        return max([self.seconds, *(phase.end for phase in phases)])

    def has_refusals(self) -> bool:
        """Whether SQS may refuse anything, or not say that it has taken it."""
        return bool(self.sqs or self.sqs_refuses or self.sqs_loses_answers or self.sqs_refuses_entries)

    def is_calm(self, destination: str, group: str) -> bool:
        """Whether nothing but the ledger fails on the way of this event group to this destination."""
        if self.calm == destination:
            return True
        rotations = self.rokt_rotations if destination == "rokt" else self.rotations
        chances = any(getattr(self, name) for name in _CHANCES)
        odd = any(event.poison for post in self.posts for event in post.events)
        phases = [one for one in self.phases(destination) if one.mode.partition("@")[2] in ("", group)]
        return not (phases or self.sqs or self.secrets or rotations or chances or odd)

    def to_json(self) -> str:
        """One line that `from_json` reads. What is as usual of an event is left out."""
        data = asdict(self)
        usual = asdict(Event(""))
        for post in data["posts"]:
            post["events"] = [
                {name: value for name, value in event.items() if value != usual[name]} for event in post["events"]
            ]
        return json.dumps(data)

    @classmethod
    def from_json(cls, text: str) -> "Plan":
        """The plan of such a line."""
        data = json.loads(text)
        data["posts"] = tuple(
            Post(
                **post
                | {"events": tuple(Event(**event) for event in post["events"]), "again": tuple(post.get("again", ()))}
            )
            for post in data["posts"]
        )
        for name in _PHASES:
            data[name] = tuple(Phase(**item) for item in data.get(name, ()))
        data["redrives"] = tuple(Redrive(**item) for item in data.get("redrives", ()))
        for name in _TIMES:
            data[name] = tuple(data.get(name, ()))
        return cls(**data)


def smaller(plan: Plan) -> Iterator[Plan]:
    """Plans with less in them: first by halves, then by one thing at a time."""
    if len(plan.names()) > 1:
        yield from (replace(plan, destinations=name, calm="") for name in plan.names())
    lists = ("posts", *_PHASES, "redrives", *_TIMES)
    for name in lists:
        items = getattr(plan, name)
        middle = len(items) // 2
        if middle > 1:
            yield from (replace(plan, **{name: half}) for half in (items[:middle], items[middle:]))
    for name in lists:
        items = getattr(plan, name)
        for place in range(len(items)):
            yield replace(plan, **{name: items[:place] + items[place + 1 :]})
    for place, post in enumerate(plan.posts):
        for one in _shorter(post):
            yield replace(plan, posts=(*plan.posts[:place], one, *plan.posts[place + 1 :]))
    for name in _CHANCES:
        if getattr(plan, name):
            off: dict[str, Any] = {name: 0.0}
            yield replace(plan, **off)


def _shorter(post: Post) -> Iterator[Post]:
    if post.again:
        yield replace(post, again=())
    events, middle = post.events, len(post.events) // 2
    if middle > 2:
        yield from (replace(post, events=half) for half in (events[:middle], events[middle:]))
    if 1 < len(events) <= 24:
        yield from (replace(post, events=events[:n] + events[n + 1 :]) for n in range(len(events)))
