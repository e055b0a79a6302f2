"""One batch delivered: what is written where, in which order, and that every event is accounted for."""

import json
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.aws.sqs import Outgoing
from pipeline.contract.destination import Routing
from pipeline.contract.fingerprints import make
from pipeline.contract.messages import Head, decode, encode
from pipeline.contract.outcome import (
    LONGEST_AGE,
    LONGEST_PASSING,
    MOST_RECEIVES,
    AskAgain,
    Delivered,
    Outcome,
    Rejected,
    Retry,
)
from pipeline.delivery.batch import Record, Report
from pipeline.delivery.circuit import Circuit
from pipeline.delivery.deliver import deliver
from pipeline.delivery.surroundings import Remembered, Surroundings
from pipeline.delivery.table import Entry, Found, Key, Note, PutOff, Unread
from pipeline.delivery.windows import Tried
from pipeline.intake.sampling import event_digest
from tests.unit.doubles import AtOnce, FakeDestination, FakeQueue, event, identify

bounded = settings(derandomize=True, max_examples=150, deadline=None)
NOW = 1_767_225_600.0  # 2026-01-01T00:00:00Z
G = Routing("g")
BUSY = Retry("Roku answered 503", 503, ambiguous=True)
BAD = Rejected("currency: unknown", 210)


def record(number: int, ids: str, *, receives: int = 1, age: float = 0.0, routing: Routing = G) -> Record:
    """Message m<number> with one event a letter."""
    return received(number, encode(Head(routing), [event(i) for i in ids]), receives, age)


def received(number: int, body: str, receives: int = 1, age: float = 0.0) -> Record:
    """Message m<number> with this body."""
    return Record(f"m{number}", f"r{number}", body, receives, NOW - age, NOW - age)


@dataclass
class FakeLedger:
    """A ledger that knows these ids, and that is out of reach for reading or writing if told so."""

    known: str = ""
    reads: bool = True
    writes: bool = True
    journal: list[tuple[str, str]] = field(default_factory=list)
    noted: list[Entry | PutOff] = field(default_factory=list)

    def look_up(
        self,
        keys: Collection[Key],
        groups: Collection[str],
        seconds: float,
        messages: Collection[str] = (),  # noqa: ARG002 - the protocol's
    ) -> Found:
        """What is known of these."""
        assert 0 < seconds <= 3
        self.journal.append(("read", "ledger"))
        known = {key: Note() for key in keys if key.event_id in self.known and self.reads}
        return Found(known, {group: Circuit() for group in groups if self.reads}, complete=self.reads)

    def unread(self, keys: Collection[Key], seconds: float) -> dict[Key, Unread]:  # noqa: ARG002 - the protocol's
        """Nothing."""
        return {}

    def change(self, group: str, old: Circuit, new: Circuit, seconds: float) -> tuple[Circuit, bool]:  # noqa: ARG002
        """Nobody else changes a circuit."""
        return replace(new, version=old.version + 1), True

    def note(self, entries: Sequence[Entry | PutOff], seconds: float) -> bool:  # noqa: ARG002
        """Remember."""
        self.journal.append(("note", "ledger"))
        self.noted += entries
        return self.writes


