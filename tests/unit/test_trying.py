"""What may be done with an event as the circuit is, and what it has used after that."""

from dataclasses import replace
from typing import Any

import pytest

from pipeline.contract.destination import Routing
from pipeline.contract.messages import Head
from pipeline.contract.outcome import COUNTED_TWICE, Delivered, Rejected, Retry
from pipeline.delivery.batch import Message
from pipeline.delivery.circuit import Circuit
from pipeline.delivery.table import PutOff
from pipeline.delivery.trying import Act, Step, conclude, is_needed, is_suspect, recall, step
from pipeline.delivery.windows import Tried
from tests.unit.batches import NOW, message

WINDOW = 600.0
G = Routing("g")
CLOSED = Circuit(understood_at=NOW)
OPEN = Circuit(opened_at=NOW - 1_000, next_probe_at=NOW + 200, why="Roku answered 500")
JUST, OVER = int(NOW) - 60, int(NOW) - 480
LOST = Retry("Roku answered 500", 500, ambiguous=True)


def planned(one: Message, state: Circuit = CLOSED, mark: PutOff | None = None, *, window: float = WINDOW) -> Step:
    """What is done with its event."""
    recall(one, mark, NOW)
    return step(one.events[0], state, now=NOW, repeat_window=window)


@pytest.mark.parametrize(
    ("head", "receives", "first", "state", "act", "lost"),
    [
        # never received before
        (Head(G), 1, NOW, CLOSED, Act.SEND, Tried(1, int(NOW))),
        (Head(G), 1, NOW, OPEN, Act.SEND, Tried(1, int(NOW))),  # the gate lets it through as a probe, or holds it
        # received again within 400 s: no run can have died with it
        (Head(G), 7, NOW - 399, CLOSED, Act.SEND, Tried(1, int(NOW))),
        # received again without a mark: a run may have died with it, which counts as a window
        (Head(G), 2, NOW - 400, CLOSED, Act.SEND, Tried(1, int(NOW) - 400)),
        (Head(G), 2, NOW - 421, CLOSED, Act.SEND, Tried(1, int(NOW) - 421)),
        (Head(G), 2, NOW - 421, OPEN, Act.HOLD, None),
        (Head(G), 2, NOW - 480, CLOSED, Act.CLAIM, None),
        (Head(G), 9, NOW - 900, OPEN, Act.HOLD, None),
        # in a window tries cost nothing, whatever the circuit says
        (Head(G, windows=1, window_from=JUST), 1, NOW, CLOSED, Act.PIECE, Tried(1, JUST)),
        (Head(G, windows=1, window_from=JUST), 9, NOW - 5_000, OPEN, Act.PIECE, Tried(1, JUST)),
        (Head(G, windows=2, window_from=JUST), 1, NOW, OPEN, Act.PIECE, Tried(2, JUST)),
        # after it the second begins when the circuit is closed, and is written down first
        (Head(G, windows=1, window_from=OVER), 9, NOW - 5_000, OPEN, Act.HOLD, None),
        (Head(G, windows=1, window_from=OVER), 9, NOW - 5_000, CLOSED, Act.CLAIM, None),
        (Head(G, windows=1, window_from=OVER, generation=12), 9, NOW - 5_000, CLOSED, Act.CLAIM, None),
        (Head(G, windows=2), 1, NOW, CLOSED, Act.PIECE, Tried(2, int(NOW))),
        (Head(G, windows=2), 1, NOW, OPEN, Act.HOLD, None),
        # a run may have died with the beginning of the second
        (Head(G, windows=2), 2, NOW - 421, CLOSED, Act.SEND, Tried(2, int(NOW) - 421)),
        (Head(G, windows=2), 2, NOW - 480, CLOSED, Act.BURY, None),
        (Head(G, windows=2, window_from=OVER), 1, NOW, CLOSED, Act.BURY, None),
    ],
)
def test_what_is_done(head: Head, receives: int, first: float, state: Circuit, act: Act, lost: Tried | None) -> None:
    done = planned(message("a", head=head, receives=receives, first_received=first), state)
    assert (done.act, done.lost) == (act, lost)


@pytest.mark.parametrize(
    ("head", "receives", "mark", "used"),
    [
        # the last run put it off: nobody died, however long ago that was
        (Head(G), 2, PutOff("m0", 1, int(NOW) - 9_000), None),
        (Head(G), 40, PutOff("m0", 39, int(NOW) - 900), None),
        (Head(G, windows=2), 3, PutOff("m0", 2, int(NOW) - 9_000, Tried(2)), None),
        # what a run that died before that has used is in the mark
        (Head(G), 4, PutOff("m0", 3, int(NOW) - 900, Tried(1, OVER)), Tried(1, OVER)),
        # one more run has had it since: it began after the one that left the mark
        (Head(G), 3, PutOff("m0", 1, int(NOW) - 500), Tried(1, int(NOW) - 500)),
        (Head(G, windows=2), 3, PutOff("m0", 1, int(NOW) - 500, Tried(2)), Tried(2, int(NOW) - 500)),
        (Head(G), 4, PutOff("m0", 2, int(NOW) - 500, Tried(1, OVER - 900)), Tried(1, OVER - 900)),
        # so lately that it cannot have died
        (Head(G), 3, PutOff("m0", 1, int(NOW) - 399), None),
        # the mark of a run that ended after another began is not newer than that one's
        (Head(G), 3, PutOff("m0", 3, int(NOW) - 500), None),
        # what its first line says is enough
        (Head(G, windows=1, window_from=JUST), 3, None, None),
    ],
)
def test_only_a_run_that_left_no_mark_costs_a_window(
    head: Head, receives: int, mark: PutOff | None, used: Tried | None
) -> None:
    one = message("a", "b", head=head, receives=receives, first_received=NOW - 10_000)
    recall(one, mark, NOW)
    assert [event.perhaps for event in one.events] == [used, used]


