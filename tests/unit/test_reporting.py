"""What a run says of itself: notes for the ledger, counts and samples, from the outcomes of its events."""

from typing import Any

import pytest

from pipeline.contract.destination import Routing
from pipeline.contract.messages import Head
from pipeline.contract.outcome import COUNTED_TWICE, Delivered, Outcome, Rejected, Repeated, Retry
from pipeline.delivery.batch import Message, Report
from pipeline.delivery.reporting import marks, notes, tell
from pipeline.delivery.settling import Settled
from pipeline.delivery.table import Entry, Key, PutOff
from pipeline.delivery.windows import Tried
from tests.unit.batches import NOW, message

G = Routing("g")
KEY = Key("g", "LEAD", "a")
LOST = Retry("Roku answered 500", 500, ambiguous=True)


def ended(outcome: Outcome, *, sender: str = "server", **fields: Any) -> Message:
    """A message with one event, of which that became."""
    one = message("a", head=Head(G, sender, "post-1"), fingerprint="em:x")
    one.events[0].outcome = outcome
    for name, value in fields.items():
        setattr(one.events[0], name, value)
    return one


def told(one: Message, *, complete: bool = True, circuits: int = 0, rate: float = 0.0) -> Report:
    """What is said of it."""
    return tell([one], Settled(NOW + 5, complete, circuits), rate)


@pytest.mark.parametrize("sender", ["server", "browser"])
def test_a_delivery_is_noted_with_its_senders_class_and_its_person(sender: str) -> None:
    expected = Entry(KEY, "delivered", sender=sender, fingerprint="em:x", post_id="post-1")
    assert notes([ended(Delivered(), sender=sender)]) == [expected]


def test_a_dead_letter_is_noted_with_its_reason_and_status() -> None:
    buried = ended(Rejected("value: too high", 210), letter="value: too high", buried=True)
    whose = Entry(KEY, "rejected", fingerprint="em:x", post_id="post-1")  # the table leaves that out
    assert notes([buried]) == [whose._replace(reason="value: too high", status=210)]
    unread = ended(LOST, letter="no answer", buried=True, tried=Tried(2, 5))
    assert notes([unread]) == [whose._replace(reason="no answer", status=500)]


def test_of_an_event_with_a_new_id_both_ids_name_the_post() -> None:
    sent = KEY._replace(event_id="b")
    assert notes([ended(Delivered(), sent_as="b", key=sent)]) == [
        Entry(sent, "delivered", fingerprint="em:x", post_id="post-1"),
        Entry(KEY, "collided", "another conversion has this id: sent as b", post_id="post-1"),
    ]


@pytest.mark.parametrize(
    ("line", "order_id"),
    [
        ('{"event_id":"a","custom_data":{"order_id":"1234"}}', "1234"),  # Roku
        ('{"custom_attributes":{"confirmationref":"1\\"2"}}', '1"2'),  # Rokt's Conversions API
        # Rokt's Event API: an order's number has both names, and without one the second is a UUID of ours.
        ('{"objectData":[{"name":"confirmationref","value":"12"},{"name":"transactionid","value":"12"}]}', "12"),
        ('{"objectData":[{"name":"confirmationref","value":"5e2d9c1a-9e9c-4d5b-9c1a-9e9c4d5b9c1a"}]}', ""),
        ('{"objectData":[{"name":"productname","value":"\\"name\\":\\"transactionid\\",\\"value\\":\\"x\\""}]}', ""),
        ('{"custom_data":{"order_id":"1234"},"more":{"order_id":"5"}}', "1234"),
        ('{"event_id":"a","custom_data":{"order_id":"a"}}', ""),  # the event's own id
        ('{"event_id":"a","custom_data":{"order_id":12}}', ""),  # lines that somebody wrote by hand
        ('{"event_id":"a","custom_data":{"order_id":"\\x"}}', ""),
        ('{"event_id":"a","custom_data":{"order_id":', ""),
        (f'{{"event_id":"a","custom_data":{{"order_id":"{"1" * 1_001}"}}}}', "1" * 1_000),
    ],
)
def test_an_order_whose_id_is_not_the_events_is_noted(line: str, order_id: str) -> None:
    one = ended(Delivered())
    one.events[0].queued = one.events[0].queued._replace(line=line)
    assert [entry.order_id for entry in notes([one])] == [order_id]


