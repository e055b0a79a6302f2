"""`relay status` for a request, an order or a person instead of an event's id; and why an answer may be missing."""

from typing import Any

from pipeline.delivery import door_items
from pipeline.values.personal import holds_email
from pipeline.values.placeholders import is_placeholder
from relay.deployment import Deployment
from relay.errors import DECLINED, Trouble
from relay.events import access_log, ledger_items, log, posts, scanning
from relay.ledger_table import NO_TABLE, needed, table_of
from relay.letters.letter_queue import look
from relay.printing import Out, moment, number
from relay.verbs import BAD, UNKNOWN

_HOUR, _DAY = 3_600, 86_400
_COLUMNS = ["event id", "outcome", "when (UTC)", "destination", "event", "reason"]


def anything(deployment: Deployment, out: Out, what: str, *, scan: bool, yes: bool) -> int | None:
    """What is known of a request; with `scan` what the whole table knows of a person, an order or a request.

    The exit code, or None if nothing is known by this id. Raises Trouble.
    """
    if scan and holds_email(what):
        return _person(deployment, out, what, yes=yes)
    scanned = _scanned(deployment, out, what, yes=yes) if scan else []
    of_post = [one for one in scanned if one["post_id"] == what]
    if scanned and not of_post:
        return _tell(out, "order_id", what, scanned)
    return _request(deployment, out, what, of_post if scan else None)


def _scanned(deployment: Deployment, out: Out, what: str, *, yes: bool) -> list[dict[str, Any]]:
    """What the table says of the events of an order whose id is not theirs, or of a request. Raises Trouble."""
    table = _agreed(deployment, out, yes=yes)
    return ledger_items.entries(scanning.by_order_or_post(deployment, table, ledger_items.names_of(what)))


def _request(deployment: Deployment, out: Out, request_id: str, known: list[dict[str, Any]] | None) -> int | None:
    """What became of a request: its events that ended at the door, how many were accepted, and which (`known`).

    `known` is None where nobody looked for them. The exit code, or None if no request is known by this id.
    """
    ended = _ended(deployment, request_id)
    lines = [] if is_placeholder(request_id) else access_log.request(deployment, request_id, door_items.DAYS * _DAY)
    if not ended and not lines and not known:
        return None
    accepted = {} if known is None else {"accepted": known}
    out.answer({"request_id": request_id, "counts": lines, "ended_at_the_door": ended, **accepted})
    _tell_of_request(out, lines, ended, known)
    return BAD if ended or not _all_delivered(known or []) else 0


def _ended(deployment: Deployment, request_id: str) -> list[dict[str, Any]]:
    """The events of a request that ended at the door."""
    mine = [item for item in posts.everything(deployment) if item["request_id"]["S"] == request_id]
    return [log.told(one) for item in mine for one in door_items.events_of(item)]


def _tell_of_request(
    out: Out, lines: list[dict[str, Any]], ended: list[dict[str, Any]], known: list[dict[str, Any]] | None
) -> None:
    for line in lines:
        counts = ", ".join(f"{line[name]:,} {word}" for name, word in access_log.WORDS.items() if line[name])
        out.line(f"{moment(line['at'])}  {line['sender']} via {line['source']}, for {line['destination']}: {counts}")
    if ended:
        out.table(log.COLUMNS, [log.row(one) for one in ended])
    if known:
        _list(out, known)
    elif known is None and any(line["accepted"] for line in lines):
        out.line("of the accepted ones: `relay status EVENT_ID`, or the same with --scan, which shows its cost first")


def _all_delivered(known: list[dict[str, Any]]) -> bool:
    """Whether each of these events was delivered wherever something else is told about it too."""
    ways = {(one["event_id"], one["destination"]) for one in known if one["outcome"] != "collided"}
    return ways == {(one["event_id"], one["destination"]) for one in known if one["outcome"] == "delivered"}


def _person(deployment: Deployment, out: Out, email: str, *, yes: bool) -> int:
    """The events of whoever has this e-mail address, which is hashed here and goes nowhere. Raises Trouble."""
    digests = scanning.digests_of(email)
    if not digests:
        raise Trouble("that is not an e-mail address that a destination takes: check it with `relay hash`")
    table = _agreed(deployment, out, yes=yes)
    found = list(scanning.by_fingerprint(deployment, table, digests))
    letters = [
        letter
        for one in deployment.destinations()
        for letter in look(deployment, one)
        if any(text in letter.body for text in (*digests, email.strip()))
    ]
    ids = [event.event_id for letter in letters for event in letter.events]
    known = ledger_items.entries(found)
    known += [
        one for event_id in dict.fromkeys(ids) for one in ledger_items.entries(ledger_items.items(deployment, event_id))
    ]
    return _tell(out, "sha256", digests[0], _once(known))


def why_not_known(deployment: Deployment) -> list[str]:
    """Why nothing may be known of what somebody asks for."""
    away = access_log.turned_away(deployment, _HOUR)
    days = deployment.parameters.get("LedgerDays", "")
    said = [f"the ledger forgets after {days} days, and what ended at the door after {door_items.DAYS}"]
    if table_of(deployment) is None:
        said = [NO_TABLE]
    elif deployment.parameters.get("DeliveryMode") == "test":
        said.append("in test mode nothing is noted of what is delivered")
    turned = ", ".join(f"{number(count, 'post')} {access_log.TURNED_AWAY[one]}" for one, count in away.items())
    return [
        *said,
        f"turned away in the last hour: {turned}; nothing of these is kept, for nobody knows who sent them",
        "or it was never posted: ask its sender; an event without an id has a derived one (`event_ids` in the answer)",
        "an order that is not an event's id, a request's events, an e-mail address: --scan shows its cost first",
    ]


def _agreed(deployment: Deployment, out: Out, *, yes: bool) -> str:
    table = needed(deployment)
    if not scanning.agreed(deployment, out, table, yes=yes):
        raise Trouble(DECLINED)
    return table


def _tell(out: Out, name: str, value: str, known: list[dict[str, Any]]) -> int:
    out.answer({name: value, "ledger": known})
    if not known:
        out.line("nothing is known of it")
        return UNKNOWN
    _list(out, known)
    return 0 if any(one["outcome"] == "delivered" for one in known) else BAD


def _list(out: Out, known: list[dict[str, Any]]) -> None:
    names = ("event_id", "outcome", "at", "destination", "event_name")
    out.table(_COLUMNS, [[*(one[name] for name in names), ledger_items.why(one)] for one in known])


def _once(known: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return list({(one["event_id"], one["outcome"], one["destination"], one["at"]): one for one in known}.values())
