"""docs/bench.svg: each row's ratios to its floor, on one logarithmic scale."""

import re
from pathlib import Path

import matplotlib as mpl

mpl.use("svg")
mpl.rcParams["svg.fonttype"] = "none"  # text stays text: a tenth of the bytes
mpl.rcParams["svg.hashsalt"] = "bench"  # the same figures make the same file

from matplotlib import pyplot as plt  # noqa: E402 - after the settings

from bench.figures import RELAY, Figure, Results  # noqa: E402

OURS, OTHERS, GOAL = "#6f3ff5", "#b9bec8", "#1a1a1a"


# Not drawn, but in the table: parts of a whole, sizes far below their limit, further cases of the same.
_LEFT_OUT = re.compile(
    r"package size|peak memory|batches of 6 MB|10% invalid|on the clock|Roku and Rokt|Rokt, ledger on"
    r"|(ingest|deliver|floor without boto3 and requests|one request alone)$"
)


def draw(results: Results, path: Path) -> None:
    """Draw a bar for each figure, grouped by case; a short line marks the goal."""
    drawn = [figure for figure in results.figures if not _LEFT_OUT.search(f"{figure.row}, {figure.case}, {figure.who}")]
    cases = list(dict.fromkeys((figure.row, figure.case) for figure in drawn))
    bars = sorted(drawn, key=lambda figure: (cases.index((figure.row, figure.case)), figure.who != RELAY))
    fig, axes = plt.subplots(figsize=(9, 0.24 * len(bars) + 1.2), layout="constrained")
    places, labels, at, before = [], [], 0.0, None
    for figure in bars:
        if before is not None and (figure.row, figure.case) != before:
            at += 0.5
        before = (figure.row, figure.case)
        axes.barh(at, figure.ratio, height=0.8, left=0, color=OURS if figure.who == RELAY else OTHERS)
        axes.text(max(figure.ratio, figure.goal or 0) * 1.05, at, f"{figure.ratio:.3g} ×", va="center", fontsize=7)
        if figure.goal is not None:
            axes.plot([figure.goal, figure.goal], [at - 0.45, at + 0.45], color=GOAL, linewidth=1.5)
        places.append(at)
        labels.append(_label(figure))
        at += 1
    axes.set_yticks(places, labels, fontsize=7)
    axes.invert_yaxis()
    axes.margins(y=0.01)
    axes.set_xscale("log")
    axes.set_xlim(0.9, 2 * max(figure.ratio for figure in bars))
    ticks = [tick for tick in (1, 2, 5, 10, 20, 50, 100) if tick < axes.get_xlim()[1]]
    axes.set_xticks(ticks, [str(tick) for tick in ticks], fontsize=7)
    axes.minorticks_off()
    axes.axvline(1, color=GOAL, linewidth=0.6)
    axes.set_xlabel("times its floor, measured in the same run (1 = the floor; a black mark is the goal)", fontsize=8)
    axes.spines[["top", "right"]].set_visible(False)
    fig.savefig(path, metadata={"Date": None, "Creator": None})
    plt.close(fig)


def _label(figure: Figure) -> str:
    return f"{figure.row}, {figure.case}" if figure.who == RELAY else figure.who