def test_a_message_that_comes_back_without_a_mark_is_suspected_after_400_s_unless_its_first_line_says_it_all() -> None:
    one = message("a", first_received=NOW)
    assert [is_suspect(one, NOW + after) for after in (399, 400)] == [False, True]
    assert not is_suspect(message("a", head=Head(G, windows=1, window_from=JUST), first_received=NOW), NOW + 9_000)


@pytest.mark.parametrize(("stage", "starves"), [(0, True), (1, True), (0, False)])
def test_where_a_circuit_lacks_probes_what_waits_begins_its_second_window_as_one(stage: int, starves: bool) -> None:
    age = 86_400 if starves and not stage else 500
    state = replace(OPEN, opened_at=NOW - age, next_probe_at=NOW - (3_600 if starves else 0), stage=stage)
    waiting = planned(message("a", head=Head(G, windows=1, window_from=OVER), receives=3), state)
    claimed = planned(message("a", head=Head(G, windows=2), receives=1), state)
    assert (waiting.act, claimed.act) == ((Act.CLAIM, Act.SEND) if starves else (Act.HOLD, Act.HOLD))
    assert claimed.is_probe is starves
    assert claimed.lost == (Tried(2, int(NOW)) if starves else None)


@pytest.mark.parametrize(("elapsed", "piece"), [(60, 10), (200, 3), (365, 1)])
def test_further_tries_are_in_ever_smaller_requests(elapsed: int, piece: int) -> None:
    one = message("a", head=Head(G, windows=1, window_from=int(NOW) - elapsed))
    done = planned(one)
    assert (done.act, done.piece) == (Act.PIECE, piece)


def test_a_second_window_begins_in_requests_of_ten() -> None:
    done = planned(message("a", head=Head(G, windows=2)))
    assert (done.act, done.piece, done.lost) == (Act.PIECE, 10, Tried(2, int(NOW)))


def test_only_an_event_that_was_never_tried_is_a_probe() -> None:
    for head, receives, may_be in (
        (Head(G), 1, True),
        (Head(G), 2, False),
        (Head(G, windows=1, window_from=JUST), 1, False),
        (Head(G, windows=2), 1, False),
    ):
        one = message("a", head=head, receives=receives, first_received=NOW - 421)
        assert planned(one).is_probe is may_be


def after(
    head: Head, outcome: object, *, state: Circuit = CLOSED, jitter: float = 0.0, receives: int = 1
) -> tuple[Any, Any, Any]:
    """The event after a run in which that became of it."""
    one = message("a", head=head, receives=receives)
    event = one.events[0]
    done = planned(one, state)
    event.outcome = outcome  # type: ignore[assignment]
    conclude(one, event, done, state, now=NOW, jitter=lambda: jitter)
    return event.tried, event.wait, event.letter


@pytest.mark.parametrize("outcome", [Delivered(), Rejected("no", 210)])
def test_what_is_settled_has_used_nothing_more(outcome: object) -> None:
    assert after(Head(G), outcome) == (Tried(), 0, "")


def test_a_lost_answer_begins_a_window_with_its_next_try_in_a_minute() -> None:
    assert after(Head(G), LOST) == (Tried(1, int(NOW)), 60, "")
    # however long the destination asks to wait: later the repeat would be counted
    assert after(Head(G), replace(LOST, after=3_000.0)) == (Tried(1, int(NOW)), 60, "")


def test_after_the_last_try_of_the_first_window_it_waits_for_the_circuit() -> None:
    last = Head(G, windows=1, window_from=int(NOW) - 365)
    assert after(last, LOST, state=OPEN) == (Tried(1, int(NOW) - 365), 200, "")
    assert after(last, LOST, state=OPEN, jitter=1.0) == (Tried(1, int(NOW) - 365), 320, "")
    assert after(last, LOST, state=replace(OPEN, next_probe_at=NOW + 3_000)) == (Tried(1, int(NOW) - 365), 900, "")


def test_after_the_last_try_of_the_second_window_it_is_a_dead_letter_that_says_what_to_look_at() -> None:
    tried, _, letter = after(Head(G, windows=2, window_from=int(NOW) - 365), LOST)
    assert tried == Tried(2, int(NOW) - 365)
    assert letter.startswith(COUNTED_TWICE)
    assert "Roku answered 500" in letter


