"""Alarms watch what exists, say how to cure it, and reach the operator only where there is an address."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from handlers import telemetry
from local.template import Template, read

NAMES = [
    "ApiServerErrorsAlarm",
    "DeadLettersAlarm",
    "DeliverRokuErrorsAlarm",
    "DeliverRokuThrottlesAlarm",
    "IngestErrorsAlarm",
    "IngestThrottlesAlarm",
    "LedgerUnavailableAlarm",
    "NotQueuedAlarm",
    "OldestMessageAlarm",
    "RokuKeyRefusedAlarm",
    "RokuStalledAlarm",
    "SenderKeysUnreadableAlarm",
    "TestEventsErrorsAlarm",
    "TestEventsThrottlesAlarm",
]
SRC = Path(__file__).parents[2] / "src"


def test_there_are_these_alarms(template: Template) -> None:
    assert sorted(template.of_type("AWS::CloudWatch::Alarm")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_an_alarm_says_what_to_do_in_the_space_there_is(template: Template, name: str) -> None:
    alarm = template.of_type("AWS::CloudWatch::Alarm")[name]
    assert " Cure: " in alarm["AlarmDescription"]
    assert len(alarm["AlarmDescription"]) <= 1024  # CloudWatch's limit
    assert alarm["TreatMissingData"] == "notBreaching"  # no traffic, no metric, no fault


@pytest.mark.parametrize("name", NAMES)
def test_an_alarm_is_mailed_only_to_a_given_address(template: Template, name: str) -> None:
    topic = {"AlarmTopic": "arn:topic"}
    mailed = template.of_type("AWS::CloudWatch::Alarm")[name]
    assert template.resolve(mailed["AlarmActions"], topic) == ["arn:topic"]
    silent = read(SRC.parent / "template.yaml", {"AlarmEmail": ""})
    assert "AlarmTopic" not in silent.resources
    assert silent.resolve(silent.of_type("AWS::CloudWatch::Alarm")[name]["AlarmActions"], {}) == []


@pytest.mark.parametrize("name", NAMES)
def test_an_alarm_names_only_outputs_and_parameters_that_exist(
    source: dict[str, Any], template: Template, name: str
) -> None:
    words = template.of_type("AWS::CloudWatch::Alarm")[name]["AlarmDescription"].replace(",", "").split()
    for kind, known in (("output", source["Outputs"]), ("parameter", source["Parameters"])):
        named = [after.strip(".;)") for before, after in pairwise(words) if before.strip("(") == kind]
        assert set(named) <= set(known)


def test_our_own_metrics_are_watched_under_the_names_that_the_code_writes(
    template: Template, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    functions = template.of_type("AWS::Lambda::Function")
    for name, value in functions["DeliverRokuFunction"]["Environment"]["Variables"].items():
        if name.startswith("POWERTOOLS_"):
            monkeypatch.setenv(name, template.resolve(value, {}))
    watched = _custom_metrics(template)
    ours = "Retried Delivered KeyRefused LedgerUnavailable NotQueued SenderKeysUnreadable"
    assert {metric["MetricName"] for metric in watched} == set(ours.split())
    telemetry.count({metric["MetricName"]: 1 for metric in watched}, destination="roku")
    written = json.loads(capsys.readouterr().out)
    (directive,) = written["_aws"]["CloudWatchMetrics"]
    for metric in watched:
        dimensions = template.resolve(metric["Dimensions"], {})
        assert metric["Namespace"] == directive["Namespace"]
        assert metric["MetricName"] in {item["Name"] for item in directive["Metrics"]}
        assert [sorted(item["Name"] for item in dimensions)] == [sorted(names) for names in directive["Dimensions"]]
        assert {item["Name"]: item["Value"] for item in dimensions} == {
            item["Name"]: written[item["Name"]] for item in dimensions
        }
        # The names stand as they are in the code that counts.
        assert any(f'"{metric["MetricName"]}"' in path.read_text(encoding="utf-8") for path in SRC.rglob("*.py"))


def _custom_metrics(template: Template) -> list[dict[str, Any]]:
    found = []
    for alarm in template.of_type("AWS::CloudWatch::Alarm").values():
        metrics = [item["MetricStat"]["Metric"] for item in alarm.get("Metrics", []) if "MetricStat" in item]
        found += [metric for metric in [alarm, *metrics] if metric.get("Namespace") == "RokuConversionsRelay"]
    return found
