"""What a finished hour brought, from the lines that ingest wrote: one query of CloudWatch Logs Insights.

A write for each post would cost more than the relay. An hour of a stack with 100,000 posts a day is 4 MB to search.
"""

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from pipeline.silence.stream import COUNT, KINDS

HOUR = 3_600
MOST_ROWS = 10_000  # of an answer of Insights
SEVERAL = "several"  # the event name of what posts of several names have in common: the shares of their kinds of data
_RUNNING = frozenset({"Scheduled", "Running"})

# By sender and event name what came in each hour (hours since the epoch).
Counted = dict[tuple[str, str], dict[int, dict[str, int]]]


class Unanswered(Exception):
    """Insights gave no whole answer."""


def query(destination: str, names: Collection[str]) -> str:
    """The query for the lines of this destination. `names` are the event names that a line of several may count."""
    sums = {COUNT: "Accepted.0", **{kind: kind for kind in KINDS}, **{f"of_{name}": f"of_{name}" for name in names}}
    stats = ", ".join(f"sum(`{field}`) as {name}" for name, field in sums.items())
    return (
        f"filter destination = '{destination}' and ispresent(sender) and ispresent(event_names)"
        f" | stats {stats} by bin(1h) as hour, sender, event_names | limit {MOST_ROWS}"
    )


def ask(
    client: Any,
    group: str,
    text: str,
    hours: range,
    seconds: float,
    pause: Callable[[float], None] = time.sleep,
) -> list[Mapping[str, str]]:
    """The rows for these hours, by a client of CloudWatch Logs, within so many seconds.

    Raises Unanswered, and what the client raises.
    """
    span = {"startTime": hours.start * HOUR, "endTime": hours.stop * HOUR - 1}
    asked = client.start_query(logGroupName=group, queryString=text, **span)["queryId"]
    answer: Any = {}
    for _ in range(max(1, round(seconds))):
        answer = client.get_query_results(queryId=asked)
        if answer["status"] not in _RUNNING:
            break
        pause(1)
    if answer["status"] != "Complete" or len(answer["results"]) >= MOST_ROWS:
        raise Unanswered(answer["status"])
    return [{cell["field"]: cell["value"] for cell in cells} for cells in answer["results"]]


def counted(rows: Iterable[Mapping[str, str]], names: Collection[str]) -> Counted:
    """What the rows say, added up. A post of several names counts for each; its kinds of data for "several"."""
    found: Counted = {}
    for row in rows:
        hour = int(datetime.fromisoformat(row["hour"]).replace(tzinfo=UTC).timestamp()) // HOUR
        for name, counts in _of_names(row, names):
            there = found.setdefault((row["sender"], name), {}).setdefault(hour, {})
            for what, number in counts.items():
                there[what] = there.get(what, 0) + number
    return found


def _of_names(row: Mapping[str, str], names: Collection[str]) -> Iterable[tuple[str, dict[str, int]]]:
    whole = {what: _number(row.get(what)) for what in (COUNT, *KINDS)}
    if row["event_names"] in names:
        yield row["event_names"], whole
        return
    for name in names:
        if number := _number(row.get(f"of_{name}")):
            yield name, {COUNT: number}
    yield SEVERAL, whole


def _number(text: str | None) -> int:
    return round(float(text or 0))
