"""One answer for all destinations; and finished events in messages that fit a request of their own destination."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.aws.sqs import Outgoing
from pipeline.contract.destination import Destination, Frame, Limits, Prepared
from pipeline.contract.messages import decode
from pipeline.intake import verdict
from pipeline.intake.body import Ignored
from pipeline.intake.enqueue import enqueue
from pipeline.intake.received import Received
from pipeline.values.words import Word
from tests.unit.doubles import FakeQueue, destination, identify

NAMES = ("roku", "rokt")


def reception(
    *ends: str, warnings: list[dict[str, Any]] | None = None, errors: dict[str, str] | None = None
) -> Received:
    """What a request became: an end for each conversion, in order."""
    made = Received("g", len(ends), [{"event_id": str(index)} for index in range(len(ends))], warnings=warnings or [])
    for index, end in enumerate(ends):
        match end:
            case "accepted":
                made.events[index] = prepared(str(index))
            case "lost":
                made.events[index] = prepared(str(index))
                made.lose(index)
            case "invalid":
                made.fail(index, errors or {"event_name": "is required"})
            case "ignored":
                made.ignored[index] = Ignored("spam", "it is spam")
            case reason:
                made.withheld[index] = Word(reason)
    return made


def prepared(event_id: str, *, partner: str | None = None, filler: str = "") -> Prepared:
    """A finished event."""
    line = json.dumps({"event_id": event_id, "event_name": "LEAD", "x": filler}, separators=(",", ":")).encode()
    return Prepared(line, event_id, partner, [])


def both(roku: Received, rokt: Received) -> dict[str, Received]:
    return {"roku": roku, "rokt": rokt}


ALIKE = ("accepted", "invalid", "ignored", "opted out")


# --- the status ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("roku", "rokt", "code"),
    [
        (["accepted"], ["accepted"], 202),
        (["accepted"], ["opted out"], 202),
        (["an update"], ["accepted"], 202),
        (["accepted"], ["invalid"], 210),
        (["invalid"], ["accepted"], 210),
        (["accepted", "invalid"], ["accepted", "invalid"], 210),
        (["lost"], ["accepted"], 210),  # sent again whole, the ledger of the other drops its repeat
        (["lost"], ["lost"], 503),
        (["lost", "invalid"], ["invalid", "invalid"], 503),
        (["lost"], ["opted out"], 503),
        (["invalid"], ["invalid"], 400),
        (["invalid"], ["opted out"], 400),
        (["invalid", "ignored"], ["opted out", "ignored"], 400),
        (["opted out"], ["opted out"], 200),
        (["ignored"], ["ignored"], 200),
        (["an update", "ignored"], ["no identifier", "ignored"], 200),
        (["ignored", "accepted"], ["ignored", "no identifier"], 202),
    ],
)
def test_the_status_of_two_destinations(roku: list[str], rokt: list[str], code: int) -> None:
    received = both(reception(*roku), reception(*rokt))
    status, body = verdict.answer(received)
    assert (status, body["code"], verdict.code_of(received)) == (code, code, code)


# --- one destination: Roku's own shape -------------------------------------------------------------------------------


def test_a_single_destination_is_never_named() -> None:
    warned = [{"field": "x", "warning": "w", "count": 1, "events": [0]}]
    _, body = verdict.answer({"rokt": reception(*ALIKE, "lost", warnings=warned)})
    assert body == {
        "code": 210,
        "description": "some events could not be processed",
        "events_received": 5,
        "failed_events": [
            {"index": 1, "event_id": "1", "errors": {"event_name": "is required"}},
            {"index": 4, "event_id": "4", "errors": {"event": "could not be queued: send this event again"}},
        ],
        "warnings": warned,
        "ignored": [{"index": 2, "code": "spam", "reason": "it is spam"}],
        "withheld": [{"index": 3, "reason": "opted out"}],
    }


def test_without_anything_withheld_there_is_no_word_of_it() -> None:
    received = {"roku": reception("accepted")}
    assert verdict.told(received) == {}
    assert set(verdict.answer(received)[1]) == {"code", "description", "events_received", "failed_events", "warnings"}


# --- two: what they have in common is said once ----------------------------------------------------------------------


def test_where_both_agree_the_answer_is_as_of_one() -> None:
    alone = verdict.answer({"roku": reception(*ALIKE)})
    assert verdict.answer(both(reception(*ALIKE), reception(*ALIKE))) == alone


def test_accepted_for_one_and_not_for_the_other_says_for_which_and_why() -> None:
    status, body = verdict.answer(both(reception("accepted", "accepted"), reception("accepted", "no identifier")))
    assert status == 202
    assert body["withheld"] == [{"index": 1, "reason": "no identifier", "destination": "rokt"}]
    assert body["failed_events"] == []
    assert body["destinations"] == {
        "roku": {"accepted": 2, "invalid": 0, "withheld": 0, "not_queued": 0},
        "rokt": {"accepted": 1, "invalid": 0, "withheld": 1, "not_queued": 0},
    }


def test_what_is_wrong_for_one_only_names_it_and_the_event_once() -> None:
    status, body = verdict.answer(both(reception("accepted", "invalid"), reception("invalid", "invalid")))
    assert status == 210
    assert body["failed_events"] == [
        {"index": 0, "event_id": "0", "errors": {"event_name": "is required"}, "destination": "rokt"},
        {"index": 1, "event_id": "1", "errors": {"event_name": "is required"}},
    ]


def test_different_errors_of_one_event_stand_side_by_side_in_its_place() -> None:
    ahead, late = {"event_time": "is ahead"}, {"event_time": "is old"}
    roku = reception("accepted", "invalid", errors=ahead)
    rokt = reception("accepted", "invalid", errors=late)
    _, body = verdict.answer(both(roku, rokt))
    assert [(one["index"], one["destination"], one["errors"]) for one in body["failed_events"]] == [
        (1, "roku", ahead),
        (1, "rokt", late),
    ]
    assert "destinations" not in body  # both took one of two


def test_warnings_of_one_destination_name_it() -> None:
    shared = {"field": "user_data.ct", "warning": "w", "count": 1, "events": [0]}
    own = {"field": "user_data.aID", "warning": "is not a UUID", "count": 1, "events": [0]}
    _, body = verdict.answer(
        both(reception("accepted", warnings=[shared]), reception("accepted", warnings=[shared, own]))
    )
    assert body["warnings"] == [shared, own | {"destination": "rokt"}]


def test_of_many_errors_that_differ_two_are_told_and_that_there_are_more() -> None:
    many = {f"field{number}": "is wrong" for number in range(5)}
    _, body = verdict.answer(both(reception("accepted"), reception("invalid", errors=many)))
    assert list(body["failed_events"][0]["errors"]) == ["field0", "field1"]
    assert body["failed_events"][0]["errors_left_out"] == 3


def test_errors_left_out_before_are_counted_with_those_left_out_here() -> None:
    seven = {f"field{number}": "is wrong" for number in range(7)}
    alone = verdict.answer({"roku": reception("invalid", errors=seven)})[1]["failed_events"][0]
    assert (len(alone["errors"]), alone["errors_left_out"]) == (5, 2)
    both_told = verdict.answer(both(reception("accepted"), reception("invalid", errors=seven)))[1]["failed_events"][0]
    assert (len(both_told["errors"]), both_told["errors_left_out"]) == (2, 5)


@pytest.mark.parametrize(
    ("roku", "rokt", "headline"),
    [
        (["invalid"], ["accepted"], "Roku: 1 invalid; Rokt: 1 accepted"),
        (["accepted", "lost"], ["invalid", "accepted"], "Roku: 1 accepted, 1 not queued; Rokt: 1 accepted, 1 invalid"),
        (["invalid", "invalid"], ["opted out", "invalid"], "Roku: 2 invalid; Rokt: 1 invalid, 1 withheld"),
        (["invalid"], ["invalid"], "all events failed"),
        (["accepted", "invalid"], ["accepted", "invalid"], "some events could not be processed"),
        (["lost"], ["opted out"], "no event was queued: send the request again"),
    ],
)
def test_the_headline_says_how_it_ended_at_each_destination_where_that_differs(
    roku: list[str], rokt: list[str], headline: str
) -> None:
    assert verdict.answer(both(reception(*roku), reception(*rokt)))[1]["description"] == headline


ENDS = st.sampled_from(["accepted", "lost", "invalid", "no identifier"])


@given(st.lists(st.tuples(ENDS, ENDS) | st.just(("ignored", "ignored")), min_size=1, max_size=6))
def test_each_conversion_has_its_end_for_each_destination(ends: list[tuple[str, str]]) -> None:
    received = both(reception(*(one for one, _ in ends)), reception(*(other for _, other in ends)))
    status, body = verdict.answer(received)
    for place, name in enumerate(NAMES):
        counts = body.get("destinations", {}).get(name)
        told: dict[int, str] = {}
        for part in ("failed_events", "withheld", "ignored"):
            told |= {one["index"]: part for one in body.get(part, ()) if one.get("destination", name) == name}
        words = {"lost": "failed_events", "invalid": "failed_events", "no identifier": "withheld", "ignored": "ignored"}
        assert told == {index: words[pair[place]] for index, pair in enumerate(ends) if pair[place] != "accepted"}
        if counts is not None:
            assert counts["accepted"] == sum(pair[place] == "accepted" for pair in ends)
            assert sum(counts.values()) == sum("ignored" not in pair for pair in ends)
    taken = any("accepted" in pair for pair in ends)
    assert (status in (202, 210)) == taken
    assert ("failed_events" in body and bool(body["failed_events"])) == (status in (210, 400, 503))


# --- queueing --------------------------------------------------------------------------------------------------------


def holding(*, events: int = 1_000, size: int = 1_000_000, head: int = 10) -> Destination:
    """A destination whose requests hold so many events and bytes, `head` of them around the events."""
    return destination(limits=Limits(events, size, 18.0, 600.0), frame=lambda _: Frame(b"0" * head, b""))


def queued(
    events: dict[int, Prepared], to: Destination, takes: Callable[[Outgoing], bool] = lambda _: True
) -> tuple[Received, list[tuple[str | None, list[str]]]]:
    """The reception afterwards, and of each message its partner and its events' ids."""
    received = Received("g", len(events), [{}] * (max(events, default=0) + 1), events=events)
    queue = FakeQueue("q", [], takes)
    enqueue(received, to, queue, sender="server", post_id="r", key=None, now=0.0)  # type: ignore[arg-type]  # all of a queue that is used here
    read = [decode(message.body, identify) for message in queue.sent]
    assert all(head.routing.event_group_id == "g" for head, _ in read)
    return received, [(head.routing.partner_name, [event.event_id for event in found]) for head, found in read]


