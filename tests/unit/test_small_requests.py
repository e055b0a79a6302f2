"""One small request, as the gate of an event group asks for it: which events are in it, and what is left for later."""

import itertools
from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

import pytest

from pipeline.aws import waiting
from pipeline.aws.waiting import Allowance
from pipeline.contract.destination import Frame, Routing
from pipeline.contract.outcome import Delivered, Outcome, Retry
from pipeline.delivery.ask import HELD, send
from pipeline.delivery.circuit import Circuit
from pipeline.delivery.gate import Circuits, Gate
from pipeline.delivery.unsent import Load
from tests.unit.doubles import AtOnce, FakeDestination, Respond

NOW = 1_790_000_000.0
G = Routing("g")
LOST = Retry("Roku answered 500", 500, ambiguous=True)


def framed(respond: Respond, *, size: int) -> FakeDestination:
    """Its tail holds the event group, so that a request of another group has another capacity."""
    return FakeDestination(
        respond, size=size, frame=lambda routing: Frame(b"0" * FakeDestination.HEAD, routing.event_group_id.encode())
    )


def room(*events: str) -> int:
    """The bytes of a request with exactly these events."""
    return FakeDestination.HEAD + len("g") + sum(len(event) for event in events) + len(events) - 1


def line(name: str, size: int = 20) -> str:
    """An event of so many bytes."""
    return f'{{"event_id":"{name}"'.ljust(size - 1) + "}"


def lines(name: str, count: int, size: int = 20) -> list[str]:
    """So many events."""
    return [line(f"{name}{number}", size) for number in range(count)]


def sent(
    loads: list[Load],
    *,
    size: int = 1_000_000,
    state: Circuit | None = None,
    outcome: Outcome | None = None,
    step: float = 0,
) -> tuple[list[list[str]], list[list[Outcome]]]:
    """The requests, each with its event ids, and the outcomes; at each look at the clock it is `step` seconds later."""
    clock = [NOW]

    def now() -> float:
        clock[0] += step
        return clock[0]

    circuits = Circuits({"g": state or Circuit()}, {}, None, allowance=Allowance(3.0, now))
    destination = framed(lambda _, asked: [outcome or Delivered()] * len(asked), size=size)
    outcomes = send(
        loads,
        destination,
        now=now,
        time_left=lambda: 60.0,
        executor=AtOnce(),
        gates={"g": Gate(circuits, "g", now)},
    )
    assert all(len(body) <= size for body in destination.bodies)
    return [[one.split('"')[3] for one in asked] for _, asked in destination.requests], outcomes


def test_the_first_request_of_a_cold_group_holds_the_smallest_messages_whole_and_50_events_at_most() -> None:
    counts = {"a": 30, "b": 15, "c": 10, "d": 45}
    requests, outcomes = sent([Load(G, lines(name, count)) for name, count in counts.items()])
    assert sorted({event_id[0] for event_id in requests[0]}) == ["b", "c"]
    assert [len(request) for request in requests] == [25, 75]
    assert [len(each) for each in outcomes] == [30, 15, 10, 45]


def test_of_a_message_that_is_larger_the_first_50_go_and_the_rest_follows() -> None:
    requests, outcomes = sent([Load(G, lines("a", 60))])
    assert requests == [[f"a{number}" for number in range(50)], [f"a{number}" for number in range(50, 60)]]
    assert outcomes == [[Delivered()] * 60]


def test_a_small_request_is_filled_to_the_last_byte_and_no_further() -> None:
    first, exact, large = lines("a", 1), lines("b", 2, 50), lines("c", 3, 40)
    requests, _ = sent([Load(G, first), Load(G, exact), Load(G, large)], size=room(*first, *exact))
    assert requests == [["a0", "b0", "b1"], ["c0", "c1", "c2"]][: len(requests)]
    assert requests[0] == ["a0", "b0", "b1"]
    less, _ = sent([Load(G, first), Load(G, exact)], size=room(*first, *exact) - 1)
    assert less[0] == ["a0"]


def test_each_message_that_joins_leaves_less_room_for_the_next() -> None:
    tiny, large, middle = lines("a", 1), lines("b", 2, 200), lines("c", 3, 60)
    requests, _ = sent([Load(G, tiny), Load(G, large), Load(G, middle)], size=room(*tiny, *large) + 100)
    assert requests[0] == ["a0", "b0", "b1"]
    assert requests[1] == ["c0", "c1", "c2"]


