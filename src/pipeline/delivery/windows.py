"""How often an event may be tried after answers that could not be read. Pure.

A destination drops a repeat of an event within its repeat window (Roku: 600 s). So tries belong to windows: the first
try whose answer cannot be read begins one of 80 % of the repeat window, and in it the event is tried again after about
1, 3 and 6 minutes: nothing is counted again. Then it waits. It may have a second window once the circuit is closed, so
it is counted at most twice; after that it is a dead letter.
"""

from dataclasses import dataclass
from enum import Enum

MOST = 2
# Seconds from the beginning of a window to its further tries, as shares of a repeat window of 600 s.
_TRIES = (60, 180, 360)
LARGEST_PIECE = 10
_SHARE, _REPEAT_WINDOW = 0.8, 600


@dataclass(frozen=True, slots=True)
class Tried:
    """The windows that an event has used; the last began at `began` (epoch seconds), None: nothing was sent in it."""

    windows: int = 0
    began: int | None = None


class Standing(Enum):
    """What may be done with an event now."""

    FRESH = "no answer was lost: send it when the circuit is closed, or as its probe"
    INSIDE = "in a window: a try costs nothing"
    WAITING = "its first window is over: begin the second when the circuit is closed"
    CLAIMED = "its second window may begin now, if the circuit is closed"
    OVER = "both windows are over"


def length(repeat_window: float) -> float:
    """Seconds that a window of ours has in a repeat window of so many."""
    return _SHARE * repeat_window


def standing(tried: Tried, now: float, repeat_window: float) -> Standing:
    """What may be done now (epoch seconds) with an event that has used so much."""
    if not tried.windows:
        return Standing.FRESH
    if tried.began is None:
        return Standing.CLAIMED
    if now < tried.began + length(repeat_window):
        return Standing.INSIDE
    return Standing.WAITING if tried.windows < MOST else Standing.OVER


def next_try(tried: Tried, now: float, repeat_window: float) -> int | None:
    """Seconds until the next try in the window; None if the window has no more."""
    for offset in _TRIES:
        left = (tried.began or 0) + offset * repeat_window / _REPEAT_WINDOW - now
        if left > offset / 6:  # a try that is due within this much of it has been made
            return round(left)
    return None


def piece(tried: Tried, now: float, repeat_window: float) -> int:
    """Events that one request of a further try may hold: ever fewer, so that one event spoils ever fewer others."""
    elapsed = (now - (tried.began or 0)) * _REPEAT_WINDOW / repeat_window
    return LARGEST_PIECE if elapsed < _TRIES[1] - 30 else 3 if elapsed < _TRIES[2] - 60 else 1
