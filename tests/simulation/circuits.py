"""While the relay can know that answers are lost, hardly anything new goes out: one event a probe."""

from collections.abc import Sequence

from tests.simulation.conversions import Posted, Variant
from tests.simulation.counts import Counts
from tests.simulation.service import Service
from tests.simulation.stage import Stage, Violation

# Probes go out after so much (s) of an outage, then every 15 minutes, hourly after 3 hours.
FIRST, PAUSE, LATE_PAUSE, LATE = (60, 120, 300, 600), 900, 3_600, 10_800
# Without an understood answer for so long (s), or after one probe, a request holds so many events.
COLD, SMALL = 601.0, 50
# A run that began so much (s) after it could be known has read it.
SETTLED = 5.0


def probes(elapsed: float) -> int:
    """How many may have gone out so much (s) after the circuit opened, and one more."""
    early = sum(offset <= elapsed for offset in FIRST)
    later = max(0.0, min(elapsed, LATE) - FIRST[-1]) // PAUSE + max(0.0, elapsed - LATE) // LATE_PAUSE
    return 1 + early + int(later)


class Circuits:
    """What one destination's circuits must hold."""

    def __init__(self, stage: Stage, service: Service, counts: Counts) -> None:
        """Nothing was lost yet."""
        self.stage, self.service, self._counts = stage, service, counts
        self._since: dict[str, tuple[float, int]] = {}  # by event group: since when, and what went out

    def requested(self, name: str, posted: Sequence[Posted]) -> None:
        """A run of this name asks for these. What was tried before does not count: that is what windows are for."""
        stage = self.stage
        group = posted[0].variant.conversion.group
        heard = self.service.heard[group]
        known = heard.known_at
        if len(posted) > SMALL and stage.world.now - heard.understood_at > COLD:
            raise Violation(f"{len(posted)} events of {group} went at once to {self.service.name}, not heard of lately")
        if not stage.has_ledger or stage.ledger_failed or stage.died or name in stage.ledger.unread:
            return
        began, small = stage.processes[name].began, heard.small_since
        if len(posted) > SMALL and small is not None and began > small + SETTLED:
            raise Violation(f"{len(posted)} events of {group} went to {self.service.name} after one understood probe")
        # The run that hears the answer of which the circuit opens knows it at once, others when they begin.
        if known is None or (
            began <= known + SETTLED and not (heard.lost_by == name and began < known < stage.world.now)
        ):
            return
        fresh = sum(self._is_new(each.variant) for each in posted)
        since, sent = self._since.get(group, (known, 0))
        sent = sent + fresh if since == known else fresh
        self._since[group] = known, sent
        if sent > probes(stage.world.now - known):
            lost = stage.world.now - known
            raise Violation(f"{sent} new events of {group} went to {self.service.name} in {lost:.0f} s of lost answers")

    def _is_new(self, variant: Variant) -> bool:
        """Whether it was never tried; if a run may have died with it, as far as the relay knows, it perhaps was."""
        tries = sum(len(one.tries) for one in self._counts.variants_of(variant))
        return tries == 1 and not self._counts.unlucky[variant.conversion.name]
