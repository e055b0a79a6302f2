"""What a run learns of the windows that other messages with the same events have used."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from pipeline.aws.waiting import Allowance
from pipeline.contract.destination import Answer, Routing
from pipeline.contract.fingerprints import make
from pipeline.contract.messages import BROWSER, SERVER, Head
from pipeline.contract.outcome import COUNTED_TWICE, LONGEST_AGE, Delivered, Outcome, Rejected, Retry
from pipeline.delivery.batch import Message
from pipeline.delivery.circuit import Circuit
from pipeline.delivery.gate import Circuits
from pipeline.delivery.settling import _steps, settle
from pipeline.delivery.surroundings import Remembered, Surroundings
from pipeline.delivery.table import Entry, Found, Key, Note, PutOff, Unread
from pipeline.delivery.trying import Act
from pipeline.delivery.windows import Tried
from tests.unit.batches import NOW, message
from tests.unit.doubles import AtOnce, FakeDestination, FakeQueue, destination

G = Routing("g")
ACCEPTED = int(NOW) - 5_000
HEAD = Head(G, accepted_at=ACCEPTED, waits_from=ACCEPTED)  # never redriven
TROUBLED = Circuit(understood_at=NOW - 5, unread_at=NOW - 10)
JUST, OVER = int(NOW) - 60, int(NOW) - 480
BOTH_OVER = Unread(Tried(2, OVER), ACCEPTED + 10)
LOST = Retry("Roku answered 500", 500, ambiguous=True)


@dataclass
class Memory:
    """A ledger that knows these windows; `asked` are the events that it was asked about."""

    known: Mapping[Key, Unread]
    circuits: Mapping[str, Circuit]
    asked: list[Key] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    marks_asked: list[str] = field(default_factory=list)
    put_off: Mapping[str, PutOff] = field(default_factory=dict)

    def look_up(
        self,
        keys: Sequence[Key],  # noqa: ARG002 - the protocol's
        groups: Sequence[str],
        seconds: float,  # noqa: ARG002 - the protocol's
        messages: Sequence[str] = (),
    ) -> Found:
        """Nothing was delivered."""
        self.marks_asked += messages
        circuits = {group: self.circuits.get(group, Circuit()) for group in groups}
        return Found(circuits=circuits, put_off={one: self.put_off[one] for one in messages if one in self.put_off})

    def unread(self, keys: Sequence[Key], seconds: float) -> dict[Key, Unread]:
        """What is known of these."""
        assert 0 < seconds <= 3
        self.asked += keys
        return {key: self.known[key] for key in keys if key in self.known}

    def change(self, group: str, old: Circuit, new: Circuit, seconds: float) -> tuple[Circuit, bool] | None:  # noqa: ARG002
        """Nobody answers."""
        self.changed.append(group)
        return None

    def note(self, entries: Sequence[Entry | PutOff], seconds: float) -> bool:  # noqa: ARG002 - the protocol's
        """Nothing is noted in this step."""
        raise AssertionError


def world(ledger: Memory | None, circuits: dict[str, Circuit] | None = None) -> Surroundings:
    """A moment in which nothing passes."""
    return Surroundings(
        queue=FakeQueue("queue", []),
        dead_letters=FakeQueue("letters", []),
        ledger=ledger,
        remembered=Remembered({} if circuits is None else circuits),
        now=lambda: NOW,
        time_left=lambda: 60.0,
        jitter=lambda: 0.0,
        executor=AtOnce(),
    )


def roku(outcome: Outcome = LOST) -> FakeDestination:
    """A destination with Roku's window, that answers every event so."""
    return FakeDestination(lambda _, lines: [outcome] * len(lines), repeat_window=600.0)


def settled(messages: Sequence[Message], known: dict[Key, Unread], **circuits: Circuit) -> tuple[Memory, int]:
    """The ledger, and how many events were sent."""
    memory, destination = Memory(known, circuits), roku()
    settle(messages, destination, world(memory))
    return memory, sum(len(lines) for _, lines in destination.requests)


