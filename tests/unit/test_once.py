"""Repeats, copies, and conversions that only share an id."""

from collections.abc import Sequence

import pytest

from pipeline.contract.destination import Routing
from pipeline.contract.fingerprints import make
from pipeline.contract.messages import BROWSER, SERVER, Head
from pipeline.contract.outcome import Repeated, Retry
from pipeline.delivery import once
from pipeline.delivery.batch import Event, Message
from pipeline.delivery.once import Known, tell_apart
from pipeline.delivery.table import Key, Note
from tests.unit.batches import NOW, message

A = Key("g", "LEAD", "a")
JANE, JOHN, JANES_OTHER = (
    make({"em": who, "value": value}, b"key") for who, value in (("jane", "1"), ("john", "2"), ("jane", "2"))
)
PAGE = Head(Routing("g"), BROWSER)


def nobody(_: Sequence[Key]) -> Known:
    """A ledger that knows nothing further."""
    return {}


def sent(messages: Sequence[Message], known: Known | None = None) -> list[Event]:
    """The events that are to be sent."""
    return [event for _, event in tell_apart(messages, known or {}, nobody)]


def test_what_was_delivered_is_a_repeat() -> None:
    one = message("a", "b")
    assert [event.queued.event_id for event in sent([one], {A: Note()})] == ["b"]
    assert one.events[0].outcome == Repeated()


@pytest.mark.parametrize(
    ("note", "head", "fingerprint", "outcome"),
    [
        # the same class: a repeat, unless it is plainly another conversion
        (Note(SERVER, JANE), None, JANE, "repeat"),
        (Note(SERVER, JANE), None, JANES_OTHER, "repeat"),
        (Note(SERVER, JANE), None, "", "repeat"),
        (Note(SERVER, JANE), None, JOHN, "own id"),
        (Note(BROWSER, JANE), PAGE, JANE, "repeat"),
        (Note(BROWSER, JANE), PAGE, JOHN, "own id"),
        # what a page sent holds back a server's event only if they share an identifier
        (Note(BROWSER, JANE), None, JANE, "repeat"),
        (Note(BROWSER, JANE), None, JANES_OTHER, "repeat"),
        (Note(BROWSER, JANE), None, JOHN, "own id"),  # else Roku would drop it within its 10 minutes
        (Note(BROWSER, ""), None, JANE, "sent"),
        (Note(BROWSER, JANE), None, "", "sent"),
        # what a server sent holds back a page's
        (Note(SERVER, JANE), PAGE, "", "repeat"),
        (Note(SERVER, JANE), PAGE, JANE, "repeat"),
        (Note(SERVER, JANE), PAGE, JOHN, "own id"),
    ],
)
def test_who_holds_back_whom(note: Note, head: Head | None, fingerprint: str, outcome: str) -> None:
    one = message("a", head=head, fingerprint=fingerprint)
    going = sent([one], {A: note})
    said = "repeat" if not going else "own id" if going[0].sent_as else "sent"
    assert said == outcome
    if said == "own id":
        assert going[0].key == A._replace(event_id=going[0].sent_as)
        assert going[0].queued.event_id == "a"


def test_an_id_of_its_own_is_the_same_each_time_and_another_for_another_person() -> None:
    ids = [
        sent([message("a", fingerprint=one)], {A: Note(SERVER, other)})[0].sent_as
        for one, other in ((JOHN, JANE), (JOHN, JANE), (JANE, JOHN))
    ]
    assert ids[0] == ids[1] != ids[2]
    assert all(len(one) == 32 for one in ids)


def test_a_repeat_of_a_conversion_with_an_id_of_its_own_is_found() -> None:
    first = sent([message("a", fingerprint=JOHN)], {A: Note(SERVER, JANE)})[0]
    again = message("a", fingerprint=JOHN)
    asked: list[Key] = []

    def knows(keys: Sequence[Key]) -> Known:
        asked.extend(keys)
        return {first.key: Note(SERVER, JOHN)}

    assert tell_apart([again], {A: Note(SERVER, JANE)}, knows) == []
    assert asked == [first.key]
    assert again.events[0].outcome == Repeated()


def test_copies_in_one_batch_are_sent_once() -> None:
    one, other = message("a", "b"), message("a", number=1)
    assert sent([one, other]) == one.events
    assert other.events[0].copy_of is one.events[0]


def test_two_conversions_with_one_id_in_one_batch_are_both_sent() -> None:
    one, other = message("a", fingerprint=JANE), message("a", fingerprint=JOHN, number=1)
    going = sent([one, other])
    assert [event.queued.fingerprint for event in going] == [JANE, JOHN]
    assert [bool(event.sent_as) for event in going] == [False, True]
    assert other.events[0].copy_of is None


def test_two_copies_of_such_a_conversion_are_sent_once() -> None:
    two = [message("a", fingerprint=JOHN, number=n) for n in (1, 2)]
    going = sent([message("a", fingerprint=JANE), *two])
    assert [event.queued.fingerprint for event in going] == [JANE, JOHN]
    assert two[1].events[0].copy_of is two[0].events[0]


def test_of_a_page_and_a_server_the_servers_event_goes_out() -> None:
    page, server = message("a", head=PAGE), message("a", number=1)
    assert sent([page, server]) == server.events
    assert page.events[0].copy_of is server.events[0]


def test_of_copies_the_one_goes_out_that_was_tried_most() -> None:
    fresh, tried = message("a"), message("a", head=Head(Routing("g"), windows=1, window_from=int(NOW)), number=1)
    assert sent([fresh, tried]) == tried.events


def test_an_event_that_goes_out_has_no_outcome_yet() -> None:
    (event,) = sent([message("a")])
    assert isinstance(event.outcome, Retry)
    assert (event.sent_as, event.copy_of) == ("", None)


def test_only_an_event_with_an_id_of_its_own_goes_out_under_another_id() -> None:
    (event,) = sent([message("a")])
    line = event.queued.line
    assert once.sent(event, lambda text, event_id: f"{text} as {event_id}") == line
    event.sent_as = "b"
    assert once.sent(event, lambda text, event_id: f"{text} as {event_id}") == f"{line} as b"
