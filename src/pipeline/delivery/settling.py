"""What becomes of each event of a batch: known from before, sent now, or held until it may be sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from pipeline.aws.waiting import Allowance
from pipeline.contract.destination import Destination
from pipeline.contract.outcome import LONGEST_AGE, Delivered, Rejected, Repeated, Retry
from pipeline.delivery import ask, once, trying
from pipeline.delivery.batch import Event, Message, events_of, groups_of
from pipeline.delivery.circuit import COLD
from pipeline.delivery.gate import Circuits, Gate
from pipeline.delivery.surroundings import Surroundings
from pipeline.delivery.table import Found, Key, Note, Unread
from pipeline.delivery.trying import Act, Step
from pipeline.delivery.unsent import Load
from pipeline.delivery.windows import Tried

# Seconds that questions to the ledger may take in a run, all together: it saves repeats, and must not cost deliveries.
_LONGEST_QUESTIONS = 3.0
_RETRY_COPY = 30  # seconds
_OTHER_COPY = Retry("not sent: an event of the same name and id, but other content, was rejected")


@dataclass(slots=True)
class Settled:
    """When (epoch seconds) all answers were in, whether every question to the ledger was answered, circuits open."""

    answered: float
    is_complete: bool
    open_circuits: int


def settle(messages: Sequence[Message], destination: Destination, world: Surroundings) -> Settled:
    """Give every event its outcome: each is sent once, however many copies of it there are and were."""
    allowance = Allowance(_LONGEST_QUESTIONS, world.now)
    is_needed = trying.is_needed(destination.limits.repeat_window)
    found = _look_up(messages, world, allowance, is_needed=is_needed)
    if found.complete:
        world.remembered.accepts_empty = found.accepts_empty
    circuits = Circuits(world.remembered.circuits, found.circuits, world.ledger, allowance=allowance)
    gates = {group: Gate(circuits, group, world.now, is_needed=is_needed) for group in groups_of(messages)}

    def more(keys: Sequence[Key]) -> once.Known:
        if world.ledger is None:
            return {}
        answer = allowance.ask(partial(world.ledger.look_up, keys, ()))
        found.complete &= answer.complete
        return answer.delivered

    for message in messages if is_needed else ():
        trying.recall(message, found.put_off.get(message.record.message_id), world.now())
    first = once.tell_apart(messages, found.delivered, more)
    if is_needed:
        _recall(first, circuits, world, allowance)
    steps = _steps(first, circuits, destination, world.now(), is_needed=is_needed)
    _send(steps, destination, gates, world)
    now = world.now()
    _conclude(steps, circuits, now, world)
    _share(messages)
    return Settled(now, found.complete, sum(gate.opened for gate in gates.values()))


def _look_up(messages: Sequence[Message], world: Surroundings, allowance: Allowance, *, is_needed: bool) -> Found:
    groups = groups_of(messages)
    if world.ledger is None or not groups:
        return Found()
    keys = list(dict.fromkeys(event.key for event in events_of(messages)))
    again = {message.record.message_id for message in messages if is_needed and message.record.receives > 1}
    return allowance.ask(partial(world.ledger.look_up, keys, groups, messages=list(again)))


def _recall(
    first: Sequence[tuple[Message, Event]], circuits: Circuits, world: Surroundings, allowance: Allowance
) -> None:
    """Windows that other messages with the same events have used, of groups that lost an answer lately.

    A redrive begins new ones: what was noted before it does not count. What a browser's event has used, which anybody
    can forge, does not count either for a server's event that has nothing in common with it.
    """
    since = world.now() - LONGEST_AGE
    troubled = [pair for pair in first if circuits.of(pair[1].key.event_group_id).unread_at > since]
    if world.ledger is None or not troubled:
        return
    known = allowance.ask(partial(world.ledger.unread, [event.key for _, event in troubled]))
    for message, event in troubled:
        other = known.get(event.key)
        if other is not None and _counts(other, message, event) and _is_later(other.tried, event.used):
            event.tried, event.perhaps = other.tried, None


def _counts(other: Unread, message: Message, event: Event) -> bool:
    """Whether what was noted of another message's event holds for this one."""
    if message.was_redriven and other.at < message.age_from:
        return False
    return not once.is_forgeable(other.note, Note(message.head.sender, event.queued.fingerprint))