def test_an_event_whose_windows_are_over_is_buried_with_what_opened_the_circuit() -> None:
    one = message("a", head=Head(G, windows=2, window_from=OVER))
    conclude(one, one.events[0], planned(one, OPEN), OPEN, now=NOW, jitter=lambda: 0.0)
    assert one.events[0].letter.startswith(COUNTED_TWICE)
    assert OPEN.why in one.events[0].letter
    assert isinstance(one.events[0].outcome, Retry)
    conclude(one, one.events[0], planned(one), CLOSED, now=NOW, jitter=lambda: 0.0)
    assert "(no answer)" in one.events[0].letter


def test_events_have_windows_where_repeats_are_dropped_for_less_than_five_days() -> None:
    assert [is_needed(seconds) for seconds in (600.0, 432_000.0 - 1, 432_000.0, 30 * 86_400.0)] == [
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize("state", [CLOSED, OPEN])
@pytest.mark.parametrize("outcome", [Retry("Roku answered 429", 429), Retry("not sent", held=True)])
def test_a_second_window_that_was_claimed_and_not_begun_stays_claimed(outcome: Retry, state: Circuit) -> None:
    tried, wait, letter = after(Head(G, windows=2), outcome, state=state)
    assert (tried, letter) == (Tried(2), "")
    assert wait >= 18  # the first wait's least share


def test_claiming_begins_at_once_and_sends_nothing_yet() -> None:
    one = message("a", head=Head(G, windows=1, window_from=OVER), receives=3)
    conclude(one, one.events[0], planned(one), CLOSED, now=NOW, jitter=lambda: 1.0)
    assert (one.events[0].tried, one.events[0].wait) == (Tried(2), 0)
    assert isinstance(one.events[0].outcome, Retry)


@pytest.mark.parametrize(
    ("next_probe", "jitter", "seconds"),
    [
        (200, 0.0, 200),
        (200, 1.0, 320),
        (1, 0.0, 1),
        (1, 1.0, 121),
        (0, 0.0, 600),  # overdue: whatever waits is not the probe
        (-5, 0.0, 600),
        (-5, 0.5, 750),
        (-5, 1.0, 900),
        (850, 1.0, 900),
    ],
)
def test_what_is_held_comes_back_within_two_minutes_of_the_next_probe_and_within_15(
    next_probe: float, jitter: float, seconds: int
) -> None:
    state = replace(OPEN, next_probe_at=NOW + next_probe)
    assert after(Head(G), Retry("held", held=True), state=state, jitter=jitter) == (Tried(), seconds, "")


def test_a_plain_failure_waits_longer_each_time() -> None:
    busy = Retry("Roku answered 408", 408)
    assert [after(Head(G), busy, receives=n, jitter=1.0) for n in (1, 2, 3)] == [
        (Tried(), 30, ""),
        (Tried(), 60, ""),
        (Tried(), 120, ""),
    ]
    assert after(Head(G, generation=2), busy, receives=1, jitter=1.0) == (Tried(), 120, "")  # divided twice before


@pytest.mark.parametrize(("elapsed", "seconds"), [(60, 120), (180, 180), (100, 80)])
@pytest.mark.parametrize("outcome", [Retry("Roku answered 429", 429, after=1_200.0), Retry("not sent", held=True)])
def test_an_event_in_its_window_is_tried_in_it_however_long_others_ask_to_wait(
    outcome: Retry, elapsed: int, seconds: int
) -> None:
    began = int(NOW) - elapsed
    assert after(Head(G, windows=1, window_from=began), outcome, state=OPEN) == (Tried(1, began), seconds, "")


def test_an_event_that_a_run_may_have_died_with_is_tried_in_that_window_too() -> None:
    one = message("a", head=Head(G), receives=2, first_received=NOW - 400)
    wide = 6_000.0  # a window of 4,800 s, in which the last try is 3,600 s after its beginning
    done = planned(one, window=wide)
    one.events[0].outcome = Retry("Roku answered 429", 429, after=3_600.0)
    conclude(one, one.events[0], done, CLOSED, now=NOW, jitter=lambda: 0.0)
    assert (one.events[0].tried, one.events[0].wait) == (Tried(), 200)


def test_a_lost_answer_takes_the_place_of_what_a_run_that_died_may_have_used() -> None:
    one = message("a", head=Head(G, windows=2), receives=2, first_received=NOW - 421)
    done = planned(one)
    one.events[0].outcome = LOST
    conclude(one, one.events[0], replace(done, lost=Tried(2, int(NOW))), CLOSED, now=NOW, jitter=lambda: 0.0)
    assert (one.events[0].used, one.events[0].wait) == (Tried(2, int(NOW)), 60)


def test_refusals_that_pass_are_counted_from_the_first_one() -> None:
    passes = Retry("internal error, try again", 210, passing=True)
    for since, expected in ((None, int(NOW)), (int(NOW) - 500, int(NOW) - 500)):
        one = message("a")
        event = one.events[0]
        event.outcome, event.refused_from = passes, since
        conclude(one, event, planned(one), CLOSED, now=NOW, jitter=lambda: 0.0)
        assert event.refused_from == expected
