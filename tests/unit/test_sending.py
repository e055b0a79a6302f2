"""Messages into requests and out again: whole, within limits, culprits found, nothing begun too late."""

import itertools
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor
from itertools import groupby
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.aws import waiting
from pipeline.aws.waiting import Allowance
from pipeline.contract.destination import Answer, Limits, Routing
from pipeline.contract.messages import QueuedEvent
from pipeline.contract.outcome import AskAgain, Delivered, Outcome, Rejected, Retry
from pipeline.delivery import deliver
from pipeline.delivery.ask import RESERVE, WORKERS, _Run, send
from pipeline.delivery.gate import Circuits, Gate
from pipeline.delivery.unsent import Load, Part
from tests.bounds import BOUND
from tests.unit.doubles import AtOnce, FakeDestination, Never, event
from tests.unit.doubles import destination as destination_with

bounded = settings(derandomize=True, max_examples=150, deadline=None)
G, H = Routing("g"), Routing("h")
Messages = Sequence[tuple[Routing, Sequence[QueuedEvent]]]
UNNAMED = AskAgain("refused whole", 400)


def deliver_all(_: Routing, lines: list[str]) -> list[Outcome]:
    """A destination that takes everything."""
    return [Delivered()] * len(lines)


def ask(messages: Messages, destination: FakeDestination, time_left: float = 60.0) -> list[list[Outcome]]:
    """Send with one request after another and a clock that stands still."""
    return send(loads(messages), destination, now=lambda: 0.0, time_left=lambda: time_left, executor=AtOnce())


def loads(messages: Messages) -> list[Load]:
    """What is sent of these messages: everything."""
    return [Load(routing, [one.line for one in queued]) for routing, queued in messages]


def message(ids: Iterable[object], routing: Routing = G) -> tuple[Routing, list[QueuedEvent]]:
    """A message with these events."""
    return routing, [event(str(event_id)) for event_id in ids]


def ids_of(lines: Sequence[str]) -> list[str]:
    """The event ids of a request."""
    return [line.split('"')[3] for line in lines]


def whole_refusal(bad: Iterable[object]) -> Callable[[Routing, list[str]], list[Outcome]]:
    """A destination that refuses a request whole, naming nobody, if one of these is in it."""
    culprits = {str(event_id) for event_id in bad}

    def respond(_: Routing, lines: list[str]) -> list[Outcome]:
        if culprits.isdisjoint(ids_of(lines)):
            return [Delivered()] * len(lines)
        return [UNNAMED] * len(lines) if len(lines) > 1 else [Rejected("bad", 400)]

    return respond


# --- requests ---------------------------------------------------------------------------------------------------------


def test_messages_of_one_routing_share_a_request_in_their_order_unchanged() -> None:
    destination = FakeDestination(deliver_all)
    messages = [message("ab"), message("x", H), message("c"), message("y", Routing("g", "partner"))]
    assert ask(messages, destination) == [[Delivered()] * 2, [Delivered()], [Delivered()], [Delivered()]]
    requests = [(routing, ids_of(lines)) for routing, lines in destination.requests]
    assert sorted(requests, key=str) == sorted(
        [(G, ["a", "b", "c"]), (H, ["x"]), (Routing("g", "partner"), ["y"])], key=str
    )
    assert destination.bodies[0].endswith(",".join(event(letter).line for letter in "abc").encode())


@given(
    st.lists(
        st.tuples(st.sampled_from([G, H, Routing("g", "p")]), st.lists(st.integers(1, 60), min_size=1, max_size=6)),
        max_size=12,
    ),
    st.integers(3, 8),
    st.integers(150, 400),
)
@bounded
def test_each_event_is_sent_once_and_each_message_whole_in_one_request_within_the_limits(
    drawn: list[tuple[Routing, list[int]]], most: int, size: int
) -> None:
    messages = [
        (routing, [event(f"{place}-{n}", filler="é" * length) for n, length in enumerate(lengths)])
        for place, (routing, lengths) in enumerate(drawn)
    ]
    destination = FakeDestination(deliver_all, events=most, size=size)
    assert ask(messages, destination) == [[Delivered()] * len(queued) for _, queued in messages]
    sent = [event_id for _, lines in destination.requests for event_id in ids_of(lines)]
    assert sorted(sent) == sorted(event.event_id for _, queued in messages for event in queued)
    routings = {f"{place}": routing for place, (routing, _) in enumerate(drawn)}
    homes: dict[str, set[int]] = {}
    for number, (routing, lines) in enumerate(destination.requests):
        inside = [event_id.split("-")[0] for event_id in ids_of(lines)]
        assert {routings[place] for place in inside} == {routing}
        assert len([place for place, _ in groupby(inside)]) == len(set(inside))  # a message's events stand together
        for place in inside:
            homes.setdefault(place, set()).add(number)
        assert len(set(inside)) == 1 or (len(lines) <= most and len(destination.bodies[number]) <= size)
    assert all(len(numbers) == 1 for numbers in homes.values())


