"""Alarms watch what exists, say how to cure it, and reach the operator only where there is an address."""

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from handlers import telemetry
from local.template import Template, read
from tests.template import emitted
from tests.template.test_dashboard import AWS, Names

NAMES = [
    "ApiServerErrorsAlarm",
    "DeadLettersAlarm",
    "DeadLettersForgottenAlarm",
    "DeliverRokuErrorsAlarm",
    "DeliverRokuThrottlesAlarm",
    "IngestErrorsAlarm",
    "IngestThrottlesAlarm",
    "LedgerUnavailableAlarm",
    "MostlyInvalidAlarm",
    "NotQueuedAlarm",
    "OldestMessageAlarm",
    "PostsThrottledAlarm",
    "RokuKeyRefusedAlarm",
    "RokuStalledAlarm",
    "SenderKeysUnreadableAlarm",
    "TestEventsErrorsAlarm",
]
SRC = Path(__file__).parents[2] / "src"
# What the runbook names besides: errors of AWS's and of ours, as they stand in answers and logs.
ERRORS = {"CouldNotDetermineMessageSource", "ImportModuleError", "SecretUnavailable"}


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


def test_an_alarm_names_its_section_of_the_runbook_and_every_section_has_its_alarm(template: Template) -> None:
    runbook = (SRC.parent / "docs" / "runbook.md").read_text(encoding="utf-8")
    sections = re.findall(r"^## (\w+Alarm)\b", runbook, re.MULTILINE)
    assert sorted(sections) == NAMES
    for name, alarm in template.of_type("AWS::CloudWatch::Alarm").items():
        assert alarm["AlarmDescription"].endswith(f"Runbook: docs/runbook.md, section {name}.")


@pytest.mark.parametrize("name", NAMES)
def test_a_section_of_the_runbook_says_all_that_is_asked_in_the_night(name: str) -> None:
    runbook = (SRC.parent / "docs" / "runbook.md").read_text(encoding="utf-8")
    (section,) = (part for part in runbook.split("\n## ") if part.startswith(name))
    told = re.findall(r"^\*\*([\w ]+)\.\*\* \S", section, re.MULTILINE)
    assert told == ["Means", "Look first", "Cure", "Over when", "Lost", "Senders see"]


def test_the_runbook_names_only_parameters_outputs_and_resources_that_exist(source: dict[str, Any]) -> None:
    runbook = (SRC.parent / "docs" / "runbook.md").read_text(encoding="utf-8")
    known = {**source["Parameters"], **source["Outputs"], **source["Resources"]}
    assert set(re.findall(r"`([A-Z][a-z]+[A-Z]\w+)`", runbook)) <= known.keys() | emitted.counted() | ERRORS


@pytest.mark.parametrize("name", NAMES)
def test_an_alarm_watches_what_the_code_or_aws_writes(
    template: Template, name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ours under the very dimensions that the code writes, AWS's by the one dimension that names the resource."""
    functions = template.of_type("AWS::Lambda::Function")
    for variable, value in functions["DeliverRokuFunction"]["Environment"]["Variables"].items():
        if variable.startswith("POWERTOOLS_"):
            monkeypatch.setenv(variable, template.resolve(value, {}))
    telemetry.count({"Delivered": 1}, destination="roku")
    written = json.loads(capsys.readouterr().out)
    (directive,) = written["_aws"]["CloudWatchMetrics"]
    (dimensions,) = directive["Dimensions"]
    assert (directive["Namespace"], {each: written[each] for each in dimensions}) == (
        emitted.NAMESPACE,
        emitted.DIMENSIONS,
    )
    for metric in emitted.of_alarm(dict(template.of_type("AWS::CloudWatch::Alarm")[name])):
        found = template.resolve(metric, Names(template))
        given = {each["Name"]: each["Value"] for each in found.get("Dimensions", [])}
        if found["Namespace"] in AWS:
            assert list(given) == [AWS[found["Namespace"]][found["MetricName"]]]
        else:
            assert (found["Namespace"], found["MetricName"], frozenset(given.items())) in emitted.metrics(template, {})
