"""Events of messages -> requests -> one outcome an event.

`unsent` says which request goes out next. Where an answer leaves events unsettled they are asked about again in smaller
requests, at once, until each is alone: at most 2n - 1 requests for n events. What an event group's gate does not let
through is held: not sent, and to be tried later.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future
from dataclasses import replace
from itertools import islice

from pipeline.aws import waiting
from pipeline.contract.destination import Destination, Routing
from pipeline.contract.outcome import AskAgain, Outcome, Retry
from pipeline.delivery.gate import Gate
from pipeline.delivery.unsent import Lane, Load, Part, Unsent

# Requests under way at once in one run.
WORKERS = 20
# Seconds kept at the end of a run for dead letters, remainders, visibility timeouts, notes and the report.
RESERVE = 14.0
# One connection may fail by chance. If the next fails too there is no way there now: each may take 3 s, so that a crowd
# of small requests would use up the run, and all that had no turn would come back at once, again and again.
_MOST_UNSENT = 2

HELD = Retry("not sent: the circuit is open, because answers could not be read", held=True)
_TOO_MANY = 429
_NO_TIME = Retry("not sent: the run had no time left", at_once=True)
_NO_ANSWER = Retry("no answer before the request's time was over", ambiguous=True)


def send(
    loads: Sequence[Load],
    destination: Destination,
    *,
    now: Callable[[], float],
    time_left: Callable[[], float],
    executor: Executor,
    reserve: float = RESERVE,
    gates: Mapping[str, Gate] | None = None,
    accepts_empty: bool = False,
) -> list[list[Outcome]]:
    """Return the outcomes of each load's events, none of them AskAgain.

    `now` is epoch seconds, `time_left` and `reserve` are seconds. `gates` by event group; one without is open wide.
    `accepts_empty`: a success without a body means delivered.
    """
    run = _Run(loads, destination, gates or {}, now, accepts_empty=accepts_empty)
    running: dict[Future[list[Outcome]], Part] = {}
    while True:
        while len(running) < WORKERS and (part := run.next(time_left() - reserve)) is not None:
            running[executor.submit(run.ask, part)] = part
        if not running:
            break
        done, _ = waiting.wait(
            running, timeout=run.patience(running.values(), time_left() - reserve), return_when=FIRST_COMPLETED
        )
        for future in done:
            run.settle(running.pop(future), future.result())
        for future in run.late(running, time_left() - reserve):
            part = running.pop(future)
            # One that no thread has begun must not be sent later, when the queue has given its events to others.
            run.settle(part, [_NO_TIME if future.cancel() else _NO_ANSWER] * len(part.indexes))
    run.give_up(HELD)
    outcomes = iter(run.outcomes)
    return [list(islice(outcomes, len(load.lines))) for load in loads]


class _Run:
    """The state of one batch: what waits to be asked, what is known, and which routings to leave alone."""

    def __init__(
        self,
        loads: Sequence[Load],
        destination: Destination,
        gates: Mapping[str, Gate],
        now: Callable[[], float],
        *,
        accepts_empty: bool,
    ) -> None:
        self.destination = destination
        self.accepts_empty = accepts_empty
        self.now = now
        self.unsent = Unsent(loads, destination, gates)
        self.lines = self.unsent.lines
        self.lanes = self.unsent.lanes
        self.outcomes: list[Outcome] = [HELD] * len(self.lines)
        self.held: dict[Routing | None, Retry] = {}
        self.parts = 0

    # ------------------------------------------------------------------ which request comes next

    def next(self, time_left: float) -> Part | None:
        """The next request that may go out now; what must not be sent any more is settled on the way."""
        if time_left < self.destination.limits.seconds:
            self.give_up(_NO_TIME)
            return None
        for lane in self.lanes.values():
            while (part := self.unsent.next_of(lane)) is not None:
                hold = self.held.get(None) or self.held.get(part.routing)
                if hold is None:
                    return part
                lane.waits = lane.waits and not part.alone
                self._settle(part, [hold] * len(part.indexes), lane)
        return None

    def give_up(self, why: Retry) -> None:
        """Settle all that waits without sending it."""
        for lane in self.lanes.values():
            for part in lane.taken():
                self.parts += part.split
                for index in part.indexes:
                    self.outcomes[index] = self._final(why, part)

    # ------------------------------------------------------------------ asking, and what the answers say

    def ask(self, part: Part) -> list[Outcome]:
        """Post one request and read the answer, in a thread of its own."""
        part.begun = self.now()
        lines = [self.lines[index] for index in part.indexes]
        answer = self.destination.post(part.routing, self.destination.assemble(part.routing, lines))
        return self.destination.read(answer, lines, empty_is_delivered=self.accepts_empty)

    def patience(self, parts: Iterable[Part], time_left: float) -> float:
        """Seconds to wait for an answer before looking at the time again."""
        longest = self.destination.limits.seconds
        ends = [part.begun + longest - self.now() for part in parts if part.begun is not None]
        return max(0.0, min([time_left, longest, *ends]))

    def late(self, running: Mapping[Future[list[Outcome]], Part], time_left: float) -> list[Future[list[Outcome]]]:
        """The requests that are given up: their own time is over, or the run's."""
        ends = self.now() - self.destination.limits.seconds
        over = [future for future, part in running.items() if part.begun is not None and part.begun <= ends]
        return list(running) if time_left <= 0 else over

    def settle(self, part: Part, results: Sequence[Outcome]) -> None:
        """Take in what became of a request."""
        lane = self.lanes[part.routing.event_group_id]
        understood = None if lane.gate is None else lane.gate.hear(list(results), part.begun or self.now())
        if part.piece:
            lane.is_calm = lane.is_calm or understood is True
            lane.unread = 0 if understood else lane.unread + 1
        lane.waits = lane.waits and not part.alone
        self._settle(part, results, lane)
        lane.unsent = lane.unsent + 1 if all(map(_is_unsent, results)) else 0
        if lane.unsent >= _MOST_UNSENT:
            for rest in lane.taken():
                self._settle(rest, [results[0]] * len(rest.indexes), lane)

    def _settle(self, part: Part, results: Sequence[Outcome], lane: Lane) -> None:
        self.parts += part.split
        unsettled: list[int] = []
        ambiguous = part.ambiguous
        for index, outcome in zip(part.indexes, results, strict=True):
            if isinstance(outcome, AskAgain) and len(part.indexes) > 1:
                unsettled.append(index)
                ambiguous = ambiguous or outcome.ambiguous
            else:
                self.outcomes[index] = self._final(outcome, part)
        # Fewer than before: the rest once more in one request. As many as before: halves.
        middle = len(unsettled) if len(unsettled) < len(part.indexes) else (len(unsettled) + 1) // 2
        for indexes in (unsettled[middle:], unsettled[:middle]):
            if indexes:
                lane.splits.append(Part(part.routing, indexes, split=True, ambiguous=ambiguous))

    def _final(self, outcome: Outcome, part: Part) -> Outcome:
        if isinstance(outcome, AskAgain):  # alone, and still unclear: ask again later
            outcome = Retry(outcome.reason, outcome.status, ambiguous=True)
        if not isinstance(outcome, Retry):
            return outcome
        self._hold(outcome, part)
        if part.split:
            return replace(outcome, part=self.parts, ambiguous=outcome.ambiguous or part.ambiguous)
        return outcome

    def _hold(self, outcome: Retry, part: Part) -> None:
        """Refused for our key, or told to come back later: what was not asked yet would be told the same."""
        one_key = self.destination.one_key
        if not outcome.setup and outcome.after is None and not (one_key and outcome.status == _TOO_MANY):
            return
        self.held[None if one_key else part.routing] = replace(outcome, ambiguous=False)


def _is_unsent(outcome: Outcome) -> bool:
    if not isinstance(outcome, Retry) or outcome.status is not None:
        return False
    return not outcome.ambiguous and not outcome.at_once
