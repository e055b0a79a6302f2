"""The poller of the local stack against Lambda's rules for SQS: batches, windows, events and partial failures."""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from local.event_source_mapping import EventSourceMapping, failed_items
from local.functions import EventSource
from local.runtime import MAX_PAYLOAD_BYTES, FunctionError
from tests.bounds import BOUND

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

ALL = {"a", "b"}


@pytest.mark.parametrize(
    ("answer", "failed"),
    [
        ({"batchItemFailures": []}, set()),
        ({"batchItemFailures": None}, set()),
        (None, set()),
        ({"batchItemFailures": [{"itemIdentifier": "a"}]}, {"a"}),
        ({"batchItemFailures": [{"itemIdentifier": "a"}, {"itemIdentifier": "b"}]}, ALL),
        ({"batchItemFailures": [{"itemIdentifier": "a"}, {"itemIdentifier": "unknown"}]}, ALL),
        ({"batchItemFailures": [{"itemIdentifier": ""}]}, ALL),
        ({"batchItemFailures": [{"itemIdentifier": None}]}, ALL),
        ({"batchItemFailures": [{"itemIdentifer": "a"}]}, ALL),
        ({"batchItemFailures": ["a"]}, ALL),
        ({"batchItemFailures": "a"}, ALL),
        ({}, set()),
        ("nonsense", ALL),
    ],
)
def test_an_answer_names_the_messages_that_stay(answer: object, failed: set[str]) -> None:
    assert failed_items(answer, ALL) == failed


class Function:
    """Replaces a function: notes its events and answers what it is told to."""

    def __init__(self, answer: Callable[[list[dict[str, Any]]], Any] = lambda _: None) -> None:
        self.batches: list[list[dict[str, Any]]] = []
        self._answer = answer
        self._called = threading.Condition()

    def __call__(self, event: dict[str, Any]) -> Any:
        with self._called:
            self.batches.append(event["Records"])
            self._called.notify_all()
        return self._answer(event["Records"])

    def records(self) -> list[dict[str, Any]]:
        return [record for batch in self.batches for record in batch]

    def wait_for_records(self, number: int) -> None:
        with self._called:
            assert self._called.wait_for(lambda: len(self.records()) >= number, timeout=BOUND)


Start = Callable[..., EventSourceMapping]


@pytest.fixture
def url(sqs: "SQSClient", request: pytest.FixtureRequest) -> str:
    name = hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:20]
    return sqs.create_queue(QueueName=name, Attributes={"VisibilityTimeout": "60"})["QueueUrl"]


@pytest.fixture
def start(sqs: "SQSClient", url: str) -> Iterator[Start]:
    started: list[EventSourceMapping] = []

    def start(function: Function, *, size: int = 10, window: float = 0.0, partial: bool = True) -> EventSourceMapping:
        source = EventSource("arn:queue", "Give", size, window, partial)
        started.append(EventSourceMapping(source, url, sqs, function))
        started[-1].start()
        return started[-1]

    yield start
    for mapping in started:
        mapping.stop()


def _send(sqs: "SQSClient", url: str, number: int) -> None:
    for start in range(0, number, 10):
        entries: Any = [{"Id": str(one), "MessageBody": f"{one}"} for one in range(start, min(start + 10, number))]
        sqs.send_message_batch(QueueUrl=url, Entries=entries)


def _counts(sqs: "SQSClient", url: str) -> tuple[int, int]:
    names: Any = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    attributes: Any = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return int(attributes[names[0]]), int(attributes[names[1]])


def _reaches(sqs: "SQSClient", url: str, counts: tuple[int, int]) -> None:
    deadline = time.monotonic() + BOUND
    while (seen := _counts(sqs, url)) != counts:
        assert time.monotonic() < deadline, f"visible and invisible messages are {seen}, not {counts}"


def test_a_record_has_lambdas_form(sqs: "SQSClient", url: str, start: Start) -> None:
    attributes: Any = {
        "reason": {"DataType": "String", "StringValue": "why"},
        "raw": {"DataType": "Binary", "BinaryValue": b"\x00\xff"},
    }
    message_id = sqs.send_message(QueueUrl=url, MessageBody="body", MessageAttributes=attributes)["MessageId"]
    function = Function()
    start(function)
    function.wait_for_records(1)
    (record,) = function.records()
    assert record["messageId"] == message_id
    assert record["body"] == "body"
    assert record["md5OfBody"] == hashlib.md5(b"body").hexdigest()
    assert (record["eventSource"], record["eventSourceARN"], record["awsRegion"]) == (
        "aws:sqs",
        "arn:queue",
        "us-east-1",
    )
    assert record["receiptHandle"]
    assert record["attributes"]["ApproximateReceiveCount"] == "1"
    assert {"SentTimestamp", "SenderId", "ApproximateFirstReceiveTimestamp"} <= record["attributes"].keys()
    assert record["messageAttributes"] == {
        "reason": {"stringValue": "why", "stringListValues": [], "binaryListValues": [], "dataType": "String"},
        "raw": {
            "binaryValue": base64.b64encode(b"\x00\xff").decode(),
            "stringListValues": [],
            "binaryListValues": [],
            "dataType": "Binary",
        },
    }


