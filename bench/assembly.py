"""Row: from messages of the queue to the bodies of requests, beside joining as many bytes that are ready."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any

from bench.conversions import GROUP, NOW, purchases
from bench.figures import RELAY, Figure
from bench.timing import compared, cpu, interleaved
from pipeline.contract.destination import Answer, Prepared, Routing
from pipeline.contract.messages import Head, QueuedEvent, decode, encode
from pipeline.contract.outcome import Delivered, Outcome
from pipeline.delivery.ask import send
from pipeline.delivery.unsent import Load
from roku import event
from roku.destination import DESTINATION
from roku.event import identify
from roku.normalise import Settings

EVENTS, PER_MESSAGE = 1_000, 100
REPEATS = 10  # a join of 1 MB is too short to be timed alone
GOAL = 1.03


class Taker:
    """Roku's limits and form of a request, and no request made."""

    def __init__(self) -> None:
        """With no bytes taken."""
        self.taken = 0
        self.destination = replace(DESTINATION, post=self._post, read=self._read)

    def _post(self, _: Routing, body: bytes) -> Answer:
        self.taken += len(body)
        return Answer(status=200)

    def _read(self, _: Answer, lines: Sequence[str], **__: object) -> list[Outcome]:
        return [Delivered()] * len(lines)


class AtOnce(ThreadPoolExecutor):
    """Calls where it stands: threads are no part of assembling."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """The finished call."""
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


def _repeated(work: Callable[[], object]) -> None:
    for _ in range(REPEATS):
        work()


def measure(turns: int) -> list[Figure]:
    """Ratios to a join of bytes."""
    routing = Routing(GROUP)
    lines, events = [], []
    for conversion in purchases(EVENTS):
        made = event.prepare(conversion, group=GROUP, now=NOW, settings=Settings(), context={})
        assert isinstance(made, Prepared)
        lines.append(made.line)
        events.append(QueuedEvent(made.line.decode(), made.event_id, made.event_name))
    texts = [line.decode() for line in lines]
    head = Head(routing, accepted_at=int(NOW), waits_from=int(NOW))
    bodies = [encode(head, events[start : start + PER_MESSAGE]) for start in range(0, EVENTS, PER_MESSAGE)]
    executor, taker = AtOnce(1), Taker()

    def whole() -> None:
        read = [decode(body, identify) for body in bodies]
        loads = [Load(head.routing, [event.line for event in events]) for head, events in read]
        send(loads, taker.destination, now=lambda: NOW, time_left=lambda: 60.0, executor=executor)

    works: dict[str, Callable[[], object]] = {
        "join": lambda: b'{"event_group_id":"g","events":[' + b",".join(lines) + b"]}",
        RELAY: whole,
        "reading the messages": lambda: [decode(body, identify) for body in bodies],
        "assemble": lambda: DESTINATION.assemble(routing, texts),
    }
    runs = {name: cpu(partial(_repeated, work)) for name, work in works.items()}
    taken = interleaved(runs, turns=turns)
    figures = []
    for name in list(works)[1:]:
        timed = compared(taken[name], taken["join"])
        figures.append(
            Figure(
                row="request assembly, 1,000 events of 10 messages",
                case="ordinary",
                who=name,
                value=timed.seconds / REPEATS / EVENTS * 1e6,
                unit="µs CPU an event",
                ratio=timed.ratio,
                floor="bytes join",
                floor_value=timed.floor / REPEATS / EVENTS * 1e6,
                goal=GOAL if name == RELAY else None,
            )
        )
    return figures
