"""The equation of `relay report`. Pure.

It holds for each destination: all of them receive what senders post. What is right and not for one of them is
`withheld` there. Every event that goes into a queue comes out of it once, delivered, as a repeat, or as a dead letter:

    received = accepted + invalid + ignored + withheld + not queued
    waiting at the start + accepted + redriven + strangers = delivered + repeated + dead letters + waiting

`redriven` are dead letters that were moved back: they go in a second time, and come out a second time. `strangers` are
messages that no POST of ours made (`Unreadable`): each comes out as a dead letter. `retried` is not a term: such
an event goes round and has not come out.

What waits is known in messages, from the queue's depth, and one message holds 1 to 1,000 events. So the number of
waiting events is what the equation leaves, and what is checked is that it can be in that many messages: with an empty
queue it must be 0. A window can start while events are in flight: no metric of the window counts what waited at its
start, so the equation is exact only if the queue was empty then.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

MOST_IN_A_MESSAGE = 1_000

METRICS = (
    "Accepted Invalid Ignored Withheld NotQueued Refused"
    " Delivered Rejected Retried DeadLettered Repeated Unreadable Redriven IdCollisions"
).split()


@dataclass(frozen=True, slots=True)
class Counts:
    """What was counted within the window, in events: `collisions` among the delivered, `refused` among the received."""

    accepted: int
    invalid: int
    ignored: int
    withheld: int
    not_queued: int
    delivered: int
    repeated: int
    dead_letters: int
    retried: int
    redriven: int
    strangers: int
    collisions: int = 0
    refused: int = 0

    def received(self) -> int:
        """All that senders posted."""
        return self.accepted + self.invalid + self.ignored + self.withheld + self.not_queued

    def left(self) -> int:
        """Events that went in and did not come out."""
        came_in = self.accepted + self.redriven + self.strangers
        return came_in - self.delivered - self.repeated - self.dead_letters


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the sums add up, None meaning that it cannot be told, and why in words; `waiting` if it is known."""

    adds_up: bool | None
    waiting: int | None
    why: str


def counted(metrics: Mapping[str, int], moved: int) -> Counts:
    """The counts of these metrics; `moved` dead letters went back by SQS's own tasks."""
    return Counts(
        accepted=metrics["Accepted"],
        invalid=metrics["Invalid"],
        ignored=metrics["Ignored"],
        withheld=metrics["Withheld"],
        not_queued=metrics["NotQueued"],
        delivered=metrics["Delivered"],
        repeated=metrics["Repeated"],
        dead_letters=metrics["DeadLettered"],
        retried=metrics["Retried"],
        redriven=metrics["Redriven"] + moved,
        strangers=metrics["Unreadable"],
        collisions=metrics["IdCollisions"],
        refused=metrics["Refused"],
    )


def verdict(counts: Counts, *, messages: int, messages_at_start: int | None, recent: int = 0) -> Verdict:
    """Whether the counts agree with the queue: its messages now, and at the window's start (None: not known).

    `recent` is what was counted in the last minutes: by so much counts that are still under way can differ.
    """
    left = counts.left()
    high = MOST_IN_A_MESSAGE * messages  # each message holds 1 to 1,000 events
    low = _least(messages, messages_at_start)
    off = left - high if left > high else int(max(low - left, 0))
    if left > high and off <= min(counts.redriven, counts.strangers):
        why = f"{off:,} of the redriven messages nobody could read again, and these are counted as strangers too"
        return Verdict(None, None, f"{why}: drop them instead (relay dlq drop)")
    if 0 < off <= recent:
        return Verdict(None, None, "counts of the last minutes are still under way: ask again in some minutes")
    if off:
        return Verdict(False, None, _missing(off) if left > high else _surplus(off))
    if messages_at_start == 0:
        return Verdict(True, left, "in = out + waiting")
    start = (
        "how many waited" if messages_at_start is None else f"how many events the {messages_at_start:,} messages had"
    )
    return Verdict(None, None, f"nobody knows {start} at the start: choose a window that begins when nothing waited")


def _least(messages: int, at_start: int | None) -> float:
    """How many more events must have gone in than came out."""
    if at_start is None:
        return -math.inf  # any number may have waited, and have come out since
    return messages - MOST_IN_A_MESSAGE * at_start  # at most: it is the largest of some minutes


def _missing(number: int) -> str:
    return (
        f"{number:,} events went in and did not come out: counts of the last minutes may still be under way; otherwise"
        " SQS itself moved their messages to the dead letters, or somebody emptied the queue"
    )


def _surplus(number: int) -> str:
    return (
        f"{number:,} events more came out, or still wait, than went in: SQS delivered messages again, somebody moved"
        " dead letters back in a way that is not counted, or counts of the last minutes are still under way"
    )