@dataclass
class Run:
    """One batch with a destination that says of each event what `verdicts` has for its id (else delivered)."""

    records: Sequence[Record]
    verdicts: dict[str, Outcome] = field(default_factory=dict)
    queue_takes: Callable[[Outgoing], bool] = lambda _: True
    letters_taken: Callable[[Outgoing], bool] = lambda _: True
    time_left: float = 60.0
    jitter: float = 1.0
    ledger: "FakeLedger | None" = None
    sample_rate: float = 0.0
    repeat_window: float = 30 * 86_400.0
    puts_off: bool = True

    def __post_init__(self) -> None:
        self.journal: list[tuple[str, str]] = []
        self.destination = FakeDestination(self._respond, repeat_window=self.repeat_window)
        self.queue = FakeQueue("queue", self.journal, self.queue_takes, puts_off=self.puts_off)
        self.dead_letters = FakeQueue("dead letters", self.journal, self.letters_taken)
        if self.ledger is not None:
            self.ledger.journal = self.journal
        self.report: Report = deliver(
            self.records,
            self.destination,
            Surroundings(
                queue=self.queue,
                dead_letters=self.dead_letters,
                ledger=self.ledger,
                remembered=Remembered(),
                now=lambda: NOW,
                time_left=lambda: self.time_left,
                jitter=lambda: self.jitter,
                executor=AtOnce(),
                sample_rate=self.sample_rate,
            ),
        )

    def _respond(self, _: Routing, lines: list[str]) -> list[Outcome]:
        self.journal.append(("post", "destination"))
        return [self.verdicts.get(json.loads(line)["event_id"], Delivered()) for line in lines]

    def asked(self) -> list[str]:
        """The ids of all events in all requests."""
        return [json.loads(line)["event_id"] for _, lines in self.destination.requests for line in lines]

    def counts(self) -> dict[str, int]:
        """The counts above 0."""
        return {name: number for name, number in self.report.counts.items() if number}


def ids(outgoing: Sequence[Outgoing]) -> list[str]:
    """The ids in messages that were sent, a word for each message."""
    return ["".join(queued.event_id for queued in decode(message.body, identify)[1]) for message in outgoing]


# --- delay and samples ------------------------------------------------------------------------------------------------


def test_each_message_of_which_something_was_delivered_has_its_delay() -> None:
    run = Run([record(0, "ab", age=7.0), record(1, "c", age=2.5), record(2, "d", age=9.0)], {"b": BAD, "d": BUSY})
    assert run.report.delays == [7.0, 2.5]  # d waits on


def test_what_was_delivered_before_has_no_delay() -> None:
    run = Run([record(0, "a", age=7.0), record(1, "b", age=3.0), record(2, "b", age=1.0)], ledger=FakeLedger("a"))
    assert run.report.delays == [3.0]  # the other copy of b was not sent


def test_a_clock_that_is_behind_sqs_makes_no_delay_below_0() -> None:
    assert Run([record(0, "a", age=-0.4)]).report.delays == [0.0]


def test_each_sampled_event_is_followed_with_its_outcome_and_reason() -> None:
    records = [record(0, "ab"), record(1, "cd"), record(2, "d")]
    run = Run(records, {"b": BAD, "c": BUSY}, ledger=FakeLedger("a"), sample_rate=1.0)
    digests = {event_digest(letter): letter for letter in "abcd"}
    assert [(digests[one.event_digest], *one[1:]) for one in run.report.followed] == [
        ("a", "repeated", "LEAD", "", None),
        ("b", "rejected", "LEAD", "currency: unknown", 210),
        ("c", "retried", "LEAD", "Roku answered 503", 503),
        ("d", "delivered", "LEAD", "", None),
        ("d", "repeated", "LEAD", "", None),
    ]
    assert Run(records).report.followed == []


# --- settled ----------------------------------------------------------------------------------------------------------


def test_a_share_of_the_events_is_followed_by_the_digest_of_their_ids() -> None:
    names = "abcdefghijklmnop"
    half = {name for name in names if sha256(name.encode()).digest()[0] < 128}
    assert 0 < len(half) < len(names)
    followed = Run([record(0, names)], sample_rate=0.5).report.followed
    assert {one.event_digest for one in followed} == {event_digest(name) for name in half}


def test_windows_that_a_message_says_are_noted_with_their_beginning() -> None:
    head = Head(G, accepted_at=int(NOW) - 100, waits_from=int(NOW) - 100, windows=1, window_from=int(NOW) - 60)
    ledger = FakeLedger()
    Run([received(1, encode(head, [event("a")]))], {"a": BUSY}, ledger=ledger)
    assert [one.tried for one in ledger.noted if isinstance(one, Entry)] == [Tried(1, int(NOW) - 60)]


