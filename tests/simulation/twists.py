"""What some plans have besides: posts of a size that binds, slow answers, mixed answers, crowds of new events."""

import random
from collections.abc import Callable
from dataclasses import replace

from tests.simulation.plan import DAY, HOUR, Phase, Plan
from tests.simulation.roku import PATIENT
from tests.simulation.sender import Event, Post

# More events than a destination that was not heard of lately gets at once, and fewer than a large post has.
_MIDDLING = 60
_FEW = 5
# In a first line ids and fingerprints of 1,000 events take 100 kB, if each id is so long.
_LONG = "-of-a-shop-with-long-numbers-for-orders"
# Events, bytes of each, and what their ids have more: more than a request takes; and so many that with their first line
# a message takes them not.
_HEAVY = ((100, 11_000, ""), (100, 11_000, ""), (1_000, 750, ""), (1_000, 630, _LONG), (1_000, 630, _LONG))
_SLOW = ("ok~", "whole~", "whole~", "unknown-key~")
_MOTLEY = (
    "ok|whole|absurd",
    "whole|throttled",
    "whole|unreachable",
    "ok|unknown-key",
    "anonymous|throttled",
    "ok~|silent",
    "ok~|broken",
)
_LOSING = ("broken", "silent", "textual", "unavailable")
_CLEAR = ("unreachable", "throttled", "unknown-key")
_VISITED = 0.08


def middling(draw: random.Random, plan: Plan) -> Plan:
    """One more post, of more events than a destination that was not heard of lately gets at once."""
    return replace(plan, posts=(*plan.posts, _post(draw, plan, "y", _MIDDLING, plan.seconds / 2)))


def heavy(draw: random.Random, plan: Plan) -> Plan:
    """Two more posts, whose bytes bind."""
    at, (count, size, more) = draw.uniform(0, plan.seconds / 2), draw.choice(_HEAVY)
    posts = [_post(draw, plan, name + more, count, 0.0, at=at + 2.0 * place) for place, name in enumerate("vw")]
    again = draw.choice(((), (at + 2 * HOUR,)))
    heavy = [replace(one, events=tuple(replace(event, size=size) for event in one.events)) for one in posts]
    heavy[0] = replace(heavy[0], again=again)
    return replace(plan, posts=(*plan.posts, *heavy), crash=0.0)


def slow(draw: random.Random, plan: Plan) -> Plan:
    """Right answers that take their time, to requests that must be divided."""
    at, mode = draw.uniform(0, plan.seconds / 2), draw.choice(_SLOW)
    posts = [_post(draw, plan, name, 12, 0.0, at=at, bad=0.2) for name in "stu"]
    phase = Phase(at, at + draw.choice((120.0, HOUR)), mode)
    return _with(replace(plan, posts=(*plan.posts, *posts), crash=0.0), phase)


def motley(draw: random.Random, plan: Plan) -> Plan:
    """Each request is answered otherwise than the one before."""
    at = draw.uniform(0, plan.seconds / 2)
    posts = [_post(draw, plan, name, 12, 0.0, at=at, bad=0.2) for name in "qr"]
    # Of several partners, just after the group was heard of: several requests at once.
    partners, events = ("p0", "p1", "p2", None), _post(draw, plan, "m", 12, 0.0, at=at).events
    several = tuple(replace(one, partner=partners[place % 4]) for place, one in enumerate(events))
    posts[1:1] = [Post(max(0.0, at - 30.0), (Event("n"),), group=posts[0].group), replace(posts[0], events=several)]
    return _with(
        replace(plan, posts=(*plan.posts, *posts)), Phase(at, at + draw.choice((600.0, HOUR)), draw.choice(_MOTLEY))
    )


