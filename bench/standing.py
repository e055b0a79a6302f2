"""What the default stack costs without any conversion, read off template.yaml."""

import re
from pathlib import Path

from bench import prices

_TEMPLATE = Path(__file__).parent.parent / "template.yaml"
# Metrics that the functions and the API's log filter can write in a stack that delivers to Roku alone, the default. One
# costs only in hours in which it is written, so this is the most.
METRICS = 22
# Pollers of a queue: Lambda begins with so many and, with MaximumConcurrency set, never uses fewer.
POLLERS = 5


def a_day() -> float:
    """Dollars a day of the default stack without any conversion: secrets, alarms, metrics, polls of an empty queue.

    The dashboards are two of the three that cost nothing.
    The pollers ask around the clock, 20 s at a time.
    """
    return a_month() / 30


def a_month() -> float:
    """The same of 30 days."""
    month = secrets() * prices.SECRET + alarm_metrics() * prices.ALARM + METRICS * prices.METRIC
    return month + 30 * POLLERS * 86_400 / 20 * prices.SQS_REQUEST


def secrets() -> int:
    """Secrets of the default stack."""
    return sum(name.endswith("Secret") for name in _resources())


def alarm_metrics() -> int:
    """Metrics that the default stack's alarms look at, each of which has its price; some alarms compare two."""
    return sum(each.count("MetricStat:") or 1 for name, each in _resources().items() if name.endswith("Alarm"))


def _resources() -> dict[str, str]:
    """The template's text of each resource that the default stack has: all but what a parameter adds."""
    section = template().partition("\nResources:\n")[2].partition("\nOutputs:\n")[0]
    _, *parts = re.split(r"^  (\w+):$", section, flags=re.MULTILINE)
    off = "|".join(re.findall(r'  DeliverTo(\w+):\s+[^}]*Default: "false"', template()))
    added = re.compile(rf"^    Condition: Has({off}|\w*QuietHours|Domain|Alarm|Budget|Watch)", re.MULTILINE)
    found = dict(zip(parts[::2], parts[1::2], strict=True))
    return {name: each for name, each in found.items() if not re.search(off, name) and not added.search(each)}


def template() -> str:
    """The template's text: neither the benchmarks' environment nor this needs to read YAML."""
    return _TEMPLATE.read_text(encoding="utf-8")
