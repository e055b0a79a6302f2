"""What the functions print, in the local CloudWatch: metrics as its user guide's embedded metric format says."""

import json
import threading
from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError

from local import aws
from local.choices import ROOT
from local.telemetry import Telemetry, embedded_metrics
from local.template import Template, read
from tests.e2e.relay import until

GROUP = "/aws/lambda/local-ingest"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with aws.serving(0) as endpoint:
        yield endpoint


@pytest.fixture(scope="module")
def template() -> Template:
    return read(ROOT / "template.yaml", {})


@pytest.mark.parametrize(
    "line",
    [
        "",
        "plain",
        "{",
        '{"_aws": 1}',
        '{"_aws": {"Timestamp": "x", "CloudWatchMetrics": []}}',
        '{"_aws": {"Timestamp": 1}}',
    ],
)
def test_a_line_that_embeds_nothing_readable_is_no_metric(line: str) -> None:
    assert embedded_metrics(line) == []


def test_an_embedded_metric_is_read_as_cloudwatch_reads_it() -> None:
    line = {
        "_aws": {
            "Timestamp": 1_700_000_000_000,
            "CloudWatchMetrics": [
                {"Namespace": "N", "Dimensions": [["d"], ["d", "e"]], "Metrics": [{"Name": "M", "Unit": "Count"}]}
            ],
        },
        "d": "x",
        "e": "y",
        "M": [1, 2],
    }
    ((namespace, metrics),) = embedded_metrics(json.dumps(line))
    assert namespace == "N"
    assert [(one["MetricName"], one["Values"], len(one["Dimensions"])) for one in metrics] == [
        ("M", [1.0, 2.0], 1),
        ("M", [1.0, 2.0], 2),
    ]
    assert metrics[0]["Timestamp"].isoformat() == "2023-11-14T22:13:20"


def test_what_a_function_prints_is_a_log_event_and_what_others_print_is_not(endpoint: str, template: Template) -> None:
    telemetry = Telemetry()

    def function(event: dict[str, object]) -> object:
        telemetry.heard("a line in ")
        telemetry.heard("two pieces\nanother\n")
        return event

    with telemetry.feeding(template, {name: name for name in template.resources}):
        telemetry.heard("nobody's line\n")
        thread = threading.Thread(target=telemetry.of("IngestFunction", function), args=({},))
        thread.start()
        thread.join()
        telemetry.heard("nobody's line\n")
        logs = aws.client("logs", endpoint)
        wanted = ["a line in two pieces", "another"]  # line by line: the first may be there without the second

        def found() -> list[str]:
            return [one["message"] for one in logs.filter_log_events(logGroupName=GROUP)["events"]]

        until(lambda: len(found()) >= len(wanted))
        assert found() == wanted
    logs.close()


def test_awscurrent_moves_only_from_the_version_that_has_it(endpoint: str) -> None:
    """UpdateSecretVersionStage of the Secrets Manager API reference."""
    secrets = aws.client("secretsmanager", endpoint)
    first = secrets.create_secret(Name="s", SecretString="1")["VersionId"]
    new = secrets.put_secret_value(SecretId="s", SecretString="2", VersionStages=["beside"])["VersionId"]
    assert secrets.get_secret_value(SecretId="s")["SecretString"] == "1"
    move = {"SecretId": "s", "VersionStage": "AWSCURRENT", "RemoveFromVersionId": first, "MoveToVersionId": new}
    secrets.update_secret_version_stage(**move)
    assert secrets.get_secret_value(SecretId="s")["SecretString"] == "2"
    with pytest.raises(ClientError, match="InvalidParameter"):
        secrets.update_secret_version_stage(**move)
    secrets.close()
