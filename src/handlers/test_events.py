"""POST /v1/test_events: the same validation, then the destination's own verdict from its test endpoint.

DESTINATION names the destination. Nothing is queued. With ?source=SOURCE the body is a platform's own, and the post is
admitted, checked and read as one to /v1/sources/SOURCE is.
"""

import os
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from itertools import count
from typing import Any

import destinations
from handlers import api, clients
from handlers.api import Call, Said
from pipeline.contract.destination import Answer, Destination, Routing
from pipeline.contract.outcome import Rejected, Retry
from pipeline.delivery.ask import send
from pipeline.delivery.unsent import Load
from pipeline.intake import access, verdict
from pipeline.intake import body as bodies
from pipeline.intake.received import Received
from pipeline.intake.reception import receive
from pipeline.intake.reply import reply
from pipeline.values import limits

_PATH = "/v1/test_events"
# Seconds kept at the end for the answer; the rest may go into finding which event the destination means.
_RESERVE = 2.0
_LONGEST = 200  # characters of an id, so that 1,000 of them fit into an answer
_UNASKED = (
    "was not asked about: a post makes at most {most} requests to {title}, and {title}'s answers to them did not name"
    " the events that they meant: send fewer events in one post"
)


@api.answering
def handler(event: dict[str, Any], context: Any, call: Call) -> Said:
    """Answer one request of API Gateway's HTTP API (payload format 2.0) with our verdict and the destination's."""
    tested = _tested(os.environ["DESTINATION"])
    request = api.request_of(event)
    if request.path != _PATH:
        raise api.nothing_here()
    if source := request.query.get("source"):
        request = replace(request, path=access.SOURCES + source)
    read = api.reader_of_source(request) if source else None
    sender = api.sender_of(request, call, call.line.counts(tested.name))
    if sender is None:
        return api.preflight(call)
    posting = read(request, sender) if read else bodies.read(request.body)
    apart = bool(os.environ["FINGERPRINT_SECRET"])  # not read here: only what delivery will do is told
    group = os.environ["DEFAULT_EVENT_GROUP"]
    received = receive(request, sender, posting, [tested], default=group, now=clients.now(), apart=apart)
    unasked = _ask(received[tested.name], tested, lambda: context.get_remaining_time_in_millis() / 1000)
    status, said = _answer(received, tested, unasked)
    return status, said | (_passed(received[tested.name]) if source else {})


def _answer(received: Mapping[str, Received], tested: Destination, unasked: str | None) -> tuple[int, dict[str, Any]]:
    own = received[tested.name]
    failed = [own.failed[index] for index in sorted(own.failed)]
    if unasked and len(failed) == own.received:
        return 424, reply(424, own.received, failed, own.warnings, f"{tested.title} gave no verdict: {unasked}")
    status = 200 if not failed else 210 if len(failed) < own.received else 400
    said = reply(status, own.received, failed, own.warnings, ignored=own.ignored)
    return status, said | verdict.told(received, "limited", "withheld")


def _passed(own: Received) -> dict[str, Any]:
    """What would be taken, by name: a platform's own post names no event in our words."""
    return {
        "passed": [
            {"index": index, "event_id": event.event_id[:_LONGEST], "event_name": event.event_name}
            for index, event in sorted(own.events.items())
            if index not in own.failed
        ]
    }


@cache
def _tested(name: str) -> Destination:
    return destinations.load(name).configured({**os.environ, "DELIVERY_MODE": "test"})


def _sparing(tested: Destination) -> Destination:
    """The destination for one post, which may make limits.TEST_REQUESTS requests: what is beyond them stays unasked."""
    keys = clients.secret(os.environ[f"{tested.name.upper()}_KEYS_SECRET"])
    connected = tested.connected(keys=keys, session=clients.session(), now=clients.now)
    asked = count()  # `next` is safe between threads

    def post(routing: Routing, body: bytes) -> Answer:
        if next(asked) >= limits.TEST_REQUESTS:
            return Answer(failure=_UNASKED.format(most=limits.TEST_REQUESTS, title=tested.title))
        return connected.post(routing, body)

    return replace(connected, post=post)


def _ask(received: Received, tested: Destination, time_left: Any) -> str | None:
    """Put the destination's verdict beside ours; return why there is none for some events, or None."""
    asked = [(routing, index) for routing, indexes in received.by_routing().items() for index in indexes]
    loads = [Load(routing, [received.events[index].line.decode()]) for routing, index in asked]
    with clients.executor() as requests:
        outcomes = send(
            loads, _sparing(tested), now=clients.now, time_left=time_left, executor=requests, reserve=_RESERVE
        )
    unasked = None
    for (_, index), (outcome,) in zip(asked, outcomes, strict=True):
        if isinstance(outcome, Rejected | Retry):
            received.fail(index, {tested.name: outcome.reason})
        if isinstance(outcome, Retry):
            unasked = outcome.reason
    return unasked