@pytest.mark.parametrize(
    ("outcome", "noted"),
    [(Delivered(), "delivered"), (BAD, "rejected"), (replace(BUSY, reason="lost"), "unread")],
)
def test_every_note_says_by_which_signals_the_use_of_an_event_is_limited(outcome: Outcome, noted: str) -> None:
    head = Head(G, accepted_at=int(NOW) - 100, waits_from=int(NOW) - 100, windows=1, window_from=int(NOW) - 60)
    ledger = FakeLedger()
    Run([received(1, encode(head, [event("a")._replace(refused_by="gpc")]))], {"a": outcome}, ledger=ledger)
    entries = [(one.outcome, one.refused_by) for one in ledger.noted if isinstance(one, Entry)]
    assert entries == [(noted, "gpc")]


def test_a_delivered_batch_is_acknowledged_and_nothing_is_written() -> None:
    run = Run([record(0, "ab"), record(1, "c")])
    assert run.report.failures == []
    assert run.counts() == {"Delivered": 3}
    assert run.journal == [("post", "destination")]


def test_an_empty_batch_is_no_work() -> None:
    run = Run([])
    assert (run.report.failures, run.counts(), run.journal) == ([], {}, [])


def test_a_rejected_event_becomes_a_dead_letter_of_its_own_with_reason_status_and_time() -> None:
    routing = Routing("g", "partner")
    run = Run([record(0, "abc", routing=routing)], {"b": BAD})
    assert run.report.failures == []
    assert run.counts() == {"Delivered": 2, "Rejected": 1, "DeadLettered": 1}
    (letter,) = run.dead_letters.sent
    assert letter.body == encode(Head(routing), [event("b")])
    assert letter.attributes == {
        "reason": "currency: unknown",
        "status": "210",
        "rejected_at": "2026-01-01T00:00:00+00:00",
        "event_group_id": "g",
    }
    assert letter.delay == 0
    assert run.report.reasons == Counter({("rejected", 210, "currency: unknown"): 1})


def test_a_dead_letter_is_on_its_queue_before_anything_else_is_decided() -> None:
    run = Run([record(0, "ab")], {"a": BAD, "b": BUSY})
    assert run.journal == [("post", "destination"), ("send", "dead letters"), ("send", "queue")]


def test_an_event_whose_dead_letter_was_not_taken_stays_in_the_queue() -> None:
    run = Run([record(0, "a"), record(1, "b")], {"a": BAD, "b": BAD}, letters_taken=lambda m: '"b"' in m.body)
    assert run.report.failures == ["m0"]
    assert list(run.queue.postponed) == ["r0"]
    assert ids(run.dead_letters.sent) == ["b"]
    assert run.counts() == {"Rejected": 1, "DeadLettered": 1, "Retried": 1}


def test_beside_delivered_events_it_stays_as_a_message_without_them() -> None:
    run = Run([record(0, "abc")], {"b": BAD}, letters_taken=lambda _: False)
    assert run.report.failures == []
    assert ids(run.queue.sent) == ["b"]
    assert run.counts() == {"Delivered": 2, "Retried": 1}


# --- not settled ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("receives", "seconds"), [(1, 30), (2, 60), (4, 240), (5, 480), (99, 900)])
def test_a_message_of_which_all_must_be_tried_again_comes_back_itself_later_each_time(
    receives: int, seconds: int
) -> None:
    run = Run([record(0, "ab", receives=receives), record(1, "c")], {"a": BUSY, "b": BUSY})
    assert run.report.failures == ["m0"]
    assert run.queue.postponed == {"r0": seconds}
    assert run.queue.sent == []
    assert run.counts() == {"Delivered": 1, "Retried": 2, "AnswerUnreadable": 2}


