"""POST /v1/events and /v1/sources/SOURCE: conversions in, finished events on the queue of each destination.

GET /v1/relay.js: the script with which a web page sends its own.
"""

import os
from functools import cache, partial
from typing import Any

from handlers import api, clients, telemetry
from handlers.script import answer_script
from pipeline import body as bodies
from pipeline import packing, sampling
from pipeline.body import Posting
from pipeline.destination import Routing
from pipeline.messages import encode
from pipeline.reception import Reception, Request
from pipeline.reply import reply
from pipeline.senders import Sender, SourceSettings
from pipeline.sqs import Outgoing, Queue
from roku import request as roku_request
from sources import registry
from sources.inbound import Inbound

_EVENTS, _SOURCES, _SCRIPT = "/v1/events", "/v1/sources/", "/v1/relay.js"


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer one request of API Gateway's HTTP API (payload format 2.0), after SQS has taken its events."""
    line = telemetry.Line(context.aws_request_id)

    def answer(received: Reception, _: Sender, request: Request) -> tuple[int, dict[str, Any]]:
        invalid, ignored = len(received.failed), len(received.ignored)
        if invalid:
            # "line 7" of a file is told as "line", so that a thousand of them are one word.
            fields = {name.partition(" ")[0] for failed in received.failed.values() for name in failed["errors"]}
            line.told["invalid"] = ", ".join(sorted(fields))  # names of ours, not a sender's
        if ignored:
            line.told["ignored"] = ", ".join(sorted({one.code for one in received.ignored.values()}))
        lost = _enqueue(received)
        accepted = received.received - invalid - ignored - lost
        source = request.path.removeprefix(_SOURCES)
        line.told["source"] = source.removeprefix("/v1/")
        line.counts.update(Accepted=accepted, Invalid=invalid, Ignored=ignored, NotQueued=lost)
        line.follow(sampling.received(received, float(os.environ["LOG_SAMPLE_RATE"])))
        failed = [received.failed[index] for index in sorted(received.failed)]
        code = _code(accepted, len(failed), lost)
        body = reply(code, received.received, failed, received.warnings, ignored=received.ignored)
        return 200 if source in registry.ONLY_200 and code < 500 else code, body

    if api.path_of(event) == _SCRIPT:
        return answer_script(event)
    return api.serve(event, _reader, answer, line)


def _code(accepted: int, failed: int, lost: int) -> int:
    if accepted:
        return 210 if failed else 202
    if lost:
        return 503
    return 400 if failed else 200  # 200: all of it was ignored


def _reader(path: str) -> api.Reader | None:
    if path == _EVENTS:
        return _read_events
    read = registry.source(path.removeprefix(_SOURCES)) if path.startswith(_SOURCES) else None
    return None if read is None else partial(_read_source, read)


def _read_events(request: Request, _: Sender) -> Posting:
    return bodies.read(request.body)


def _read_source(read: registry.Source, request: Request, sender: Sender) -> Posting:
    settings = sender.sources.get(request.path.removeprefix(_SOURCES), SourceSettings())
    return read(Inbound(request.body, request.headers, settings, clients.now()))


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
