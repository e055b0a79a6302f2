"""Finished events -> messages on a destination's queue, in as few as fit. I/O is the queue's."""

from collections.abc import Sequence
from itertools import pairwise

from pipeline.aws.sqs import Outgoing, Queue
from pipeline.contract import fingerprints, packing
from pipeline.contract.destination import Destination
from pipeline.contract.messages import Head, QueuedEvent, within
from pipeline.intake.received import Received


def enqueue(
    received: Received,
    destination: Destination,
    queue: Queue,
    *,
    sender: str,
    post_id: str,
    now: float,
    key: bytes | None,
) -> None:
    """Queue the finished events; those that SQS did not take are lost to the request, which names them.

    A message holds what one request to the destination can hold, so that it travels whole, or less if SQS takes less.
    `sender` is the sender's class, `post_id` the answer's `request_id`, `now` epoch seconds, `key` that of the
    fingerprints; without one they have none.
    """
    messages: list[Outgoing] = []
    contents: list[Sequence[int]] = []
    for routing, indexes in received.by_routing().items():
        head = Head(routing, sender, post_id, accepted_at=int(now), waits_from=int(now))
        capacity = packing.capacity(destination.limits, destination.overhead(routing))
        sizes = [packing.size(received.events[index].line) for index in indexes]
        for places in packing.fill(sizes, capacity=capacity, most=destination.limits.events):
            group = [indexes[place] for place in places]
            bodies = within(head, [_queued(received, index, key) for index in group])
            messages += map(Outgoing, bodies)
            contents += _divided(group, bodies)
    for taken, lost in zip(queue.send(messages), contents, strict=True):
        if not taken:
            for index in lost:
                received.lose(index)


def _queued(received: Received, index: int, key: bytes | None) -> QueuedEvent:
    event = received.events[index]
    fingerprint = "" if key is None else fingerprints.make(event.identifiers, key)
    refused_by = ", ".join(received.refusals.get(index, ()))
    return QueuedEvent(event.line.decode(), event.event_id, event.event_name, fingerprint, refused_by)


def _divided(group: Sequence[int], bodies: Sequence[str]) -> list[Sequence[int]]:
    """Which events each of the bodies holds: an event is a line, after the first."""
    ends = [0]
    for body in bodies:
        ends.append(ends[-1] + body.count("\n"))
    return [group[start:end] for start, end in pairwise(ends)]
