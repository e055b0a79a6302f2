"""A run ends in time with its report, whatever hangs: DynamoDB, SQS, the destination, or all of them."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor, Future
from typing import Any

import pytest

from pipeline.aws import waiting
from pipeline.aws.sqs import Queue
from pipeline.contract.destination import Routing
from pipeline.contract.messages import Head, encode
from pipeline.contract.outcome import Delivered, Outcome, Rejected, Retry
from pipeline.delivery.batch import Record, Report
from pipeline.delivery.deliver import deliver
from pipeline.delivery.ledger import Ledger
from pipeline.delivery.surroundings import Remembered, Surroundings
from tests.unit.doubles import AtOnce, FakeDestination, Never, event

NOW, RUN = 1_790_000_000.0, 60.0
EVENTS = 300  # the ledger is asked in 4 calls, and told in 12


class Clock:
    """Time that passes only where somebody waits for what never comes."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now

    def wait(self, futures: Iterable[Future[Any]], timeout: float | None = None, return_when: str = "") -> Any:
        """As `concurrent.futures.wait`."""
        waiting_for = list(futures)
        done = {future for future in waiting_for if future.done()}
        if not done or (not return_when and len(done) < len(waiting_for)):
            assert timeout is not None
            self.now += timeout
        return done, set(waiting_for) - done


class Aws:
    """SQS and DynamoDB that take everything, in the calls that are heard."""

    def send_message_batch(self, *, Entries: Sequence[Any], **_: Any) -> Any:  # noqa: N803 - AWS's name
        """Take all."""
        return {"Successful": [{"Id": entry["Id"]} for entry in Entries]}

    change_message_visibility_batch = send_message_batch

    def batch_get_item(self, **_: Any) -> Any:
        """Nothing is known."""
        return {"Responses": {"table": []}, "UnprocessedKeys": {}}

    def batch_write_item(self, **_: Any) -> Any:
        """Write all."""
        return {"UnprocessedItems": {}}

    def put_item(self, **_: Any) -> Any:
        """Write it."""
        return {}


def run(
    monkeypatch: pytest.MonkeyPatch, hangs: str, respond: Callable[[Routing, list[str]], Sequence[Outcome]]
) -> tuple[Report, FakeDestination, float]:
    """The report of a run in which these hang, what was sent, and the seconds it took."""
    clock = Clock()
    monkeypatch.setattr(waiting, "wait", clock.wait)
    aws: Any = Aws()

    def threads(name: str) -> Executor:
        return Never(begun=True) if name in hangs.split() else AtOnce()

    destination = FakeDestination(respond, repeat_window=600.0, seconds=20.0)
    records = [
        Record(f"m{n}", f"r{n}", encode(Head(Routing("g")), [event(f"e{n}")]), 1, NOW, NOW) for n in range(EVENTS)
    ]
    world = Surroundings(
        queue=Queue(aws, "queue", threads("queue")),
        dead_letters=Queue(aws, "letters", threads("letters")),
        ledger=Ledger(aws, "table", destination="fake", days=7, request_id="r", executor=threads("ledger"), now=clock),
        remembered=Remembered(),
        now=clock,
        time_left=lambda: NOW + RUN - clock.now,
        jitter=lambda: 0.5,
        executor=threads("destination"),
    )
    return deliver(records, destination, world), destination, clock.now - NOW


def half(_: Routing, lines: list[str]) -> list[Outcome]:
    """Every second event is refused."""
    return [Rejected("no", 210) if n % 2 else Delivered() for n in range(len(lines))]


