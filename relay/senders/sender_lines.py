"""What ingest's log lines say of senders, added up: by one query of Logs Insights, which reads the whole window.

The local stack's logs know no Insights: there the lines themselves are read, and have the same names.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from pipeline.contract import matching
from relay.deployment import Deployment
from relay.errors import code
from relay.log_lines import group_of, objects, total

# Counts of a line, by how Insights calls them: of a metric, which is a list there, the first value.
COUNTED = {f"{name}.0": name for name in ("Accepted", "Invalid", "Ignored", "Withheld", "NotQueued", "Refused")}
_SUMMED = {**COUNTED, **{name: name for name in matching.NAMES}}
_BY = ("sender", "destination", "invalid", "refused_by", "warned")
MOST_ROWS = 10_000  # of an answer of Insights
QUERY = (
    "filter ispresent(sender) and ispresent(destination) | stats count(*) as posts, "
    + ", ".join(f"sum(`{field}`) as {name}" for field, name in _SUMMED.items())
    + f" by {', '.join(_BY)} | sort posts desc | limit {MOST_ROWS}"
)
_ENDS = frozenset({"Complete", "Failed", "Cancelled", "Timeout", "Unknown"})
_POLL_SECONDS, _MOST_POLLS = 1.0, 120

# What some lines say alike: `posts` of them, their words, and the sums of their numbers.
Row = Mapping[str, Any]


def rows(
    deployment: Deployment, start: datetime, end: datetime, pause: Callable[[float], None] = time.sleep
) -> tuple[list[Row], bool]:
    """The lines of the window with a sender and a destination, added up, and whether that is all of them.

    Raises ClientError.
    """
    if deployment.local:
        return list(_lines(deployment, start, end)), True
    try:
        return _query(deployment, start, end, pause)
    except ClientError as error:
        if code(error) == "ResourceNotFoundException":
            return [], True  # nothing was ever logged
        raise


def row_of(line: Mapping[str, Any]) -> Row | None:
    """One line as a row; None if it is of no sender and destination."""
    if not all(isinstance(line.get(name), str) for name in ("sender", "destination")):
        return None
    words = {name: str(line.get(name, "")) for name in _BY}
    return {**words, "posts": 1, **{name: round(total(line.get(name, 0))) for name in _SUMMED.values()}}


def _query(
    deployment: Deployment, start: datetime, end: datetime, pause: Callable[[float], None]
) -> tuple[list[Row], bool]:
    logs = deployment.client("logs")
    asked = logs.start_query(
        logGroupName=group_of(deployment, "ingest"),
        startTime=int(start.timestamp()),
        endTime=int(end.timestamp()),
        queryString=QUERY,
    )["queryId"]
    answer: Mapping[str, Any] = {}
    for _ in range(_MOST_POLLS):
        answer = logs.get_query_results(queryId=asked)
        if answer["status"] in _ENDS:
            break
        pause(_POLL_SECONDS)
    found = [{cell["field"]: cell["value"] for cell in cells} for cells in answer.get("results", [])]
    read = [row for one in found if (row := _read(one)) is not None]
    return read, answer.get("status") == "Complete" and len(found) < MOST_ROWS


def _read(cells: Mapping[str, str]) -> Row | None:
    """A row of Insights, whose cells are all texts; what no line of it has is left out."""
    if not cells.get("sender") or not cells.get("destination"):
        return None
    numbers = {name: round(float(cells.get(name) or 0)) for name in ("posts", *_SUMMED.values())}
    return {**{name: cells.get(name, "") for name in _BY}, **numbers}


def _lines(deployment: Deployment, start: datetime, end: datetime) -> Iterator[Row]:
    until = round(end.timestamp() * 1e3)
    for line in objects(deployment, group_of(deployment, "ingest"), start.timestamp(), endTime=until):
        if (row := row_of(line)) is not None:
            yield row
