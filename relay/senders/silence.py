"""`relay silence`: what the hourly check has learned of each sender, and which of them post less than usual."""

from dataclasses import dataclass
from typing import Annotated, Any

import typer

from pipeline.silence import memory
from pipeline.silence.stream import COUNT, Stream
from relay.deployment import Deployment
from relay.errors import Trouble
from relay.ledger_table import needed, query, table_of
from relay.printing import Out, moment
from relay.senders.shares import TITLES
from relay.verbs import BAD

_DAY, _HOUR = 24, 3_600
_OFF = "nobody watches senders on this stack: deploy with WatchSenders=true and LedgerDays of 1 or more"


@dataclass(frozen=True, slots=True)
class _Known:
    """What is remembered of one sender and event name."""

    sender: str
    name: str
    stream: Stream


def silence(
    deployment: Deployment,
    out: Out,
    accept: Annotated[
        str | None, typer.Option(metavar="SENDER", help="This sender's fall is meant: learn it again.")
    ] = None,
) -> int:
    """Show each sender's usual conversions a day, and what has fallen since when. Exit code 1 if something has."""
    found = _look(deployment)
    if accept is not None:
        return _accept(deployment, out, accept, found)
    out.answer({"senders": [_told(one) for one in found], "fallen": sum(bool(one.stream.wrong) for one in found)})
    if not found:
        out.line("nothing is learned yet: the check runs once an hour, and needs 17 days of a sender")
        return 0
    out.table(
        ["state", "sender", "event", "usual a day", "last 24 hours", "known for", "what fell"],
        [_row(one) for one in found],
        {"fell": "red", "learning": "yellow", "as usual": "green"},
    )
    if any(one.stream.wrong for one in found):
        out.line("ask the sender what changed; if the fall is meant: relay silence --accept SENDER")
        return BAD
    return 0


def _look(deployment: Deployment) -> list[_Known]:
    """All that is remembered, what fell first. Raises Trouble if nobody watches."""
    if deployment.parameters.get("WatchSenders") != "true" or table_of(deployment) is None:
        raise Trouble(_OFF)
    word = {"silence": memory.SILENCE}
    items = query(deployment, memory.SILENCE, where="begins_with(what, :silence)", values=word)
    found = [_Known(*memory.named(item), memory.stream(item)) for item in items]
    return sorted(found, key=lambda one: (not one.stream.wrong, one.sender, one.name))


def _accept(deployment: Deployment, out: Out, sender: str, found: list[_Known]) -> int:
    names = [one.name for one in found if one.sender == sender]
    if not names:
        raise Trouble(f"nothing is known of a sender {sender}: see `relay silence`")
    for name in names:
        deployment.client("dynamodb").delete_item(TableName=needed(deployment), Key=memory.key(sender, name))
    out.answer({"sender": sender, "forgotten": names})
    out.line(f"{sender}: {', '.join(sorted(names))} forgotten; it is learned again, and watched again in 17 days")
    return 0


def _state(stream: Stream) -> str:
    if stream.wrong:
        return "fell"
    return "learning" if stream.expected_a_day() is None else "as usual"


def _fell(stream: Stream) -> dict[str, tuple[str, float]]:
    """What fell, by the words of the report: since when (UTC), and the part that is left."""
    titles = {COUNT: COUNT, **TITLES}
    return {titles[what]: (moment(one.since * _HOUR), one.left) for what, one in stream.wrong.items()}


def _told(one: _Known) -> dict[str, Any]:
    return {
        "sender": one.sender,
        "event_name": one.name,
        "state": _state(one.stream),
        "usual_a_day": one.stream.expected_a_day(),
        "last_24_hours": _last_day(one.stream),
        "fell": {what: {"since": since, "left": left} for what, (since, left) in _fell(one.stream).items()},
    }


def _row(one: _Known) -> list[str]:
    usual = one.stream.expected_a_day()
    fell = [f"{what}: {left:.0%} left since {since} UTC" for what, (since, left) in _fell(one.stream).items()]
    return [
        _state(one.stream),
        one.sender,
        one.name,
        "" if usual is None else f"{usual:,.1f}",
        f"{_last_day(one.stream):,}",
        f"{len(one.stream.counts) // _DAY} days",
        "; ".join(fell),
    ]


def _last_day(stream: Stream) -> int:
    return sum(max(0, count) for count in stream.counts[-_DAY:])
