"""The conversions of one post, as finished events of one destination. Pure."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from pipeline.consent.decision import NOTHING, Limit
from pipeline.contract.destination import Destination, Invalid, Prepared, Shared, Withheld
from pipeline.intake import orders, repeats
from pipeline.intake.access import Request, with_connection
from pipeline.intake.body import BadRequest, Body, Ignored
from pipeline.intake.hearing import hear
from pipeline.intake.received import Received
from pipeline.intake.reply import gather
from pipeline.intake.senders import Sender
from pipeline.values import limits
from pipeline.values.own_phone import without_own_phone
from pipeline.values.timestamps import with_habits
from pipeline.values.words import Word
from pipeline.values.written_amounts import as_written

Warnings = list[tuple[str, str]]

_TOO_MANY_PARTNERS = (
    f"is another name after {limits.PARTNERS} different ones, the most of one post: send this event in another post"
)
REFUSED_IN_EUROPE = Word("the person refused under European law, and a limited use of data is for US states")


class _Meant(NamedTuple):
    """The conversions of a post as every destination gets them, by place: which are none, and what is said of them."""

    conversions: list[Any]
    ignored: dict[int, Ignored]
    said: dict[int, Warnings]


def receive(
    request: Request,
    sender: Sender,
    posting: Body,
    to: Sequence[Destination],
    *,
    default: str,
    now: float,
    apart: bool = False,
) -> dict[str, Received]:
    """Finish each conversion of a post for each destination, by its name. `now` is epoch seconds.

    Here everything that a post says is known, whatever door it came by: its conversions, and the request with its
    headers, its query and its page.

    `default` is the stack's event group, empty if it has none. `apart`: whether delivery can tell different
    conversions of one id apart.

    Raises BadRequest: 400 without an event group that is needed, 403 for one that the key does not open.
    """
    posting = hear(
        posting,
        sender.consent,
        headers=request.headers,
        query=request.query,
        vendors=[one.vendor for one in to if one.vendor is not None],
        page=request.headers.get("referer") if sender.browser else None,
    )
    named = posting.event_group_id or sender.default_event_group or default
    shared = [Shared(_event_group(named, sender, one), now, posting.context, sender.country) for one in to]
    meant = _as_meant(request, sender, posting.conversions)
    return {
        one.name: _finished(posting, meant, sender, one, of_one, apart=apart)
        for one, of_one in zip(to, shared, strict=True)
    }


def _as_meant(request: Request, sender: Sender, given: Sequence[Any]) -> _Meant:
    """Read what the sender alone explains, and take out what no destination may get.

    One rule after the other, each for all conversions: taken in turn for each conversion they are a fifth slower.
    """
    conversions, ignored, said = list(given), dict[int, Ignored](), dict[int, Warnings]()
    habits = sender.habits()
    for index, one in enumerate(given):
        if isinstance(one, Ignored):
            ignored[index] = one
        elif isinstance(one, dict):
            warnings: Warnings = []
            conversions[index] = written = as_written(with_habits(one, habits), sender.amounts_in, warnings)
            if (none := orders.judge(written, warnings)) is not None:
                ignored[index] = none
            elif warnings:
                said[index] = warnings
    if sender.browser:
        conversions = [with_connection(one, request) for one in conversions]
    for index, one in enumerate(conversions):
        if isinstance(one, dict) and index not in ignored:
            warnings = []
            conversions[index] = without_own_phone(one, warnings)
            if warnings:
                said[index] = said.get(index, []) + warnings
    return _Meant(conversions, ignored, said)


def _finished(
    posting: Body, meant: _Meant, sender: Sender, destination: Destination, shared: Shared, *, apart: bool
) -> Received:
    """What the conversions become for one destination."""
    reception = Received(shared.event_group_id, len(posting.conversions), posting.conversions)
    warnings: list[tuple[int | None, str, str]] = [(None, name, text) for name, text in posting.warnings]
    unmapped = {} if destination.any_name else posting.unmapped
    partners: set[str] = set()
    for index, conversion in enumerate(meant.conversions):
        if (none := unmapped.get(index) or meant.ignored.get(index)) is not None:
            reception.ignored[index] = none
            continue
        heard = posting.heard.get(index, NOTHING)
        lacks = destination.vendor in heard.lacking
        made: Prepared | Invalid | Withheld
        if heard.limit is Limit.WITHHOLD or lacks:
            made = Withheld(REFUSED_IN_EUROPE, [])
        else:
            made = conversion if isinstance(conversion, Invalid) else destination.transform(conversion, shared)
        _keep(reception, index, _of_this_sender(made, sender, partners))
        if heard.limit is not Limit.NOTHING or lacks:
            reception.refusals[index] = heard.signals
        warnings += [
            (index, name, text) for name, text in (*heard.warnings, *meant.said.get(index, ()), *made.warnings)
        ]
    reception.warnings = gather(repeats.told(reception.events, apart=apart) + warnings)
    return reception


def _event_group(named: str | None, sender: Sender, destination: Destination) -> str:
    """The event group, empty where none is named and the destination needs none. Raises BadRequest."""
    if not named and destination.needs_group:
        raise BadRequest(
            400, "event_group_id is required: name the event group, or set a default for the key or the stack"
        )
    if not named and not sender.may_post_to(""):
        raise BadRequest(
            400, "event_group_id is required for this key, which opens only its own groups: name one of them"
        )
    if named and not sender.may_post_to(named):
        raise BadRequest(403, "this key may not post to this event_group_id")
    return named or ""


def _keep(reception: Received, index: int, made: Prepared | Invalid | Withheld) -> None:
    """Put what a conversion became in its place."""
    if isinstance(made, Invalid):
        reception.fail(index, made.errors)
    elif isinstance(made, Withheld):
        reception.withheld[index] = made.reason
    else:
        reception.events[index] = made


def _of_this_sender(
    made: Prepared | Invalid | Withheld, sender: Sender, partners: set[str]
) -> Prepared | Invalid | Withheld:
    """The same, or a refusal of an event that the key may not send, or of one partner too many for a post."""
    if not isinstance(made, Prepared):
        return made
    if not sender.may_send(made.posted_name or made.event_name):
        return Invalid({"event_name": _not_of_this_key(sender)}, [])
    if _is_one_too_many(made.partner_name, partners):
        return Invalid({"partner_name": _TOO_MANY_PARTNERS}, [])
    return made


def _not_of_this_key(sender: Sender) -> str:
    names = ", ".join(sender.event_names) or "no event"
    return f"this key may send {names} only: use another key, or add the name to event_names in this key's entry"


def _is_one_too_many(partner: str | None, partners: set[str]) -> bool:
    """Whether the post has named as many partners as it may, and this is another one; else it is one of them now."""
    if partner is None or partner in partners:
        return False
    if len(partners) == limits.PARTNERS:
        return True
    partners.add(partner)
    return False
