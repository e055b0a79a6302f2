"""The local endpoint's SQS against the rules of the SQS developer guide, where moto alone breaks them."""

from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from moto.sqs.models import Message

from tests.bounds import BOUND

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef


def _queue(sqs: "SQSClient", name: str, **attributes: Any) -> tuple[str, str]:
    url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]  # type: ignore[arg-type]
    return url, sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


def _receive(sqs: "SQSClient", url: str, visibility: int = 60) -> "list[MessageTypeDef]":
    return sqs.receive_message(
        QueueUrl=url,
        MaxNumberOfMessages=10,
        VisibilityTimeout=visibility,
        MessageSystemAttributeNames=["All"],
        MessageAttributeNames=["All"],
    ).get("Messages", [])


def test_deletions_at_the_same_time_all_hold(sqs: "SQSClient", monkeypatch: pytest.MonkeyPatch) -> None:
    url, _ = _queue(sqs, "busy")
    for body in ("first", "second"):
        sqs.send_message(QueueUrl=url, MessageBody=body)
    first, second = _receive(sqs, url)
    had_receipt_handle = Message.had_receipt_handle
    deleting: list[Future[object]] = []
    looks = count()

    def delete_the_second_meanwhile(message: Message, handle: str) -> bool:
        if handle == first["ReceiptHandle"] and next(looks) == 1:  # 0: is it there at all? 1: which stay?
            deleting.append(threads.submit(sqs.delete_message, QueueUrl=url, ReceiptHandle=second["ReceiptHandle"]))
            wait(deleting, timeout=0.5)  # it cannot end before the first deletion does, but moto alone lets it
        return had_receipt_handle(message, handle)

    with ThreadPoolExecutor(1) as threads:
        monkeypatch.setattr(Message, "had_receipt_handle", delete_the_second_meanwhile)
        sqs.delete_message(QueueUrl=url, ReceiptHandle=first["ReceiptHandle"])
        deleting[0].result(timeout=BOUND)
    left = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessagesNotVisible"])
    assert left["Attributes"]["ApproximateNumberOfMessagesNotVisible"] == "0"


def test_a_message_whose_receives_ran_out_moves_whole_and_keeps_its_source(sqs: "SQSClient") -> None:
    dead, dead_arn = _queue(sqs, "dead")
    url, arn = _queue(sqs, "main", RedrivePolicy=f'{{"deadLetterTargetArn": "{dead_arn}", "maxReceiveCount": 2}}')
    attributes: Any = {"reason": {"DataType": "String", "StringValue": "kept"}}
    sent = sqs.send_message(QueueUrl=url, MessageBody="body", MessageAttributes=attributes)["MessageId"]
    received = [_receive(sqs, url, visibility=0) for _ in range(3)]

    assert [len(messages) for messages in received] == [1, 1, 0]
    assert [one["Attributes"]["ApproximateReceiveCount"] for messages in received for one in messages] == ["1", "2"]
    (letter,) = _receive(sqs, dead)
    assert (letter["MessageId"], letter["Body"]) == (sent, "body")
    assert letter["MessageAttributes"]["reason"]["StringValue"] == "kept"
    assert letter["Attributes"]["DeadLetterQueueSourceArn"] == arn
    assert letter["Attributes"]["SentTimestamp"] == received[0][0]["Attributes"]["SentTimestamp"]


def test_a_message_sent_to_a_dead_letter_queue_has_no_source(sqs: "SQSClient") -> None:
    url, _ = _queue(sqs, "direct")
    sqs.send_message(QueueUrl=url, MessageBody="body")
    (message,) = _receive(sqs, url)
    assert "DeadLetterQueueSourceArn" not in message["Attributes"]