def crowd(draw: random.Random, plan: Plan) -> Plan:
    """New events come all the time while answers are lost."""
    at, name = draw.uniform(0, plan.seconds / 2), draw.choice(_LOSING)
    posts = [_post(draw, plan, f"c{place}.", draw.choice((1, 1, 3)), 75.0, at=at + place * 75.0) for place in range(40)]
    posts = [replace(post, group="gh"[place % 2]) for place, post in enumerate(posts)]
    posts.append(_post(draw, plan, "y", _MIDDLING, 0.0, at=at + draw.uniform(0, HOUR)))
    return _with(replace(plan, posts=(*plan.posts, *posts)), Phase(at, at + HOUR, name))


def at_last(draw: random.Random, plan: Plan) -> Plan:
    """A clear outage ends just before events have waited for too long, and then answers take their time."""
    posts = [_post(draw, plan, "s", _MIDDLING, 0.0, at=draw.uniform(0, 600.0), bad=0.1)]
    plan = replace(plan, destinations=draw.choice(plan.names()))
    patience = 5 * DAY - draw.uniform(0, 900.0)
    phases = (Phase(0.0, patience, draw.choice(_CLEAR)), Phase(patience, patience + 2 * HOUR, "whole~"))
    plan = replace(plan, posts=tuple(posts), ledger=(), sqs=(), secrets=(), redrives=(), crash=0.0, lost_reports=0.0)
    plan = replace(plan, rotations=(), rokt_rotations=(), batch=100, calm="")
    return replace(plan, roku=phases if "roku" in plan.names() else (), rokt=phases if "rokt" in plan.names() else ())


def refused(draw: random.Random, plan: Plan) -> Plan:
    """Events are refused with words that say that this passes, and it does not."""
    if "roku" not in plan.names():
        return plan
    phases = (Phase(0.0, 2 * DAY, PATIENT),)
    posts = (_post(draw, plan, "p", 3, 600.0),)
    plan = replace(plan, destinations="roku", posts=posts, roku=phases, calm="", ledger=(), sqs=(), secrets=())
    return replace(plan, redrives=(), rotations=(), crash=0.0, lost_reports=0.0)


# With the chance of each.
TWISTS: tuple[tuple[Callable[[random.Random, Plan], Plan], float], ...] = (
    (middling, 0.08),
    (heavy, 0.03),
    (slow, 0.1),
    (motley, 0.1),
    (crowd, 0.05),
    (at_last, 0.01),
    (refused, 0.01),
)


def visited(seed: int, plan: Plan) -> Plan:
    """Into some plans come messages that nobody can deliver."""
    draw = random.Random(f"{seed} strangers")
    times = tuple(draw.uniform(0, plan.seconds) for _ in range(3))
    return replace(plan, strangers=times) if draw.random() < _VISITED else plan


def twisted(draw: random.Random, plan: Plan) -> Plan:
    """The plan, with one of the twists perhaps. In a trouble of days few messages wait: each costs 96 runs a day."""
    if plan.troubled() > 0.75 * DAY:
        plan = replace(plan, batch=max(plan.batch, 10))
    if plan.troubled() > 1.5 * DAY:
        plan = replace(plan, posts=plan.posts[:_FEW])
    chance = draw.random()
    for twist, share in TWISTS:
        if chance < share:
            return twist(draw, plan)
        chance -= share
    return plan


def _post(
    draw: random.Random, plan: Plan, name: str, count: int, latest: float, *, at: float | None = None, bad: float = 0.0
) -> Post:
    """A post of so many plain events; of them this share is refused forever."""
    until = [100 * DAY if draw.random() < bad else 0.0 for _ in range(count)]
    events = tuple(Event(f"{name}{place}", bad_until=one, rokt_bad_until=one) for place, one in enumerate(until))
    return Post(draw.uniform(0, latest) if at is None else at, events, group=draw.choice(plan.posts).group)


def _with(plan: Plan, phase: Phase) -> Plan:
    """Both destinations behave so, where anything may fail at all; the other phases come first."""
    roku = (*plan.roku, phase) if "roku" in plan.names() and plan.calm != "roku" else plan.roku
    rokt = (*plan.rokt, phase) if "rokt" in plan.names() and plan.calm != "rokt" else plan.rokt
    return replace(plan, roku=roku, rokt=rokt)
