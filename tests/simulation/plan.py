"""A history before it happens: who posts what and when, and what fails. Plain data, made from a seed."""

import json
import random
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from tests.simulation.roku import MODES

HOUR = 3_600.0


@dataclass(frozen=True)
class Event:
    """One conversion in a post. `bad_until`: Roku refuses it until then (seconds from the start; 0: never)."""

    name: str
    partner: str | None = None
    bad_until: float = 0.0


@dataclass(frozen=True)
class Post:
    """One POST, and when the sender posts the same again without having been asked to."""

    at: float
    events: tuple[Event, ...]
    again: tuple[float, ...] = ()


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


@dataclass(frozen=True)
class Plan:
    """Everything that is decided before the history runs; chances are per call or message."""

    seed: int
    posts: tuple[Post, ...] = ()
    roku: tuple[Phase, ...] = ()
    ledger: tuple[Phase, ...] = ()
    redrives: tuple[Redrive, ...] = ()
    rotations: tuple[float, ...] = ()
    crash: float = 0.0
    lost_reports: float = 0.0
    sqs_refuses: float = 0.0
    sqs_loses_answers: float = 0.0
    sqs_refuses_entries: float = 0.0
    sqs_twice: float = 0.0
    batch: int = 10
    concurrency: int = 2
    seconds: float = field(default=2 * HOUR)

    def to_json(self) -> str:
        """One line that `from_json` reads."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Plan":
        """The plan of such a line."""
        data = json.loads(text)
        data["posts"] = tuple(
            Post(p["at"], tuple(Event(**event) for event in p["events"]), tuple(p["again"])) for p in data["posts"]
        )
        for name, kind in (("roku", Phase), ("ledger", Phase), ("redrives", Redrive)):
            data[name] = tuple(kind(**item) for item in data[name])
        data["rotations"] = tuple(data["rotations"])
        return cls(**data)


def make(seed: int) -> Plan:
    """The plan of a seed. One in 40 has an outage of 24 hours."""
    draw = random.Random(seed)
    long = draw.random() < 1 / 40
    seconds = 30 * HOUR if long else draw.choice((0.25, 1.0, 4.0)) * HOUR
    posts = tuple(_post(draw, place, seconds) for place in range(draw.randint(1, 4 if long else 8)))
    phases = [_phase(draw, seconds) for _ in range(draw.choice((0, 1, 2, 4, 8)))]
    if long:
        phases = [
            Phase(0.0, 24 * HOUR, draw.choice(("unavailable", "unreachable", "slow", "unknown-key", "throttled")))
        ]
    return Plan(
        seed=seed,
        posts=posts,
        roku=tuple(phases),
        ledger=tuple(
            replace(_phase(draw, seconds), mode=draw.choice(("down", "throttled", "lost")))
            for _ in range(draw.choice((0, 0, 1, 2)))
        ),
        redrives=tuple(
            Redrive(draw.uniform(0, 1.5 * seconds), draw.choice((1.0, 0.5)), draw.random() < 0.8)
            for _ in range(draw.choice((0, 1, 3)))
        ),
        rotations=tuple(draw.uniform(0, seconds) for _ in range(draw.choice((0, 0, 1, 2)))),
        crash=draw.choice((0.0, 0.0, 0.01, 0.05)),
        lost_reports=draw.choice((0.0, 0.0, 0.1)),
        sqs_refuses=draw.choice((0.0, 0.0, 0.05, 0.2)),
        sqs_loses_answers=draw.choice((0.0, 0.0, 0.05)),
        sqs_refuses_entries=draw.choice((0.0, 0.0, 0.1)),
        sqs_twice=draw.choice((0.0, 0.02, 0.2)),
        batch=draw.choice((1, 3, 10, 100)),
        concurrency=draw.choice((2, 4)),
        seconds=seconds,
    )


def _post(draw: random.Random, place: int, seconds: float) -> Post:
    count = draw.choice((1, 1, 2, 5, 12))
    share_bad = draw.choice((0.0, 0.0, 0.2, 1.0))
    events = tuple(
        Event(
            name=f"e{place}.{number}",
            partner=draw.choice((None, None, "p0", "p1")),
            bad_until=0.0 if draw.random() >= share_bad else draw.choice((seconds / 2, 10 * seconds)),
        )
        for number in range(count)
    )
    again = tuple(draw.uniform(0, seconds) for _ in range(draw.choice((0, 0, 1, 2))))
    return Post(draw.uniform(0, seconds / 2), events, again)


def _phase(draw: random.Random, seconds: float) -> Phase:
    start = draw.uniform(0, seconds)
    return Phase(start, start + draw.choice((5.0, 60.0, 600.0, 2 * HOUR)), draw.choice(MODES[1:]))


def smaller(plan: Plan) -> Iterator[Plan]:
    """Plans with a little less in them."""
    for name in ("posts", "roku", "ledger", "redrives", "rotations"):
        items = getattr(plan, name)
        for place in range(len(items)):
            yield replace(plan, **{name: items[:place] + items[place + 1 :]})
    for place, post in enumerate(plan.posts):
        shorter = [replace(post, again=())] if post.again else []
        if len(post.events) > 1:
            shorter += [replace(post, events=post.events[:n] + post.events[n + 1 :]) for n in range(len(post.events))]
        for one in shorter:
            yield replace(plan, posts=(*plan.posts[:place], one, *plan.posts[place + 1 :]))
    for name in ("crash", "lost_reports", "sqs_refuses", "sqs_loses_answers", "sqs_refuses_entries", "sqs_twice"):
        if getattr(plan, name):
            off: dict[str, Any] = {name: 0.0}
            yield replace(plan, **off)
