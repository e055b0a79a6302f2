"""The dashboard is JSON that CloudWatch takes, on its grid, and every metric on it is one that somebody writes."""

import json
import re
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from bench import prices, standing
from local import template as reading
from local.template import Template, read
from pipeline.contract import matching
from tests.template import emitted
from tests.template.stacks import CHOICES, Names, of_each, on

TEMPLATE = Path(__file__).parents[2] / "template.yaml"
# AWS's documented metrics, each with the dimensions it is looked up by ("Available CloudWatch metrics for Amazon SQS",
# "Types of metrics for Lambda functions", "Working with metrics for HTTP APIs", "DynamoDB Metrics and dimensions",
# "Monitoring with CloudWatch metrics" of CloudWatch Logs).
AWS: dict[str, dict[str, str]] = {
    "AWS/SQS": dict.fromkeys(
        "ApproximateAgeOfOldestMessage ApproximateNumberOfMessagesDelayed ApproximateNumberOfMessagesNotVisible"
        " ApproximateNumberOfMessagesVisible NumberOfEmptyReceives NumberOfMessagesDeleted NumberOfMessagesReceived"
        " NumberOfMessagesSent SentMessageSize".split(),
        "QueueName",
    ),
    "AWS/Lambda": dict.fromkeys(
        "Invocations Errors Throttles Duration ConcurrentExecutions RecursiveInvocationsDropped".split(), "FunctionName"
    ),
    "AWS/ApiGateway": dict.fromkeys("4xx 5xx Count DataProcessed IntegrationLatency Latency".split(), "ApiId"),
    "AWS/DynamoDB": dict.fromkeys(
        "ConsumedReadCapacityUnits ConsumedWriteCapacityUnits ReadThrottleEvents WriteThrottleEvents".split(),
        "TableName",
    ),
    "AWS/Logs": dict.fromkeys("IncomingBytes IncomingLogEvents".split(), "LogGroupName"),
}
KINDS = {"text", "alarm", "metric", "log"}


def pages(template: Template) -> dict[str, list[dict[str, Any]]]:
    """The widgets of each dashboard, as CloudWatch gets them."""
    return {
        name: json.loads(template.resolve(dashboard["DashboardBody"], Names(template)))["widgets"]
        for name, dashboard in template.of_type("AWS::CloudWatch::Dashboard").items()
    }


def widgets(template: Template, *kinds: str) -> list[dict[str, Any]]:
    """The widgets of these kinds, of all dashboards."""
    return [widget for page in pages(template).values() for widget in page if widget["type"] in kinds]


def test_there_is_a_page_for_the_whole_and_one_for_each_destination(stack: Template) -> None:
    assert sorted(pages(stack)) == sorted(["Dashboard", *of_each(stack, "{}Dashboard")])
    (text,) = (widget for widget in pages(stack)["Dashboard"] if widget["type"] == "text")
    linked = re.findall(r"\(#dashboards:name=<(\w+)>\)", text["properties"]["markdown"])
    assert sorted(linked) == of_each(stack, "{}Dashboard")


def rows(widget: dict[str, Any]) -> list[tuple[list[str], dict[str, Any]]]:
    """The widget's metrics with their options; what "." and "..." take over from the line before is written out."""
    found: list[tuple[list[str], dict[str, Any]]] = []
    before: list[str] = []
    for row in widget["properties"]["metrics"]:
        options = row[-1] if isinstance(row[-1], dict) else {}
        words = [word for word in row if isinstance(word, str)]
        if words and words[0] == "...":
            words = [*before[: len(before) - len(words) + 1], *words[1:]]
        words = [before[place] if word == "." else word for place, word in enumerate(words)]
        found.append((words, options))
        before = words or before
    return found


def test_widgets_lie_in_the_grid_side_by_side(deployed: Template) -> None:
    for places in pages(deployed).values():
        assert {place["type"] for place in places} <= KINDS
        for place in places:
            assert place["x"] >= 0 < place["width"]
            assert place["x"] + place["width"] <= 24  # columns
            assert place["y"] >= 0 < place["height"]
        for one, other in combinations(places, 2):
            assert (
                one["x"] + one["width"] <= other["x"]
                or other["x"] + other["width"] <= one["x"]
                or one["y"] + one["height"] <= other["y"]
                or other["y"] + other["height"] <= one["y"]
            ), (one["properties"], other["properties"])


