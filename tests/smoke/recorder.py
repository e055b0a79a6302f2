"""The recorder: a small stack of its own that answers in the place of Roku and Rokt and remembers what it got."""

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.smoke.account import client, outputs

ROKU_KEY = "smoke-roku-key"
ROKT_PAIR = "smoke-rokt-key:smoke-rokt-secret"
_TEMPLATE = Path(__file__).with_name("recorder.yaml")


@dataclass(frozen=True, slots=True)
class Recorder:
    """One that is deployed."""

    stack: str
    url: str
    table: str

    def seen(self) -> list[dict[str, Any]]:
        """What it was sent, oldest first: `path`, `at` (epoch seconds), the events' `ids`, which of
        them it has `taken`, and the `status` it gave."""
        pages = client("dynamodb").get_paginator("scan").paginate(TableName=self.table, ConsistentRead=True)
        items = sorted((item for page in pages for item in page["Items"]), key=lambda item: str(item["id"]["S"]))
        return [json.loads(item["text"]["S"]) for item in items if item["id"]["S"].startswith("seen/")]

    def delivered(self, event_id: str, path: str | None = None) -> list[dict[str, Any]]:
        """The requests with this event, of those to `path` if it is given, in which it took the event."""
        return [one for one in self.seen() if event_id in one["taken"] and path in {None, one["path"]}]

    def refuse(self, refused: Mapping[str, Mapping[str, str]]) -> None:
        """From now on it refuses these events, each with its reasons by field, and takes all others."""
        pair = b64encode(ROKT_PAIR.encode()).decode()
        told = {
            "authorization_roku": f"Bearer {ROKU_KEY}",
            "authorization_rokt": f"Basic {pair}",
            "refuse": refused,
        }
        item = {"id": {"S": "told"}, "text": {"S": json.dumps(told)}}
        client("dynamodb").put_item(TableName=self.table, Item=item)


def deploy(stack: str) -> Recorder:
    """Makes the recorder's stack; it takes everything until it is told otherwise."""
    cloudformation = client("cloudformation")
    capabilities: Sequence[str] = ["CAPABILITY_IAM"]
    body = _TEMPLATE.read_text(encoding="utf-8")
    cloudformation.create_stack(StackName=stack, TemplateBody=body, Capabilities=capabilities)
    cloudformation.get_waiter("stack_create_complete").wait(
        StackName=stack, WaiterConfig={"Delay": 2, "MaxAttempts": 300}
    )
    found = outputs(stack)
    made = Recorder(stack, found["Url"].rstrip("/"), found["Table"])
    made.refuse({})
    return made
