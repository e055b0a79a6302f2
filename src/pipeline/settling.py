"""What becomes of each event of a batch: known from before, sent now, or held until it may be sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from pipeline import once, sending, trying
from pipeline.batch import Event, Message, events_of
from pipeline.destination import Destination
from pipeline.gate import Circuits, Gate
from pipeline.ledger import Found, Key, groups_of
from pipeline.outcome import LONGEST_AGE, Rejected, Retry
from pipeline.sending import Load
from pipeline.surroundings import Surroundings
from pipeline.trying import Act, Step
from pipeline.waiting import Allowance

# Seconds that questions to the ledger may take in a run, all together: it saves repeats, and must not cost deliveries.
_LONGEST_QUESTIONS = 3.0
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
    found = _look_up(messages, world, allowance)
    destination.accepts_empty = found.accepts_empty
    circuits = Circuits(world.circuits, found.circuits, world.ledger, allowance=allowance)
    is_needed = destination.limits.repeat_window < LONGEST_AGE
    gates = {
        group: Gate(circuits, group, world.now, is_needed=is_needed)
        for group in groups_of(event.key for event in events_of(messages))
    }

    def more(keys: Sequence[Key]) -> once.Known:
        if world.ledger is None:
            return {}
        answer = allowance.ask(partial(world.ledger.look_up, keys, ()))
        found.complete &= answer.complete
        return answer.delivered

    first = once.tell_apart(messages, found.delivered, more)
    if is_needed:
        _recall(first, circuits, world, allowance)
    steps = [(message, event, _step(message, event, gates, world, destination)) for message, event in first]
    _send(steps, destination, gates, world)
    now = world.now()
    for message, event, step in steps:
        state = circuits.of(event.key.event_group_id)
        if isinstance(event.outcome, Rejected) and event.outcome.alike and state.delivered_at:
            event.outcome = Retry(event.outcome.reason, event.outcome.status, setup=True, passing=True)
        trying.conclude(message, event, step, state, now=now, jitter=world.jitter)
    _share(messages)
    return Settled(now, found.complete, sum(gate.opened for gate in gates.values()))


def _look_up(messages: Sequence[Message], world: Surroundings, allowance: Allowance) -> Found:
    keys = list(dict.fromkeys(event.key for event in events_of(messages)))
    if world.ledger is None or not keys:
        return Found()
    return allowance.ask(partial(world.ledger.look_up, keys, groups_of(keys)))


def _recall(
    first: Sequence[tuple[Message, Event]], circuits: Circuits, world: Surroundings, allowance: Allowance
) -> None:
    """Windows that other messages with the same events have used, of groups that lost an answer lately."""
    since = world.now() - LONGEST_AGE
    troubled = [event for _, event in first if circuits.of(event.key.event_group_id).unread_at > since]
    if world.ledger is None or not troubled:
        return
    tried = allowance.ask(partial(world.ledger.unread, [event.key for event in troubled]))
    for event in troubled:
        other = tried.get(event.key)
        if other is not None and (other.windows, other.began or 0) > (event.tried.windows, event.tried.began or 0):
            event.tried = other


def _step(
    message: Message, event: Event, gates: dict[str, Gate], world: Surroundings, destination: Destination
) -> Step:
    gate = gates[event.key.event_group_id]
    if not gate.is_needed:
        return Step(Act.SEND)
    state = gate.circuits.of(gate.group)
    return trying.step(message, event, state, now=world.now(), repeat_window=destination.limits.repeat_window)


def _send(
    steps: Sequence[tuple[Message, Event, Step]],
    destination: Destination,
    gates: dict[str, Gate],
    world: Surroundings,
) -> None:
    """Send what may be sent; the events of a message that are alike travel together."""
    loads: dict[tuple[int, int, bool], list[Event]] = {}
    of_message: dict[int, Message] = {}
    probes: dict[tuple[int, int, bool], str] = {}
    for message, event, step in steps:
        if step.act is Act.SEND or step.act is Act.PIECE:
            key = id(message), step.piece, bool(step.probe)
            loads.setdefault(key, []).append(event)
            probes.setdefault(key, step.probe)
            of_message[id(message)] = message
    asked = [
        Load(
            of_message[key[0]].head.routing,
            [once.sent(event, destination.renamed) for event in events],
            piece=key[1],
            probe=probes[key],
        )
        for key, events in loads.items()
    ]
    answers = sending.send(
        asked,
        destination,
        now=world.now,
        time_left=world.time_left,
        executor=world.executor,
        gates=gates,
    )
    for events, outcomes in zip(loads.values(), answers, strict=True):
        for event, outcome in zip(events, outcomes, strict=True):
            event.outcome = outcome


def _share(messages: Sequence[Message]) -> None:
    """Copies share the outcome of the event that was sent for them; a rejection only if they equal it to the byte."""
    for event in events_of(messages):
        if event.copy_of is None:
            continue
        original = event.copy_of
        changed = isinstance(original.outcome, Rejected) and event.queued.line != original.queued.line
        event.outcome, event.wait = (_OTHER_COPY, 30) if changed else (original.outcome, original.wait)
        if not changed:
            event.tried, event.perhaps, event.letter = original.tried, original.perhaps, original.letter
