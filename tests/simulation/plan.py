"""A history before it happens: who posts what and when, and what fails. Plain data, made from a seed."""

import json
import random
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from tests.simulation import rokt, roku
from tests.simulation.sender import KINDS, Event, Post

HOUR, DAY = 3_600.0, 86_400.0


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
    """

    seed: int
    posts: tuple[Post, ...] = ()
    destinations: str = "roku"
    rokt_api: str = "conversions"
    calm: str = ""
    roku: tuple[Phase, ...] = ()
    rokt: tuple[Phase, ...] = ()
    ledger: tuple[Phase, ...] = ()
    sqs: tuple[Phase, ...] = ()
    secrets: tuple[Phase, ...] = ()
    redrives: tuple[Redrive, ...] = ()
    rotations: tuple[float, ...] = ()
    rokt_rotations: tuple[float, ...] = ()
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
        return max(
            [self.seconds, *(phase.end for phase in (*self.roku, *self.rokt, *self.ledger, *self.sqs, *self.secrets))]
        )

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
        for name in ("roku", "rokt", "ledger", "sqs", "secrets"):
            data[name] = tuple(Phase(**item) for item in data.get(name, ()))
        data["redrives"] = tuple(Redrive(**item) for item in data["redrives"])
        for name in ("rotations", "rokt_rotations"):
            data[name] = tuple(data.get(name, ()))
        return cls(**data)


def make(seed: int) -> Plan:
    """The plan of a seed: of 20, 8 have Roku alone, 5 Rokt alone, 7 both."""
    plan, draw = _with_roku(seed), random.Random(f"{seed} rokt")
    names = draw.choice(["roku"] * 8 + ["rokt"] * 5 + ["roku,rokt"] * 7)
    plan = replace(plan, destinations=names, posts=tuple(_varied(draw, post, names) for post in plan.posts))
    if draw.random() < 1 / 50:  # a sender that posts again after weeks: the ledger forgets after 7 days, Rokt after 30
        last = plan.posts[-1]
        late = tuple(draw.uniform(8, 45) * DAY for _ in range(2))
        plan = replace(plan, posts=(*plan.posts[:-1], replace(last, again=(*last.again, *late))))
    return plan if names == "roku" else _with_rokt(draw, plan)


def _with_roku(seed: int) -> Plan:
    """One in 40 has an outage of 24 hours."""
    draw = random.Random(seed)
    long = draw.random() < 1 / 40
    seconds = 30 * HOUR if long else draw.choice((0.25, 1.0, 4.0)) * HOUR
    posts = tuple(_post(draw, place, seconds) for place in range(draw.randint(1, 4 if long else 8)))
    phases = [_phase(draw, seconds, roku.MODES) for _ in range(draw.choice((0, 1, 2, 4, 8)))]
    if long:
        phases = [
            Phase(0.0, 24 * HOUR, draw.choice(("unavailable", "unreachable", "slow", "unknown-key", "throttled")))
        ]
    return Plan(
        seed=seed,
        posts=posts,
        roku=tuple(phases),
        ledger=tuple(
            _phase(draw, seconds, ("", "down", "throttled", "lost")) for _ in range(draw.choice((0, 0, 1, 2)))
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


def _with_rokt(draw: random.Random, plan: Plan) -> Plan:
    """Rokt on too, or alone: with troubles of its own, of days at times; of both one may have none at all."""
    seconds = plan.seconds
    phases = [_phase(draw, seconds, rokt.MODES) for _ in range(draw.choice((0, 1, 2, 4)))]
    api = draw.choice(("conversions", "conversions", "conversions", "events"))
    if api == "events" and draw.random() < 0.5:  # answers are lost, and then repeats refuse their whole request
        start = draw.uniform(0, seconds / 2)
        phases += [Phase(start, start + 600, "lost"), Phase(start + 600, start + 2 * HOUR, "seen")]
    kind = draw.random()
    if kind < 1 / 80:
        mode = draw.choice(("unavailable", "unreachable", "slow", "unknown-key", "throttled"))
        phases = [Phase(0.0, 2 * DAY, mode)]
    elif kind < 1 / 50:  # longer than events wait: they become dead letters, and are redriven
        phases = [Phase(0.0, 6 * DAY, draw.choice(("unreachable", "throttled", "forbidden")))]
    if kind < 1 / 50:
        plan = replace(plan, posts=plan.posts[-1:])
    span = max([seconds, *(phase.end for phase in phases)])
    redrives = tuple(
        Redrive(draw.uniform(0, 1.5 * span), draw.choice((1.0, 0.5)), draw.random() < 0.8, "rokt")
        for _ in range(draw.choice((0, 1, 3)))
    )
    plan = replace(
        plan,
        rokt_api=api,
        rokt=tuple(phases),
        redrives=plan.redrives + redrives if plan.destinations == "roku,rokt" else redrives,
        rokt_rotations=tuple(draw.uniform(0, seconds) for _ in range(draw.choice((0, 0, 1, 2)))),
    )
    if plan.destinations == "rokt":
        return replace(plan, roku=(), rotations=())
    calm = draw.choice(("", "", "roku", "rokt"))
    without: dict[str, dict[str, Any]] = {
        "roku": {"roku": (), "rotations": ()},
        "rokt": {"rokt": (), "rokt_rotations": ()},
    }
    return replace(plan, calm=calm, **without.get(calm, {}))


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


def _varied(draw: random.Random, post: Post, names: str) -> Post:
    """Some events that a destination does not take; for Rokt, others that it refuses, and two that share an id."""
    odd = draw.choice((0.0, 0.0, 0.3))
    share_bad = draw.choice((0.0, 0.0, 0.3, 1.0))
    longest = 2.0 * max(post.at, 600.0)
    events = [
        replace(
            event,
            kind=draw.choice(KINDS) if draw.random() < odd else "plain",
            rokt_bad_until=draw.choice((longest, 10 * longest)) if draw.random() < share_bad else 0.0,
        )
        for event in post.events
    ]
    if names == "rokt" and len(events) > 1 and draw.random() < 0.2:
        events[-1] = replace(events[-1], twin_of=events[0].name, kind="plain")
    return replace(post, events=tuple(events))


def _phase(draw: random.Random, seconds: float, modes: tuple[str, ...]) -> Phase:
    start = draw.uniform(0, seconds)
    return Phase(start, start + draw.choice((5.0, 60.0, 600.0, 2 * HOUR)), draw.choice(modes[1:]))


def smaller(plan: Plan) -> Iterator[Plan]:
    """Plans with a little less in them."""
    if len(plan.names()) > 1:
        yield from (replace(plan, destinations=name, calm="") for name in plan.names())
    for name in ("posts", "roku", "rokt", "ledger", "sqs", "secrets", "redrives", "rotations", "rokt_rotations"):
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
