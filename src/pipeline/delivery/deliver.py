"""One batch from the queue, delivered: read, settle, bury, put back, report.

Every event ends delivered, rejected or back in the queue, and is counted. The order keeps the promise: dead letters and
remainders are written before their message is acknowledged, and a message is acknowledged only by not being named in
the report. Notes in the ledger come last: without them a repeat may be sent, and nothing is lost.
"""

from collections.abc import Sequence

from pipeline.aws.waiting import Deadline
from pipeline.contract.destination import Destination, Routing
from pipeline.contract.messages import Head, Unreadable, decode
from pipeline.delivery import burying, putting_back, reporting, settling, trying
from pipeline.delivery.batch import Event, Message, Record, Report
from pipeline.delivery.surroundings import Surroundings
from pipeline.delivery.table import Key
from pipeline.delivery.windows import Tried

# Seconds that the run keeps for what comes after each step: remainders, visibility, notes, the report.
_AFTER_LETTERS, _AFTER_REMAINDERS, _AFTER_VISIBILITY, _AFTER_NOTES = 9.0, 6.0, 3.5, 1.0
_LONGEST_NOTES = 3.0


def deliver(records: Sequence[Record], destination: Destination, world: Surroundings) -> Report:
    """Deliver the batch and report.

    The ledger is read before sending and written after it, never claimed in between: a crash can cause a repeat, which
    the destination drops within its repeat window, and never a loss. Without its answer delivery goes on.
    """
    deadline, began = Deadline(world.time_left), world.now()
    messages = [_read(record, destination) for record in records]
    settled = settling.settle(messages, destination, world)
    burying.bury(messages, world.dead_letters, now=world.now(), seconds=deadline.left(_AFTER_LETTERS))
    has_windows = trying.is_needed(destination.limits.repeat_window)
    receipts = putting_back.remainders(
        messages,
        world.queue,
        now=world.now(),
        jitter=world.jitter,
        seconds=deadline.left(_AFTER_REMAINDERS),
        is_remembered=world.ledger is not None or not has_windows,
    )
    for _ in range(2):
        receipts = receipts and world.queue.postpone(receipts, deadline.left(_AFTER_VISIBILITY))
    if world.ledger is not None:
        notes = [*reporting.notes(messages), *(reporting.marks(messages, began) if has_windows else ())]
        if notes:
            settled.is_complete &= world.ledger.note(notes, deadline.left(_AFTER_NOTES, _LONGEST_NOTES))
    return reporting.tell(messages, settled, world.sample_rate)


def _read(record: Record, destination: Destination) -> Message:
    try:
        head, queued = decode(record.body, destination.identify)
    except Unreadable as error:
        return Message(record, Head(Routing("")), unreadable=str(error))
    group, tried, refused_from = head.routing.event_group_id, Tried(head.windows, head.window_from), head.refused_from
    keys = map(Key._make, [(group, one.event_name, one.event_id) for one in queued])
    events = [Event(one, key, tried, refused_from) for one, key in zip(queued, keys, strict=True)]
    return Message(record, head, events)
