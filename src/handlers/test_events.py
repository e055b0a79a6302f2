"""POST /v1/test_events: the same validation, then Roku's own verdict from its test endpoint. Nothing is queued."""

import os
from collections.abc import Mapping
from itertools import count
from typing import Any

from handlers import api, clients, destinations, telemetry
from pipeline import body as bodies
from pipeline import limits, verdict
from pipeline.destination import Answer, Routing
from pipeline.outcome import Rejected, Retry
from pipeline.reception import Reception
from pipeline.reply import reply
from pipeline.sending import Load, send
from roku.client import Roku

# Seconds kept at the end for the answer; the rest may go into finding which event Roku means.
_RESERVE = 2.0
_UNASKED = (
    f"was not asked about: a post makes at most {limits.TEST_REQUESTS} requests to Roku, and Roku's answers to them did"
    " not name the events that they meant: send fewer events in one post"
)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer one request of API Gateway's HTTP API (payload format 2.0) with our verdict and Roku's."""

    def answer(taken: Mapping[str, Reception], *_: object) -> tuple[int, dict[str, Any]]:
        received = taken["roku"]
        unasked = _ask(received, lambda: context.get_remaining_time_in_millis() / 1000)
        failed = [received.failed[index] for index in sorted(received.failed)]
        if unasked and len(failed) == received.received:
            return 424, reply(424, received.received, failed, received.warnings, f"Roku gave no verdict: {unasked}")
        status = 200 if not failed else 210 if len(failed) < received.received else 400
        return status, reply(status, received.received, failed, received.warnings) | verdict.withheld(taken)

    apart = bool(os.environ["FINGERPRINT_SECRET"])  # not read here: only what delivery will do is told
    line = telemetry.Line(event["requestContext"]["requestId"])
    return api.serve(event, _reader, answer, line, (destinations.roku(),), lambda: apart)


def _reader(path: str) -> api.Reader | None:
    return (lambda request, _: bodies.read(request.body)) if path == "/v1/test_events" else None


class _Sparing(Roku):
    """Roku for one post, which may make limits.TEST_REQUESTS requests: what is beyond them stays unasked."""

    def __init__(self, **how: Any) -> None:
        super().__init__(**how)
        self._asked = count()  # `next` is safe between threads

    def post(self, routing: Routing, body: bytes) -> Answer:
        if next(self._asked) >= limits.TEST_REQUESTS:
            return Answer(failure=_UNASKED)
        return super().post(routing, body)


def _roku() -> Roku:
    return _Sparing(
        url=os.environ["ROKU_URL"],
        path="/v1/test_events",
        keys=clients.secret(os.environ["ROKU_KEYS_SECRET"]),
        session=clients.session(),
    )


def _ask(received: Reception, time_left: Any) -> str | None:
    """Put Roku's verdict beside ours; return why there is none for some events, or None."""
    asked = [(routing, index) for routing, indexes in received.by_routing().items() for index in indexes]
    loads = [Load(routing, [received.events[index].line.decode()]) for routing, index in asked]
    with clients.executor() as requests:
        outcomes = send(loads, _roku(), now=clients.now, time_left=time_left, executor=requests, reserve=_RESERVE)
    unasked = None
    for (_, index), (outcome,) in zip(asked, outcomes, strict=True):
        if isinstance(outcome, Rejected | Retry):
            received.fail(index, {"roku": outcome.reason})
        if isinstance(outcome, Retry):
            unasked = outcome.reason
    return unasked
