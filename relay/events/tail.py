"""`relay tail`: the functions' log lines as they come."""

import json
import sys
import time
from collections.abc import Iterator
from typing import Annotated, Any

import typer
from botocore.exceptions import ClientError

from destinations import NAMES
from pipeline.contract import matching
from pipeline.delivery import door_items
from pipeline.values.json_objects import json_object
from relay import log_lines
from relay.deployment import Deployment
from relay.destinations import shown
from relay.durations import seconds
from relay.errors import Misuse, Trouble, code
from relay.events import ledger_items, log, posts, tail_letters
from relay.log_lines import group_of, total
from relay.printing import Out, moment, printable

_POLL_SECONDS = 1.0
# CloudWatch may show a line some seconds late: each look goes back so far, and lines are known by their id.
_OVERLAP_MS = 30_000
_FUNCTIONS = ("ingest", "test-events", *(f"deliver-{name}" for name in NAMES))
# Written by Lambda itself about every run.
_PLATFORM = ("START RequestId", "END RequestId", "REPORT RequestId", "INIT_START", "RESTORE_", "EXTENSION")
# Milliseconds, and what they are of: from a post to the destination's answer, and of the function's own run.
_TIMES = {"Delay": "delay", "ms": "took"}
_ENDED = "ended"
# Fields of a line that are said elsewhere in it, or to nobody's use.
_UNSAID = frozenset(
    "level location message timestamp service xray_trace_id _aws destination function_request_id request_id".split()
).union(matching.NAMES)  # of each sender in sum: `relay report`


def tail(
    deployment: Deployment,
    out: Out,
    since: Annotated[str, typer.Option(metavar="SPAN", help="Begin so far back: 90s, 15m, 24h, 7d.")] = "5m",
    function: Annotated[str | None, typer.Option(help=f"Only of this function: {', '.join(_FUNCTIONS)}.")] = None,
    follow: Annotated[bool, typer.Option(help="Go on until interrupted, or end after what is there.")] = True,
    raw: Annotated[bool, typer.Option("--raw", help="The lines as they are, Lambda's own among them.")] = False,
) -> int:
    """Show what the functions log, in plain words: of reasons the class and the status, no personal data and no keys.

    Events that ended at the door are named, with the reason, from the ledger's table, and those that a destination
    rejected from the dead letters.
    """
    groups = _groups(deployment, function)
    start = int((time.time() - seconds(since)) * 1000)
    seen: dict[str, int] = {}  # event id -> its time
    try:
        while True:
            fresh = [*_new(deployment, groups, start, seen), *_ended(deployment, groups, start, seen)]
            fresh += tail_letters.rejected(deployment, list(fresh), start, seen)
            lines = sorted(fresh, key=lambda line: line[0])
            for at, name, message in lines:
                text = _said(at, name, message, out, raw)
                if text:
                    sys.stdout.write(text + "\n")
            sys.stdout.flush()
            if not follow:
                return 0
            newest = max(seen.values(), default=start)
            start = max(start, newest - _OVERLAP_MS)
            seen = {event_id: at for event_id, at in seen.items() if at >= start}
            time.sleep(_POLL_SECONDS)
    except KeyboardInterrupt:
        return 0


def words(message: str, function: str = "") -> str:
    """A log line in plain words; empty for Lambda's own lines about a run that went well.

    Counts name the destination that they are of, unless the function's name does.
    """
    line = json_object(message)
    if line is None:
        quiet = message.startswith(_PLATFORM) and not any(word in message for word in ("Status:", "rror", "imed out"))
        return "" if quiet else printable(message.rstrip())
    if _ENDED in line:
        return printable(_of_event(line[_ENDED]))
    if tail_letters.REJECTED in line:
        return printable(tail_letters.words(line[tail_letters.REJECTED]))
    details = {name: value for name, value in line.items() if name not in _UNSAID}
    if "_aws" in line:
        return printable(_counts(line, details, function) + _listed(details))
    level = f"{line['level']} " if line.get("level") not in (None, "INFO") else ""
    return printable(f"{level}{line.get('message', '')}" + _listed(details))


