"""The conversions of one post, as finished events of one destination. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.consent.decision import NOTHING, Limit
from pipeline.contract import repeats
from pipeline.contract.destination import Destination, Invalid, Prepared, Routing, Shared, Withheld
from pipeline.intake import orders
from pipeline.intake.access import Request
from pipeline.intake.body import BadRequest, Body, Ignored
from pipeline.intake.connection import with_connection
from pipeline.intake.reply import failed_event, gather
from pipeline.intake.senders import Sender
from pipeline.values import limits
from pipeline.values.moments import Habits
from pipeline.values.own_phone import without_own_phone
from pipeline.values.timestamps import with_habits
from pipeline.values.words import Word
from pipeline.values.written_amounts import AmountsIn, as_written

_TOO_MANY_PARTNERS = (
    f"is another name after {limits.PARTNERS} different ones, the most of one post: send this event in another post"
)
REFUSED_IN_EUROPE = Word("the person refused under European law, and a limited use of data is for US states")


@dataclass(slots=True)
class Received:
    """What a request became for one destination, by place in it.

    Finished events, those of them that could not be queued, conversions withheld (why), failed ones as answered, and
    what was ignored. `refusals` are the signals by which the use of a conversion is limited.
    """

    event_group_id: str
    received: int
    conversions: list[Any]
    events: dict[int, Prepared] = field(default_factory=dict)
    not_queued: set[int] = field(default_factory=set)
    withheld: dict[int, Word] = field(default_factory=dict)
    failed: dict[int, dict[str, Any]] = field(default_factory=dict)
    ignored: dict[int, Ignored] = field(default_factory=dict)
    refusals: dict[int, tuple[Word, ...]] = field(default_factory=dict)
    warnings: list[dict[str, Any]] = field(default_factory=list)

    def fail(self, index: int, errors: Mapping[str, str]) -> None:
        """Name an event in the answer's `failed_events`."""
        self.failed[index] = failed_event(index, self.conversions[index], errors)

    def lose(self, index: int) -> None:
        """A finished event that the queue did not take."""
        self.not_queued.add(index)
        self.fail(index, {"event": "could not be queued: send this event again"})

    def by_routing(self) -> dict[Routing, list[int]]:
        """The finished events by what those of one request must share."""
        found: dict[Routing, list[int]] = {}
        for index, event in self.events.items():
            found.setdefault(Routing(self.event_group_id, event.partner_name), []).append(index)
        return found

    def counts(self) -> dict[str, int]:
        """How many conversions ended how, in the words of the metrics; together they are `received`."""
        return {
            "Accepted": len(self.events) - len(self.not_queued),
            "Invalid": len(self.failed) - len(self.not_queued),
            "Ignored": len(self.ignored),
            "Withheld": len(self.withheld),
            "NotQueued": len(self.not_queued),
        }

    def limited(self) -> dict[int, tuple[Word, ...]]:
        """Of the accepted conversions those whose use is limited, by which signals."""
        taken = self.events.keys() - self.not_queued
        return {index: signals for index, signals in self.refusals.items() if index in taken}


def receive(
    request: Request,
    sender: Sender,
    posting: Body,
    destination: Destination,
    *,
    default_event_group: str | None,
    now: float,
    apart: bool = False,
) -> Received:
    """Finish each conversion that the request's body held, for one destination. `now` is epoch seconds.

    `apart`: whether delivery can tell different conversions of one id apart.

    Raises BadRequest: 400 without an event group that is needed, 403 for one that the key does not open.
    """
    group = _event_group(
        posting.event_group_id or sender.default_event_group or default_event_group, sender, destination
    )
    shared = Shared(group, now, posting.context, sender.country)
    reception = Received(group, len(posting.conversions), posting.conversions)
    warnings: list[tuple[int | None, str, str]] = [(None, name, text) for name, text in posting.warnings]
    partners: set[str] = set()
    habits, unmapped = sender.habits(), _unmapped(posting, destination)
    for index, given in enumerate(posting.conversions):
        said: list[tuple[str, str]] = []
        conversion, none = _judged(given, habits, sender.amounts_in, said, unmapped.get(index))
        if none is not None:
            reception.ignored[index] = none
            continue
        heard = posting.heard.get(index, NOTHING)
        lacks = destination.vendor in heard.lacking
        if heard.limit is Limit.WITHHOLD or lacks:
            made: Prepared | Invalid | Withheld = Withheld(REFUSED_IN_EUROPE, [])
        else:
            whole = with_connection(conversion, request) if sender.browser else conversion
            made = _made(whole, destination, shared, said)
        _keep(reception, index, _of_this_sender(made, sender, partners))
        if heard.limit is not Limit.NOTHING or lacks:
            reception.refusals[index] = heard.signals
        warnings += [(index, name, text) for name, text in (*heard.warnings, *said, *made.warnings)]
    reception.warnings = gather(repeats.told(reception.events, apart=apart) + warnings)
    return reception


def _unmapped(posting: Body, destination: Destination) -> Mapping[int, Ignored]:
    """Which conversions are none to this destination for their names, and why."""
    return {} if destination.any_name else posting.unmapped


def _judged(
    given: Any, habits: Habits, amounts_in: AmountsIn | None, said: list[tuple[str, str]], unmapped: Ignored | None
) -> tuple[Any, Ignored | None]:
    """A conversion with its times and amounts as the sender writes them, and why it is none."""
    if isinstance(given, Ignored) or unmapped is not None:
        return given, unmapped or given
    conversion = as_written(with_habits(given, habits), amounts_in, said) if isinstance(given, dict) else given
    return conversion, orders.judge(conversion, said)


def _made(
    conversion: object, destination: Destination, shared: Shared, said: list[tuple[str, str]]
) -> Prepared | Invalid | Withheld:
    """What the destination makes of a conversion, without the phone number where it is not a phone number."""
    whole = without_own_phone(conversion, said)
    return whole if isinstance(whole, Invalid) else destination.transform(whole, shared)


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
