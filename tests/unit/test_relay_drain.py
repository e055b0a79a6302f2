"""`relay drain`: messages of an old stack's queue reach the new stack's as they are, and none is lost on the way."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

import boto3
import pytest
from moto import mock_aws

from relay.deployment import Deployment
from relay.drain import drain, route
from relay.errors import Trouble
from relay.printing import Out

NAMES = ("RokuQueue", "RokuDeadLetterQueue", "RoktQueue", "RoktDeadLetterQueue")
OLD = "before-RokuQueue-4XyZ"
ATTRIBUTES: dict[str, Any] = {
    "reason": {"DataType": "String", "StringValue": "Roku answered 500"},
    "raw": {"DataType": "Binary", "BinaryValue": b"\x00\xff"},
    "count": {"DataType": "Number", "StringValue": "7"},
}


@pytest.fixture
def sqs() -> Iterator[Any]:
    with mock_aws():
        yield boto3.Session("test", "test", region_name="us-east-1").client("sqs")


@pytest.fixture
def deployment(sqs: Any) -> Deployment:
    outputs: dict[str, str] = {}
    for name in NAMES:
        url = sqs.create_queue(QueueName=f"new-{name}-1AbC")["QueueUrl"]
        outputs |= {f"{name}Url": url, f"{name}Arn": f"arn:aws:sqs:us-east-1:123456789012:new-{name}-1AbC"}
    return Deployment(
        name="new",
        stack_id="id",
        created=datetime.now(UTC),
        parameters={},
        outputs=outputs,
        local=True,  # one server, which shows all that it has: no long polls
        session=boto3.Session("test", "test", region_name="us-east-1"),
        clients={"sqs": sqs},
    )


def old_queue(sqs: Any, name: str = OLD, bodies: tuple[str, ...] = ()) -> str:
    url = str(sqs.create_queue(QueueName=name)["QueueUrl"])
    for body in bodies:
        sqs.send_message(QueueUrl=url, MessageBody=body, MessageAttributes=ATTRIBUTES)
    return url


def held(sqs: Any, url: str) -> list[tuple[str, dict[str, Any]]]:
    """Bodies and attributes of all that the queue shows, which is out of sight afterwards."""
    found = []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]).get(
        "Messages"
    ):
        found += [(one["Body"], one.get("MessageAttributes", {})) for one in messages]
    return sorted(found, key=lambda one: one[0])


def in_sight(sqs: Any, url: str) -> int:
    names = ["ApproximateNumberOfMessages"]
    return int(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"][names[0]])


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("before-RokuQueue-4XyZ", "RokuQueue"),
        ("before-RokuDeadLetterQueue-4XyZ", "RokuDeadLetterQueue"),
        ("a-stack-of-Roku-RoktQueue-4XyZ", "RoktQueue"),
        ("before-RoktDeadLetterQueue-4XyZ", "RoktDeadLetterQueue"),
    ],
)
def test_everything_moves_to_the_queue_of_the_same_kind_unchanged(
    sqs: Any, deployment: Deployment, name: str, target: str
) -> None:
    bodies = tuple(f'{{"n": {n}, "text": "é\\u2028"}}' for n in range(10, 35))
    url = old_queue(sqs, name, bodies)
    assert drain(deployment, Out(), url, yes=True) == 0
    assert in_sight(sqs, url) == 0
    found = held(sqs, deployment.outputs[f"{target}Url"])
    assert [body for body, _ in found] == sorted(bodies)
    assert found[0][1] == ATTRIBUTES
    assert sum(in_sight(sqs, deployment.outputs[f"{one}Url"]) for one in NAMES if one != target) == 0


class Cut:
    """SQS until the call that is named: there the connection ends, before or after it was done."""

    def __init__(self, sqs: Any, name: str, *, done: bool) -> None:
        self._sqs, self._name, self._done = sqs, name, done

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._sqs, name)
        if name != self._name:
            return real

        def cut(**given: Any) -> Any:
            if self._done:
                real(**given)
            raise KeyboardInterrupt

        return cut


@pytest.mark.parametrize("name", ["send_message_batch", "delete_message_batch"])
@pytest.mark.parametrize("done", [False, True])
def test_wherever_it_is_cut_off_the_next_run_brings_the_rest_and_nothing_is_lost(
    sqs: Any, deployment: Deployment, name: str, done: bool
) -> None:
    bodies = tuple(str(n) for n in range(100, 123))
    url = old_queue(sqs, bodies=bodies)
    deployment.clients["sqs"] = Cut(sqs, name, done=done)
    with pytest.raises(KeyboardInterrupt):
        drain(deployment, Out(), url, yes=True)
    deployment.clients["sqs"] = sqs
    assert drain(deployment, Out(), url, yes=True) == 0
    found = [body for body, _ in held(sqs, deployment.outputs["RokuQueueUrl"])]
    assert set(found) == set(bodies)
    assert len(found) - len(bodies) <= 10  # the batch that was under way may come twice


def test_what_the_new_queue_did_not_take_is_not_deleted_and_comes_again(sqs: Any, deployment: Deployment) -> None:
    url = old_queue(sqs, bodies=("a", "b"))

    class Refusing(Cut):
        def __getattr__(self, name: str) -> Any:
            real = getattr(self._sqs, name)
            if name != "send_message_batch":
                return real
            return lambda **given: real(QueueUrl=given["QueueUrl"], Entries=given["Entries"][:1])

    deployment.clients["sqs"] = Refusing(sqs, "", done=False)
    assert [drain(deployment, Out(), url, yes=True) for _ in range(2)] == [1, 0]
    assert [body for body, _ in held(sqs, deployment.outputs["RokuQueueUrl"])] == ["a", "b"]


def test_what_somebody_else_has_received_is_left_and_told(
    sqs: Any, deployment: Deployment, capsys: pytest.CaptureFixture[str]
) -> None:
    url = old_queue(sqs, bodies=("a", "b"))
    sqs.receive_message(QueueUrl=url, VisibilityTimeout=900)
    assert drain(deployment, Out(as_json=True), url, yes=True) == 1
    said = capsys.readouterr()
    assert '"moved": 1' in said.out
    assert "run it again" in said.err


def test_a_name_that_says_nothing_needs_both_words(sqs: Any, deployment: Deployment) -> None:
    url = old_queue(sqs, "conversions")
    with pytest.raises(Trouble, match="--destination roku or rokt"):
        route(deployment, url, None, None)
    with pytest.raises(Trouble, match="--dead-letters"):
        route(deployment, url, "roku", None)
    assert route(deployment, url, "rokt", True).queue_url == deployment.outputs["RoktDeadLetterQueueUrl"]
    assert route(deployment, url, "Roku", False).queue_url == deployment.outputs["RokuQueueUrl"]


def test_a_queue_of_the_stack_itself_and_one_that_is_not_there_are_refused(sqs: Any, deployment: Deployment) -> None:
    with pytest.raises(Trouble, match="name one of another stack"):
        drain(deployment, Out(), deployment.outputs["RokuDeadLetterQueueUrl"], yes=True)
    with pytest.raises(Trouble, match="no queue"):
        drain(deployment, Out(), "https://sqs.us-east-1.amazonaws.com/123456789012/x-RokuQueue-1", yes=True)


def test_nothing_moves_without_a_yes(sqs: Any, deployment: Deployment) -> None:
    url = old_queue(sqs, bodies=("a",))
    with patch.object(Out, "agrees", return_value=False), pytest.raises(Trouble, match="nothing was done"):
        drain(deployment, Out(), url)
    assert in_sight(sqs, url) == 1
