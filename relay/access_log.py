"""What the logs say of single posts: of one request, and how many were turned away unread."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from botocore.exceptions import ClientError

from relay.dead_letters import now
from relay.deployment import Deployment
from relay.errors import code

# Posts of which nothing else is kept, by what the API answered: nobody's word on who sent them may be believed.
TURNED_AWAY = {"401": "without a known key", "429": "beyond the throttle"}
_MOST_PAGES = 50  # of 1 MB each
_COUNTS = {
    "Accepted": "accepted",
    "Invalid": "invalid",
    "Ignored": "ignored",
    "Withheld": "withheld",
    "NotQueued": "not queued",
}
WORDS = {name.lower(): word for name, word in _COUNTS.items()}


def request(deployment: Deployment, request_id: str, seconds: float) -> list[dict[str, Any]]:
    """What ingest wrote of a request in the last so many seconds: a line for each destination."""
    lines = [
        line
        for line in _objects(_lines(deployment, f"/aws/lambda/{deployment.name}-ingest", f'"{request_id}"', seconds))
        if line.get("request_id") == request_id and "sender" in line
    ]
    return [
        {
            "destination": line.get("destination", ""),
            "sender": line["sender"],
            "source": line.get("source", ""),
            "at": line.get("_aws", {}).get("Timestamp", 0) / 1000,
        }
        | {name.lower(): _count(line, name) for name in _COUNTS}
        for line in lines
    ]


def turned_away(deployment: Deployment, seconds: float) -> dict[str, int]:
    """How many posts the API turned away in the last so many seconds, by its status."""
    group = f"/aws/vendedlogs/{deployment.name}/api"
    counts = dict.fromkeys(TURNED_AWAY, 0)
    for status in counts:
        lines = _lines(deployment, group, f'"{status}"', seconds)
        counts[status] = sum(line.split(" ", 2)[1:2] == [status] for line in lines)  # id, status, route
    return counts


def _objects(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    for line in lines:
        try:
            found = json.loads(line)
        except ValueError:
            continue
        if isinstance(found, dict):
            yield found


def _lines(deployment: Deployment, group: str, pattern: str, seconds: float) -> Iterator[str]:
    """The lines that hold the pattern; none if the group is not there."""
    asked: dict[str, Any] = {
        "logGroupName": group,
        "startTime": round((now() - seconds) * 1e3),
        "filterPattern": pattern,
    }
    for _ in range(_MOST_PAGES):
        try:
            answer = deployment.client("logs").filter_log_events(**asked)
        except ClientError as error:
            if code(error) == "ResourceNotFoundException":
                return
            raise
        yield from (event["message"] for event in answer["events"])
        if "nextToken" not in answer:
            return
        asked["nextToken"] = answer["nextToken"]


def _count(line: dict[str, Any], name: str) -> int:
    value = line.get(name, 0)
    return round(sum(value) if isinstance(value, list) else value)
