"""What may become a dead letter, and what its reason must say."""

from collections.abc import Mapping
from hashlib import sha256

from tests.simulation.conversions import Variant
from tests.simulation.counts import Counts
from tests.simulation.roku import ALIKE, PATIENT
from tests.simulation.service import Service
from tests.simulation.stage import Stage

# A dead letter may be written this long (s) after the refusal: two runs of the function.
DELAY = 120.0
# Events wait for 5 days: only an outage as long as that makes dead letters of good ones. What the destination says is
# passing is believed for 1 day.
PATIENCE, PASSING = 5 * 86_400.0, 86_400.0
# A circuit that nothing fresh comes to for so long takes for its probe what waits for its second window.
STARVED = 86_400.0
# Without a table nothing says that a message was put off, and not sent: for so long (s) a new one is sent instead.
UNMARKED = 3_600.0
NO_TIME = "no time"
COUNTED_TWICE, WAITED = "may have been counted twice", "waited too long"
# What the models say of events that they refuse; of one of a request that is refused whole, nothing more.
_WHOLE = ("all events failed", "bad", "without a reason")
_PARTNER = ("403", "partner")


def why_not_dead(
    variant: Variant, said: Mapping[str, str], service: Service, stage: Stage, counts: Counts
) -> str | None:
    """What is wrong with this dead letter, of which its attributes say this; None if nothing is."""
    reason = said.get("reason", "")
    statuses = set[str]().union(*(one.statuses for one in counts.variants_of(variant)))
    if said.get("event_group_id") != variant.conversion.group or said.get("status") not in statuses:
        return f"which says {said.get('event_group_id')} and {said.get('status')}"
    if NO_TIME in reason:
        return "though only its run had no time"
    return _why_not_good(variant, reason, service, stage, counts)


def _why_not_good(variant: Variant, reason: str, service: Service, stage: Stage, counts: Counts) -> str | None:
    now, age = stage.world.now, stage.world.now - variant.since
    if sha256(f"{variant.conversion.name}@example.com".encode()).hexdigest() in reason:
        return "whose reason contains personal data"
    if reason.startswith(COUNTED_TWICE):
        return _why_not_twice(variant, service, stage, counts)
    if reason.startswith(WAITED):
        # An event that says of itself that it passes is believed for a day only.
        return None if age >= _patience(stage, service) - 1 else "too early"
    if ALIKE in reason and "alike" in stage.had_modes(service.name):
        knows = stage.has_ledger and not stage.ledger_failed and variant.conversion.group in service.delivered
        return "though its event group had delivered before" if knows else None
    if variant.partner == "p0" and "forbidden" in stage.had_modes(service.name) and any(w in reason for w in _PARTNER):
        return None
    if variant.bad_until >= now - DELAY:
        fits = variant.words in reason or any(word in reason for word in _WHOLE)
        return None if fits else "for another's reason"
    return "though it was good"


def _patience(stage: Stage, service: Service) -> float:
    return PASSING if stage.had_modes(service.name) & {"passing", "rationed", PATIENT} else PATIENCE


def _why_not_twice(variant: Variant, service: Service, stage: Stage, counts: Counts) -> str | None:
    """Two windows must have ended unread, with an understood answer between them; a run that died is a window too."""
    # Without the mark that its run wanted to leave in the table, a message that was put off may have been sent.
    if counts.unlucky[variant.conversion.name] or stage.ledger_failed:
        return None
    if not stage.has_ledger and stage.world.now - variant.since >= UNMARKED:
        return None
    name = variant.conversion.name
    # A redrive begins again, if no other copy is on its way.
    redrives = counts.redrives[name]
    since = redrives[-1] if redrives and counts.copies[name] == 1 + len(redrives) else 0.0
    lost = [at for one in counts.variants_of(variant) for at in one.lost if at >= since]
    if len(lost) < 2:
        return f"after {len(lost)} lost answers"
    if not stage.has_ledger:  # the circuit is each process's own
        return None
    heard = service.heard[variant.conversion.group].understood
    if max(lost) - min(lost) >= STARVED:
        return None
    between = any(min(lost) <= began <= max(lost) for began in heard)
    return None if between else "though the circuit was never closed between"
