"""`python -m bench.scale`: what 1 to 1,000,000,000 conversions a day ask for, as tables in docs/scale.md, and plots."""

import argparse
import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bench import cost, cost_table, standing
from bench import scale_model as model
from bench import scale_stream as stream
from bench.figures import read
from bench.scale_limits import limits, raised
from bench.scale_tables import POSTS, SIZES, Row, tables

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "scale.md"
# A day: hours, and the rate in them as a multiple of the day's mean. Hours times multiples make 24.
DAY = ((8, 0.25), (12, 1.0), (4, 2.5))
PEAK = max(multiple for _, multiple in DAY)
# Each part of a day is simulated for at least so many seconds and so many POSTs.
LEAST_SECONDS, LEAST_POSTS = 60.0, 2_000
_BEGIN, _END = "<!-- from here: python -m bench.scale -->", "<!-- to here -->"


def template_default(name: str) -> float:
    """The default of a parameter of template.yaml that is a number."""
    found = re.search(rf"^  {name}:\n    <<: {{ Type: Number, Default: (\d+)[ ,]", standing.template(), re.MULTILINE)
    if found is None:
        raise ValueError(f"template.yaml has no parameter {name} with a number")
    return float(found[1])


def default_world(speed: cost.Speed) -> model.World:
    """The stack as the template sets it, ledger and all."""
    size = re.search(r"BatchSize: (\d+)", standing.template())
    assert size is not None
    return model.World(
        window=template_default("BatchWindow"),
        concurrency=int(template_default("MaximumConcurrency")),
        batch=int(size[1]),
        setting=cost.Setting(window=template_default("BatchWindow"), ledger=template_default("LedgerDays") > 0),
        speed=speed,
    )


def row(size: int, per_post: int, world: model.World) -> Row:
    """Simulate each part of a day of `size` conversions in POSTs of `per_post` (all in one, where they are fewer).

    The limits are those of the world as given; the simulation is of the world in which MaximumConcurrency is enough.
    """
    sent = model.message(min(per_post, size))
    mean = size / sent.events / 86_400
    found = limits(
        posts=PEAK * mean,
        sent=sent,
        world=world,
        throttle=template_default("ThrottleRate"),
        peak=_part(sent, mean, PEAK, world),
    )
    enough = raised(found, world)
    parts = [(hours * multiple / 24, _part(sent, mean, multiple, enough)) for hours, multiple in DAY]
    delays = [(delay, share * events / part.delivered) for share, part in parts for delay, events in part.delays]
    runs = sum(share * size * part.runs / part.delivered for share, part in parts)
    roku = sum(share * part.roku / part.runs for share, part in parts)
    peak = parts[-1][1]
    return Row(
        size=size,
        per_post=per_post,
        peak_posts=PEAK * mean,
        requests=sum(share * size * part.requests / part.delivered for share, part in parts),
        running=peak.busy / peak.seconds,
        most_running=peak.most_running,
        median=stream.quantile(delays, 0.5),
        late=stream.quantile(delays, 0.99),
        dollars=dollars(size, sent, size / runs, roku, enough),
        dollars_without_ledger=dollars(size, sent, size / runs, roku, model.without_ledger(enough)),
        simulated=sum(part.seconds for _, part in parts),
        binding=found,
    )


def dollars(size: int, sent: model.Message, batch_events: float, roku: float, world: model.World) -> float:
    """Dollars of a day: bench.cost's prices for batches of this size, and what costs the same at every size."""
    load = cost.Load(
        size, sent.events, a_second=batch_events / world.window, line_bytes=round(sent.size / sent.events) - 1
    )
    return sum(cost.relay(load, replace(world.setting, roku_ms=roku * 1e3), world.speed).values()) + standing.a_day()


def _part(sent: model.Message, mean: float, multiple: float, world: model.World) -> stream.Observed:
    rate = mean * multiple
    seconds = max(LEAST_SECONDS, LEAST_POSTS / rate)
    return stream.simulate(sent, rate, seconds, world, f"{sent.events} {rate} {world.concurrency}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Simulate, print, and write the page's tables and plots."""
    parser = argparse.ArgumentParser(prog="python -m bench.scale", description=__doc__)
    parser.add_argument("--roku-ms", type=float, default=150.0, help="Roku's median latency, milliseconds (150)")
    parser.add_argument("--window", type=float, help="BatchWindow, seconds (the template's default)")
    parser.add_argument("--maximum-concurrency", type=int, help="MaximumConcurrency (the template's default)")
    parser.add_argument("--event-groups", type=int, default=1, help="event groups among which POSTs are spread (1)")
    given = parser.parse_args(arguments)
    rows = []
    for per_post in POSTS:
        world = default_world(cost_table.measured(read(cost.RESULTS).figures, per_post))
        window = given.window or world.window
        world = replace(
            world,
            window=window,
            setting=replace(world.setting, window=window),
            concurrency=given.maximum_concurrency or world.concurrency,
            roku_median=given.roku_ms / 1e3,
            routings=given.event_groups,
        )
        rows += [row(size, per_post, world) for size in SIZES]
    text = tables(rows)
    print(text)
    if vars(given) == vars(parser.parse_args([])):  # the page shows the defaults
        page = PAGE.read_text(encoding="utf-8")
        before, after = page.partition(_BEGIN)[0], page.partition(_END)[2]
        PAGE.write_text(f"{before}{_BEGIN}\n\n{text}\n\n{_END}{after}", encoding="utf-8")
        from bench import scale_plot

        scale_plot.draw(rows, PAGE.parent)


if __name__ == "__main__":
    main(sys.argv[1:])