def test_a_request_is_filled_to_the_last_byte() -> None:
    line = event("a").line
    exactly = FakeDestination.HEAD + 2 * len(line) + 1
    for size, requests in ((exactly, 1), (exactly - 1, 2)):
        destination = FakeDestination(deliver_all, size=size)
        ask([message("a"), message("b")], destination)
        assert len(destination.requests) == requests


def test_nothing_to_send_asks_nothing() -> None:
    destination = FakeDestination(deliver_all)
    assert ask([], destination) == []
    assert destination.requests == []


# --- culprits ---------------------------------------------------------------------------------------------------------


@given(st.lists(st.integers(1, 6), min_size=1, max_size=8), st.data())
@bounded
def test_splitting_finds_exactly_the_culprits_with_fewer_than_two_requests_an_event(
    sizes: list[int], data: st.DataObject
) -> None:
    total = sum(sizes)
    bad = data.draw(st.sets(st.integers(0, total - 1)))
    numbers = iter(range(total))
    messages = [message([next(numbers) for _ in range(size)]) for size in sizes]
    destination = FakeDestination(whole_refusal(bad))
    outcomes = [outcome for results in ask(messages, destination) for outcome in results]
    assert outcomes == [Rejected("bad", 400) if n in bad else Delivered() for n in range(total)]
    assert len(destination.requests) <= 2 * total - 1
    for _, lines in destination.requests:
        assert ids_of(lines) == sorted(ids_of(lines), key=int)


def test_one_culprit_among_a_thousand_costs_twenty_one_requests() -> None:
    destination = FakeDestination(whole_refusal([617]))
    (outcomes,) = ask([message(range(1_000))], destination)
    assert [n for n, outcome in enumerate(outcomes) if outcome != Delivered()] == [617]
    assert len(destination.requests) == 21  # 1 + 2 for each of the 10 halvings of 1,000


def test_what_is_left_open_is_asked_again_alone_and_in_order() -> None:
    def respond(_: Routing, lines: list[str]) -> list[Outcome]:
        if len(lines) == 4:
            return [UNNAMED, Rejected("bad", 400), UNNAMED, UNNAMED]
        return [Delivered()] * len(lines)

    destination = FakeDestination(respond)
    outcomes = ask([message("abcd")], destination)
    assert outcomes == [[Delivered(), Rejected("bad", 400), Delivered(), Delivered()]]
    assert [ids_of(lines) for _, lines in destination.requests] == [["a", "b", "c", "d"], ["a", "c", "d"]]


any_outcome: st.SearchStrategy[Outcome] = st.sampled_from(
    [
        Delivered(),
        Rejected("bad", 400),
        UNNAMED,
        AskAgain("open", 210, ambiguous=True),
        Retry("later", 503),
        Retry("perhaps taken", None, ambiguous=True),
        Retry("key", 401, setup=True),
        Retry("slow down", 429, after=5.0),
    ]
)


