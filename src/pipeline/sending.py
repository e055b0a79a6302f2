"""Events of messages -> requests -> one outcome an event.

The events of a message travel together where they may, so that a failed request maps to whole messages. Where an answer
leaves events unsettled they are asked about again in smaller requests, at once, until each is alone: at most 2n - 1
requests for n events. What an event group's gate does not let through is held: not sent, and to be tried later.
"""

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future
from dataclasses import dataclass, field, replace
from typing import cast

from pipeline import packing, waiting
from pipeline.destination import Destination, Routing
from pipeline.gate import Gate
from pipeline.outcome import Outcome, Retry, Unsettled

# Requests under way at once in one run.
WORKERS = 20
# Seconds kept at the end of a run for dead letters, remainders, visibility timeouts, notes and the report.
RESERVE = 14.0
# Tries within windows cost nothing, but each may take a time-out: after so many unread ones the rest waits.
_MOST_UNREAD = 3
# One connection may fail by chance. If the next fails too there is no way there now: each may take 3 s, so that a crowd
# of small requests would use up the run, and all that had no turn would come back at once, again and again.
_MOST_UNSENT = 2

HELD = Retry("not sent: the circuit is open, because answers could not be read", held=True)
_NO_TIME = Retry("not sent: the run had no time left", at_once=True)
_NO_ANSWER = Retry("no answer before the request's time was over", ambiguous=True)


@dataclass(frozen=True, slots=True)
class Load:
    """Events of one message that are to be sent: lines, and what may be done with them.

    `piece`: an answer to them was lost before, so they go in requests of so many at most; 0 for all others. `probe`:
    whether the first one may be a probe.
    """

    routing: Routing
    lines: Sequence[str]
    piece: int = 0
    probe: bool = False


@dataclass(slots=True, eq=False)
class _Part:
    """Events that are asked about in one request: indexes of the whole batch.

    `ambiguous`: an earlier, larger request may already have delivered them. `begun`: when a thread took it up.
    """

    routing: Routing
    indexes: list[int]
    piece: int = 0
    probe: bool = False
    split: bool = False
    ambiguous: bool = False
    alone: bool = False
    begun: float | None = None