def _is_later(one: Tried, other: Tried) -> bool:
    return (one.windows, one.began or 0) > (other.windows, other.began or 0)


def _steps(
    first: Sequence[tuple[Message, Event]], circuits: Circuits, destination: Destination, now: float, *, is_needed: bool
) -> list[tuple[Message, Event, Step]]:
    """What to do with each event."""
    repeat_window = destination.limits.repeat_window
    fresh = trying.fresh(now, repeat_window) if is_needed else Step(Act.SEND)
    held = Step(Act.HOLD)  # its window is over, however long that was
    probing: set[str] = set()
    steps = []
    for message, event in first:
        step = fresh
        if is_needed and event.used.windows:
            state = circuits.of(event.key.event_group_id)
            step = trying.step(event, state, now=now, repeat_window=repeat_window)
            if step.act is Act.CLAIM and (state.is_open or now - state.delivered_at > COLD):
                # One finds out how the destination is: claims of all would be taken back, again and again.
                step = held if event.key.event_group_id in probing else step
                probing.add(event.key.event_group_id)
        steps.append((message, event, step))
    return steps


def _send(
    steps: Sequence[tuple[Message, Event, Step]],
    destination: Destination,
    gates: dict[str, Gate],
    world: Surroundings,
) -> None:
    """Send what may be sent; the events of a message that are alike travel together."""
    loads: dict[tuple[int, int, bool], tuple[Message, list[Event]]] = {}
    for message, event, step in steps:
        if step.act is Act.SEND or step.act is Act.PIECE:
            key = id(message), step.piece, step.is_probe
            there = loads.get(key)
            if there is None:
                there = loads[key] = message, []
            there[1].append(event)
    asked = [
        Load(
            message.head.routing,
            [once.sent(event, destination.renamed) for event in events],
            piece=piece,
            probe=is_probe,
        )
        for (_, piece, is_probe), (message, events) in loads.items()
    ]
    answers = ask.send(
        asked,
        destination,
        now=world.now,
        time_left=world.time_left,
        executor=world.executor,
        gates=gates,
        accepts_empty=world.remembered.accepts_empty,
    )
    for (_, events), outcomes in zip(loads.values(), answers, strict=True):
        for event, outcome in zip(events, outcomes, strict=True):
            event.outcome = outcome


def _conclude(
    steps: Sequence[tuple[Message, Event, Step]], circuits: Circuits, now: float, world: Surroundings
) -> None:
    """What each event has used, and when it is tried again."""
    for message, event, step in steps:
        if isinstance(event.outcome, Delivered):
            continue
        state = circuits.of(event.key.event_group_id)
        if isinstance(event.outcome, Rejected) and event.outcome.alike and state.delivered_at:
            event.outcome = Retry(event.outcome.reason, event.outcome.status, setup=True)
        trying.conclude(message, event, step, state, now=now, jitter=world.jitter)


def _share(messages: Sequence[Message]) -> None:
    """A copy to the byte is done with: whatever becomes of the event that was sent for it, that one is still there.

    One with other content shares a delivery and a retry; a rejection does not hold for it, since it may be corrected.
    """
    for event in events_of(messages):
        original = event.copy_of
        if original is None:
            continue
        if isinstance(original.outcome, Delivered | Repeated) or event.queued.line == original.queued.line:
            event.outcome = Repeated()
        elif isinstance(original.outcome, Rejected):
            event.outcome, event.wait = _OTHER_COPY, _RETRY_COPY
        else:
            event.outcome, event.wait = original.outcome, original.wait
            event.tried, event.perhaps, event.letter = original.tried, original.perhaps, original.letter
            event.refused_from = original.refused_from
