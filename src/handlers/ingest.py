"""POST /v1/events: conversions in, finished events on the queue of each destination."""

import os
from functools import cache
from typing import Any

from handlers import api, clients, telemetry
from pipeline import packing
from pipeline.destination import Routing
from pipeline.messages import encode
from pipeline.reception import Reception
from pipeline.reply import reply
from pipeline.senders import Sender
from pipeline.sqs import Outgoing, Queue
from roku import request as roku_request


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer one request of API Gateway's HTTP API (payload format 2.0), after SQS has taken its events."""

    def answer(received: Reception, sender: Sender) -> tuple[int, dict[str, Any]]:
        invalid = len(received.failed)
        lost = _enqueue(received)
        counts = {"Accepted": received.received - invalid - lost, "Invalid": invalid, "NotQueued": lost}
        telemetry.count(counts, destination="roku", sender=sender.name, request_id=context.aws_request_id)
        failed = [received.failed[index] for index in sorted(received.failed)]
        status = 202 if not failed else 210 if counts["Accepted"] else 503 if lost else 400
        return status, reply(status, received.received, failed, received.warnings)

    return api.serve(event, "/v1/events", answer)


@cache
def _queue() -> Queue:
    return Queue(clients.sqs(), os.environ["ROKU_QUEUE_URL"], clients.aws_executor())


def _enqueue(received: Reception) -> int:
    """Queue the finished events in as few messages as fit; name those that SQS did not take, and return their number.

    A message holds what one request to Roku can hold, so that it always travels whole.
    """
    by_partner: dict[str | None, list[int]] = {}
    for index, event in received.events.items():
        by_partner.setdefault(event.partner_name, []).append(index)
    messages: list[Outgoing] = []
    contents: list[list[int]] = []
    limits = roku_request.LIMITS
    capacity = limits.bytes - roku_request.overhead(received.event_group_id) + 1  # n events, n - 1 commas
    for partner, indexes in by_partner.items():
        routing = Routing(received.event_group_id, partner)
        sizes = [len(received.events[index].line) + 1 for index in indexes]
        for places in packing.fill(sizes, capacity=capacity, most=limits.events):
            group = [indexes[place] for place in places]
            messages.append(Outgoing(encode(routing, [received.events[index].line.decode() for index in group])))
            contents.append(group)
    lost = 0
    for taken, group in zip(_queue().send(messages), contents, strict=True):
        if not taken:
            lost += len(group)
            for index in group:
                received.fail(index, {"event": "could not be queued: send this event again"})
    return lost
