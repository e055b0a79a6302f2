"""Alarms watch what exists, say how to fix it, and reach the operator only where there is an address."""

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from handlers import telemetry
from local.template import Template, read
from tests.template import emitted
from tests.template.stacks import ALL, WORDS, Names, of_each, on
from tests.template.test_dashboard import AWS

OF_A_DESTINATION = [
    "Deliver{}DroppedAlarm",
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
    "{}RejectionsAlarm",
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
OF_WATCH = ["SendersFellAlarm", "SilenceErrorsAlarm"]  # only where senders are watched
QUIET = "{}QuietAlarm"  # only where an operator says how long is too long
NAMES = sorted(
    [*OF_INGEST, *OF_ROKU, *OF_WATCH, *(name.format(word) for name in [*OF_A_DESTINATION, QUIET] for word in WORDS)]
)
SRC = Path(__file__).parents[2] / "src"
# What the runbook names besides, as it is in AWS and in answers and logs.
ERRORS = {
    "CouldNotDetermineMessageSource",
    "PutFunctionRecursionConfig",
    "RecursiveInvocationsDropped",
    "ImportModuleError",
    "SecretUnavailable",
}


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
    assert " Fix: " in told(template, name)
    assert len(told(template, name)) <= 1024  # CloudWatch's limit
    # No traffic, no metric, no fault; but nobody writes how many conversions did not come.
    assert alarm["TreatMissingData"] == ("breaching" if name in of_each(template, QUIET) else "notBreaching")


def told(template: Template, name: str) -> str:
    """An alarm's description, as the operator reads it."""
    text: str = template.resolve(template.of_type("AWS::CloudWatch::Alarm")[name]["AlarmDescription"], {})
    return text


@pytest.mark.parametrize("name", NAMES)
def test_an_alarm_reaches_the_address_and_the_topic_that_are_given_and_nobody_else(
    template: Template, silent: Template, name: str
) -> None:
    own = {"AlarmTopic": "arn:own"}
    for actions in ("AlarmActions", "OKActions"):
        mailed = template.of_type("AWS::CloudWatch::Alarm")[name][actions]
        assert template.resolve(mailed, own) == ["arn:own"]
        assert silent.resolve(silent.of_type("AWS::CloudWatch::Alarm")[name][actions], {}) == [TOPIC]
    assert "AlarmTopic" not in silent.resources


TOPIC = "arn:aws:sns:us-east-1:123456789012:pager"


@pytest.fixture(scope="module")
def silent() -> Template:
    """A stack that mails nobody and uses a topic that was there before."""
    return read(SRC.parent / "template.yaml", ALL | {"AlarmEmail": "", "AlarmTopicArn": TOPIC})


def test_without_an_address_and_a_topic_alarms_tell_nobody() -> None:
    alone = read(SRC.parent / "template.yaml", {})
    for alarm in alone.of_type("AWS::CloudWatch::Alarm").values():
        assert alone.resolve(alarm["AlarmActions"], {}) == []
    assert not {"AlarmTopic", "Budget"} & alone.resources.keys()


def test_a_budget_warns_whoever_alarms_reach(template: Template, silent: Template) -> None:
    for stack, reader in (
        (template, {"SubscriptionType": "EMAIL", "Address": "operator@example.com"}),
        (silent, {"SubscriptionType": "SNS", "Address": TOPIC}),
    ):
        (budget,) = stack.of_type("AWS::Budgets::Budget").values()
        assert stack.resolve(budget["Budget"]["BudgetLimit"], {}) == {"Amount": "100", "Unit": "USD"}
        warnings = stack.resolve(budget["NotificationsWithSubscribers"], {})
        assert [each["Subscribers"] for each in warnings] == [[reader]] * 2


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize(
    ("alarm", "values", "rings"),
    [
        ("Rejections", {"rejected": 4, "delivered": 0}, False),  # too few to tell
        ("Rejections", {"rejected": 5, "delivered": 0}, True),
        ("Rejections", {"rejected": 5, "delivered": 44}, True),  # 10.2 %
        ("Rejections", {"rejected": 5, "delivered": 45}, False),  # a tenth
        ("MostlyInvalid", {"invalid": 4, "accepted": 0}, False),
        ("MostlyInvalid", {"invalid": 5, "accepted": 0}, True),
        ("MostlyInvalid", {"invalid": 5, "accepted": 5}, False),
        ("Stalled", {"retried": 1, "delivered": 0}, True),
        ("Stalled", {"retried": 1, "delivered": 1}, False),
        ("Stalled", {"retried": 0, "delivered": 0}, False),
    ],
)
def test_an_alarm_that_compares_rings_where_it_says(
    template: Template, word: str, alarm: str, values: dict[str, int], rings: bool
) -> None:
    metrics = template.of_type("AWS::CloudWatch::Alarm")[f"{word}{alarm}Alarm"]["Metrics"]
    assert {each["Id"] for each in metrics if "MetricStat" in each} == values.keys()
    (expression,) = (each["Expression"] for each in metrics if "Expression" in each)
    condition = re.fullmatch(r"IF\((.+), 1, 0\)", expression)[1].replace("AND", "and")  # type: ignore[index]
    assert eval(condition, {"__builtins__": {}}, values) is rings  # our own template's


@pytest.mark.parametrize("word", WORDS)
def test_what_an_alarm_compares_is_written_as_0_beside_what_it_compares_with(
    template: Template, word: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", emitted.NAMESPACE)
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", emitted.SERVICE)
    for alarm in template.of_type("AWS::CloudWatch::Alarm").values():
        parts = [
            each["MetricStat"]["Metric"]["MetricName"] for each in alarm.get("Metrics", []) if "MetricStat" in each
        ]
        if parts:
            first, *others = parts
            telemetry.count({first: 3}, destination=word.lower())
            written = json.loads(capsys.readouterr().out)
            assert {name: written[name] for name in parts} == {first: [3.0]} | {name: [0.0] for name in others}


def test_the_alarm_of_quiet_hours_looks_back_as_far_as_it_is_told(template: Template, source: dict[str, Any]) -> None:
    for name in of_each(template, QUIET):
        alarm = template.of_type("AWS::CloudWatch::Alarm")[name]
        assert template.resolve(alarm["EvaluationPeriods"], {}) == "12"
        assert (alarm["Period"], alarm["ComparisonOperator"], alarm["Threshold"]) == (3600, "LessThanThreshold", 1)
    # CloudWatch looks back a week at most.
    assert source["Parameters"]["QuietHours"]["MaxValue"] * 3600 == 7 * 86_400


@pytest.mark.parametrize("name", NAMES)
def test_an_alarm_names_only_outputs_and_parameters_that_exist(
    source: dict[str, Any], template: Template, name: str
) -> None:
    words = told(template, name).replace(",", "").split()
    for kind, known in (("output", source["Outputs"]), ("parameter", source["Parameters"])):
        named = [after.strip(".;)") for before, after in pairwise(words) if before.strip("(") == kind]
        assert set(named) <= set(known)


def test_an_alarm_names_its_section_of_the_runbook_and_every_section_has_its_alarm(template: Template) -> None:
    runbook = (SRC.parent / "docs" / "runbook.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## (.+)$", runbook, re.MULTILINE)
    assert sorted(name for heading in headings for name in heading.split(", ")) == NAMES
    for heading in headings:
        assert len({re.sub("Roku|Rokt", "", name) for name in heading.split(", ")}) == 1  # twins share a section
    for name in template.of_type("AWS::CloudWatch::Alarm"):
        assert told(template, name).endswith(f"Runbook: docs/runbook.md, section {name}.")


@pytest.mark.parametrize("name", NAMES)
def test_a_section_of_the_runbook_says_all_that_is_asked_in_the_night(name: str) -> None:
    runbook = (SRC.parent / "docs" / "runbook.md").read_text(encoding="utf-8")
    (section,) = (part for part in runbook.split("\n## ")[1:] if name in part.partition("\n")[0].split(", "))
    told = re.findall(r"^\*\*([\w ]+)\.\*\* \S", section, re.MULTILINE)
    assert told == ["Means", "Look first", "Fix", "Over when", "Lost", "Senders see"]


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
        assert other not in told(template, name)