def test_the_visibility_is_set_after_all_else_is_safe() -> None:
    run = Run([record(0, "ab"), record(1, "c")], {"a": BUSY, "c": BUSY})
    assert run.journal[-2:] == [("send", "queue"), ("postpone", "queue")]


def test_what_is_left_of_a_mixed_message_goes_back_as_a_message_and_the_rest_is_never_sent_again() -> None:
    run = Run([record(0, "abcd", receives=3)], {"b": BUSY, "c": BAD, "d": BUSY})
    assert run.report.failures == []
    (remainder,) = run.queue.sent
    assert remainder.body == encode(Head(G, waits_from=int(NOW), generation=1), [event("b"), event("d")])
    assert remainder.delay == 120
    assert run.counts() == {"Delivered": 1, "Rejected": 1, "DeadLettered": 1, "Retried": 2, "AnswerUnreadable": 2}


def test_a_remainder_waits_no_longer_than_sqs_can_delay() -> None:
    run = Run([record(0, "ab")], {"a": Retry("slow down", 429, after=40_000.0)})
    assert [message.delay for message in run.queue.sent] == [900]


def test_a_whole_message_waits_as_long_as_it_is_told() -> None:
    run = Run([record(0, "a")], {"a": Retry("slow down", 429, after=2_400.0)})
    assert run.queue.postponed == {"r0": 2_400}


def test_a_remainder_that_was_not_taken_brings_the_whole_message_back_in_the_queues_own_time() -> None:
    run = Run([record(0, "ab", receives=50)], {"a": Retry("busy", 408)}, queue_takes=lambda _: False)
    assert run.report.failures == ["m0"]
    # As if its run had died: so it is known that it may have been sent. 420 s are within Roku's 10 minutes.
    assert run.queue.postponed == {}


def test_the_parts_of_a_split_request_go_back_apart() -> None:
    def respond(_: Routing, lines: list[str]) -> list[Outcome]:
        return [AskAgain("refused whole", 400)] * len(lines) if len(lines) == 4 else [BUSY] * len(lines)

    queue, dead_letters = FakeQueue("queue", []), FakeQueue("dead letters", [])
    report = deliver(
        [record(0, "abcd")],
        FakeDestination(respond),
        Surroundings(
            queue=queue,
            dead_letters=dead_letters,
            ledger=None,
            remembered=Remembered(),
            now=lambda: NOW,
            time_left=lambda: 60.0,
            jitter=lambda: 0.0,
            executor=AtOnce(),
        ),
    )
    assert report.failures == []
    assert sorted(ids(queue.sent)) == ["ab", "cd"]
    assert dead_letters.sent == []


def test_without_time_everything_comes_back_at_once_and_unharmed() -> None:
    run = Run([record(0, "ab", receives=MOST_RECEIVES, age=LONGEST_AGE), record(1, "c")], time_left=20.0)
    assert run.destination.requests == []
    assert run.report.failures == ["m0", "m1"]
    assert set(run.queue.postponed) == {"r0", "r1"}
    assert all(0 <= seconds <= 2 for seconds in run.queue.postponed.values())
    assert run.dead_letters.sent == []
    assert run.counts() == {"Retried": 3}


def test_a_refused_key_is_counted_for_the_alarm() -> None:
    refused = Retry("Roku answered 401", 401, setup=True)
    run = Run([record(0, "ab")], {"a": refused, "b": refused})
    assert run.counts() == {"Retried": 2, "KeyRefused": 2}
    assert run.dead_letters.sent == []


@pytest.mark.parametrize(("receives", "age"), [(MOST_RECEIVES, 0.0), (1, LONGEST_AGE)])
def test_what_has_waited_long_enough_becomes_a_dead_letter_that_says_so(receives: int, age: float) -> None:
    run = Run([record(0, "abc", receives=receives, age=age)], {"a": BUSY, "b": BAD})
    assert run.report.failures == []
    reasons = [(ids([m])[0], m.attributes["reason"], m.attributes["status"]) for m in run.dead_letters.sent]
    assert reasons == [("a", "waited too long: Roku answered 503", "503"), ("b", "currency: unknown", "210")]
    assert run.counts() == {"Delivered": 1, "Rejected": 1, "DeadLettered": 2, "AnswerUnreadable": 1}
    assert run.queue.sent == []