def key(event_id: str, group: str = "g") -> Key:
    """What such an event is to the ledger."""
    return Key(group, "LEAD", event_id)


def test_an_event_whose_windows_another_message_has_used_up_is_not_sent_again() -> None:
    one = message("a", head=HEAD)
    memory, sent = settled([one], {key("a"): BOTH_OVER}, g=TROUBLED)
    assert (memory.asked, sent) == ([key("a")], 0)
    assert one.events[0].letter.startswith(COUNTED_TWICE)


def test_an_event_of_which_nothing_is_known_does_not_hide_what_is_known_of_the_next() -> None:
    one = message("a", "b", head=HEAD)
    _, sent = settled([one], {key("b"): BOTH_OVER}, g=TROUBLED)
    assert sent == 1
    assert [bool(event.letter) for event in one.events] == [False, True]
    assert one.events[0].tried == Tried(1, int(NOW))


@pytest.mark.parametrize(
    ("mine", "other", "used"),
    [
        (Tried(), Tried(1, JUST), Tried(1, JUST)),
        (Tried(1, JUST), Tried(1, JUST + 1), Tried(1, JUST + 1)),  # the later window
        (Tried(1, JUST), Tried(1, JUST - 1), Tried(1, JUST)),
        (Tried(1, JUST), Tried(2, JUST - 1), Tried(2, JUST - 1)),  # the second window
        (Tried(2, JUST), Tried(1, JUST + 1), Tried(2, JUST)),
        (Tried(1, JUST), Tried(1, None), Tried(1, JUST)),
        (Tried(2, None), Tried(2, JUST), Tried(2, JUST)),
    ],
)
def test_the_window_that_is_further_on_counts(mine: Tried, other: Tried, used: Tried) -> None:
    one = message(
        "a", head=Head(G, accepted_at=ACCEPTED, waits_from=ACCEPTED, windows=mine.windows, window_from=mine.began)
    )
    settled([one], {key("a"): Unread(other, ACCEPTED + 10)}, g=TROUBLED)
    assert one.events[0].tried == used


@pytest.mark.parametrize(
    ("unread_at", "asked"),
    [(0.0, False), (NOW - LONGEST_AGE, False), (NOW - LONGEST_AGE + 1, True), (NOW - 10, True)],
)
def test_a_group_that_lost_no_answer_for_as_long_as_events_wait_costs_no_question(
    unread_at: float, asked: bool
) -> None:
    memory, _ = settled([message("a", head=HEAD)], {}, g=Circuit(understood_at=NOW, unread_at=unread_at))
    assert memory.asked == ([key("a")] if asked else [])


def test_only_events_of_troubled_groups_are_asked_about() -> None:
    messages = [
        message("a", head=HEAD),
        message("b", head=Head(Routing("h"), accepted_at=ACCEPTED, waits_from=ACCEPTED)),
    ]
    memory, _ = settled(messages, {}, g=Circuit(understood_at=NOW), h=TROUBLED)
    assert memory.asked == [key("b", "h")]


@pytest.mark.parametrize(
    ("head", "at", "sent"),
    [
        # redriven (it waits since NOW): what was noted before that is of no account
        (Head(G), int(NOW) - 1, 1),
        (Head(G), int(NOW), 0),
        (Head(G, accepted_at=ACCEPTED, waits_from=ACCEPTED + 50), ACCEPTED + 49, 1),
        (Head(G, accepted_at=ACCEPTED, waits_from=ACCEPTED + 50), ACCEPTED + 50, 0),
        # never redriven: all that was noted counts
        (HEAD, ACCEPTED - 1, 0),
    ],
)
def test_a_redrive_begins_new_windows(head: Head, at: int, sent: int) -> None:
    _, events = settled([message("a", head=head)], {key("a"): Unread(Tried(2, OVER), at)}, g=TROUBLED)
    assert events == sent


