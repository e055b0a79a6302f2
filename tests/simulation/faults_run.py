"""Deliberate faults of a run: what it makes of copies and answers, and how long it waits."""

from typing import Any

# name -> module, what is right in its source, what is wrong; and further such pieces.
SOURCES: dict[str, tuple[Any, ...]] = {
    # delivery
    "delivery: dead letters are not written": (
        "pipeline.delivery.deliver",
        "    burying.bury(messages, world.dead_letters,",
        "    burying.bury(messages, type('None', (), {'send': lambda _, letters, __: [True] * len(letters)})(),",
    ),
    "delivery: no visibility is put off": (
        "pipeline.delivery.deliver",
        "receipts = receipts and world.queue.postpone(receipts, deadline.left(_AFTER_VISIBILITY))",
        "receipts = []",
    ),
    "delivery: nothing is noted": (
        "pipeline.delivery.deliver",
        "if world.ledger is not None:",
        "if False:",
    ),
    "delivery: the run waits past its end": (
        "pipeline.delivery.deliver",
        "deadline.left(_AFTER_LETTERS)",
        "deadline.left(-9.0)",
    ),
    "delivery: visibility waits past the end": (
        "pipeline.delivery.deliver",
        "deadline.left(_AFTER_VISIBILITY)",
        "deadline.left(-9.0)",
    ),
    "delivery: notes wait past the end": (
        "pipeline.delivery.deliver",
        "deadline.left(_AFTER_NOTES, _LONGEST_NOTES)",
        "deadline.left(-9.0)",
    ),
    "delivery: visibility is put off once, and what that leaves forgotten": (
        "pipeline.delivery.deliver",
        "    for _ in range(2):\n",
        "    for _ in range(1):\n",
    ),
    # settling
    "settling: what passes for all alike is rejected": (
        "pipeline.delivery.settling",
        "event.outcome.alike and state.delivered_at",
        "False",
    ),
    "settling: the ledger may take its time": (
        "pipeline.delivery.settling",
        "_LONGEST_QUESTIONS = 3.0",
        "_LONGEST_QUESTIONS = 90.0",
    ),
    "settling: the answers of two messages change places": (
        "pipeline.delivery.settling",
        "for (_, events), outcomes in zip(loads.values(), answers, strict=True):",
        "for (_, events), outcomes in zip(loads.values(), answers[:: 1 - 2 * (len({*map(len, answers)}) == 1)]):",
    ),
    "settling: a changed copy shares the rejection": (
        "pipeline.delivery.settling",
        "event.outcome, event.wait = _OTHER_COPY, _RETRY_COPY",
        "event.outcome, event.wait = original.outcome, 0",
    ),
    "settling: copies are delivered whatever became of the first": (
        "pipeline.delivery.settling",
        "if isinstance(original.outcome, Delivered | Repeated) or event.queued.line == original.queued.line:",
        "if True:",
    ),
    "settling: every group has the gate of one": (
        "pipeline.delivery.settling",
        "{group: Gate(circuits, group,",
        "{group: Gate(circuits, '',",
    ),
    # once
    "once: what the ledger knows is sent": (
        "pipeline.delivery.once",
        "if note is not None and not",
        "if False and not",
    ),
    "once: two copies are two": (
        "pipeline.delivery.once",
        "first.setdefault(event.key, pair)",
        "first.setdefault((event.key, id(event)), pair)",
    ),
}