def test_a_waiting_receive_gets_a_message_that_is_sent_meanwhile(sqs: "SQSClient") -> None:
    url, _ = _queue(sqs, "waiting")
    other, _ = _queue(sqs, "waiting-longer")
    with ThreadPoolExecutor(2) as threads:
        longer, waiting = (
            threads.submit(sqs.receive_message, QueueUrl=each, WaitTimeSeconds=20) for each in (other, url)
        )
        sqs.send_message(QueueUrl=url, MessageBody="came")
        done, _ = wait([longer, waiting], timeout=BOUND, return_when=FIRST_COMPLETED)
        sqs.send_message(QueueUrl=other, MessageBody="enough")
        assert done == {waiting}  # the other one, which began to wait before it, still waits
        assert [message["Body"] for message in waiting.result()["Messages"]] == ["came"]


def test_received_messages_are_out_of_sight_until_made_visible(sqs: "SQSClient") -> None:
    url, _ = _queue(sqs, "sight")
    sqs.send_message(QueueUrl=url, MessageBody="body")
    (message,) = _receive(sqs, url)
    assert _receive(sqs, url) == []
    sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0)
    assert [one["MessageId"] for one in _receive(sqs, url)] == [message["MessageId"]]


TEXT = {"DataType": "String", "StringValue": "x"}
LIMIT = 1_048_576


@pytest.mark.parametrize(
    ("body", "attributes", "code"),
    [
        ("bell \a", {}, "InvalidMessageContents"),
        ("body", {"a": {"DataType": "String", "StringValue": "bell \a"}}, "InvalidMessageContents"),
        ("body", {f"a{number}": TEXT for number in range(11)}, "InvalidParameterValue"),
        ("body", {"a": {"DataType": "String", "StringValue": ""}}, "InvalidParameterValue"),
        ("é" * (LIMIT // 2) + "x", {}, "InvalidParameterValue"),
        ("x" * (LIMIT - 7), {"a": TEXT}, "InvalidParameterValue"),  # 1 + 6 + 1 bytes of attribute: one too many
    ],
)
def test_what_aws_refuses_is_refused(sqs: "SQSClient", body: str, attributes: dict[str, object], code: str) -> None:
    url, _ = _queue(sqs, "strict")
    with pytest.raises(ClientError) as refusal:
        sqs.send_message(QueueUrl=url, MessageBody=body, MessageAttributes=attributes)  # type: ignore[arg-type]
    assert refusal.value.response["Error"]["Code"].endswith(code)
    assert _receive(sqs, url) == []


@pytest.mark.parametrize("body", ["é" * (LIMIT // 2), "\t\n\r \ud7ff\ue000\ufffd\U0001f600"])
def test_what_aws_takes_is_taken(sqs: "SQSClient", body: str) -> None:
    url, _ = _queue(sqs, f"large-{len(body)}")
    sqs.send_message(QueueUrl=url, MessageBody=body)
    assert [message["Body"] for message in _receive(sqs, url)] == [body]


def test_one_faulty_entry_of_a_batch_fails_alone(sqs: "SQSClient") -> None:
    url, _ = _queue(sqs, "batch")
    answer = sqs.send_message_batch(
        QueueUrl=url, Entries=[{"Id": "good", "MessageBody": "good"}, {"Id": "bad", "MessageBody": "\a"}]
    )
    assert [entry["Id"] for entry in answer["Successful"]] == ["good"]
    assert [(entry["Id"], entry["Code"], entry["SenderFault"]) for entry in answer["Failed"]] == [
        ("bad", "InvalidMessageContents", True)
    ]


def test_a_batch_above_a_mebibyte_is_refused_whole(sqs: "SQSClient") -> None:
    url, _ = _queue(sqs, "heavy")
    entries = [{"Id": str(number), "MessageBody": "x" * (LIMIT // 2)} for number in range(2)]
    assert len(sqs.send_message_batch(QueueUrl=url, Entries=entries)["Successful"]) == 2  # type: ignore[arg-type]
    entries[0]["MessageBody"] += "x"
    with pytest.raises(ClientError, match="1048577 bytes"):
        sqs.send_message_batch(QueueUrl=url, Entries=entries)  # type: ignore[arg-type]
