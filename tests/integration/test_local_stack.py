"""The composed stack, run on a small template with functions of its own."""

import http.client
import importlib
import json
import os
import socket
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest

from local.bundle import fresh
from local.choices import Choices, StackError
from local.dead_letters import RedriveError, peek, redrive
from local.senders import BROWSER_KEY
from local.stack import Stack
from tests.bounds import BOUND

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  BatchWindow: {Type: Number, Default: 5}
  Word: {Type: String, Default: plain}
Globals:
  Function: {CodeUri: code/, Runtime: python3.13, Timeout: 10, Environment: {Variables: {WORD: !Ref Word}}}
Resources:
  HttpApi: {Type: AWS::Serverless::HttpApi}
  IngestFunction:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.ingest
      Environment: {Variables: {ROKU_QUEUE_URL: !Ref RokuQueue}}
      Events: {Post: {Type: HttpApi, Properties: {ApiId: !Ref HttpApi, Path: /post, Method: ANY}}}
  DeliverRokuFunction:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.deliver
      Environment:
        Variables: {ROKU_URL: "https://roku.example", DEAD: !Ref RokuDeadLetterQueue}
      Events:
        Queue:
          Type: SQS
          Properties:
            Queue: !GetAtt RokuQueue.Arn
            BatchSize: 100
            MaximumBatchingWindowInSeconds: !Ref BatchWindow
            FunctionResponseTypes: [ReportBatchItemFailures]
  RokuQueue:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 77
      RedrivePolicy: {deadLetterTargetArn: !GetAtt RokuDeadLetterQueue.Arn, maxReceiveCount: 500}
  RokuDeadLetterQueue: {Type: AWS::SQS::Queue}
  SenderKeysSecret:
    Type: AWS::SecretsManager::Secret
    Properties:
      GenerateSecretString:
        {SecretStringTemplate: "{}", GenerateStringKey: first, PasswordLength: 40, ExcludePunctuation: true}
  RokuKeysSecret: {Type: AWS::SecretsManager::Secret}
Outputs:
  Url: {Value: !Sub "https://${HttpApi}.execute-api.${AWS::Region}.amazonaws.com/post"}
  Queue: {Value: !Ref RokuQueue}
"""
CODE = """
import os
import boto3
from functools import cache

@cache
def sqs():
    return boto3.client("sqs")

def ingest(event, context):
    print("LOGGED", context.function_name)
    sqs().send_message(QueueUrl=os.environ["ROKU_QUEUE_URL"], MessageBody=event["body"])
    return {"statusCode": 202, "body": os.environ["WORD"] + " " + os.environ["ROKU_URL"]}

def deliver(event, context):
    for record in event["Records"]:
        reason = {"DataType": "String", "StringValue": record["body"]}
        body = '{"event_group_id": "g"}\\n{"event_id": "' + record["body"] + '"}'
        sqs().send_message(QueueUrl=os.environ["DEAD"], MessageBody=body, MessageAttributes={"reason": reason})
    return {"batchItemFailures": []}