@pytest.mark.parametrize("is_open", [False, True])
def test_a_second_window_is_written_down_where_the_circuit_is_closed_and_waits_where_it_is_open(is_open: bool) -> None:
    one = message("a", head=Head(G, accepted_at=ACCEPTED, waits_from=ACCEPTED, windows=1, window_from=OVER))
    state = Circuit(understood_at=NOW, opened_at=NOW - 99 if is_open else 0.0, next_probe_at=NOW + 9)
    _, sent = settled([one], {}, g=state)
    assert (sent, one.events[0].tried) == (0, Tried(1, OVER) if is_open else Tried(2, None))


def test_without_a_ledger_the_circuit_alone_is_known_and_nobody_is_asked() -> None:
    one = message("a", head=HEAD)
    settle([one], roku(), world(None, {"g": TROUBLED}))
    assert one.events[0].tried == Tried(1, int(NOW))


def test_a_destination_with_a_long_repeat_window_needs_no_windows() -> None:
    memory = Memory({key("a"): BOTH_OVER}, {"g": TROUBLED})
    destination = FakeDestination(lambda _, lines: [Delivered()] * len(lines), repeat_window=30 * 86_400.0)
    one = message("a", head=HEAD)
    settle([one], destination, world(memory))
    assert (memory.asked, one.events[0].outcome) == ([], Delivered())
    perhaps_died = message("b", head=HEAD, receives=2, first_received=NOW - 421)
    settle([perhaps_died], FakeDestination(lambda _, lines: [LOST] * len(lines)), world(memory))
    assert perhaps_died.events[0].used == Tried()


ALIKE = Rejected("event_group_id: unknown", 400, alike=True)


@pytest.mark.parametrize(("delivered_at", "waits"), [(0.0, False), (NOW - 50, True)])
def test_a_refusal_of_every_event_alike_is_of_set_up_where_the_group_has_delivered_before(
    delivered_at: float, waits: bool
) -> None:
    memory = Memory({}, {"g": Circuit(understood_at=NOW, delivered_at=delivered_at)})
    one = message("a", head=HEAD)
    settle([one], roku(ALIKE), world(memory))
    outcome = one.events[0].outcome
    assert outcome == (Retry(ALIKE.reason, 400, setup=True) if waits else ALIKE)


@pytest.mark.parametrize(
    ("noted", "mine", "is_held_back"),
    [
        (Note(BROWSER, "external_id:nobody value:1"), (SERVER, "em:customer value:2"), False),
        (Note(BROWSER), (SERVER, ""), False),
        (Note(BROWSER, "em:customer"), (SERVER, "em:customer value:2"), True),
        (Note(BROWSER, "external_id:nobody"), (BROWSER, "em:customer"), True),
        (Note(SERVER, "em:customer"), (BROWSER, ""), True),
    ],
)
def test_windows_that_a_browsers_event_used_are_not_those_of_a_servers_that_shares_nothing_with_it(
    noted: Note, mine: tuple[str, str], is_held_back: bool
) -> None:
    sender, fingerprint = mine
    one = message("a", head=replace(HEAD, sender=sender), fingerprint=fingerprint)
    _, sent = settled([one], {key("a"): replace(BOTH_OVER, note=noted)}, g=TROUBLED)
    assert sent == (0 if is_held_back else 1)
    assert bool(one.events[0].letter) is is_held_back


@pytest.mark.parametrize(
    ("state", "claims"),
    [
        # starved: one of them is to be the probe; so too if a probe was understood
        (Circuit(opened_at=NOW - 90, next_probe_at=NOW, stage=1), 1),
        (Circuit(opened_at=NOW - 90_000, next_probe_at=NOW - 4_000), 1),
        # nothing was delivered for ten minutes: one of them finds out
        (Circuit(understood_at=NOW, delivered_at=NOW - 601), 1),
        (Circuit(understood_at=NOW, delivered_at=NOW - 600), 3),
    ],
)
def test_as_many_of_the_events_that_wait_begin_their_second_window_as_is_wise(state: Circuit, claims: int) -> None:
    head = Head(G, windows=1, window_from=int(NOW) - 80_000)
    waiting = [message(str(n), head=head, receives=3, number=n) for n in range(3)]
    first = [(one, one.events[0]) for one in waiting]
    circuits = Circuits({}, {"g": state}, None, allowance=Allowance(3.0, lambda: NOW))
    steps = _steps(first, circuits, FakeDestination(lambda *_: [], repeat_window=600.0), NOW, is_needed=True)
    assert [step.act for _, _, step in steps] == [Act.CLAIM] * claims + [Act.HOLD] * (3 - claims)


