"""What one run has asked a destination for."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

_TOO_MUCH = (400, 413)
_HUSHING = (401, 403, 429)


@dataclass(slots=True)
class Asked:
    """Its requests, their events by name, and of each event when the requests began whose answers were lost.

    `is_stale`: it was refused for its key, though the secret held the right one by then, and did not ask with that.
    `is_hushed`: it found no way there, or was told to ask nothing more. `left_open`: an answer named none of these.
    """

    requests: int = 0
    events: set[str] = field(default_factory=set)
    is_stale: bool = False
    is_hushed: bool = False
    left_open: set[str] = field(default_factory=set)
    lost: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def begin(self, names: Iterable[str]) -> None:
        """A request with these events begins."""
        names = list(names)
        self.requests += 1
        self.events.update(names)
        self.left_open.difference_update(names)

    def answered(self, names: Iterable[str], code: int, after: object) -> None:
        """These were asked about together, and the answer to that names none of them."""
        self.is_hushed = self.is_hushed or code in _HUSHING or bool(after)
        self.left_open.update(names if code in _TOO_MUCH else ())

    def is_open(self) -> bool:
        """Whether it left something open that a smaller request would have told it."""
        return bool(self.left_open) and not self.is_hushed and not any(self.lost.values())

    def lost_of(self, names: Iterable[str]) -> list[float]:
        """When the requests with these events began whose answers were lost."""
        return [at for name in names if name in self.lost for at in self.lost[name]]
