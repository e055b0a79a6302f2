"""A circuit between runs: who may change it, what the others learn, what is done where nobody answers."""

from dataclasses import dataclass, field, replace

import pytest

from pipeline.aws.waiting import Allowance
from pipeline.contract.outcome import Delivered, Outcome, Rejected, Retry
from pipeline.delivery.circuit import Circuit
from pipeline.delivery.gate import Circuits, Gate

T = 1_790_000_000.0
OPEN = Circuit(version=3, opened_at=T, next_probe_at=T + 60)
UNREADABLE = Retry("Roku answered 200", 200, ambiguous=True)
DROPPED = Retry("the connection failed", None, ambiguous=True)


@dataclass
class Table:
    """What runs share; `answers` says whether it is in reach."""

    states: dict[str, Circuit] = field(default_factory=dict)
    answers: bool = True
    asked: int = 0

    def change(self, group: str, old: Circuit, new: Circuit, seconds: float) -> tuple[Circuit, bool] | None:
        """As the ledger's table does it."""
        self.asked += 1
        assert seconds > 0
        if not self.answers:
            return None
        there = self.states.get(group, Circuit())
        if there.version != old.version:
            return there, False
        self.states[group] = replace(new, version=old.version + 1)
        return self.states[group], True


@dataclass
class Clock:
    """A moment that tests move."""

    now: float = T

    def __call__(self) -> float:
        return self.now


def gate(table: Table | None, memory: dict[str, Circuit] | None = None, now: float = T) -> Gate:
    """A run's gate of the group g; what the table holds was read."""
    clock = Clock(now)
    found = dict(table.states) if table is not None and table.answers else {}
    if table is not None and table.answers:
        found.setdefault("g", Circuit())
    known = {} if memory is None else memory
    return Gate(Circuits(known, found, table, allowance=Allowance(3.0, clock)), "g", clock)


def test_of_two_runs_one_gets_the_probe() -> None:
    table = Table({"g": OPEN})
    one, other = gate(table, now=T + 60), gate(table, now=T + 60)
    assert (one.room(), other.room()) == (1, 0)
    assert table.states["g"].probes == 1


def test_a_run_learns_from_the_table_that_another_has_opened_the_circuit() -> None:
    table = Table()
    one, other = gate(table), gate(table)
    assert one.hear([UNREADABLE], T) is False
    other.hear([DROPPED], T)
    assert other.is_open
    assert table.states["g"].opened_at == T


def test_without_a_table_the_process_remembers() -> None:
    memory: dict[str, Circuit] = {}
    gate(None, memory).hear([UNREADABLE], T)
    assert gate(None, memory, T + 30).room() == 0
    assert gate(None, memory, T + 60).room() == 1
    assert gate(None, memory, T + 61).room() == 0


def test_without_the_tables_answer_the_process_remembers_too_and_asks_no_more() -> None:
    table, memory = Table(), {}  # type: tuple[Table, dict[str, Circuit]]
    mine = gate(table, memory)
    table.answers = False
    mine.hear([UNREADABLE], T)
    mine.hear([UNREADABLE], T)
    assert mine.is_open
    assert table.asked == 1
    assert memory["g"].is_open


def test_in_calm_times_an_answer_is_shared_at_most_every_five_minutes() -> None:
    table = Table({"g": Circuit(version=1, understood_at=T - 200, delivered_at=T - 200)})
    calm = gate(table)
    assert calm.hear([Delivered()], T) is True
    assert table.asked == 0
    assert calm.room() is None
    old = gate(Table({"g": Circuit(understood_at=T - 301, delivered_at=T - 301)}))
    old.hear([Delivered()], T)
    store = old.circuits._store
    assert isinstance(store, Table)
    assert store.asked == 1


@pytest.mark.parametrize(
    ("outcomes", "heard"),
    [
        ([Delivered()], True),
        ([Rejected("no", 210), Delivered()], True),
        ([Retry("Roku answered 401", 401, setup=True)], True),
        ([Retry("Roku answered 429", 429, after=5.0)], True),
        ([Retry("no connection")], None),
        ([Retry("no key", setup=True)], None),
        ([DROPPED], False),
        ([Delivered(), UNREADABLE], False),
    ],
)
def test_what_counts_as_understood(outcomes: list[Outcome], heard: bool | None) -> None:
    assert gate(Table()).hear(outcomes, T) is heard


@pytest.mark.parametrize(
    ("lost", "opens"), [(UNREADABLE, True), (DROPPED, False), (Retry("500", 500, ambiguous=True), False)]
)
def test_only_an_unreadable_success_opens_at_once(lost: Retry, opens: bool) -> None:
    mine = gate(Table())
    mine.hear([lost], T)
    assert mine.is_open is opens
    mine.hear([lost], T)
    assert mine.is_open


def test_a_destination_whose_repeat_window_is_long_needs_no_circuit_and_its_deliveries_are_remembered() -> None:
    table = Table()
    wide = gate(table)
    wide.is_needed = False
    wide.hear([UNREADABLE], T)
    assert not wide.is_open
    assert wide.room() is None
    wide.hear([Delivered()], T)
    assert table.states["g"].delivered_at == T


def test_a_gate_says_whether_its_circuit_was_open_in_the_run() -> None:
    shut = gate(Table({"g": OPEN}))
    assert not shut.opened
    shut.room()
    assert shut.opened


@pytest.mark.parametrize("answers", [True, False])
def test_a_change_is_made_whether_or_not_it_is_shared(answers: bool) -> None:
    table = Table(answers=answers)
    found = {"g": Circuit(understood_at=T)}
    circuits = Circuits({}, found, table, allowance=Allowance(3.0, Clock()))
    assert circuits.change("g", lambda state: replace(state, understood_at=T + 1))  # not worth a write
    assert table.asked == 0
    assert circuits.change("g", lambda state: replace(state, suspect_at=T + 1))
    assert table.asked == 1
    assert circuits.of("g").suspect_at == T + 1
    assert not circuits.change("g", lambda _: None)


def test_a_change_that_others_are_always_faster_with_is_given_up_after_three_tries() -> None:
    class Busy(Table):
        def change(self, group: str, old: Circuit, new: Circuit, seconds: float) -> tuple[Circuit, bool]:  # noqa: ARG002
            """Somebody else has just written."""
            self.asked += 1
            return Circuit(version=old.version + 1, probes=99), False

    table = Busy()
    circuits = Circuits({}, {"g": Circuit()}, table, allowance=Allowance(3.0, Clock()))
    assert not circuits.change("g", lambda state: replace(state, suspect_at=T))
    assert (table.asked, circuits.of("g")) == (3, Circuit(version=3, probes=99))


def test_a_circuit_that_opens_or_closes_in_a_run_was_open_in_it() -> None:
    opening = gate(Table())
    before = opening.opened
    opening.hear([UNREADABLE], T)
    assert opening.circuits.of("g").why == UNREADABLE.reason
    assert (before, opening.opened) == (False, True)
    closing = gate(Table({"g": replace(OPEN, stage=1)}), now=T + 60)
    assert closing.room() == 50
    closing.hear([Delivered()], T + 60)
    assert (closing.is_open, closing.opened) == (False, True)
