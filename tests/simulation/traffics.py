"""The traffics of advertisers, and what an outage under one of them may show."""

from dataclasses import dataclass

# Of an event group's conversions at most this share may be counted more than once, or this many if that is more.
SHARE, FEW = 0.01, 100


@dataclass(frozen=True)
class Traffic:
    """So many conversions a day in posts of one, spread evenly over groups and partners; in the outage, large posts."""

    name: str
    per_day: int
    groups: int = 1
    partners: int = 1
    posts: int = 0  # of 1,000 conversions each, during the outage


TRAFFICS = (
    Traffic("24 a day", 24),
    Traffic("1,000 a day", 1_000),
    Traffic("20,000 rows in POSTs of 1,000", 1_000, posts=20),
    Traffic("three groups, 1,000 a day each", 3_000, groups=3),
    Traffic("ten partners, 100 a day each", 1_000, partners=10),
    Traffic("100,000 a day", 100_000),
    Traffic("1,000,000 a day", 1_000_000),
)


@dataclass
class Measured:
    """What one outage showed."""

    groups: int = 1
    conversions: int = 0
    greatest: int = 0
    extra: int = 0
    worst_group: int = 0  # extra counts of the event group that has most
    dead: int = 0
    missing: int = 0
    runs: int = 0
    requests: int = 0
    deepest: int = 0
    rested: float = 0.0  # hours from the end of the outage until everything was at rest
    violation: str = ""

    def faults(self) -> list[str]:
        """The promises that it breaks."""
        most = max(FEW, SHARE * self.conversions / self.groups)
        judged = {
            f"a conversion was counted {self.greatest} times": self.greatest > 2,
            f"{self.worst_group} extra counts of one event group": self.worst_group > most,
            f"{self.dead} dead letters": self.dead > 0,
            f"{self.missing} conversions were not counted": self.missing > 0,
            f"a chain of {self.deepest} messages": self.deepest > 12,
            self.violation: bool(self.violation),
        }
        return [fault for fault, holds in judged.items() if holds]