"""


@pytest.fixture
def choices(tmp_path: Path) -> Choices:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "app.py").write_text(CODE)
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    return Choices.free(window=0, template=tmp_path / "template.yaml")


@pytest.fixture
def stack(choices: Choices) -> Iterator[Stack]:
    with Stack(choices) as stack:
        yield stack


def _post(stack: Stack, body: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", stack.api.port, timeout=BOUND)
    try:
        connection.request("POST", "/post", body, {"Content-Type": "text/plain"})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def _dead_letters(stack: Stack, number: int) -> list[tuple[Any, str]]:
    deadline = time.monotonic() + BOUND
    while True:
        letters = peek(stack.deployment.names["RokuDeadLetterQueue.Arn"])
        if len(letters) >= number:
            return sorted((letter.event.get("event_id"), letter.reason) for letter in letters)
        assert time.monotonic() < deadline, f"{len(letters)} dead letters, not {number}"


def _secret(stack: Stack, logical_id: str) -> str:
    client = boto3.client("secretsmanager")  # finds the local endpoint in the environment, as handlers do
    try:
        return str(client.get_secret_value(SecretId=stack.deployment.names[logical_id])["SecretString"])
    finally:
        client.close()


def test_a_post_goes_through_function_queue_poller_and_function(stack: Stack) -> None:
    assert _post(stack, "hello") == (202, f"plain {stack.sandboxes['roku'].url}")
    assert _dead_letters(stack, 1) == [("hello", "hello")]
    assert stack.pollers[0].invocations == 1


def test_what_functions_print_is_in_the_log_and_not_on_the_terminal(
    stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    _post(stack, "hello")
    sys.stdout.write("for the terminal\n")
    assert "LOGGED local-IngestFunction\n" in stack.log_text()
    assert capsys.readouterr().out == "for the terminal\n"


def test_dead_letters_stay_when_they_are_looked_at_and_move_when_they_are_redriven(stack: Stack) -> None:
    _post(stack, "hello")
    assert _dead_letters(stack, 1) == _dead_letters(stack, 1)
    names = stack.deployment.names
    assert redrive(stack.sqs, names["RokuDeadLetterQueue.Arn"], names["RokuQueue.Arn"]) == 1
    assert len(_dead_letters(stack, 1)) == 1  # the function makes dead letters of everything


def test_a_redrive_that_fails_says_why(stack: Stack) -> None:
    names = stack.deployment.names
    stack.sqs.send_message(QueueUrl=names["RokuDeadLetterQueue"], MessageBody="x")
    stack.sqs.start_message_move_task(SourceArn=names["RokuDeadLetterQueue.Arn"])
    (task,) = stack.sqs.list_message_move_tasks(SourceArn=names["RokuDeadLetterQueue.Arn"])["Results"]
    assert task["Status"] in ("RUNNING", "FAILED")
    with pytest.raises((RedriveError, stack.sqs.exceptions.ClientError)):
        redrive(stack.sqs, names["RokuDeadLetterQueue.Arn"], "arn:aws:sqs:us-east-1:123456789012:nowhere")


def test_queues_have_the_templates_attributes(stack: Stack) -> None:
    attributes: Mapping[str, str] = stack.sqs.get_queue_attributes(
        QueueUrl=stack.deployment.names["RokuQueue"], AttributeNames=["All"]
    )["Attributes"]  # type: ignore[assignment]
    assert attributes["VisibilityTimeout"] == "77"
    assert json.loads(attributes["RedrivePolicy"]) == {
        "deadLetterTargetArn": stack.deployment.names["RokuDeadLetterQueue.Arn"],
        "maxReceiveCount": 500,
    }


def test_the_keys_are_in_the_secrets(choices: Choices) -> None:
    with Stack(replace(choices, key="sender-key-1", keys={"roku": "roku-key-1"})) as stack:
        senders = json.loads(_secret(stack, "SenderKeysSecret"))
        assert len(senders["first"]) == 40
        assert senders["local"] == "sender-key-1"
        assert senders["browser"]["key"] == BROWSER_KEY
        assert {"http://127.0.0.1:8080", stack.url} <= set(senders["browser"]["origins"])
        assert _secret(stack, "RokuKeysSecret") == "roku-key-1"


def test_outputs_name_the_local_addresses(stack: Stack) -> None:
    assert stack.outputs() == {"Url": f"{stack.url}/post", "Queue": stack.deployment.names["RokuQueue"]}
    assert stack.deployment.names["RokuQueue"].startswith(stack.aws_endpoint)


def test_no_client_of_this_process_can_reach_the_real_aws(choices: Choices, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_ENDPOINT_URL_SQS", "https://sqs.us-east-1.amazonaws.com")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "token")
    with Stack(choices) as stack:
        client = boto3.client("sqs")
        assert client.meta.endpoint_url == stack.aws_endpoint
        client.close()
        credentials = boto3.Session().get_credentials()
        assert credentials is not None
        assert (credentials.access_key, credentials.secret_key, credentials.token) == ("local", "local", None)


def test_another_roku_can_be_named_and_then_there_is_no_sandbox(choices: Choices) -> None:
    with Stack(replace(choices, urls={"roku": "http://127.0.0.1:9"}, parameters={"Word": "other"})) as stack:
        assert stack.sandboxes == {}
        assert _post(stack, "hello") == (202, "other http://127.0.0.1:9")


def test_stacks_follow_one_another_and_leave_the_process_as_it_was(choices: Choices) -> None:
    environment, stdout, modules, path = dict(os.environ), sys.stdout, set(sys.modules), list(sys.path)
    seen = []
    for word in ("one", "two"):
        with Stack(replace(choices, parameters={"Word": word})) as stack:
            seen.append(_post(stack, word)[1].split()[0])
            assert _dead_letters(stack, 1) == [(word, word)]
    assert seen == ["one", "two"]
    assert (dict(os.environ), sys.stdout, list(sys.path)) == (environment, stdout, path)
    assert "app" not in modules | set(sys.modules)


@pytest.mark.parametrize("flag", ["--port", "--aws-port", "--sandbox-port"])
def test_a_port_in_use_names_the_flag_to_change(choices: Choices, flag: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        changes: dict[str, Any] = {
            "--port": {"port": port},
            "--aws-port": {"aws_port": port},
            "--sandbox-port": {"sandbox_ports": {"roku": port}},
        }
        with pytest.raises(StackError, match=f"{flag}$"), Stack(replace(choices, **changes[flag])):
            pass
    assert sys.stdout is not None


def test_a_stack_that_cannot_start_leaves_nothing_behind(choices: Choices) -> None:
    (choices.template.parent / "code" / "app.py").write_text("raise RuntimeError('broken')")
    environment, stdout = dict(os.environ), sys.stdout
    with pytest.raises(RuntimeError, match="broken"), Stack(choices):
        pass
    assert (dict(os.environ), sys.stdout) == (environment, stdout)


def test_functions_get_their_own_modules_wherever_others_of_the_name_were_loaded_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for word in ("loaded", "own"):
        (tmp_path / word).mkdir()
        (tmp_path / word / "some_module.py").write_text(f"WORD = {word!r}\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path / "loaded")
    loaded = importlib.import_module("some_module")
    with fresh(tmp_path / "own"):
        assert importlib.import_module("some_module").WORD == "own"
    assert importlib.import_module("some_module") is loaded
    monkeypatch.delitem(sys.modules, "some_module")
