"""The circuit of one destination and event group: whether its answers can be understood. Pure.

It is needed only where the destination drops repeats for a shorter time than events are retried. An unreadable 2xx
opens it at once; a 5xx, a time-out or a dropped connection opens it if it is the second with no understood answer, to a
request begun after the first, in between. While it is open one event that was never tried goes out as a probe after 1,
2, 5 and 10 minutes, then every 15 minutes, hourly after 3 hours. Once a probe is understood one request of 50 events
follows, and once that is understood, everything.

The state is an item of the ledger's table. Each change is written on condition that the version is still the one that
was read, so that of several runs one makes it; without a table the state is the process's own memory.
"""

from dataclasses import dataclass, replace

# Seconds: from the opening to the probes, then between them, early and late.
_FIRST_PROBES, _PROBES, _LATE_PROBES, _LATE = (60, 120, 300, 600), 900, 3_600, 10_800
# A group without an understood answer for so long (seconds) begins with one small request of so many events.
COLD, SMALL = 600, 50
# The time of the last understood answer is written again after so many seconds: 288 writes a day and group at most.
_REFRESH = 300
# A circuit that opens again so soon (seconds) after it was closed goes on with the probes where it was.
_RELAPSE = 3_600
# A circuit open for so long (seconds) takes other probes than fresh events, if none of those came for an hour.
_STARVED_AFTER = 86_400


@dataclass(frozen=True, slots=True)
class Circuit:
    """What is known of a group's answers. Times are epoch seconds, 0 for never.

    `suspect_at`: the first lost answer since which none was understood. `unread_at`: the last answer that was lost.
    It is open from `opened_at` to `closed_at`; `why` says what opened it. `stage` is 1 once a probe was understood.
    """

    version: int = 0
    understood_at: float = 0.0
    delivered_at: float = 0.0
    suspect_at: float = 0.0
    unread_at: float = 0.0
    opened_at: float = 0.0
    closed_at: float = 0.0
    why: str = ""
    stage: int = 0
    probes: int = 0
    next_probe_at: float = 0.0

    @property
    def is_open(self) -> bool:
        """Whether only probes may go out."""
        return self.opened_at > self.closed_at


def understood(state: Circuit, *, begun: float, now: float, delivered: bool) -> Circuit:
    """The state after an answer that was understood, to a request begun at `begun`."""
    if state.is_open and begun >= state.opened_at:
        if state.stage == 0:
            state = replace(state, stage=1, next_probe_at=now)
        else:
            state = replace(state, stage=0, closed_at=now)
    if state.suspect_at and begun > state.suspect_at:
        state = replace(state, suspect_at=0.0)
    return replace(state, understood_at=now, delivered_at=now if delivered else state.delivered_at)


def unread(state: Circuit, *, now: float, certain: bool, why: str) -> Circuit:
    """The state after an answer that was not; `certain`: it was a success that cannot be read, which opens at once."""
    state = replace(state, unread_at=now)
    if state.is_open:
        # A probe was understood, what followed was not: the probes go on.
        return replace(state, stage=0, next_probe_at=now + _pause(state, now)) if state.stage else state
    if not certain and not state.suspect_at:
        return replace(state, suspect_at=now)
    probes = state.probes if now - state.closed_at < _RELAPSE else 0
    opened = replace(state, opened_at=now, why=why, stage=0, probes=probes, suspect_at=0.0)
    return replace(opened, next_probe_at=now + _pause(opened, now))


def claimed(state: Circuit, now: float) -> Circuit | None:
    """The state once this run has claimed the next request; None if none is due."""
    if not state.is_open or now < state.next_probe_at:
        return None
    state = replace(state, probes=state.probes + 1)
    return replace(state, next_probe_at=now + _pause(state, now))


def allowed(state: Circuit, now: float) -> int | None:
    """Events that the next request may hold: 1 for a probe, 50 for a small request, None for no limit but the usual.

    While the circuit is open a request must be claimed first.
    """
    if state.is_open:
        return SMALL if state.stage else 1
    return SMALL if now - state.understood_at > COLD else None


def lacks_probes(state: Circuit, now: float) -> bool:
    """Whether an event whose first window is over may be the probe: if that one is lost, the event is a dead letter.

    At once if a probe was understood. Else only where nothing fresh came to probe with, so that the circuit would stay
    open forever: after it was open for a day.
    """
    if state.stage:
        return now >= state.next_probe_at
    return state.is_open and now - state.opened_at >= _STARVED_AFTER and now - state.next_probe_at >= _LATE_PROBES


def is_worth_writing(old: Circuit, new: Circuit) -> bool:
    """Whether a change must be shared: all but a newer time of what is known to be well."""
    stale = new.understood_at - old.understood_at > _REFRESH or new.delivered_at - old.delivered_at > _REFRESH
    calm = replace(old, understood_at=0.0, delivered_at=0.0) == replace(new, understood_at=0.0, delivered_at=0.0)
    return stale or not calm


def _pause(state: Circuit, now: float) -> float:
    if state.probes < len(_FIRST_PROBES):
        before = _FIRST_PROBES[state.probes - 1] if state.probes else 0
        return float(_FIRST_PROBES[state.probes] - before)
    return float(_LATE_PROBES if now - state.opened_at >= _LATE else _PROBES)
