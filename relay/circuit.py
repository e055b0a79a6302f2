"""`relay circuit`: whether a destination's answers are understood, group by group, and an operator's word on it."""

from typing import Annotated, Any

import typer

from relay import circuits
from relay.circuits import Known
from relay.deployment import Deployment, title_of
from relay.durations import now
from relay.errors import DECLINED, Trouble
from relay.printing import Out, age, moment
from relay.verbs import DestinationOption, YesOption


def list_(deployment: Deployment, out: Out, destination: DestinationOption = None) -> int:
    """List the circuits: which are open, since when and why, the probes, and when answers were last understood."""
    names = [one.name for one in deployment.destinations(destination)]
    found, at = circuits.look(deployment), now()
    shown = [one for one in found.circuits if one.destination in names]
    empty = {name: since for name, since in found.empty_since.items() if name in names}
    out.answer(
        {
            "open": sum(one.circuit.is_open for one in shown),
            "circuits": [_told(one) for one in shown],
            "empty_counts_as_delivered": sorted(empty),
        }
    )
    if not shown:
        out.line("no circuit is known: nothing was delivered yet, or the table forgot it")
    else:
        out.table(
            ["state", "destination", "group", "since (UTC)", "probes", "next", "last understood", "why"],
            [_row(one, at) for one in shown],
            {"open": "red", "half open": "yellow", "one answer lost": "yellow", "closed": "green"},
        )
    for name, since in sorted(empty.items()):
        out.line(f"{name}: a success without a body counts as delivered, since {moment(since)} UTC", style="yellow")
    return 0


def close(
    deployment: Deployment,
    out: Out,
    group: Annotated[str, typer.Argument(help="The event group whose answers are understood again.")],
    destination: DestinationOption = None,
) -> int:
    """Say that a group's answers are understood again: its circuit closes, and what waits is sent.

    If they are not, the first request, of 50 events at most, opens it again.
    """
    names = [one.name for one in deployment.destinations(destination)]
    found = [one for one in circuits.look(deployment).circuits if one.destination in names and one.group == group]
    if not found:
        raise Trouble(f"no circuit of an event group {group} is known: see `relay circuit list`")
    closed = [one.destination for one in found if circuits.close(deployment, one, now())]
    out.answer({"event_group_id": group, "closed": closed})
    for one in found:
        if one.destination in closed:
            out.line(f"{one.destination}, {group}: closed; what waits comes back within 15 minutes")
        else:
            out.line(f"{one.destination}, {group}: it was not open; nothing was changed")
    return 0


def accept_empty(
    deployment: Deployment,
    out: Out,
    destination: Annotated[str, typer.Option("--destination", help="The destination whose answers are meant.")],
    undo: Annotated[bool, typer.Option("--undo", help="Take it back: such an answer cannot be read.")] = False,
    yes: YesOption = False,
) -> int:
    """Say that a destination's success (2xx) without a body counts as delivered, after saying what that means."""
    (one,) = deployment.destinations(destination)
    title = title_of(one.name)
    since = circuits.look(deployment).empty_since.get(one.name)  # first of all: without a table there is no question
    if undo:
        was = circuits.no_longer_count_empty(deployment, one.name)
        out.answer({"destination": one.name, "empty_counts_as_delivered": False, "changed": was})
        before = "" if was else ", as before"
        out.line(f"{one.name}: a success without a body is an answer that cannot be read{before}")
        return 0
    out.aside(
        f"From now on every event of a request that {title} answers with 2xx and no body counts as delivered. Nothing"
        f" that {title} refuses in such an answer will be seen, and it is not tried again. Look into {title}'s own"
        " reports first: are the conversions there?"
    )
    if since is None:
        if not yes and not out.agrees(f"Count {title}'s empty answers as delivered on {deployment.name}?"):
            raise Trouble(DECLINED)
        circuits.count_empty(deployment, one.name, now())
    out.answer({"destination": one.name, "empty_counts_as_delivered": True, "changed": since is None})
    as_before = "" if since is None else f", since {moment(since)} UTC"
    out.line(f"{one.name}: a success without a body counts as delivered{as_before}")
    out.line("an open circuit closes after its next probes, or at once with `relay circuit close GROUP`")
    return 0


def _told(one: Known) -> dict[str, Any]:
    circuit = one.circuit
    return {
        "destination": one.destination,
        "event_group_id": one.group,
        "state": circuits.state(circuit),
        "open": circuit.is_open,
        "opened_at": _moment(circuit.opened_at) if circuit.is_open else None,
        "closed_at": _moment(circuit.closed_at),
        "why": circuit.why,
        "probes": circuit.probes,
        "next_probe_at": _moment(circuit.next_probe_at) if circuit.is_open else None,
        "last_understood_at": _moment(circuit.understood_at),
        "last_lost_at": _moment(circuit.unread_at),
    }


def _row(one: Known, at: float) -> list[str]:
    circuit = one.circuit
    since = circuit.opened_at if circuit.is_open else circuit.closed_at
    understood = f"{age(at - circuit.understood_at)} ago" if circuit.understood_at else "never"
    return [
        circuits.state(circuit),
        one.destination,
        one.group,
        moment(since) if since else "",
        str(circuit.probes) if circuit.is_open else "",
        circuits.next_probe(circuit, at),
        understood,
        circuit.why if circuit.is_open else "",
    ]


def _moment(at: float) -> str | None:
    return moment(at) if at else None
