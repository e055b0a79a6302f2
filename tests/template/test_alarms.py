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
from tests.template.stacks import CHOICES, WORDS, Names, of_each, on
from tests.template.test_dashboard import AWS

OF_A_DESTINATION = [
    "Deliver{}ErrorsAlarm",
    "Deliver{}ThrottlesAlarm",
    "{}AnswerUnfamiliarAlarm",
    "{}DeadLettersAlarm",
    "{}DeadLettersForgottenAlarm",
    "{}IdCollisionsAlarm",
    "{}KeyRefusedAlarm",
    "{}LedgerUnavailableAlarm",
    "{}MostlyInvalidAlarm",
    "{}NotQueuedAlarm",
    "{}OldestMessageAlarm",
    "{}StalledAlarm",
]
OF_INGEST = [
    "ApiServerErrorsAlarm",
    "IngestErrorsAlarm",
    "IngestThrottlesAlarm",
    "PostsThrottledAlarm",
    "SenderKeysUnreadableAlarm",
]
OF_ROKU = [  # Rokt drops repeats for longer than events are tried, and has no test endpoint
    "RokuCircuitOpenAlarm",
    "RokuMayBeCountedTwiceAlarm",
    "TestEventsErrorsAlarm",
]
NAMES = sorted([*OF_INGEST, *OF_ROKU, *(name.format(word) for name in OF_A_DESTINATION for word in WORDS)])
SRC = Path(__file__).parents[2] / "src"
# What the runbook names besides: errors of AWS's and of ours, as they stand in answers and logs.
ERRORS = {"CouldNotDetermineMessageSource", "ImportModuleError", "SecretUnavailable"}


def test_there_are_these_alarms(stack: Template) -> None:
    of_roku = OF_ROKU if "Roku" in on(stack) else []
    expected = [*OF_INGEST, *of_roku, *of_each(stack, *OF_A_DESTINATION)]
    assert sorted(stack.of_type("AWS::CloudWatch::Alarm")) == sorted(expected)


def test_without_a_ledger_no_alarm_watches_one(deployed: Template) -> None:
    watching = [name for name in deployed.of_type("AWS::CloudWatch::Alarm") if "Ledger" in name]
    assert sorted(watching) == (
        [] if deployed.parameters["LedgerDays"] == "0" else of_each(deployed, "{}LedgerUnavailableAlarm")
    )


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
    silent = read(SRC.parent / "template.yaml", {"AlarmEmail": "", "Destinations": CHOICES[-1]})
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
    headings = re.findall(r"^## (.+)$", runbook, re.MULTILINE)
    assert sorted(name for heading in headings for name in heading.split(", ")) == NAMES
    for heading in headings:
        assert len({re.sub("Roku|Rokt", "", name) for name in heading.split(", ")}) == 1  # twins share a section
    for name, alarm in template.of_type("AWS::CloudWatch::Alarm").items():
        assert alarm["AlarmDescription"].endswith(f"Runbook: docs/runbook.md, section {name}.")


@pytest.mark.parametrize("name", NAMES)
def test_a_section_of_the_runbook_says_all_that_is_asked_in_the_night(name: str) -> None:
    runbook = (SRC.parent / "docs" / "runbook.md").read_text(encoding="utf-8")
    (section,) = (part for part in runbook.split("\n## ")[1:] if name in part.partition("\n")[0].split(", "))
    told = re.findall(r"^\*\*([\w ]+)\.\*\* \S", section, re.MULTILINE)
    assert told == ["Means", "Look first", "Cure", "Over when", "Lost", "Senders see"]


def test_every_link_within_the_runbook_leads_to_a_section() -> None:
    runbook = (SRC.parent / "docs" / "runbook.md").read_text(encoding="utf-8")
    # GitHub's way: lower case, no punctuation but dashes, a dash for each space.
    anchors = {
        re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
        for heading in re.findall(r"^#+ (.+)$", runbook, re.MULTILINE)
    }
    links = re.findall(r"\]\(#([^)]+)\)", runbook)
    assert links
    assert set(links) <= anchors


def test_the_runbook_names_only_parameters_outputs_and_resources_that_exist(source: dict[str, Any]) -> None:
    runbook = (SRC.parent / "docs" / "runbook.md").read_text(encoding="utf-8")
    known = {**source["Parameters"], **source["Outputs"], **source["Resources"]}
    assert set(re.findall(r"`([A-Z][a-z]+[A-Z]\w+)`", runbook)) <= known.keys() | emitted.counted() | ERRORS


@pytest.mark.parametrize("word", WORDS)
def test_the_code_counts_under_the_dimensions_that_alarms_look_at(
    template: Template, word: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    function = template.of_type("AWS::Lambda::Function")[f"Deliver{word}Function"]
    for variable, value in function["Environment"]["Variables"].items():
        if variable.startswith("POWERTOOLS_"):
            monkeypatch.setenv(variable, template.resolve(value, {}))
    telemetry.count({"Delivered": 1}, destination=word.lower())
    written = json.loads(capsys.readouterr().out)
    (directive,) = written["_aws"]["CloudWatchMetrics"]
    (dimensions,) = directive["Dimensions"]
    assert (directive["Namespace"], {each: written[each] for each in dimensions}) == (
        emitted.NAMESPACE,
        emitted.dimensions(word),
    )


def test_an_alarm_watches_what_the_code_or_aws_writes(stack: Template) -> None:
    """Ours under the very dimensions that the code writes, AWS's by the one dimension that names the resource."""
    ours = emitted.metrics(stack)
    for name, alarm in stack.of_type("AWS::CloudWatch::Alarm").items():
        for metric in emitted.of_alarm(dict(alarm)):
            found = stack.resolve(metric, Names(stack))
            given = {each["Name"]: each["Value"] for each in found.get("Dimensions", [])}
            if found["Namespace"] in AWS:
                assert list(given) == [AWS[found["Namespace"]][found["MetricName"]]], name
            else:
                assert (found["Namespace"], found["MetricName"], frozenset(given.items())) in ours, name


@pytest.mark.parametrize("word", WORDS)
def test_an_alarm_of_a_destination_watches_that_destination(template: Template, word: str) -> None:
    other = next(each for each in WORDS if each != word)
    for name in [pattern.format(word) for pattern in OF_A_DESTINATION]:
        alarm = template.of_type("AWS::CloudWatch::Alarm")[name]
        looked_at = str(template.resolve(emitted.of_alarm(dict(alarm)), Names(template))).replace(emitted.NAMESPACE, "")
        assert word.lower() in looked_at.lower()
        assert other.lower() not in looked_at.lower()
        assert other not in alarm["AlarmDescription"]
