"""Row: what one event costs from received bytes to finished line, beside two floors and the peers.

F2j: `json.loads` + five SHA-256 + `json.dumps`, no check at all. F2: the same with orjson.
"""

import json
from collections.abc import Sequence
from functools import partial
from hashlib import sha256

import orjson

from bench import node, peers
from bench.conversions import GROUP, NOW, post_body, purchases
from bench.figures import RELAY, Figure
from bench.timing import Run, compared, cpu, interleaved
from pipeline.intake import body
from roku import event
from roku.normalise import Settings

EVENTS = 1_000
SHARES = (0.0, 0.1, 1.0)
# The prototype's: 2.75 x F2, and an invalid event costs no more than a valid one.
GOAL = 2.75
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
                        goal=GOAL if name == RELAY else None,
                    )
                )
    return figures


def relay(post: bytes) -> int:
    """Read, check, normalise, hash and write each event as ingest does; return how many were finished."""
    settings = Settings()
    posting = body.read(post)
    finished = 0
    for conversion in posting.conversions:
        made = event.prepare(conversion, group=GROUP, now=NOW, settings=settings, context=posting.context)
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
