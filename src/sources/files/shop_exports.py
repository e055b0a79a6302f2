"""What a shop's export says of an order beside its fields: refunds, cancellations, further line items. Pure.

Shopify's export of orders has a full row for an order's first line item and, for each further one, a row that repeats
the order's `Name`. Its `Id` is the order's id in the webhooks too. Columns with the state of an order are understood in
the exports of other systems as well (Stripe's `Amount Refunded`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.intake import orders
from pipeline.intake.body import Ignored
from pipeline.values.amounts import number_in
from sources.files.columns_to_fields import put
from sources.source_settings import Warnings
from sources.values import present, trimmed
from sources.web.shop import basket

_ROLES = {
    "name": "name",
    "id": "id",
    "financialstatus": "status",
    "paymentstatus": "status",
    "cancelledat": "cancelled",
    "canceledat": "cancelled",
    "refundedamount": "refunded",
    "refundamount": "refunded",
    "amountrefunded": "refunded",
    "total": "total",
    "amount": "total",
    "paidat": "paid",
    "createdat": "created",
    "lineitemname": "item_name",
    "lineitemsku": "item_sku",
    "lineitemquantity": "item_quantity",
    "lineitemprice": "item_price",
}
_STATES = frozenset({"status", "cancelled", "refunded"})
_UNPAID = frozenset({"pending", "authorized", "authorised", "unpaid"})
_TIME, _EVENT_ID, _ORDER_ID = ("", "event_time"), ("", "event_id"), ("custom_data", "order_id")

UNPAID = Ignored("unpaid_order", "the order is not paid yet: it is no purchase")


@dataclass(frozen=True, slots=True)
class Export:
    """The columns, by what they say of an order; `is_shopify`: rows of one `Name` are one order."""

    at: Mapping[str, int]
    is_shopify: bool

    def cell(self, cells: Sequence[str], role: str) -> str | None:
        """What a row says there; None if it says nothing."""
        return trimmed(cells[self.at[role]]) if role in self.at else None

    def ignored(self, cells: Sequence[str], warnings: Warnings, number: int) -> Ignored | None:
        """Why the row's order is no purchase, or None if it is one; a partial refund is told."""
        status = self.cell(cells, "status")
        if self.cell(cells, "cancelled") is not None:
            return orders.CANCELLED
        if (none := orders.of_status(status)) is not None:
            return none
        if orders.status_of(status) in _UNPAID:
            return UNPAID
        refunded, total = (number_in(self.cell(cells, role) or "", 2) for role in ("refunded", "total"))
        if refunded and total and abs(refunded) >= total:
            return orders.REFUNDED
        if refunded or orders.is_partly_refunded(status):
            warnings.append((f"line {number}", orders.PARTLY_REFUNDED))
        return None

    def is_further(self, cells: Sequence[str], before: Sequence[str]) -> bool:
        """Whether the row is a further line item of the order of the row before."""
        name = self.cell(cells, "name")
        if not self.is_shopify or name is None or name != self.cell(before, "name"):
            return False
        return all(self.cell(cells, role) is None for role in ("status", "paid", "total"))

    def finish(self, conversion: dict[str, Any], lines: Sequence[Sequence[str]], warnings: Warnings) -> None:
        """Put what the export says of the order in its place: its id, its time, and its line items."""
        first = lines[0]
        if self.is_shopify:
            put(conversion, _EVENT_ID, self.cell(first, "id"))
            put(conversion, _ORDER_ID, self.cell(first, "id") or self.cell(first, "name"))
            put(conversion, _TIME, self.cell(first, "paid") or self.cell(first, "created"))
        custom = conversion.get("custom_data", {})
        products = [made for cells in lines if (made := self._item(cells))]
        if products and isinstance(custom, dict) and not {"contents", "content_ids"} & custom.keys():
            conversion["custom_data"] = custom | present(basket(products, "sku", "name", warnings=warnings))

    def _item(self, cells: Sequence[str]) -> dict[str, Any]:
        return present({name: self.cell(cells, f"item_{name}") for name in ("sku", "name", "quantity", "price")})


def export_of(folded: Sequence[str]) -> Export | None:
    """What the header row's names, folded, tell of orders; None if nothing."""
    at: dict[str, int] = {}
    for index, name in enumerate(folded):
        if name in _ROLES:
            at.setdefault(_ROLES[name], index)
    is_shopify = "name" in at and "financialstatus" in folded
    if not is_shopify:
        at = {role: index for role, index in at.items() if role in _STATES or role == "total"}
    return Export(at, is_shopify) if is_shopify or not _STATES.isdisjoint(at) else None


def is_known(folded: str, export: Export | None) -> bool:
    """Whether an export's column is understood, though it is no field of a conversion."""
    role = _ROLES.get(folded)
    return export is not None and role is not None and role in export.at
