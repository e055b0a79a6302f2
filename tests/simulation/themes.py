"""Plans in which what is rare comes together: time pressure, one broken group, poison, deaths, days of waiting."""

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.simulation.plan import DAY, HOUR, Phase, Plan
from tests.simulation.sender import Event, Post

_UNCLEAR = ("broken", "silent", "late", "lost", "textual", "unavailable")
_CERTAIN: dict[str, Any] = {
    "crash": 0.0,
    "lost_reports": 0.0,
    "sqs_refuses": 0.0,
    "sqs_loses_answers": 0.0,
    "sqs_refuses_entries": 0.0,
    "sqs_twice": 0.0,
}


def pressed(draw: random.Random, plan: Plan) -> Plan:
    """SQS hangs just when a run has something to write: dead letters, remainders, what it puts off."""
    hanging = draw.choice(("hang-send", "hang-send", "hang-visibility", "hang"))
    again = {"hang-visibility": ("throttled", "unavailable", "unreachable")}.get(hanging, ("", "", "slow", "thin-none"))
    posts, phases, roku = [], [], []
    for post in plan.posts[:4]:
        bad = [replace(one, bad_until=10 * plan.seconds if draw.random() < 0.4 else 0.0) for one in post.events]
        posts.append(replace(post, events=tuple(bad)))
        start, mode = post.at + draw.uniform(1.5, 5.0), draw.choice(again)
        phases.append(Phase(start, start + draw.choice((8.0, 60.0, 300.0)), hanging))
        roku += [Phase(start, start + 300.0, mode)] if mode else []
    return replace(plan, posts=tuple(posts), sqs=tuple(phases), roku=tuple(roku), ledger=(), crash=0.0)


def one_group(draw: random.Random, plan: Plan) -> Plan:
    """Roku's answers for one event group are lost, those for others are not; nothing else fails."""
    start = draw.uniform(60, plan.seconds / 2)
    mode = draw.choice(("broken", "silent", "late", "textual")) + "@g"
    roku = (Phase(start, start + draw.choice((0.25, 1.0, 5.0)) * HOUR, mode),)
    return _steady(draw, plan, roku, draw.choice((6, 16)), lambda place: "gh"[place % 2])


def alike(draw: random.Random, plan: Plan) -> Plan:
    """The event group is refused, and once took events."""
    start = draw.uniform(0.2, 0.5) * plan.seconds
    roku = (Phase(start, start + draw.choice((600.0, HOUR)), "alike"),)
    return _steady(draw, plan, roku, 10, lambda _: "g")


def poisoned(draw: random.Random, plan: Plan) -> Plan:
    """Some events break each request that they are in, and others go on coming: its circuit closes again and again."""
    plan = _steady(draw, replace(plan, seconds=4 * HOUR), (), 20, lambda _: "g")
    poison = draw.choice(_UNCLEAR)
    spoilt = draw.sample(range(8), 2)
    posts = [
        replace(post, events=(*post.events[:-1], replace(post.events[-1], poison=poison))) if place in spoilt else post
        for place, post in enumerate(plan.posts)
    ]
    return replace(plan, posts=tuple(posts))


def dying(draw: random.Random, plan: Plan) -> Plan:
    """Runs die, and answers are lost, for short times."""
    plan = poisoned(draw, plan)
    start = draw.uniform(0, HOUR)
    roku = (Phase(start, start + draw.choice((600.0, HOUR)), draw.choice(_UNCLEAR)),)
    return replace(plan, roku=roku, crash=draw.choice((0.02, 0.05)))


def outlasting(draw: random.Random, plan: Plan) -> Plan:
    """A clear outage for longer than events wait, with a few minutes in which some of them get through."""
    pause = draw.uniform(1, 4) * DAY
    down = draw.choice(("unreachable", "throttled", "unknown-key"))
    roku = (Phase(0.0, pause, down), Phase(pause, pause + 900.0, "passing"), Phase(pause + 900.0, 9 * DAY, down))
    return replace(_steady(draw, plan, roku, 2, lambda _: "g"), seconds=HOUR)


def colliding(draw: random.Random, plan: Plan) -> Plan:
    """One more post, whose event has the id of another person's, and the same id again; either may be a browser's."""
    post = draw.choice(plan.posts)
    first = post.events[0]
    if first.twin_of or first.kind != "plain" or first.poison or len(post.events) > 100:
        return plan
    kind = draw.random()
    clash = Event("x", clash_of=first.name, thin=kind < 0.2, poor=kind > 0.6)
    sender = draw.choice(("server", "browser"))
    before = max(0.0, post.at - draw.choice((2.0, 900.0, 1_800.0)))
    forged = Post(draw.choice((draw.uniform(0, plan.seconds / 2), post.at, before)), (clash,), (), post.group, sender)
    return replace(plan, posts=(*plan.posts, forged))


def epilogue(draw: random.Random, plan: Plan) -> Plan:
    """Some hours after everything is well, posts follow each other: nothing is in their way any more."""
    at, group = plan.troubled() + 2 * HOUR, draw.choice([post.group for post in plan.posts])
    posts = [
        Post(at + place * 600.0, tuple(Event(f"z{place}.{number}") for number in range(2)), group=group)
        for place in range(3)
    ]
    return replace(plan, posts=(*plan.posts, *posts))


def _steady(draw: random.Random, plan: Plan, roku: tuple[Phase, ...], count: int, group: Callable[[int], str]) -> Plan:
    """Posts of a few events, all the time, and nothing that fails but Roku."""
    posts = tuple(
        Post(
            at=(place + draw.random()) * plan.seconds / count,
            events=tuple(Event(f"e{place}.{number}") for number in range(draw.choice((1, 1, 3)))),
            group=group(place),
        )
        for place in range(count)
    )
    return replace(plan, posts=posts, roku=roku, ledger=(), sqs=(), secrets=(), rotations=(), redrives=(), **_CERTAIN)


THEMES = (pressed, pressed, one_group, alike, poisoned, dying, dying, outlasting)
