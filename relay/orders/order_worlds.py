"""What is known of a file's orders: the table's entries, dead letters, and each destination's own state."""

from collections.abc import Callable, Iterable, Sequence

from botocore.exceptions import ClientError

from pipeline.contract import fingerprints
from relay.deployment import Deployment
from relay.durations import now
from relay.errors import Trouble, explain
from relay.ledger_table import table_of
from relay.letters.letter_queue import depth, look
from relay.orders import order_entries
from relay.orders.differences import World
from relay.orders.order_days import spellings
from relay.orders.order_entries import Entry
from relay.orders.orders import Order
from relay.secret_texts import read_secret

_DAY = 86_400


def known(
    deployment: Deployment, names: Sequence[str], found: Iterable[Order], digest: Callable[[float], str] | None
) -> tuple[dict[str, list[Entry]], list[World]]:
    """What the relay keeps of the orders, and what is known of each destination."""
    ids = {order.event_id for order in found if order.event_id and not order.fault}
    kept = order_entries.kept(deployment, ids | {one for event_id in ids for one in spellings(event_id)})
    for event_id in ids:
        kept.setdefault(event_id, [])  # a stack without a table has dead letters too
    worlds, nameless = [], order_entries.nameless(deployment)
    for one in deployment.destinations():
        if one.name in names:
            order_entries.add_letters(kept, look(deployment, one))
            waiting = sum(depth(deployment.client("sqs"), one.queue_url).values())
            worlds.append(World(one.name, waiting, since(deployment), digest, nameless))
    return kept, worlds


def since(deployment: Deployment) -> float | None:
    """Since when the table remembers what was delivered; None if it does not."""
    has_table = table_of(deployment) is not None and deployment.parameters.get("DeliveryMode") != "test"
    if not has_table:
        return None
    return max(
        now() - float(deployment.parameters.get("LedgerDays", "7")) * _DAY, deployment.created.timestamp() - _DAY
    )


def digest_of(deployment: Deployment) -> tuple[Callable[[float], str] | None, list[str]]:
    """What makes of an amount what the table keeps of it, and why there is none."""
    try:
        key = read_secret(deployment, f"{deployment.name}/fingerprint-key").text.encode()
    except (Trouble, ClientError) as error:
        why = explain(error) if isinstance(error, ClientError) else str(error)
        return None, [f"amounts are not compared: {why}"]
    name = fingerprints.AMOUNT
    return lambda value: fingerprints.money_of(fingerprints.make({name: str(value + 0.0)}, key))[0], []
