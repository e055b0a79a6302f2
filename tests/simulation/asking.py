"""What one run has asked a destination for."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Asked:
    """Its requests, their events by name, and of each event when the requests began whose answers were lost.

    `is_stale`: it was refused for its key, though the secret held the right one by then, and did not ask with that.
    """

    requests: int = 0
    events: set[str] = field(default_factory=set)
    is_stale: bool = False
    lost: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def begin(self, names: Iterable[str]) -> None:
        """A request with these events begins."""
        self.requests += 1
        self.events.update(names)

    def lost_of(self, names: Iterable[str]) -> list[float]:
        """When the requests with these events began whose answers were lost."""
        return [at for name in names if name in self.lost for at in self.lost[name]]