def test_every_metric_is_one_that_the_code_or_aws_writes(deployed: Template) -> None:
    ours = emitted.metrics(deployed)
    seen = 0
    for widget in widgets(deployed, "metric"):
        for words, _ in rows(widget):
            if not words:
                continue
            namespace, name, *dimensions = words
            given = dict(zip(dimensions[::2], dimensions[1::2], strict=True))
            seen += 1
            if namespace in AWS:
                assert list(given) == [AWS[namespace][name]]
                assert re.fullmatch(r"<\w+(\.QueueName)?>", next(iter(given.values())))
            else:
                assert (namespace, name, frozenset(given.items())) in ours
    assert seen > 30 * len(on(deployed))


def test_every_metric_of_ours_is_on_the_dashboard(deployed: Template) -> None:
    shown = {
        (words[0], words[1], frozenset(zip(words[2::2], words[3::2], strict=True)))
        for widget in widgets(deployed, "metric")
        for words, _ in rows(widget)
        if words
    }
    assert emitted.metrics(deployed) <= shown


def test_a_metric_of_a_resource_is_looked_up_by_that_kind_of_resource(deployed: Template) -> None:
    kinds = {
        "QueueName": "AWS::SQS::Queue",
        "FunctionName": "AWS::Lambda::Function",
        "ApiId": "AWS::ApiGatewayV2::Api",
        "TableName": "AWS::DynamoDB::Table",
        "LogGroupName": "AWS::Logs::LogGroup",
    }
    for widget in widgets(deployed, "metric"):
        for words, _ in rows(widget):
            for name, value in zip(words[2::2], words[3::2], strict=True):
                if name in kinds:
                    assert deployed.resources[value.strip("<>").partition(".")[0]]["Type"] == kinds[name]


def test_expressions_name_the_metrics_beside_them(deployed: Template) -> None:
    for widget in widgets(deployed, "metric"):
        ids = {options["id"] for words, options in rows(widget) if words and "id" in options}
        for words, options in rows(widget):
            if not words:
                assert ids == set(re.findall(r"\b[a-z]\w*\b", options["expression"]))


def test_every_statistic_is_one_of_cloudwatchs(deployed: Template) -> None:
    for widget in widgets(deployed, "metric"):
        assert widget["properties"]["stat"] in {"Sum", "Maximum", "Minimum", "Average", "SampleCount"}
        for _, options in rows(widget):
            assert re.fullmatch(r"p\d\d|", options.get("stat", ""))


def test_gigabyte_seconds_are_of_the_memory_that_functions_have(deployed: Template) -> None:
    expressions = [
        options["expression"]
        for widget in widgets(deployed, "metric")
        for _, options in rows(widget)
        if options.get("label") == "GB-seconds"
    ]
    assert len(expressions) == len(pages(deployed))
    memory = {function["MemorySize"] for function in deployed.of_type("AWS::Lambda::Function").values()}
    for expression in expressions:
        assert [int(number) for number in re.findall(r"/ 1000 \* (\d+) / 1024$", expression)] == list(memory)


@pytest.mark.parametrize(
    ("metric", "kind"), [("Duration", "AWS::Lambda::Function"), ("IncomingBytes", "AWS::Logs::LogGroup")]
)
def test_what_costs_by_function_is_shown_of_every_function(deployed: Template, metric: str, kind: str) -> None:
    shown = [words[3] for widget in widgets(deployed, "metric") for words, _ in rows(widget) if metric in words]
    assert sorted(shown) == sorted(f"<{name}>" for name in deployed.of_type(kind))


def test_the_alarm_widget_and_the_text_name_every_alarm_and_no_other(deployed: Template) -> None:
    alarms = set(deployed.of_type("AWS::CloudWatch::Alarm"))
    shown = [name for widget in widgets(deployed, "alarm") for name in widget["properties"]["alarms"]]
    assert sorted(shown) == sorted(f"<{name}.Arn>" for name in alarms)
    named = {
        name
        for widget in widgets(deployed, "text")
        for name in re.findall(r"\w+Alarm\b", widget["properties"]["markdown"])
    }
    assert named == alarms | set(of_each(deployed, "{}LedgerUnavailableAlarm", "{}QuietAlarm"))


