"""The handlers as if they were deployed: queues and secrets of moto, a Roku sandbox behind them."""

import importlib
import itertools
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from moto import mock_aws

from local.roku_sandbox import RokuSandbox

_CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "us-east-1",
    "POWERTOOLS_METRICS_NAMESPACE": "test",
    "PHONE_FORMAT": "digits",
    "DEFAULT_COUNTRY": "US",
    "PHONE_WITHOUT_COUNTRY": "drop",
    "DEFAULT_EVENT_GROUP": "",
    "ALLOWED_ORIGINS": "",
    "DELIVERY_MODE": "live",
    "LEDGER_TABLE": "",
    "LEDGER_DAYS": "7",
    "LOG_SAMPLE_RATE": "0",
    "SENDER_KEYS_SECRET": "senders",
    "FINGERPRINT_SECRET": "fingerprints",
    "DESTINATION": "roku",
    "ROKU_KEYS_SECRET": "roku",
    "ROKT_QUEUE_URL": "",
}
_numbers = itertools.count()


class Deployed:
    """One stack: call its functions, look into its queues."""

    def __init__(self, sandbox: RokuSandbox, queue: str, dead_letters: str) -> None:
        self.sandbox, self.queue, self.dead_letter_queue = sandbox, queue, dead_letters
        self.sqs = boto3.client("sqs")
        self.secrets = boto3.client("secretsmanager")
        self.remaining_ms = 60_000

    def _handler(self, name: str, event: Mapping[str, Any]) -> dict[str, Any]:
        module = importlib.import_module(f"handlers.{name}")
        context = SimpleNamespace(
            aws_request_id="r-1",
            function_name=name,
            memory_limit_in_mb=128,
            invoked_function_arn="arn",
            get_remaining_time_in_millis=lambda: self.remaining_ms,
        )
        answer: dict[str, Any] = module.handler(dict(event), context)
        return answer

    def ingest(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Call the ingest function."""
        return self._handler("ingest", event)

    def test(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Call the test function."""
        return self._handler("test_events", event)

    def deliver(self, bodies: list[str], receives: int = 1) -> list[str]:
        """Call the deliver function with one batch, and return the ids (m0, m1, …) that it wants to see again."""
        records = [
            {
                "messageId": f"m{place}",
                "receiptHandle": f"h{place}",
                "body": body,
                "attributes": {"ApproximateReceiveCount": str(receives), "SentTimestamp": "9000000000000"},
                "messageAttributes": {},
            }
            for place, body in enumerate(bodies)
        ]
        answer = self._handler("deliver", {"Records": records})
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]

    def _drain(self, url: str) -> list[Any]:
        drained: list[Any] = []
        while batch := self.sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"], WaitTimeSeconds=0
        ).get("Messages"):
            drained += batch
        return drained

    def bodies(self, url: str) -> list[str]:
        """The bodies of all visible messages, which are invisible from now on."""
        return [message["Body"] for message in self._drain(url)]

    def letters(self) -> list[dict[str, Any]]:
        """The visible dead letters: body and attributes."""
        return [
            {
                "body": message["Body"],
                "attributes": {name: value["StringValue"] for name, value in message["MessageAttributes"].items()},
            }
            for message in self._drain(self.dead_letter_queue)
        ]

    def put_senders(self, senders: Mapping[str, object]) -> None:
        """Replace the sender keys."""
        self.secrets.put_secret_value(SecretId="senders", SecretString=json.dumps(senders))

    def advance(self, seconds: float) -> None:
        """Let the secrets grow older."""
        secret = importlib.import_module("handlers.clients").secret("senders")
        clock = secret._clock
        secret._clock = lambda: clock() + seconds

    def sqs_of_handlers(self) -> Any:
        """The SQS client that the handlers use."""
        return importlib.import_module("handlers.clients").sqs()

    def count_calls(self, operation: str) -> Callable[[], int]:
        """Count the handlers' calls of one SQS operation from now on."""
        calls: list[object] = []
        self.sqs_of_handlers().meta.events.register(f"before-call.sqs.{operation}", lambda **_: calls.append(1))
        return lambda: len(calls)


@contextmanager
def deploy(monkeypatch: pytest.MonkeyPatch, senders: Mapping[str, object], **settings: str) -> Iterator[Deployed]:
    """Make queues, secrets and the environment, and import the handlers afresh; `settings` are parameters."""
    for name in _handlers():
        monkeypatch.delitem(sys.modules, name)
    # A service name of its own gives each stack a logger of its own, which writes where capsys looks.
    own = {"POWERTOOLS_SERVICE_NAME": f"test-{next(_numbers)}"}
    for name, value in (_CREDENTIALS | own | settings).items():
        monkeypatch.setenv(name, value)
    with mock_aws(), RokuSandbox(port=0, keys={"roku-key": ["*"]}) as sandbox:
        sqs, secrets = boto3.client("sqs"), boto3.client("secretsmanager")
        urls = [sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("queue", "dead-letters")]
        secrets.create_secret(Name="senders", SecretString=json.dumps(dict(senders)))
        secrets.create_secret(Name="roku", SecretString="roku-key")
        secrets.create_secret(Name="fingerprints", SecretString="fingerprint-key")
        monkeypatch.setenv("ROKU_QUEUE_URL", urls[0])
        monkeypatch.setenv("ROKU_DEAD_LETTER_QUEUE_URL", urls[1])
        monkeypatch.setenv("ROKU_URL", sandbox.url)
        try:
            yield Deployed(sandbox, urls[0], urls[1])
        finally:
            for name in _handlers():  # what was there before comes back whole, and not mixed with these
                del sys.modules[name]


def _handlers() -> list[str]:
    return [name for name in sys.modules if name.split(".")[0] == "handlers"]