@pytest.mark.parametrize(("seconds", "letters"), [(LONGEST_PASSING, 1), (LONGEST_PASSING - 1, 0)])
def test_refusals_that_pass_are_believed_for_a_day_from_the_first_one_over_all_messages(
    seconds: int, letters: int
) -> None:
    head = Head(G, accepted_at=int(NOW) - LONGEST_PASSING, waits_from=int(NOW) - LONGEST_PASSING)
    body = encode(replace(head, refused_from=int(NOW) - seconds), [event("a")])
    run = Run([received(1, body)], {"a": Retry("try again", 210, passing=True)})
    assert len(run.dead_letters.sent) == letters


def test_what_has_waited_long_enough_stays_if_the_dead_letter_queue_is_out_of_reach() -> None:
    run = Run([record(0, "a", receives=MOST_RECEIVES)], {"a": BUSY}, letters_taken=lambda _: False)
    assert run.report.failures == ["m0"]
    assert run.counts() == {"Retried": 1}


# --- unreadable -------------------------------------------------------------------------------------------------------


def test_an_unreadable_message_becomes_a_dead_letter_and_never_stops_the_batch() -> None:
    broken = received(0, "jane.canary@example.com")
    run = Run([broken, record(1, "a")])
    assert run.report.failures == []
    (letter,) = run.dead_letters.sent
    assert letter.body == "jane.canary@example.com"  # as it was: whoever put it there can fix it
    assert "form" in letter.attributes["reason"]
    assert letter.attributes["status"] == "none"
    assert "canary" not in str(letter.attributes)
    assert "canary" not in str(run.report)
    assert run.counts() == {"Unreadable": 1, "DeadLettered": 1, "Delivered": 1}


def test_a_message_whose_lines_nobody_vouches_for_is_delivered_by_what_the_destination_reads_in_them() -> None:
    line = event("a").line
    run = Run([received(1, f'{{"event_group_id":"g"}}\n{line}')])  # as the version before wrote it
    assert run.report.failures == []
    assert run.counts() == {"Delivered": 1}
    assert run.destination.requests == [(G, [line])]


def test_an_unreadable_message_stays_if_the_dead_letter_queue_is_out_of_reach() -> None:
    run = Run([received(0, "?", 3), record(1, "a")], letters_taken=lambda _: False)
    assert run.report.failures == ["m0"]
    assert run.queue.postponed == {"r0": 120}
    assert run.counts() == {"Unreadable": 1, "Delivered": 1}


# --- copies -----------------------------------------------------------------------------------------------------------


def test_copies_of_an_event_are_sent_once_and_share_delivery() -> None:
    run = Run([record(0, "ab"), record(1, "b"), record(2, "bb")])
    assert run.asked() == ["a", "b"]
    assert run.report.failures == []
    assert run.counts() == {"Delivered": 2, "Repeated": 3}


def test_of_copies_of_an_event_that_is_tried_again_one_stays() -> None:
    run = Run([record(0, "a"), record(1, "a"), record(2, "ba")], {"a": BUSY})
    assert run.asked() == ["a", "b"]
    assert run.report.failures == ["m0"]
    assert run.queue.sent == []
    assert run.counts() == {"Delivered": 1, "Retried": 1, "AnswerUnreadable": 1, "Repeated": 2}


def test_of_copies_with_other_content_each_comes_back_when_the_one_that_was_sent_does() -> None:
    lines = [encode(Head(G), [event("a", value=value)]) for value in "12"]
    run = Run([received(number, body) for number, body in enumerate(lines)], {"a": BUSY})
    assert len(run.asked()) == 1
    assert sorted(run.report.failures) == ["m0", "m1"]
    assert run.queue.postponed["r0"] == run.queue.postponed["r1"] > 0