def test_of_two_events_that_wait_one_begins_its_second_window_and_the_other_is_held() -> None:
    head = Head(G, accepted_at=ACCEPTED, waits_from=ACCEPTED, windows=1, window_from=OVER)
    both = [message(name, head=head, receives=3, number=number) for number, name in enumerate("ab")]
    settled(both, {}, g=Circuit(understood_at=NOW, delivered_at=NOW - 601))
    assert [one.events[0].tried for one in both] == [Tried(2), Tried(1, OVER)]
    assert [one.events[0].wait for one in both] == [0, 72]  # the third try: 120 s, of which at least 60 %


def test_what_was_put_off_by_its_runs_is_as_fresh_as_ever_and_what_a_run_died_with_is_not() -> None:
    """Refused clearly for hours (429, no connection), or held: nothing of that may have been counted."""
    head = replace(HEAD, routing=G)
    messages = [
        message(name, head=head, receives=9, first_received=NOW - 5_000, number=n) for n, name in enumerate("ab")
    ]
    memory = Memory({}, {"g": Circuit(understood_at=NOW, delivered_at=NOW)}, put_off={"m0": PutOff("m0", 8, ACCEPTED)})
    settle(messages, roku(Retry("Roku answered 429", 429)), world(memory))
    assert [one.events[0].used for one in messages] == [Tried(), Tried(2)]  # the other's second window was claimed
    settle(messages[:1], roku(), world(memory))
    assert messages[0].events[0].tried == Tried(1, int(NOW))


def test_only_of_messages_that_were_received_before_it_is_asked_whether_they_were_put_off() -> None:
    memory = Memory({}, {"g": Circuit(understood_at=NOW)}, put_off={"m1": PutOff("m1", 1, ACCEPTED)})
    both = [message("a", head=HEAD), message("b", head=HEAD, receives=2, first_received=NOW - 5_000, number=1)]
    settle(both, roku(Delivered()), world(memory))
    assert memory.marks_asked == ["m1"]
    assert both[1].events[0].used == Tried()


def test_an_answer_that_cannot_be_read_changes_the_circuit_that_runs_share() -> None:
    memory = Memory({}, {"g": Circuit(understood_at=NOW)})
    settle([message("a", head=HEAD)], roku(Retry("Roku answered 200", 200, ambiguous=True)), world(memory))
    assert memory.changed[:1] == ["g"]


def test_where_repeats_are_dropped_for_long_no_circuit_makes_requests_small() -> None:
    destination = FakeDestination(lambda _, lines: [Delivered()] * len(lines))
    settle([message(*map(str, range(60)), head=HEAD)], destination, world(Memory({}, {})))
    assert [len(lines) for _, lines in destination.requests] == [60]


def test_in_a_window_events_go_in_pieces() -> None:
    head = Head(G, accepted_at=ACCEPTED, waits_from=ACCEPTED, windows=1, window_from=JUST)
    destination = roku(Delivered())
    settle(
        [message(*map(str, range(25)), head=head)], destination, world(Memory({}, {"g": Circuit(understood_at=NOW)}))
    )
    assert [len(lines) for _, lines in destination.requests] == [10, 10, 5]


