"""Plans in which one thing fails and nothing else: no other fault then excuses what comes of it."""

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.simulation import ledger, rokt, roku, secrets, sqs
from tests.simulation.plan import HOUR, Phase, Plan, Redrive
from tests.simulation.sender import KINDS, Event, Post

# Everything that `_drawn` leaves to chance, off.
NOTHING: dict[str, Any] = {
    "crash": 0.0,
    "lost_reports": 0.0,
    "sqs_refuses": 0.0,
    "sqs_loses_answers": 0.0,
    "sqs_refuses_entries": 0.0,
    "sqs_twice": 0.0,
    "roku": (),
    "rokt": (),
    "ledger": (),
    "sqs": (),
    "secrets": (),
    "rotations": (),
    "rokt_rotations": (),
    "redrives": (),
    "strangers": (),
    "words": (),
    "calm": "",
}
_LOSING = ("broken", "silent", "lost", "late")
_SPANS = (60.0, 600.0, 600.0, HOUR, 2 * HOUR)
# As often as one of the others: what destinations answer has most kinds.
_LIKELY = {"roku": 8, "rokt": 5}
_OF_ONE_GROUP, _CROWDED = 0.3, 0.15


def alone(draw: random.Random, plan: Plan) -> Plan:
    """Some posts, and one thing that fails for a while: a destination, a service of AWS, a chance, or nothing."""
    names = draw.choice(("roku", "roku", "rokt", "roku,rokt"))
    seconds = draw.choice((HOUR, 2 * HOUR))
    api = draw.choice(("conversions", "conversions", "events"))
    posts = tuple(_post(draw, place, seconds) for place in range(draw.choice((3, 6, 10))))
    plan = replace(plan, destinations=names, rokt_api=api, seconds=seconds, posts=posts, **NOTHING)
    kinds = {name: _LIKELY.get(name, 1) for name in _FAILURES if name in names.split(",") or name not in _LIKELY}
    failure = draw.choices(list(kinds), list(kinds.values()))[0]
    return replace(plan, batch=draw.choice((3, 10, 100)), **_FAILURES[failure](draw, plan))


def _destination(name: str, modes: tuple[str, ...]) -> Callable[[random.Random, Plan], dict[str, Any]]:
    def fails(draw: random.Random, plan: Plan) -> dict[str, Any]:
        mode, count = draw.choice(modes[1:]), draw.choice((1, 1, 2))
        if name == "roku" and draw.random() < _OF_ONE_GROUP:
            return _of_one_group(draw, plan, mode)
        phases = tuple(_phase(draw, plan, mode) for _ in range(count))
        return {name: phases, "posts": _crowded(plan, phases[0].start) if draw.random() < _CROWDED else plan.posts}

    return fails


def _crowded(plan: Plan, start: float) -> tuple[Post, ...]:
    """One more post, of more events than the first request of a group may have."""
    return (*plan.posts, Post(start + 10.0, tuple(Event(f"y{number}") for number in range(60))))


def _without_a_ledger(draw: random.Random, plan: Plan) -> dict[str, Any]:
    name = plan.names()[0]
    return {"ledger_days": 0, **_destination(name, roku.MODES if name == "roku" else rokt.MODES)(draw, plan)}


def _of_one_group(draw: random.Random, plan: Plan, mode: str) -> dict[str, Any]:
    """What is wrong for one event group of Roku's is nothing to another, whose events come at the same time."""
    posts = []
    for post in plan.posts:
        twins = [replace(one, name=f"{one.name}h", copy_of=one.copy_of and f"{one.copy_of}h") for one in post.events]
        posts += [replace(post, group="g"), replace(post, group="h", events=tuple(twins))]
    start = plan.posts[0].at - 60.0
    return {"posts": tuple(posts), "roku": (Phase(start, start + draw.choice((HOUR, 2 * HOUR)), f"{mode}@g"),)}


def _phase(draw: random.Random, plan: Plan, mode: str) -> Phase:
    start = draw.uniform(0, plan.seconds / 2)
    return Phase(start, start + draw.choice(_SPANS), mode)


def _chance(name: str, chances: tuple[float, ...]) -> Callable[[random.Random, Plan], dict[str, Any]]:
    return lambda draw, _: {name: draw.choice(chances)}


def _rotated(draw: random.Random, plan: Plan) -> dict[str, Any]:
    at = tuple(draw.uniform(0, plan.seconds) for _ in range(2))
    return {"rotations": at if "roku" in plan.names() else (), "rokt_rotations": at if "rokt" in plan.names() else ()}


def _redriven(draw: random.Random, plan: Plan) -> dict[str, Any]:
    at = [draw.uniform(0, 2 * plan.seconds) for _ in range(2)]
    return {"redrives": tuple(Redrive(one, destination=name) for one in at for name in plan.names())}


def _rationed(draw: random.Random, plan: Plan) -> dict[str, Any]:
    """For hours one event of a request is taken: a message of many goes from remainder to remainder."""
    events = tuple(Event(f"r{number}") for number in range(20))
    phase = (Phase(0.0, 8 * HOUR, "rationed"),)
    return {"posts": (Post(draw.uniform(0, 600.0), events),), plan.names()[0]: phase}


