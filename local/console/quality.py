"""What each sender's conversions have to match by, from the lines that ingest logs, since the stack began."""

from collections.abc import Mapping
from typing import Any

from pipeline.values.json_objects import json_object
from relay.senders.sender_lines import row_of
from relay.senders.shares import Share

_MOST_SENDERS = 200  # times destinations; nobody tries more on one machine
_MOST_REASONS = 5  # shown of each


class Quality:
    """The sums by sender and destination. Whoever calls it holds the observer's lock."""

    def __init__(self) -> None:
        """Nothing was logged yet."""
        self._shares: dict[tuple[str, str], Share] = {}

    def hear(self, text: str) -> None:
        """Add what a function printed, if it is a line of a sender and a destination."""
        for line in text.splitlines():
            if '"sender"' in line and (row := row_of(json_object(line) or {})) is not None:
                self._add(row)

    def _add(self, row: Mapping[str, Any]) -> None:
        key = row["sender"], row["destination"]
        if key in self._shares or len(self._shares) < _MOST_SENDERS:
            self._shares.setdefault(key, Share(*key)).add(row)

    def rows(self) -> list[dict[str, Any]]:
        """As the page shows it: by sender, then by destination."""
        return [
            {
                "sender": one.sender,
                "destination": one.destination,
                "accepted": one.accepted,
                "has": dict(one.kinds),
                "warned": [[*words, number] for words, number in one.warned.most_common(_MOST_REASONS)],
            }
            for _, one in sorted(self._shares.items())
            if one.accepted or one.warned
        ]
