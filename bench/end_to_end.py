"""Rows: CPU of ingest and of deliver, from the POST that API Gateway hands over to the answer of Roku, Rokt or both.

The floor does per event what F2 does (orjson, SHA-256 of each hashed field, orjson), sends the finished lines to SQS
with boto3 in messages as large as a request, joins what was received and posts it with requests: no check, no key, no
isolation, no metric. With both destinations the floor is the sum of theirs. Beside it is the same floor for Roku
without boto3 and requests, of which a call takes half a millisecond however little it carries.
"""

from collections.abc import Callable, Iterator
from typing import Any

from bench.boundary import Relay, World
from bench.conversions import post_body, purchases
from bench.figures import DELIVER, END_TO_END, RELAY, Figure
from bench.floors import WIRES, BareFloor, Floor
from bench.invocations import api_event, sqs_event
from bench.timing import Run, compared, cpu, interleaved, together

# (events a POST, POSTs that one batch of the queue brings to the second function, goals for Roku: without the ledger,
# with it)
CASES = ((1, 200, (1.45, 1.5)), (100, 10, (1.8, 4.3)), (1_000, 1, (1.9, 4.5)))
# Of deliver alone, without the ledger, x its own floor: 6 of 2.4 microseconds.
DELIVER_GOAL = 2.5
SUFFIXES = {False: "", True: ", ledger on"}
BARE = "floor without boto3 and requests"


def measure(turns: int) -> list[Figure]:
    """Ratios of CPU to the floor for POSTs of 1, 100 and 1,000, for each destination and both, with and without the
    ledger.
    """
    figures: list[Figure] = []
    with Relay.running() as relay:
        floors = {name: Floor(wire) for name, wire in WIRES.items()}
        bare = BareFloor(WIRES["roku"])
        for per_post, posts, goals in CASES:
            taken = interleaved(_runs(relay, floors, bare, per_post, posts), turns=turns)
            figures += _figures(taken, per_post, posts, goals)
            figures += _deliver(taken, per_post, posts)
    return figures


def _deliver(taken: dict[str, list[float]], per_post: int, posts: int) -> Iterator[Figure]:
    """Deliver alone, beside what joins and posts as many lines, with requests and without."""
    runs = {RELAY: taken["deliver roku"], BARE: taken["bare: deliver"]}
    for who, mine in runs.items():
        timed = compared(mine, taken["floor: deliver roku"])
        yield Figure(
            row=DELIVER,
            case=f"POST of {per_post:,}",
            who=who,
            value=timed.seconds / (per_post * posts) * 1e6,
            unit="µs CPU an event",
            ratio=timed.ratio,
            floor="join + requests",
            floor_value=timed.floor / (per_post * posts) * 1e6,
            goal=DELIVER_GOAL if who == RELAY and per_post > 1 else None,
        )


def _figures(taken: dict[str, list[float]], per_post: int, posts: int, goals: tuple[float, float]) -> Iterator[Figure]:
    for (destinations, ledger), row in END_TO_END.items():
        names = destinations.split(" and ")
        base = together(*[taken[f"floor: {part} {name}"] for part in ("ingest", "deliver") for name in names])
        ingest = taken[f"ingest {destinations}{SUFFIXES[ledger]}"]
        deliver = together(*[taken[f"deliver {name}{SUFFIXES[ledger]}"] for name in names])
        shown = {RELAY: together(ingest, deliver), "ingest": ingest, "deliver": deliver}
        if destinations == "roku" and not ledger:
            shown[BARE] = together(taken["bare: ingest"], taken["bare: deliver"])
        for who, mine in shown.items():
            timed = compared(mine, base)
            yield Figure(
                row=row,
                case=f"POST of {per_post:,}",
                who=who,
                value=timed.seconds / (per_post * posts) * 1e6,
                unit="µs CPU an event",
                ratio=timed.ratio,
                floor="F2 + boto3 + requests",
                floor_value=timed.floor / (per_post * posts) * 1e6,
                goal=goals[ledger] if who == RELAY and destinations == "roku" else None,
            )


def _runs(relay: Relay, floors: dict[str, Floor], bare: Floor, per_post: int, posts: int) -> dict[str, Run]:
    events = [api_event(post_body(purchases(per_post, first=number * per_post))) for number in range(posts)]

    def post_all(ingest: Callable[[dict[str, Any]], object]) -> None:
        for event in events:
            ingest(event)

    def queue(ingest: Callable[[dict[str, Any]], object], world: World) -> dict[str, Any]:
        """What the second function gets of these events."""
        world.forget()
        post_all(ingest)
        return sqs_event(world.messages())

    def run(world: World, work: Callable[[], object], before: Callable[[], None] = lambda: None) -> Run:
        timed = cpu(work)

        def forgetting() -> float:
            world.forget()
            before()
            return timed()

        return forgetting

    def floor_runs(name: str, floor: Floor) -> dict[str, Run]:
        queued = queue(floor.ingest, floor.world)
        return {
            f"floor: ingest {name}": run(floor.world, lambda: post_all(floor.ingest)),
            f"floor: deliver {name}": run(floor.world, lambda: floor.deliver(queued)),
        }

    def ingest_run(*names: str, ledger: bool) -> Run:
        return run(relay.world, lambda: post_all(relay.ingest), lambda: relay.use(*names, ledger=ledger))

    def relay_runs(name: str) -> dict[str, Run]:
        runs: dict[str, Run] = {}
        for ledger, suffix in SUFFIXES.items():
            relay.use(name, ledger=ledger)
            runs[f"ingest {name}{suffix}"] = ingest_run(name, ledger=ledger)
            runs[f"deliver {name}{suffix}"] = deliver_run(queue(relay.ingest, relay.world), name, ledger=ledger)
        return runs

    def deliver_run(queued: dict[str, Any], name: str, *, ledger: bool) -> Run:
        return run(relay.world, lambda: relay.deliver(queued, to=name, ledger=ledger))

    runs: dict[str, Run] = {}
    for name, floor in floors.items():
        runs |= floor_runs(name, floor) | relay_runs(name)
    queued = queue(bare.ingest, bare.world)
    runs["bare: ingest"] = run(bare.world, lambda: post_all(bare.ingest))
    runs["bare: deliver"] = run(bare.world, lambda: bare.deliver(queued))
    both = " and ".join(floors)
    return runs | {f"ingest {both}{suffix}": ingest_run(*floors, ledger=ledger) for ledger, suffix in SUFFIXES.items()}
