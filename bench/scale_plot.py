"""docs/scale-delay.svg and docs/scale-cost.svg: delay and dollars by conversions a day."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl

mpl.use("svg")
mpl.rcParams["svg.fonttype"] = "none"  # text stays text: a tenth of the bytes
mpl.rcParams["svg.hashsalt"] = "scale"  # the same figures make the same file

from matplotlib import pyplot as plt  # noqa: E402 - after the settings

from bench.scale_tables import POSTS, Row  # noqa: E402

_COLOURS = dict(zip(POSTS, ("#6f3ff5", "#1a1a1a"), strict=True))


def draw(rows: Sequence[Row], folder: Path) -> None:
    """Draw both plots; each line is one number of conversions a POST."""
    _plot(
        rows,
        folder / "scale-delay.svg",
        "seconds from POST to Roku's answer",
        {"99 %": ("-", [each.late for each in rows]), "median": ("--", [each.median for each in rows])},
        log=False,
    )
    _plot(
        rows,
        folder / "scale-cost.svg",
        "dollars a day",
        {
            "with the ledger": ("-", [each.dollars for each in rows]),
            "without": ("--", [each.dollars_without_ledger for each in rows]),
        },
        log=True,
    )


def _plot(rows: Sequence[Row], path: Path, label: str, lines: dict[str, tuple[str, list[float]]], *, log: bool) -> None:
    fig, axes = plt.subplots(figsize=(7, 3.6), layout="constrained")
    for per_post, colour in _COLOURS.items():
        for name, (style, values) in lines.items():
            points = [(each.size, value) for each, value in zip(rows, values, strict=True) if each.per_post == per_post]
            axes.plot(*zip(*points, strict=True), style, color=colour, label=f"POSTs of {per_post}, {name}", marker=".")
    axes.set_xscale("log")
    if log:
        axes.set_yscale("log")
    else:
        axes.set_ylim(bottom=0)
    axes.minorticks_off()
    axes.set_xlabel("conversions a day", fontsize=8)
    axes.set_ylabel(label, fontsize=8)
    axes.tick_params(labelsize=7)
    axes.grid(visible=True, linewidth=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(fontsize=7, frameon=False)
    fig.savefig(path, metadata={"Date": None, "Creator": None})
    plt.close(fig)
