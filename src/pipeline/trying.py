"""What may be done with one event now, and when it is tried again. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from pipeline import circuit, windows
from pipeline.batch import Event, Message
from pipeline.burying import counted_twice
from pipeline.circuit import Circuit
from pipeline.outcome import Retry, wait
from pipeline.sending import HELD
from pipeline.windows import Standing, Tried

# The queue's visibility timeout is 420 s (template.yaml): a message of a run that died comes back no sooner. One that
# came back sooner was put back by its run, which would have marked it if it had been sent in vain.
_SOONEST_AFTER_DEATH = 400
# A message that came to be by so many others gets no claim of its own any more: Lambda may stop a chain of 16 runs.
_LAST_CLAIM = 8
# What waits comes back within 2 minutes of the next probe, and never later than SQS can delay it (seconds). If the
# probe is overdue nothing that waits may be it: 990 receives must last for 5 days, so one in 436 s at the most.
_SPREAD, _LONGEST_HOLD, _OVERDUE = 120, 900, 600

_CLAIM = Retry("its second window begins")


class Act(Enum):
    """What to do with an event."""

    SEND = "send it, as far as the gate allows"
    PIECE = "try it again, in a small request: it may be what spoils the others"
    HOLD = "hold it until the circuit is closed"
    CLAIM = "write down that its second window begins, and send it then"
    BURY = "make it a dead letter"


@dataclass(frozen=True, slots=True)
class Step:
    """What to do, and what that makes of the event if the answer cannot be read.

    `piece`: events that a request may hold. `is_probe`: whether it may be one. `lost`: the windows that it has used if
    the answer is lost; `kept`: those if nothing was sent or the answer was read.
    """

    act: Act
    piece: int = 0
    is_probe: bool = False
    lost: Tried | None = None
    kept: Tried | None = None
    repeat_window: float = 0.0


def step(message: Message, event: Event, state: Circuit, *, now: float, repeat_window: float) -> Step:
    """What to do now (epoch seconds) with an event of a message, as the circuit is."""
    record = message.record
    if record.receives > 1 and event.tried.began is None:
        event.perhaps = _perhaps(event, record.first_received, state, now)
    used = event.used
    standing = windows.standing(used, now, repeat_window)
    unsure = event.perhaps is not None
    begun = int(now)

    def made(act: Act, **said: object) -> Step:
        return Step(act, repeat_window=repeat_window, **said)  # type: ignore[arg-type]

    if standing is Standing.FRESH:
        return fresh(now, repeat_window)
    if standing is Standing.INSIDE and not unsure:
        return made(Act.PIECE, piece=windows.piece(used, now, repeat_window), lost=used)
    if standing is Standing.OVER:
        return made(Act.BURY)
    over = Tried(1, begun - int(windows.length(repeat_window)) - 1)
    again = Tried(windows.MOST, begun)
    starved = circuit.lacks_probes(state, now)
    if standing is Standing.CLAIMED and state.is_open:
        return made(Act.SEND if starved else Act.HOLD, is_probe=starved, lost=again, kept=over)
    if standing is Standing.CLAIMED:
        return made(Act.PIECE, piece=windows.LARGEST_PIECE, lost=again, kept=over)
    if state.is_open and not (starved and standing is Standing.WAITING):
        return made(Act.HOLD)
    if state.is_open and message.head.generation >= _LAST_CLAIM:
        # Where every event has come so far, nothing else would ever close the circuit.
        return made(Act.SEND, is_probe=True, lost=again)
    if standing is Standing.INSIDE:
        return made(Act.SEND, lost=used)
    if message.head.generation < _LAST_CLAIM:
        return made(Act.CLAIM)
    return made(Act.PIECE, piece=windows.LARGEST_PIECE, lost=again)


def fresh(now: float, repeat_window: float) -> Step:
    """What to do with an event that was never sent: nearly all are."""
    return Step(Act.SEND, is_probe=True, lost=Tried(1, int(now)), repeat_window=repeat_window)


def _perhaps(event: Event, first_received: float, state: Circuit, now: float) -> Tried | None:
    """The windows that an event without a mark has used if a run died with it; None if none can have."""
    if now - first_received < _SOONEST_AFTER_DEATH or circuit.never_sent(state, first_received, event.name):
        return None
    return Tried(max(event.tried.windows, 1), int(first_received))


def conclude(
    message: Message, event: Event, step: Step, state: Circuit, *, now: float, jitter: Callable[[], float]
) -> None:
    """Write down what the event has used, and when it is tried again or that it is not."""
    if step.act is Act.BURY:
        event.outcome = Retry("both of its windows ended")
        event.letter = counted_twice(state.why or "no answer")
        return
    if step.act is Act.CLAIM:
        event.outcome, event.tried, event.perhaps = _CLAIM, Tried(windows.MOST), None
        return
    if step.act is Act.HOLD:
        event.outcome = HELD
    outcome = event.outcome
    if not isinstance(outcome, Retry):
        return
    tries = message.record.receives + message.head.generation

    def held(why: Retry) -> int:
        return _hold(state, now, jitter) if state.is_open else wait(why, tries, jitter())

    if outcome.passing and event.refused_from is None:
        event.refused_from = int(now)
    if outcome.ambiguous and step.lost is not None:
        event.tried, event.perhaps = step.lost, None
        after = windows.next_try(event.tried, now, step.repeat_window)
        if after is None and event.tried.windows >= windows.MOST:
            event.letter = counted_twice(outcome.reason)
        event.wait = after if after is not None else held(outcome)
        return
    if step.kept is not None:
        event.tried, event.perhaps = step.kept, None
    event.wait = held(outcome) if outcome.held else wait(outcome, tries, jitter())
    if event.used.windows and (after := windows.next_try(event.used, now, step.repeat_window)) is not None:
        # However long it is told to wait: past its window a repeat of what was perhaps taken would be counted.
        event.wait = min(event.wait, after)


def _hold(state: Circuit, now: float, jitter: Callable[[], float]) -> int:
    """Seconds until an open circuit is looked at again."""
    until = state.next_probe_at - now
    wait_for = until + _SPREAD * jitter() if until > 0 else _OVERDUE + (_LONGEST_HOLD - _OVERDUE) * jitter()
    return round(min(wait_for, _LONGEST_HOLD))