def test_events_of_another_partner_do_not_join() -> None:
    requests, _ = sent([Load(G, lines("a", 2)), Load(Routing("g", "partner"), lines("b", 3))])
    assert [sorted(request) for request in requests] == [["a0", "a1"], ["b0", "b1", "b2"]]


@pytest.mark.parametrize(("spare", "count"), [(0, 4), (-1, 3), (19, 4), (21, 5)])
def test_of_a_message_too_large_for_a_request_as_many_events_go_as_fit(spare: int, count: int) -> None:
    events = lines("a", 10)
    clipped, _ = first_request(events, room(*events[:4]) + spare)
    assert clipped == [f"a{number}" for number in range(count)]


def test_an_event_larger_than_a_request_goes_alone() -> None:
    clipped, _ = first_request(lines("a", 3, 500), 100)
    assert clipped == ["a0"]


def first_request(events: list[str], size: int) -> tuple[list[str], list[Outcome]]:
    """The first request of a message that no request may hold whole, such as one that was edited by hand."""
    circuits = Circuits({"g": Circuit()}, {}, None, allowance=Allowance(3.0, lambda: NOW))
    destination = framed(lambda _, asked: [Retry("Roku answered 429", 429, after=60.0)] * len(asked), size=size)
    (outcomes,) = send(
        [Load(G, events)],
        destination,
        now=lambda: NOW,
        time_left=lambda: 60.0,
        executor=AtOnce(),
        gates={"g": Gate(circuits, "g", lambda: NOW)},
    )
    return [one.split('"')[3] for one in destination.requests[0][1]], outcomes


def test_a_probe_is_one_event_and_the_rest_of_its_message_is_no_probe() -> None:
    state = Circuit(opened_at=NOW - 90, next_probe_at=NOW - 30)
    requests, outcomes = sent([Load(G, lines("a", 3), probe=True)], state=state, outcome=LOST, step=4_000)
    assert requests == [["a0"]]
    assert outcomes[0][0] == LOST
    assert all(isinstance(one, Retry) and one.held for one in outcomes[0][1:])


@pytest.mark.parametrize(("piece", "requests"), [(1, 3), (2, 3), (10, 1)])
def test_after_three_unread_pieces_the_others_wait(piece: int, requests: int) -> None:
    made, outcomes = sent([Load(G, lines("a", 8), piece=piece)], outcome=LOST)
    assert [len(request) for request in made] == [min(piece, 8)] * requests
    asked = sum(len(request) for request in made)
    assert [one == LOST for one in outcomes[0]] == [place < asked for place in range(8)]


def test_once_a_piece_is_understood_all_pieces_follow() -> None:
    made, outcomes = sent([Load(G, lines("a", 8), piece=2)])
    assert [len(request) for request in made] == [2, 2, 2, 2]
    assert outcomes == [[Delivered()] * 8]


@pytest.mark.parametrize(
    ("count", "piece", "sizes"), [(25, 10, [10, 10, 5]), (7, 3, [3, 3, 1]), (3, 1, [1, 1, 1]), (2, 10, [2])]
)
def test_what_was_tried_before_goes_in_pieces_each_event_in_one_of_them(
    count: int, piece: int, sizes: list[int]
) -> None:
    requests, _ = sent([Load(G, lines("a", count), piece=piece)], state=Circuit(understood_at=NOW))
    assert [len(request) for request in requests] == sizes
    assert [event_id for request in requests for event_id in request] == [f"a{number}" for number in range(count)]


def test_events_of_several_messages_share_pieces_if_they_share_the_partner() -> None:
    partner = Routing("g", "p")
    loads = [Load(G, lines("a", 2), piece=3), Load(partner, lines("b", 1), piece=3), Load(G, lines("c", 2), piece=3)]
    requests, outcomes = sent(loads, state=Circuit(understood_at=NOW))
    assert sorted(requests) == [["a0", "a1", "c0"], ["b0"], ["c1"]]
    assert [len(each) for each in outcomes] == [2, 1, 2]


def test_of_pieces_that_are_lost_three_are_tried_and_the_rest_waits() -> None:
    requests, outcomes = sent([Load(G, lines("a", 5), piece=1)], state=Circuit(understood_at=NOW), outcome=LOST)
    assert requests == [["a0"], ["a1"], ["a2"]]
    assert [one.held for one in outcomes[0] if isinstance(one, Retry)] == [False, False, False, True, True]


