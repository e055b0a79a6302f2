"""`relay log`: what ended at the door, listed and filtered."""

from typing import Annotated, Any

import typer

from relay.deployment import Deployment
from relay.durations import now, seconds
from relay.errors import Misuse
from relay.events import posts
from relay.events.ledger_items import DOOR, why
from relay.ledger_table import needed
from relay.printing import Out, moment, number

OUTCOMES = (*DOOR, "refused")
COLUMNS = ["when (UTC)", "event", "outcome", "for", "reason", "request"]


def log(
    deployment: Deployment,
    out: Out,
    since: Annotated[str, typer.Option(metavar="SPAN", help="From so far back: 90s, 15m, 24h, 7d.")] = "24h",
    until: Annotated[str | None, typer.Option(metavar="SPAN", help="To so far back; without it to now.")] = None,
    sender: Annotated[str | None, typer.Option(help="Only of this sender.")] = None,
    source: Annotated[str | None, typer.Option(help="Only by this way: events, beacon, or a source.")] = None,
    outcome: Annotated[str | None, typer.Option(help=f"Only these: {', '.join(OUTCOMES)}.")] = None,
    request: Annotated[str | None, typer.Option(metavar="ID", help="Only of the post of this request_id.")] = None,
    reason: Annotated[str | None, typer.Option(help="Only whose field, reason or signal contains this text.")] = None,
    most: Annotated[int, typer.Option("--most", "-n", min=1, help="So many at most, the newest.")] = 100,
) -> int:
    """List what was posted with a known key and not queued: who sent it, when, and why; the newest last.

    Refused are posts that were wrong as a whole. It is kept for 7 days, without anything of a person.
    """
    needed(deployment)
    if outcome is not None and outcome not in OUTCOMES:
        raise Misuse(f"there is no outcome {outcome}: choose {', '.join(OUTCOMES)}")
    end = now() - (seconds(until) if until else 0)
    wanted = {"sender": sender, "source": source, "outcome": outcome, "request_id": request}
    found = [told(one) for one in posts.events(deployment, now() - seconds(since), end)]
    found = [one for one in found if _is_wanted(one, wanted, reason)]
    shown = found[-most:]
    out.answer(shown)
    if not shown:
        out.line("nothing like that ended at the door")
        return 0
    out.table(COLUMNS, [row(one) for one in shown])
    if len(found) > most:
        out.aside(f"{number(len(found) - most, 'earlier one')} not shown: raise --most")
    return 0


def row(one: dict[str, Any]) -> list[Any]:
    """An event as it is shown."""
    event, destinations = one["event_id"] or "(no id)", ", ".join(one["destinations"])
    return [one["at"], event, one["outcome"], destinations, why(one), one["request_id"]]


def told(event: dict[str, Any]) -> dict[str, Any]:
    """An event of a post as it is answered."""
    names = ("event_id", "outcome", "destinations", "fields", "reason", "refused_by", "status", "index")
    said = {name: event.get(name) for name in names}
    shared = {"sender": event["sender_name"], "source": event["source"], "request_id": event["request_id"]}
    return {"at": moment(event["at"]), **said, "event_group_id": event["event_group_id"], **shared}


def _is_wanted(one: dict[str, Any], wanted: dict[str, str | None], reason: str | None) -> bool:
    if any(value is not None and one[name] != value for name, value in wanted.items()):
        return False
    return reason is None or reason.lower() in why(one).lower()
