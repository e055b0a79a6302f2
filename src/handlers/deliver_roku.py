"""Batches from RokuQueue, delivered to Roku."""

import os
from functools import cache
from typing import Any

from handlers import clients, delivering
from roku.client import Path, Roku

_PATHS: dict[str, Path] = {"live": "/v1/events", "test": "/v1/test_events"}


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Deliver one SQS batch; the answer names the messages to receive again (partial batch response)."""
    return delivering.run(event, context, _roku())


@cache
def _roku() -> Roku:
    return Roku(
        url=os.environ["ROKU_URL"],
        path=_PATHS[os.environ["DELIVERY_MODE"]],
        keys=clients.secret(os.environ["ROKU_KEYS_SECRET"]),
        session=clients.session(),
    )
