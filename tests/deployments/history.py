"""One history: an operator deploys, changes, upgrades, removes; a sender posts; nothing accepted may be stranded."""

import importlib
import itertools
import json
import os
import random
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from destinations import NAMES, load
from local.functions import functions
from local.template import Template, changed
from tests.deployments.account import Account
from tests.deployments.vendors import Vendors

QUEUED_BEFORE = Path(__file__).parents[1] / "unit" / "golden" / "queued_before"
BEFORE = {"roku": "roku.txt", "rokt": "rokt-conversions.txt"}  # messages as the version before wrote them
# What an operator changes; the value is drawn again each time.
CHOICES = {
    "DeliveryMode": ("live", "test"),
    "LedgerDays": ("7", "0"),
    "DefaultEventGroup": ("", "shop"),
    "PhoneFormat": ("digits", "e164"),
    "LogSampleRate": ("0", "1"),
    "LogLevel": ("INFO", "DEBUG"),
    "AllowedOrigins": ("", "https://www.example.com"),
}
SWITCHES = (("roku",), ("roku", "rokt"), ("rokt",))


class Broken(Exception):
    """A promise was broken; the message says which and after what."""


@dataclass(slots=True)
class History:
    """What has happened so far."""

    template: Template
    chance: random.Random
    account: Account = field(default_factory=Account)
    vendors: Vendors = field(default_factory=Vendors)
    owed: list[tuple[str, str]] = field(default_factory=list)  # (destination, event id) of all that was accepted
    told: list[str] = field(default_factory=list)  # the steps, for the message of Broken
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def run(self, steps: int) -> None:
        """Take so many steps at random, then bring everything to its end."""
        self.deploy()
        for _ in range(steps):
            self.chance.choice(
                [self.change, self.switch, self.post, self.post, self.deliver, self.upgrade, self.renew]
            )()
        self.settle()

    def change(self) -> None:
        """Another value for one parameter."""
        name = self.chance.choice(sorted(CHOICES))
        self.deploy(**{name: self.chance.choice(CHOICES[name])})

    def switch(self) -> None:
        """Other destinations."""
        self.deploy(**switches(*self.chance.choice(SWITCHES)))

    def deploy(self, **parameters: str) -> None:
        """Update the stack; what it says must be what runs, with what it may use."""
        self.told.append(f"deploy {parameters}")
        self.template = changed(self.template, parameters)
        self.account.deploy(self.template)
        for destination in self.destinations():
            value = {"roku": "roku-key", "rokt": "rokt-key:rokt-secret"}[destination]
            secret = self.account.made[f"{load(destination).title}KeysSecret"]
            self.account.secrets.put_secret_value(SecretId=secret, SecretString=value)
        for function in functions(self.template):
            self._runs_as_said(function)

    def _runs_as_said(self, function: str) -> None:
        said, runs = self.account.said(function), self.account.running(function)
        if runs != said:
            names = sorted(key for key in said.keys() | runs.keys() if said.get(key) != runs.get(key))
            self._broken(f"{function} does not run with what the stack says: {', '.join(names)}")
        allowed = self.account.allowed(function)
        for key, value in runs.items():
            used = value.rpartition("/")[2] if key.endswith("QUEUE_URL") else value if key == "LEDGER_TABLE" else ""
            if used and used not in allowed:
                self._broken(f"{function} has {key}, which its role does not open")

    def destinations(self) -> list[str]:
        """What is on."""
        return [one for one in NAMES if f"{load(one).title}Queue" in self.account.made]

    def post(self) -> None:
        """A sender posts one conversion for every destination that is on."""
        event_id = f"order-{next(self._numbers)}"
        event = {
            "event_id": event_id,
            "event_name": "PURCHASE",
            "event_time": int(time.time()),
            "user_data": {"em": f"{event_id}@example.com"},
        }
        body = json.dumps(
            {"event_group_id": "shop", "events": [event | {"custom_data": {"value": 1, "currency": "USD"}}]}
        )
        http = {"method": "POST", "sourceIp": "192.0.2.1", "userAgent": "sender"}
        headers = {"authorization": "Bearer sender-key", "content-type": "application/json"}
        request = {
            "rawPath": "/v1/events",
            "headers": headers,
            "body": body,
            "isBase64Encoded": False,
            "requestContext": {"requestId": "r-1", "http": http | {"path": "/v1/events"}},
        }
        answer = self._invoke("IngestFunction", request)
        self.told.append(f"post {event_id}: {answer['statusCode']}")
        if answer["statusCode"] != 202:
            self._broken(f"a good post got {answer['statusCode']}: {answer['body']}")
        self.owed += [(destination, event_id) for destination in self.destinations()]

    def upgrade(self) -> None:
        """What the version before had queued is still there when this one is deployed in its place."""
        for destination in self.destinations():
            body = (QUEUED_BEFORE / BEFORE[destination]).read_text(encoding="utf-8")
            one, other = f"before-{next(self._numbers)}", f"before-{next(self._numbers)}"
            body = body.replace('"order-1"', f'"{one}"').replace('"order-2"', f'"{other}"')
            self.account.sqs.send_message(
                QueueUrl=self.account.made[f"{load(destination).title}Queue"], MessageBody=body
            )
            self.owed += [(destination, one), (destination, other)]
        self.told.append("messages of the version before")
        self.deploy()

    def renew(self) -> None:
        """The stack is removed and made again under the same name; its queues are not the same."""
        self.told.append("remove")
        self.account.remove()
        self.deploy()

    def deliver(self) -> None:
        """Everything that waits at what is on is delivered, as far as one try goes."""
        for destination in self.destinations():
            self._drain(f"Deliver{load(destination).title}Function")
        self.told.append("deliver")

    def _drain(self, function: str) -> None:
        url = self.account.mapping(function)
        while messages := self.account.sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"], AttributeNames=["All"]
        ).get("Messages"):
            records = [
                {
                    "messageId": one["MessageId"],
                    "receiptHandle": one["ReceiptHandle"],
                    "body": one["Body"],
                    "attributes": one["Attributes"],
                    "messageAttributes": {},
                }
                for one in messages
            ]
            again = {one["itemIdentifier"] for one in self._invoke(function, {"Records": records})["batchItemFailures"]}
            if again:
                self._broken(f"{function} could not deliver {len(again)} messages")
            for one in messages:
                self.account.sqs.delete_message(QueueUrl=url, ReceiptHandle=one["ReceiptHandle"])

    def settle(self) -> None:
        """Both destinations on, what old queues hold is moved in as `relay drain` does, all is delivered."""
        self.deploy(**switches("roku", "rokt"))
        for url in self.account.left:
            destination = "Roku" if "/RokuQueue-" in url else "Rokt" if "/RoktQueue-" in url else ""
            while messages := self.account.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
                for one in messages:
                    if not destination:
                        self._broken(f"there is something in {url}")
                    self.account.sqs.send_message(
                        QueueUrl=self.account.made[f"{destination}Queue"], MessageBody=one["Body"]
                    )
                    self.account.sqs.delete_message(QueueUrl=url, ReceiptHandle=one["ReceiptHandle"])
        self.deliver()
        missing = [one for one in self.owed if one not in self.vendors.taken]
        if missing:
            self._broken(f"accepted and never delivered: {missing}")

    def _invoke(self, function: str, event: dict[str, Any]) -> Any:
        """Calls the real handler as a cold start would, with the environment that Lambda would give it."""
        declared = functions(self.template)[function]
        with _fresh(self.account.running(function), self.account, self.vendors):
            module = importlib.import_module(declared.handler.rpartition(".")[0])
            context = SimpleNamespace(
                aws_request_id="r-1",
                function_name=function,
                memory_limit_in_mb=declared.memory_mb,
                invoked_function_arn="arn",
                get_remaining_time_in_millis=lambda: declared.timeout_seconds * 1000,
            )
            return module.handler(event, context)

    def _broken(self, what: str) -> None:
        raise Broken(f"{what}\nafter: " + "; ".join(self.told))


