"""What the columns of an export say of an order's state: refunds, cancellations, orders that are not paid. Pure.

They are understood in whatever file has them, by their titles: Shopify's `Financial Status`, Stripe's `Amount
Refunded`.
"""

from collections.abc import Mapping

from pipeline.intake import orders
from pipeline.intake.body import Ignored
from pipeline.values.amounts import number_in
from sources.source_settings import Warnings
from sources.values import trimmed

_ROLES = {
    "status": ("financialstatus", "paymentstatus"),
    "cancelled": ("cancelledat", "canceledat"),
    "refunded": ("refundedamount", "refundamount", "amountrefunded", "refundedtotal", "orderrefundamount"),
    "total": ("total", "amount", "ordertotal", "ordertotalamount"),
}
STATES = frozenset(title for role in ("status", "cancelled", "refunded") for title in _ROLES[role])
_UNPAID = frozenset({"pending", "authorized", "authorised", "unpaid"})

UNPAID = Ignored("unpaid_order", "the order is not paid yet: it is not a purchase")


def ignored(row: Mapping[str, str], warnings: Warnings, number: int) -> Ignored | None:
    """Why the row's order is not a purchase, or None if it is one; a partial refund is told."""
    status = _cell(row, "status")
    if _cell(row, "cancelled") is not None:
        return orders.CANCELLED
    if (none := orders.of_status(status)) is not None:
        return none
    if orders.status_of(status) in _UNPAID:
        return UNPAID
    refunded, total = (number_in(_cell(row, role) or "", 2) for role in ("refunded", "total"))
    if refunded and total and abs(refunded) >= abs(total):
        return orders.REFUNDED
    if refunded or orders.is_partly_refunded(status):
        warnings.append((f"line {number}", orders.PARTLY_REFUNDED))
    return None


def _cell(row: Mapping[str, str], role: str) -> str | None:
    """What a row says there; None if it says nothing."""
    return next((found for title in _ROLES[role] if (found := trimmed(row.get(title, "")))), None)