def test_what_succeeds_is_deleted(sqs: "SQSClient", url: str, start: Start) -> None:
    _send(sqs, url, 25)
    function = Function(lambda _: {"batchItemFailures": []})
    start(function)
    _reaches(sqs, url, (0, 0))
    assert sorted(int(record["body"]) for record in function.records()) == list(range(25))


def test_what_is_named_as_failed_stays_with_the_queues_visibility(sqs: "SQSClient", url: str, start: Start) -> None:
    _send(sqs, url, 5)
    function = Function(
        lambda records: {
            "batchItemFailures": [{"itemIdentifier": one["messageId"]} for one in records if one["body"] == "3"]
        }
    )
    start(function)
    _reaches(sqs, url, (0, 1))


def _raises(_: object) -> None:
    raise FunctionError("it raised")


@pytest.mark.parametrize("answer", [_raises, lambda _: {"batchItemFailures": [{"itemIdentifier": "unknown"}]}])
def test_a_failed_invocation_leaves_the_whole_batch(
    sqs: "SQSClient", url: str, start: Start, answer: Callable[[object], Any]
) -> None:
    _send(sqs, url, 3)
    function = Function(answer)
    mapping = start(function)
    function.wait_for_records(3)
    mapping.stop()
    assert _counts(sqs, url) == (0, 3)


def test_without_partial_responses_an_answer_means_nothing(sqs: "SQSClient", url: str, start: Start) -> None:
    _send(sqs, url, 3)
    start(Function(lambda records: {"batchItemFailures": [{"itemIdentifier": records[0]["messageId"]}]}), partial=False)
    _reaches(sqs, url, (0, 0))


def test_a_full_batch_does_not_wait_for_its_window(sqs: "SQSClient", url: str, start: Start) -> None:
    _send(sqs, url, 30)
    function = Function()
    mapping = start(function, size=15, window=300)
    function.wait_for_records(30)
    assert [len(batch) for batch in function.batches] == [15, 15]
    assert mapping.invocations == 2


def test_messages_that_come_within_the_window_share_a_batch(sqs: "SQSClient", url: str, start: Start) -> None:
    function = Function()
    start(function, size=2, window=300)
    sqs.send_message(QueueUrl=url, MessageBody="first")
    _reaches(sqs, url, (0, 1))  # it was received: the window is open
    sqs.send_message(QueueUrl=url, MessageBody="second")
    function.wait_for_records(2)
    assert [record["body"] for record in function.batches[0]] == ["first", "second"]


def test_a_window_that_closes_gives_what_has_come(sqs: "SQSClient", url: str, start: Start) -> None:
    function = Function()
    start(function, size=100, window=1)
    sqs.send_message(QueueUrl=url, MessageBody="alone")
    function.wait_for_records(1)
    assert [record["body"] for record in function.records()] == ["alone"]


def test_a_batch_stays_within_six_megabytes(sqs: "SQSClient", url: str, start: Start) -> None:
    for number in range(8):  # 8 x 1,000,000 bytes: two payloads of at most 6,291,456
        sqs.send_message(QueueUrl=url, MessageBody=f"{number}" * 1_000_000)
    function = Function()
    start(function, size=8, window=300)  # long enough for a busy machine: what ends the first batch are its bytes
    function.wait_for_records(6)
    assert len(function.batches[0]) == 6
    assert len(json.dumps({"Records": function.batches[0]}, separators=(",", ":"))) <= MAX_PAYLOAD_BYTES
    _send(sqs, url, 6)  # they fill the second batch
    function.wait_for_records(14)
    assert sorted(record["body"][0] for record in function.records()) == sorted("01234567" + "012345")


def test_stopping_leaves_waiting_messages_in_the_queue(sqs: "SQSClient", url: str, start: Start) -> None:
    function = Function()
    mapping = start(function, size=100, window=300)
    sqs.send_message(QueueUrl=url, MessageBody="waits")
    _reaches(sqs, url, (0, 1))
    mapping.stop()
    _reaches(sqs, url, (1, 0))
    assert function.batches == []
