"""Move tasks, against the SQS API reference and the error texts that AWS answers with.

What a redrive does to messages is asked of two: our own endpoint, and an independent SQS.
"""

import json
import re
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import requests
from botocore.exceptions import ClientError

from local import move_tasks
from tests.bounds import BOUND

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

COUNTER = iter(range(1000))


@dataclass
class Queues:
    """A queue, its dead-letter queue, and a third one to move messages to."""

    sqs: "SQSClient"
    main: str
    dead: str
    other: str

    def arn(self, url: str) -> str:
        return self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]

    def send(self, url: str, *bodies: str) -> None:
        for body in bodies:
            attributes: Any = {"reason": {"DataType": "String", "StringValue": f"why {body}"}}
            self.sqs.send_message(QueueUrl=url, MessageBody=body, MessageAttributes=attributes)

    def let_receives_run_out(self) -> None:
        while self.sqs.receive_message(QueueUrl=self.main, VisibilityTimeout=0).get("Messages"):
            pass

    def bodies(self, url: str, least: int = 0) -> list[str]:
        """All there is; waits for the `least` number, since a task that fails may have received what it leaves."""
        found: list[str] = []
        deadline = time.monotonic() + BOUND
        while True:
            answer = self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=600)
            found += [message["Body"] for message in answer.get("Messages", [])]
            if not answer.get("Messages") and (len(found) >= least or time.monotonic() > deadline):
                return sorted(found)

    def ended(self) -> dict[str, Any]:
        deadline = time.monotonic() + BOUND
        while time.monotonic() < deadline:
            task = self.sqs.list_message_move_tasks(SourceArn=self.arn(self.dead))["Results"][0]
            if task["Status"] not in ("RUNNING", "CANCELLING"):
                return dict(task)
        raise AssertionError(f"the task did not end within {BOUND} s")


@pytest.fixture
def queues(sqs: "SQSClient") -> Queues:
    number = next(COUNTER)
    dead = sqs.create_queue(QueueName=f"dead-{number}", Attributes={"VisibilityTimeout": "1"})["QueueUrl"]
    other = sqs.create_queue(QueueName=f"other-{number}")["QueueUrl"]
    queues = Queues(sqs, "", dead, other)
    policy = json.dumps({"deadLetterTargetArn": queues.arn(dead), "maxReceiveCount": 1})
    queues.main = sqs.create_queue(QueueName=f"main-{number}", Attributes={"RedrivePolicy": policy})["QueueUrl"]
    return queues


def test_without_a_destination_messages_go_back_to_the_queue_they_came_from(queues: Queues) -> None:
    queues.send(queues.main, "one", "two")
    queues.let_receives_run_out()
    queues.sqs.start_message_move_task(SourceArn=queues.arn(queues.dead))
    task = queues.ended()
    assert (task["Status"], task["ApproximateNumberOfMessagesMoved"]) == ("COMPLETED", 2)
    assert task["ApproximateNumberOfMessagesToMove"] == 2
    assert not {"DestinationArn", "TaskHandle", "FailureReason"} & task.keys()
    assert queues.bodies(queues.main) == ["one", "two"]
    assert queues.bodies(queues.dead) == []


def test_messages_sent_directly_have_no_source_to_go_back_to(queues: Queues) -> None:
    queues.send(queues.dead, "one")
    queues.sqs.start_message_move_task(SourceArn=queues.arn(queues.dead))
    task = queues.ended()
    assert (task["Status"], task["FailureReason"]) == ("FAILED", "CouldNotDetermineMessageSource")
    assert task["ApproximateNumberOfMessagesMoved"] == 0
    assert queues.bodies(queues.dead, least=1) == ["one"]


def test_with_a_destination_all_messages_move_however_they_came(queues: Queues) -> None:
    queues.send(queues.main, "native")
    queues.let_receives_run_out()
    queues.send(queues.dead, "direct")
    queues.sqs.start_message_move_task(SourceArn=queues.arn(queues.dead), DestinationArn=queues.arn(queues.other))
    task = queues.ended()
    assert (task["Status"], task["ApproximateNumberOfMessagesMoved"]) == ("COMPLETED", 2)
    assert task["DestinationArn"] == queues.arn(queues.other)
    assert queues.bodies(queues.other) == ["direct", "native"]


@pytest.mark.parametrize("natively", [True, False])
def test_a_moved_message_keeps_body_and_attributes_and_is_otherwise_new(queues: Queues, natively: bool) -> None:
    queues.send(queues.main if natively else queues.dead, "one")
    queues.let_receives_run_out()
    seen: dict[str, Any] = {"AttributeNames": ["All"], "MessageAttributeNames": ["All"]}
    (before,) = queues.sqs.receive_message(QueueUrl=queues.dead, VisibilityTimeout=0, **seen)["Messages"]
    queues.sqs.start_message_move_task(SourceArn=queues.arn(queues.dead), DestinationArn=queues.arn(queues.main))
    assert queues.ended()["Status"] == "COMPLETED"
    (after,) = queues.sqs.receive_message(QueueUrl=queues.main, **seen)["Messages"]
    assert (after["Body"], after["MessageAttributes"]) == (before["Body"], before["MessageAttributes"])
    assert after["MessageId"] != before["MessageId"]
    assert after["Attributes"]["ApproximateReceiveCount"] == "1"
    assert int(after["Attributes"]["SentTimestamp"]) >= int(before["Attributes"]["SentTimestamp"])
    assert "DeadLetterQueueSourceArn" not in after["Attributes"]


