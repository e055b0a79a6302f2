"""Which metrics of its own the relay makes: read from the code that counts, and from the template's log filters."""

import ast
from functools import cache
from pathlib import Path
from typing import Any

from local.template import Template
from pipeline.contract.outcome import LONGEST_AGE
from rokt import request as rokt
from roku import request as roku
from tests.template.stacks import on

SRC = Path(__file__).parents[2] / "src"
NAMESPACE, SERVICE = "RokuConversionsRelay", "local"
# Ingest counts them once, whatever the number of destinations: for the first that is on.
ONCE = frozenset({"SenderKeysUnreadable", "FingerprintKeyUnavailable"})
# The hourly check counts it, of the first destination that is on.
WATCHED = "SendersFell"
# What is counted only of a destination whose code says so.
_SAID = {"Withheld": "Withheld(", "AnswerUnfamiliar": "unfamiliar="}
_LIMITS = {"Roku": roku.LIMITS, "Rokt": rokt.LIMITS}

Metric = tuple[str, str, frozenset[tuple[str, str]]]


def dimensions(destination: str) -> dict[str, str]:
    """What the metrics of a destination are looked up by."""
    return {"service": SERVICE, "destination": destination.lower()}


@cache
def counted() -> set[str]:
    """The names that the code writes: keys of what is called `counts`, and that of delays."""
    found: set[str] = set()
    for path in SRC.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Subscript(value=ast.Attribute(attr="counts") | ast.Name("counts"), slice=ast.Constant(value)):
                    found.add(str(value))
                case ast.FunctionDef(name="counts"):
                    keys = [key for item in ast.walk(node) if isinstance(item, ast.Dict) for key in item.keys]
                    found |= {str(key.value) for key in keys if isinstance(key, ast.Constant)}
                case ast.Assign(targets=[ast.Name("_DELAY")], value=ast.Constant(value)):
                    found.add(str(value))
    return found


def counted_of(destination: str) -> set[str]:
    """The same of one destination, besides what is counted once and what its code never says.

    A circuit, and so a second window, has only a destination that drops repeats for less time than events are tried.
    """
    code = "".join(path.read_text(encoding="utf-8") for path in (SRC / destination.lower()).glob("*.py"))
    never = {metric for metric, word in _SAID.items() if word not in code}
    if _LIMITS[destination].repeat_window >= LONGEST_AGE:
        never |= {"CircuitOpen", "MayBeCountedTwice"}
    return counted() - ONCE - never - {WATCHED}


def metrics(template: Template) -> set[Metric]:
    """Namespace, name and dimensions of each."""
    found: set[Metric] = {(NAMESPACE, name, frozenset(dimensions(on(template)[0]).items())) for name in ONCE}
    if "SilenceFunction" in template.resources:
        found.add((NAMESPACE, WATCHED, frozenset(dimensions(on(template)[0]).items())))
    for destination in on(template):
        found |= {(NAMESPACE, name, frozenset(dimensions(destination).items())) for name in counted_of(destination)}
    for each in template.of_type("AWS::Logs::MetricFilter").values():
        for made in template.resolve(each["MetricTransformations"], {}):
            assert "Dimensions" not in made
            found.add((made["MetricNamespace"], made["MetricName"], frozenset()))
    return found


def of_alarm(alarm: dict[str, Any]) -> list[dict[str, Any]]:
    """The metrics that an alarm looks at."""
    parts = [item["MetricStat"]["Metric"] for item in alarm.get("Metrics", []) if "MetricStat" in item]
    return parts or [{name: alarm[name] for name in ("Namespace", "MetricName", "Dimensions") if name in alarm}]
