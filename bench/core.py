"""Row: what one event costs from received bytes to finished line, beside two floors and the peers.

F2j: `json.loads` + five SHA-256 + `json.dumps`, no check at all. F2: the same with orjson.
"""

import json
import time
from collections.abc import Sequence
from functools import partial
from hashlib import sha256

import orjson

from bench import node, peers, shapes
from bench.conversions import GROUP, NOW, post_body, purchases
from bench.figures import RELAY, Figure
from bench.timing import Run, compared, cpu, interleaved
from pipeline.intake import body
from pipeline.values import hints
from roku import event
from roku.normalise import Settings

EVENTS = 1_000
SHARES = (0.0, 0.1, 1.0)
POPULATION, SHAPES = "all samples of events/", "per-event core, other shapes"
# x F2.
GOALS = {
    "0% invalid": 2.1,
    "10% invalid": 2.3,
    "100% invalid": 4.0,
    "US purchase": 2.2,
    "nulls": 2.4,
    "ISO time": 2.4,
    "amount as text": 2.4,
    "numeric ids": 2.4,
    "encoded address": 3.0,
}
HASHED = ("em", "ph", "fn", "ln", "db")


def measure(turns: int, notices: list[str]) -> list[Figure]:
    """Ratios to F2 at 0, 10 and 100 % invalid events."""
    figures = []
    posts = [post_body(purchases(EVENTS, share_invalid=share)) for share in SHARES]
    with node.peers(posts, notices) as scripts:
        for place, (share, post) in enumerate(zip(SHARES, posts, strict=True)):
            runs: dict[str, Run] = {
                "F2": cpu(partial(floor_orjson, post)),
                "F2j": cpu(partial(floor_json, post)),
                RELAY: cpu(partial(relay, post)),
                "facebook-business (Python)": cpu(partial(peers.facebook_business, post)),
            }
            runs |= {name: script.run(place) for name, script in scripts.items()}
            taken = interleaved(runs, turns=turns)
            for name in [name for name in runs if name != "F2"]:
                timed = compared(taken[name], taken["F2"])
                figures.append(
                    Figure(
                        row="per-event core, batch of 1,000",
                        case=f"{share:.0%} invalid",
                        who=name,
                        value=timed.seconds / EVENTS * 1e6,
                        unit="µs CPU an event",
                        ratio=timed.ratio,
                        floor="F2",
                        floor_value=timed.floor / EVENTS * 1e6,
                        goal=GOALS[f"{share:.0%} invalid"] if name == RELAY else None,
                    )
                )
    return figures + shaped(turns)


def shaped(turns: int) -> list[Figure]:
    """Ratios to F2 of the shapes that senders' own programs give their conversions, and of what our sources make.

    `POPULATION` has each conversion of the samples as often as the others.
    """
    samples = shapes.samples()
    given = shapes.purchases(EVENTS) | {f"from {source}": each for source, each in samples.items()}
    given[POPULATION] = [conversion for each in samples.values() for conversion in each]
    figures = []
    for case, conversions in given.items():
        post = post_body(shapes.repeated(conversions, EVENTS))
        # Of a later time than the purchases': else the samples' would be in the future.
        runs = {"F2": cpu(partial(floor_orjson, post)), RELAY: cpu(partial(relay, post, time.time()))}
        taken = interleaved(runs, turns=turns)
        timed = compared(taken[RELAY], taken["F2"])
        figures.append(
            Figure(
                row=SHAPES,
                case=case,
                who=RELAY,
                value=timed.seconds / EVENTS * 1e6,
                unit="µs CPU an event",
                ratio=timed.ratio,
                floor="F2",
                floor_value=timed.floor / EVENTS * 1e6,
                goal=GOALS.get(case),
            )
        )
    return figures


def relay(post: bytes, now: float = NOW) -> int:
    """Read, check, normalise, hash and write each event as ingest does; return how many were finished."""
    settings = Settings()
    hints.begin()  # as each request does
    posting = body.read(post)
    finished = 0
    for conversion in posting.conversions:
        made = event.prepare(conversion, group=GROUP, now=now, settings=settings, context=posting.context)
        finished += hasattr(made, "line")
    return finished


def floor_orjson(post: bytes, hashed: Sequence[str] = HASHED) -> list[bytes]:
    """F2: parse, hash the fields, write."""
    lines = []
    for conversion in orjson.loads(post)["events"]:
        user = conversion["user_data"]
        for name in hashed:
            user[name] = sha256(user.get(name, "").encode()).hexdigest()
        lines.append(orjson.dumps(conversion))
    return lines


def floor_json(post: bytes) -> list[str]:
    """F2j: the same with the standard library."""
    lines = []
    for conversion in json.loads(post)["events"]:
        user = conversion["user_data"]
        for name in HASHED:
            user[name] = sha256(user.get(name, "").encode()).hexdigest()
        lines.append(json.dumps(conversion, separators=(",", ":")))
    return lines