def _ended(
    deployment: Deployment, groups: dict[str, str], start: int, seen: dict[str, int]
) -> Iterator[tuple[int, str, str]]:
    """What ended at the door, event by event, from the table: the log has no ids."""
    if "ingest" not in groups:
        return
    for item in posts.items(deployment, start / 1000, time.time() + 60):
        key = item["what"]["S"]
        if key in seen:
            continue
        seen[key] = int(item["at"]["N"]) * 1000
        for one in door_items.events_of(item):
            yield seen[key], "ingest", json.dumps({_ENDED: log.told(one)}, ensure_ascii=False)


def _of_event(one: dict[str, Any]) -> str:
    what = one["event_id"] or ("a post" if one["outcome"] == "refused" else "an event without an id")
    places = f" for {', '.join(one['destinations'])}" if one["destinations"] else ""
    return f"{what} is {one['outcome']}{places}: {ledger_items.why(one)}; request {one['request_id']}"


def _counts(line: dict[str, Any], details: dict[str, Any], function: str) -> str:
    """What a line of metrics counts; its numbers are taken out of `details`."""
    took = [_in_seconds(name, details.pop(name)) for name in _TIMES if name in details]
    totals = {name: f"{total(details.pop(name)):g}" for name in _metric_names(line) if name in details}
    counts = [f"{total} {_spaced(name)}" for name, total in totals.items() if total != "0"]
    destination = str(line.get("destination", ""))
    of = f" for {destination}" if function and destination and not function.endswith(destination) else ""
    return ", ".join([*counts, *took]) + of


def _said(at: int, name: str, message: str, out: Out, raw: bool) -> str:
    if out.as_json:
        return json.dumps({"at": at / 1000, "function": name, "message": message.rstrip()}, ensure_ascii=False)
    if raw:
        return message.rstrip()
    said = words(message, name)
    return f"{moment(at / 1000)[11:]}  {name:12}  {said}" if said else ""


def _groups(deployment: Deployment, function: str | None) -> dict[str, str]:
    """The functions' names and their log groups. Raises Trouble."""
    destinations = [one.name for one in deployment.destinations()]
    tests = ["test-events"] if any(shown(name).has_test_events for name in destinations) else []
    names = ["ingest", *tests, *(f"deliver-{name}" for name in destinations)]
    if function is not None and function not in names:
        raise Misuse(f"there is no function {function}: the stack has {', '.join(names)}")
    chosen = [function] if function else names
    return {name: group_of(deployment, name) for name in chosen}


def _new(
    deployment: Deployment, groups: dict[str, str], start: int, seen: dict[str, int]
) -> Iterator[tuple[int, str, str]]:
    for name, group in groups.items():
        try:
            found = list(log_lines.events(deployment, group, start / 1000))
        except ClientError as error:
            if code(error) == "ResourceNotFoundException":
                raise Trouble(f"there is no log group {group}: deploy the stack again") from error
            raise
        for event in found:
            known = f"{group} {event['eventId']}"
            if known not in seen:
                seen[known] = event["timestamp"]
                yield event["timestamp"], name, event["message"]


def _metric_names(line: dict[str, Any]) -> list[str]:
    try:
        return [metric["Name"] for one in line["_aws"]["CloudWatchMetrics"] for metric in one["Metrics"]]
    except (KeyError, TypeError):
        return []


def _in_seconds(name: str, value: Any) -> str:
    """Milliseconds, one or several, as seconds."""
    values = sorted(value if isinstance(value, list) else [value])
    span = f"{values[0] / 1000:.3g} s" if len(values) == 1 else f"{values[0] / 1000:.3g} to {values[-1] / 1000:.3g} s"
    return f"{_TIMES[name]} {span}"


def _spaced(name: str) -> str:
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip()


def _listed(details: dict[str, Any]) -> str:
    told = [
        f"{name} {json.dumps(value) if isinstance(value, list | dict) else value}" for name, value in details.items()
    ]
    return f" ({'; '.join(told)})" if told else ""