def switches(*on: str) -> dict[str, str]:
    """The parameters that switch exactly these destinations on."""
    return {f"DeliverTo{load(name).title}": str(name in on).lower() for name in NAMES}


_services = itertools.count()


def _same(one: Any) -> Any:
    return one


@contextmanager
def _fresh(variables: dict[str, str], account: Account, vendors: Vendors) -> Iterator[None]:
    before = {name: module for name, module in sys.modules.items() if name.split(".")[0] == "handlers"}
    for name in before:
        del sys.modules[name]
    # A logger of its own writes where stdout is now.
    own = {"POWERTOOLS_SERVICE_NAME": f"deployed-{next(_services)}"}
    try:
        with patch.dict(os.environ, {**variables, **own}):
            clients = importlib.import_module("handlers.clients")
            # Shared, since making one takes longer than all that a history does with it.
            shared: dict[str, Any] = {
                "sqs": account.sqs,
                "secrets_manager": account.secrets,
                "dynamodb": account.dynamodb,
            }
            with ExitStack() as ends:
                for name, one in {**shared, "session": vendors}.items():
                    ends.enter_context(patch.object(clients, name, partial(_same, one)))
                yield
    finally:
        for name in [name for name in sys.modules if name.split(".")[0] == "handlers"]:
            del sys.modules[name]
        sys.modules.update(before)
