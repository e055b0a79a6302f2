"""What sizes ask for, as the tables of docs/scale.md."""

from collections.abc import Sequence
from dataclasses import dataclass

from bench import standing
from bench.scale_limits import Limit

SIZES = tuple(10**power for power in range(10))
POSTS = (1, 100)


@dataclass(frozen=True, slots=True)
class Row:
    """One size in POSTs of one number: what a day of it needs, and the limits at its peak, the most used first."""

    size: int
    per_post: int
    peak_posts: float
    requests: float
    running: float
    most_running: int
    median: float
    late: float
    dollars: float
    dollars_without_ledger: float
    simulated: float
    binding: list[Limit]


def tables(rows: Sequence[Row]) -> str:
    """The page's tables, in Markdown."""
    parts = [f"Without any conversion a day costs {_money(standing.a_day())}."]
    for per_post in POSTS:
        chosen = [each for each in rows if each.per_post == per_post]
        title = "One conversion a POST" if per_post == 1 else f"{per_post} conversions a POST"
        limit = f"How much {SIZES[-1]:,} conversions a day ask of each limit at the peak:"
        parts += [f"## {title}", _needs(chosen), _firsts(chosen), limit, _limits(chosen[-1])]
    return "\n\n".join(parts)


def _needs(rows: Sequence[Row]) -> str:
    heads = "Conversions a day | POSTs a second, peak | Requests to Roku a day | Deliveries at once, peak: mean, most"
    heads += " | Delay, median | Delay, 99 % | Dollars a day | without the ledger | Seconds simulated"
    lines = [f"| {heads} |", "|---:" * 9 + "|"]
    for each in rows:
        lines.append(
            f"| {each.size:,} | {_number(each.peak_posts)} | {_number(each.requests)} "
            f"| {_number(each.running)}, {each.most_running} | {each.median:.2f} s | {each.late:.2f} s "
            f"| {_money(each.dollars)} | {_money(each.dollars_without_ledger)} | {each.simulated:,.0f} |"
        )
    return "\n".join(lines)


def _firsts(rows: Sequence[Row]) -> str:
    lines = ["| Conversions a day | First limit that binds | Its use at the peak | Change |", "|---:|---|---:|---|"]
    for each in rows:
        first = each.binding[0]
        name, change = (first.name, first.change) if first.use > 1 else (f"none; nearest: {first.name}", "nothing")
        lines.append(f"| {each.size:,} | {name} | {_percent(first.use)} | {change} |")
    return "\n".join(lines)


def _limits(largest: Row) -> str:
    lines = [
        "| Limit | Asked | Allowed | Use | Binds from, conversions a day | Change |",
        "|---" + "|---:" * 4 + "|---|",
    ]
    for limit in largest.binding:
        since = f"{float(f'{largest.size / limit.use:.3g}'):,.0f}" if limit.linear else ""
        lines.append(
            f"| {limit.name} | {_number(limit.asked)} | {limit.allowed:,.0f} | {_percent(limit.use)} "
            f"| {since} | {limit.change} |"
        )
    return "\n".join(lines)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}" if value >= 0.001 else "<0.001"


def _percent(share: float) -> str:
    return f"{share:,.0%}" if share >= 0.01 else "<1%"


def _money(value: float) -> str:
    return f"${value:,.0f}" if value >= 100 else f"${value:,.2f}"