@pytest.mark.parametrize(
    ("hangs", "longest"),
    [
        ("", 0.0),
        ("ledger", 3.0 + 3.0),  # questions, notes
        ("queue letters", RUN - 1),
        ("ledger queue letters", RUN - 1),
        ("destination", RUN - 1),
        ("destination ledger queue letters", RUN - 1),
    ],
)
def test_a_run_ends_with_its_report_whatever_hangs(monkeypatch: pytest.MonkeyPatch, hangs: str, longest: float) -> None:
    report, destination, seconds = run(monkeypatch, hangs, half)
    assert seconds <= longest
    sent = sum(len(lines) for _, lines in destination.requests)
    assert sent == (0 if "destination" in hangs else EVENTS)
    if not hangs or hangs == "ledger":
        assert report.failures == []
        assert report.counts["Delivered"] == report.counts["DeadLettered"] == EVENTS / 2
    if "letters" in hangs:
        assert len(report.failures) >= EVENTS / 2  # what is refused stays on the queue
    if "ledger" in hangs:
        assert report.counts["LedgerUnavailable"] == 1


def test_a_table_that_hangs_takes_three_seconds_from_deliveries_not_more(monkeypatch: pytest.MonkeyPatch) -> None:
    began: list[float] = []
    clock: list[Clock] = []

    def respond(_: Routing, lines: list[str]) -> list[Outcome]:
        began.append(clock[0].now)
        return [Delivered()] * len(lines)

    original = Clock.__init__

    def made(self: Clock) -> None:
        original(self)
        clock.append(self)

    monkeypatch.setattr(Clock, "__init__", made)
    run(monkeypatch, "ledger", respond)
    assert began
    assert max(began) <= NOW + 3.0


def test_a_destination_that_hangs_is_given_up_and_the_rest_waits_as_perhaps_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    report, _, _ = run(monkeypatch, "destination", half)
    assert report.counts["Retried"] == EVENTS
    assert 0 < report.counts["AnswerUnreadable"] <= 3 * 50  # a small request, and the next after its time was over


def test_after_the_last_request_every_step_that_keeps_the_promise_has_its_seconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock, steps = Clock(), list[tuple[str, float]]()
    monkeypatch.setattr(waiting, "wait", clock.wait)

    class Slow:
        """A queue whose every call takes all the seconds that it may take, and fails."""

        def __init__(self, name: str) -> None:
            self.name = name

        def send(self, messages: Sequence[Any], seconds: float) -> list[bool]:
            """None is taken."""
            steps.append((f"send to {self.name}", seconds))
            clock.now += seconds
            return [False] * len(messages)

        def postpone(self, receipts: Sequence[tuple[str, int]], seconds: float) -> list[tuple[str, int]]:
            """None is put off."""
            steps.append(("postpone", seconds))
            clock.now += seconds
            return list(receipts)

    class OneThread(AtOnce):
        """Makes one call; no other is ever begun, and so waits until the requests' time is over."""

        def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
            """Call now, the first time."""
            if asked:
                return Never(begun=False).submit(fn)
            asked.append(clock.now)
            return super().submit(fn, *args, **kwargs)

    asked: list[float] = []
    records = [
        Record("m0", "r0", "no message of ours", 1, NOW, NOW),
        Record("m1", "r1", encode(Head(Routing("g")), [event("e1")]), 1, NOW, NOW),
        Record("m2", "r2", encode(Head(Routing("h")), [event("e2"), event("e3")]), 1, NOW, NOW),
    ]
    world = Surroundings(
        queue=Slow("the queue"),
        dead_letters=Slow("the dead letters"),
        ledger=None,
        remembered=Remembered(),
        now=clock,
        time_left=lambda: NOW + RUN - clock.now,
        jitter=lambda: 0.5,
        executor=OneThread(),
    )
    lost = Retry("no answer", ambiguous=True)
    destination = FakeDestination(lambda _, lines: [lost] * len(lines), repeat_window=600.0, seconds=20.0)
    report = deliver(records, destination, world)
    assert [name for name, _ in steps[:3]] == ["send to the dead letters", "send to the queue", "postpone"]
    assert all(seconds >= 2 for _, seconds in steps[:3])  # an answer of AWS's that is slow takes as long
    assert clock.now <= NOW + RUN - 1
    assert sorted(report.failures) == ["m0", "m1", "m2"]