def test_tables_of_the_log_read_the_functions_groups_and_fields_that_are_written(deployed: Template) -> None:
    groups = deployed.of_type("AWS::Logs::LogGroup")
    writers = [*(emitted.SRC / "handlers").glob("*.py"), emitted.SRC / "pipeline" / "intake" / "quality.py"]
    code = "".join(path.read_text(encoding="utf-8") for path in writers)
    for widget in widgets(deployed, "log"):
        query = widget["properties"]["query"]
        assert {name.strip("<>") for name in re.findall(r"SOURCE '([^']+)'", query)} <= set(groups)
        for field in re.findall(r"ispresent\((\w+)\)", query):
            assert f'"{field}"' in code
        for name in re.findall(r"`(\w+)\.0`", query):  # so Logs Insights calls a blob's value
            assert name in emitted.counted()
        for name in re.findall(r"sum\((\w+)\)", query):
            assert name in {"events", *matching.NAMES}
        assert set(re.findall(r"destination = '(\w+)'", query)) <= {word.lower() for word in on(deployed)}


def test_the_dashboard_is_named_for_stack_and_region_and_an_output_leads_there(template: Template) -> None:
    names = {
        name: template.resolve(dashboard["DashboardName"], {})
        for name, dashboard in template.of_type("AWS::CloudWatch::Dashboard").items()
    }
    assert names == {
        "Dashboard": "local-us-east-1",
        "RokuDashboard": "local-roku-us-east-1",
        "RoktDashboard": "local-rokt-us-east-1",
    }
    url = template.resolve(template.outputs["DashboardUrl"]["Value"], names)
    assert url.endswith("region=us-east-1#dashboards/dashboard/local-us-east-1")


@pytest.mark.parametrize(
    ("partition", "console"),  # AWS's "Endpoints and ARNs" pages of each partition
    [
        ("aws", "console.aws.amazon.com"),
        ("aws-cn", "console.amazonaws.cn"),
        ("aws-us-gov", "console.amazonaws-us-gov.com"),
        ("aws-eusc", "console.amazonaws-eusc.eu"),
    ],
)
def test_the_link_to_the_dashboard_leads_to_the_console_of_the_partition(
    partition: str, console: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = reading._pseudo_parameters()
    monkeypatch.setattr(reading, "_pseudo_parameters", lambda: usual | {"AWS::Partition": partition})
    there = read(TEMPLATE, {})
    url = there.resolve(there.outputs["DashboardUrl"]["Value"], {"Dashboard": "d"})
    assert url.startswith(f"https://{console}/cloudwatch/home?")


def test_the_cost_of_standing_still_counts_these_metrics_alarms_and_secrets() -> None:
    default = read(TEMPLATE, {})
    assert len(emitted.metrics(default)) == standing.METRICS
    assert looked_at(default) == standing.alarm_metrics()
    assert len(default.of_type("AWS::SecretsManager::Secret")) == standing.secrets()


def test_the_runbook_says_what_watching_costs() -> None:
    page = (TEMPLATE.parent / "docs" / "runbook.md").read_text(encoding="utf-8").partition("# What watching costs")[2]
    default, template = read(TEMPLATE, {}), read(TEMPLATE, CHOICES["both"])
    for each, more in ((default, 0), (template, looked_at(default))):
        assert f"${(looked_at(each) - more) * prices.ALARM:.2f}" in page
    of_roku, of_both = len(emitted.metrics(default)), len(emitted.metrics(template))
    for number in (of_roku, of_both - of_roku):
        assert f"{number}, so ${number * prices.METRIC:.2f} at most" in page


def looked_at(template: Template) -> int:
    """The number of metrics that the alarms look at."""
    return sum(len(emitted.of_alarm(dict(alarm))) for alarm in template.of_type("AWS::CloudWatch::Alarm").values())
