"""Row: what one event for Rokt costs from received bytes to finished line, beside the floor and Segment's own action.

F2 is here: parse, four SHA-256 (Rokt takes a birth date only in clear, and the purchase has no zip code), write. The
peer does more in one respect, it writes the body of the request too, and less in others: it normalises no phone number,
makes no identity by which repeats are told, and names no field that it drops.
"""

from collections.abc import Callable
from functools import partial

from bench import node
from bench.conversions import GROUP, NOW, post_body, purchases, unusual
from bench.core import floor_orjson
from bench.figures import RELAY, Figure
from bench.timing import Run, compared, cpu, interleaved
from pipeline.intake import body
from rokt import event
from rokt.settings import Settings

HASHED = ("em", "ph", "fn", "ln")
ROW, UNUSUAL = "per-event core for Rokt", "batch of 1,000, each unusual"


def measure(turns: int, notices: list[str]) -> list[Figure]:
    """Ratios to F2; the goal is the peer's. The worst case, in which nothing is ordinary, has none."""
    posts = {
        "batch of 100": post_body(purchases(100)),
        "batch of 1,000": post_body(purchases(1_000)),
        UNUSUAL: post_body([unusual(number) for number in range(1_000)]),
    }
    figures = []
    with node.peers(list(posts.values()), notices, node.ROKT_SCRIPTS) as scripts:
        for place, (case, post) in enumerate(posts.items()):
            events = 100 if place == 0 else 1_000
            repeats = 1_000 // events  # a short run cannot be timed
            runs: dict[str, Run] = {
                "F2": cpu(partial(_repeated, partial(floor_orjson, post, HASHED), repeats)),
                RELAY: cpu(partial(_repeated, partial(relay, post), repeats)),
            }
            runs |= {name: partial(_summed, script.run(place), repeats) for name, script in scripts.items()}
            figures += _figures(case, runs, turns, repeats * events)
    return figures


def _figures(case: str, runs: dict[str, Run], turns: int, events: int) -> list[Figure]:
    taken = interleaved(runs, turns=turns)
    timed = {name: compared(seconds, taken["F2"]) for name, seconds in taken.items() if name != "F2"}
    goal = None if case == UNUSUAL else min((one.ratio for name, one in timed.items() if name != RELAY), default=None)
    return [
        Figure(
            row=ROW,
            case=case,
            who=name,
            value=one.seconds / events * 1e6,
            unit="µs CPU an event",
            ratio=one.ratio,
            floor="F2",
            floor_value=one.floor / events * 1e6,
            goal=goal if name == RELAY else None,
        )
        for name, one in timed.items()
    ]


def _repeated(work: Callable[[], object], times: int) -> None:
    for _ in range(times):
        work()


def _summed(run: Run, times: int) -> float:
    return sum(run() for _ in range(times))


def relay(post: bytes) -> int:
    """Read, check, normalise, hash and write each event as ingest does; return how many were finished."""
    settings = Settings()
    posting = body.read(post)
    finished = 0
    for conversion in posting.conversions:
        made = event.prepare(conversion, group=GROUP, now=NOW, settings=settings)
        finished += hasattr(made, "line")
    return finished
