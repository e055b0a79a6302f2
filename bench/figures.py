"""One measured figure, the file that keeps them and the table that shows them."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

RELAY = "this relay"
# The rows of the CPU of all functions, by destinations and whether the ledger is on; bench.cost reads them too.
END_TO_END = {
    ("roku", False): "end-to-end CPU of both functions",
    ("roku", True): "end-to-end CPU, ledger on",
    ("rokt", False): "end-to-end CPU for Rokt",
    ("rokt", True): "end-to-end CPU for Rokt, ledger on",
    ("roku and rokt", False): "end-to-end CPU for Roku and Rokt",
    ("roku and rokt", True): "end-to-end CPU for Roku and Rokt, ledger on",
}
DELIVER = "deliver, from the batch of the queue to Roku's answer"


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing measured in one case. `ratio` is to `floor`, which was measured in the same run.

    `floor_value` is in the same unit as `value`; `goal` is the ratio or the count to reach, where there is one.
    """

    row: str
    case: str
    who: str
    value: float
    unit: str
    ratio: float
    floor: str
    floor_value: float
    goal: float | None = None


@dataclass(frozen=True, slots=True)
class Results:
    """One run: where it ran, what was left out and why, and the figures."""

    machine: dict[str, str]
    notices: list[str]
    figures: list[Figure]


def write(results: Results, path: Path) -> None:
    """Keep a run as JSON, one figure a line."""
    head = {"machine": results.machine, "notices": results.notices}
    lines = ",\n  ".join(json.dumps(_short(asdict(figure)), ensure_ascii=False) for figure in results.figures)
    text = (
        json.dumps(head, indent=1, ensure_ascii=False).removesuffix("\n}")
        + ',\n "figures": [\n  '
        + lines
        + "\n ]\n}\n"
    )
    path.write_text(text, encoding="utf-8")


def read(path: Path) -> Results:
    """The kept run."""
    kept = json.loads(path.read_text(encoding="utf-8"))
    return Results(kept["machine"], kept["notices"], [Figure(**figure) for figure in kept["figures"]])


def table(results: Results) -> str:
    """The run as a Markdown table: a line for each case, ratios to the floor of that line."""
    lines = ["| What | Case | This relay | Goal | Floor (= 1) | Others |", "|---|---|---:|---:|---|---|"]
    cases: dict[tuple[str, str], list[Figure]] = {}
    for figure in results.figures:
        cases.setdefault((figure.row, figure.case), []).append(figure)
    for (row, case), figures in cases.items():
        ours = next((figure for figure in figures if figure.who == RELAY), figures[0])
        others = [f"{figure.who} {_ratio(figure.ratio)}" for figure in figures if figure is not ours]
        goal = "" if ours.goal is None else _ratio(ours.goal)
        lines.append(
            f"| {row} | {case} | {_ratio(ours.ratio)} ({_value(ours.value, ours.unit)}) | {goal} "
            f"| {ours.floor} ({_value(ours.floor_value, ours.unit)}) | {'; '.join(others)} |"
        )
    return "\n".join(lines)


def missed(figures: Sequence[Figure]) -> list[Figure]:
    """Our own figures that stay above their goal."""
    return [
        figure for figure in figures if figure.who == RELAY and figure.goal is not None and figure.ratio > figure.goal
    ]


def _ratio(ratio: float) -> str:
    return f"{ratio:.0f} ×" if ratio >= 20 else f"{ratio:.1f} ×" if ratio >= 5 else f"{ratio:.2f} ×"


def _value(value: float, unit: str) -> str:
    return f"{value:,.0f} {unit}" if value >= 100 or value == int(value) else f"{value:.3g} {unit}"


def _short(figure: dict[str, object]) -> dict[str, object]:
    """Four digits are all that a noisy machine gives."""
    short = {name: float(f"{value:.4g}") if isinstance(value, float) else value for name, value in figure.items()}
    return {name: value for name, value in short.items() if value is not None}
