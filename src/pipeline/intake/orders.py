"""Purchases that are none, and purchases that lack what makes them worth counting. Pure.

A refund, a cancelled order and a negative amount are no purchases, whatever source reports them: they are ignored,
with their reason. The vendor asks for value and currency with every purchase; one without is sent, and told.
"""

import re
from collections.abc import Mapping
from typing import Any

from pipeline.intake.body import Ignored
from pipeline.values import currencies, limits
from pipeline.values.amounts import number_in
from pipeline.values.cleaning import clean
from pipeline.values.placeholders import is_placeholder
from pipeline.values.rules import fold

Warnings = list[tuple[str, str]]

_PURCHASE = "purchase"
_REFUNDED = frozenset(
    "refunded fullyrefunded refund returned fullyreturned reversed chargeback chargedback voided void".split()
)
_CANCELLED = frozenset("cancelled canceled cancelledorder ordercancelled declined failed rejected expired".split())
_PARTLY = frozenset("partiallyrefunded partlyrefunded partialrefund partiallyreturned partialreturn".split())
_LETTERS = re.compile("[^a-z]")

REFUND = Ignored("refund", "the amount is negative: a refund is not a purchase, so send the order alone")
REFUNDED = Ignored("refund", "the order was refunded: it is not a purchase any more")
CANCELLED = Ignored("cancelled_order", "the order was cancelled or not paid: it is not a purchase")
PARTLY_REFUNDED = "has a partial refund: the order counts with the amount that is sent, so send what was kept"

_NO_VALUE = ("custom_data.value", "is missing: send value and currency with every PURCHASE")


def judge(conversion: object, warnings: Warnings) -> Ignored | None:
    """Why a conversion is not a purchase after all; else what its purchase lacks is in `warnings`. Never raises."""
    if not isinstance(conversion, dict):
        return None
    custom, is_purchase = conversion.get("custom_data"), _is_purchase(conversion.get("event_name"))
    if not isinstance(custom, dict):
        warnings += [_NO_VALUE] if is_purchase and (custom is None or custom == "") else []
        return None
    if is_purchase:
        if (refused := _refused(custom, custom.get("value"))) is not None:
            return refused
        if is_partly_refunded(custom.get("status")):
            warnings.append(("custom_data.status", PARTLY_REFUNDED))
    warnings += _lacking(custom, is_purchase=is_purchase)
    return None


def _lacking(custom: Mapping[str, Any], *, is_purchase: bool) -> Warnings:
    """What to say of an amount that is missing, or of one without its currency."""
    value = custom.get("value")
    if value is None or (isinstance(value, str) and _is_nothing(value)):
        return [_NO_VALUE] if is_purchase else []
    currency = custom.get("currency")
    if type(currency) is str and currency in currencies.ISO_4217:
        return []
    if _is_nothing(currency) and not (isinstance(value, str) and _names_one(value)):
        return [("custom_data.currency", "is missing: without it nobody knows what value is worth")]
    return []


def _is_purchase(name: Any) -> bool:
    return name == "PURCHASE" or (isinstance(name, str) and fold(name[: limits.FIELD_NAME].strip()) == _PURCHASE)


def status_of(value: Any) -> str:
    """The letters of an order's status."""
    return _LETTERS.sub("", value[: limits.FIELD_NAME].lower()) if isinstance(value, str) else ""


def of_status(value: Any) -> Ignored | None:
    """Why an order of this status is not a purchase, or None if it may be one."""
    word = status_of(value)
    return REFUNDED if word in _REFUNDED else CANCELLED if word in _CANCELLED else None


def is_partly_refunded(value: Any) -> bool:
    """Whether an order's status says that a part of it was refunded."""
    return status_of(value) in _PARTLY


def _refused(custom: Mapping[str, Any], value: Any) -> Ignored | None:
    if type(value) is int or type(value) is float:
        if value < 0:
            return REFUND
    elif isinstance(value, str) and len(value) <= limits.TEXT:
        number = number_in(clean(value), 2)
        if number is not None and number < 0:
            return REFUND
    return of_status(custom["status"]) if "status" in custom else None


def _is_nothing(value: Any) -> bool:
    return value is None or (isinstance(value, str) and (not value or is_placeholder(clean(value[: limits.TEXT]))))


def _names_one(text: str) -> bool:
    return len(currencies.named(text[: limits.TEXT])) == 1
