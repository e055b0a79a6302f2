"""What the conversions of one post became for one destination. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.contract.destination import Prepared, Routing
from pipeline.intake.body import Ignored
from pipeline.intake.reply import failed_event
from pipeline.values.words import Word


@dataclass(slots=True)
class Received:
    """What a request became for one destination, by place in it.

    Finished events, those of them that could not be queued, conversions withheld (why), failed ones as answered, and
    what was ignored. `refusals` are the signals by which the use of a conversion is limited.
    """

    event_group_id: str
    received: int
    conversions: list[Any]
    events: dict[int, Prepared] = field(default_factory=dict)
    not_queued: set[int] = field(default_factory=set)
    withheld: dict[int, Word] = field(default_factory=dict)
    failed: dict[int, dict[str, Any]] = field(default_factory=dict)
    ignored: dict[int, Ignored] = field(default_factory=dict)
    refusals: dict[int, tuple[Word, ...]] = field(default_factory=dict)
    warnings: list[dict[str, Any]] = field(default_factory=list)

    def fail(self, index: int, errors: Mapping[str, str]) -> None:
        """Name an event in the answer's `failed_events`."""
        self.failed[index] = failed_event(index, self.conversions[index], errors)

    def lose(self, index: int) -> None:
        """A finished event that the queue did not take."""
        self.not_queued.add(index)
        self.fail(index, {"event": "could not be queued: send this event again"})

    def accepted(self) -> list[Prepared]:
        """The finished events that are queued."""
        if not self.not_queued:
            return list(self.events.values())
        return [event for index, event in self.events.items() if index not in self.not_queued]

    def by_routing(self) -> dict[Routing, list[int]]:
        """The finished events by what those of one request must share."""
        found: dict[str | None, list[int]] = {}
        for index, event in self.events.items():
            found.setdefault(event.partner_name, []).append(index)
        return {Routing(self.event_group_id, partner): indexes for partner, indexes in found.items()}

    def counts(self) -> dict[str, int]:
        """How many conversions ended how, in the words of the metrics; together they are `received`."""
        return {
            "Accepted": len(self.events) - len(self.not_queued),
            "Invalid": len(self.failed) - len(self.not_queued),
            "Ignored": len(self.ignored),
            "Withheld": len(self.withheld),
            "NotQueued": len(self.not_queued),
        }

    def limited(self) -> dict[int, tuple[Word, ...]]:
        """Of the accepted conversions those whose use is limited, by which signals."""
        taken = self.events.keys() - self.not_queued
        return {index: signals for index, signals in self.refusals.items() if index in taken}