def test_of_copies_with_other_content_each_has_the_windows_of_the_one_that_was_sent() -> None:
    lost = Retry("Roku answered 500", 500, ambiguous=True)
    run = Run([record(0, "a"), received(1, encode(Head(G), [event("a", value="2")]))], {"a": lost}, repeat_window=600.0)
    heads = [decode(one.body, identify)[0] for one in run.queue.sent]
    assert len(run.asked()) == 1
    assert [(head.windows, head.window_from is None) for head in heads] == [(1, False)] * 2


def test_a_message_that_is_put_off_is_noted_as_such_where_windows_count() -> None:
    for repeat_window, marks in ((600.0, [("m0", 3)]), (30 * 86_400.0, [])):
        ledger = FakeLedger()
        busy = Retry("Roku answered 429", 429)
        Run([record(0, "a", receives=3)], {"a": busy}, ledger=ledger, repeat_window=repeat_window)
        noted = [(one.message_id, one.receives) for one in ledger.noted if isinstance(one, PutOff)]
        assert noted == marks


@pytest.mark.parametrize(
    ("has_table", "repeat_window", "stays"),
    [(True, 600.0, True), (False, 600.0, False), (False, 30 * 86_400.0, True)],
)
def test_a_long_wait_takes_a_new_message_only_where_windows_count_and_nothing_remembers_it(
    has_table: bool, repeat_window: float, stays: bool
) -> None:
    """Received again after 400 s without a mark, it would be taken for one whose run died."""
    busy = Retry("Roku answered 429", 429, after=1_000.0)
    table = FakeLedger() if has_table else None
    run = Run([record(0, "a")], {"a": busy}, ledger=table, repeat_window=repeat_window)
    assert (run.report.failures, ids(run.queue.sent)) == ((["m0"], []) if stays else ([], ["a"]))


def test_what_sqs_does_not_put_off_is_asked_for_once_more() -> None:
    run = Run([record(0, "a")], {"a": BUSY}, puts_off=False)
    assert run.journal.count(("postpone", "queue")) == 2
    assert run.report.failures == ["m0"]


def test_of_copies_of_a_rejected_event_one_is_kept_as_a_dead_letter() -> None:
    run = Run([record(0, "a"), record(1, "a")], {"a": BAD})
    assert run.asked() == ["a"]
    assert ids(run.dead_letters.sent) == ["a"]
    assert run.report.failures == []


def test_a_fixed_event_is_not_condemned_by_the_rejection_of_the_one_it_replaces() -> None:
    fixed = event("a", currency="USD")
    run = Run([record(0, "a"), received(1, encode(Head(G), [fixed]))], {"a": BAD})
    assert run.asked() == ["a"]
    assert [letter.body for letter in run.dead_letters.sent] == [encode(Head(G), [event("a")])]
    assert run.report.failures == ["m1"]
    assert run.counts() == {"Rejected": 1, "DeadLettered": 1, "Retried": 1}


def test_the_same_id_in_another_group_or_under_another_name_is_another_event() -> None:
    other_name = received(1, encode(Head(G), [event("a", "SEARCH")]))
    run = Run([record(0, "a"), other_name, record(2, "a", routing=Routing("h"))])
    assert run.asked() == ["a", "a", "a"]
    assert run.counts() == {"Delivered": 3}


def test_a_message_that_sqs_delivers_twice_in_one_batch_is_sent_once() -> None:
    run = Run([record(0, "ab"), record(0, "ab")], {"b": BUSY})
    assert run.asked() == ["a", "b"]
    assert ids(run.queue.sent) == ["b"]


# --- whatever happens -------------------------------------------------------------------------------------------------

