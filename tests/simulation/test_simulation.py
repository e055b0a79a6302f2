"""The promise: what was accepted is delivered or is a dead letter, and nothing is counted more than twice."""

import pytest

from local.sandbox.profiles import PROFILES
from tests.simulation.conversions import Conversion, Variant
from tests.simulation.draws import make
from tests.simulation.faults import FAULTS
from tests.simulation.history import run
from tests.simulation.plan import Plan
from tests.simulation.roku import Roku
from tests.simulation.search import look, played, shrink
from tests.simulation.traffic import play
from tests.simulation.traffics import TRAFFICS
from tests.simulation.world import World

NOBODY = Variant("", 0, Conversion("", ""))
# As many as take 2 s; `make thorough` plays 300, and `make simulation ARGS=--faults` shows that each fault is found.
FIRST, HISTORIES, PARTS = 19, 16, 2
# Deliberate faults, one of each kind, that few histories show: of the first 30, or these.
AT = {
    "circuit: it never opens": range(19, 30),
    "trying: one window": range(40, 50),
    "trying: windows without number": range(8, 20),
    "delivery: notes wait past the end": range(304, 305),
    "settling: the ledger may take its time": range(304, 305),
}
QUICK = (
    "no answer is ambiguous",
    "acknowledged before it was sent",
    "event dead-lettered for our own key",
    "delivery: dead letters are not written",
    "delivery: nothing is noted",
    "delivery: notes wait past the end",
    "settling: the ledger may take its time",
    "once: what the ledger knows is sent",
    "once: two copies are two",
    "trying: windows without number",
    "trying: one window",
    "trying: the second window is not written down",
    "circuit: it never opens",
)


@pytest.mark.parametrize("part", range(PARTS))
def test_no_history_breaks_a_promise(part: int) -> None:
    findings = look(range(FIRST + part * HISTORIES // PARTS, FIRST + (part + 1) * HISTORIES // PARTS))
    if findings.failing:
        plan, result = shrink(make(findings.failing[0]))
        pytest.fail("\n".join([*result.log, plan.to_json(), str(result.violation)]))
    assert findings.histories == HISTORIES // PARTS
    assert findings.counts["conversions"] > findings.histories  # there was something to lose


@pytest.mark.parametrize("fault", QUICK)
def test_a_deliberate_fault_is_found(fault: str) -> None:
    assert look(AT.get(fault, range(30)), fault).failing


def test_each_deliberate_fault_can_be_put_into_the_code_as_it_is() -> None:
    for fault in FAULTS.values():
        with fault():
            pass


@pytest.mark.parametrize("mode", ["broken", "late"])
def test_an_outage_under_traffic_counts_few_conversions_twice(mode: str) -> None:
    """1,000 a day, an outage of 6 h; the other traffics, and whole days, are in the command."""
    [traffic] = [one for one in TRAFFICS if one.name == "1,000 a day"]
    assert not play(traffic, mode, hours=6.0).faults()


def test_a_history_is_the_same_each_time_it_is_played() -> None:
    for seed in (4, 11, 14):
        assert run(make(seed)).log == run(make(seed)).log


def test_a_failure_shrinks_to_a_plan_that_can_be_replayed() -> None:
    fault = "acknowledged before it was sent"
    first = make(look(range(30), fault).failing[0])
    plan, result = shrink(first, fault)
    assert result.violation is not None
    assert len(plan.to_json()) <= len(first.to_json())
    assert Plan.from_json(plan.to_json()) == plan
    assert played(Plan.from_json(plan.to_json()), fault).violation == result.violation
    assert run(plan).violation is None


def test_four_histories_in_a_row_go_by_four_readings_of_the_vendors_pages() -> None:
    ip_alone = {"event_name": "LEAD", "event_type": "conversion", "event_time": 1}
    ip_alone |= {"user_data": {"client_ip_address": "203.0.113.9"}}
    models = [Roku(World(seed), lambda: "", lambda _: NOBODY, live=True) for seed in range(len(PROFILES))]
    assert [model.profile for model in models] == list(PROFILES)
    # The page lists no IP address among its identifiers, Ringba's guide does.
    assert [model.profile for model in models if model.is_refused(ip_alone)] == ["page", "strict"]
