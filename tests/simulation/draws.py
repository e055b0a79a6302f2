"""Plans from seeds. Most are small and cheap; some have what is rare: days of outage, 1,000 events, hanging calls."""

import random
from dataclasses import replace
from typing import Any

from tests.simulation import ledger, rokt, roku, secrets, sqs
from tests.simulation.alone import alone
from tests.simulation.plan import DAY, HOUR, Phase, Plan, Redrive
from tests.simulation.sender import KINDS, Event, Post
from tests.simulation.themes import THEMES, colliding, epilogue
from tests.simulation.twists import twisted, visited

# Of days, in which Roku answers so that it is understood, and in which it does not.
_CLEAR = ("unreachable", "unknown-key", "throttled", "absurd")
_UNCLEAR = ("broken", "silent", "late", "lost", "unavailable", "slow", "textual", "overloaded", "late>1", "malformed")
_POISONS = ("broken", "late", "silent", "unavailable", "lost")
_GROUPS = ("g", "g", "h", "k#1%23")
# In so many plans only one thing fails.
_ALONE = 0.4


def make(seed: int) -> Plan:
    """The plan of a seed: of 20, 8 have Roku alone, 5 Rokt alone, 7 both."""
    draw = random.Random(f"{seed} shape")
    plan = _with_roku(seed, draw)
    if draw.random() < _ALONE:
        return _numbered(visited(seed, alone(draw, plan)))
    plan = draw.choice(THEMES)(draw, plan) if draw.random() < 1 / 6 else _drawn(draw, plan)
    plan = twisted(random.Random(f"{seed} twist"), plan)
    return _numbered(visited(seed, epilogue(draw, plan) if draw.random() < 1 / 3 else plan))


def _drawn(draw: random.Random, plan: Plan) -> Plan:
    names = draw.choice(["roku"] * 8 + ["rokt"] * 5 + ["roku,rokt"] * 7)
    plan = replace(plan, destinations=names, posts=tuple(_varied(draw, post, names) for post in plan.posts))
    if draw.random() < 1 / 50:  # a sender that posts again after weeks: the ledger forgets after 7 days, Rokt after 30
        last = plan.posts[-1]
        late = tuple(draw.uniform(8, 45) * DAY for _ in range(2))
        plan = replace(plan, posts=(*plan.posts[:-1], replace(last, again=(*last.again, *late))))
    plan = colliding(draw, plan) if draw.random() < 0.1 else plan
    plan = plan if names == "roku" else _with_rokt(draw, plan)
    return _with_settings(draw, plan)


def _with_roku(seed: int, draw: random.Random) -> Plan:
    kind = draw.choices(("short", "clear", "unclear", "flapping", "large"), (80, 2, 5, 7, 4))[0]
    seconds = {"clear": 30 * HOUR, "unclear": 25 * HOUR, "flapping": 8 * HOUR}.get(kind, 0.0)
    seconds = seconds or draw.choice((0.25, 1.0, 4.0)) * HOUR
    count = {"short": draw.randint(1, 8), "large": 2, "flapping": 12, "unclear": 16}.get(kind, 4)
    largest = draw.choice((200, 700, 1_000)) if kind == "large" else 12
    posts = tuple(_post(draw, place, seconds, largest) for place in range(count))
    return Plan(
        seed=seed,
        posts=posts,
        roku=tuple(_roku_phases(draw, kind, seconds)),
        ledger=tuple(_phase(draw, seconds, ledger.MODES) for _ in range(draw.choice((0, 0, 0, 1, 2)))),
        sqs=tuple(_phase(draw, seconds, sqs.MODES) for _ in range(draw.choice((0, 0, 0, 0, 0, 1)))),
        secrets=tuple(_phase(draw, seconds, secrets.MODES) for _ in range(draw.choice((0, 0, 0, 0, 0, 1)))),
        redrives=tuple(
            Redrive(draw.uniform(0, 1.5 * seconds), draw.choice((1.0, 0.5)), draw.random() < 0.8)
            for _ in range(draw.choice((0, 1, 3)))
        ),
        rotations=tuple(draw.uniform(0, seconds) for _ in range(draw.choice((0, 0, 1, 2)))),
        crash=draw.choice((0.0, 0.0, 0.01, 0.05)) if kind != "large" else 0.0,
        lost_reports=draw.choice((0.0, 0.0, 0.1)),
        sqs_refuses=draw.choice((0.0, 0.0, 0.05, 0.2)),
        sqs_loses_answers=draw.choice((0.0, 0.0, 0.05)),
        sqs_refuses_entries=draw.choice((0.0, 0.0, 0.1)),
        sqs_twice=draw.choice((0.0, 0.02, 0.2)),
        batch=draw.choice((1, 3, 10, 100)),
        concurrency=draw.choice((2, 4)),
        seconds=seconds,
    )


