"""The equation of `relay report`: what the counts and the queue's depth allow to say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.equation import METRICS, Counts, counted, verdict


def _counts(moved: int = 0, **metrics: int) -> Counts:
    return counted(dict.fromkeys(METRICS, 0) | metrics, moved)


@pytest.mark.parametrize(
    ("metrics", "messages", "adds_up", "waiting"),
    [
        ({}, 0, True, 0),
        ({"Accepted": 10, "Delivered": 7, "Repeated": 1, "DeadLettered": 2}, 0, True, 0),
        ({"Accepted": 10, "Delivered": 7}, 1, True, 3),  # one message of three events
        ({"Accepted": 10, "Delivered": 7}, 3, True, 3),
        ({"Accepted": 10, "Delivered": 7}, 4, False, None),  # four messages hold four events at least
        ({"Accepted": 1_001}, 1, False, None),  # one message holds 1,000 at most
        ({"Accepted": 1_000}, 1, True, 1_000),
        ({"Accepted": 10, "Delivered": 9}, 0, False, None),
        ({"Accepted": 10, "Delivered": 11}, 0, False, None),
        # A dead letter that was moved back goes in twice and comes out twice.
        ({"Accepted": 1, "DeadLettered": 1, "Redriven": 1, "Delivered": 1}, 0, True, 0),
        # A message of somebody else's went in without being accepted, and is a dead letter.
        ({"Unreadable": 1, "DeadLettered": 1}, 0, True, 0),
        # What was tried again has not come out.
        ({"Accepted": 2, "Retried": 40}, 1, True, 2),
    ],
)
def test_with_an_empty_queue_at_the_start(
    metrics: dict[str, int], messages: int, adds_up: bool, waiting: int | None
) -> None:
    found = verdict(_counts(**metrics), messages=messages, messages_at_start=0)
    assert (found.adds_up, found.waiting) == (adds_up, waiting)


def test_what_sqs_moved_itself_counts_as_redriven() -> None:
    counts = _counts(moved=5, Redriven=2, DeadLettered=7, Accepted=7, Delivered=7)
    assert counts.redriven == 7
    assert counts.left() == 0


@pytest.mark.parametrize(("unreadable", "adds_up"), [(2, None), (1, False)])
def test_redriven_messages_that_nobody_can_read_allow_no_verdict(unreadable: int, adds_up: bool | None) -> None:
    # Two letters went back. Each that is unreadable again is counted twice on its way in, and once on its way out.
    counts = _counts(Redriven=2, Unreadable=unreadable, DeadLettered=unreadable)
    assert counts.left() == 2
    found = verdict(counts, messages=0, messages_at_start=0)
    assert found.adds_up is adds_up
    assert ("relay dlq drop" in found.why) is (adds_up is None)


def test_received_is_all_that_was_posted() -> None:
    assert _counts(Accepted=4, Invalid=3, Ignored=2, Withheld=5, NotQueued=1).received() == 15


@pytest.mark.parametrize(
    ("left", "at_start", "adds_up"),
    [
        (-2_000, 2, None),  # 2 messages of 1,000 each have come out since
        (-2_001, 2, False),  # they cannot have held more
        (-2, 2, None),
        (1, 2, False),  # nothing waits now
        (-5, None, None),  # any number may have waited
        (1, None, False),  # but nothing waits now
    ],
)
def test_what_waited_at_the_start_is_known_in_messages_only(
    left: int, at_start: int | None, adds_up: bool | None
) -> None:
    counts = _counts(Accepted=max(left, 0), Delivered=max(-left, 0))
    assert verdict(counts, messages=0, messages_at_start=at_start).adds_up is adds_up


def test_counts_that_may_be_under_way_are_no_verdict() -> None:
    counts = _counts(Accepted=10, Delivered=7)
    assert verdict(counts, messages=0, messages_at_start=0, recent=3).adds_up is None
    assert verdict(counts, messages=0, messages_at_start=0, recent=2).adds_up is False


@given(st.lists(st.integers(1, 1_000), max_size=30), st.lists(st.integers(1, 1_000), max_size=30), st.data())
def test_a_sound_relay_is_never_called_wrong(before: list[int], accepted: list[int], data: st.DataObject) -> None:
    """Whatever waited and came, if each event came out once or still waits in its message, the sums are not wrong."""
    queue = before + accepted
    still = data.draw(st.integers(0, len(queue)))
    out = sum(queue) - sum(queue[len(queue) - still :])
    delivered = data.draw(st.integers(0, out))
    counts = _counts(Accepted=sum(accepted), Delivered=delivered, DeadLettered=out - delivered)
    for known in (len(before), None):
        found = verdict(counts, messages=still, messages_at_start=known)
        assert found.adds_up is not False
        assert found.waiting in (None, sum(queue[len(queue) - still :]))
