"""`relay status`: what became of one event."""

from collections.abc import Collection, Iterable, Iterator
from hashlib import sha256
from typing import Annotated, Any
from urllib.parse import unquote

import typer

from relay.dead_letters import Letter, now
from relay.deployment import Deployment, Destination
from relay.letter_queue import depth, look
from relay.printing import Out, moment, number
from relay.verbs import BAD, UNKNOWN

_WORST_FIRST = ("dead letter", "rejected", "answer lost", "delivered")
_SETTLED = ("delivered", "dead letter")
# The ledger's words, and ours: `unread` are tries whose answers could not be read.
_OUTCOMES = {"delivered": "delivered", "rejected": "rejected", "unread": "answer lost"}
_LONGEST_ID = 2_048  # bytes of DynamoDB's partition key: of a longer id the ledger has the digest


def status(deployment: Deployment, out: Out, event_id: Annotated[str, typer.Argument(help="The event's id.")]) -> int:
    """Say what became of an event at each destination: delivered, rejected and why, dead letter, or not known.

    Exit code 0 if it was delivered, and is rejected or a dead letter nowhere; 1 if not; 4 if nothing is known of it.
    """
    # Of an id that is a person's, such as a phone number, ingest put the digest in its place.
    names = (event_id, sha256(event_id.encode()).hexdigest())
    entries = [entry for name in names for entry in _ledger(deployment, name)]
    destinations = deployment.destinations()
    letters = _undelivered(deployment, destinations, entries, names)
    states = {one.name: _state(one.name, entries, letters) for one in destinations}
    state = _worst(states)
    waiting = {one.name: _waiting(deployment, one) for one in destinations if states[one.name] not in _SETTLED}
    dead = [_told(letter) for letter in letters]
    out.answer(
        {
            "event_id": event_id,
            "state": state,
            "destinations": states,
            "ledger": entries,
            "dead_letters": dead,
            "messages_waiting": sum(waiting.values()),
        }
    )
    if rows := [*map(_row, entries), *(row for one in dead for row in _dead_rows(one))]:
        out.table(["outcome", "when (UTC)", "destination", "group", "event", "reason"], rows)
    for text in _meaning(deployment, state, states, waiting):
        out.line(text)
    return {"delivered": 0, "unknown": UNKNOWN}.get(state, BAD)


def _undelivered(
    deployment: Deployment, destinations: Iterable[Destination], entries: list[dict[str, Any]], names: Collection[str]
) -> list[Letter]:
    """Its dead letters at destinations that did not take it since."""
    delivered = {entry["destination"] for entry in entries if entry["outcome"] == "delivered"}
    open_ = [one for one in destinations if one.name not in delivered]
    return [letter for one in open_ for letter in _letters(deployment, one, names)]


def _row(entry: dict[str, Any]) -> list[Any]:
    limited = f"its use is limited: {entry['refused_by']}" if entry["refused_by"] else ""
    reason = "; ".join(filter(None, (entry["reason"], limited)))
    return [*(entry[name] for name in ("outcome", "at", "destination", "event_group_id", "event_name")), reason]


def _dead_rows(letter: dict[str, Any]) -> list[list[Any]]:
    of_all = [letter["rejected_at"], letter["destination"], letter["event_group_id"]]
    return [["dead letter", *of_all, name, letter["reason"]] for name in letter["event_names"]]


def _worst(states: dict[str, str]) -> str:
    return next((worst for worst in _WORST_FIRST if worst in states.values()), "unknown")


def _state(destination: str, entries: list[dict[str, Any]], letters: list[Letter]) -> str:
    outcomes = {entry["outcome"] for entry in entries if entry["destination"] == destination}
    if "delivered" in outcomes:
        return "delivered"
    if any(letter.destination == destination for letter in letters):
        return "dead letter"
    return next((outcome for outcome in ("rejected", "answer lost") if outcome in outcomes), "unknown")


def _told(letter: Letter) -> dict[str, Any]:
    return {
        "destination": letter.destination,
        "event_group_id": letter.group,
        "event_names": letter.event_names(),
        "reason": letter.reason,
        "rejected_at": moment(letter.at),
    }


