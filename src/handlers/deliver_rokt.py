"""Batches from RoktQueue, delivered to Rokt."""

import os
from functools import cache
from typing import Any

from handlers import clients, delivering, destinations
from rokt.client import Rokt


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Deliver one SQS batch; the answer names the messages to receive again (partial batch response)."""
    return delivering.run(event, context, _rokt())


@cache
def _rokt() -> Rokt:
    return Rokt(
        settings=destinations.rokt_settings(),
        keys=clients.secret(os.environ["ROKT_KEYS_SECRET"]),
        session=clients.session(),
    )
