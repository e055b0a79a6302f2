"""What goes back to the queue: whole or in new messages, with what its events have used, and how far divided."""

from collections.abc import Sequence

import pytest

from pipeline.contract.destination import Routing
from pipeline.contract.messages import Head, QueuedEvent, decode
from pipeline.contract.outcome import Delivered, Outcome, Rejected, Retry
from pipeline.delivery.ask import HELD
from pipeline.delivery.batch import Message
from pipeline.delivery.putting_back import remainders
from pipeline.delivery.windows import Tried
from tests.unit.batches import NOW, message
from tests.unit.doubles import FakeQueue, identify

G = Routing("g", "partner")
ACCEPTED = int(NOW) - 100
BUSY = Retry("Roku answered 429", 429)


def ended(count: int, outcome: Outcome, *, head: Head | None = None, delivered: int = 1, wait: int = 30) -> Message:
    """A message of which the first events were delivered, and so many others became that."""
    head = head or Head(G, accepted_at=ACCEPTED, waits_from=ACCEPTED)
    one = message(*(f"e{number}" for number in range(count + delivered)), head=head)
    for place, event in enumerate(one.events):
        event.outcome, event.wait = (Delivered(), 0) if place < delivered else (outcome, wait)
    return one


def put_back(
    *messages: Message, is_remembered: bool = True
) -> tuple[list[tuple[Head, list[QueuedEvent]]], list[int], list[str], list[tuple[str, int]]]:
    """The new messages and their delays, what stays on the queue, and what is put off."""
    queue = FakeQueue("queue", [])
    postponed = remainders(messages, queue, now=NOW, jitter=lambda: 1.0, seconds=5.0, is_remembered=is_remembered)
    failures = [one.record.message_id for one in messages if one.stays]
    return [decode(one.body, identify) for one in queue.sent], [one.delay for one in queue.sent], failures, postponed


def ids(queued: Sequence[QueuedEvent]) -> list[str]:
    """Their event ids."""
    return [one.event_id for one in queued]


def test_a_remainder_says_all_that_its_message_said_and_what_its_events_have_used() -> None:
    one = ended(2, BUSY)
    for event in one.events:
        event.tried = Tried(1, int(NOW) - 60)
    ((head, queued),), delays, failures, postponed = put_back(one)
    assert head == Head(
        G, accepted_at=ACCEPTED, waits_from=ACCEPTED, windows=1, window_from=int(NOW) - 60, generation=1
    )
    assert (ids(queued), delays, failures, postponed) == (["e1", "e2"], [30], [], [])


def test_since_when_events_are_refused_travels_with_them_and_divides_them() -> None:
    one = ended(2, Retry("busy", 400, passing=True), delivered=0)
    for event, since in zip(one.events, (7, 9), strict=True):
        event.refused_from = since
    made, *_ = put_back(one)
    assert [(head.refused_from, ids(queued)) for head, queued in made] == [(7, ["e0"]), (9, ["e1"])]


def test_what_may_have_been_used_counts_as_used() -> None:
    one = ended(1, BUSY)
    one.events[1].perhaps = Tried(2, int(NOW) - 9)
    ((head, _),), *_ = put_back(one)
    assert (head.windows, head.window_from) == (2, int(NOW) - 9)


def test_events_that_have_used_different_windows_travel_apart_and_those_alike_together() -> None:
    one = ended(4, BUSY, delivered=0)
    for event, tried in zip(one.events, (Tried(1, 5), Tried(), Tried(1, 5), Tried(1, 6)), strict=True):
        event.tried = tried
    made, *_ = put_back(one)
    assert [(head.windows, head.window_from, ids(queued)) for head, queued in made] == [
        (1, 5, ["e0", "e2"]),
        (0, None, ["e1"]),
        (1, 6, ["e3"]),
    ]


@pytest.mark.parametrize(("generation", "sizes"), [(0, [4]), (4, [4]), (5, [1, 1, 1, 1]), (11, [1, 1, 1, 1])])
def test_from_the_sixth_generation_on_each_event_is_alone(generation: int, sizes: list[int]) -> None:
    head = Head(G, accepted_at=ACCEPTED, waits_from=ACCEPTED, generation=generation)
    made, *_ = put_back(ended(4, BUSY, head=head))
    assert [len(queued) for _, queued in made] == sizes
    assert {head.generation for head, _ in made} == {generation + 1}


@pytest.mark.parametrize(
    ("count", "sizes"), [(1, [1]), (3, [1, 1, 1]), (50, [1] * 50), (51, [50, 1]), (120, [50, 50, 20])]
)
def test_what_waits_for_a_probe_goes_back_in_messages_of_50_and_these_in_single_events(
    count: int, sizes: list[int]
) -> None:
    made, *_ = put_back(ended(count, HELD))
    assert [len(queued) for _, queued in made] == sizes


def test_what_waits_for_its_second_window_is_no_probe_and_stays_together() -> None:
    one = ended(3, HELD)
    for event in one.events:
        event.tried = Tried(1, 5)
    assert [len(queued) for _, queued in put_back(one)[0]] == [3]