def test_an_event_that_goes_back_after_a_lost_answer_is_noted_with_its_windows() -> None:
    noted = Entry(KEY, "unread", fingerprint="em:x", tried=Tried(1, 5), post_id="post-1")
    for outcome, tried in ((LOST, Tried(1, 5)), (Retry("Roku answered 429", 429), Tried(2))):
        assert notes([ended(outcome, tried=tried)]) == [noted._replace(tried=tried)]
    page = noted._replace(sender="browser")
    assert notes([ended(LOST, sender="browser", tried=Tried(1, 5))]) == [page]
    died = ended(Retry("not sent", held=True), perhaps=Tried(1, 5))  # a run may have died with it
    assert notes([died]) == [noted]


@pytest.mark.parametrize(
    ("stays", "outcome", "fields", "head", "used"),
    [
        (True, Retry("Roku answered 429", 429), {}, Head(G), Tried()),
        (True, Retry("not sent", held=True), {}, Head(G, windows=2), Tried(2)),
        # a run before this one may have died with it: that is not forgotten
        (True, Retry("not sent", held=True), {"perhaps": Tried(1, 5)}, Head(G), Tried(1, 5)),
        # the message with what it has used now was not taken
        (True, LOST, {"tried": Tried(1, 9)}, Head(G), Tried(1, 9)),
        (False, LOST, {"tried": Tried(1, 9)}, Head(G), None),  # it was
        (True, LOST, {}, Head(G, windows=1, window_from=5), None),  # its first line says it all
        (True, Rejected("no", 210), {}, Head(G), None),
    ],
)
def test_of_a_message_that_comes_back_it_is_noted_that_its_run_has_not_died(
    stays: bool, outcome: Outcome, fields: dict[str, Any], head: Head, used: Tried | None
) -> None:
    one = message("a", "b", head=head, receives=3)
    one.stays = stays
    for event in one.events:
        event.outcome = outcome
        for name, value in fields.items():
            setattr(event, name, value)
    assert marks([one], NOW) == ([] if used is None else [PutOff("m0", 3, int(NOW), used)])
    one.events[1].tried = Tried(1, 77)
    one.events[1].perhaps = None
    assert marks([one], NOW) == []  # no mark can say both


def test_each_message_that_comes_back_is_noted_by_its_own_id_and_receives() -> None:
    both = [message("a", receives=3), message("b", number=1, receives=7)]
    for one in both:
        one.stays, one.events[0].outcome = True, Retry("Roku answered 429", 429)
    assert marks(both, NOW) == [PutOff("m0", 3, int(NOW), Tried()), PutOff("m1", 7, int(NOW), Tried())]


@pytest.mark.parametrize(
    "outcome", [Repeated(), Retry("Roku answered 429", 429), Rejected("its letter was not taken", 210)]
)
def test_nothing_else_is_noted(outcome: Outcome) -> None:
    assert notes([ended(outcome)]) == []


@pytest.mark.parametrize(
    ("outcome", "fields", "counts"),
    [
        (Delivered(), {}, {"Delivered": 1}),
        (Delivered(unfamiliar=True), {}, {"Delivered": 1, "AnswerUnfamiliar": 1}),
        (Delivered(), {"sent_as": "x"}, {"Delivered": 1, "IdCollisions": 1}),
        (Repeated(), {}, {"Repeated": 1}),
        (Rejected("no", 400), {"buried": True, "letter": "no"}, {"Rejected": 1, "DeadLettered": 1}),
        (Rejected("no", 400), {}, {"Rejected": 1}),
        (Retry("Roku answered 429", 429), {}, {"Retried": 1}),
        (LOST, {}, {"Retried": 1, "AnswerUnreadable": 1}),
        (Retry("Roku answered 401", 401, setup=True), {}, {"Retried": 1, "KeyRefused": 1}),
        (Retry("old", 401, setup=True), {"buried": True, "letter": "waited too long: old"}, {"DeadLettered": 1}),
        (
            LOST,
            {"buried": True, "letter": f"{COUNTED_TWICE}: look"},
            {"DeadLettered": 1, "AnswerUnreadable": 1, "MayBeCountedTwice": 1},
        ),
        # its letter was not taken: nobody has it yet
        (Retry("out of reach"), {"letter": f"{COUNTED_TWICE}: look"}, {"Retried": 1}),
    ],
)
def test_each_outcome_has_its_counts(outcome: Outcome, fields: dict[str, Any], counts: dict[str, int]) -> None:
    assert +told(ended(outcome, **fields)).counts == counts