verdicts: st.SearchStrategy[Outcome] = st.sampled_from(
    [
        Delivered(),
        BAD,
        BUSY,
        Retry("busy", 408),
        Retry("key", 401, setup=True),
        Retry("slow down", 429, after=5_000.0),
        AskAgain("open", 210, ambiguous=True),
        AskAgain("open", 400),
    ]
)
batches = st.lists(
    st.tuples(
        st.text("abcdef", min_size=1, max_size=5),
        st.sampled_from([1, 2, 7, MOST_RECEIVES]),
        st.sampled_from([G, Routing("g", "p"), Routing("h")]),
        st.booleans(),
    ),
    max_size=6,
)


def _run(batch: Sequence[tuple[str, int, Routing, bool]], data: st.DataObject) -> Run:
    records = []
    for place, (letters, receives, routing, readable) in enumerate(batch):
        made = record(place, letters, receives=receives, routing=routing)
        records.append(made if readable else received(place, "?" + made.body, receives))
    drawn = data.draw(st.dictionaries(st.sampled_from("abcdef"), verdicts))
    letters_fail = data.draw(st.sets(st.sampled_from("abcdef?")))
    queue_fails = data.draw(st.sets(st.sampled_from("abcdef")))
    return Run(
        records,
        drawn,
        queue_takes=lambda m: not any(f'"{letter}"' in m.body for letter in queue_fails),
        letters_taken=lambda m: (
            not any(
                m.body.startswith("?") if letter == "?" else f'"event_id":"{letter}"' in m.body
                for letter in letters_fail
            )
        ),
        time_left=data.draw(st.sampled_from([60.0, 60.0, 60.0, 10.0])),
        jitter=data.draw(st.sampled_from([0.0, 1.0])),
    )


Batch = list[tuple[str, int, Routing, bool]]


@given(batches, st.data())
@bounded
def test_no_event_leaves_the_queue_without_delivery_a_dead_letter_or_a_message_of_its_own(
    batch: Batch, data: st.DataObject
) -> None:
    run = _run(batch, data)
    delivered = {
        (routing.event_group_id, line)
        for routing, lines in run.destination.requests
        for line in lines
        if run.verdicts.get(json.loads(line)["event_id"], Delivered()) == Delivered()
    }
    kept: set[tuple[str, str]] = set()
    unreadable: Counter[str] = Counter()
    for message in [*run.queue.sent, *run.dead_letters.sent]:
        if message.body.startswith("?"):
            unreadable[message.body] += 1
        else:
            head, queued = decode(message.body, identify)
            kept |= {(head.routing.event_group_id, one.line) for one in queued}
    for one_of in sorted(run.records, key=lambda one: one.message_id not in run.report.failures):
        if one_of.message_id in run.report.failures:
            if not one_of.body.startswith("?"):
                head, queued = decode(one_of.body, identify)
                kept |= {(head.routing.event_group_id, one.line) for one in queued}
            continue
        if one_of.body.startswith("?"):
            assert unreadable[one_of.body] > 0
            unreadable[one_of.body] -= 1
            continue
        head, queued = decode(one_of.body, identify)
        for one in queued:
            key = (head.routing.event_group_id, one.line)
            assert key in delivered or key in kept
    assert all(0 <= seconds <= 12 * 3_600 - 60 for seconds in run.queue.postponed.values())
    assert all(0 <= message.delay <= 900 for message in run.queue.sent)
    assert len(set(run.report.failures)) == len(run.report.failures)


@given(batches, st.data())
@bounded
def test_the_counts_add_up_to_the_events_of_the_batch(batch: Batch, data: st.DataObject) -> None:
    run = _run(batch, data)
    counts = run.report.counts
    events = sum(len(letters) for letters, _, _, readable in batch if readable)
    unreadable_letters = sum(message.body.startswith("?") for message in run.dead_letters.sent)
    buried = counts["DeadLettered"] - unreadable_letters
    assert counts["Delivered"] + counts["Repeated"] + counts["Retried"] + buried == events
    assert counts["DeadLettered"] == len(run.dead_letters.sent)
    assert counts["Unreadable"] == sum(not readable for *_, readable in batch)
    assert counts["Rejected"] == sum(run.report.reasons[key] for key in run.report.reasons if key[0] == "rejected")
    assert counts["KeyRefused"] <= counts["Retried"]