@given(st.lists(st.tuples(st.sampled_from([G, H]), st.integers(1, 5)), min_size=1, max_size=6), st.data())
@bounded
def test_whatever_is_answered_each_event_is_settled_and_the_requests_are_bounded(
    shape: list[tuple[Routing, int]], data: st.DataObject
) -> None:
    messages = [message((f"{p}{n}" for n in range(size)), routing) for p, (routing, size) in enumerate(shape)]
    last: dict[str, Outcome] = {}
    perhaps_taken: set[str] = set()

    def respond(_: Routing, lines: list[str]) -> list[Outcome]:
        outcomes = [data.draw(any_outcome) for _ in lines]
        for event_id, outcome in zip(ids_of(lines), outcomes, strict=True):
            assert not isinstance(last.get(event_id), Delivered | Rejected | Retry)  # settled is settled
            last[event_id] = outcome
            if isinstance(outcome, AskAgain) and outcome.ambiguous:
                perhaps_taken.add(event_id)
        return outcomes

    destination = FakeDestination(respond)
    outcomes = ask(messages, destination)
    total = sum(size for _, size in shape)
    assert len(destination.requests) <= 2 * total - 1
    for (_, queued), results in zip(messages, outcomes, strict=True):
        assert len(queued) == len(results)
        for asked, outcome in zip(queued, results, strict=True):
            said = last.get(asked.event_id)
            assert not isinstance(outcome, AskAgain)
            if isinstance(outcome, Delivered | Rejected):
                assert outcome == said
            elif isinstance(said, AskAgain | None):
                assert isinstance(outcome, Retry)  # held back, or alone and still open
            else:
                assert isinstance(said, Retry)
            if asked.event_id in perhaps_taken and isinstance(outcome, Retry):
                assert outcome.ambiguous


def test_an_event_that_stays_open_when_it_is_alone_is_retried_as_perhaps_taken() -> None:
    destination = FakeDestination(lambda _, lines: [AskAgain("210, nobody named", 210)] * len(lines))
    (outcomes,) = ask([message("abc")], destination)
    assert len(destination.requests) == 5
    for outcome in outcomes:
        assert isinstance(outcome, Retry)
        assert (outcome.reason, outcome.status, outcome.ambiguous) == ("210, nobody named", 210, True)


def test_the_parts_of_a_split_request_are_told_apart() -> None:
    def respond(_: Routing, lines: list[str]) -> list[Outcome]:
        return [UNNAMED] * 4 if len(lines) == 4 else [Retry("busy", 503)] * len(lines)

    ((a, b, c, d),) = ask([message("abcd")], FakeDestination(respond))
    assert a == b != c == d
    assert {getattr(outcome, "part", None) for outcome in (a, c)} == {1, 2}


# --- leaving alone ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "refusal",
    [
        Retry("key", 401, setup=True),
        Retry("partner", 403, setup=True),
        Retry("no key", setup=True),
        Retry("slow down", 429, after=0.0),
        Retry("come back", 503, ambiguous=True, after=60.0),
    ],
)
def test_after_a_refusal_of_key_or_pace_the_rest_of_that_routing_is_held_and_others_go_on(refusal: Retry) -> None:
    def respond(routing: Routing, lines: list[str]) -> list[Outcome]:
        return [refusal if routing == G else Delivered()] * len(lines)

    destination = FakeDestination(respond, events=1)
    # AtOnce answers within submit, but an answer is looked at only when all workers are busy or nothing is waiting.
    messages = [message([n]) for n in range(WORKERS + 30)] + [message([f"h{n}" for n in range(2)], H)]
    outcomes = ask(messages, destination)
    asked = [ids_of(lines) for routing, lines in destination.requests if routing == G]
    assert len(asked) == WORKERS
    assert outcomes[-1] == [Delivered()] * 2
    for place, (outcome,) in enumerate(outcomes[:-1]):
        assert isinstance(outcome, Retry)
        assert (outcome.reason, outcome.setup, outcome.after) == (refusal.reason, refusal.setup, refusal.after)
        assert outcome.ambiguous == (refusal.ambiguous and place < WORKERS)  # what was not sent was not taken


@pytest.mark.parametrize(
    "refusal",
    [
        Retry("key", 401, setup=True),
        Retry("key", 403, setup=True),
        Retry("slow down", 429),
        Retry("slow down", 429, after=60.0),
    ],
)
def test_where_all_event_groups_have_one_key_they_are_all_held(refusal: Retry) -> None:
    fake = FakeDestination(lambda _, lines: [refusal] * len(lines), events=1, one_key=True)
    messages = [message([n], Routing(f"g{n}")) for n in range(WORKERS + 30)]
    outcomes = send(loads(messages), fake, now=lambda: 0.0, time_left=lambda: 60.0, executor=AtOnce())
    assert len(fake.requests) == WORKERS
    assert outcomes == [[refusal]] * len(messages)