@pytest.mark.parametrize(
    ("outcome", "fields", "reasons"),
    [
        (Delivered(), {}, {}),
        (Repeated(), {}, {}),
        (Rejected("no", 400), {"buried": True, "letter": "no"}, {("rejected", 400, "no"): 1}),
        (LOST, {}, {("retried", 500, "Roku answered 500"): 1}),
        (LOST, {"buried": True, "letter": "waited too long"}, {}),
    ],
)
def test_a_rejection_and_a_retry_have_reasons(
    outcome: Outcome, fields: dict[str, Any], reasons: dict[tuple[str, int, str], int]
) -> None:
    assert told(ended(outcome, **fields)).reasons == reasons


def test_an_unreadable_message_is_counted_with_its_reason_and_as_a_dead_letter_if_it_is_one() -> None:
    for buried in (True, False):
        one = message(head=Head(G))
        one.unreadable, one.buried = "the message is not in this relay's form", buried
        report = told(one)
        assert +report.counts == {"Unreadable": 1} | ({"DeadLettered": 1} if buried else {})
        assert report.reasons == {("unreadable", None, "the message is not in this relay's form"): 1}
        both = tell([one, one], Settled(NOW, True, 0), 0.0)
        assert both.reasons == {("unreadable", None, "the message is not in this relay's form"): 2}


def test_questions_without_an_answer_and_open_circuits_are_counted() -> None:
    assert +told(ended(Delivered()), complete=False, circuits=2).counts == {
        "Delivered": 1,
        "LedgerUnavailable": 1,
        "CircuitOpen": 2,
    }


def test_the_delay_of_a_delivery_is_since_it_was_accepted_and_never_negative() -> None:
    accepted = int(NOW) - 30
    for waits_from, delay in ((accepted, 35.0), (int(NOW) + 60, 0.0)):
        one = message("a", head=Head(G, accepted_at=accepted, waits_from=waits_from))
        one.events[0].outcome = Delivered()
        assert told(one).delays == [delay]
    assert told(ended(Repeated())).delays == []


@pytest.mark.parametrize(
    ("outcome", "fields", "word", "reason", "status"),
    [
        (Delivered(), {}, "delivered", "", None),
        (Repeated(), {}, "repeated", "", None),
        (Rejected("no", 400), {"buried": True, "letter": "no"}, "rejected", "no", 400),
        (LOST, {"buried": True, "letter": "waited too long"}, "rejected", "waited too long", 500),
        (LOST, {}, "retried", "Roku answered 500", 500),
    ],
)
def test_a_sampled_event_says_what_became_of_it(
    outcome: Outcome, fields: dict[str, Any], word: str, reason: str, status: int | None
) -> None:
    (followed,) = told(ended(outcome, **fields), rate=1.0).followed
    assert followed[1:] == (word, "LEAD", reason, status)


def test_a_long_event_name_is_cut_after_40_letters() -> None:
    for length, name in ((40, "n" * 40), (41, "n" * 39 + "…")):
        one = message("a", head=Head(G))
        event = one.events[0]
        event.queued = type(event.queued)(event.queued.line, "a", "n" * length)
        event.outcome = Delivered()
        (followed,) = told(one, rate=1.0).followed
        assert followed[2] == name


def test_without_a_sample_rate_nobody_is_followed() -> None:
    assert told(ended(Delivered())).followed == []


@pytest.mark.parametrize(
    ("outcome", "fields", "counts"),
    [
        (Delivered(unfamiliar=True), {"sent_as": "x"}, {"Delivered": 3, "AnswerUnfamiliar": 3, "IdCollisions": 3}),
        (Repeated(), {}, {"Repeated": 3}),
        (Rejected("no", 400), {"buried": True, "letter": "no"}, {"Rejected": 3, "DeadLettered": 3}),
        (LOST, {}, {"Retried": 3, "AnswerUnreadable": 3}),
        (Retry("Roku answered 401", 401, setup=True), {}, {"Retried": 3, "KeyRefused": 3}),
        (
            LOST,
            {"buried": True, "letter": f"{COUNTED_TWICE}: look"},
            {"DeadLettered": 3, "AnswerUnreadable": 3, "MayBeCountedTwice": 3},
        ),
    ],
)
def test_counts_of_several_events_add_up(outcome: Outcome, fields: dict[str, Any], counts: dict[str, int]) -> None:
    report = tell([ended(outcome, **fields) for _ in range(3)], Settled(NOW, True, 0), 0.0)
    assert +report.counts == counts
    assert all(number == 3 for number in report.reasons.values())
