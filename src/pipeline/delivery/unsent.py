"""What of a batch is not sent yet, and which request of it goes out next.

The events of a message travel together where they may, so that a failed request maps to whole messages.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipeline.contract import packing
from pipeline.contract.destination import Destination, Routing
from pipeline.delivery.gate import Gate

# Tries within windows cost nothing, but each may take a time-out: after so many unread ones the rest waits.
_MOST_UNREAD = 3


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
class Part:
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
class Lane:
    """What waits of one event group: parts of split requests, pieces within windows, messages, requests of those."""

    gate: Gate | None
    splits: list[Part] = field(default_factory=list)
    pieces: deque[Part] = field(default_factory=deque)
    messages: list[Part] = field(default_factory=list)
    requests: deque[Part] = field(default_factory=deque)
    waits: bool = False  # for the answer to one small request, or to the first piece
    is_calm: bool = False  # a piece was understood: the others may follow
    unread: int = 0
    unsent: int = 0  # requests in a row for which there was no connection

    def taken(self) -> list[Part]:
        """All that was not sent, which waits no longer."""
        rest = [*self.splits, *self.pieces, *self.messages, *self.requests]
        self.splits, self.pieces, self.messages, self.requests = [], deque(), [], deque()
        return rest


class Unsent:
    """All that waits, by event group."""

    def __init__(self, loads: Sequence[Load], destination: Destination, gates: Mapping[str, Gate]) -> None:
        """`gates` by event group; one without is open wide."""
        self.destination = destination
        self.lines = [line for load in loads for line in load.lines]
        self.sizes = [packing.size(line) for line in self.lines]
        self.lanes: dict[str, Lane] = {}
        small: dict[tuple[Routing, int], list[int]] = {}
        start = 0
        for load in loads:
            group = load.routing.event_group_id
            lane = self.lanes.setdefault(group, Lane(gates.get(group)))
            indexes = list(range(start, start + len(load.lines)))
            start += len(load.lines)
            if load.piece:
                small.setdefault((load.routing, load.piece), []).extend(indexes)
            elif indexes:
                lane.messages.append(Part(load.routing, indexes, probe=load.probe))
        for (routing, piece), indexes in small.items():
            steps = range(0, len(indexes), piece)
            pieces = [Part(routing, indexes[at : at + piece], piece) for at in steps]
            self.lanes[routing.event_group_id].pieces.extend(pieces)

    def next_of(self, lane: Lane) -> Part | None:
        """The next request of this event group; None if there is none, or if it has to wait for an answer."""
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

    def _made(self, lane: Lane) -> Part | None:
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

    def _small(self, lane: Lane, first: Part, room: int) -> Part:
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

    def _size(self, part: Part) -> int:
        return sum(self.sizes[index] for index in part.indexes)

    def _fitting(self, part: Part, most: int) -> int:
        """How many of the part's events, from its beginning, one request takes: `most` at most."""
        room = self._capacity(part.routing)
        count = 0
        while count < min(most, len(part.indexes)) and (room := room - self.sizes[part.indexes[count]]) >= 0:
            count += 1
        return max(count, 1)

    def _capacity(self, routing: Routing) -> int:
        return packing.capacity(self.destination.limits, self.destination.overhead(routing))

    def _requests(self, messages: Sequence[Part]) -> list[Part]:
        by_routing: dict[Routing, list[Part]] = {}
        for message in messages:
            by_routing.setdefault(message.routing, []).append(message)
        made = []
        for routing, parts in by_routing.items():
            sizes = [(self._size(part), len(part.indexes)) for part in parts]
            groups = packing.first_fit(sizes, capacity=self._capacity(routing), most=self.destination.limits.events)
            made += [Part(routing, [index for place in group for index in parts[place].indexes]) for group in groups]
        return made


def _cut(part: Part, count: int) -> tuple[Part, Part]:
    return (
        replace(part, indexes=part.indexes[:count]),
        replace(part, indexes=part.indexes[count:], probe=False),
    )