def _spoken(draw: random.Random, plan: Plan) -> dict[str, Any]:
    """Roku's successes have no body, and at some time an operator says that they are: what they refuse nobody sees."""
    phase = _phase(draw, plan, "silent")
    plain = [tuple(replace(one, bad_until=0.0, kind="plain") for one in post.events) for post in plan.posts]
    posts = tuple(replace(post, events=events) for post, events in zip(plan.posts, plain, strict=True))
    if "roku" not in plan.names():
        return {}
    return {"posts": posts, "roku": (phase,), "words": (draw.uniform(0, phase.end),)}


def _relapsing(draw: random.Random, plan: Plan) -> dict[str, Any]:
    """Answers are lost, but for minutes in between, while new events go on coming."""
    mode, period = draw.choice(_LOSING), draw.choice((200.0, 400.0, 900.0))
    phases = tuple(Phase(place * period, (place + 0.7) * period, mode) for place in range(int(HOUR / period)))
    posts = tuple(
        Post(place * 90.0 + draw.uniform(0, 90.0), tuple(Event(f"w{place}.{number}") for number in range(3)))
        for place in range(30)
    )
    return {"posts": posts, "roku": phases} if "roku" in plan.names() else {}


def _copied(draw: random.Random, plan: Plan) -> dict[str, Any]:
    """Answers are lost, and each post comes again and again, as a server's and perhaps as a page's."""
    mode, end = draw.choice((*_LOSING, "ok~")), draw.choice((300.0, 900.0, HOUR))
    posts = []
    for post in plan.posts[:3]:
        again = tuple(post.at + draw.choice((1.0, 30.0, 500.0, 1_500.0, HOUR)) for _ in range(3))
        posts.append(replace(post, again=again, sender="server"))
        if draw.random() < 0.5:
            pages = [replace(one, name=f"{one.name}p", copy_of=one.name) for one in post.events if not one.copy_of]
            at = max(0.0, post.at + draw.choice((-2.0, 0.0, 2.0, 6.0, 60.0)))
            posts.append(replace(post, at=at, events=tuple(pages), again=again[:1], sender="browser"))
    start = draw.uniform(0, HOUR / 2)
    phases = tuple(Phase(start + 2 * end * place, start + 2 * end * (place + 0.5), mode) for place in range(2))
    made: dict[str, Any] = {"posts": tuple(posts), "ledger_days": draw.choice((0, 7, 7))}
    return made | {"roku": phases} if "roku" in plan.names() else made


def _dying(draw: random.Random, plan: Plan) -> dict[str, Any]:
    """Runs die while answers are lost, and some posts come again."""
    posts = tuple(replace(post, again=draw.choice(((), (post.at + 900.0,)))) for post in plan.posts)
    name = plan.names()[0]
    phases = (
        Phase(0.0, draw.choice((900.0, HOUR, 2 * HOUR)), draw.choice(_LOSING[-2:] if name == "rokt" else _LOSING)),
    )
    return {"posts": posts, name: phases, "crash": draw.choice((0.02, 0.05, 0.1))}


_FAILURES: dict[str, Callable[[random.Random, Plan], dict[str, Any]]] = {
    "roku": _destination("roku", roku.MODES),
    "rokt": _destination("rokt", rokt.MODES),
    "ledger": _destination("ledger", ledger.MODES),
    "sqs": _destination("sqs", sqs.MODES),
    "secrets": _destination("secrets", secrets.MODES),
    "rotations": _rotated,
    "redrives": _redriven,
    "crash": _chance("crash", (0.02, 0.05)),
    "lost reports": _chance("lost_reports", (0.1, 0.3)),
    "sqs refuses": _chance("sqs_refuses", (0.05, 0.3)),
    "sqs loses answers": _chance("sqs_loses_answers", (0.05, 0.3)),
    "sqs refuses entries": _chance("sqs_refuses_entries", (0.1, 0.3)),
    "sqs twice": _chance("sqs_twice", (0.1, 0.5)),
    "no ledger": _without_a_ledger,
    "rationed": _rationed,
    "spoken": _spoken,
    "relapsing": _relapsing,
    "copied": _copied,
    "dying": _dying,
    "nothing": lambda *_: {},
}


def _post(draw: random.Random, place: int, seconds: float) -> Post:
    """Events of which some are refused forever or for a while, some are not for all, one has a fixed copy."""
    share, odd = draw.choice((0.0, 0.0, 0.2)), draw.choice((0.0, 0.2))
    events = []
    for number in range(draw.choice((1, 2, 5, 12))):
        bad = draw.choice((seconds / 2, 100 * seconds)) if draw.random() < share else 0.0
        kind = draw.choice(KINDS) if draw.random() < odd else "plain"
        partner = draw.choice((None, None, "p0", "p1"))
        events.append(Event(f"e{place}.{number}", partner=partner, bad_until=bad, rokt_bad_until=bad, kind=kind))
    if draw.random() < 0.2 and events[0].kind == "plain":
        events.append(Event(f"{events[0].name}c", partner=events[0].partner, copy_of=events[0].name))
    again = tuple(draw.uniform(0, seconds) for _ in range(draw.choice((0, 0, 0, 1))))
    sender = "browser" if draw.random() < 0.1 else "server"
    return Post(draw.uniform(0, 0.8 * seconds), tuple(events), again, draw.choice(("g", "g", "h", "k#1%23")), sender)