def test_one_that_is_not_held_keeps_the_others_of_its_share_together() -> None:
    one = ended(3, HELD)
    one.events[2].outcome = BUSY
    assert [len(queued) for _, queued in put_back(one)[0]] == [3]


@pytest.mark.parametrize(("wait", "delay"), [(0, 0), (899, 899), (900, 900), (901, 900), (39_600, 900)])
def test_a_remainder_is_delayed_by_the_shortest_wait_of_its_events_and_by_what_sqs_can(wait: int, delay: int) -> None:
    one = ended(2, BUSY, wait=wait)
    assert put_back(one)[1] == [delay]
    one.events[1].wait = wait + 5
    assert put_back(one)[1] == [delay]


@pytest.mark.parametrize(
    ("windows", "used", "stays"), [(0, Tried(), True), (0, Tried(1, 5), False), (1, Tried(1, 5), True)]
)
def test_a_message_of_which_nothing_changed_stays_on_the_queue(windows: int, used: Tried, stays: bool) -> None:
    head = Head(G, accepted_at=ACCEPTED, waits_from=ACCEPTED, windows=windows, window_from=5 if windows else None)
    one = ended(2, BUSY, head=head, delivered=0)
    one.events[0].wait = 20
    for event in one.events:
        event.tried = used
    made, _, failures, postponed = put_back(one)
    assert (made == [], failures, postponed) == ((True, ["m0"], [("r0", 20)]) if stays else (False, [], []))


def test_parts_of_a_split_request_travel_apart() -> None:
    one = ended(2, BUSY, delivered=0)
    for place, event in enumerate(one.events):
        event.outcome = Retry("Roku answered 429", 429, part=place)
    assert [ids(queued) for _, queued in put_back(one)[0]] == [["e0"], ["e1"]]


def test_a_remainder_that_was_not_taken_leaves_its_message_and_no_other_on_the_queue() -> None:
    lost, kept, done = ended(2, BUSY), ended(1, BUSY), ended(0, BUSY)
    for number, one in enumerate((lost, kept, done)):
        one.record = type(one.record)(f"m{number}", f"r{number}", "", 1, NOW, NOW)
    queue = FakeQueue("queue", [], takes=lambda one: "e2" not in one.body)
    every = [lost, kept, done]
    assert remainders(every, queue, now=NOW, jitter=lambda: 1.0, seconds=5.0, is_remembered=True) == []
    assert [one.stays for one in every] == [True, False, False]
    assert len(queue.sent) == 1


def test_an_unreadable_message_waits_as_after_a_failure_unless_it_was_buried() -> None:
    one = message(head=Head(G), receives=2)
    one.unreadable = "the message is not in this relay's form"
    assert put_back(one) == ([], [], ["m0"], [("r0", 60)])
    one.buried, one.stays = True, False
    assert put_back(one) == ([], [], [], [])


def test_what_was_buried_does_not_come_back() -> None:
    one = ended(1, Rejected("no", 400))
    assert put_back(one) == ([], [], [], [])
    waited = ended(1, BUSY)
    waited.events[1].buried = True
    assert put_back(waited) == ([], [], [], [])


def test_a_message_says_since_when_its_events_are_refused_and_only_once() -> None:
    head = Head(G, accepted_at=ACCEPTED, waits_from=ACCEPTED)
    one = ended(2, BUSY, head=head, delivered=0)
    one.events[0].refused_from = int(NOW)
    made, *_ = put_back(one)
    assert [(head.refused_from, ids(queued)) for head, queued in made] == [(int(NOW), ["e0"]), (None, ["e1"])]
    again = message("e0", head=made[0][0])
    again.events[0].outcome, again.events[0].wait = BUSY, 30
    again.events[0].refused_from = int(NOW)
    assert put_back(again)[0] == []


@pytest.mark.parametrize(
    ("first", "wait", "head", "is_remembered", "is_new"),
    [
        (NOW - 310, 30, Head(G), False, True),  # 400 s after it came first it would count as one whose run died
        (NOW - 309, 30, Head(G), False, False),
        (NOW, 400, Head(G, generation=4), False, True),
        (NOW, 400, Head(G, generation=5), False, False),  # not without end
        (NOW, 400, Head(G, windows=2), False, True),
        (NOW, 400, Head(G, windows=1, window_from=int(NOW)), False, False),  # its first line says it all
        (NOW - 9_000, 900, Head(G), True, False),
    ],
)
def test_where_nothing_is_remembered_what_is_put_off_goes_back_in_a_new_message_which_no_run_has_had(
    first: float, wait: int, head: Head, is_remembered: bool, is_new: bool
) -> None:
    one = message("a", "b", head=head, receives=2, first_received=first)
    for event in one.events:
        event.outcome, event.wait = BUSY, wait
    made, delays, failures, _ = put_back(one, is_remembered=is_remembered)
    assert [ids(queued) for _, queued in made] == ([["a", "b"]] if is_new else [])
    assert failures == ([] if is_new else ["m0"])
    if is_new:
        assert (delays, made[0][0].windows, made[0][0].generation) == ([wait], head.windows, head.generation + 1)
