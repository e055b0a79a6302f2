"""POST /v1/events, /v1/beacon, /v1/sources/SOURCE: conversions in, finished events on each destination's queue.

GET /v1/relay.js: the script with which a web page sends its own.
"""

import os
from collections import Counter
from collections.abc import Mapping
from functools import cache, partial
from typing import Any, get_args

import destinations
from handlers import api, clients, telemetry
from handlers.fingerprinting import FingerprintKey
from handlers.script import answer_script
from pipeline import body as bodies
from pipeline import sampling, verdict, words
from pipeline.body import IgnoredCode, Posting
from pipeline.destination import Destination
from pipeline.messages import BROWSER, SERVER
from pipeline.queueing import enqueue
from pipeline.reception import Reception, Request
from pipeline.senders import Sender, SourceSettings
from pipeline.sqs import Queue
from sources import registry
from sources.inbound import Inbound

_SCRIPT = "/v1/relay.js"
# What the log calls the posts to a path that is no source's.
_OWN = {api.EVENTS: "events", api.BEACON: "beacon"}


def handler(event: dict[str, Any], _: Any) -> dict[str, Any]:
    """Answer one request of API Gateway's HTTP API (payload format 2.0), after SQS has taken its events."""
    line = telemetry.Line(event["requestContext"]["requestId"])  # the API's, so that its own line is found with ours
    to = destinations_on()
    key = cache(partial(_fingerprint_key, line.of(to[0].name)))

    def answer(received: Mapping[str, Reception], sender: Sender, request: Request) -> tuple[int, dict[str, Any]]:
        rate = float(os.environ["LOG_SAMPLE_RATE"])
        source = api.source_of(request.path) or _OWN[request.path]
        trust, now = BROWSER if sender.browser else SERVER, clients.now()
        line.told["source"] = words.among(source, (*registry.MODULES, *_OWN.values()))
        for destination in to:
            reception = received[destination.name]
            line.tell(destination.name, **_words(reception))
            enqueue(reception, destination, _queue(destination.name), sender=trust, now=now, key=key())
            line.of(destination.name).update(reception.counts())
            line.follow(sampling.received(reception, rate, destination.identify))
        code, body = verdict.answer(received)
        if source != "events" and code == 210 and any(one.not_queued for one in received.values()):
            # Platforms and pages read no body: only a 5xx makes them post again, and what was taken is known by its id.
            return 503, body | {"code": 503, "description": "not all of it was queued: send the request again"}
        return 200 if source in registry.ONLY_200 and code < 500 else code, body

    if api.path_of(event) == _SCRIPT:
        return answer_script(event)
    return api.serve(event, _reader, answer, line, to, lambda: key() is not None)


@cache
def destinations_on() -> tuple[Destination, ...]:
    """Those that are on: whose queues the environment names."""
    names = [name for name in destinations.NAMES if os.environ[f"{name.upper()}_QUEUE_URL"]]
    return tuple(destinations.load(name).configured(os.environ) for name in names)


def _words(received: Reception) -> dict[str, words.Word]:
    """What can be searched in the log: names and codes of ours, never a sender's text."""
    told = {
        "invalid": words.listed(words.field(name) for failed in received.failed.values() for name in failed["errors"]),
        "ignored": words.listed(words.among(one.code, get_args(IgnoredCode)) for one in received.ignored.values()),
        "withheld": words.listed(received.withheld.values(), "; "),
    }
    return {word: names for word, names in told.items() if names}


def _reader(path: str) -> api.Reader | None:
    if path in _OWN:
        return _read_events
    source = api.source_of(path)
    read = registry.source(source) if source else None
    return None if read is None else partial(_read_source, read)


def _read_events(request: Request, _: Sender) -> Posting:
    return bodies.read(request.body)


def _read_source(read: registry.Source, request: Request, sender: Sender) -> Posting:
    settings = sender.sources.get(api.source_of(request.path) or "", SourceSettings())
    return read(Inbound(request.body, request.headers, settings, clients.now()))


def _fingerprint_key(counts: Counter[str]) -> bytes | None:
    """The key of the fingerprints, if the stack has one and it can be read."""
    name = os.environ["FINGERPRINT_SECRET"]
    if not name:
        return None
    key = _fingerprints(name).value()
    counts["FingerprintKeyUnavailable"] += key is None
    return key


@cache
def _fingerprints(name: str) -> FingerprintKey:
    return FingerprintKey(clients.secret(name), clients.now)


@cache
def _queue(destination: str) -> Queue:
    return Queue(clients.sqs(), os.environ[f"{destination.upper()}_QUEUE_URL"], clients.aws_executor())