def _roku_phases(draw: random.Random, kind: str, seconds: float) -> list[Phase]:
    if kind == "clear":
        return [Phase(0.0, 24 * HOUR, draw.choice(_CLEAR))]
    if kind == "unclear":  # for one day or three; the posts come before it, and in its first day
        start = draw.uniform(0, 2 * HOUR)
        return [Phase(start, start + draw.choice((1, 1, 3)) * DAY, draw.choice(_UNCLEAR))]
    if kind == "flapping":
        mode, period = draw.choice(_UNCLEAR), draw.choice((120.0, 600.0, 1_500.0, 2 * HOUR))
        share = draw.choice((0.3, 0.5, 0.8))
        count = int(seconds / period)
        return [Phase(place * period, (place + share) * period, mode) for place in range(count)]
    return [_phase(draw, seconds, roku.MODES) for _ in range(draw.choice((0, 1, 2, 4, 8)))]


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
        "roku": {"roku": (), "rotations": (), "secrets": ()},
        "rokt": {"rokt": (), "rokt_rotations": (), "secrets": ()},
    }
    if calm == "roku":
        posts = [replace(post, events=tuple(replace(one, poison="") for one in post.events)) for post in plan.posts]
        plan = replace(plan, posts=tuple(posts))
    return replace(plan, calm=calm, **without.get(calm, {}))


def _with_settings(draw: random.Random, plan: Plan) -> Plan:
    """Some stacks have no ledger, some only test."""
    kind = draw.random()
    if kind < 0.1:
        return replace(plan, ledger_days=0)
    if kind < 0.13 and (plan.rokt_api == "conversions" or plan.destinations == "roku"):
        return replace(plan, delivery="test")
    return plan


def _post(draw: random.Random, place: int, seconds: float, largest: int) -> Post:
    count = draw.choice((1, 1, 2, 5, 12)) if largest == 12 else largest
    share_bad = draw.choice((0.0, 0.0, 0.2, 1.0)) if largest == 12 else draw.choice((0.0, 0.01))
    poison = draw.choice(_POISONS) if draw.random() < 0.05 else ""
    size = draw.choice((0, 300, 900)) if largest > 12 else 0
    events = [
        Event(
            name=f"e{place}.{number}",
            partner=draw.choice((None, None, "p0", "p1")),
            bad_until=0.0 if draw.random() >= share_bad else draw.choice((seconds / 2, 10 * seconds)),
            size=size,
        )
        for number in range(count)
    ]
    if poison:
        events[-1] = replace(events[-1], poison=poison, bad_until=0.0)
    if draw.random() < 0.1 and largest == 12:  # the sender has fixed one, and posts it once more
        first = events[draw.randrange(len(events))]
        events.append(Event(f"{first.name}c", partner=first.partner, copy_of=first.name))
    again = tuple(draw.uniform(0, seconds) for _ in range(draw.choice((0, 0, 1, 2)) if largest == 12 else 0))
    sender = "browser" if draw.random() < 0.2 else "server"
    return Post(draw.uniform(0, seconds / 2), tuple(events), again, draw.choice(_GROUPS), sender)


def _varied(draw: random.Random, post: Post, names: str) -> Post:
    """Some events that a destination does not take; for Rokt, others that it refuses, and two that share an id."""
    odd = draw.choice((0.0, 0.0, 0.3))
    share_bad = draw.choice((0.0, 0.0, 0.3, 1.0)) if len(post.events) < 100 else 0.0
    longest = 2.0 * max(post.at, 600.0)
    events = [
        replace(
            event,
            kind=draw.choice(KINDS) if draw.random() < odd and not event.copy_of else "plain",
            rokt_bad_until=draw.choice((longest, 10 * longest)) if draw.random() < share_bad else 0.0,
        )
        for event in post.events
    ]
    copied = {event.copy_of for event in events}
    events = [replace(event, kind="plain") if event.name in copied else event for event in events]
    if names == "rokt" and len(events) > 1 and draw.random() < 0.2 and not events[-1].copy_of:
        events[-1] = replace(events[-1], twin_of=events[0].name, kind="plain")
    return replace(post, events=tuple(events))


def _phase(draw: random.Random, seconds: float, modes: tuple[str, ...]) -> Phase:
    start = draw.uniform(0, seconds)
    return Phase(start, start + draw.choice((5.0, 60.0, 600.0, 2 * HOUR)), draw.choice(modes[1:]))


def _numbered(plan: Plan) -> Plan:
    """Each event with a number of its own."""
    posts, place = [], 0
    for post in plan.posts:
        events = tuple(replace(event, place=place + offset) for offset, event in enumerate(post.events, 1))
        place += len(events)
        posts.append(replace(post, events=events))
    return replace(plan, posts=tuple(posts))
