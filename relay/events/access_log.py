"""What the logs say of single posts: of one request, and how many were turned away unread."""

from typing import Any

from relay.deployment import Deployment
from relay.durations import now
from relay.log_lines import group_of, messages, objects, total

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
    found = objects(deployment, group_of(deployment, "ingest"), now() - seconds, **_asked(request_id))
    lines = [line for line in found if line.get("request_id") == request_id and "sender" in line]
    return [
        {
            "destination": line.get("destination", ""),
            "sender": line["sender"],
            "source": line.get("source", ""),
            "at": line.get("_aws", {}).get("Timestamp", 0) / 1000,
        }
        | {name.lower(): round(total(line.get(name, 0))) for name in _COUNTS}
        for line in lines
    ]


def turned_away(deployment: Deployment, seconds: float) -> dict[str, int]:
    """How many posts the API turned away in the last so many seconds, by its status."""
    group = f"/aws/vendedlogs/{deployment.name}/api"
    counts = dict.fromkeys(TURNED_AWAY, 0)
    for status in counts:
        lines = messages(deployment, group, now() - seconds, **_asked(status))
        counts[status] = sum(line.split(" ", 2)[1:2] == [status] for line in lines)  # id, status, route
    return counts


def _asked(word: str) -> dict[str, Any]:
    return {"filterPattern": f'"{word}"', "most_pages": _MOST_PAGES}