def test_nothing_finished_makes_no_message() -> None:
    assert queued({}, holding())[1] == []


def test_a_message_has_no_more_events_than_a_request() -> None:
    events = {index: prepared(str(index)) for index in range(250)}
    _, messages = queued(events, holding(events=100))
    assert [len(ids) for _, ids in messages] == [100, 100, 50]
    assert [one for _, ids in messages for one in ids] == [str(index) for index in range(250)]


@pytest.mark.parametrize(("spare", "messages"), [(0, [3]), (-1, [2, 1])])
def test_a_message_fills_a_request_to_the_last_byte(spare: int, messages: list[int]) -> None:
    events = {index: prepared(str(index)) for index in range(3)}
    body = 10 + len(b",".join(event.line for event in events.values()))  # the request that holds all three
    assert [len(ids) for _, ids in queued(events, holding(size=body + spare))[1]] == messages


def test_partners_do_not_share_a_message_and_each_keeps_its_order() -> None:
    events = {index: prepared(str(index), partner=(None, "a", "b")[index % 3]) for index in range(6)}
    assert queued(events, holding())[1] == [(None, ["0", "3"]), ("a", ["1", "4"]), ("b", ["2", "5"])]


def test_what_the_queue_does_not_take_is_lost_to_the_request_and_named() -> None:
    events = {index: prepared(str(index)) for index in (1, 4, 5)}
    received, messages = queued(events, holding(events=2), lambda message: '"5"' in message.body)
    assert messages == [(None, ["5"])]
    assert received.not_queued == {1, 4}
    assert sorted(received.failed) == [1, 4]
    assert (received.counts()["Accepted"], received.counts()["NotQueued"], received.counts()["Invalid"]) == (1, 2, 0)


@given(
    st.dictionaries(st.integers(0, 50), st.tuples(st.sampled_from([None, "a", "b"]), st.integers(0, 200)), max_size=30),
    st.integers(1, 8),
    st.integers(300, 900),
)
def test_every_event_travels_once_in_a_message_that_one_request_can_hold(
    given_: dict[int, tuple[str | None, int]], most: int, size: int
) -> None:
    events = {
        index: prepared(str(index), partner=partner, filler="x" * length) for index, (partner, length) in given_.items()
    }
    _, messages = queued(events, holding(events=most, size=size))
    assert sorted(int(one) for _, ids in messages for one in ids) == sorted(events)
    for partner, ids in messages:
        assert {events[int(one)].partner_name for one in ids} == {partner}
        assert len(ids) <= most
        assert 10 + len(b",".join(events[int(one)].line for one in ids)) <= size