def _meaning(deployment: Deployment, state: str, states: dict[str, str], waiting: dict[str, int]) -> Iterator[str]:
    """What the states mean, told of each destination by its name if there are several."""
    if state == "unknown":
        yield from _unknown(deployment, sum(waiting.values()))
        return
    for name, found in states.items():
        of = f"{name}: " if len(states) > 1 else ""
        later = f"{number(waiting.get(name, 0), 'message')} waiting: it may be among them"
        if found == "dead letter":
            yield f"{of}it lies in the dead-letter queue: mend the cause, then `relay dlq redrive`"
        elif found == "rejected":
            yield f"{of}it is not in the dead-letter queue (any more): redriven, dropped, or older than its 14 days"
            if waiting[name]:
                yield f"{of}{later}"
        elif found == "answer lost":
            yield f"{of}it may be counted, and it is tried again, twice at the most: `relay circuit list` says why"
        elif found == "unknown":
            yield f"{of}not known; " + (later if waiting[name] else "invalid or withheld there, or too long ago")


def _unknown(deployment: Deployment, waiting: int) -> list[str]:
    days = deployment.parameters.get("LedgerDays", "")
    if "LedgerTableName" not in deployment.outputs:
        memory = "this stack has no ledger (LedgerDays=0), so a delivered event leaves no trace"
    else:
        memory = f"the ledger forgets after {days} days"
    return [
        "not known: neither in the ledger nor a dead letter",
        f"  {number(waiting, 'message')} waiting or under way: it may be among them" if waiting else "  nothing waits",
        f"  {memory}" if deployment.parameters.get("DeliveryMode") != "test" else "  in test mode nothing is noted",
        "  or it was never accepted: its sender was answered why; an event sent without an id has a derived one",
    ]


def _ledger(deployment: Deployment, event_id: str) -> list[dict[str, Any]]:
    table = deployment.outputs.get("LedgerTableName")
    if table is None:
        return []
    encoded = event_id.encode()
    key = (event_id or " ") if len(encoded) <= _LONGEST_ID else "sha256:" + sha256(encoded).hexdigest()
    pages = deployment.client("dynamodb").get_paginator("query")
    items = [
        item
        for page in pages.paginate(
            TableName=table,
            KeyConditionExpression="event_id = :id",
            ExpressionAttributeValues={":id": {"S": key}},
        )
        for item in page["Items"]
    ]
    # DynamoDB deletes what has expired within days, not at once. Circuits are no event, whatever an event's id is.
    events = [item for item in items if item["what"]["S"].partition("#")[0] in _OUTCOMES]
    entries = [_entry(item) for item in events if int(item["expires"]["N"]) > now()]
    return sorted(entries, key=lambda entry: str(entry["at"]))


def _entry(item: dict[str, Any]) -> dict[str, Any]:
    # Four parts with # between: outcome, destination, group, event name. In the group # is escaped, as in a URL.
    outcome, destination, rest = [*item["what"]["S"].split("#", 2), "", ""][:3]
    group, _, event_name = rest.rpartition("#")
    return {
        "outcome": _OUTCOMES[outcome],
        "at": moment(int(item.get("at", item.get("began", {"N": "0"}))["N"])),
        "destination": destination,
        "event_group_id": unquote(group),
        "event_name": event_name,
        "reason": item.get("reason", {}).get("S", "") or _lost(item),
        "status": int(item["status"]["N"]) if "status" in item else None,
        "refused_by": item.get("refused_by", {}).get("S", ""),
        "request_id": item.get("request_id", {}).get("S", ""),
    }


def _lost(item: dict[str, Any]) -> str:
    if not item["what"]["S"].startswith("unread#"):
        return ""
    windows = int(item.get("windows", {"N": "1"})["N"])
    return f"the answer could not be read, in {windows} of 2 windows of tries"


def _letters(deployment: Deployment, destination: Destination, names: Collection[str]) -> list[Letter]:
    letters = look(deployment, destination)
    return [letter for letter in letters if any(event.event_id in names for event in letter.events)]


def _waiting(deployment: Deployment, destination: Destination) -> int:
    return sum(depth(deployment.client("sqs"), destination.queue_url).values())
