"""Dead letters: what dies, with which reason, and what a letter says so that a redrive can begin again."""

from datetime import UTC, datetime

import pytest

from pipeline.aws.sqs import Outgoing
from pipeline.contract.destination import Routing
from pipeline.contract.messages import Head, decode
from pipeline.contract.outcome import COUNTED_TWICE, Delivered, Outcome, Rejected, Repeated, Retry
from pipeline.delivery.batch import Message
from pipeline.delivery.burying import NO_LETTER, bury, counted_twice
from tests.unit.batches import NOW, message
from tests.unit.doubles import FakeQueue, identify

G = Routing("g", "partner")
DAY = 86_400
AT = datetime.fromtimestamp(NOW, UTC).isoformat(timespec="seconds")


def made(outcome: Outcome, *, age: float = 10.0, receives: int = 1, windows: int = 0) -> Message:
    """A message of one event that waits for so long, received so often, of which that became."""
    accepted = int(NOW - age)
    head = Head(
        G, "browser", "post-1", accepted, accepted, windows=windows, window_from=5 if windows else None, generation=3
    )
    one = message("a", head=head, receives=receives)
    one.events[0].outcome = outcome
    return one


def letters(*messages: Message, takes: bool = True) -> list[Outgoing]:
    """What was put on the dead-letter queue."""
    queue = FakeQueue("letters", [], takes=lambda _: takes)
    bury(messages, queue, now=NOW, seconds=5.0)
    return queue.sent


def test_a_letter_holds_the_event_as_it_was_with_the_reason_the_status_and_the_time() -> None:
    one = made(Rejected("value: too high", 210), windows=1)
    (letter,) = letters(one)
    head, queued = decode(letter.body, identify)
    # Its windows and its patience begin again with a redrive; when it was accepted stays what it was.
    assert head == Head(G, "browser", "post-1", accepted_at=int(NOW) - 10)
    assert queued == [one.events[0].queued]
    assert letter.attributes == {
        "reason": "value: too high",
        "status": "210",
        "rejected_at": AT,
        "event_group_id": "g",
    }
    assert letter.delay == 0
    assert (one.events[0].buried, one.events[0].letter) == (True, "value: too high")


def test_without_a_status_the_letter_says_none() -> None:
    (letter,) = letters(made(Rejected("no", None)))
    assert letter.attributes["status"] == "none"


@pytest.mark.parametrize("outcome", [Delivered(), Repeated(), Retry("Roku answered 429", 429)])
def test_what_is_delivered_or_waits_has_no_letter(outcome: Outcome) -> None:
    assert letters(made(outcome)) == []


@pytest.mark.parametrize(
    ("age", "receives", "dies"),
    [(5 * DAY - 1, 1, False), (5 * DAY, 1, True), (10, 989, False), (10, 990, True)],
)
def test_waiting_ends_after_5_days_or_990_receives(age: float, receives: int, dies: bool) -> None:
    sent = letters(made(Retry("Roku answered 429", 429), age=age, receives=receives))
    assert [letter.attributes["reason"] for letter in sent] == (["waited too long: Roku answered 429"] if dies else [])


@pytest.mark.parametrize(
    ("since", "passing", "dies"),
    [(DAY - 1, True, False), (DAY, True, True), (4 * DAY, False, False), (None, True, False)],
)
def test_a_refusal_that_passes_is_waited_for_for_a_day_from_the_first_one(
    since: int | None, passing: bool, dies: bool
) -> None:
    one = made(Retry("busy", 400, passing=passing), age=4 * DAY)
    one.events[0].refused_from = None if since is None else int(NOW) - since
    assert bool(letters(one)) is dies


def test_what_had_no_time_is_never_given_up() -> None:
    assert letters(made(Retry("no time left", at_once=True), age=9 * DAY, receives=999)) == []


def test_what_waited_too_long_and_may_have_been_counted_says_so() -> None:
    (letter,) = letters(made(Retry("Roku answered 500", 500), age=5 * DAY, windows=1))
    assert letter.attributes["reason"] == "waited too long, and may have been counted: Roku answered 500"


def test_a_reason_that_was_given_before_is_kept() -> None:
    one = made(Retry("Roku answered 500", 500), age=5 * DAY)
    one.events[0].letter = counted_twice("Roku answered 500")
    (letter,) = letters(one)
    assert letter.attributes["reason"].startswith(COUNTED_TWICE)
    rejected = made(Rejected("no", 400))
    rejected.events[0].letter = "said before"
    assert letters(rejected)[0].attributes["reason"] == "said before"


def test_an_event_whose_letter_was_not_taken_is_tried_again_after_a_minute() -> None:
    one = made(Rejected("no", 400))
    letters(one, takes=False)
    event = one.events[0]
    assert (event.outcome, event.letter, event.buried, event.wait) == (NO_LETTER, "", False, 60)


def test_each_letter_settles_its_own_event() -> None:
    unreadable = message(head=Head(Routing("")))
    unreadable.unreadable = "the message is not in this relay's form"
    taken, refused = made(Rejected("first", 400)), made(Rejected("second", 400))
    queue = FakeQueue("letters", [], takes=lambda one: one.attributes["reason"] != "second")
    bury([taken, refused, unreadable], queue, now=NOW, seconds=5.0)
    assert [taken.events[0].buried, refused.events[0].buried, unreadable.buried] == [True, False, True]


def test_an_unreadable_message_is_kept_as_it_was_and_has_no_event_group() -> None:
    one = message(head=Head(Routing("")))
    one.record = type(one.record)("m", "r", "junk", 1, NOW, NOW)
    one.unreadable = "the message is not in this relay's form"
    (letter,) = letters(one)
    assert letter.body == "junk"
    assert letter.attributes == {"reason": one.unreadable, "status": "none", "rejected_at": AT}


def test_the_events_group_is_in_the_alphabet_of_an_attribute() -> None:
    one = message("a", head=Head(Routing("g\a" + "x" * 400)))
    one.events[0].outcome = Rejected("bell \a rings", 400)
    (letter,) = letters(one)
    assert "\a" not in letter.attributes["event_group_id"] + letter.attributes["reason"]
    assert len(letter.attributes["event_group_id"]) <= 300