def test_a_plain_failure_holds_nothing_back() -> None:
    destination = FakeDestination(lambda _, lines: [Retry("busy", 500, ambiguous=True)] * len(lines), events=1)
    ask([message([n]) for n in range(WORKERS + 30)], destination)
    assert len(destination.requests) == WORKERS + 30


def test_two_requests_in_a_row_that_found_no_connection_hold_back_the_rest_of_the_event_group() -> None:
    unsent = Retry("Roku did not answer the connection in time")
    destination = FakeDestination(lambda _, lines: [unsent] * len(lines), repeat_window=600.0)
    clock = 1_000_000.0
    circuits = Circuits({}, {}, None, allowance=Allowance(3.0, lambda: clock))
    gates = {"g": Gate(circuits, "g", lambda: clock)}  # no understood answer yet: one request of 50 at a time
    asked = loads([message(range(1_000)), message(["p"], Routing("g", "partner"))])
    outcomes = send(asked, destination, now=lambda: clock, time_left=lambda: 60.0, executor=AtOnce(), gates=gates)
    assert len(destination.requests) == 2
    assert [outcome for load in outcomes for outcome in load] == [unsent] * 1_001  # and not: no time, at once again


def test_a_single_connection_that_failed_holds_nothing_back() -> None:
    unsent = Retry("no connection")
    answers: list[Outcome] = [Delivered(), unsent, Delivered(), unsent]

    def respond(_: Routing, lines: list[str]) -> list[Outcome]:
        return [answers.pop()] * len(lines)

    gates = {"g": Gate(Circuits({}, {}, None, allowance=Allowance(3.0, lambda: 0.0)), "g", lambda: 1_000_000.0)}
    destination = FakeDestination(respond, size=60 * 40)  # requests of 60 events
    asked = loads([message(range(100, 280))])
    (outcomes,) = send(asked, destination, now=lambda: 0.0, time_left=lambda: 60.0, executor=AtOnce(), gates=gates)
    assert [outcomes.count(unsent), outcomes.count(Delivered())] == [50 + 80, 50]  # 80 are one message


# --- time -------------------------------------------------------------------------------------------------------------


def test_a_request_is_begun_only_if_there_is_time_for_the_longest_one_and_the_report() -> None:
    for left, begun in ((18.0 + RESERVE, 1), (18.0 + RESERVE - 0.1, 0), (0.0, 0), (-5.0, 0)):
        destination = FakeDestination(deliver_all, seconds=18.0)
        ((outcome,),) = ask([message("a")], destination, time_left=left)
        assert len(destination.requests) == begun
        if not begun:
            assert isinstance(outcome, Retry)
            assert outcome.at_once
            assert not outcome.ambiguous


def test_splitting_stops_when_time_runs_out_and_says_so_of_the_rest() -> None:
    left = iter([60.0] * 6)
    destination = FakeDestination(whole_refusal([7]))
    (outcomes,) = send(
        loads([message(range(8))]), destination, now=lambda: 0.0, time_left=lambda: next(left, 0.0), executor=AtOnce()
    )
    assert 0 < len(destination.requests) < 15
    settled = {Delivered(): "D", Rejected("bad", 400): "R"}
    word = "".join(settled.get(outcome, "T") for outcome in outcomes)
    assert "T" in word
    assert set(word[:-1]) <= {"D", "T"}
    assert all(outcome.at_once for outcome in outcomes if isinstance(outcome, Retry))


def test_a_request_that_is_under_way_when_time_is_over_may_have_been_taken() -> None:
    left = iter([60.0])
    destination = FakeDestination(deliver_all)
    outcomes = send(
        loads([message("ab")]),
        destination,
        now=lambda: 0.0,
        time_left=lambda: next(left, RESERVE),
        executor=Never(begun=True),
    )
    for outcome in outcomes[0]:
        assert isinstance(outcome, Retry)
        assert outcome.ambiguous
        assert not outcome.at_once


def test_a_request_that_no_thread_has_begun_is_called_back_so_that_it_is_never_sent_late() -> None:
    left = iter([60.0])
    threads = Never(begun=False)
    outcomes = send(
        loads([message("ab")]),
        FakeDestination(deliver_all),
        now=lambda: 0.0,
        time_left=lambda: next(left, RESERVE),
        executor=threads,
    )
    assert [future.cancelled() for future in threads.futures] == [True]
    for outcome in outcomes[0]:
        assert isinstance(outcome, Retry)
        assert outcome.at_once
        assert not outcome.ambiguous


