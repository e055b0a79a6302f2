"""Batches of a destination's queue, delivered to it: one function a destination, which DESTINATION names."""

import os
from collections import Counter
from concurrent.futures import Executor
from functools import cache
from typing import Any

import destinations
from handlers import clients, telemetry
from pipeline.answers.reasons import class_of
from pipeline.aws.sqs import Queue
from pipeline.contract.destination import Destination
from pipeline.delivery.batch import Record, Report
from pipeline.delivery.deliver import deliver
from pipeline.delivery.ledger import Ledger
from pipeline.delivery.surroundings import Remembered, Surroundings
from pipeline.values.words import Id, Word, fate

_MOST_CLASSES = 20  # lines of a run about them


class RunFailed(Exception):
    """A fault of the program: the batch comes back. It has no text, since Lambda logs what a function raises."""


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Deliver one SQS batch; the answer names the messages to receive again (partial batch response).

    Raises RunFailed.
    """
    return run(event, context, os.environ["DESTINATION"])


def run(event: dict[str, Any], context: Any, name: str) -> dict[str, Any]:
    """Deliver one SQS batch to the destination of this name. Raises RunFailed."""
    try:
        return _run(event, context, _connected(name))
    except Exception as error:  # noqa: BLE001 - its text may quote an event, and Lambda would log it
        telemetry.failed(error, request_id=Id(context.aws_request_id))
    raise RunFailed  # out of the handler, so that nothing is chained to it


def _run(event: dict[str, Any], context: Any, destination: Destination) -> dict[str, Any]:
    line = telemetry.Line(context.aws_request_id)
    name = destination.name
    # Threads of this run alone: what still hangs at its end must not be in the way of the next one. Nor must a table
    # that hangs be in the way of the queues.
    with clients.executor() as requests, clients.aws_executor() as calls, clients.aws_executor() as questions:
        world = Surroundings(
            queue=_queue(os.environ[f"{name.upper()}_QUEUE_URL"], calls),
            dead_letters=_queue(os.environ[f"{name.upper()}_DEAD_LETTER_QUEUE_URL"], calls),
            ledger=_ledger(context.aws_request_id, name, questions),
            remembered=_remembered(name),
            now=clients.now,
            time_left=lambda: context.get_remaining_time_in_millis() / 1000,
            jitter=clients.jitter,
            executor=requests,
            sample_rate=float(os.environ["LOG_SAMPLE_RATE"]),
        )
        report = deliver([_record(record) for record in event["Records"]], destination, world)
    _tell_reasons(report, line.request_id)
    line.add_sampled(report.followed)
    line.counts(name).update(report.counts)
    line.delays = report.delays
    line.fields["messages"] = len(event["Records"])
    line.write()
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in report.failures]}


def _tell_reasons(report: Report, request_id: Id) -> None:
    """A line for each class of reasons; the reasons themselves are in dead letters and in the ledger."""
    classes: Counter[tuple[Word, int | None, Word]] = Counter()
    for (kind, status, reason), events in report.reasons.items():
        classes[fate(kind), status, class_of(kind, status, reason)] += events
    for (outcome, status, word), events in classes.most_common(_MOST_CLASSES):
        answered = {} if status is None else {"status": status}
        telemetry.say("warning", outcome, reason=word, events=events, request_id=request_id, **answered)


def _queue(url: str, executor: Executor) -> Queue:
    return Queue(clients.sqs(), url, executor)


@cache
def _connected(name: str) -> Destination:
    return (
        destinations.load(name)
        .configured(os.environ)
        .connected(
            keys=clients.secret(os.environ[f"{name.upper()}_KEYS_SECRET"]),
            session=clients.session(),
            now=clients.now,
        )
    )


@cache
def _remembered(_destination: str) -> Remembered:
    """What this process knows of a destination; the ledger's table knows more."""
    return Remembered()


def _ledger(request_id: str, destination: str, executor: Executor) -> Ledger | None:
    """The ledger for this run; none if the stack has none, or if nothing that is delivered counts."""
    table = os.environ["LEDGER_TABLE"]
    if not table or os.environ["DELIVERY_MODE"] != "live":
        return None
    return Ledger(
        clients.dynamodb(),
        table,
        destination=destination,
        days=float(os.environ["LEDGER_DAYS"]),
        request_id=request_id,
        executor=executor,
        now=clients.now,
    )


def _record(record: dict[str, Any]) -> Record:
    attributes = record["attributes"]
    return Record(
        message_id=record["messageId"],
        receipt=record["receiptHandle"],
        body=record["body"],
        receives=int(attributes["ApproximateReceiveCount"]),
        sent_at=int(attributes["SentTimestamp"]) / 1000,
        first_received=int(attributes.get("ApproximateFirstReceiveTimestamp", attributes["SentTimestamp"])) / 1000,
    )
