"""A look through the whole table, which costs something: for the events of a person or an order."""

from collections.abc import Iterator, Sequence
from typing import Any

from destinations import NAMES
from pipeline.contract import fingerprints
from pipeline.delivery.table import Item
from pipeline.values.digests import digest
from pipeline.values.faults import Fault
from relay.deployment import Deployment
from relay.destinations import shown
from relay.events.ledger_items import is_of_an_event
from relay.printing import Out

# On demand, us-east-1: half a read unit for each 4,096 bytes of which an older copy will do.
DOLLARS_A_UNIT, _BYTES = 0.125e-6, 8_192
_BYTES_A_SECOND = 20e6  # about: pages of 1 MB, one after another


def cost(items: int, size: int) -> str:
    """What a look through a table of so many items and bytes costs, in a sentence."""
    dollars = size / _BYTES * DOLLARS_A_UNIT
    return (
        f"this reads the whole table: about {items:,} items, {size / 1e6:,.1f} MB, ${dollars:.4f} in us-east-1, and"
        f" {max(1, round(size / _BYTES_A_SECOND)):,} s"
    )


def agreed(deployment: Deployment, out: Out, table: str, *, yes: bool) -> bool:
    """Show the cost, and whether the operator agrees to it."""
    said = deployment.client("dynamodb").describe_table(TableName=table)["Table"]
    text = cost(said.get("ItemCount", 0), said.get("TableSizeBytes", 0))
    if yes:
        out.aside(text)
        return True
    return out.agrees(f"{text}. Go on?")


def by_fingerprint(deployment: Deployment, table: str, emails: list[str]) -> Iterator[Item]:
    """The items of events of whoever has one of these digests of an e-mail address."""
    name = f"{deployment.name}/fingerprint-key"
    secret = deployment.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"]
    made = [fingerprints.make({"em": one}, secret.encode()) for one in emails]
    return _scan(deployment, table, {f":v{place}": one for place, one in enumerate(made)}, "contains(fingerprint, {})")


def by_order_or_post(deployment: Deployment, table: str, names: Sequence[str]) -> Iterator[Item]:
    """The items of events that have one of these order ids, or that a post with such a `request_id` brought."""
    return _scan(
        deployment, table, {f":v{place}": one for place, one in enumerate(names)}, "(order_id = {0} OR post_id = {0})"
    )


def digests_of(email: str) -> list[str]:
    """The digests that destinations get of an e-mail address. Made here: the address goes nowhere."""
    found: dict[str, None] = {}
    for name in NAMES:
        forms = shown(name).forms
        try:
            found |= dict.fromkeys(map(digest, forms(email, "em", None).values())) if forms else {}
        except Fault:
            continue
    return list(found)


def _scan(deployment: Deployment, table: str, values: dict[str, str], condition: str) -> Iterator[Item]:
    asked: dict[str, Any] = {
        "TableName": table,
        "FilterExpression": " OR ".join(condition.format(name) for name in values),
        "ExpressionAttributeValues": {name: {"S": value} for name, value in values.items()},
    }
    for page in deployment.client("dynamodb").get_paginator("scan").paginate(**asked):
        yield from filter(is_of_an_event, page["Items"])
