"""The circuit of an event group: what opens it, when probes go out, what closes it."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.delivery.circuit import (
    COLD,
    SMALL,
    Circuit,
    allowed,
    claimed,
    is_worth_writing,
    lacks_probes,
    understood,
    unread,
)

bounded = settings(derandomize=True, max_examples=150, deadline=None)
T = 1_790_000_000.0
HOUR = 3_600


def opened(at: float = T, *, before: Circuit | None = None) -> Circuit:
    """A circuit that an unreadable success has opened then."""
    return unread(before or Circuit(), now=at, certain=True, why="Roku answered 200")


def test_an_unreadable_success_opens_at_once_and_says_since_when_and_why() -> None:
    state = opened()
    assert state == Circuit(unread_at=T, opened_at=T, why="Roku answered 200", next_probe_at=T + 60, probes=0, stage=0)
    assert state.is_open


def test_one_lost_answer_opens_nothing_the_second_does() -> None:
    once = unread(Circuit(), now=T, certain=False, why="dropped")
    assert not once.is_open
    assert unread(once, now=T + 1, certain=False, why="dropped").is_open


@pytest.mark.parametrize(("begun", "opens"), [(T + 1, False), (T, True), (T - 1, True)])
def test_an_understood_answer_between_two_lost_ones_counts_if_its_request_was_begun_after_the_first(
    begun: float, opens: bool
) -> None:
    state = unread(Circuit(), now=T, certain=False, why="dropped")
    state = understood(state, begun=begun, now=T + 2, delivered=True)
    assert state.suspect_at == (T if opens else 0.0)
    assert unread(state, now=T + 3, certain=False, why="dropped").is_open is opens


def test_probes_go_out_after_1_2_5_and_10_minutes_then_every_15_and_hourly_after_3_hours() -> None:
    state = opened()
    at: list[float] = []
    while len(at) < 20:
        now = state.next_probe_at
        at.append((now - T) / 60)
        assert claimed(state, now - 0.1) is None
        after = claimed(state, now)
        assert after is not None
        state = after
    # 10 + 15 n up to 3 hours, and an hour more each time from then on.
    assert at == [1, 2, 5, 10, *range(25, 181, 15), 190, 250, 310, 370, 430]


@pytest.mark.parametrize(("hours", "pause"), [(2.99, 900), (3, 3_600), (20, 3_600)])
def test_from_three_hours_on_probes_are_hourly(hours: float, pause: int) -> None:
    now = T + hours * HOUR
    state = claimed(replace(opened(), probes=9, next_probe_at=now), now)
    assert state is not None
    assert state.next_probe_at == now + pause


def test_a_closed_circuit_has_no_probes() -> None:
    assert claimed(Circuit(), T) is None
    assert claimed(replace(opened(), closed_at=T + 1), T + 120) is None


def test_after_an_understood_probe_comes_a_small_request_and_then_everything() -> None:
    state = opened()
    assert allowed(state, T) == 1
    probing = claimed(state, T + 60)
    assert probing is not None
    heard = understood(probing, begun=T + 60, now=T + 61, delivered=True)
    assert (heard.is_open, heard.stage, allowed(heard, T + 61)) == (True, 1, SMALL)
    small = claimed(heard, T + 61)
    assert small is not None
    closed = understood(small, begun=T + 61, now=T + 62, delivered=False)
    assert (closed.is_open, closed.closed_at, allowed(closed, T + 62)) == (False, T + 62, None)
    assert closed.stage == 0


def test_an_answer_to_a_request_begun_as_it_opened_counts() -> None:
    state = understood(opened(), begun=T, now=T + 5, delivered=True)
    assert (state.is_open, state.stage, state.next_probe_at) == (True, 1, T + 5)


def test_what_was_suspected_is_forgotten_once_the_circuit_has_opened() -> None:
    state = unread(unread(Circuit(), now=T, certain=False, why="dropped"), now=T + 1, certain=False, why="dropped")
    assert (state.suspect_at, state.unread_at) == (0.0, T + 1)


def test_a_probe_that_is_lost_moves_nothing_but_the_time_of_the_last_lost_answer() -> None:
    probing = claimed(opened(), T + 60)
    assert probing is not None
    assert unread(probing, now=T + 70, certain=True, why="another") == replace(probing, unread_at=T + 70)


def test_an_answer_to_a_request_from_before_the_opening_closes_nothing() -> None:
    state = understood(opened(), begun=T - 1, now=T + 5, delivered=True)
    assert (state.is_open, state.stage) == (True, 0)


def test_a_small_request_that_is_lost_leaves_the_circuit_open_and_the_probes_go_on() -> None:
    probing = claimed(opened(), T + 60)
    assert probing is not None
    heard = understood(probing, begun=T + 60, now=T + 61, delivered=True)
    lost = unread(heard, now=T + 62, certain=False, why="dropped")
    assert (lost.is_open, lost.stage, lost.opened_at) == (True, 0, T)
    assert lost.next_probe_at == T + 62 + 60  # the second probe is a minute after the first


@pytest.mark.parametrize(("since", "pause"), [(3 * HOUR - 1, 900), (3 * HOUR, 3_600)])
def test_after_a_small_request_that_is_lost_probes_are_as_far_apart_as_before(since: int, pause: int) -> None:
    heard = replace(opened(), stage=1, probes=9)
    lost = unread(heard, now=T + since, certain=True, why="another")
    assert (lost.stage, lost.next_probe_at) == (0, T + since + pause)


def test_a_circuit_that_opens_again_within_the_hour_goes_on_with_its_probes() -> None:
    closed = replace(opened(), probes=5, closed_at=T + 100)
    soon, late = opened(T + 200, before=closed), opened(T + 100 + HOUR, before=closed)
    assert (soon.probes, soon.next_probe_at) == (5, T + 200 + 900)
    assert (late.probes, late.next_probe_at) == (0, T + 100 + HOUR + 60)


@pytest.mark.parametrize(("ago", "room"), [(0.0, None), (600.0, None), (600.1, 50), (1e9, 50)])
def test_a_group_without_an_understood_answer_for_10_minutes_begins_with_a_small_request(
    ago: float, room: int | None
) -> None:
    assert (COLD, SMALL) == (600, 50)
    assert allowed(Circuit(understood_at=T - ago), T) == room


@pytest.mark.parametrize(
    ("opened_ago", "due_ago", "stage", "lacks"),
    [
        (86_400, 3_600, 0, True),
        (86_399, 3_600, 0, False),
        (86_400, 3_599, 0, False),
        # an answer was understood since the opening
        (60, 0, 1, True),
        (60, -1, 1, False),
    ],
)
def test_what_waits_for_its_second_window_may_be_the_probe_after_a_day_or_once_a_probe_was_understood(
    opened_ago: float, due_ago: float, stage: int, lacks: bool
) -> None:
    state = Circuit(opened_at=T - opened_ago, next_probe_at=T - due_ago, stage=stage)
    assert lacks_probes(state, T) is lacks
    assert not lacks_probes(replace(state, closed_at=T, stage=0), T)


def test_only_what_others_must_know_is_written() -> None:
    state = Circuit(understood_at=T, delivered_at=T)
    assert not is_worth_writing(state, replace(state, understood_at=T + 300, delivered_at=T + 300))
    assert is_worth_writing(state, replace(state, understood_at=T + 301))
    assert is_worth_writing(state, replace(state, delivered_at=T + 301))
    assert is_worth_writing(state, replace(state, suspect_at=T))
    assert is_worth_writing(state, opened(before=state))


def test_a_delivery_is_remembered_and_another_understood_answer_does_not_take_it_back() -> None:
    state = understood(Circuit(), begun=T, now=T + 1, delivered=True)
    state = understood(state, begun=T + 2, now=T + 3, delivered=False)
    assert (state.understood_at, state.delivered_at) == (T + 3, T + 1)


@given(st.lists(st.tuples(st.floats(0, 5_000), st.sampled_from(["read", "lost", "unreadable", "claim"])), max_size=40))
@bounded
def test_whatever_happens_a_probe_is_never_due_later_than_an_hour(steps: list[tuple[float, str]]) -> None:
    state, now = Circuit(), T
    for seconds, what in steps:
        now += seconds
        if what == "claim":
            state = claimed(state, now) or state
        elif what == "read":
            state = understood(state, begun=now - 1, now=now, delivered=True)
        else:
            state = unread(state, now=now, certain=what == "unreadable", why="")
        assert not state.is_open or state.next_probe_at <= now + HOUR
