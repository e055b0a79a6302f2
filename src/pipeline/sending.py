"""Messages -> requests -> one outcome an event.

A message goes into a request whole or not at all, so a failed request maps to exact messages and repeats nothing that
another request delivered. Where an answer leaves events unsettled they are asked about again in smaller requests, at
once, until each stands alone: at most 2n - 1 requests for n events.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, replace
from typing import cast

from pipeline import packing
from pipeline.destination import Destination, Routing
from pipeline.messages import QueuedEvent
from pipeline.outcome import Outcome, Retry, Unsettled

# Requests under way at once in one run.
WORKERS = 20
# Seconds kept at the end of a run for dead letters, visibility timeouts and the report.
RESERVE = 8.0

_NO_TIME = Retry("not sent: the run had no time left", at_once=True)
_NO_ANSWER = Retry("no answer before the run's time was over", ambiguous=True)


@dataclass(frozen=True, slots=True)
class _Part:
    """Events that are asked about in one request: indexes of the whole batch.

    `ambiguous`: an earlier, larger request may have brought them home already.
    """

    routing: Routing
    indexes: list[int]
    split: bool = False
    ambiguous: bool = False


def send(
    messages: Sequence[tuple[Routing, Sequence[QueuedEvent]]],
    destination: Destination,
    *,
    time_left: Callable[[], float],
    executor: Executor,
    reserve: float = RESERVE,
) -> list[list[Outcome]]:
    """Return the outcomes of each message's events, none of them Unsettled. `time_left` and `reserve` are seconds."""
    run = _Run(destination, [event.line for _, queued in messages for event in queued])
    run.waiting = _requests(messages, destination)[::-1]
    running: dict[Future[list[Outcome]], _Part] = {}
    while run.waiting or running:
        while run.waiting and len(running) < WORKERS:
            part = run.waiting.pop()
            hold = run.held.get(part.routing)
            if hold is None and time_left() < destination.limits.seconds + reserve:
                hold = _NO_TIME
            if hold is not None:
                run.settle(part, [hold] * len(part.indexes))
            else:
                running[executor.submit(run.ask, part)] = part
        if not running:
            continue
        done, late = wait(running, timeout=max(0.0, time_left() - reserve), return_when=FIRST_COMPLETED)
        for future in done or late:
            part = running.pop(future)
            if done:
                run.settle(part, future.result())
            else:
                # One that no thread has begun must not be sent later, when the queue has given its events to others.
                run.settle(part, [_NO_TIME if future.cancel() else _NO_ANSWER] * len(part.indexes))
    outcomes = iter(run.outcomes)
    return [[cast("Outcome", next(outcomes)) for _ in queued] for _, queued in messages]


class _Run:
    """The state of one batch: what waits to be asked, what is known, and which routings to leave alone."""

    def __init__(self, destination: Destination, lines: list[str]) -> None:
        self.destination = destination
        self.lines = lines
        self.outcomes: list[Outcome | None] = [None] * len(lines)
        self.waiting: list[_Part] = []
        self.held: dict[Routing, Retry] = {}
        self.parts = 0

    def ask(self, part: _Part) -> list[Outcome]:
        lines = [self.lines[index] for index in part.indexes]
        answer = self.destination.post(part.routing, self.destination.assemble(part.routing, lines))
        return self.destination.read(answer, lines)

    def settle(self, part: _Part, results: Sequence[Outcome]) -> None:
        self.parts += part.split
        unsettled: list[int] = []
        ambiguous = part.ambiguous
        for index, outcome in zip(part.indexes, results, strict=True):
            if isinstance(outcome, Unsettled) and len(part.indexes) > 1:
                unsettled.append(index)
                ambiguous = ambiguous or outcome.ambiguous
                continue
            settled: Outcome = outcome
            if isinstance(outcome, Unsettled):  # alone, and still unclear: ask again later
                settled = Retry(outcome.reason, outcome.status, ambiguous=True)
            if isinstance(settled, Retry):
                if settled.setup or settled.after is not None:
                    # Refused for our key, or told to come back later: what was not asked yet would be told the same.
                    self.held[part.routing] = replace(settled, ambiguous=False)
                if part.split:
                    settled = replace(settled, part=self.parts, ambiguous=settled.ambiguous or part.ambiguous)
            self.outcomes[index] = settled
        # Fewer than before: the rest once more in one request. As many as before: halves.
        middle = len(unsettled) if len(unsettled) < len(part.indexes) else (len(unsettled) + 1) // 2
        for indexes in (unsettled[middle:], unsettled[:middle]):
            if indexes:
                self.waiting.append(_Part(part.routing, indexes, split=True, ambiguous=ambiguous))


def _requests(messages: Sequence[tuple[Routing, Sequence[QueuedEvent]]], destination: Destination) -> list[_Part]:
    by_routing: dict[Routing, list[tuple[int, list[int]]]] = {}
    start = 0
    for routing, queued in messages:
        size = sum(len(event.line.encode()) + 1 for event in queued)
        by_routing.setdefault(routing, []).append((size, list(range(start, start + len(queued)))))
        start += len(queued)
    parts = []
    for routing, sized in by_routing.items():
        # n events have n - 1 commas between them, hence the + 1.
        capacity = destination.limits.bytes - destination.overhead(routing) + 1
        groups = packing.first_fit(
            [(size, len(indexes)) for size, indexes in sized], capacity=capacity, most=destination.limits.events
        )
        parts += [_Part(routing, [index for place in group for index in sized[place][1]]) for group in groups]
    return parts
