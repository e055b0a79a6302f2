"""What names a finished event, whichever destination it is for."""

from collections.abc import Mapping
from typing import Any

import destinations


def named(event: Mapping[str, Any]) -> tuple[str, str]:
    """The event id and the event name; empty where no destination knows the event."""
    found = (destinations.load(name).identify(event) for name in destinations.NAMES)
    return next(filter(None, found), ("", ""))
