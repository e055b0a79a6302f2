"""The whole stack as its sender, its operator and Roku see it."""

import importlib
import shlex
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import requests
from botocore.config import Config

from local import aws
from local.choices import Choices
from local.dead_letters import DeadLetter, peek, redrive
from local.roku_sandbox import RokuSandbox
from local.senders import SENDER_KEY
from local.stack import Stack
from tests.bounds import BOUND

EVENT_TIME = int(time.time()) - 3_600
EVENT = {"event_name": "PURCHASE", "event_time": EVENT_TIME, "user_data": {"em": "jane@example.com"}}
BOTH = {"DeliverToRokt": "true"}
# CallRail's post of a call that nobody answered, which is ignored.
MISSED_CALL = {
    "answered": False,
    "voicemail": False,
    "duration": 5,
    "customer_phone_number": "+12125550143",
    "start_time": "2026-11-20T10:00:00Z",
    "direction": "inbound",
}
_NEVER = threading.Event()


class Relay:
    """One stack and what one can do with it from outside."""

    def __init__(self, stack: Stack) -> None:
        self.stack, self.rokt_sandbox = stack, stack.sandboxes.get("rokt")
        self.ledger = aws.client("dynamodb", stack.aws_endpoint)

    @property
    def sandbox(self) -> RokuSandbox:
        """Roku's sandbox, which most stacks have."""
        found = self.stack.sandboxes["roku"]
        assert isinstance(found, RokuSandbox)
        return found

    def refuse(self, event_id: str) -> None:
        """Roku refuses this event from now on."""
        self.sandbox.set_faults({"refuse": {event_id: {"event_time": "is too old"}}})

    def accept(self) -> None:
        """Nobody refuses anything from now on."""
        for sandbox in self.stack.sandboxes.values():
            sandbox.set_faults({})

    def post(self, event_id: str, **fields: Any) -> None:
        """A sender posts the event, and the relay accepts it."""
        self.post_all([EVENT | {"event_id": event_id} | fields])

    def post_all(self, events: Sequence[Mapping[str, Any]], status: int = 202, key: str = SENDER_KEY) -> None:
        """The sender with this key posts these events in one request and gets this status."""
        answer = requests.post(
            f"{self.stack.url}/v1/events",
            json={"event_group_id": "g", "events": events},
            headers={"Authorization": f"Bearer {key}"},
            timeout=BOUND,
        )
        assert answer.status_code == status, answer.text

    def redrive(self) -> int:
        """Move all dead letters with the arguments of the stack's own command; return their number."""
        command = shlex.split(self.stack.outputs()["RokuRedriveCommand"])
        assert command[:3] == ["aws", "sqs", "start-message-move-task"]
        options = dict(zip(command[3::2], command[4::2], strict=True))
        assert set(options) == {"--region", "--source-arn", "--destination-arn"}
        return redrive(self.stack.sqs, options["--source-arn"], options["--destination-arn"])

    def try_now(self) -> bool:
        """What waits for Roku comes back at once, and the next probe is due, as by the console's button."""
        url = f"{self.stack.url}/_console/try-now"
        return requests.post(url, json={"destination": "roku"}, timeout=BOUND).status_code == 200

    def put_off_probe(self, group: str = "g") -> None:
        """The next probe of that group's open circuit at Roku is an hour away: a busy machine must not reach it."""
        self.ledger.update_item(
            TableName=self.stack.deployment.names["LedgerTable"],
            Key={"event_id": {"S": "circuit"}, "what": {"S": f"circuit#roku#{group}"}},
            UpdateExpression="SET next_probe_at = :later, version = version + :one",
            ExpressionAttributeValues={":later": {"N": str(int(time.time()) + 3_600)}, ":one": {"N": "1"}},
        )

    def letters(self, destination: str = "Roku") -> list[DeadLetter]:
        """The dead letters."""
        return peek(self.stack.deployment.names[f"{destination}DeadLetterQueue.Arn"])

    def known(self, event_id: str) -> dict[str, dict[str, str]]:
        """What the ledger answers to "what happened to this event id", by outcome and place."""
        answer = self.ledger.query(
            TableName=self.stack.deployment.names["LedgerTable"],
            KeyConditionExpression="event_id = :id",
            ExpressionAttributeValues={":id": {"S": event_id}},
        )
        items = [{name: next(iter(value.values())) for name, value in item.items()} for item in answer["Items"]]
        return {item["what"]: item for item in items}

    def everything_known(self) -> list[dict[str, Any]]:
        """All entries of the ledger."""
        answer = self.ledger.scan(TableName=self.stack.deployment.names["LedgerTable"])
        return list(answer["Items"])

    def conversions(self, event_id: str) -> list[dict[str, Any]]:
        """What Roku counted of this event."""
        return [taken for taken in self.sandbox.events() if taken["event_id"] == event_id]

    def rokt_conversions(self, event_id: str) -> list[dict[str, Any]]:
        """What Rokt counted of this event."""
        assert self.rokt_sandbox is not None
        return [taken for taken in self.rokt_sandbox.events() if taken["event_id"] == event_id]

    def answers(self, event_id: str) -> list[int]:
        """Roku's answers to each request that held this event."""
        return [request["status"] for request in self.sandbox.requests() if event_id in request["event_ids"]]


@contextmanager
def running(**parameters: str) -> Iterator[Relay]:
    """A stack with these parameters of the template, on free ports, that delivers at once."""
    choices = Choices.free(window=0, parameters=parameters)
    with Stack(choices) as stack:
        wait_longer()
        relay = Relay(stack)
        yield relay
        relay.ledger.close()


def wait_longer() -> None:
    """The functions of the stack that runs wait for its AWS as long as a test does: half a second to 5 s otherwise.

    moto shares a busy machine with the tests, and what a function gives up never comes. The stack's modules go with it.
    """
    clients = importlib.import_module("handlers.clients")
    for name in ("_CONFIG", "_QUEUE_CONFIG"):
        patient = Config(connect_timeout=BOUND, read_timeout=BOUND)
        setattr(clients, name, getattr(clients, name).merge(patient))
    for module, name in (
        ("handlers.door", "_LONGEST"),
        ("pipeline.delivery.deliver", "_LONGEST_NOTES"),
        ("pipeline.delivery.settling", "_LONGEST_QUESTIONS"),
    ):
        loaded = importlib.import_module(module)
        assert hasattr(loaded, name)
        setattr(loaded, name, BOUND)


def until(look: Callable[[], Any]) -> Any:
    """What `look` finds, as soon as it finds anything; between looks 5 ms are left to the stack's threads."""
    deadline = time.monotonic() + BOUND
    while not (found := look()):
        _NEVER.wait(0.005)
        assert time.monotonic() < deadline, "it did not come in time"
    return found
