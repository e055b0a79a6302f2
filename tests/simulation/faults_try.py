"""Deliberate faults of what is tried when: windows, circuits, and what a run asks."""

from typing import Any

# name -> module, what is right in its source, what is wrong; and further such pieces.
SOURCES: dict[str, tuple[Any, ...]] = {
    # trying
    "trying: a window has no end": (
        "pipeline.delivery.windows",
        "if now < tried.began + length(repeat_window):",
        "if True:",
    ),
    "trying: windows are longer than the destination's": (
        "pipeline.delivery.windows",
        "_SHARE, _REPEAT_WINDOW = 0.8, 600",
        "_SHARE, _REPEAT_WINDOW = 3.0, 600",
    ),
    "trying: windows without number": (
        "pipeline.delivery.windows",
        "return Standing.WAITING if tried.windows < MOST else Standing.OVER",
        "return Standing.WAITING",
        ("pipeline.delivery.trying", "if is_lost and event.tried.windows >= windows.MOST:", "if False:"),
    ),
    "trying: one window": (
        "pipeline.delivery.windows",
        "MOST = 2\n",
        "MOST = 1\n",
    ),
    "trying: no try within the window": (
        "pipeline.delivery.windows",
        "_TRIES = (60, 180, 360)",
        "_TRIES = (0, 0, 0)",
    ),
    "trying: the second window needs no closed circuit": (
        "pipeline.delivery.trying",
        "if state.is_open and (standing is Standing.INSIDE or not circuit.lacks_probes(state, now)):",
        "if False:",
    ),
    "trying: a run that died is forgotten": (
        "pipeline.delivery.trying",
        "if mark is None or mark.receives < record.receives - 1:",
        "if False:",
    ),
    "trying: the second window is not written down": (
        "pipeline.delivery.trying",
        "_CLAIM, Tried(windows.MOST), None",
        "_CLAIM, event.tried, None",
    ),
    "trying: a lost answer leaves no mark": (
        "pipeline.delivery.trying",
        "lost = step.lost if outcome.ambiguous else None",
        "lost = None",
    ),
    "trying: an event that is over is tried on": (
        "pipeline.delivery.trying",
        "if standing is Standing.OVER:",
        "if False:",
    ),
    "trying: held events come back at once": (
        "pipeline.delivery.trying",
        "_SPREAD, _LONGEST_HOLD, _OVERDUE = 120, 900, 600",
        "_SPREAD, _LONGEST_HOLD, _OVERDUE = 1, 1, 1",
    ),
    # circuit
    "circuit: it never opens": (
        "pipeline.delivery.circuit",
        "if not certain and not state.suspect_at:",
        "if True:",
    ),
    "circuit: it never closes": (
        "pipeline.delivery.circuit",
        "state = replace(state, stage=0, closed_at=now)",
        "state = replace(state, stage=0)",
    ),
    "circuit: no probe is due": (
        "pipeline.delivery.circuit",
        "if not state.is_open or now < state.next_probe_at:",
        "if True:",
    ),
    "circuit: a probe is due at any time": (
        "pipeline.delivery.circuit",
        "if not state.is_open or now < state.next_probe_at:",
        "if not state.is_open:",
    ),
    "circuit: a probe of everything": (
        "pipeline.delivery.circuit",
        "return SMALL if state.stage else 1",
        "return None",
    ),
    # gate
    "gate: an open circuit lets all pass": (
        "pipeline.delivery.gate",
        "        if not self.is_needed:\n            return None\n",
        "        return None\n",
    ),
    "gate: what it hears is not shared": (
        "pipeline.delivery.gate",
        "if self._store is None or group not in self._shared:",
        "if True:",
    ),
    # sending
    "sending: requests go out when there is no time": (
        "pipeline.delivery.ask",
        "if time_left < self.destination.limits.seconds:",
        "if time_left < -99:",
    ),
    "sending: a late answer is waited for": (
        "pipeline.delivery.ask",
        "return list(running) if time_left <= 0 else over",
        "return []",
    ),
    "sending: a late answer counts as not sent": (
        "pipeline.delivery.ask",
        "[_NO_TIME if future.cancel() else _NO_ANSWER]",
        "[_NO_TIME]",
    ),
    "sending: messages of all routings in one request": (
        "pipeline.delivery.unsent",
        "by_routing.setdefault(message.routing, [])",
        "by_routing.setdefault(messages[0].routing, [])",
    ),
    "sending: more bytes than a request takes": (
        "pipeline.delivery.unsent",
        "return packing.capacity(self.destination.limits, self.destination.overhead(routing))",
        "return 2 * self.destination.limits.bytes",
    ),
    "sending: halves overlap": (
        "pipeline.delivery.ask",
        "unsettled[middle:], unsettled[:middle]",
        "unsettled[middle:], unsettled[:middle + 1]",
    ),
    "sending: the ambiguity of a larger request is forgotten": (
        "pipeline.delivery.ask",
        "ambiguous = ambiguous or outcome.ambiguous",
        "pass",
    ),
    "sending: a refused key is asked again and again": (
        "pipeline.delivery.ask",
        "        self._hold(outcome, part)\n",
        "",
    ),
}