@dataclass(slots=True)
class _Lane:
    """What waits of one event group: parts of split requests, pieces within windows, messages, requests of those."""

    gate: Gate | None
    splits: list[_Part] = field(default_factory=list)
    pieces: deque[_Part] = field(default_factory=deque)
    messages: list[_Part] = field(default_factory=list)
    requests: deque[_Part] = field(default_factory=deque)
    waits: bool = False  # for the answer to one small request, or to the first piece
    is_calm: bool = False  # a piece was understood: the others may follow
    unread: int = 0
    unsent: int = 0  # requests in a row for which there was no connection

    def taken(self) -> list[_Part]:
        """All that was not sent, which waits no longer."""
        rest = [*self.splits, *self.pieces, *self.messages, *self.requests]
        self.splits, self.pieces, self.messages, self.requests = [], deque(), [], deque()
        return rest


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
    """Return the outcomes of each load's events, none of them Unsettled.

    `now` is epoch seconds, `time_left` and `reserve` are seconds. `gates` by event group; one without is open wide.
    `accepts_empty`: a success without a body means delivered.
    """
    run = _Run(loads, destination, gates or {}, now, accepts_empty=accepts_empty)
    running: dict[Future[list[Outcome]], _Part] = {}
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
    return [[cast("Outcome", next(outcomes)) for _ in load.lines] for load in loads]


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
        self.lines = [line for load in loads for line in load.lines]
        self.outcomes: list[Outcome | None] = [None] * len(self.lines)
        self.sizes = [packing.size(line) for line in self.lines]
        self.held: dict[Routing, Retry] = {}
        self.parts = 0
        self.lanes: dict[str, _Lane] = {}
        small: dict[tuple[Routing, int], list[int]] = {}
        start = 0
        for load in loads:
            group = load.routing.event_group_id
            lane = self.lanes.setdefault(group, _Lane(gates.get(group)))
            indexes = list(range(start, start + len(load.lines)))
            start += len(load.lines)
            if load.piece:
                small.setdefault((load.routing, load.piece), []).extend(indexes)
            elif indexes:
                lane.messages.append(_Part(load.routing, indexes, probe=load.probe))
        for (routing, piece), indexes in small.items():
            steps = range(0, len(indexes), piece)
            pieces = [_Part(routing, indexes[at : at + piece], piece) for at in steps]
            self.lanes[routing.event_group_id].pieces.extend(pieces)

    # ------------------------------------------------------------------ which request comes next

    def next(self, time_left: float) -> _Part | None:
        """The next request that may go out now; what must not be sent any more is settled on the way."""
        if time_left < self.destination.limits.seconds:
            self.give_up(_NO_TIME)
            return None
        for lane in self.lanes.values():
            while (part := self._next_of(lane)) is not None:
                hold = self.held.get(part.routing)
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

    def _next_of(self, lane: _Lane) -> _Part | None:
        if lane.splits:
            return lane.splits.pop()
        if lane.waits:
            return None
        if lane.pieces and lane.unread < _MOST_UNREAD:
            part = lane.pieces.popleft()
            lane.waits = part.alone = not lane.is_calm
            return part
        if lane.requests:
            return lane.requests.popleft() if lane.gate is None or not lane.gate.is_open else None
        if not lane.messages:
            return None
        return self._made(lane)

    def _made(self, lane: _Lane) -> _Part | None:
        """A request of messages: as large as can be, or as small as the gate says."""
        probing = lane.gate is not None and lane.gate.is_open
        candidates = [part for part in lane.messages if part.probe] if probing else lane.messages
        if not candidates:
            return None
        smallest = min(candidates, key=lambda part: len(part.indexes))
        room = None if lane.gate is None else lane.gate.room()
        if room == 0:
            return None
        if room is None:
            lane.requests.extend(self._requests(lane.messages))
            lane.messages = []
            return lane.requests.popleft()
        part = self._small(lane, smallest, room)
        lane.waits = part.alone = True
        return part

    def _small(self, lane: _Lane, first: _Part, room: int) -> _Part:
        """A request of at most `room` events: whole messages, the smallest first; of `first` a part, if need be."""
        lane.messages.remove(first)
        part, rest = _cut(first, self._fitting(first, room))
        if rest.indexes:
            lane.messages.append(rest)
            return part
        space = self._capacity(part.routing) - self._size(part)
        for message in sorted(lane.messages, key=lambda one: len(one.indexes)):
            fits = len(part.indexes) + len(message.indexes) <= room and self._size(message) <= space
            if fits and message.routing == part.routing:
                lane.messages.remove(message)
                space -= self._size(message)
                part.indexes = sorted(part.indexes + message.indexes)
        return part

    def _size(self, part: _Part) -> int:
        return sum(self.sizes[index] for index in part.indexes)

    def _fitting(self, part: _Part, most: int) -> int:
        """How many of the part's events, from its beginning, one request takes: `most` at the most."""
        room = self._capacity(part.routing)
        count = 0
        while count < min(most, len(part.indexes)) and (room := room - self.sizes[part.indexes[count]]) >= 0:
            count += 1
        return max(count, 1)

    def _capacity(self, routing: Routing) -> int:
        return packing.capacity(self.destination.limits, self.destination.overhead(routing))

    def _requests(self, messages: Sequence[_Part]) -> list[_Part]:
        by_routing: dict[Routing, list[_Part]] = {}
        for message in messages:
            by_routing.setdefault(message.routing, []).append(message)
        made = []
        for routing, parts in by_routing.items():
            sizes = [(self._size(part), len(part.indexes)) for part in parts]
            groups = packing.first_fit(sizes, capacity=self._capacity(routing), most=self.destination.limits.events)
            made += [_Part(routing, [index for place in group for index in parts[place].indexes]) for group in groups]
        return made

    # ------------------------------------------------------------------ asking, and what the answers say

    def ask(self, part: _Part) -> list[Outcome]:
        """Post one request and read the answer, in a thread of its own."""
        part.begun = self.now()
        lines = [self.lines[index] for index in part.indexes]
        answer = self.destination.post(part.routing, self.destination.assemble(part.routing, lines))
        return self.destination.read(answer, lines, empty_is_delivered=self.accepts_empty)

    def patience(self, parts: Iterable[_Part], time_left: float) -> float:
        """Seconds to wait for an answer before looking at the time again."""
        longest = self.destination.limits.seconds
        ends = [part.begun + longest - self.now() for part in parts if part.begun is not None]
        return max(0.0, min([time_left, longest, *ends]))

    def late(self, running: Mapping[Future[list[Outcome]], _Part], time_left: float) -> list[Future[list[Outcome]]]:
        """The requests that are given up: their own time is over, or the run's."""
        ends = self.now() - self.destination.limits.seconds
        over = [future for future, part in running.items() if part.begun is not None and part.begun <= ends]
        return list(running) if time_left <= 0 else over

    def settle(self, part: _Part, results: Sequence[Outcome]) -> None:
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

    def _settle(self, part: _Part, results: Sequence[Outcome], lane: _Lane) -> None:
        self.parts += part.split
        unsettled: list[int] = []
        ambiguous = part.ambiguous
        for index, outcome in zip(part.indexes, results, strict=True):
            if isinstance(outcome, Unsettled) and len(part.indexes) > 1:
                unsettled.append(index)
                ambiguous = ambiguous or outcome.ambiguous
            else:
                self.outcomes[index] = self._final(outcome, part)
        # Fewer than before: the rest once more in one request. As many as before: halves.
        middle = len(unsettled) if len(unsettled) < len(part.indexes) else (len(unsettled) + 1) // 2
        for indexes in (unsettled[middle:], unsettled[:middle]):
            if indexes:
                lane.splits.append(_Part(part.routing, indexes, split=True, ambiguous=ambiguous))

    def _final(self, outcome: Outcome, part: _Part) -> Outcome:
        if isinstance(outcome, Unsettled):  # alone, and still unclear: ask again later
            outcome = Retry(outcome.reason, outcome.status, ambiguous=True)
        if not isinstance(outcome, Retry):
            return outcome
        if outcome.setup or outcome.after is not None:
            # Refused for our key, or told to come back later: what was not asked yet would be told the same.
            self.held[part.routing] = replace(outcome, ambiguous=False)
        if part.split:
            return replace(outcome, part=self.parts, ambiguous=outcome.ambiguous or part.ambiguous)
        return outcome


def _is_unsent(outcome: Outcome) -> bool:
    if not isinstance(outcome, Retry) or outcome.status is not None:
        return False
    return not outcome.ambiguous and not outcome.at_once


def _cut(part: _Part, count: int) -> tuple[_Part, _Part]:
    return (
        replace(part, indexes=part.indexes[:count]),
        replace(part, indexes=part.indexes[count:], probe=False),
    )
