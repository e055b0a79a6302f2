"""Which metrics of its own the relay makes: read from the code that counts, and from the template's log filters."""

import ast
from pathlib import Path
from typing import Any

from local.template import Template

SRC = Path(__file__).parents[2] / "src"
NAMESPACE, DIMENSIONS = "RokuConversionsRelay", {"service": "local", "destination": "roku"}

Metric = tuple[str, str, frozenset[tuple[str, str]]]


def counted() -> set[str]:
    """The names that the code writes: keys and keywords of an attribute `counts`, and names given to `add_metric`."""
    found: set[str] = set()
    for path in SRC.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Subscript(value=ast.Attribute(attr="counts"), slice=ast.Constant(value)):
                    found.add(str(value))
                case ast.Call(func=ast.Attribute(attr="update", value=ast.Attribute(attr="counts")), keywords=given):
                    found |= {str(one.arg) for one in given if one.arg}
                case ast.Call(func=ast.Attribute(attr="add_metric"), keywords=given):
                    found |= {one.value.value for one in given if isinstance(one.value, ast.Constant)}  # type: ignore[misc]
    return found


def metrics(template: Template, names: dict[str, str]) -> set[Metric]:
    """Namespace, name and dimensions of each."""
    found: set[Metric] = {(NAMESPACE, name, frozenset(DIMENSIONS.items())) for name in counted()}
    for each in template.of_type("AWS::Logs::MetricFilter").values():
        for made in template.resolve(each["MetricTransformations"], names):
            assert "Dimensions" not in made
            found.add((made["MetricNamespace"], made["MetricName"], frozenset()))
    return found


def of_alarm(alarm: dict[str, Any]) -> list[dict[str, Any]]:
    """The metrics that an alarm looks at."""
    parts = [item["MetricStat"]["Metric"] for item in alarm.get("Metrics", []) if "MetricStat" in item]
    return parts or [{name: alarm[name] for name in ("Namespace", "MetricName", "Dimensions") if name in alarm}]
