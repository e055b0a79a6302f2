"""`relay status`: what became of one event, of a request, of an order, or of the events of one person."""

from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from relay.deployment import Deployment, Destination
from relay.events import ledger_items, looking_for
from relay.events.ledger_items import DOOR, names_of
from relay.letters.dead_letters import Letter
from relay.letters.letter_queue import depth, look
from relay.orders import roku_report
from relay.printing import Out, moment, number
from relay.verbs import BAD, UNKNOWN, YesOption

_WORST_FIRST = ("dead letter", "rejected", "answer lost", "delivered", *DOOR)
_SETTLED = ("delivered", "dead letter", "invalid", "withheld", "ignored")
_OF_THE_DOOR = {
    "invalid": "it was refused at the door: fix what the reason names at its sender, and send it again",
    "ignored": "it is not a conversion by its sender's settings: `relay keys list` shows them",
    "withheld": "it is right, and this destination does not get it",
    "not queued": "SQS did not take it, and its sender was told to send it again",
}


def status(
    deployment: Deployment,
    out: Out,
    what: Annotated[str, typer.Argument(help="The id of an event, a request or an order, or an e-mail address.")],
    scan: Annotated[
        bool, typer.Option("--scan", help="Look through the whole ledger too; what that costs is shown first.")
    ] = False,
    yes: YesOption = False,
    roku: Annotated[
        Path | None, typer.Option(help="A report from Roku Ads Manager (CSV): why it may lack what Roku took.")
    ] = None,
) -> int:
    """Say what became of an event at each destination, by its id; of a request, an order or a person's events too.

    Exit code 0 if it was delivered, and is rejected or a dead letter nowhere; 1 if not; 4 if nothing is known of it.
    A person's events by an e-mail address, and those of an order, are looked for in the whole ledger (--scan).
    """
    names = names_of(what)
    entries = ledger_items.entries(item for name in names for item in ledger_items.items(deployment, name))
    destinations = deployment.destinations()
    letters = _undelivered(deployment, destinations, entries, names)
    if not entries and not letters:
        found = looking_for.anything(deployment, out, what, scan=scan, yes=yes)
        if found is not None:
            return found
    reported = [] if roku is None else _reported(roku, entries)
    return _tell(deployment, out, what, entries, letters, reported)


def _tell(
    deployment: Deployment,
    out: Out,
    event_id: str,
    entries: list[dict[str, Any]],
    letters: list[Letter],
    reported: list[str],
) -> int:
    """What is known of one event, and the exit code."""
    destinations = deployment.destinations()
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
            "roku_report": reported,
        }
    )
    if rows := [*map(_row, entries), *(row for one in dead for row in _dead_rows(one))]:
        out.table(["outcome", "when (UTC)", "destination", "group", "event", "reason"], rows)
    for text in [*_meaning(deployment, state, states, waiting), *reported]:
        out.line(text)
    if states.get(roku_report.DESTINATION) == "delivered" and not reported:
        out.line("Roku took it. If its report lacks it: the same with `--roku report.csv` says where to look")
    return {"delivered": 0, "unknown": UNKNOWN}.get(state, BAD)


def _reported(path: Path, entries: list[dict[str, Any]]) -> list[str]:
    """Where to look if the report lacks what Roku took. Raises Trouble."""
    counted, notes = roku_report.of_file(path)
    took = [one for one in entries if one["destination"] == roku_report.DESTINATION and one["outcome"] == "delivered"]
    today = datetime.now(UTC).date()
    said = [
        "Roku took it. " + roku_report.of_event(counted, one["event_name"], date.fromisoformat(one["at"][:10]), today)
        for one in took
    ]
    limited = [f"its use is limited by {one['refused_by']}: Roku may leave it out" for one in took if one["refused_by"]]
    return list(dict.fromkeys([*said, *limited, *notes, roku_report.CANNOT])) if took else []


def _undelivered(
    deployment: Deployment, destinations: Iterable[Destination], entries: list[dict[str, Any]], names: Collection[str]
) -> list[Letter]:
    """Its dead letters at destinations that did not take it since."""
    delivered = {entry["destination"] for entry in entries if entry["outcome"] == "delivered"}
    open_ = [one for one in destinations if one.name not in delivered]
    return [letter for one in open_ for letter in _letters(deployment, one, names)]


def _row(entry: dict[str, Any]) -> list[Any]:
    names = ("outcome", "at", "destination", "event_group_id", "event_name")
    return [*(entry[name] for name in names), ledger_items.why(entry)]


def _dead_rows(letter: dict[str, Any]) -> list[list[Any]]:
    of_all = [letter["rejected_at"], letter["destination"], letter["event_group_id"]]
    return [["dead letter", *of_all, name, letter["reason"]] for name in letter["event_names"]]


def _worst(states: dict[str, str]) -> str:
    return next((worst for worst in _WORST_FIRST if worst in states.values()), "unknown")


def _state(destination: str, entries: list[dict[str, Any]], letters: list[Letter]) -> str:
    outcomes = [entry["outcome"] for entry in entries if entry["destination"] == destination]
    if "delivered" in outcomes:
        return "delivered"
    if any(letter.destination == destination for letter in letters):
        return "dead letter"
    at_the_door = [outcome for outcome in reversed(outcomes) if outcome in DOOR]  # the last post says how it stands
    return next((one for one in ("rejected", "answer lost") if one in outcomes), (at_the_door or ["unknown"])[0])


def _told(letter: Letter) -> dict[str, Any]:
    return {
        "destination": letter.destination,
        "event_group_id": letter.group,
        "event_names": letter.event_names(),
        "reason": letter.reason,
        "rejected_at": moment(letter.at),
    }


def _meaning(deployment: Deployment, state: str, states: dict[str, str], waiting: dict[str, int]) -> Iterator[str]:
    """What the states mean, told about each destination by its name if there are several."""
    if state == "unknown":
        yield from _unknown(deployment, sum(waiting.values()))
        return
    for name, found in states.items():
        of = f"{name}: " if len(states) > 1 else ""
        later = f"{number(waiting.get(name, 0), 'message')} waiting: it may be among them"
        if found == "dead letter":
            yield f"{of}it is in the dead-letter queue: fix the cause, then `relay dlq redrive`"
        elif found == "rejected":
            yield f"{of}it is not in the dead-letter queue (any more): redriven, dropped, or older than its 14 days"
            if waiting[name]:
                yield f"{of}{later}"
        elif found == "answer lost":
            yield f"{of}it may be counted, and it is tried again, twice at most: `relay circuit list` says why"
        elif found == "unknown":
            yield f"{of}not known; " + (later if waiting[name] else "too long ago")
        elif found in _OF_THE_DOOR:
            yield of + _OF_THE_DOOR[found]


def _unknown(deployment: Deployment, waiting: int) -> Iterator[str]:
    yield "not known: neither in the ledger nor a dead letter"
    yield f"  {number(waiting, 'message')} waiting or under way: it may be among them" if waiting else "  nothing waits"
    yield from (f"  {text}" for text in looking_for.why_not_known(deployment))


def _letters(deployment: Deployment, destination: Destination, names: Collection[str]) -> list[Letter]:
    letters = look(deployment, destination)
    return [letter for letter in letters if any(event.event_id in names for event in letter.events)]


def _waiting(deployment: Deployment, destination: Destination) -> int:
    return sum(depth(deployment.client("sqs"), destination.queue_url).values())
