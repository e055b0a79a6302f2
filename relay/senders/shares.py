"""What each sender's conversions have by which a person is found, what was dropped of them, and who refused. Pure.

A destination says that it took a conversion, not that it found the person: these shares are what can be seen of that.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from pipeline.contract import matching
from relay.senders.sender_lines import COUNTED, Row

_RECEIVED = [name for name in COUNTED.values() if name != "Refused"]
# How people call the kinds, in the order of the table.
TITLES = {
    "em": "e-mail",
    "ph": "phone",
    "ip_agent": "IP and agent",
    "device_id": "device id",
    "external_id": "external id",
    "value": "value",
    "currency": "currency",
    "person": "any person",
}


@dataclass(slots=True)
class Share:
    """Of one sender and destination, in conversions.

    Received, accepted, invalid and refused ones; accepted ones by kind of data; what was dropped or changed by field,
    fate and reason. `signals` are those of refusals, `faults` the fields for which conversions were invalid.
    """

    sender: str
    destination: str
    received: int = 0
    accepted: int = 0
    invalid: int = 0
    refused: int = 0
    signals: set[str] = field(default_factory=set)
    faults: set[str] = field(default_factory=set)
    kinds: Counter[str] = field(default_factory=Counter)
    warned: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def add(self, row: Row) -> None:
        """Add what one row says."""
        self.received += sum(row[name] for name in _RECEIVED)
        self.accepted += row["Accepted"]
        self.invalid += row["Invalid"]
        self.refused += row["Refused"]
        self.signals.update(_split(row["refused_by"], ", "))
        self.faults.update(_split(row["invalid"], ", "))
        self.kinds.update({name: row[name] for name in matching.NAMES})
        for group in _split(row["warned"], "; "):
            *words, number = group.split(": ")
            if len(words) == 3 and number.isdigit():
                self.warned[words[0], words[1], words[2]] += int(number) * row["posts"]

    def share(self, kind: str) -> float:
        """The share of the accepted conversions that have this kind of data, from 0 to 1."""
        return self.kinds[kind] / self.accepted if self.accepted else 0.0

    def told(self) -> dict[str, Any]:
        """As it is answered."""
        return {
            "sender": self.sender,
            "received": self.received,
            "refused": self.refused,
            "share": round(self.refused / self.received, 4) if self.received else 0.0,
            "signals": sorted(self.signals),
            "accepted": self.accepted,
            "invalid": self.invalid,
            "invalid_fields": sorted(self.faults),
            "has": {kind: {"events": self.kinds[kind], "share": round(self.share(kind), 4)} for kind in TITLES},
            "warned": [
                {"field": name, "what": fate, "why": why, "events": number}
                for (name, fate, why), number in self.warned.most_common()
            ],
        }


def shares(rows: Iterable[Row]) -> list[Share]:
    """The rows by destination and sender, in the order of their names."""
    found: dict[tuple[str, str], Share] = {}
    for row in rows:
        key = row["destination"], row["sender"]
        found.setdefault(key, Share(key[1], key[0])).add(row)
    return [found[key] for key in sorted(found)]


def _split(text: str, between: str) -> Iterator[str]:
    return filter(None, text.split(between))