@pytest.mark.parametrize("answers_first", [True, False])
def test_a_question_that_is_not_answered_leaves_the_ledgers_answer_incomplete(answers_first: bool) -> None:
    class Forgetful(Memory):
        """Answers one question."""

        def look_up(
            self, keys: Sequence[Key], groups: Sequence[str], seconds: float, messages: Sequence[str] = ()
        ) -> Found:
            """The first asks for the groups' circuits too, the second about an id of its own."""
            return replace(super().look_up(keys, groups, seconds, messages), complete=bool(groups) is answers_first)

    people = [make({"em": who, "value": value}, b"key") for who, value in (("jane", "1"), ("john", "2"))]
    both = [message("a", head=HEAD, fingerprint=person, number=number) for number, person in enumerate(people)]
    assert not settle(both, roku(Delivered()), world(Forgetful({}, {}))).is_complete
    assert settle(both[:1], roku(Delivered()), world(Forgetful({}, {}))).is_complete is answers_first


@dataclass
class Told(Memory):
    """Its table holds an operator's word on empty answers."""

    word: bool = True
    complete: bool = True

    def look_up(self, *asked: Any, **more: Any) -> Found:
        """What is known, with that word."""
        return replace(super().look_up(*asked, **more), accepts_empty=self.word, complete=self.complete)


@pytest.mark.parametrize("complete", [True, False])
def test_an_operators_word_on_empty_answers_is_remembered_where_the_ledger_answered(complete: bool) -> None:
    here = world(Told({}, {}, complete=complete))
    settle([message("a", head=HEAD)], roku(Delivered()), here)
    assert here.remembered.accepts_empty is complete


@pytest.mark.parametrize("word", [True, False])
def test_an_answer_is_read_by_the_operators_word(word: bool) -> None:
    words: list[object] = []

    def read(_: Answer, lines: Sequence[str], **said: object) -> list[Outcome]:
        words.append(said["empty_is_delivered"])
        return [Delivered()] * len(lines)

    settle([message("a")], destination(read=read, post=lambda *_: Answer(status=200)), world(Told({}, {}, word=word)))
    assert words == [word]


def test_each_message_is_sent_to_its_own_group() -> None:
    messages = [message(name, head=Head(Routing(name)), number=number) for number, name in enumerate("gh")]
    sandbox = roku(Delivered())
    settle(messages, sandbox, world(Memory({}, {})))
    lines = [one.events[0].queued.line for one in messages]
    assert sorted(sandbox.requests, key=str) == [(Routing("g"), lines[:1]), (Routing("h"), lines[1:])]


def test_a_run_counts_the_circuits_that_were_open_in_it() -> None:
    unread = Retry("Roku answered 200", 200, ambiguous=True)
    messages = [message(name, head=Head(Routing(name)), number=number) for number, name in enumerate("gh")]
    assert settle(messages, roku(unread), world(Memory({}, {}))).open_circuits == 2
    assert settle(messages[:1], roku(Delivered()), world(Memory({}, {}))).open_circuits == 0


def test_of_an_open_circuit_one_event_that_was_never_sent_is_the_probe() -> None:
    circuits = {"g": Circuit(understood_at=NOW - 900, opened_at=NOW - 90, next_probe_at=NOW - 1)}
    waiting = message(*map(str, range(9)), head=HEAD)
    sandbox = roku()
    settle([waiting], sandbox, world(None, circuits))
    assert [len(lines) for _, lines in sandbox.requests] == [1]


def test_windows_that_were_used_elsewhere_hold_nothing_back_where_repeats_are_dropped_for_long() -> None:
    sandbox = FakeDestination(lambda _, lines: [Delivered()] * len(lines))
    settle([message("a", head=Head(G, windows=2, window_from=int(NOW) - 30 * 86_400))], sandbox, world(Memory({}, {})))
    assert len(sandbox.requests) == 1


def test_another_copy_waits_with_the_time_since_which_its_event_is_refused() -> None:
    passing = Retry("rate limit exceeded", 400, passing=True)
    both = [message("a", head=HEAD, number=number) for number in range(2)]
    first, other = both[0].events[0], both[1].events[0]
    other.queued = other.queued._replace(line=other.queued.line.replace("}", ',"value":"2"}'))
    settle(both, roku(passing), world(None))
    assert (first.refused_from, other.refused_from) == (int(NOW), int(NOW))
    assert (other.copy_of, other.outcome, other.wait) == (first, passing, first.wait)