def test_the_reserve_is_the_callers_choice() -> None:
    destination = FakeDestination(deliver_all, seconds=18.0)
    outcomes = send(
        loads([message("a")]), destination, now=lambda: 0.0, time_left=lambda: 20.0, executor=AtOnce(), reserve=2.0
    )
    assert outcomes == [[Delivered()]]


class Clock:
    """Time that passes only while somebody waits for an answer."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.waits: list[float] = []

    def wait(self, futures: Iterable[Future[Any]], timeout: float, return_when: str) -> Any:
        """As `concurrent.futures.wait` where nothing ever comes."""
        assert return_when == FIRST_COMPLETED
        assert len(self.waits) < 100, "it waits forever"
        self.waits.append(timeout)
        self.now += timeout
        return set(), set(futures)


@pytest.mark.parametrize("seconds", [5.0, 18.0, 30.0])
def test_nothing_waits_into_the_reserve_however_long_answers_take(
    monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    clock = Clock()
    end = clock.now + 60.0
    monkeypatch.setattr(waiting, "wait", clock.wait)
    (outcomes,) = send(
        loads([message("ab")]),
        FakeDestination(deliver_all, seconds=seconds),
        now=lambda: clock.now,
        time_left=lambda: end - clock.now,
        executor=Never(begun=True),
    )
    assert clock.now <= end - RESERVE
    assert all(isinstance(outcome, Retry) and outcome.ambiguous for outcome in outcomes)


def test_a_request_is_given_up_when_its_own_time_is_over_and_the_run_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, began, over = Clock(), threading.Event(), threading.Event()
    begun_at = clock.now

    def wait(futures: Iterable[Future[Any]], timeout: float, return_when: str) -> Any:
        began.wait(BOUND)
        return clock.wait(futures, timeout, return_when)

    def hang(*_: object) -> Answer:
        began.set()
        over.wait(BOUND)
        return Answer()

    monkeypatch.setattr(waiting, "wait", wait)
    with ThreadPoolExecutor(1) as threads:
        (outcomes,) = send(
            loads([message("ab")]),
            destination_with(
                limits=Limits(events=1_000, bytes=1_000_000, seconds=18.0, repeat_window=600.0), post=hang
            ),
            now=lambda: clock.now,
            time_left=lambda: begun_at + 500.0 - clock.now,
            executor=threads,
        )
        over.set()
    assert clock.now == begun_at + 18.0
    assert all(isinstance(outcome, Retry) and outcome.ambiguous and not outcome.at_once for outcome in outcomes)


def test_a_request_that_is_under_way_goes_on_while_others_are_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    class Later(AtOnce):
        """Begins every call at once, and answers when it is asked to."""

        def __init__(self) -> None:
            self.calls: list[tuple[Future[Any], Callable[[], Any]]] = []

        def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
            """Keep the call."""
            future: Future[Any] = Future()
            future.set_running_or_notify_cancel()
            args[0].begun = 0.0  # a thread has taken it up
            self.calls.append((future, lambda: fn(*args, **kwargs)))
            return future

    threads = Later()

    def answer_one(running: Iterable[Future[Any]], **_: Any) -> tuple[set[Future[Any]], set[Future[Any]]]:
        future, call = threads.calls.pop(0)
        future.set_result(call())
        return {future}, set(running) - {future}

    monkeypatch.setattr(waiting, "wait", answer_one)
    destination = FakeDestination(deliver_all)
    messages = [message("a"), message("b", H), message("c", Routing("i"))]
    outcomes = send(loads(messages), destination, now=lambda: 17.9, time_left=lambda: 60.0, executor=threads)
    assert outcomes == [[Delivered()]] * 3  # each may take 18 s


@pytest.mark.parametrize(
    ("word", "heard_word"), [({"accepts_empty": True}, True), ({"accepts_empty": False}, False), ({}, False)]
)
def test_what_an_operator_says_of_empty_answers_is_heard_when_they_are_read(
    word: dict[str, Any], heard_word: bool
) -> None:
    heard: list[tuple[Answer, bool]] = []

    def read(answer: Answer, lines: Sequence[str], *, empty_is_delivered: bool) -> list[Outcome]:
        heard.append((answer, empty_is_delivered))
        return [Delivered()] * len(lines)

    send(
        loads([message("a")]),
        destination_with(read=read, post=lambda *_: Answer(status=200)),
        now=lambda: 0.0,
        time_left=lambda: 60.0,
        executor=AtOnce(),
        **word,
    )
    assert heard == [(Answer(status=200), heard_word)]


def test_an_answer_is_waited_for_until_its_own_time_is_over_or_the_runs() -> None:
    run = _Run([], FakeDestination(deliver_all, seconds=18.0), {}, lambda: 1_010.0, accepts_empty=False)
    begun, not_begun, overdue = (Part(G, [0], begun=when) for when in (1_000.0, None, 990.0))
    assert run.patience([begun, not_begun], 60.0) == 8.0
    assert run.patience([not_begun], 60.0) == 18.0
    assert run.patience([begun], 5.0) == 5.0
    assert run.patience([overdue, begun], 60.0) == 0.0


def test_parts_of_a_split_request_that_had_no_turn_go_back_apart() -> None:
    left = iter([60.0] * 4)  # the request is begun, waited for and taken to pieces; then there is no time

    def respond(_: Routing, lines: list[str]) -> list[Outcome]:
        return [UNNAMED] * len(lines)

    ((a, b, c, d),) = send(
        loads([message("abcd")]),
        FakeDestination(respond),
        now=lambda: 0.0,
        time_left=lambda: next(left, 0.0),
        executor=AtOnce(),
    )
    assert a == b != c == d
    assert {getattr(outcome, "part", None) for outcome in (a, c)} == {1, 2}


def test_the_last_half_second_before_the_reserve_is_waited_for_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    left, waited = [RESERVE + 20.0], list[float]()

    def nobody_answers(running: Iterable[Future[Any]], *, timeout: float, **_: Any) -> Any:
        waited.append(timeout)
        left[0] = RESERVE + 0.5 if len(waited) == 1 else RESERVE
        return set(), set(running)

    monkeypatch.setattr(waiting, "wait", nobody_answers)
    (outcomes,) = send(
        loads([message("a")]),
        FakeDestination(deliver_all),
        now=lambda: 0.0,
        time_left=lambda: left[0],
        executor=Never(begun=True),
    )
    assert waited == [18.0, 0.5]  # as long as a request may take, then what is left
    assert isinstance(outcomes[0], Retry)


def test_what_follows_the_last_request_has_time() -> None:
    """Dead letters have 5 s before the seconds begin that are kept for remainders, visibility, notes and the report."""
    assert deliver._AFTER_LETTERS + 5.0 <= RESERVE


def test_what_a_larger_request_may_have_delivered_is_ambiguous_however_often_the_rest_is_divided() -> None:
    answers: dict[int, Outcome] = {
        4: AskAgain("210 names nobody", 210, ambiguous=True),
        2: UNNAMED,
        1: Retry("slow down", 429),
    }
    destination = FakeDestination(lambda _, lines: [answers[len(lines)]] * len(lines))
    (outcomes,) = ask([message(range(4))], destination)
    assert sorted(len(lines) for _, lines in destination.requests) == [1, 1, 1, 1, 2, 2, 4]
    assert all(isinstance(outcome, Retry) and outcome.ambiguous for outcome in outcomes)


NO_WAY, NO_ANSWER = Retry("no connection"), Retry("no answer", ambiguous=True)
TOO_MANY, BUSY = Retry("Rokt answered 429", 429), Retry("Rokt answered 503", 503)


@pytest.mark.parametrize(
    ("answers", "one_key", "requests"),
    [
        ([NO_WAY], False, 20),  # so many are under way at once
        ([Delivered()] * 9 + [NO_WAY] + [Delivered()] * 14, False, 24),  # one, which may be chance
        ([NO_ANSWER], False, 24),  # there is a way
        ([TOO_MANY], True, 20),
        ([TOO_MANY], False, 24),
        ([BUSY], True, 24),
    ],
)
def test_what_twenty_requests_were_told_decides_whether_the_rest_is_sent(
    answers: list[Outcome], one_key: bool, requests: int
) -> None:
    told = itertools.cycle(answers)  # in whatever order they are heard
    destination = FakeDestination(lambda *_: [next(told)], events=1, one_key=one_key)
    ask([message([f"e{number}"]) for number in range(24)], destination)
    assert len(destination.requests) == requests
