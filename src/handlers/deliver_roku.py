"""Batches from RokuQueue, delivered to Roku."""

import os
import random
import time
from functools import cache
from typing import Any

from handlers import clients, telemetry
from pipeline.delivery import Record, deliver
from pipeline.sqs import Queue
from roku.client import Path, Roku, open_session

_PATHS: dict[str, Path] = {"live": "/v1/events", "test": "/v1/test_events"}


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Deliver one SQS batch; the answer names the messages to receive again (partial batch response)."""
    report = deliver(
        [_record(record) for record in event["Records"]],
        _roku(),
        queue=_queue(os.environ["ROKU_QUEUE_URL"]),
        dead_letters=_queue(os.environ["ROKU_DEAD_LETTER_QUEUE_URL"]),
        now=time.time,
        time_left=lambda: context.get_remaining_time_in_millis() / 1000,
        jitter=random.random,
        executor=clients.executor(),
    )
    for (outcome, status, reason), events in report.reasons.most_common(20):
        telemetry.logger().warning(outcome, extra={"status": status, "reason": reason, "events": events})
    telemetry.count(
        report.counts, destination="roku", messages=len(event["Records"]), request_id=context.aws_request_id
    )
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in report.failures]}


@cache
def _roku() -> Roku:
    return Roku(
        url=os.environ["ROKU_URL"],
        path=_PATHS[os.environ["DELIVERY_MODE"]],
        keys=clients.secret(os.environ["ROKU_KEYS_SECRET"]),
        session=open_session(),
    )


@cache
def _queue(url: str) -> Queue:
    return Queue(clients.sqs(), url)


def _record(record: dict[str, Any]) -> Record:
    attributes = record["attributes"]
    return Record(
        message_id=record["messageId"],
        receipt=record["receiptHandle"],
        body=record["body"],
        receives=int(attributes["ApproximateReceiveCount"]),
        sent_at=int(attributes["SentTimestamp"]) / 1000,
    )
