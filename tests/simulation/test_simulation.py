"""The promise: what was accepted is delivered or lies in the dead letters, and nothing is counted twice."""

import pytest

from tests.simulation.draws import make
from tests.simulation.faults import FAULTS
from tests.simulation.history import run
from tests.simulation.plan import Plan
from tests.simulation.search import look, played, shrink

HISTORIES, PARTS = 400, 8


@pytest.mark.parametrize("part", range(PARTS))
def test_no_history_breaks_a_promise(part: int) -> None:
    findings = look(range(part * HISTORIES // PARTS, (part + 1) * HISTORIES // PARTS))
    if findings.failing:
        plan, result = shrink(make(findings.failing[0]))
        pytest.fail("\n".join([*result.log, plan.to_json(), str(result.violation)]))
    assert findings.histories == HISTORIES // PARTS
    assert findings.counts["conversions"] > findings.histories  # there was something to lose


@pytest.mark.parametrize("fault", FAULTS)
def test_a_deliberate_fault_is_found(fault: str) -> None:
    assert look(range(1_000), fault).failing


def test_a_history_is_the_same_each_time_it_is_played() -> None:
    seeds = (4, 31, 47, 229)
    assert {make(seed).destinations for seed in seeds} == {"roku", "rokt", "roku,rokt"}
    for seed in seeds:
        assert run(make(seed)).log == run(make(seed)).log


@pytest.mark.parametrize(
    "fault", ["refused dead letter taken for written", "ledger takes one destination for the other"]
)
def test_a_failure_shrinks_to_a_plan_that_can_be_replayed(fault: str) -> None:
    first = make(look(range(100), fault).failing[0])
    plan, result = shrink(first, fault)
    assert result.violation is not None
    assert len(plan.to_json()) < len(first.to_json())
    assert Plan.from_json(plan.to_json()) == plan
    assert played(Plan.from_json(plan.to_json()), fault).violation == result.violation
    assert run(plan).violation is None
