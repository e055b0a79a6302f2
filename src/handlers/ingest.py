"""POST /v1/events, /v1/beacon, /v1/sources/SOURCE: conversions in, finished events on each destination's queue.

POST to a path of another system's own API, such as Segment's /v1/batch: the same.

GET /v1/relay.js: the script with which a web page sends its own.
"""

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from math import inf
from typing import Any

import destinations
from handlers import api, clients, door
from handlers.api import Call, Said
from handlers.telemetry import Line
from pipeline.aws.secrets import Secret, SecretUnavailable
from pipeline.aws.sqs import Queue
from pipeline.contract.destination import Destination
from pipeline.contract.messages import BROWSER, SERVER
from pipeline.intake import access, quality, sampling, verdict
from pipeline.intake import body as bodies
from pipeline.intake.access import Request
from pipeline.intake.body import BadRequest, Body, Ignored
from pipeline.intake.enqueue import enqueue
from pipeline.intake.received import Received
from pipeline.intake.reception import receive
from pipeline.intake.senders import Sender
from pipeline.values import words
from roku.vocabulary import EVENT_NAMES
from sources import doors, registry

_SCRIPT = "/v1/relay.js"
# What the log calls the posts to a path that is not a source's.
_OWN = {access.EVENTS: "events", access.BEACON: "beacon"}


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer one request of API Gateway's HTTP API (payload format 2.0)."""
    if api.path_of(event) == _SCRIPT:
        from browser import script  # no conversion needs it, so no cold start of one pays for it

        return script.answer(event)
    return _take(event, context)


@api.answering
def _take(event: dict[str, Any], _: Any, call: Call) -> Said:
    """One post, which is answered after SQS has taken its events. What ends at the door is written down."""
    to = destinations_on()
    counts = call.line.counts(to[0].name)
    request = api.request_of(event)
    if request.door is not None:
        call.said = doors.wire_of(request.door).said
    read = _reader(request)
    call.line.fields["source"] = _source(request)
    try:
        sender = api.sender_of(request, call, counts)
        if sender is None:
            return api.preflight(call)
        if request.method == "HEAD":
            return 200, None  # it asks what a GET would get, and posts nothing
        posting = _counting(read(request, sender))
        key = _fingerprint_key(counts)
        group = os.environ["DEFAULT_EVENT_GROUP"]
        received = receive(request, sender, posting, to, default=group, now=clients.now(), apart=key is not None)
    except BadRequest as refusal:
        door.keep_refused(call.line, counts, refusal)
        raise
    for one in to:
        of_post = {"sender": _trust(sender), "post_id": str(call.line.request_id)}
        enqueue(received[one.name], one, _queue(one.name), **of_post, now=clients.now(), key=key)
    _tell(call.line, received, to)
    door.keep(call.line, counts, received)
    call.taken = len({index for one in received.values() for index in one.events if index not in one.not_queued})
    status, answer = _answer(request, received, only_200=posting.only_200 or registry.takes_only_200(request.source))
    return (status, answer) if posting.acknowledgement is None or status >= 500 else (200, posting.acknowledgement)


def _reader(request: Request) -> api.Reader:
    """What reads the posts to this path. Raises BadRequest."""
    return (lambda request, _: bodies.read(request.body)) if request.path in _OWN else api.reader_of_source(request)


def _counting(posting: Body) -> Body:
    """The post; its conversions are ignored if the sender says that they are tests, and this stack's would count."""
    if not posting.is_test or os.environ["DELIVERY_MODE"] == "test":
        return posting
    why = Ignored("test_event", "it is a test, so it does not count: /v1/test_events?source=SOURCE asks Roku about it")
    tests = [
        replace(why, event_id=one.get("event_id")) if isinstance(one, dict) else one for one in posting.conversions
    ]
    return replace(posting, conversions=tests)


def _trust(sender: Sender) -> str:
    return BROWSER if sender.browser else SERVER


def _source(request: Request) -> words.Word:
    return words.among(registry.base_of(request.source) or _OWN[request.path], (*registry.SOURCES, *_OWN.values()))


def _tell(line: Line, received: Mapping[str, Received], to: Sequence[Destination]) -> None:
    """Count what became of the conversions, and say it in words of ours."""
    rate = float(os.environ["LOG_SAMPLE_RATE"])
    for one in to:
        reception = received[one.name]
        line.add_words(one.name, **quality.told(reception, EVENT_NAMES))
        line.counts(one.name).update(reception.counts() | {"Refused": len(reception.refusals)})
        line.add_sampled(sampling.received(reception, rate))


def _answer(request: Request, received: Mapping[str, Received], *, only_200: bool) -> Said:
    code, body = verdict.answer(received)
    if request.path != access.EVENTS and code == 210 and any(one.not_queued for one in received.values()):
        # Platforms and pages read no body: only a 5xx makes them post again, and what was taken is known by its id.
        return 503, body | {"code": 503, "description": "not all of it was queued: send the request again"}
    return 200 if only_200 and code < 500 else code, body


@cache
def destinations_on() -> tuple[Destination, ...]:
    """Those that are on: whose queues the environment names."""
    names = [name for name in destinations.NAMES if os.environ[f"{name.upper()}_QUEUE_URL"]]
    return tuple(destinations.load(name).configured(os.environ) for name in names)


def _fingerprint_key(counts: Counter[str]) -> bytes | None:
    """The key of the fingerprints, if the stack has one and it can be read; without it delivery knows only repeats."""
    name = os.environ["FINGERPRINT_SECRET"]
    if not name:
        return None
    try:
        return _kept(name).text().encode()
    except SecretUnavailable:
        counts["FingerprintKeyUnavailable"] += 1
        return None


@cache
def _kept(name: str) -> Secret:
    """The stack makes it once and never changes it. One that hangs must not slow each request down."""
    return Secret(clients.secrets_manager(), name, clients.now, max_age=inf, least_age=60.0)


@cache
def _queue(destination: str) -> Queue:
    return Queue(clients.sqs(), os.environ[f"{destination.upper()}_QUEUE_URL"], clients.aws_executor())
