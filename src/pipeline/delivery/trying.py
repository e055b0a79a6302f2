"""What may be done with one event now, and when it is tried again. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import partial

from pipeline.contract.outcome import LONGEST_AGE, Retry, wait
from pipeline.delivery import circuit, windows
from pipeline.delivery.ask import HELD
from pipeline.delivery.batch import Event, Message
from pipeline.delivery.burying import counted_twice
from pipeline.delivery.circuit import Circuit
from pipeline.delivery.table import PutOff
from pipeline.delivery.windows import Standing, Tried

# The queue's visibility timeout is 420 s (template.yaml): a message of a run that died comes back no sooner. One that
# came back sooner was put off by its run.
_SOONEST_AFTER_DEATH = 400
# What waits comes back within 2 minutes of the next probe, and never later than SQS can delay it (seconds). If the
# probe is overdue nothing that waits may be it: 990 receives must last for 5 days, so one in 436 s at most.
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
    the answer is lost.
    """

    act: Act
    piece: int = 0
    is_probe: bool = False
    lost: Tried | None = None
    repeat_window: float = 0.0


def is_needed(repeat_window: float) -> bool:
    """Whether events have windows: only where a destination drops repeats for a shorter time than they are retried."""
    return repeat_window < LONGEST_AGE


def recall(message: Message, mark: PutOff | None, now: float) -> None:
    """Write down what the events of a message have used at most, if earlier runs had it. `now`: epoch seconds.

    `mark` is what the last run that put the message off has left. If there were further runs since, one of them may
    have died with it, which counts as a window.
    """
    record, head = message.record, message.head
    if record.receives == 1 or head.window_from is not None:
        return
    used, since = (mark.tried, float(mark.at)) if mark else (Tried(), record.first_received)
    if mark is None or mark.receives < record.receives - 1:
        died = used.began is None and now - since >= _SOONEST_AFTER_DEATH
        used = Tried(max(head.windows, 1), int(since)) if died else used
    if used.began is not None:
        for event in message.events:
            event.perhaps = used


def is_suspect(message: Message, at: float) -> bool:
    """Whether a message that comes back then (epoch seconds) without a mark is taken for one whose run died."""
    return message.head.window_from is None and at - message.record.first_received >= _SOONEST_AFTER_DEATH


def step(event: Event, state: Circuit, *, now: float, repeat_window: float) -> Step:
    """What to do now (epoch seconds) with an event, as the circuit is."""
    standing = windows.standing(event.used, now, repeat_window)
    is_sure = event.perhaps is None
    made = partial(Step, repeat_window=repeat_window)
    if standing is Standing.FRESH:
        return fresh(now, repeat_window)
    if standing is Standing.INSIDE and is_sure:
        return made(Act.PIECE, piece=windows.piece(event.used, now, repeat_window), lost=event.used)
    if standing is Standing.OVER:
        return made(Act.BURY)
    if state.is_open and (standing is Standing.INSIDE or not circuit.lacks_probes(state, now)):
        return made(Act.HOLD)
    if standing is Standing.INSIDE:
        return made(Act.SEND, lost=event.used)
    if standing is Standing.WAITING:
        return made(Act.CLAIM)
    again = Tried(windows.MOST, int(now))
    if state.is_open:
        return made(Act.SEND, is_probe=True, lost=again)
    return made(Act.PIECE, piece=windows.LARGEST_PIECE, lost=again)


def fresh(now: float, repeat_window: float) -> Step:
    """What to do with an event that was never sent: nearly all are."""
    return Step(Act.SEND, is_probe=True, lost=Tried(1, int(now)), repeat_window=repeat_window)


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
    if isinstance(event.outcome, Retry):
        if event.outcome.passing and event.refused_from is None:
            event.refused_from = int(now)
        _again(message, event, event.outcome, step, state, now=now, jitter=jitter)


def _again(
    message: Message,
    event: Event,
    outcome: Retry,
    step: Step,
    state: Circuit,
    *,
    now: float,
    jitter: Callable[[], float],
) -> None:
    """Write down when the event is tried again, if its windows are not over."""
    lost = step.lost if outcome.ambiguous else None
    is_lost = lost is not None
    if lost is not None:
        event.tried, event.perhaps = lost, None
    after = windows.next_try(event.used, now, step.repeat_window) if event.used.windows else None
    if is_lost and after is not None:
        event.wait = after
        return
    if is_lost and event.tried.windows >= windows.MOST:
        event.letter = counted_twice(outcome.reason)
    is_held = state.is_open and (is_lost or outcome.held)
    tries = message.record.receives + message.head.generation
    event.wait = _hold(state, now, jitter) if is_held else wait(outcome, tries, jitter())
    if after is not None:
        # However long it is told to wait: past its window a repeat of what was perhaps taken would be counted.
        event.wait = min(event.wait, after)


def _hold(state: Circuit, now: float, jitter: Callable[[], float]) -> int:
    """Seconds until an open circuit is looked at again."""
    until = state.next_probe_at - now
    wait_for = until + _SPREAD * jitter() if until > 0 else _OVERDUE + (_LONGEST_HOLD - _OVERDUE) * jitter()
    return round(min(wait_for, _LONGEST_HOLD))
