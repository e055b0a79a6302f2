"""Dollars of each item, as columns: the relay's, with the ledger, the floor's. The command `python -m bench.cost`."""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bench import prices, standing, watching
from bench.cost import RESULTS, Load, Setting, Speed, floor_of_all, relay_to_all
from bench.figures import END_TO_END, RELAY, Figure, read


def measured(figures: Sequence[Figure], per_post: int, destinations: str = "roku") -> Speed:
    """The speed that a run of the benchmarks found, of the measured case nearest to `per_post`. Raises KeyError."""
    found = {(f.row, f.case, f.who): f.value for f in figures}
    off, on = END_TO_END[destinations, False], END_TO_END[destinations, True]
    one, thousand = (found[off, f"POST of {count}", "ingest"] for count in ("1", "1,000"))
    case = f"POST of {'1' if per_post < 10 else '100' if per_post < 300 else '1,000'}"
    # Two equations: post + event = one, post / 1000 + event = thousand.
    post = (one - thousand) / (1 - 1 / 1_000)
    return Speed(post, one - post, found[off, case, "deliver"], found[on, case, "deliver"])


# What --destination may say, and the name that the measured rows have for it.
DESTINATIONS = {"roku": "roku", "rokt": "rokt", "both": "roku and rokt"}
TITLES = {"roku": "Roku", "rokt": "Rokt", "both": "Roku and Rokt"}


def columns(load: Load, setting: Setting, found: Sequence[Figure], destination: str) -> dict[str, dict[str, float]]:
    """Dollars of each item: the relay's, the relay's with the ledger, the floor's. Raises KeyError: not measured."""
    names = DESTINATIONS[destination].split(" and ")
    loads = {"roku": load, "rokt": load.to_rokt()}
    ways = [(loads[name], measured(found, load.per_post, name)) for name in names]
    speed = measured(found, load.per_post, DESTINATIONS[destination])
    return {
        "this relay": relay_to_all(ways, setting, speed),
        "with the ledger": relay_to_all(ways, replace(setting, ledger=True), speed),
        "floor: API Gateway straight to SQS": floor_of_all(ways, setting),
    }


def figures(found: Sequence[Figure]) -> list[Figure]:
    """What the speeds of a run mean in dollars for a million conversions, beside the floor."""
    made = []
    # The prototype's: $2.11 where the floor was 1.62, and 0.126 where it was 0.125.
    goals = {("roku", 1): 2.11 / 1.62, ("roku", 1_000): 0.126 / 0.125}
    for destination, title in TITLES.items():
        prefix = "" if destination == "roku" else title + ", "
        for per_post in (1, 1_000):
            off, on, least = columns(Load(1_000_000, per_post), Setting(), found, destination).values()
            for suffix, column in (("", off), (", ledger on", on)):
                made.append(
                    Figure(
                        row="dollars for a million conversions",
                        case=f"{prefix}POSTs of {per_post:,}{suffix}",
                        who=RELAY,
                        value=sum(column.values()),
                        unit="dollars",
                        ratio=sum(column.values()) / sum(least.values()),
                        floor="API Gateway straight to SQS",
                        floor_value=sum(least.values()),
                        goal=goals.get((destination, per_post)) if column is off else None,
                    )
                )
    return made


def table(columns: Mapping[str, Mapping[str, float]]) -> str:
    """Markdown: an item a line, a column each, their sums last."""
    items = list(dict.fromkeys(item for column in columns.values() for item in column))
    lines = ["| | " + " | ".join(columns) + " |", "|---" + "|---:" * len(columns) + "|"]
    for item in items:
        lines.append(f"| {item} | " + " | ".join(_dollars(column.get(item, 0.0)) for column in columns.values()) + " |")
    sums = (f"**{_dollars(sum(column.values()))}**" for column in columns.values())
    return "\n".join([*lines, "| **sum** | " + " | ".join(sums) + " |"])


def _dollars(value: float) -> str:
    return "" if not value else f"${value:,.3f}" if value < 100 else f"${value:,.0f}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.cost", description="Dollars for so many conversions.")
    parser.add_argument("--events", type=int, default=1_000_000, help="conversions in all (default 1000000)")
    parser.add_argument("--per-post", type=int, default=1, help="conversions in each POST, 1 to 1000 (default 1)")
    parser.add_argument("--a-second", type=float, default=200.0, help="conversions a second while they come (200)")
    parser.add_argument("--window", type=float, default=5.0, help="the parameter BatchWindow, seconds (default 5)")
    parser.add_argument("--memory-mb", type=int, default=384, help="memory of the functions (default 384)")
    parser.add_argument("--json-logs", action="store_true", help="with the parameter LogFormat=JSON")
    parser.add_argument("--roku-ms", type=float, default=200.0, help="how long Roku or Rokt takes to answer (200)")
    parser.add_argument("--destination", choices=DESTINATIONS, default="roku", help="who gets them (default roku)")
    given = parser.parse_args(arguments)
    load = Load(given.events, given.per_post, given.a_second)
    setting = Setting(given.memory_mb, given.window, json_logs=given.json_logs, roku_ms=given.roku_ms)
    try:
        found = columns(load, setting, read(RESULTS).figures, given.destination)
    except KeyError as missing:
        parser.error(f"bench/results.json lacks {missing}: run make bench")
    how = f"in POSTs of {load.per_post:,}, {load.a_second:g} a second, for {TITLES[given.destination]}"
    print(f"{load.events:,} conversions {how}; prices of {prices.AS_OF}\n")
    print(table(found))
    print(f"\nBesides, a month without any conversion (Roku alone, with the ledger): ${standing.a_month():.2f}")
    print(
        "\nThe hourly check of senders (WatchSenders), at 100,000 posts a day of 40 senders and event names, a month:\n"
    )
    print(table({"this relay": watching.watching(100_000, 40, setting)}))
    million = load.events / 1e6
    for name, (least, most) in prices.HOSTED.items():
        print(f"\n{name}, public plans: ${least * million:,.0f} to ${most * million:,.0f}")
