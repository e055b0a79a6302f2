"""What names a finished event, whichever destination it is for."""

from collections.abc import Mapping
from typing import Any

from rokt.event import identify as identify_for_rokt
from roku.event import identify as identify_for_roku


def named(event: Mapping[str, Any]) -> tuple[str, str]:
    """The event id and the event name; empty where no destination finds both."""
    return identify_for_roku(event) or identify_for_rokt(event) or ("", "")