def test_a_dead_letters_attributes_fit_sqs() -> None:
    reason: Any = "x" * 300
    run = Run([record(0, "a", receives=MOST_RECEIVES, routing=Routing("group \x00\x1f\ufffe"))], {"a": Retry(reason)})
    (letter,) = run.dead_letters.sent
    assert len(letter.attributes) <= 10
    for value in letter.attributes.values():
        assert value
        assert all(c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" for c in value)


# --- the ledger -------------------------------------------------------------------------------------------------------


def test_the_ledger_is_read_before_sending_and_written_after_it() -> None:
    run = Run([record(0, "ab")], ledger=FakeLedger())
    assert run.journal == [("read", "ledger"), ("post", "destination"), ("note", "ledger")]
    assert run.ledger is not None
    assert run.ledger.noted == [Entry(Key("g", "LEAD", event_id), "delivered") for event_id in "ab"]


def test_what_was_delivered_before_is_not_sent_again_and_is_acknowledged() -> None:
    run = Run([record(0, "ab"), record(1, "a")], ledger=FakeLedger(known="a"))
    assert run.asked() == ["b"]
    assert run.report.failures == []
    assert run.counts() == {"Delivered": 1, "Repeated": 2}


def test_a_batch_of_which_all_was_delivered_before_asks_nobody() -> None:
    run = Run([record(0, "ab")], ledger=FakeLedger(known="ab"))
    assert run.journal == [("read", "ledger")]
    assert run.report.failures == []


def test_of_two_conversions_that_share_an_id_the_ledger_is_asked_about_the_second_ones_own() -> None:
    people = [make({"em": who, "value": value}, b"key") for who, value in (("jane", "1"), ("john", "2"))]
    both = [event("a")._replace(fingerprint=person) for person in people]
    ledger = FakeLedger()
    run = Run([received(1, encode(Head(G), both))], ledger=ledger)
    assert run.counts()["IdCollisions"] == 1
    assert [step for step in run.journal if step == ("read", "ledger")] == [("read", "ledger")] * 2
    assert len(set(run.asked())) == 2


def test_several_copies_in_one_batch_are_sent_and_noted_once() -> None:
    run = Run([record(0, "a"), record(1, "a"), record(2, "a")], ledger=FakeLedger())
    assert run.asked() == ["a"]
    assert run.ledger is not None
    assert [entry.key.event_id for entry in run.ledger.noted if isinstance(entry, Entry)] == ["a"]


def test_a_rejection_is_noted_with_its_reason_once_its_letter_is_written() -> None:
    run = Run([record(0, "ab")], {"a": BAD, "b": BUSY}, ledger=FakeLedger())
    assert run.ledger is not None
    assert run.ledger.noted == [Entry(Key("g", "LEAD", "a"), "rejected", BAD.reason, BAD.status)]
    assert run.journal.index(("send", "dead letters")) < run.journal.index(("note", "ledger"))
    lost = Run([record(0, "a")], {"a": BAD}, letters_taken=lambda _: False, ledger=FakeLedger())
    assert lost.ledger is not None
    assert lost.ledger.noted == []


@pytest.mark.parametrize("ledger", [FakeLedger(known="a", reads=False), FakeLedger(writes=False)])
def test_without_the_ledger_delivery_goes_on_and_the_metric_says_so(ledger: FakeLedger) -> None:
    run = Run([record(0, "ab")], ledger=ledger)
    assert run.asked() == ["a", "b"]
    assert run.report.failures == []
    assert run.counts() == {"Delivered": 2, "LedgerUnavailable": 1}
