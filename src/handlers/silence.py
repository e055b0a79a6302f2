"""Once an hour: do all senders' conversions come as they usually do? Who falls silent is named to the operator."""

import os
from collections.abc import Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from handlers import clients, telemetry
from pipeline.silence import asking, memory, telling
from pipeline.silence.asking import HOUR, Counted
from pipeline.silence.stream import COUNT, KINDS, Stream
from pipeline.silence.telling import Told
from pipeline.values import words
from pipeline.values.words import Id, SenderName, Word
from roku.vocabulary import EVENT_NAMES

_NAMES = (*EVENT_NAMES, words.CUSTOM)
_WHAT = (*KINDS, COUNT)
# Hours that are read again after the check failed: what is older is unknown.
_MOST_HOURS = 24
_QUERY_SECONDS = 60
_WRITES = 25  # items of one call of DynamoDB

Streams = dict[tuple[str, str], Stream]


class CheckFailed(Exception):
    """The hour was not checked; the next check reads it again. It has no text, since Lambda logs what is raised."""


def handler(_: dict[str, Any], context: Any) -> None:
    """Check the hours that have ended since the last check. Raises CheckFailed."""
    try:
        _check(Id(context.aws_request_id))
    except Exception as error:  # noqa: BLE001 - Lambda would log its text
        telemetry.failed(error, request_id=Id(context.aws_request_id))
    else:
        return
    raise CheckFailed  # out of the handler, so that nothing is chained to it


def _check(request_id: Id) -> None:
    now = int(clients.now()) // HOUR
    streams = _remembered()
    begun = min((stream.end for stream in streams.values()), default=now - 1)
    hours = range(max(begun, now - _MOST_HOURS), now)
    if not hours:
        return  # EventBridge may call twice
    destination = os.environ["WATCHED_DESTINATION"]
    rows = asking.ask(
        clients.logs(), os.environ["INGEST_LOG_GROUP"], asking.query(destination, _NAMES), hours, _QUERY_SECONDS
    )
    news = _added(streams, asking.counted(rows, _NAMES), hours)
    if news:
        _tell(news, request_id)
    _remember(streams)
    wrong = sum(len(stream.wrong) for stream in streams.values())
    line = telemetry.Line(request_id)
    counts = line.counts(destination)
    counts["SendersFell"] += wrong
    line.write()


def _added(streams: Streams, counted: Counted, hours: range) -> list[Told]:
    """Add the hours to the streams; returns what is news."""
    news = []
    for whose, found in counted.items():
        streams.setdefault(whose, Stream(first=min(found)))
    for (sender, name), stream in streams.items():
        found = counted.get((sender, name), {})
        while stream.end < hours.stop:
            hour = stream.end
            stream.add(found.get(hour, {}) if hour in hours else None)
            if name != asking.SEVERAL:
                news += [Told(sender, name, one.what, one.fall) for one in stream.news()]
            else:  # how many posts have several names is a matter of how they are sent, not of how many come
                news += [Told(sender, name, one.what, one.fall) for one in stream.news_of_shares()]
    return news


def _tell(news: Sequence[Told], request_id: Id) -> None:
    stack = os.environ["POWERTOOLS_SERVICE_NAME"]
    for one in news:
        what = words.among(one.what, _WHAT)
        name = words.among(one.name, (*_NAMES, asking.SEVERAL))
        said: dict[str, words.Told] = {"sender": SenderName(one.sender), "event_names": name, "what": what}
        if one.fall is None:
            telemetry.say("info", Word("as usual again"), **said, request_id=request_id)
        else:
            said |= {"hours": one.fall.hours, "counted": one.fall.counted, "usual": round(one.fall.expected)}
            telemetry.say("warning", Word("fell"), **said, request_id=request_id)
    for topic in filter(None, os.environ["ALARM_TOPICS"].split(",")):
        try:
            clients.sns().publish(
                TopicArn=topic, Subject=telling.subject(stack, news), Message=telling.text(stack, news)
            )
        except (BotoCoreError, ClientError) as error:  # the alarm rings without it, and what was learned is kept
            telemetry.failed(error, request_id=request_id)


def _remembered() -> Streams:
    found: Streams = {}
    asked: Any = {
        "TableName": os.environ["LEDGER_TABLE"],
        "KeyConditionExpression": "event_id = :silence AND begins_with(what, :silence)",
        "ExpressionAttributeValues": {":silence": {"S": memory.SILENCE}},
    }
    while True:
        answer = clients.dynamodb().query(**asked)
        found |= {memory.named(item): memory.stream(item) for item in answer["Items"]}
        if not answer.get("LastEvaluatedKey"):
            return found
        asked["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def _remember(streams: Streams) -> None:
    """Write what has changed; what is over is deleted. Raises CheckFailed where DynamoDB does not take it."""
    requests: list[Any] = [
        {"DeleteRequest": {"Key": memory.key(*whose)}}
        if stream.is_over
        else {"PutRequest": {"Item": memory.item(*whose, stream)}}
        for whose, stream in streams.items()
    ]
    table = os.environ["LEDGER_TABLE"]
    for start in range(0, len(requests), _WRITES):
        left = {table: requests[start : start + _WRITES]}
        for _ in range(5):
            left = clients.dynamodb().batch_write_item(RequestItems=left)["UnprocessedItems"]
            if not left:
                break
        if left:
            raise CheckFailed
