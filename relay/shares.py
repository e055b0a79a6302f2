"""How many of each sender's conversions were of persons who refused, and by which signals: from ingest's log lines."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from relay.deployment import Deployment
from relay.errors import code

# One page has at most 1 MB of lines, which are some 2,000 posts.
_MOST_PAGES = 50
_RECEIVED = ("Accepted", "Invalid", "Ignored", "Withheld", "NotQueued")


@dataclass(slots=True)
class Share:
    """Of one sender: conversions received, those that were refused, and the signals of the refusals."""

    sender: str
    received: int = 0
    refused: int = 0
    signals: set[str] = field(default_factory=set)

    def told(self) -> dict[str, Any]:
        """As it is answered."""
        share = round(self.refused / self.received, 4) if self.received else 0.0
        return {
            "sender": self.sender,
            "received": self.received,
            "refused": self.refused,
            "share": share,
            "signals": sorted(self.signals),
        }


def shares(deployment: Deployment, destination: str, start: datetime, end: datetime) -> tuple[list[Share], bool]:
    """Each sender's share for a destination, by name, and whether all lines of the window were read."""
    found: dict[str, Share] = {}
    whole = True
    for page_is_last, line in _lines(deployment, destination, start, end):
        whole = not page_is_last
        if line.get("destination") != destination or not isinstance(line.get("sender"), str):
            continue
        one = found.setdefault(line["sender"], Share(line["sender"]))
        one.received += sum(_count(line, name) for name in _RECEIVED)
        one.refused += _count(line, "Refused")
        one.signals.update(filter(None, str(line.get("refused_by", "")).split(", ")))
    return [found[name] for name in sorted(found)], whole


def _lines(
    deployment: Deployment, destination: str, start: datetime, end: datetime
) -> Iterator[tuple[bool, dict[str, Any]]]:
    """Ingest's lines, and with each whether it is of the last page that is read though there are more."""
    asked: dict[str, Any] = {
        "logGroupName": f"/aws/lambda/{deployment.name}-ingest",
        "startTime": round(start.timestamp() * 1e3),
        "endTime": round(end.timestamp() * 1e3),
    }
    if not deployment.local:  # the local stack's logs know no patterns
        asked["filterPattern"] = f'{{ $.sender = * && $.destination = "{destination}" }}'
    for page in range(_MOST_PAGES):
        try:
            answer = deployment.client("logs").filter_log_events(**asked)
        except ClientError as error:
            if code(error) == "ResourceNotFoundException":
                return
            raise
        cut = page == _MOST_PAGES - 1 and "nextToken" in answer
        for event in answer["events"]:
            try:
                line = json.loads(event["message"])
            except ValueError:
                continue
            if isinstance(line, dict):
                yield cut, line
        if "nextToken" not in answer:
            return
        asked["nextToken"] = answer["nextToken"]


def _count(line: dict[str, Any], name: str) -> int:
    """A metric of a line: embedded metrics have lists of values."""
    value = line.get(name, 0)
    return round(sum(value) if isinstance(value, list) else value)
