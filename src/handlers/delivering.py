"""What the functions that deliver share: a batch of SQS's in, the messages to receive again out."""

import os
from functools import cache
from typing import Any

from handlers import clients, telemetry
from pipeline.delivery import Record, deliver
from pipeline.destination import Destination
from pipeline.ledger import Ledger
from pipeline.sqs import Queue


def run(event: dict[str, Any], context: Any, destination: Destination) -> dict[str, Any]:
    """Deliver one SQS batch; the answer names the messages to receive again (partial batch response)."""
    line = telemetry.Line(context.aws_request_id)
    name = destination.name.upper()
    report = deliver(
        [_record(record) for record in event["Records"]],
        destination,
        queue=_queue(os.environ[f"{name}_QUEUE_URL"]),
        dead_letters=_queue(os.environ[f"{name}_DEAD_LETTER_QUEUE_URL"]),
        ledger=_ledger(context.aws_request_id, destination.name),
        now=clients.now,
        time_left=lambda: context.get_remaining_time_in_millis() / 1000,
        jitter=clients.jitter,
        executor=clients.executor(),
        sample_rate=float(os.environ["LOG_SAMPLE_RATE"]),
    )
    for (outcome, status, reason), events in report.reasons.most_common(20):
        told = {"status": status, "reason": reason, "events": events, "request_id": context.aws_request_id}
        telemetry.logger().warning(outcome, extra=told)
    line.follow(report.followed)
    line.of(destination.name).update(report.counts)
    line.delays = report.delays
    line.told["messages"] = len(event["Records"])
    line.write()
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in report.failures]}


@cache
def _queue(url: str) -> Queue:
    return Queue(clients.sqs(), url, clients.aws_executor())


def _ledger(request_id: str, destination: str) -> Ledger | None:
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
        executor=clients.aws_executor(),
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
    )
