"""A stack that delivers to Rokt, alone or beside Roku, as its sender, its operator and Rokt see it."""

import hashlib
import hmac
import json
import shlex
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from local import aws
from local.choices import Choices
from local.console import queues
from local.dead_letters import DeadLetter, find, peek, redrive
from local.rokt_sandbox import RoktSandbox
from local.senders import SENDER_KEY, SIGNATURE_SECRET, key_of
from local.stack import Stack
from tests.bounds import BOUND
from tests.e2e.relay import wait_longer

GOLDEN = Path(__file__).resolve().parents[1] / "unit" / "golden" / "rokt"
EVENT_TIME = int(time.time()) - 3_600


def golden(name: str) -> dict[str, Any]:
    """What is posted in a golden file, and the very JSON that Rokt gets for it."""
    case: dict[str, Any] = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    return case


def conversion(event_id: str, **fields: Any) -> dict[str, Any]:
    """A purchase by a known person."""
    whole = {"event_name": "PURCHASE", "event_time": EVENT_TIME, "user_data": {"em": "jane@example.com"}}
    return whole | {"event_id": event_id} | fields


class RoktRelay:
    """One stack and what one can do with it from outside."""

    def __init__(self, stack: Stack) -> None:
        rokt = stack.sandboxes["rokt"]
        assert isinstance(rokt, RoktSandbox)
        self.stack, self.rokt = stack, rokt
        self.secrets = aws.client("secretsmanager", stack.aws_endpoint)

    def post(self, *events: dict[str, Any], path: str = "/v1/events", **body: Any) -> tuple[int, dict[str, Any]]:
        """Post events, and give the status and the answer."""
        headers = {"Authorization": f"Bearer {SENDER_KEY}"}
        answer = requests.post(self.stack.url + path, json=body | {"events": events}, headers=headers, timeout=BOUND)
        return answer.status_code, answer.json()

    def segment(self, *calls: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Post signed calls as Segment does."""
        body = json.dumps(calls[0] if len(calls) == 1 else calls).encode()
        signed = hmac.new(SIGNATURE_SECRET.encode(), body, hashlib.sha1).hexdigest()
        headers = {"Authorization": f"Bearer {key_of('segment')}", "X-Signature": signed}
        answer = requests.post(f"{self.stack.url}/v1/sources/segment", data=body, headers=headers, timeout=BOUND)
        return answer.status_code, answer.json()

    def taken(self, event_id: str) -> dict[str, Any] | None:
        """What Rokt counts under this event id of ours; it fails if Rokt counts it twice."""
        found = [one["event"] for one in self.rokt.events() if one["event_id"] == event_id]
        assert len(found) <= 1
        return found[0] if found else None

    def requests_of(self, event_id: str) -> list[dict[str, Any]]:
        """Each request to Rokt that held this event, as the sandbox remembers it."""
        return [request for request in self.rokt.requests() if event_id in request["event_ids"]]

    def letters(self) -> list[DeadLetter]:
        """What Rokt refused."""
        return peek(self.stack.deployment.names["RoktDeadLetterQueue.Arn"])

    def redrive(self) -> int:
        """Move all dead letters with the arguments of the stack's own command; return their number."""
        command = shlex.split(self.stack.outputs()["RoktRedriveCommand"])
        options = dict(zip(command[3::2], command[4::2], strict=True))
        return redrive(self.stack.sqs, options["--source-arn"], options["--destination-arn"])

    def waiting(self) -> list[float]:
        """When each message that waits for its next try comes back, in epoch seconds."""
        return [message.at for message in queues.depths(*self._queue()).waiting]

    def try_now(self) -> int:
        """Let what waits for its next try come at once; how many messages did."""
        return queues.release(*self._queue())

    def _queue(self) -> tuple[Any, dict[str, int]]:
        lane = next(one for one in self.stack.console.observer.lanes if one.name == "rokt")
        return find(lane.source.queue_arn), dict(lane.settled)

    def counted(self, metric: str) -> int:
        """The sum of a metric with the destination rokt so far."""
        blobs = [json.loads(line) for line in self.stack.log_text().splitlines() if f'"{metric}"' in line]
        return sum(sum(blob[metric]) for blob in blobs if blob.get("destination") == "rokt" and metric in blob)

    def put_pair(self, pair: str) -> None:
        """The operator changes the pair in the Rokt keys secret."""
        self.secrets.put_secret_value(SecretId=self.stack.deployment.names["RoktKeysSecret"], SecretString=pair)


@contextmanager
def delivering(**parameters: str) -> Iterator[RoktRelay]:
    """A stack with these parameters of the template, on free ports, that delivers at once."""
    with Stack(Choices.free(window=0, parameters=parameters)) as stack:
        wait_longer()
        relay = RoktRelay(stack)
        yield relay
        relay.secrets.close()
