"""`relay doctor` on what runs: settings that never reached a function, room for posts, posts refused with 429."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from unittest.mock import Mock

import pytest
from botocore.exceptions import ClientError

from relay.deployment import Deployment
from relay.doctor.running import (
    called,
    concurrency_finding,
    mapping_findings,
    running,
    setting_findings,
    settings,
    throttle_finding,
    throttled,
)

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:ads-IngestFunction-1AbC"
URI = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{}/invocations"
PARAMETERS = {"DeliveryMode": "live", "LedgerDays": "7", "LogLevel": "INFO", "RokuUrl": "https://r.example"}
OUTPUTS = {
    "RokuQueueUrl": "https://sqs/roku",
    "RokuQueueArn": "arn:roku",
    "RokuDeadLetterQueueUrl": "https://sqs/roku-dead",
    "RokuDeadLetterQueueArn": "arn:roku-dead",
    "LedgerTableName": "ledger",
}
RIGHT = {
    "DELIVERY_MODE": "live",
    "LEDGER_DAYS": "7",
    "POWERTOOLS_LOG_LEVEL": "INFO",
    "POWERTOOLS_SERVICE_NAME": "ads",
    "ROKU_URL": "https://r.example",
    "ROKU_QUEUE_URL": "https://sqs/roku",
    "ROKT_QUEUE_URL": "",
    "LEDGER_TABLE": "ledger",
    "SENDER_KEYS_SECRET": "no setting of the stack",
}


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"DELIVERY_MODE": "test"}, "DELIVERY_MODE is test, not live"),
        ({"ROKT_QUEUE_URL": "https://sqs/rokt"}, "ROKT_QUEUE_URL is https://sqs/rokt, not (empty)"),
        ({"LEDGER_TABLE": ""}, "LEDGER_TABLE is (empty), not ledger"),
        ({"POWERTOOLS_LOG_LEVEL": "DEBUG"}, "not INFO"),
    ],
)
def test_a_setting_that_never_reached_the_function_is_named_with_both_values(
    changed: dict[str, str], word: str
) -> None:
    wanted = settings(PARAMETERS, OUTPUTS, "ads")
    assert setting_findings("API", FUNCTION, RIGHT, wanted) == []
    (finding,) = setting_findings("API", FUNCTION, RIGHT | changed, wanted)
    assert (finding.level, finding.check) == ("problem", "API settings")
    assert word in finding.text
    assert "deploy" in finding.fix


def test_a_version_or_alias_is_said_to_be_why() -> None:
    wanted = settings(PARAMETERS, OUTPUTS, "ads")
    (finding,) = setting_findings("API", f"{FUNCTION}:live", RIGHT | {"LEDGER_DAYS": "3"}, wanted)
    assert "the version or alias live" in finding.text


def test_only_what_a_function_has_is_compared() -> None:
    assert setting_findings("API", FUNCTION, {"ROKU_URL": "https://r.example"}, settings(PARAMETERS, {}, "ads")) == []


def test_functions_that_an_api_calls() -> None:
    uris = [URI.format(FUNCTION), URI.format(f"{FUNCTION}:live"), FUNCTION, "https://elsewhere.example"]
    assert called([{"IntegrationUri": uri} for uri in uris] + [{}]) == [FUNCTION, f"{FUNCTION}:live"]


# The account's limit, what no function has reserved, what deliveries may take at most, and what that leaves.
@pytest.mark.parametrize(
    ("limit", "unreserved", "deliveries", "level", "left"),
    [
        (10, 10, {"roku": 10, "rokt": 10}, "problem", "leaves 0 "),
        (10, 10, {"roku": 5, "rokt": 5}, "problem", "leaves 0 "),
        (10, 10, {"roku": 4, "rokt": 3}, "warning", "leaves 3 "),
        (10, 10, {"roku": 3, "rokt": 3}, "ok", "leaves 4 "),
        (1_000, 100, {"roku": 97}, "warning", "leaves 3 "),
        (1_000, 1_000, {"roku": 10}, "ok", "leaves 990 "),
    ],
)
def test_what_the_account_leaves_for_posts(
    limit: int, unreserved: int, deliveries: Mapping[str, int | None], level: str, left: str
) -> None:
    finding = concurrency_finding(limit, unreserved, deliveries)
    assert finding.level == level
    assert left in finding.text
    assert ("MaximumConcurrency" in finding.fix) == (level != "ok")


# What the mapping has, and what differs from a window of 5 s and 3 deliveries at once.
@pytest.mark.parametrize(
    ("window", "most", "wrong"),
    [(5, 3, []), ("5", "3", []), (60, 3, ["BatchWindow"]), (5, 10, ["MaximumConcurrency"]), (None, None, [])],
)
def test_numbers_of_a_mapping_that_was_changed_by_hand(window: Any, most: Any, wrong: list[str]) -> None:
    mapping = {"MaximumBatchingWindowInSeconds": window, "ScalingConfig": {"MaximumConcurrency": most}}
    found = mapping_findings("roku delivery", mapping, {"BatchWindow": "5", "MaximumConcurrency": "3"})
    assert [one.text.split()[0] for one in found] == wrong


def test_a_mapping_without_a_maximum_is_a_problem() -> None:
    finding = concurrency_finding(1_000, 1_000, {"roku": None, "rokt": 3})
    assert (finding.level, "roku" in finding.text) == ("problem", True)


def test_posts_that_got_429() -> None:
    assert throttle_finding(0, PARAMETERS).level == "ok"
    finding = throttle_finding(12, {"ThrottleRate": "50", "BeaconThrottleRate": "40"})
    assert finding.level == "warning"
    assert "12 posts got 429 within 7 days" in finding.text
    assert "ThrottleRate 50, BeaconThrottleRate 40" in finding.text


def deployed(variables: Mapping[str, str], *, denied: bool = False, throttles: float = 0.0) -> Deployment:
    """A stack whose functions have these variables, as AWS tells about it."""
    refused = ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "GetFunctionConfiguration")
    cloudformation, api, functions, cloudwatch = Mock(), Mock(), Mock(), Mock()
    cloudformation.describe_stack_resource.return_value = {"StackResourceDetail": {"PhysicalResourceId": "a1b2"}}
    api.get_paginator.return_value.paginate.return_value = [{"Items": [{"IntegrationUri": URI.format(FUNCTION)}]}]
    functions.list_event_source_mappings.return_value = {
        "EventSourceMappings": [{"FunctionArn": f"{FUNCTION}-2", "ScalingConfig": {"MaximumConcurrency": 3}}]
    }
    functions.get_function_configuration.return_value = {"Environment": {"Variables": dict(variables)}}
    functions.get_function_configuration.side_effect = refused if denied else None
    functions.get_account_settings.return_value = {
        "AccountLimit": {"ConcurrentExecutions": 10, "UnreservedConcurrentExecutions": 10}
    }
    cloudwatch.get_metric_data.return_value = {"MetricDataResults": [{"Values": [throttles, 1.0]}]}
    clients: dict[str, Any] = {
        "cloudformation": cloudformation,
        "apigatewayv2": api,
        "lambda": functions,
        "cloudwatch": cloudwatch,
    }
    return Deployment("ads", "id", datetime.now(UTC), PARAMETERS, OUTPUTS, local=False, session=None, clients=clients)


def test_what_the_api_and_the_mapping_call_is_asked_of_aws() -> None:
    levels = {one.check: one.level for one in running(deployed(RIGHT))}
    assert levels == {"running settings": "ok", "concurrency": "ok"}
    checks = {one.check: one.level for one in running(deployed(RIGHT | {"DELIVERY_MODE": "test"}))}
    assert checks == {
        "API (IngestFunction) settings": "problem",
        "roku delivery settings": "problem",
        "concurrency": "ok",
    }


def test_an_api_that_calls_no_function_is_a_problem() -> None:
    stack = deployed(RIGHT)
    stack.clients["apigatewayv2"].get_paginator.return_value.paginate.return_value = [{"Items": []}]
    assert {one.check: one.level for one in running(stack)}["running settings"] == "problem"


def test_a_role_that_may_not_ask_is_a_warning_and_hides_no_other_finding() -> None:
    levels = {one.check: one.level for one in running(deployed(RIGHT, denied=True))}
    assert levels == {"running settings": "warning", "concurrency": "ok"}


def test_throttled_posts_are_counted_in_the_stacks_own_namespace() -> None:
    stack = deployed(RIGHT, throttles=4.0)
    (finding,) = throttled(stack)
    assert "5 posts got 429" in finding.text
    asked = stack.clients["cloudwatch"].get_metric_data.call_args.kwargs["MetricDataQueries"][0]["MetricStat"]
    assert asked["Metric"] == {"Namespace": "RokuConversionsRelay/ads", "MetricName": "Throttled"}
