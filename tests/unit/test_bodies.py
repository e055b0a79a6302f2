"""`pipeline.aws.bodies`: what AWS gets is what botocore would have written, and no attribute is walked for it."""

import io
import json
from collections.abc import Callable
from typing import Any

import botocore.serialize
import botocore.session
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config
from urllib3 import HTTPResponse

from handlers import clients
from pipeline.aws.bodies import write_bodies
from pipeline.values.version import USER_AGENT

ITEMS = [{"event_id": {"S": f"order-{number} é\u2028\x01"}, "expires": {"N": "1767225600"}} for number in range(3)]
CALLS: dict[str, dict[str, Any]] = {
    "BatchWriteItem": {"RequestItems": {"table": [{"PutRequest": {"Item": item}} for item in ITEMS]}},
    "BatchGetItem": {"RequestItems": {"table": {"Keys": ITEMS}}},
    "SendMessageBatch": {
        "QueueUrl": "https://sqs.us-east-1.amazonaws.com/1/q",
        "Entries": [
            {
                "Id": "0",
                "MessageBody": '{"name":"Zoë"}\n"\\',
                "DelaySeconds": 9,
                "MessageAttributes": {"reason": {"DataType": "String", "StringValue": "no"}},
            }
        ],
    },
}
SERVICES = {"BatchWriteItem": "dynamodb", "BatchGetItem": "dynamodb", "SendMessageBatch": "sqs"}


@pytest.fixture(scope="module")
def client_of() -> Callable[[str], Any]:
    """A client of the service as botocore makes it, and what it sent by then."""
    session = botocore.session.Session()
    session.set_credentials("access", "secret")

    def make(service: str) -> Any:
        config = Config(parameter_validation=False, retries={"mode": "standard", "total_max_attempts": 2})
        return session.create_client(service, region_name="us-east-1", config=config)

    return make


def heard(client: Any, *statuses: int, body: bytes = b"{}") -> list[Any]:
    """The requests that the client sends from now on; they get these statuses, then 200."""
    requests: list[Any] = []

    def answer(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        status = [*statuses, 200][min(len(requests), len(statuses))]
        requests.append(request)
        no_headers: Any = {}
        raw: Any = HTTPResponse(io.BytesIO(body), preload_content=False)
        return AWSResponse(request.url, status, no_headers, raw)

    client.meta.events.register("before-send", answer)
    return requests


def call(client: Any, operation: str) -> None:
    """The call of that name."""
    names = {"BatchWriteItem": "batch_write_item", "BatchGetItem": "batch_get_item"}
    getattr(client, names.get(operation, "send_message_batch"))(**CALLS[operation])


@pytest.mark.parametrize("operation", CALLS)
def test_aws_gets_what_botocore_would_have_sent(client_of: Callable[[str], Any], operation: str) -> None:
    plain, quick = client_of(SERVICES[operation]), client_of(SERVICES[operation])
    write_bodies(quick, operation)
    sent = []
    for client in (plain, quick):
        requests = heard(client)
        call(client, operation)
        [request] = requests
        sent.append((json.loads(request.body), request.url, request.headers["X-Amz-Target"]))
    assert sent[0] == sent[1]
    assert sent[1][0] == CALLS[operation]


def test_a_second_try_sends_the_same_again(client_of: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    client = client_of("dynamodb")
    write_bodies(client, "BatchWriteItem")
    requests = heard(client, 503)
    call(client, "BatchWriteItem")
    assert [json.loads(request.body) for request in requests] == [CALLS["BatchWriteItem"]] * 2


def test_a_service_that_is_not_spoken_to_in_json_is_left_alone(client_of: Callable[[str], Any]) -> None:
    client = client_of("sns")
    write_bodies(client, "Publish")
    requests = heard(client, body=b"<PublishResponse><PublishResult/></PublishResponse>")
    client.publish(TopicArn="arn:aws:sns:us-east-1:1:topic", Message="text")
    assert requests[0].body.endswith("Message=text")


@pytest.mark.parametrize("operation", CALLS)
def test_the_functions_clients_walk_through_no_item_and_name_the_relay(
    operation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "a",
        "AWS_SECRET_ACCESS_KEY": "b",
    }.items():
        monkeypatch.setenv(name, value)
    # Powertools, once some test has imported it, puts a word of its own behind the name of every session made later.
    monkeypatch.setattr(botocore, "_INITIALIZERS", [])
    for cached in (clients._session, clients.sqs, clients.dynamodb):
        monkeypatch.setattr(clients, cached.__name__, cached.__wrapped__)
    walked: list[object] = []
    writer: Any = botocore.serialize.JSONSerializer
    walk = writer._serialize

    def walk_and_count(*args: Any, **named: Any) -> None:
        walked.append(1)
        walk(*args, **named)

    monkeypatch.setattr(writer, "_serialize", walk_and_count)
    client: Any = clients.sqs() if operation == "SendMessageBatch" else clients.dynamodb()
    requests = heard(client)
    call(client, operation)
    assert json.loads(requests[0].body) == CALLS[operation]
    assert requests[0].headers["User-Agent"] == USER_AGENT.encode()
    assert len(walked) <= 5  # the containers, and nothing in them