def test_a_running_task_excludes_a_second_one(queues: Queues, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on, send = threading.Event(), move_tasks._send_again
    monkeypatch.setattr(move_tasks, "_send_again", lambda *given: go_on.wait(BOUND) and send(*given))
    queues.send(queues.dead, "one")
    arns: Any = {"SourceArn": queues.arn(queues.dead), "DestinationArn": queues.arn(queues.other)}
    handle = queues.sqs.start_message_move_task(**arns)["TaskHandle"]
    (running,) = queues.sqs.list_message_move_tasks(SourceArn=arns["SourceArn"])["Results"]
    assert (running["Status"], running["TaskHandle"]) == ("RUNNING", handle)
    with pytest.raises(ClientError, match=r"There is already a task running. Only one active task is allowed"):
        queues.sqs.start_message_move_task(**arns)
    go_on.set()
    assert queues.ended()["Status"] == "COMPLETED"
    assert queues.bodies(queues.other) == ["one"]


def test_tasks_are_listed_newest_first_and_one_unless_more_are_asked_for(queues: Queues) -> None:
    for destination in (queues.other, queues.main):
        queues.sqs.start_message_move_task(SourceArn=queues.arn(queues.dead), DestinationArn=queues.arn(destination))
        assert queues.ended()["ApproximateNumberOfMessagesMoved"] == 0
    listed = queues.sqs.list_message_move_tasks(SourceArn=queues.arn(queues.dead), MaxResults=10)["Results"]
    assert [task["DestinationArn"] for task in listed] == [queues.arn(queues.main), queues.arn(queues.other)]
    assert len(queues.sqs.list_message_move_tasks(SourceArn=queues.arn(queues.dead))["Results"]) == 1


def test_a_destination_that_is_deleted_meanwhile_fails_the_task_and_loses_nothing(
    queues: Queues, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = move_tasks._send_again

    def send_the_last(*given: Any) -> None:
        send(*given)
        queues.sqs.delete_queue(QueueUrl=queues.other)

    monkeypatch.setattr(move_tasks, "_send_again", send_the_last)
    queues.send(queues.dead, "one", "two")
    queues.sqs.start_message_move_task(SourceArn=queues.arn(queues.dead), DestinationArn=queues.arn(queues.other))
    task = queues.ended()
    assert (task["Status"], task["FailureReason"]) == ("FAILED", "AWS.SimpleQueueService.NonExistentQueue")
    assert task["ApproximateNumberOfMessagesMoved"] == 1
    assert len(queues.bodies(queues.dead, least=1)) == 1


NOWHERE = "arn:aws:sqs:us-east-1:123456789012:nowhere"


@pytest.mark.parametrize(
    ("source", "destination", "code", "text"),
    [
        ("main", None, "InvalidParameterValue", "Source queue must be configured as a Dead Letter Queue."),
        (NOWHERE, None, "ResourceNotFoundException", "for the SourceArn parameter doesn't exist"),
        ("dead", NOWHERE, "ResourceNotFoundException", "for the DestinationArn parameter doesn't exist"),
        ("dead", "dead", "InvalidParameterValue", "cannot be the same"),
        ("no arn", None, "InvalidParameterValue", "You must use this format to specify the SourceArn"),
    ],
)
def test_what_aws_refuses_to_start_is_refused(
    queues: Queues, source: str, destination: str | None, code: str, text: str
) -> None:
    known = {"main": queues.arn(queues.main), "dead": queues.arn(queues.dead)}
    asked: dict[str, Any] = {"SourceArn": known.get(source, source)}
    if destination is not None:
        asked["DestinationArn"] = known.get(destination, destination)
    with pytest.raises(ClientError, match=text) as refusal:
        queues.sqs.start_message_move_task(**asked)
    assert refusal.value.response["Error"]["Code"] == code


def test_the_query_protocol_is_answered_in_xml(queues: Queues, endpoint: str) -> None:
    queues.send(queues.dead, "one")
    form = {"Action": "StartMessageMoveTask", "Version": "2012-11-05", "SourceArn": queues.arn(queues.dead)}
    scope = "Credential=local/20260101/us-east-1/sqs/aws4_request"
    answer = requests.post(
        endpoint,
        data={**form, "DestinationArn": queues.arn(queues.other)},
        headers={"Authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0"},
        timeout=BOUND,
    )
    assert answer.status_code == 200
    assert re.search("<TaskHandle>[A-Za-z0-9+/=]+</TaskHandle>", answer.text)
    assert queues.ended()["Status"] == "COMPLETED"
