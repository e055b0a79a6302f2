"""Finished events -> messages on a destination's queue, in as few as fit. I/O is the queue's."""

from pipeline import packing
from pipeline.destination import Inlet, Routing
from pipeline.messages import encode
from pipeline.reception import Reception
from pipeline.sqs import Outgoing, Queue


def enqueue(received: Reception, inlet: Inlet, queue: Queue) -> None:
    """Queue the finished events; those that SQS did not take are lost to the request, which names them.

    A message holds what one request to the destination can hold, so that it always travels whole.
    """
    by_partner: dict[str | None, list[int]] = {}
    for index, event in received.events.items():
        by_partner.setdefault(event.partner_name, []).append(index)
    messages: list[Outgoing] = []
    contents: list[list[int]] = []
    for partner, indexes in by_partner.items():
        routing = Routing(received.event_group_id, partner)
        capacity = inlet.limits.bytes - inlet.overhead(routing) + 1  # n events, n - 1 commas
        sizes = [len(received.events[index].line) + 1 for index in indexes]
        for places in packing.fill(sizes, capacity=capacity, most=inlet.limits.events):
            group = [indexes[place] for place in places]
            messages.append(Outgoing(encode(routing, [received.events[index].line.decode() for index in group])))
            contents.append(group)
    for taken, group in zip(queue.send(messages), contents, strict=True):
        if not taken:
            for index in group:
                received.lose(index)