def test_while_the_circuit_is_open_a_probe_goes_out_and_no_smaller_message() -> None:
    state = Circuit(opened_at=NOW - 60, next_probe_at=NOW)
    loads = [Load(G, lines("a", 1)), Load(G, lines("b", 3), probe=True), Load(G, lines("c", 2), probe=True)]
    requests, _ = sent(loads, state=state, outcome=LOST)
    assert requests == [["c0"]]


def test_what_follows_a_small_request_that_was_told_to_come_back_later_is_told_the_same() -> None:
    # Each of them would be a small request too, and wait for the answer to the one before, which is never sent.
    later = Retry("Roku answered 503", 503, ambiguous=True, after=60.0)
    requests, outcomes = sent([Load(G, lines("a", 60)), Load(G, lines("b", 120))], outcome=later)
    assert [len(request) for request in requests] == [50]
    told = [outcome for each in outcomes for outcome in each]
    assert told == [later] * 50 + [replace(later, ambiguous=False)] * 130


def test_of_full_requests_that_wait_none_follows_once_the_circuit_is_open() -> None:
    loads = [Load(G, [line(f"{number:02}")]) for number in range(25)]
    size = room(line("00"))
    calm = Circuit(understood_at=NOW)
    requests, _ = sent(loads, size=size, state=calm)
    assert len(requests) == 25
    unread = Retry("Roku answered 200", 200, ambiguous=True)
    requests, outcomes = sent(loads, size=size, state=calm, outcome=unread)
    assert len(requests) == 20  # so many are under way at once
    assert outcomes == [[unread]] * 20 + [[HELD]] * 5


def test_an_answer_to_a_request_begun_before_the_circuit_opened_closes_nothing() -> None:
    answers = iter([Retry("Roku answered 200", 200, ambiguous=True)])
    clock = itertools.count(NOW)
    circuits = Circuits({"g": Circuit(understood_at=NOW)}, {}, None, allowance=Allowance(3.0, lambda: NOW))
    destination = framed(lambda *_: [next(answers, Delivered())], size=room(line("00")))
    outcomes = send(
        [Load(G, [line(f"{number:02}")]) for number in range(25)],
        destination,
        now=lambda: next(clock),
        time_left=lambda: 60.0,
        executor=AtOnce(),
        gates={"g": Gate(circuits, "g", lambda: next(clock))},
    )
    assert outcomes[1:] == [[Delivered()]] * 19 + [[HELD]] * 5
    assert (circuits.of("g").is_open, circuits.of("g").stage) == (True, 0)


def test_after_a_probe_that_is_understood_50_events_follow_and_then_all() -> None:
    state = Circuit(opened_at=NOW - 90, next_probe_at=NOW - 30)
    requests, _ = sent([Load(G, lines("a", 200), probe=True)], state=state)
    assert [len(request) for request in requests] == [1]
    loads = [Load(G, lines(name, count), probe=True) for name, count in (("a", 1), ("b", 50), ("c", 60))]
    requests, _ = sent(loads, state=state)
    assert [len(request) for request in requests] == [1, 50, 60]


def test_once_a_piece_is_understood_the_others_follow_together(monkeypatch: pytest.MonkeyPatch) -> None:
    under_way: list[int] = []

    def wait(running: Iterable[Future[Any]], **_: Any) -> tuple[set[Future[Any]], set[Future[Any]]]:
        under_way.append(len(list(running)))
        return set(running), set()

    monkeypatch.setattr(waiting, "wait", wait)
    requests, _ = sent([Load(G, lines("a", 50), piece=10)], state=Circuit(understood_at=NOW))
    assert [len(request) for request in requests] == [10] * 5
    assert under_way == [1, 4]


def test_two_unread_pieces_before_one_that_is_understood_stop_none() -> None:
    answers = iter([LOST, LOST])
    destination = framed(lambda *_: [next(answers, Delivered())], size=1_000_000)
    circuits = Circuits({"g": Circuit(understood_at=NOW)}, {}, None, allowance=Allowance(3.0, lambda: NOW))
    send(
        [Load(G, lines("a", 8), piece=1)],
        destination,
        now=lambda: NOW,
        time_left=lambda: 60.0,
        executor=AtOnce(),
        gates={"g": Gate(circuits, "g", lambda: NOW)},
    )
    assert len(destination.requests) == 8
