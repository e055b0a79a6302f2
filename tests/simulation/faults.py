"""Deliberate faults of the code under test: each must be found, or the simulation proves nothing."""

from collections.abc import Callable
from typing import Any

from tests.simulation.changes import acknowledged, changed, unmatched_delivered, verdicts
from tests.simulation.faults_back import SOURCES as BACK
from tests.simulation.faults_circuits import SOURCES as CIRCUITS
from tests.simulation.faults_forms import SOURCES as FORMS
from tests.simulation.faults_kinds import SOURCES as KINDS
from tests.simulation.faults_others import SOURCES as OTHERS
from tests.simulation.faults_rokt import ROKT
from tests.simulation.faults_run import SOURCES as RUN
from tests.simulation.faults_try import SOURCES as TRY
from tests.simulation.faults_wire import SOURCES as WIRE
from tests.simulation.planting import planted


def _setup_rejected(one: Any, outcome: Any) -> Any:
    return outcome.Rejected(one.reason, one.status) if isinstance(one, outcome.Retry) and one.setup else one


def _ambiguity_forgotten(one: Any, outcome: Any) -> Any:
    return outcome.Retry(one.reason, one.status) if isinstance(one, outcome.Retry) and one.ambiguous else one


_BY_CHANGE: dict[str, Callable[[], Any]] = {
    "unmatched failure counted as delivered": changed("roku.answer", "read", verdicts(unmatched_delivered)),
    "acknowledged before it was sent": changed("handlers.deliver", "run", acknowledged("roku")),
    "event dead-lettered for our own key": changed("roku.answer", "read", verdicts(_setup_rejected)),
    "no answer is ambiguous": changed("roku.answer", "read", verdicts(_ambiguity_forgotten)),
}


FAULTS: dict[str, Callable[[], Any]] = {
    **_BY_CHANGE,
    **{
        name: planted(*fault)
        for sources in (RUN, TRY, BACK, WIRE, CIRCUITS, FORMS, KINDS, OTHERS)
        for name, fault in sources.items()
    },
    **ROKT,
}
