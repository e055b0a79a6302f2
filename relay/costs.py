"""What a stack costs, in round dollars, as people are told before they deploy. A test holds it to bench's own figures.

Computed: `bench.standing` (a month without any conversion) and `bench.cost` (a million conversions).
"""

AS_OF = "list prices of 2026 in us-east-1, without free tiers"
MONTH = 10.5  # one destination: alarms, metrics and secrets, whether conversions come or not
# A million conversions: posted one by one, and a thousand at a time; with the ledger, and without it (LedgerDays 0).
ONE_BY_ONE, BY_THE_THOUSAND = 2.98, 0.82
ONE_BY_ONE_WITHOUT, BY_THE_THOUSAND_WITHOUT = 2.29, 0.13


def told(destinations: int, *, ledger: bool) -> str:
    """The cost in one sentence."""
    one, thousand = (ONE_BY_ONE, BY_THE_THOUSAND) if ledger else (ONE_BY_ONE_WITHOUT, BY_THE_THOUSAND_WITHOUT)
    second = ", and up to as much again for the second destination" if destinations > 1 else ""
    twice = " to each destination" if destinations > 1 else ""
    return (
        f"It costs about ${MONTH:.0f} a month, whether conversions come or not{second}. A million conversions{twice}"
        f" cost ${one:.2f} if they are posted one by one, ${thousand:.2f} if a thousand at a time ({AS_OF})."
    )
