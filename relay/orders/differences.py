"""How one order of the shop differs from what the relay did with it, and why. Pure.

The table keeps no amounts: what an event was worth is known by a keyed digest alone, which an order's own amount can be
compared with. So a difference is certain, and its cause is found by trying the usual ones.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from pipeline.contract.fingerprints import money_of
from relay.events.ledger_items import DOOR
from relay.orders.order_entries import Entry, Nameless
from relay.orders.orders import Order


class Kind(StrEnum):
    """What is wrong, for the sums."""

    FILE, MISSING, TWICE, DIFFERS = "file", "missing", "twice", "differs"


class Cause(NamedTuple):
    """A cause: the kind of difference, its name, and what to do about it."""

    kind: Kind
    name: str
    fix: str


UNREADABLE = Cause(Kind.FILE, "row cannot be read", "correct the row, or map its columns (--map)")
NO_ID = Cause(Kind.FILE, "row without an id", "map the order's number: --map COLUMN=event_id")
IN_FILE_TWICE = Cause(Kind.FILE, "twice in the file", "export each order once")
NEVER_POSTED = Cause(Kind.MISSING, "never posted", "look at the sender: it sent nothing with this id and a known key")
OTHER_ID = Cause(Kind.MISSING, "posted under another id", "say how posts write ids: --id-form")
OTHER_NAME = Cause(Kind.MISSING, "posted under another name", "correct the event's name at the sender")
INVALID = Cause(Kind.MISSING, "invalid", "correct these fields at the sender, and send it again (relay send)")
IGNORED = Cause(Kind.MISSING, "ignored", "it is not a conversion by the sender's settings: change them if it is one")
WITHHELD = Cause(Kind.MISSING, "withheld", "this destination does not take it")
OPTED_OUT = Cause(Kind.MISSING, "opted out", "nothing: the person refused")
AT_THE_DOOR = Cause(
    Kind.MISSING, "may have ended at the door", "correct what the reason names at that sender, and send it (relay send)"
)
NOT_QUEUED = Cause(Kind.MISSING, "not queued", "its sender was told so and did not repeat it: send it (relay send)")
DEAD = Cause(Kind.MISSING, "dead letter", "correct the cause, then relay dlq redrive")
REFUSED = Cause(Kind.MISSING, "refused", "it is not a dead letter any more: correct the cause and send it (relay send)")
ANSWER_LOST = Cause(Kind.MISSING, "answer lost", "it may be counted, and is tried again: relay circuit list")
MAY_WAIT = Cause(Kind.MISSING, "may wait", "ask again when the queue is empty (relay report)")
TOO_OLD = Cause(Kind.MISSING, "too long ago to know", "reconcile within the days that the ledger remembers")
NO_MEMORY = Cause(Kind.MISSING, "not known", "deploy with LedgerDays of 1 or more, in live mode")
TWO_GROUPS = Cause(Kind.TWICE, "in two event groups", "let one sender, or one event group, have each order")
MAY_BE_TWICE = Cause(Kind.TWICE, "may be counted twice", "relay dlq show --reason 'counted twice'")
NOT_A_PURCHASE = Cause(Kind.DIFFERS, "refunded or cancelled since", "nothing: Roku takes nothing back")
NO_AMOUNT = Cause(Kind.DIFFERS, "posted without an amount", "send value and currency with every purchase")
NO_CURRENCY = Cause(Kind.DIFFERS, "posted without a currency", "send value and currency with every purchase")
OTHER_CURRENCY = Cause(Kind.DIFFERS, "another currency", "send the currency that the shop was paid in")
MINOR_UNITS = Cause(Kind.DIFFERS, "amount in minor units", "send 25.00 as 25, not as 2500")
ROUNDED = Cause(Kind.DIFFERS, "amount without its cents", "send the amount with its cents")
OTHER_AMOUNT = Cause(
    Kind.DIFFERS, "another amount", "send the order's total; or another conversion had the same id (relay status)"
)
_DAY, _CLOCKS = 86_400, 300  # seconds: senders post within a day; clocks of shops may be ahead of ours
_MOST_REASONS = 3
_DOOR = {"invalid": INVALID, "ignored": IGNORED, "withheld": WITHHELD, "not queued": NOT_QUEUED}


@dataclass(frozen=True, slots=True)
class World:
    """What is known of one destination beside single events.

    `waiting` messages; since when the table remembers (epoch seconds; None: it does not); `digest` makes of an amount
    what the table keeps of it, None if its key cannot be read. `nameless`: what ended at the door without an id, oldest
    first.
    """

    destination: str
    waiting: int = 0
    since: float | None = 0.0
    digest: Callable[[float], str] | None = None
    nameless: Sequence[Nameless] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """One order that is not at the relay as it is in the shop."""

    order: Order
    destination: str
    cause: Cause
    text: str = ""


def of_row(order: Order, earlier: int | None) -> tuple[Cause, str] | None:
    """What keeps a row from being looked up; `earlier` is the line that has the same order."""
    if order.fault:
        return UNREADABLE, order.fault
    if not order.event_id:
        return NO_ID, ""
    return None if earlier is None else (IN_FILE_TWICE, f"line {earlier} has it too")


def of_order(
    order: Order, entries: Sequence[Entry], world: World, elsewhere: Sequence[str] = ()
) -> tuple[Cause, str] | None:
    """How the order differs at this destination; None if it does not.

    `entries` are those of its id, `elsewhere` the other spellings of its id under which it was delivered.
    """
    here = sorted((one for one in entries if world.destination in one.destinations), key=lambda one: -one.at)
    if order.none:
        return (NOT_A_PURCHASE, order.none) if _under(order.event_name, here) else None
    if doubtful := [one.reason for one in here if one.counted_twice]:
        return MAY_BE_TWICE, doubtful[0]
    if own := _under(order.event_name, here):
        return _of_delivered(order, own, world)
    return _of_other_name(here) or _of_tries(here) or _of_nothing(order, world, elsewhere)


def _under(name: str, here: Sequence[Entry]) -> list[Entry]:
    """The deliveries under this event name."""
    return [one for one in here if one.outcome == "delivered" and one.event_name == name]


def _of_other_name(here: Sequence[Entry]) -> tuple[Cause, str] | None:
    names = sorted({one.event_name for one in here if one.outcome == "delivered"})
    return (OTHER_NAME, ", ".join(names)) if names else None


def _of_delivered(order: Order, own: Sequence[Entry], world: World) -> tuple[Cause, str] | None:
    groups = sorted({one.group for one in own})
    return (TWO_GROUPS, ", ".join(groups)) if len(groups) > 1 else _of_money(order, own[0], world)


def _of_tries(here: Sequence[Entry]) -> tuple[Cause, str] | None:
    """Why an order was not delivered, by the newest that is known of it."""
    for outcome, cause in (("letter", DEAD), ("unread", ANSWER_LOST), ("rejected", REFUSED)):
        if found := next((one for one in here if one.outcome == outcome), None):
            return cause, found.reason
    door = next((one for one in here if one.outcome in DOOR), None)
    if door is None:
        return None
    return (OPTED_OUT, f"by {door.refused_by}") if door.refused_by else (_DOOR[door.outcome], door.reason)


def _of_nothing(order: Order, world: World, elsewhere: Sequence[str]) -> tuple[Cause, str]:
    """Why nothing is known of an order."""
    if elsewhere:
        return OTHER_ID, ", ".join(elsewhere)
    if world.since is None:
        return NO_MEMORY, ""
    if order.at is not None and order.at < world.since:
        return TOO_OLD, ""
    if world.waiting:
        return MAY_WAIT, f"{world.waiting:,} messages wait: it may be among them, or it was never posted"
    if found := _at_the_door(order, world):
        return AT_THE_DOOR, found
    return NEVER_POSTED, ""


def _at_the_door(order: Order, world: World) -> str:
    """Why what came without an id in the day after the order ended at the door; empty if there is nothing like that."""
    all_ = world.nameless
    if order.at is not None:
        first = bisect_left(all_, order.at - _CLOCKS, key=lambda one: one.at)
        all_ = all_[first : bisect_right(all_, order.at + _DAY, key=lambda one: one.at)]
    reasons = Counter(one.why for one in all_ if not one.destinations or world.destination in one.destinations)
    told = [f"{why} ({count:,} times)" if count > 1 else why for why, count in reasons.most_common(_MOST_REASONS)]
    return " / ".join(told)


def _of_money(order: Order, delivered: Entry, world: World) -> tuple[Cause, str] | None:
    """How the amount differs, as far as it can be compared."""
    if order.value is None or world.digest is None or not delivered.fingerprint:
        return None
    amount, currency = money_of(delivered.fingerprint)
    if not amount:
        return NO_AMOUNT, f"the shop has {_money(order)}"
    if amount != world.digest(order.value):
        return _usual(order.value, amount, world.digest) or OTHER_AMOUNT, f"the shop has {_money(order)}"
    if not order.currency or currency == order.currency:
        return None
    return (OTHER_CURRENCY, f"{currency}, and the shop has {_money(order)}") if currency else (NO_CURRENCY, "")


def _usual(value: float, amount: str, digest: Callable[[float], str]) -> Cause | None:
    """The usual slip by which this amount became another, if it is one."""
    if amount in {digest(round(value * 100, 2)), digest(round(value / 100, 4))}:
        return MINOR_UNITS
    return ROUNDED if amount in {digest(float(int(value))), digest(float(round(value)))} else None


def _money(order: Order) -> str:
    return f"{order.value:.2f} {order.currency}".rstrip()
