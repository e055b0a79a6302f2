"""Messages and events as a run of delivery has them, made by hand."""

from pipeline.contract.destination import Routing
from pipeline.contract.messages import Head, QueuedEvent
from pipeline.delivery.batch import Event, Message, Record
from pipeline.delivery.table import Key
from pipeline.delivery.windows import Tried
from tests.unit.doubles import event

NOW = 1_790_000_000.0


def message(
    *ids: str,
    head: Head | None = None,
    receives: int = 1,
    first_received: float = NOW,
    fingerprint: str = "",
    number: int = 0,
) -> Message:
    """A message with these events, received so often, first at `first_received` (epoch seconds)."""
    head = head or Head(Routing("g"))
    queued = [event(event_id) for event_id in ids]
    events = [
        Event(
            QueuedEvent(one.line, one.event_id, one.event_name, fingerprint),
            Key(head.routing.event_group_id, one.event_name, one.event_id),
            Tried(head.windows, head.window_from),
        )
        for one in queued
    ]
    record = Record(f"m{number}", f"r{number}", "", receives, first_received, first_received)
    return Message(record, head, events)
